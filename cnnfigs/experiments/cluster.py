"""Making trials on a Dask cluster: each worker has one at a time, and who dies costs only that one.

Dask Distributed is an extra: ``pip install cnnfigs[cluster]``. The workers need this package, and the same versions of
the libraries, since a training elsewhere is to be the training here.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from typing import Any

from rich.console import Console

from cnnfigs.experiments.making import Event
from cnnfigs.experiments.records import made_with, record_of
from cnnfigs.experiments.trials import Trial

#: Seconds until an unreachable scheduler is given up, and between two looks at who is there.
PATIENCE, PAUSE = 5, 0.2
#: So many workers may die of a trial, before it is taken for the cause.
DEATHS = 3
#: What may differ between worker and here: it changes the last digits, not the training.
MAY_DIFFER = ("machine", "instructions")


class ClusterError(RuntimeError):
    """The cluster cannot be used."""


def make_on_cluster(address: str, trials: Sequence[Trial], console: Console | None = None) -> Iterator[Event]:
    """Make trials on the workers of a Dask scheduler; workers may come and go meanwhile.

    Parameters
    ----------
    address
        Of the scheduler: ``tcp://HOST:PORT``.
    trials
        What to make.
    console
        Where to say which worker is refused or gone; the terminal by default.

    Yields
    ------
    tuple
        A trial and None when it begins, a trial and its record when it is made, in the order in which they end.

    Raises
    ------
    ClusterError
        If the scheduler cannot be reached or is lost, all workers are refused, or workers die of a trial.
    """
    with _connected(address) as client:
        yield from _Foreman(client, address, trials, console or Console(stderr=True)).work()


def _connected(address: str) -> Any:
    if not re.fullmatch(r"(tcp|tls)://[^/\s]+:\d+", address):
        raise ClusterError(f"scheduler is {address!r}: accepted is an address such as tcp://HOST:8786")
    try:
        from distributed import Client  # an extra, and a second to import
    except ImportError as error:
        raise ClusterError("a cluster needs Dask Distributed: `pip install cnnfigs[cluster]`") from error
    try:
        return Client(address, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError) as error:
        raise ClusterError(f"no scheduler answers at {address}: start it there, or name another address") from error


class _Foreman:
    """Gives each idle worker one trial, and a dead worker's trial to another."""

    def __init__(self, client: Any, address: str, trials: Sequence[Trial], console: Console) -> None:
        self.client, self.address, self.console = client, address, console
        self.waiting = list(trials)
        self.deaths: Counter[Trial] = Counter()
        self.accepted: set[str] = set()
        self.refused: dict[str, str] = {}
        self.busy: dict[str, tuple[Trial, Any]] = {}

    def work(self) -> Iterator[Event]:
        """Make all trials."""
        told = False
        while self.waiting or self.busy:
            self._look_around()
            for worker in sorted(self.accepted - self.busy.keys()):
                if self.waiting:
                    trial = self.waiting.pop(0)
                    # Nobody else may take it up: when its worker is gone, it comes back to us.
                    self.busy[worker] = trial, self.client.submit(made, trial, workers=[worker], pure=False)
                    yield trial, None
            if not self.accepted and not told:
                self.console.print(f"no worker at {self.address} yet: waiting for one", highlight=False)
                told = True
            time.sleep(PAUSE)
            for worker, (trial, future) in [*self.busy.items()]:
                record = self._record(trial, future, worker) if future.done() else None
                if record is not None:
                    del self.busy[worker]
                    yield trial, record

    def _look_around(self) -> None:
        """See who is new and who is gone."""
        there = self._workers()
        for worker in [*self.busy]:
            if worker not in there:
                trial, future = self.busy.pop(worker)
                future.release()
                self.deaths[trial] += 1
                if self.deaths[trial] == DEATHS:
                    raise ClusterError(
                        f"{DEATHS} workers died while they made {trial.name}: make it where there is room"
                    )
                self.console.print(f"worker {worker} is gone: another makes {trial.name}", highlight=False)
                self.waiting.insert(0, trial)
        self.accepted &= there
        for worker in sorted(there - self.accepted - self.refused.keys()):
            self._judge(worker)
        if there and there <= self.refused.keys():
            raise ClusterError("; ".join(self.refused[worker] for worker in sorted(there)))

    def _workers(self) -> set[str]:
        """Ask the scheduler which workers it has; what the client keeps of it has none of them now and then."""
        try:
            if self.client.status == "running":
                return set(self.client.sync(self.client.scheduler.identity, n_workers=-1)["workers"])
        except OSError:
            pass
        raise ClusterError(f"the scheduler at {self.address} is gone; what was done is kept: start again")

    def _judge(self, worker: str) -> None:
        """Accept a worker with our versions; refuse another by name."""
        try:
            told = self.client.run(made_with, workers=[worker])[worker]
        except Exception as error:  # whatever it lacks, it cannot make a trial
            self._refuse(worker, f"it cannot tell its versions ({error!r})")
            return
        ours = made_with()
        other = [
            f"{name} {told.get(name)} there, {value} here"
            for name, value in ours.items()
            if name not in MAY_DIFFER and told.get(name) != value
        ]
        if other:
            self._refuse(worker, f"it has other versions ({'; '.join(other)})")
        else:
            self.accepted.add(worker)

    def _refuse(self, worker: str, why: str) -> None:
        self.refused[worker] = f"worker {worker} is refused: {why}"
        self.console.print(self.refused[worker], highlight=False)

    def _record(self, trial: Trial, future: Any, worker: str) -> dict[str, Any] | None:
        """Fetch a record; None if its worker is gone with it."""
        try:
            record: dict[str, Any] = future.result(timeout=PATIENCE)
        except (TimeoutError, CancelledError):
            return None
        except Exception as error:
            raise ClusterError(f"{trial.name} failed on worker {worker}: {error!r}") from error
        if record["digest"] != trial.digest():
            raise ClusterError(f"worker {worker} has other code or data than here: give it the same version of cnnfigs")
        return record


def made(trial: Trial) -> dict[str, Any]:
    """Make a trial on a worker."""
    return record_of(trial, trial.run())
