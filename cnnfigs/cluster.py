"""Giving tasks to the workers of a Dask cluster: each has one at a time, and who dies costs only that one.

A task is done in a process beside the worker: the worker's own threads draw random numbers too, and seeds would not
hold.

Dask Distributed is an extra: ``pip install cnnfigs[cluster]``. The workers need this package, and the same versions of
the libraries, since what is computed elsewhere is to be what would be computed here.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from cnnfigs.aside import ProcessEndedError, aside
from cnnfigs.errors import CnnfigsError

#: Seconds until an unreachable scheduler is given up, and between two looks at who is there.
PATIENCE, PAUSE = 5, 0.2
#: So many workers may die of a task, before it is taken for the cause.
DEATHS = 3
#: What may differ between worker and here: it changes the last digits, not the result.
MAY_DIFFER = ("machine", "instructions")


class ClusterError(CnnfigsError, RuntimeError):
    """The cluster cannot be used."""


class Task(Protocol):
    """What a worker is given: small, hashable, and with a name to call it by."""

    @property
    def name(self) -> str:
        """How it is called in a message."""


Given = TypeVar("Given", bound=Task)
Outcome = TypeVar("Outcome")


def spread(
    address: str,
    tasks: Sequence[Given],
    call: Callable[[Given], Outcome],
    fits: Callable[[Given, Outcome], bool],
    versions: Callable[[], Mapping[str, str]],
    say: Callable[[str], None],
) -> Iterator[tuple[Given, Outcome | None]]:
    """Have tasks done by the workers of a Dask scheduler; workers may come and go meanwhile.

    Parameters
    ----------
    address
        Of the scheduler: ``tcp://HOST:PORT``.
    tasks
        What is to be done.
    call
        Does a task on a worker: a function of a module that the workers have too.
    fits
        Whether an outcome is one of today's code and data here.
    versions
        Names what a worker must have in the versions that are here; :data:`MAY_DIFFER` apart.
    say
        Tells which worker is refused or gone.

    Yields
    ------
    tuple
        A task and None when it begins, a task and its outcome when it is done, in the order in which they end.

    Raises
    ------
    ClusterError
        If the scheduler cannot be reached or is lost, all workers are refused, or workers die of a task.
    """
    with _connected(address) as client:
        yield from _Foreman(client, address, list(tasks), call, fits, versions, say).work()


def _connected(address: str) -> Any:
    if not re.fullmatch(r"(tcp|tls)://[^/\s]+:\d+", address):
        raise ClusterError(f"scheduler: expected an address such as tcp://HOST:8786, got {address!r}")
    try:
        from distributed import Client  # an extra, and a second to import
    except ImportError as error:
        raise ClusterError("a cluster needs Dask Distributed: `pip install cnnfigs[cluster]`") from error
    try:
        return Client(address, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError) as error:
        raise ClusterError(f"no scheduler answers at {address}: start it there, or name another address") from error


@dataclass
class _Foreman(Generic[Given, Outcome]):
    """Gives each idle worker one task, and a dead worker's task to another."""

    client: Any
    address: str
    waiting: list[Given]
    call: Callable[[Given], Outcome]
    fits: Callable[[Given, Outcome], bool]
    versions: Callable[[], Mapping[str, str]]
    say: Callable[[str], None]
    deaths: Counter[Given] = field(default_factory=Counter)
    accepted: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    busy: dict[str, tuple[Given, Any]] = field(default_factory=dict)

    def work(self) -> Iterator[tuple[Given, Outcome | None]]:
        """Have all tasks done."""
        lonely = False
        while self.waiting or self.busy:
            self._look_around()
            for worker in sorted(self.accepted - self.busy.keys()):
                if self.waiting:
                    task = self.waiting.pop(0)
                    # Nobody else may take it up: when its worker is gone, it comes back to us.
                    self.busy[worker] = task, self.client.submit(aside, self.call, task, workers=[worker], pure=False)
                    yield task, None
            if not self.accepted and not lonely:
                self.say(f"no worker at {self.address} yet: waiting for one")
                lonely = True
            time.sleep(PAUSE)
            for worker, (task, future) in [*self.busy.items()]:
                try:
                    outcome = self._outcome(task, future, worker) if future.done() else None
                except ProcessEndedError:
                    self._lost(worker)
                    continue
                if outcome is not None:
                    del self.busy[worker]
                    yield task, outcome

    def _look_around(self) -> None:
        """See who is new and who is gone."""
        there = self._workers()
        for worker in [*self.busy]:
            if worker not in there:
                self._lost(worker)
        self.accepted &= there
        for worker in sorted(there - self.accepted - self.refused.keys()):
            self._judge(worker)
        if there and there <= self.refused.keys():
            raise ClusterError("; ".join(self.refused[worker] for worker in sorted(there)))

    def _lost(self, worker: str) -> None:
        """Put the task of a worker that has died, or whose process beside it has, back among those that wait."""
        task, future = self.busy.pop(worker)
        future.release()
        self.deaths[task] += 1
        if self.deaths[task] == DEATHS:
            raise ClusterError(f"{DEATHS} workers died while they made {task.name}: make it where there is room")
        self.say(f"worker {worker} is gone: another makes {task.name}")
        self.waiting.insert(0, task)

    def _workers(self) -> set[str]:
        """Ask the scheduler which workers it has; what the client keeps of it has none of them now and then."""
        with suppress(OSError):
            if self.client.status == "running":
                return set(self.client.sync(self.client.scheduler.identity, n_workers=-1)["workers"])
        raise ClusterError(f"the scheduler at {self.address} is gone; what was done is kept: start again")

    def _judge(self, worker: str) -> None:
        """Accept a worker with our versions; refuse another by name."""
        try:
            theirs = self.client.run(self.versions, workers=[worker])[worker]
        except Exception as error:  # whatever it lacks, it cannot do a task
            self._refuse(worker, f"it cannot say its versions ({error!r})")
            return
        ours = self.versions()
        other = [
            f"{name} {theirs.get(name)} there, {value} here"
            for name, value in ours.items()
            if name not in MAY_DIFFER and theirs.get(name) != value
        ]
        if other:
            self._refuse(worker, f"it has other versions ({'; '.join(other)})")
        else:
            self.accepted.add(worker)

    def _refuse(self, worker: str, why: str) -> None:
        self.refused[worker] = f"worker {worker} is refused: {why}"
        self.say(self.refused[worker])

    def _outcome(self, task: Given, future: Any, worker: str) -> Outcome | None:
        """Fetch an outcome; None if its worker is gone with it."""
        try:
            outcome: Outcome = future.result(timeout=PATIENCE)
        except (TimeoutError, CancelledError):
            return None
        except ProcessEndedError:
            raise
        except Exception as error:
            raise ClusterError(f"{task.name} failed on worker {worker}: {error!r}") from error
        if not self.fits(task, outcome):
            raise ClusterError(f"worker {worker} has other code or data than here: give it the same version of cnnfigs")
        return outcome
