"""A cluster gives the same records; workers may die, and those with other libraries are refused by name."""

import io
import os
import signal
import socket

import dask
import pytest
import toys
from distributed import LocalCluster, Nanny, Scheduler, SpecCluster
from rich.console import Console
from toys import Failing, Toy, Waiting

from cnnfigs import cluster
from cnnfigs.cluster import ClusterError
from cnnfigs.experiments.cluster import make_on_cluster
from cnnfigs.experiments.making import make_missing
from cnnfigs.experiments.records import state

#: What a worker does at its start that is to seem to have another NumPy.
ANOTHER_NUMPY = """
import importlib.metadata, functools
def version(name, true_version):
    return "1.0" if name == "numpy" else true_version(name)
if not isinstance(importlib.metadata.version, functools.partial):
    importlib.metadata.version = functools.partial(version, true_version=importlib.metadata.version)
"""
#: What a worker does that is to be as it is.
AS_IT_IS = "import os"


@pytest.fixture
def console():
    return Console(file=io.StringIO(), width=500)


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """A scheduler that is there is not given up, however busy the machine is."""
    monkeypatch.setattr(cluster, "PATIENCE", 60)


@pytest.fixture(scope="module")
def two_workers():
    """A cluster of two workers; one that is killed is replaced after a moment."""
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as made:
        yield made


def specified(*preloads):
    """A cluster with one worker for each program that a worker runs at its start."""
    workers = {
        name: {"cls": Nanny, "options": {"nthreads": 1, "preload": preload, "dashboard": False}}
        for name, preload in enumerate(preloads)
    }
    scheduler = {"cls": Scheduler, "options": {"dashboard_address": ":0", "host": "127.0.0.1"}}
    return SpecCluster(workers=workers, scheduler=scheduler, silence_logs=False)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.thorough
def test_a_worker_killed_in_the_middle_changes_no_record(two_workers, console, tmp_path):
    gate = tmp_path / "gate"
    small = [Toy(seed) for seed in range(3)] + [Waiting(seed, gate=str(gate)) for seed in range(3, 10)]
    trials = small + toys.real(1)
    gate.touch()
    make_missing(small, tmp_path / "here", console=console)
    gate.unlink()
    # In a process of its own: TensorFlow may have been started here with other threads, which changes the last digits.
    assert toys.begin("real", tmp_path / "here", 1).wait() == 0
    doomed = next(iter(two_workers.workers.values())).process.pid
    made: list[bool] = []
    killed: list[int] = []

    def maker(missing):
        for trial, record in make_on_cluster(two_workers.scheduler_address, missing, console):
            yield trial, record
            made.append(record is not None)
            done, running = sum(made), len(made) - 2 * sum(made)
            if done == 3 and running == 2 and not killed:  # each has one that waits
                os.kill(doomed, signal.SIGKILL)
                killed.append(doomed)
                gate.touch()

    assert make_missing(trials, tmp_path / "cluster", maker, console) == len(trials)
    assert contents(tmp_path / "cluster") == contents(tmp_path / "here")
    assert "is gone: another makes toy-seed_" in console.file.getvalue()
    # One trial was begun twice, the others once.
    assert made.count(False) == len(trials) + 1
    assert sum(made) == len(trials)


def test_no_worker_is_taken_for_dead_while_dasks_client_looks_around_itself(two_workers, console):
    """The client's own list of workers is empty now and then, as often as it asks the scheduler how it is."""
    trials = [Toy(seed) for seed in range(12)]
    with dask.config.set({"distributed.client.scheduler-info-interval": "1ms"}):
        events = [*make_on_cluster(two_workers.scheduler_address, trials, console)]
    assert console.file.getvalue() == ""
    assert len(events) == 2 * len(trials)


def test_records_land_as_trials_finish(two_workers, console, tmp_path):
    gate = tmp_path / "gate"
    trials = [Waiting(2, gate=str(gate)), Toy(1)]
    events = make_on_cluster(two_workers.scheduler_address, trials, console)
    assert next(trial for trial, record in events if record is not None) == trials[1]
    gate.touch()
    assert next(trial for trial, record in events if record is not None) == trials[0]


def test_a_worker_with_other_libraries_is_refused_by_name(console, tmp_path):
    trials = [Toy(seed) for seed in range(4)]
    with specified(ANOTHER_NUMPY, AS_IT_IS) as mixed:
        assert make_missing(trials, tmp_path, lambda each: make_on_cluster(mixed.scheduler_address, each, console)) == 4
        other = mixed.workers[0].worker_address
    told = console.file.getvalue()
    assert f"worker {other} is refused: it has other versions (numpy 1.0 there, " in told
    assert told.count("is refused") == 1
    assert {state(trial, tmp_path) for trial in trials} == {"good"}


def test_without_a_worker_that_fits_nothing_is_made(console):
    with (
        specified(ANOTHER_NUMPY) as other,
        pytest.raises(ClusterError, match=r"^worker tcp://\S+ is refused: it has other versions \(numpy 1\.0 there"),
    ):
        list(make_on_cluster(other.scheduler_address, [Toy(1)], console))


def test_a_trial_that_goes_wrong_is_named(two_workers, console):
    with pytest.raises(ClusterError, match=rf"{Failing(1).name} failed on worker tcp://\S+: .*a number is missing"):
        list(make_on_cluster(two_workers.scheduler_address, [Failing(1)], console))


def test_a_lost_scheduler_ends_it(console, tmp_path):
    endless = Waiting(1, gate=str(tmp_path / "never"))
    with specified(AS_IT_IS) as short_lived:
        events = make_on_cluster(short_lived.scheduler_address, [endless], console)
        assert next(events)[1] is None
    with pytest.raises(ClusterError, match=rf"{short_lived.scheduler_address} is gone; what was done is kept"):
        list(events)


def test_an_unreachable_scheduler_is_given_up_within_ten_seconds(monkeypatch):
    """It is given up after our patience and not after that of Dask, with which this would not end."""
    monkeypatch.undo()
    assert 0 < cluster.PATIENCE < 10
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    with socket.socket() as bound, dask.config.set({"distributed.comm.timeouts.connect": "1d"}):
        bound.bind(("127.0.0.1", 0))  # a port where nobody answers
        address = f"tcp://127.0.0.1:{bound.getsockname()[1]}"
        with pytest.raises(ClusterError, match=f"no scheduler answers at {address}"):
            list(make_on_cluster(address, [Toy(1)]))


@pytest.mark.parametrize("address", ["somewhere", "http://host:8786", "tcp://host", "tcp://host:port", ""])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(ClusterError, match=r"expected an address such as tcp://HOST:8786"):
        list(make_on_cluster(address, [Toy(1)]))


def test_workers_that_keep_dying_of_a_trial_end_it(two_workers, console, monkeypatch):
    monkeypatch.setattr(cluster, "DEATHS", 2)
    with pytest.raises(ClusterError, match=rf"2 workers died while they made {toys.Deadly(1).name}"):
        list(make_on_cluster(two_workers.scheduler_address, [toys.Deadly(1)], console))
