"""Disturbed digits are what SciPy and NumPy make of them, and the shares are those that the network then reaches."""

import re

import numpy as np
import pytest
from scipy import ndimage
from svg_numbers import texts

from cnnfigs.data import mnist
from cnnfigs.errors import ParameterError
from cnnfigs.illustrations.training_and_measured.disturbances import Disturbances, TurnedDigits
from cnnfigs.models.weights import load
from cnnfigs.runs.training_and_measured.disturbances import disturbed


@pytest.fixture(scope="module")
def digits():
    return mnist().x_test.astype(np.float32)[..., None] / 255


@pytest.fixture(scope="module")
def model():
    return load("convnet")


def to_the_right(images, pixels):
    return np.pad(images, ((0, 0), (0, 0), (pixels, 0), (0, 0)))[:, :, :28]


INDEPENDENT = {
    ("none", 0): lambda images: images,
    ("turned", 90): lambda images: np.rot90(images, axes=(1, 2)),
    ("turned", 180): lambda images: images[:, ::-1, ::-1],
    ("turned", 30): lambda images: ndimage.rotate(
        images, 30, axes=(2, 1), reshape=False, order=1, mode="grid-constant"
    ),
    ("moved", 5): lambda images: to_the_right(images, 5),
    ("thicker", 3): lambda images: ndimage.maximum_filter(images, (1, 3, 3, 1), mode="constant"),
    ("thinner", 3): lambda images: ndimage.minimum_filter(images, (1, 3, 3, 1), mode="constant", cval=1),
    ("thinner", 2): lambda images: ndimage.minimum_filter(
        images, (1, 2, 2, 1), origin=(0, -1, -1, 0), mode="constant", cval=1
    ),
    ("grey paper", 0.25): lambda images: np.maximum(images, 0) * 0.75 + 0.25,
    ("inverted", 1): lambda images: 1 - images,
}


@pytest.mark.parametrize("way", INDEPENDENT, ids=str)
def test_digits_are_disturbed_as_scipy_and_numpy_do_it(digits, way):
    expected = INDEPENDENT[way](digits[:50])
    np.testing.assert_allclose(disturbed(digits[:50], *way), expected, atol=2e-3)


def test_noise_has_its_spread_and_stays_in_range(digits):
    grey = np.full((50, 28, 28, 1), 0.5, dtype=np.float32)
    noisy = disturbed(grey, "noise", 0.1)
    assert noisy.std() == pytest.approx(0.1, rel=0.03)
    assert noisy.mean() == pytest.approx(0.5, abs=0.005)
    much = disturbed(digits[:50], "noise", 0.6)
    assert much.min() == 0
    assert much.max() == 1


@pytest.mark.parametrize(
    ("name", "disturb"),
    [("moved 6 pixels", lambda images: to_the_right(images, 6)), ("paper inverted", lambda images: 1 - images)],
)
@pytest.mark.parametrize("phone", [False, True])
def test_shares_and_answers_are_the_networks(digits, model, name, disturb, phone):
    picture = Disturbances()
    probabilities = model.predict(disturb(digits), batch_size=1000, verbose=0)
    share = (probabilities.argmax(axis=1) == mnist().y_test).mean()
    assert picture.facts[name] == f"{100 * share:.0f}\N{NO-BREAK SPACE}%"
    written = texts(picture, phone)
    assert f"{100 * share:.1f}\N{NO-BREAK SPACE}%" in written
    place = written.index(f"{100 * share:.1f}\N{NO-BREAK SPACE}%")
    answer, probability = probabilities[4].argmax(), probabilities[4].max()
    assert written[place - 2 : place] == [f"“{answer}”", f"{100 * probability:.1f}\N{NO-BREAK SPACE}%"]


def test_turned_digits_are_counted_as_the_network_answers(digits, model):
    picture = TurnedDigits()
    probabilities = model.predict(digits[:, ::-1, ::-1], batch_size=1000, verbose=0)
    answers, surest, labels = probabilities.argmax(axis=1), probabilities.max(axis=1), mnist().y_test
    facts = {name: value.replace("\N{NO-BREAK SPACE}%", "") for name, value in picture.facts.items()}
    # Turning by interpolation moves a few answers that are nearly tied.
    assert float(facts["right 180"]) == pytest.approx(100 * (answers == labels).mean(), abs=0.6)
    assert float(facts["sure 180"]) == pytest.approx(100 * surest.mean(), abs=0.6)
    assert float(facts["last 6 as 9"]) == pytest.approx(100 * (answers[labels == 6] == 9).mean(), abs=0.6)
    wrong_and_sure = int(((answers != labels) & (surest >= 0.99)).sum())
    assert float(facts["sure errors 180"].replace(",", "")) == pytest.approx(wrong_and_sure, abs=10)
    run = picture.result
    assert [each.confusion.sum() for each in run.asked] == [10_000] * len(picture.angles)
    np.testing.assert_array_equal(run.asked[-1].confusion.sum(axis=1), np.bincount(labels))
    assert f"“{answers[4]}”" in texts(picture)


def test_angles_out_of_order_are_refused():
    with pytest.raises(ParameterError, match=r"^angles: expected angles in order, got \(30, 0\)$"):
        TurnedDigits(angles=(30, 0))


@pytest.mark.parametrize("phone", [False, True])
def test_of_turned_digits_those_are_told_that_are_shown(phone):
    picture = TurnedDigits()
    shown = [text for text in texts(picture, phone) if text.startswith("“")]
    words = re.findall(r"this one taken for an? (\d)", picture.description)
    assert [f"“{answer}”" for answer in words] == shown
    assert len(shown) == len(picture.angles)
