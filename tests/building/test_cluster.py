"""A Dask cluster computes the runs of a build as this machine does, and is refused where it would not."""

from dataclasses import replace

import pytest
from distributed import LocalCluster

from cnnfigs import cache
from cnnfigs.building import cluster
from cnnfigs.building.finding import jobs_of
from cnnfigs.building.workers import Done
from cnnfigs.cluster import ClusterError

CODE = """
from cnnfigs.illustrations.architectures.timeline import Timeline
from cnnfigs.illustrations.windows.padding import Padding

Timeline()
Padding(size=4)
"""


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNFIGS_CACHE", str(tmp_path_factory.mktemp("elsewhere")))
        with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as made:
            yield made


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNFIGS_CACHE", str(tmp_path / "here"))


@pytest.mark.thorough
def test_what_a_cluster_computes_is_kept_here_byte_by_byte_the_same(two_workers, here, tmp_path, monkeypatch):
    jobs = list(jobs_of(CODE))
    assert len(jobs) == 2
    messages = []
    events = list(cluster.compute(two_workers.scheduler_address, jobs, messages.append))
    done = [event for event in events if isinstance(event, Done)]
    assert {event.job for event in done} == set(jobs)
    assert [event for event in events if not isinstance(event, Done)] != []
    assert messages == []
    kept = {job: cache.read_entry(job.key) for job in jobs}
    monkeypatch.setenv("CNNFIGS_CACHE", str(tmp_path / "local"))
    for job in jobs:
        job.load().result  # noqa: B018 - it is computed, and kept
        assert cache.read_entry(job.key) == kept[job]


def test_a_worker_with_other_code_is_refused(two_workers, here):
    (job,) = [job for job in jobs_of(CODE) if job.name == "Timeline"]
    of_other_code = replace(job, key="0" * 64)
    with pytest.raises(ClusterError, match="has other code or data than here"):
        list(cluster.compute(two_workers.scheduler_address, [of_other_code], print))
    assert not cache.is_kept(of_other_code.key)


def test_a_run_that_fails_there_is_named(two_workers, here):
    (job,) = [job for job in jobs_of(CODE) if job.name == "Padding"]
    broken = replace(job, parameters="{'size': 99}")
    with pytest.raises(
        ClusterError, match=r"Padding failed on worker tcp://\S+: ParameterError\('size: expected .*, got 99"
    ):
        list(cluster.compute(two_workers.scheduler_address, [broken], print))
