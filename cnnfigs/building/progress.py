"""Saying how far a build is: a line that changes where a person looks on, a line for each step where none does."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
import time
from collections.abc import Iterable, Mapping, Sequence

from cnnfigs.building.jobs import Job
from cnnfigs.building.workers import Done


class Teller:
    """Tells how far a build is, on standard output.

    Pages are read by processes of their own, which tell of each themselves: no thread may run where processes fork.

    Parameters
    ----------
    enabled
        Whether anything is told.
    """

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled
        self._looked_at = enabled and sys.stdout.isatty()
        self._count = multiprocessing.Value("i", 0)
        self._waiting: dict[str, set[str]] = {}
        self._total = self._to_read = 0
        self._workers = 1
        self._running: dict[str, float] = {}
        self._done = 0
        self._begun = 0.0
        self._told = 0.0

    def say(self, text: str) -> None:
        """Write a line that stays."""
        if text:
            self._write(f"{text}\n")

    def passing(self, text: str) -> None:
        """Write what holds for the moment: in a line that the next one takes the place of, or nowhere."""
        if self._looked_at:
            self._write(text[: shutil.get_terminal_size().columns - 1])

    def _write(self, text: str) -> None:
        if self._enabled:
            sys.stdout.flush()
            os.write(sys.stdout.fileno(), (f"\r\x1b[K{text}" if self._looked_at else text).encode())

    def close(self) -> None:
        """Leave no line that is only for the moment."""
        self.passing("")

    # Computing

    def begin_computing(self, needed: Mapping[str, Sequence[Job]], workers: int) -> None:
        """Begin to tell of runs.

        Parameters
        ----------
        needed
            For each page the runs that are to be computed for it.
        workers
            How many are computed at a time.
        """
        self._waiting = {name: {job.key for job in jobs} for name, jobs in needed.items()}
        self._total = len({key for keys in self._waiting.values() for key in keys})
        self._workers, self._done, self._begun = workers, 0, time.monotonic()

    def watch(self, event: Job | Done) -> None:
        """Tell of a run that has begun or ended."""
        if isinstance(event, Job):
            self._running[event.name] = time.monotonic()
        else:
            self._done += 1
            self._running.pop(event.job.name, None)
            ready = [name for name, keys in self._waiting.items() if event.job.key in keys and len(keys) == 1]
            for keys in self._waiting.values():
                keys.discard(event.job.key)
            for text in (*event.said, *filter(None, [event.error])):
                self.say(f"{event.job.name}: {text}")
            if not self._looked_at:
                for name in ready:
                    self.say(f"  {self._state()}: all that {name} needs is computed")
        self.passing(f"{self._state()}, {', '.join(self._running)}")

    def _state(self) -> str:
        pages = sum(not keys for keys in self._waiting.values())
        spent = time.monotonic() - self._begun
        left = f", about {spent / self._done * (self._total - self._done):.0f} s left" if self._done else ""
        return f"computed {self._done} of {self._total} runs, for {pages} of {len(self._waiting)} pages{left}"

    def ordered(self, jobs: Iterable[Job]) -> list[Job]:
        """Put those first that take longest."""
        return list(jobs)

    # Reading

    def begin_reading(self, names: Sequence[str], run: Sequence[str]) -> None:
        """Begin to tell of pages: all that are read, and those of them whose cells are run."""
        self._to_read = len(names)

    def read(self, name: str) -> None:
        """Tell that a page has been read; called in whatever process has done it."""
        with self._count.get_lock():
            self._count.value += 1
            count = self._count.value
        self.passing(f"read {count} of {self._to_read} pages: {name}")
