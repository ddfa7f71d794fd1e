"""Calling a function in a process beside this one, where no other thread does anything.

A thread that draws from Python's random numbers meanwhile, as a Dask worker's own do, takes away some that Keras was
about to draw: seeds hold only where nobody else draws.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any, TypeVar

from cnnfigs.errors import CnnfigsError

Given = TypeVar("Given")
Outcome = TypeVar("Outcome")


class ProcessEndedError(CnnfigsError, RuntimeError):
    """The process beside this one has ended before it answered."""


def aside(call: Callable[[Given], Outcome], given: Given) -> Outcome:
    """Call a function with one argument in a process beside this one, which stays for the next call.

    The function is one of a module, which that process imports. What it raises is raised here.

    Raises
    ------
    ProcessEndedError
        If that process ends before it has answered.
    """
    outcome: Outcome = _process_of(os.getpid()).call(call, given)
    return outcome


@cache
def _process_of(asking: int) -> _Process:
    # A fork does not ask its parent's: the answers would go astray.
    return _Process()


class _Process:
    """A process that waits for calls, one after another, and ends with this one."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.process: subprocess.Popen[bytes] | None = None

    def call(self, call: Callable[[Any], Any], given: Any) -> Any:
        with self.lock:
            if self.process is None:
                environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
                command = [sys.executable, "-P", "-m", __name__]
                self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            try:
                pickle.dump((call, given), self.process.stdin)
                self.process.stdin.flush()
                good, outcome = pickle.load(self.process.stdout)
            except (EOFError, BrokenPipeError) as error:
                code, self.process = self.process.wait(), None
                raise ProcessEndedError(f"the process that worked on {given} ended with code {code}") from error
        if not good:
            raise outcome
        return outcome


def serve() -> None:
    """Answer calls until nobody asks any more; what they print goes where errors go."""
    calls, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while True:
        try:
            call, given = pickle.load(calls)
        except EOFError:
            return
        try:
            answer = pickle.dumps((True, call(given)))
        except Exception as error:
            answer = pickle.dumps((False, error))
        answers.write(answer)
        answers.flush()


if __name__ == "__main__":
    serve()
