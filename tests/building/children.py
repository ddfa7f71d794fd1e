"""What the tests have a forked process do."""

import json
import os
import sys
import time
from pathlib import Path


def tell(connection, *arguments):
    """Say what the process was given, and whether NumPy and TensorFlow were there before it asked for them."""
    answer = {
        "arguments": arguments,
        "folder": os.fspath(Path.cwd()),
        "environment": dict(os.environ),
        "imported": [name for name in ("numpy", "tensorflow", "cnnfigs.arithmetic.sizes") if name in sys.modules],
        "group": os.getpgid(0),
    }
    connection.sendall(json.dumps(answer).encode() + b"\n")


def leave(connection, code):
    """End with an exit code."""
    sys.exit(code)


def fail(connection):
    """End with an exception."""
    raise ValueError("strides is 0")


def stay(connection):
    """Stay until killed."""
    while True:
        time.sleep(3600)
