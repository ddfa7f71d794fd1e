"""A small training for real, and the answers that it noted, asked again in another way."""

import json

import numpy as np
import pytest
from scipy import ndimage

from cnnfigs.data import mnist
from cnnfigs.experiments.records import unpacked
from cnnfigs.experiments.training import perform
from cnnfigs.experiments.trials import Training
from cnnfigs.models.networks import build

DIRECTIONS = {"right": (0, 1), "left": (0, -1), "down": (1, 0), "up": (-1, 0)}


@pytest.fixture(scope="module")
def made():
    """A small trial's outcome, and the network that it left."""
    trial = Training(1, "dense_131", images=300, steps=100, test_images=400, asked=("shifts", "shifts and back"))
    models = []

    def builder():
        models.append(build("dense_131"))
        return models[0]

    return trial, perform(trial, builder, mnist()), models[0]


def answers(model, images):
    return model.predict(images[..., np.newaxis].astype(np.float32) / 255, verbose=0).argmax(axis=1)


def test_it_learns(made):
    _, outcome, model = made
    assert outcome["parameters"] == model.count_params() == 104_155
    assert outcome["steps"] == 100
    assert [len(values) for values in outcome["history"].values()] == [1, 1]
    # So few images are learnt by heart in 43 rounds, and give some idea of the others.
    assert outcome["training"] == {"asked": 300, "right": 300}
    assert 0.7 < outcome["test"]["right"] / outcome["test"]["asked"] < 0.9


def test_what_is_noted_is_what_the_network_answers(made):
    _, outcome, model = made
    right = answers(model, mnist().x_test[:400]) == mnist().y_test[:400]
    np.testing.assert_array_equal(unpacked(outcome["test"]["bits"], 400), right)
    assert (outcome["test"]["asked"], outcome["test"]["right"]) == (400, right.sum())


def test_what_is_noted_elsewhere_is_what_the_network_answers_there(made):
    """Every second test image, moved by scipy."""
    _, outcome, model = made
    images, labels = mnist().x_test[:400:2], mnist().y_test[:400:2]
    home = answers(model, images)
    assert len(outcome["elsewhere"]) == 4 * 8 + 4 * 2
    for place in ("right 1", "left 8", "down 3", "up 8", "up 8 and back", "left 4 and back"):
        direction, length, *back = place.split(maxsplit=2)
        move = np.array([0, *DIRECTIONS[direction]]) * int(length)
        shown = ndimage.shift(images, move, order=0)
        shown = ndimage.shift(shown, -move, order=0) if back else shown
        there = answers(model, shown)
        noted = outcome["elsewhere"][place]
        assert noted["asked"] == 200
        assert noted["right"] == (there == labels).sum()
        assert noted["same"] == (there == home).sum()


def test_same_description_gives_the_same_and_another_seed_another():
    described = {"network": "dense_131", "images": 100, "steps": 100, "test_images": 100}
    first, again, other = (Training(seed, **described).run() for seed in (1, 1, 2))
    assert first == again
    assert first["history"] != other["history"]
    assert json.loads(json.dumps(first)) == first


def test_a_shuffle_that_training_and_test_share_is_nothing_to_a_dense_network():
    """The pixels' places are nothing to it, but for the first weights: it learns as much from any order."""
    described = {"network": "dense_131", "images": 300, "steps": 100, "test_images": 1_000}
    straight = Training(1, **described).run()["test"]["right"]
    mixed = Training(1, **described, shuffle="pixels").run()["test"]["right"]
    assert abs(straight - mixed) < 60


def test_trained_in_one_corner_the_other_is_strange():
    trial = Training(
        1, "dense_131", 300, 100, canvas=44, place=(16, 16), asked=("upper left", "shifts"), test_images=400
    )
    outcome = trial.run()
    assert outcome["test"]["right"] > 250
    assert outcome["elsewhere"]["upper left"]["right"] < 60
    assert outcome["elsewhere"]["left 1"]["same"] > 130


@pytest.mark.thorough
def test_random_shifts_help_against_shifts():
    described = {"network": "dense_131", "images": 3_000, "steps": 300, "test_images": 1_000, "asked": ("shifts",)}
    usual, moved = (Training(1, random_shift=most, **described).run() for most in (0, 4))
    assert moved["elsewhere"]["left 4"]["right"] > usual["elsewhere"]["left 4"]["right"] + 100


def test_the_recipe_holds_out_and_stops_by_itself():
    """On few of the images, to be quick; the tutorial's recipe holds 5,000 out and stops after three worse epochs."""
    few = type(mnist())(mnist().x_train[:6_000], mnist().y_train[:6_000], mnist().x_test[:100], mnist().y_test[:100])
    trial = Training(1, "dense_131", images=60_000, steps=None, test_images=100)
    outcome = perform(trial, lambda: build("dense_131"), few)
    losses = outcome["history"]["val_loss"]
    assert len(losses) == min(int(np.argmin(losses)) + 1 + 3, 30)
    assert outcome["steps"] == len(losses) * 8  # 1,000 images, 128 in a step


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"network": "resnet"}, "network: expected one of convnet, .*, got 'resnet'"),
        ({"images": 0}, "images: expected 1 to 60,000, and 60,000 without steps, got 0"),
        ({"images": 60_001}, "images: expected 1 to 60,000, and 60,000 without steps, got 60001"),
        ({"steps": None, "images": 1_000}, "images: expected 1 to 60,000, and 60,000 without steps, got 1000"),
        ({"steps": 150}, "steps: expected a multiple of 100, or None, got 150"),
        ({"canvas": 27}, "canvas: expected 28 or more, got 27"),
        ({"random_shift": 28}, "random_shift: expected 0 to 27, got 28"),
        ({"learning_rate": 0}, "learning_rate: expected above 0, at most 1, got 0"),
        ({"asked": ("rotated",)}, r"asked: expected .*shifts.*, got \('rotated',\)"),
        ({"test_images": 0}, "test_images: expected .*, got 0"),
    ],
)
def test_a_description_out_of_range_is_refused(fields, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        Training(**{"seed": 1, "network": "convnet", **fields})
