"""What the page says in words is what the numbers say, and what is held out is held out."""

import re
from pathlib import Path

import numpy as np
import pytest

from cnnfigs.illustrations.architectures.layer_table import LayerTable
from cnnfigs.illustrations.dense_and_loss.loss import FirstSteps, LossSlope
from cnnfigs.illustrations.training_and_measured.generalization import DataSplit, Overfitting
from cnnfigs.illustrations.training_and_measured.small_training import FEWER, IMAGES, LearningSideBySide
from cnnfigs.models.networks import build
from cnnfigs.statistics import around_mean

PAGE = (Path(__file__).parents[2] / "docs" / "how-a-network-learns.md").read_text(encoding="utf-8")


def test_slope_rises_so_that_the_weight_gets_smaller():
    run = LossSlope().result
    assert run.slope > 0
    assert run.next_weight < run.weight


def test_training_starts_no_better_than_guessing():
    run = FirstSteps().result
    assert run.losses[0] >= run.guess_loss
    assert run.accuracy_before == pytest.approx(0.1, abs=0.05)


def test_errors_are_far_fewer_on_the_images_learned_from():
    training, validation, test = (part.share for part in DataSplit().result.parts)
    assert 2 * training < validation < test


def test_share_of_errors_hardly_changes_after_the_ring():
    run = Overfitting().result
    after = run.validation_accuracy[run.best_epoch - 1 :]
    assert after.max() - after.min() < 0.02
    assert run.validation_loss[-1] > run.validation_loss[run.best_epoch - 1]


def test_only_the_weights_are_random_at_the_beginning():
    model = build("dense_512")
    weights = [each for each in model.weights if each.name == "kernel"]
    biases = [each for each in model.weights if each.name == "bias"]
    assert all(np.ptp(each.numpy()) > 0 for each in weights)
    assert not any(each.numpy().any() for each in biases)
    facts = LayerTable("dense_512").facts
    assert facts["weights"] == f"{sum(each.numpy().size for each in weights):,}"
    assert facts["biases"] == f"{sum(each.numpy().size for each in biases):,}"
    assert not re.search(r"parameters` parameters are random", PAGE)


def test_nothing_is_said_to_be_looked_at_once():
    """Dozens of pictures show test images; what holds is that nothing is chosen by them."""
    for page in ("images-and-dense-layers", "how-a-network-learns", "first-convnet"):
        assert "looked at once" not in (Path(__file__).parents[2] / "docs" / f"{page}.md").read_text("utf-8")


def test_the_loss_has_a_name_before_a_formula_uses_it():
    formula = PAGE.index(r"\partial L}{\partial w}")
    assert "$L$" in PAGE[:formula]


def test_shuffled_pixels_take_the_small_convnets_advantage_and_nothing_from_the_dense_network():
    run = LearningSideBySide().result
    ways = {"order": (IMAGES, False), "shuffled": (IMAGES, True), "fewer": (FEWER, False)}
    convnet, dense = (
        {way: run.of(network, images, shuffled=shuffled).marks.astype(int) for way, (images, shuffled) in ways.items()}
        for network in ("small_convnet", "small_dense")
    )
    # On the same digits: so many more are read by the one than by the other, of each digit.
    assert around_mean(convnet["order"] - dense["order"]).low > 0
    assert (
        around_mean(dense["shuffled"] - dense["order"]).low < 0 < around_mean(dense["shuffled"] - dense["order"]).high
    )
    assert around_mean(convnet["shuffled"] - dense["shuffled"]).low < 0
    for network in (convnet, dense):
        assert around_mean(network["order"] - network["fewer"]).low > 0
    assert around_mean(convnet["order"] - convnet["shuffled"]).low > 0
    assert all(each.right[-1] == each.marks.sum() for each in run.trainings)
