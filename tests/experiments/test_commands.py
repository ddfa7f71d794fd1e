"""The commands name what they do not know, make what is missing, and compare what is there."""

import io
import itertools
import json
from types import SimpleNamespace

import pytest
from rich.console import Console
from toys import Toy, wait_until

from cnnfigs.experiments import __main__ as command
from cnnfigs.experiments import catalog, making, records
from cnnfigs.experiments.catalog import EXPERIMENTS, Experiment, all_trials
from cnnfigs.experiments.making import make_missing
from cnnfigs.experiments.records import made_with, path_of, record_of, state
from cnnfigs.experiments.verifying import compare, sample, siblings_of
from cnnfigs.models.networks import NETWORKS

TOYS = tuple(Toy(seed) for seed in range(5))


@pytest.fixture
def console():
    return Console(file=io.StringIO(), width=500)


def test_an_unknown_name_is_told_with_all_that_exist(capsys):
    assert command.main(["convolution", "nonsense"]) == 2
    told = capsys.readouterr().err
    assert "NAME: expected a network, " in told
    assert all(name in told for name in [*NETWORKS, *EXPERIMENTS])
    with pytest.raises(ValueError, match=r"^experiment: expected convolution, .+, got 'nonsense'"):
        all_trials(["nonsense"])


def test_a_name_is_of_a_network_or_of_an_experiment():
    assert not NETWORKS.keys() & EXPERIMENTS.keys()


def test_an_unreachable_scheduler_ends_with_its_address(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(command, "make_missing", lambda trials, maker, console: [*maker(trials)])
    assert command.main(["peephole", "--scheduler", "tcp://127.0.0.1:9"]) == 1
    assert "tcp://127.0.0.1:9" in capsys.readouterr().err


def test_a_named_network_is_trained_and_nothing_else(monkeypatch):
    done = []
    monkeypatch.setattr(
        command.weights, "train", lambda name: done.append(name) or {"best_epoch": 1, "test_accuracy": 1}
    )
    monkeypatch.setattr(command, "make_missing", lambda *given, **named: done.append("experiments"))
    assert command.main(["dense_131"]) == 0
    assert done == ["dense_131"]
    assert command.main(["peephole"]) == 0
    assert command.main([]) == 0  # the shipped weights are good: only experiments are looked at
    assert done == ["dense_131", "experiments", "experiments"]


def test_weights_that_are_missing_are_made(monkeypatch, tmp_path):
    def stale(name):
        raise command.weights.StaleWeightsError(name)

    monkeypatch.setattr(command.weights, "record", stale)
    assert command.missing_networks() == [*NETWORKS]


def test_an_interruption_says_that_it_can_go_on(monkeypatch, capsys):
    def interrupted(*given, **named):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "make_missing", interrupted)
    assert command.main(["peephole"]) == 130
    assert "the same command goes on" in capsys.readouterr().err


def test_progress_is_shown_live(tmp_path, monkeypatch):
    """As on a terminal: how many are done, which runs, how long it may take."""
    terminal = Console(file=io.StringIO(), width=200, force_terminal=True, no_color=True, highlight=False)
    # Whenever somebody looks at the clock, half a minute has passed.
    monkeypatch.setattr(making, "time", SimpleNamespace(monotonic=itertools.count(step=30).__next__))

    def watched(trials):
        for trial in trials:
            yield trial, None
            wait_until(lambda title=trial.title: f"running: {title}" in terminal.file.getvalue())
            yield trial, record_of(trial, trial.run())

    make_missing(TOYS[:3], tmp_path, watched, terminal)
    shown = terminal.file.getvalue()
    assert "0/3" in shown
    assert "3/3" in shown
    assert "running: toy-seed_1, about 1 min 00 s left" in shown
    assert "running: toy-seed_2, about 30 s left" in shown
    assert "3 records made in 3 min 30 s" in shown


def altered(trial, folder, **changes):
    """Change an accuracy or a version in a record, with a checksum that fits."""
    path = path_of(trial, folder)
    record = json.loads(path.read_text())
    record["made_with"].update(changes.get("made_with", {}))
    record["outcome"]["test"]["right"] += changes.get("right", 0)
    del record["sha256"]
    path.write_text(json.dumps({**record, "sha256": records._checksum(record)}))
    assert state(trial, folder) == "good"


def test_a_trial_made_again_here_is_equal(tmp_path, console):
    make_missing(TOYS, tmp_path, console=console)
    assert compare(TOYS[0], TOYS, tmp_path).verdict == "equal"
    altered(TOYS[0], tmp_path, right=1)
    found = compare(TOYS[0], TOYS, tmp_path)
    assert found.verdict == "different"
    assert "on the same versions and kind of processor" in found.reason


def test_elsewhere_it_is_as_good_within_what_seeds_differ(tmp_path, console):
    make_missing(TOYS, tmp_path, console=console)
    accuracies = [trial.run()["test"]["right"] for trial in TOYS]
    allowed = 2 * (max(accuracies) - min(accuracies))
    assert allowed > 10
    altered(TOYS[1], tmp_path, made_with={"numpy": "1.0"})
    found = compare(TOYS[1], TOYS, tmp_path)
    assert found.verdict == "equal"  # other versions may give the same
    # The trial with the lowest accuracy, so that the recorded spread stays what it was.
    lowest = TOYS[accuracies.index(min(accuracies))]
    altered(lowest, tmp_path, made_with={"numpy": "1.0"}, right=1)
    found = compare(lowest, TOYS, tmp_path)
    assert found.verdict == "as good"
    assert f"numpy 1.0, here {made_with()['numpy']}" in found.reason
    altered(lowest, tmp_path, right=3 * allowed)
    assert compare(lowest, [lowest], tmp_path).verdict == "different"


def test_siblings_differ_in_their_seed_only(tmp_path, console):
    others = (Toy(1, size=11), Toy(2, size=11))
    make_missing([*TOYS, *others], tmp_path, console=console)
    assert siblings_of(Toy(3), [*TOYS, *others], tmp_path) == [*TOYS]


def test_a_sample_is_of_what_is_there(tmp_path, console):
    make_missing(TOYS[:3], tmp_path, console=console)
    assert {*sample(TOYS, 9, tmp_path)} == {*TOYS[:3]}
    assert len(sample(TOYS, 2, tmp_path)) == 2


def test_verify_tells_by_its_exit_status(tmp_path, monkeypatch, capsys, console):
    monkeypatch.setattr(command, "EXPERIMENTS", {"toys": Experiment("toys", "?", TOYS)})
    monkeypatch.setattr(catalog, "EXPERIMENTS", command.EXPERIMENTS)
    for name in ("sample", "compare", "siblings_of"):
        monkeypatch.setattr(command, name, inside(getattr(command, name), tmp_path))
    assert command.main(["--verify", "2", "toys"]) == 1
    assert "there is no record to compare with" in capsys.readouterr().err
    make_missing(TOYS, tmp_path, console=console)
    assert command.main(["--verify", "5", "toys"]) == 0
    assert capsys.readouterr().err.count("equal: toy-seed_") == 5
    altered(TOYS[2], tmp_path, right=1)
    assert command.main(["--verify", "5"]) == 1
    assert "different: toy-seed_2" in capsys.readouterr().err


def inside(function, folder):
    return lambda *given: function(*given, folder=folder)
