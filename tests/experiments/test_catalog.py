"""The experiments ask what they say, share what they can, and their shipped records are good."""

from collections import Counter

import numpy as np
import pytest

from cnnfigs.data import mnist
from cnnfigs.data.blood_cells import crops, part
from cnnfigs.experiments import catalog
from cnnfigs.experiments.catalog import AMOUNTS, BASIC, EXPERIMENTS, FIVE, all_trials, by_recipe, usual, with_images
from cnnfigs.experiments.designs import TEST_IMAGES as ALL
from cnnfigs.experiments.records import RECORDS, path_of, read
from cnnfigs.experiments.results import paired, results
from cnnfigs.experiments.transfer import Transfer
from cnnfigs.models.networks import NETWORKS
from cnnfigs.models.weights import record
from cnnfigs.statistics import paired_difference

THERE = [trial for trial in all_trials() if path_of(trial).exists()]


def test_trials_that_experiments_share_are_made_once():
    asked = [trial for experiment in EXPERIMENTS.values() for trial in experiment.trials]
    assert len(all_trials()) == len({*asked}) < len(asked)
    for shared in (by_recipe("convnet", 1), usual("convnet", 1), usual("dense_512", 5)):
        assert asked.count(shared) >= 2
    assert len({trial.name for trial in all_trials()}) == len(all_trials())


def test_no_experiment_is_called_as_a_network_is():
    """Both are named on one command line."""
    assert not {*EXPERIMENTS} & {*NETWORKS}


def test_first_seeds_come_first():
    for trials in [all_trials(), *(experiment.trials for experiment in EXPERIMENTS.values())]:
        seeds = [trial.seed for trial in trials]
        assert seeds == sorted(seeds)


def test_comparisons_are_paired():
    """Within an experiment, networks that are compared have the same seeds."""
    for images, seeds in AMOUNTS.items():
        for network in BASIC:
            assert {with_images(network, images, seed) for seed in seeds} <= {*EXPERIMENTS["examples"].trials}
    by_seed = Counter((trial.network, trial.seed) for trial in EXPERIMENTS["downsampling"].trials)
    assert {*by_seed.values()} == {1}
    for network in ("convnet", "convnet_mean_pooling", "convnet_pick_one"):
        assert all((network, seed) in by_seed for seed in FIVE)


def test_every_amount_takes_as_many_steps():
    assert {trial.steps for trial in EXPERIMENTS["examples"].trials} == {1_000}


def test_shipped_records_are_good_and_belong_to_an_experiment():
    assert {path.name for path in RECORDS.iterdir()} == {path_of(trial).name for trial in THERE}
    for trial in THERE:
        outcome = read(trial)  # refuses a damaged or stale one
        asked = len(crops(part("test")).labels) if isinstance(trial, Transfer) else getattr(trial, "test_images", ALL)
        assert outcome["test"]["asked"] == asked


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_planned_trial_has_its_record(name):
    assert EXPERIMENTS[name].trials
    assert [trial.name for trial in EXPERIMENTS[name].trials if trial not in THERE] == []


def test_the_recipe_of_the_first_experiment_is_that_of_the_shipped_networks():
    """Seed 1 is the same training, whose accuracy the networks' own records have."""
    for network in BASIC:
        found = results(lambda seed, network=network: by_recipe(network, seed), [1])
        assert found.accuracy[0] == pytest.approx(record(network)["test_accuracy"], abs=0.0005)
        assert found.histories["1"]["val_loss"] == pytest.approx(record(network)["history"]["val_loss"], abs=0.005)


def test_results_are_those_of_the_records():
    found = results(lambda seed: usual("convnet", seed), FIVE)
    outcomes = [read(usual("convnet", seed)) for seed in found.seeds]
    np.testing.assert_array_equal(found.accuracy, [each["test"]["right"] / 10_000 for each in outcomes])
    np.testing.assert_array_equal(
        found.elsewhere["up 8"], [each["elsewhere"]["up 8"]["right"] / 5_000 for each in outcomes]
    )
    assert found.right.shape == (len(found.seeds), 10_000)
    assert found.images_elsewhere == 5_000
    assert found.parameters == 104_202


def test_two_results_pair_up_by_seed():
    one = results(lambda seed: usual("convnet", seed), [1])
    other = results(lambda seed: usual("dense_512", seed), FIVE)
    right = paired(one, other)
    assert [each.shape for each in right] == [(1, 10_000)] * 2
    difference = paired_difference(*right)
    assert difference.mean == pytest.approx(one.accuracy[0] - other.accuracy[0])
    with pytest.raises(ValueError, match="seed in common"):
        paired(one, results(lambda seed: usual("convnet", seed + 1), [1]))


def test_digits_moved_within_the_canvas_are_answered_the_same_where_no_unit_is_lost():
    found = results(catalog.padded, (1, 2))
    for length in (4, 8):
        for direction in ("right", "left", "down", "up"):
            np.testing.assert_array_equal(found.same[f"{direction} {length}"], 1)
            assert found.difference[f"{direction} {length}"].max() < 1e-4
    np.testing.assert_array_equal(found.same["upper left"], 1)
    assert found.same["right 2"].max() < 1


def test_a_trial_of_another_digest_is_not_read(monkeypatch):
    from cnnfigs.experiments import trials

    trials._code.cache_clear()
    monkeypatch.setattr(trials.provenance, "digest", lambda *targets, libraries: "0" * 64)
    with pytest.raises(RuntimeError, match="by other code or data than today's"):
        results(lambda seed: usual("convnet", seed), [1])
    trials._code.cache_clear()


def test_labels_of_the_test_images_are_as_often_right_as_noted():
    """The bits tell which images: on each digit alone the trained networks do well."""
    found = results(lambda seed: by_recipe("convnet", seed), [1])
    for digit in range(10):
        assert found.right[0][mnist().y_test == digit].mean() > 0.97
