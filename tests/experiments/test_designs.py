"""The trials with small designs: what they train and ask, and how their records are judged."""

from copy import deepcopy

import numpy as np
import pytest

from cnnfigs.data import mnist
from cnnfigs.errors import ParameterError
from cnnfigs.experiments.catalog import EXPERIMENTS
from cnnfigs.experiments.designed import CHALLENGES, designs
from cnnfigs.experiments.designs import grid, moved
from cnnfigs.experiments.records import read
from cnnfigs.models.designs import Block, Design

TRIALS = EXPERIMENTS["designs"].trials


def test_the_grid_is_all_that_few_switches_make_and_that_fits():
    assert len({*grid()}) == len(grid())
    sizes = {len(design.blocks) for design in grid()}
    assert sizes == {1, 2, 3}
    for design in grid():
        assert len({(block.kernel_size, block.downsampling) for block in design.blocks}) == 1
    with pytest.raises(ParameterError, match="kernel_size"):
        Design((Block(8, 5, "max pooling"),) * 3)


def test_designs_refuse_what_they_cannot_be():
    with pytest.raises(ParameterError, match="blocks: expected 1 or more"):
        Design(())
    with pytest.raises(ParameterError, match="downsampling"):
        Block(8, 3, "half")
    with pytest.raises(ParameterError, match="filters"):
        Block(0, 3)
    with pytest.raises(ParameterError, match="last"):
        Design((Block(8, 3),), last="mean")


def test_test_images_are_moved_by_four_pixels_in_four_directions_in_turn():
    images = mnist().x_test[:8]
    away = moved(images)
    for index, (axis, way) in enumerate([(1, 4), (1, -4), (0, 4), (0, -4)] * 2):
        rolled = np.roll(images[index], way, axis)
        blank = np.take(np.arange(28), range(way), mode="wrap") if way > 0 else np.arange(28 + way, 28)
        rolled[(slice(None), blank) if axis else (blank,)] = 0
        assert np.array_equal(away[index], rolled)


def test_records_that_contradict_themselves_are_refused():
    trial = TRIALS[0]
    outcome = read(trial)
    assert trial.contradiction(outcome) == ""
    elsewhere = outcome["elsewhere"]["moved 4"]
    spoiled = []
    for change in (
        lambda each: each["test"].update(right=each["test"]["right"] - 1),
        lambda each: each["test"].update(asked=5_000),
        lambda each: each["elsewhere"].pop("moved 4"),
        lambda each: each["elsewhere"]["moved 4"].update(right=10_001),
        lambda each: each["elsewhere"]["moved 4"].update(right=elsewhere["right"] - elsewhere["same"]),
        lambda each: each["elsewhere"]["moved 4"].update(same=10_000),
        lambda each: each.update(parameters=each["parameters"] + 1),
        lambda each: each.update(steps=1),
        lambda each: each.pop("test"),
    ):
        copy = deepcopy(outcome)
        change(copy)
        spoiled.append(trial.contradiction(copy))
    assert all(spoiled), spoiled


def test_challenges_are_open_to_some_designs_and_not_to_all():
    found = designs()
    for challenge in CHALLENGES.values():
        allowed = [each for each in found.reached if challenge.allows(each)]
        assert 5 < len(allowed) < len(found.reached) - 5
