"""Errors by group are those that the marks of the recorded trainings give, counted one by one."""

from collections import defaultdict

import numpy as np
import pytest

from cnnfigs.data import mnist
from cnnfigs.data.mnist_writers import FIRST_STUDENT, writers
from cnnfigs.experiments.catalog import FIVE, by_recipe
from cnnfigs.experiments.results import results
from cnnfigs.illustrations.exercises.measured import OtherMix
from cnnfigs.illustrations.training_and_measured.errors_by_group import ErrorsByGroup


@pytest.mark.parametrize("network", ["convnet", "dense_131"])
def test_groups_are_counted_one_by_one(network):
    run = ErrorsByGroup(network=network).result
    right = results(lambda seed: by_recipe(network, seed), FIVE).right
    wrong, asked = defaultdict(float), defaultdict(int)
    for image, (label, writer) in enumerate(zip(mnist().y_test.tolist(), writers().tolist(), strict=True)):
        for name in (f"digit {label}", "students" if writer >= FIRST_STUDENT else "employees", f"writer {writer}"):
            wrong[name] += float((~right[:, image]).mean())
            asked[name] += 1
    for each in run.people:
        assert each.images == asked[each.name]
        assert each.mean == pytest.approx(wrong[each.name] / asked[each.name])
    for each in run.digits:
        assert each.mean == pytest.approx(wrong[f"digit {each.name}"] / asked[f"digit {each.name}"])
    rates = sorted((wrong[name] / asked[name] for name in asked if name.startswith("writer")), reverse=True)
    np.testing.assert_allclose(run.by_writer, rates)
    assert sum(run.writers) == len(rates)
    assert run.of_writer.sum() == 10_000


def test_interval_holds_the_mean_and_is_wider_than_the_seeds_alone():
    run = ErrorsByGroup().result
    low, high = run.interval
    assert low < run.difference < high
    assert run.difference == pytest.approx(run.people[0].mean - run.people[1].mean)
    by_seed = run.people[0].errors - run.people[1].errors
    assert high - low > 2 * 2.776 * by_seed.std(ddof=1) / np.sqrt(5)


def test_another_mix_gives_another_rate():
    run = ErrorsByGroup().result
    students, employees = (each.mean for each in run.people)
    found = OtherMix(employees=4).result
    assert found.right[0] == pytest.approx(0.2 * students + 0.8 * employees)
