"""Computing the runs of a build on a Dask cluster, whose workers have this package and its data."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from cnnfigs import cache
from cnnfigs.building.jobs import Job
from cnnfigs.building.workers import Done
from cnnfigs.cluster import spread
from cnnfigs.experiments.records import made_with


def compute(address: str, jobs: Sequence[Job], say: Callable[[str], None]) -> Iterator[Done | Job]:
    """Compute runs on the workers of a Dask scheduler, and keep them here.

    With the same versions, kind of processor and threads the results are those of this machine, bit by bit. On other
    processors they may differ in the last digits of a 32-bit number, about 1 part in 10⁵ of what is drawn or written.

    Parameters
    ----------
    address
        Of the scheduler: ``tcp://HOST:PORT``.
    jobs
        What to compute; those that stand first are begun first.
    say
        Tells which worker is refused or gone.

    Yields
    ------
    Job or Done
        A job when it is begun, and what became of it when it has ended.

    Raises
    ------
    cnnfigs.cluster.ClusterError
        If the scheduler cannot be reached or is lost, all workers are refused or have other code, or a run fails.
    """
    starts: dict[Job, float] = {}
    for job, outcome in spread(address, jobs, make_entry, of_today, made_with, say):
        if outcome is None:
            starts[job] = time.perf_counter()
            yield job
        else:
            _, entry, used = outcome
            cache.keep(job.key, entry)
            yield Done(job, time.perf_counter() - starts[job], used)


def make_entry(job: Job) -> tuple[str, bytes, float]:
    """Compute a run on a worker.

    Returns
    -------
    tuple of (str, bytes, float)
        Its key there, which stands for code, data and versions; the entry of the cache; seconds of processor time.
    """
    used = time.process_time()
    illustration = job.load()
    illustration.result  # noqa: B018 - it is made when it is asked for
    key = illustration.key or ""
    return key, cache.read_entry(key), time.process_time() - used


def of_today(job: Job, outcome: tuple[str, bytes, float]) -> bool:
    """Return whether a run was made by the code, data and libraries that are here."""
    return outcome[0] == job.key
