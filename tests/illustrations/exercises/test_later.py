"""The answers are what a pencil gives."""

import math

import pytest

from cnnfigs.illustrations.exercises.later import AttendedValue, NormalizedVector, SlopeThroughBlocks, SmallSteps


def test_small_steps_add_up():
    assert SmallSteps().result.right[0] == pytest.approx(784 * 0.03 * 0.1, rel=1e-4)
    assert SmallSteps(weight=0.1, step=0.05).result.right[0] == pytest.approx(784 * 0.1 * 0.05, rel=1e-4)


def test_layer_normalisation_by_hand():
    assert NormalizedVector().result.right[0] == pytest.approx(-3 / math.sqrt(6), rel=1e-3)


def test_slopes_of_blocks_are_multiplied():
    assert SlopeThroughBlocks().result.right[0] == pytest.approx(1.5**10, rel=1e-5)


def test_attention_by_hand():
    weights = [math.exp(each) for each in (3, 1, 0)]
    expected = (10 * weights[0] + 20 * weights[1] + 60 * weights[2]) / sum(weights)
    assert AttendedValue().result.right[0] == pytest.approx(expected, rel=1e-5)
