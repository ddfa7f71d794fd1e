"""Making trials on a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console

from cnnfigs.cluster import spread
from cnnfigs.experiments.making import Event
from cnnfigs.experiments.records import made_with, record_of
from cnnfigs.experiments.trials import Trial


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
    cnnfigs.cluster.ClusterError
        If the scheduler cannot be reached or is lost, all workers are refused, or workers die of a trial.
    """
    out = console or Console(stderr=True)
    yield from spread(address, trials, made, of_today, made_with, lambda text: out.print(text, highlight=False))


def made(trial: Trial) -> dict[str, Any]:
    """Make a trial on a worker."""
    return record_of(trial, trial.run())


def of_today(trial: Trial, record: dict[str, Any]) -> bool:
    """Return whether a record was made by the code and data that are here."""
    digest: bool = record["digest"] == trial.digest()
    return digest
