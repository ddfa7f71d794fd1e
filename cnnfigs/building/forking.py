"""Processes that are forked from one that has imported what takes long: see :mod:`cnnfigs.building.server`."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from cnnfigs.errors import CnnfigsError

#: Only on Linux is a process with the threads of these libraries known to stand a fork.
AVAILABLE = sys.platform == "linux"


class ForkError(CnnfigsError, RuntimeError):
    """There is no server that forks."""


class Server:
    """The process that forks, for as long as it is used as a context."""

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="cnnfigs-")
        #: Where it listens.
        self.address = str(Path(self._folder, "socket"))
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.address)
            listener.listen(64)  # who connects from now on is answered, once it has imported what it needs
            # -P: it is to import what is installed, not what lies in the folder it is started from.
            numbers = [str(listener.fileno()), str(os.getpid())]
            command = [sys.executable, "-P", "-m", "cnnfigs.building.server", *numbers]
            # Its children compute side by side: threads of NumPy would use processors to wait for each other.
            alone = {"OPENBLAS_NUM_THREADS": "1", **os.environ}
            self._process = subprocess.Popen(
                command, env=alone, stdin=subprocess.DEVNULL, start_new_session=True, pass_fds=[listener.fileno()]
            )

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End it, and all that it has forked."""
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def begin(self, call: str, *arguments: Any) -> socket.socket:
        """Have it call a function itself, before its next child; return the connection by which it answers.

        Parameters
        ----------
        call
            The function, as ``"module:name"``. It must run no operation of TensorFlow: later children could run none.
        arguments
            What JSON can write.
        """
        connection = _connect(self.address)
        _send(connection, {"here": call, "arguments": arguments})
        return connection

    def call(self, call: str, *arguments: Any) -> Any:
        """Have it call a function itself, and return what that returns.

        Raises
        ------
        ForkError
            If the server ends of it.
        """
        with self.begin(call, *arguments) as connection, connection.makefile("rb") as lines:
            line = lines.readline()
        if not line:
            raise ForkError(f"the server at {self.address} has ended")
        return json.loads(line)

    def warm(self, modules: Sequence[str]) -> None:
        """Have it import modules."""
        self.begin("cnnfigs.building.server:warm", list(modules)).close()

    def warm_keras(self) -> None:
        """Have it import Keras with TensorFlow."""
        self.begin("cnnfigs.building.server:warm_keras").close()


class Forked:
    """A child of the server; it has the methods of :class:`subprocess.Popen` that are used here.

    Parameters
    ----------
    address
        Of the server.
    call
        The function that it is to call, as ``"module:name"``, with its end of the connection and the arguments.
    arguments
        What JSON can write.
    environment, folder
        Its environment variables and working folder.

    Raises
    ------
    ForkError
        If there is no server.
    """

    stdin = stdout = stderr = None

    def __init__(
        self,
        address: str,
        call: str,
        arguments: Sequence[Any] = (),
        environment: Mapping[str, str] | None = None,
        folder: str | Path | None = None,
    ) -> None:
        self.connection = _connect(address)
        self.returncode: int | None = None
        self._unread = b""
        request = {
            "call": call,
            "arguments": list(arguments),
            "environment": dict(os.environ if environment is None else environment),
            "folder": str(folder or Path.cwd()),
        }
        _send(self.connection, request)
        answer = self.read()
        if answer is None:
            raise ForkError(f"the server at {address} has forked nothing")
        #: Its number.
        self.pid: int = answer["process"]

    def read(self) -> Any:
        """Wait for the next thing that it says, and return it; None once it has ended."""
        while b"\n" not in self._unread:
            try:
                received = self.connection.recv(65536)
            except BlockingIOError:
                raise
            except OSError:
                received = b""
            if not received:  # the server has ended, and with it all its children
                self._unread = b'{"exit": -9}\n'
            self._unread += received
        line, _, self._unread = self._unread.partition(b"\n")
        message = json.loads(line)
        if "exit" in message:
            self.returncode = message["exit"]
            return None
        return message

    def send(self, message: Any) -> None:
        """Send it a message; one that has ended gets none."""
        with suppress(OSError):
            _send(self.connection, message)

    def poll(self) -> int | None:
        """Return its exit code, or None while it runs."""
        if self.returncode is None:
            self.connection.setblocking(False)
            try:
                self.read()
            except BlockingIOError:
                pass
            finally:
                self.connection.setblocking(True)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it ends, and return its exit code."""
        until = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if until is not None and time.monotonic() > until:
                raise subprocess.TimeoutExpired("a forked process", timeout or 0)
            time.sleep(0.01)
        self.connection.close()
        return self.returncode or 0

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)


def _connect(address: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(address)
    except OSError as error:
        connection.close()
        raise ForkError(f"no server that forks answers at {address}: {error}") from error
    return connection


def _send(connection: socket.socket, message: Any) -> None:
    connection.sendall(json.dumps(message).encode() + b"\n")
