"""Digits moved aside, and what networks say to them."""

import numpy as np
import pytest
from scipy.ndimage import shift

from cnnfigs.data import mnist
from cnnfigs.errors import ParameterError
from cnnfigs.illustrations.training_and_measured.digit_answers import DigitAnswers
from cnnfigs.models.weights import load

SHIFTED = DigitAnswers(indexes=(4, 0), shifts=(0, 5))


def test_pictures_are_the_digits_moved():
    run = SHIFTED.result
    for image, index, pixels in zip(run.images, (4, 4, 0, 0), (0, 5, 0, 5), strict=True):
        expected = shift(mnist().x_test[index].astype(float), (0, pixels), order=0)
        np.testing.assert_allclose(image, expected / 255, atol=1e-6)
    assert run.labels.tolist() == [4, 4, 7, 7]
    assert run.shifts.tolist() == [0, 5, 0, 5]


def test_answers_are_those_of_the_networks():
    run = SHIFTED.result
    for network, result in zip(run.networks, run.probabilities, strict=True):
        expected = load(network).predict(run.images[..., np.newaxis], verbose=0)
        np.testing.assert_allclose(result, expected, atol=1e-5)


def test_only_the_network_without_places_reads_the_4_moved_by_six():
    """What the page says; the recipe gives it on every machine."""
    facts = DigitAnswers().facts
    assert [facts[f"{name} first answer"] for name in DigitAnswers().networks] == ["4", "4", "4"]
    assert facts["convnet last answer"] != "4"
    assert facts["dense_131 last answer"] != "4"
    assert facts["convnet_global_max last answer"] == "4"


def test_more_pictures_than_fit_are_refused():
    with pytest.raises(ParameterError, match=r"^indexes times shifts: expected 6 pictures at most, got 8$"):
        DigitAnswers(indexes=(1, 2), shifts=(0, 1, 2, 3))
