"""Saying how far a build is: a line that changes where a person looks on, a line for each step where none does."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
import time
from collections.abc import Mapping, Sequence

from cnnfigs.building.costs import Costs
from cnnfigs.building.jobs import Job
from cnnfigs.building.workers import Done

#: Seconds between two lines of which none tells of a page.
PAUSE = 15


class Teller:
    """Writes how far a build is, on standard output.

    Pages are read by processes of their own, which write of each themselves: no thread may run where processes fork.

    Parameters
    ----------
    enabled
        Whether anything is written.
    costs
        What runs are expected to take.
    """

    def __init__(self, enabled: bool, costs: Costs) -> None:
        self._enabled = enabled
        self._looked_at = enabled and sys.stdout.isatty()
        self._count = multiprocessing.Value("i", 0)
        self._costs = costs
        self._waiting: dict[str, set[str]] = {}
        self._left: dict[str, float] = {}
        self._running: dict[str, str] = {}
        self._total = self._to_read = 0
        self._expected = self._begun = self._last = 0.0
        #: Seconds of processor time that each run took, by its title.
        self.measured: dict[str, float] = {}

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

    def begin_computing(self, needed: Mapping[str, Sequence[Job]]) -> None:
        """Begin to report runs.

        Parameters
        ----------
        needed
            For each page the runs that are to be computed for it.
        """
        self._waiting = {name: {job.key for job in jobs} for name, jobs in needed.items()}
        self._left = {job.key: self._costs.of(job) for jobs in needed.values() for job in jobs}
        self._total, self._expected = len(self._left), sum(self._left.values())
        self._begun = self._last = time.monotonic()

    def watch(self, event: Job | Done) -> None:
        """Report a run that has begun or ended."""
        if isinstance(event, Job):
            self._running[event.key] = event.title
            self.passing(f"{self._state()}: {', '.join(self._running.values())}")
            return
        job = event.job
        self._running.pop(job.key, None)
        self._left.pop(job.key, None)
        if not event.error:
            self.measured[job.title] = event.processor_seconds
        ready = [name for name, keys in self._waiting.items() if keys == {job.key}]
        for keys in self._waiting.values():
            keys.discard(job.key)
        for text in (*event.warnings, *filter(None, [event.error])):
            self.say(f"{job.title}: {text}")
        # Where nobody looks on, a line when a page is ready, and one now and then.
        if not self._looked_at and (ready or time.monotonic() - self._last > PAUSE):
            self._last = time.monotonic()
            self.say(f"{self._state()}{': ' if ready else ''}{', '.join(ready)}")

    def _state(self) -> str:
        pages = sum(not keys for keys in self._waiting.values())
        done, left = self._total - len(self._left), sum(self._left.values())
        # How fast this machine is shows in what is done already.
        spent, gained = time.monotonic() - self._begun, self._expected - left
        rest = f", about {spent / gained * left:.0f} s left" if gained > 0.05 * self._expected else ""
        return f"{done} of {self._total} runs computed, {pages} of {len(self._waiting)} pages ready{rest}"

    # Reading

    def begin_reading(self, count: int) -> None:
        """Begin to report so many pages."""
        self._to_read = count

    def read(self, name: str) -> None:
        """Report that a page has been read; called in whatever process has done it."""
        with self._count.get_lock():
            self._count.value += 1
            count = self._count.value
        self.passing(f"read {count} of {self._to_read} pages: {name}")
