"""A trial of NumPy alone, made in a moment, to try the machinery with; and a program that makes some."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnnfigs.experiments.trials import Trial


@dataclass(frozen=True)
class Toy(Trial):
    """The sum of some random numbers, and the numbers."""

    size: int = 10

    @property
    def title(self):
        return f"toy-seed_{self.seed}"

    def run(self):
        numbers = np.random.default_rng(self.seed).normal(size=self.size)
        return {"numbers": numbers.tolist(), "test": {"asked": 1000, "right": 500 + int(10 * numbers[0])}}

    def digest(self):
        return hashlib.sha256(json.dumps(self.description).encode()).hexdigest()


def wait_until(condition, still=lambda: True):
    """Wait until a condition holds, in whatever time, as long as it still may."""
    for _ in range(100_000):
        if condition():
            return
        assert still()
        time.sleep(0.002)
    raise TimeoutError("it hangs")


@dataclass(frozen=True)
class Waiting(Toy):
    """A trial that goes on for as long as a file is not there."""

    gate: str = ""

    def run(self):
        wait_until(Path(self.gate).exists)
        return super().run()


@dataclass(frozen=True)
class Failing(Toy):
    """A trial that goes wrong."""

    def run(self):
        raise ArithmeticError("a number is missing")


@dataclass(frozen=True)
class Deadly(Toy):
    """A trial that takes its process with it, as one without enough memory does."""

    def run(self):
        os.kill(os.getpid(), signal.SIGKILL)


def large(count):
    """Toys whose records take a while to write: about half a megabyte each."""
    return [Toy(seed, size=20_000) for seed in range(count)]


def real(count):
    """Real trainings, as small as they can be."""
    from cnnfigs.experiments.trials import Training

    return [Training(seed, "dense_131", images=100, steps=100, test_images=100) for seed in range(count)]


def begin(kind, folder, count):
    """Start a program that makes trials; return when it has begun."""
    command = [sys.executable, __file__, kind, folder, str(count)]
    program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert program.stdout is not None
    program.stdout.readline()
    return program


if __name__ == "__main__":
    from cnnfigs.experiments.making import make_missing

    kind, folder, count = sys.argv[1:]
    print("begun", flush=True)
    make_missing({"large": large, "real": real}[kind](int(count)), Path(folder))
