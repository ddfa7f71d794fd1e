"""Making what is missing of some trials, here or on a cluster, and showing how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from cnnfigs.experiments.records import RECORDS, record_of, state, write
from cnnfigs.experiments.trials import Trial
from cnnfigs.files import sweep

#: A trial that has begun, or its record; and the trial.
Event = tuple[Trial, dict[str, Any] | None]
#: Makes trials: gives an event when one begins and another, with its record, when it is made.
Maker = Callable[[Sequence[Trial]], Iterator[Event]]


def make_here(trials: Sequence[Trial]) -> Iterator[Event]:
    """Make trials in this process, one after another."""
    for trial in trials:
        yield trial, None
        yield trial, record_of(trial, trial.run())


def make_missing(
    trials: Sequence[Trial], folder: Path = RECORDS, maker: Maker = make_here, console: Console | None = None
) -> int:
    """Make the trials without a good record, and write each record as soon as there is one.

    It may be interrupted at any moment, and started again: what is done is kept.

    Parameters
    ----------
    trials
        What there is to be.
    folder
        Where the records are.
    maker
        Who makes them.
    console
        Where to show how far it is; the terminal by default.

    Returns
    -------
    int
        How many were made.

    Raises
    ------
    cnnfigs.experiments.records.RecordError
        If a record cannot be written.
    """
    console = console or Console(stderr=True)
    sweep(folder)
    states = {trial: state(trial, folder) for trial in trials}
    missing = [trial for trial, condition in states.items() if condition != "good"]
    for trial, condition in states.items():
        if condition in ("stale", "damaged"):
            console.print(f"the record of {trial.name} is {condition}: it is made again", highlight=False)
    if not missing:
        console.print(f"all {len(states)} records are there")
        return 0
    begun = time.monotonic()
    with _display(console) as display:
        bar = display.add_task("", total=len(states), completed=len(states) - len(missing), running="", left="")
        watch = _Watch(display, bar, missing)
        for trial, record in maker(missing):
            if record is None:
                watch.started(trial)
            else:
                write(trial, record, folder)
                watch.finished(trial)
                if not console.is_terminal:
                    console.print(f"{display.tasks[bar].completed:.0f}/{len(states)} {trial.name}", highlight=False)
    console.print(f"{len(missing)} records made in {_clock(time.monotonic() - begun)}")
    return len(missing)


def _display(console: Console) -> Progress:
    columns = (
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("trials done, running: {task.fields[running]}{task.fields[left]}"),
    )
    return Progress(*columns, console=console, disable=not console.is_terminal)


class _Watch:
    """Knows which trials run, and how long the others may take, from how long those like them took."""

    def __init__(self, display: Progress, bar: TaskID, waiting: Sequence[Trial]) -> None:
        self.display, self.bar = display, bar
        self.waiting = list(waiting)
        self.running: dict[Trial, float] = {}
        self.took: dict[Trial, list[float]] = {}

    def started(self, trial: Trial) -> None:
        self.running[trial] = time.monotonic()
        self._show()

    def finished(self, trial: Trial) -> None:
        begun = self.running.pop(trial)
        self.took.setdefault(trial.seedless, []).append(time.monotonic() - begun)
        self.waiting.remove(trial)
        self.display.advance(self.bar)
        self._show()

    def _show(self) -> None:
        at_once = max(1, len(self.running))
        left = f", about {_clock(self._remaining() / at_once)} left" if self.took else ""
        self.display.update(self.bar, running=", ".join(trial.title for trial in self.running) or "none", left=left)

    def _remaining(self) -> float:
        every = [seconds for each in self.took.values() for seconds in each]
        usual = sum(every) / len(every)
        return sum(
            sum(alike) / len(alike) if (alike := self.took.get(trial.seedless)) else usual for trial in self.waiting
        )


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"
