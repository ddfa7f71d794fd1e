"""A process that has imported what takes long, and forks itself for whoever needs one that has.

Importing TensorFlow costs seconds and half a gigabyte; a fork of a process that has imported it, and has run no
operation yet, costs neither. So one server does it for a build, and the processes that compute runs and the kernels of
the pages are its children.

Who wants a child connects to the server's Unix socket, says in a line of JSON which function it is to call, and holds
the connection as long as the child lives: it ends when the child does, after a line with the exit code. The server ends
with the process that started it, and its children with the server, however that comes about.

Run by :class:`cnnfigs.building.forking.Server` as ``python -m cnnfigs.building.server NUMBER PARENT``.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import logging
import os
import selectors
import signal
import socket
import sys
import traceback
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pkgutil import resolve_name
from typing import Any

from cnnfigs import cache

#: What every page's kernel imports, and what it draws with; TensorFlow comes only when it is asked for.
KERNEL = ("IPython.core.interactiveshell", "ipykernel.debugger", "ipykernel.ipkernel", "ipykernel.kernelapp")
DRAWING = (
    "lxml.etree",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "matplotlib.figure",
    "numpy",
    "PIL.Image",
    "PIL.WebPImagePlugin",
)
#: Options of Linux' prctl: to have a signal sent to a process when its parent ends, and to name a process.
PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15


def end_with(parent: int) -> None:
    """Have this process killed when the one that made it ends, of which the number is given."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before that
        os._exit(1)


class Forking:
    """Serves at a socket until its parent ends."""

    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.selector = selectors.DefaultSelector()
        self.selector.register(listener, selectors.EVENT_READ)

    def serve(self) -> None:
        """Take one request after another, and report children that have ended."""
        while True:
            for key, _ in self.selector.select():
                if key.fileobj is self.listener:
                    self.answer(self.listener.accept()[0])
                else:
                    self.bury(key.fd, *key.data)

    def answer(self, connection: socket.socket) -> None:
        """Do what the one line of a request says: import modules, call a function here, or fork to call it."""
        line = connection.makefile("rb").readline()
        if not line:  # whoever asked has ended
            connection.close()
            return
        request = json.loads(line)
        if "here" in request:
            # What is read or imported here all later children have read and imported.
            returned = resolve_name(request["here"])(*request["arguments"])
            with suppress(OSError):
                connection.sendall(json.dumps(returned).encode() + b"\n")
            connection.close()
            return
        server = os.getpid()
        gc.freeze()  # what is imported here stays: no child looks through it for what can be thrown away
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python warns of threads; those of the libraries here stand a fork
            process = os.fork()
        if process == 0:
            self.become(connection, request, server)
        watched = os.pidfd_open(process)
        self.selector.register(watched, selectors.EVENT_READ, (process, connection))

    def become(self, connection: socket.socket, request: Mapping[str, Any], server: int) -> None:
        """Be the child: call the function, and end."""
        code = 1
        try:
            end_with(server)
            os.setsid()
            for key in list(self.selector.get_map().values()):
                if key.fileobj is not self.listener:
                    os.close(key.fd)
                    key.data[1].close()
            self.selector.close()
            self.listener.close()
            os.environ.clear()
            os.environ.update(request["environment"])
            os.chdir(request["folder"])
            # So that lists of processes tell who is who.
            ctypes.CDLL(None).prctl(PR_SET_NAME, request["call"].rpartition(":")[2].encode())
            connection.sendall(json.dumps({"process": os.getpid()}).encode() + b"\n")
            resolve_name(request["call"])(connection, *request["arguments"])
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(bool(end.code))
        except BaseException:
            traceback.print_exc()
        finally:
            with suppress(BaseException):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def bury(self, watched: int, process: int, connection: socket.socket) -> None:
        """Report to whoever asked for a child that it has ended."""
        self.selector.unregister(watched)
        os.close(watched)
        _, status = os.waitpid(process, 0)
        with suppress(OSError):  # whoever asked has ended too
            connection.sendall(json.dumps({"exit": os.waitstatus_to_exitcode(status)}).encode() + b"\n")
        connection.close()


def warm(modules: Sequence[str]) -> None:
    """Import modules; what cannot be imported fails where it is used."""
    os.environ[cache.SOURCES] = cache.sources()
    for name in modules:
        with suppress(Exception):
            importlib.import_module(name)


def warm_keras() -> None:
    """Import Keras with TensorFlow."""
    from cnnfigs.models.backend import load_keras

    load_keras()
    # Its advice is for who writes models, and would stand between the lines that tell how far a build is.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)


def main(number: int, parent: int) -> None:
    """Import what is always needed, and serve at a listening socket, given by the number of the open file.

    The number of the process that started this one is given too: by the time this one can ask, it may have ended.
    """
    end_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who presses Ctrl-C ends the parent, and that ends this
    with socket.socket(fileno=number) as listener:
        listener.set_inheritable(False)
        os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # or the kernels' debugger tells how to start Python for it
        warm([*KERNEL, *DRAWING])
        Forking(listener).serve()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
