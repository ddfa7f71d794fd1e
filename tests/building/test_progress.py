"""How far a build is, is told in lines that hold numbers of this build."""

import pytest

from cnnfigs.building import progress
from cnnfigs.building.costs import Costs
from cnnfigs.building.jobs import Job
from cnnfigs.building.progress import Teller
from cnnfigs.building.workers import Done


def job(number: int) -> Job:
    return Job("module", "Name", "{}", f"{number}", f"Name({number})")


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 1000.0

    monkeypatch.setattr(progress.time, "monotonic", lambda: Clock.now)
    return Clock


def test_lines_where_nobody_looks_on(capfd, tmp_path, clock):
    costs = Costs(tmp_path)
    costs.remember({"Name(1)": 30, "Name(2)": 10, "Name(3)": 10})
    teller = Teller(True, costs)
    teller.begin_computing({"one": [job(1), job(2)], "two": [job(2), job(3)], "three": []})
    for number, seconds in ((1, 60), (2, 5), (3, 5)):
        teller.watch(job(number))
        clock.now += seconds
        teller.watch(Done(job(number), seconds, seconds, warnings=("a file is damaged",) if number == 2 else ()))
    assert capfd.readouterr().out.splitlines() == [
        # A minute for what was to take 30 seconds: the other 20 will take 40.
        "1 of 3 runs computed, 1 of 3 pages ready, about 40 s left",
        "Name(2): a file is damaged",
        "2 of 3 runs computed, 2 of 3 pages ready, about 16 s left: one",
        "3 of 3 runs computed, 3 of 3 pages ready, about 0 s left: two",
    ]
    assert teller.measured == {"Name(1)": 60, "Name(2)": 5, "Name(3)": 5}


def test_a_run_that_fails_is_told_and_not_measured(capfd, tmp_path, clock):
    teller = Teller(True, Costs(tmp_path))
    teller.begin_computing({"one": [job(1)]})
    teller.watch(job(1))
    teller.watch(Done(job(1), 1, 1, error="ValueError: strides is 0"))
    assert "Name(1): ValueError: strides is 0" in capfd.readouterr().out
    assert teller.measured == {}


def test_nothing_is_told_where_it_is_not_wanted(capfd, tmp_path):
    teller = Teller(False, Costs(tmp_path))
    teller.say("words")
    teller.passing("words")
    teller.close()
    assert capfd.readouterr() == ("", "")
