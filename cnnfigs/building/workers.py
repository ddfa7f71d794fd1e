"""Computing runs on all processors of this machine, in processes forked from one that is warm."""

from __future__ import annotations

import json
import os
import socket
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from queue import SimpleQueue
from threading import Lock
from typing import Any

import psutil

from cnnfigs import cache
from cnnfigs.building.forking import Forked, ForkError, Server
from cnnfigs.building.jobs import Job, make

#: How many bytes of its own a process may keep after a run. Networks stay in it, compiled for each size of photo, which
#: saves the next run time; one that keeps more is replaced, or two of them would need four gigabytes in the end.
KEPT = 650_000_000


@dataclass(frozen=True)
class Done:
    """A job that has ended.

    Attributes
    ----------
    job
        Which.
    seconds, processor_seconds
        What it took.
    error
        Why it failed; empty where it did not. The page that asks for the run fails in the same way, and says where.
    warnings
        What it warned of, such as a damaged file that was made again.
    """

    job: Job
    seconds: float
    processor_seconds: float
    error: str = ""
    warnings: tuple[str, ...] = ()


def plan(server: Server, pages: Mapping[str, str]) -> dict[str, list[Job]]:
    """Return for each page, given with its code, the runs that it needs and that are not kept.

    The server finds them: it has read all sources then, and so have its later children.
    """
    answer = server.call(f"{__name__}:missing", dict(pages))
    return {name: [Job(**job) for job in jobs] for name, jobs in answer.items()}


def missing(pages: Mapping[str, str]) -> dict[str, list[dict[str, str]]]:
    """Find the same in the server, in a form that JSON can write."""
    from cnnfigs.building.finding import jobs_of  # it imports illustrations, and with them matplotlib

    needed = {name: dict.fromkeys(jobs_of(cells)) for name, cells in pages.items()}
    return {name: [asdict(job) for job in jobs if not cache.is_kept(job.key)] for name, jobs in needed.items()}


def compute(address: str, jobs: Sequence[Job], workers: int) -> Iterator[Done | Job]:
    """Compute runs, several at once, and keep them.

    Parameters
    ----------
    address
        Of a server that forks.
    jobs
        What to compute; those that stand first are begun first.
    workers
        How many processes.

    Yields
    ------
    Job or Done
        A job when it is begun, and what became of it when it has ended.
    """
    waiting, lock = list(jobs), Lock()
    events: SimpleQueue[Done | Job | None] = SimpleQueue()

    def work() -> None:
        worker = None
        try:
            while True:
                with lock:
                    job = waiting.pop(0) if waiting else None
                if job is None:
                    return
                events.put(job)
                if worker is None:
                    worker = Forked(address, f"{__name__}:serve")
                worker.send(asdict(job))
                answer = worker.read()
                if answer is None:
                    events.put(Done(job, 0, 0, f"its process ended with code {worker.returncode}"))
                    worker = None
                else:
                    keeps = answer.pop("keeps")
                    events.put(Done(job, **{**answer, "warnings": tuple(answer["warnings"])}))
                    if keeps > KEPT:
                        worker.connection.close()
                        worker = None
        except ForkError:
            return  # what is left is computed by the pages' kernels
        finally:
            if worker is not None:
                worker.connection.close()
            events.put(None)

    count = max(1, min(workers, len(waiting)))
    with ThreadPoolExecutor(count) as pool:
        for _ in range(count):
            pool.submit(work)
        while count:
            event = events.get()
            if event is None:
                count -= 1
            else:
                yield event


def serve(connection: socket.socket) -> None:
    """Compute what is asked for, until nobody asks any more; called in a forked process."""
    for line in connection.makefile("rb"):
        connection.sendall(json.dumps(_run(Job(**json.loads(line)))).encode() + b"\n")


def _run(job: Job) -> dict[str, Any]:
    start, used = time.perf_counter(), os.times()
    error = ""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        try:
            make(job)
        except Exception as failure:  # whatever it is, the page's own kernel meets it again and tells its line
            error = f"{type(failure).__name__}: {failure}"
    now = os.times()
    return {
        "seconds": time.perf_counter() - start,
        "processor_seconds": now.user + now.system - used.user - used.system,
        "keeps": psutil.Process().memory_full_info().uss,
        "error": error,
        "warnings": [str(each.message) for each in caught if each.category is UserWarning],
    }


def unique(jobs: Iterable[Job]) -> list[Job]:
    """Leave out jobs that stand there already, since several pages may ask for one run."""
    return list({job.key: job for job in jobs}.values())
