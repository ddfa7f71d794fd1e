"""The command line: ``python -m cnnfigs`` is the same as ``cnnfigs``."""

import sys

from cnnfigs.commands.app import main

if __name__ == "__main__":
    sys.exit(main())
