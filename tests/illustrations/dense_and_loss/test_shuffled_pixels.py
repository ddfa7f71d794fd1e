"""A dense network with shuffled pixels and weights, against sums in double precision."""

from dataclasses import replace

import numpy as np
import pytest
from svg_numbers import texts

from cnnfigs.data import mnist
from cnnfigs.errors import ParameterError
from cnnfigs.illustrations.dense_and_loss.shuffled_pixels import ShuffledPixels
from cnnfigs.models.weights import load


def forward(images, kernel, bias, kernel_2, bias_2):
    """A dense network in plain NumPy and double precision: logits."""
    return np.maximum(images @ kernel.astype(float) + bias, 0) @ kernel_2.astype(float) + bias_2


@pytest.mark.parametrize(("seed", "network"), [(0, "dense_512"), (1, "dense_131")])
def test_all_answers_stay_the_same(seed, network):
    run = ShuffledPixels(unit=3, seed=seed, network=network).result
    assert run.same_answers == run.asked == 10_000
    assert run.correct[0] == run.correct[1]
    assert run.largest_difference < 1e-4
    kernel, bias, kernel_2, bias_2 = load(network).get_weights()
    images = mnist().x_test.reshape(-1, 784) / 255
    order = np.random.default_rng(seed).permutation(784)
    straight = forward(images, kernel, bias, kernel_2, bias_2)
    shuffled = forward(images[:, order], kernel[order], bias, kernel_2, bias_2)
    np.testing.assert_allclose(straight, shuffled, rtol=1e-9, atol=1e-9)
    assert run.correct[0] == (straight.argmax(axis=1) == mnist().y_test).sum()


def test_image_and_weights_are_shuffled_alike_and_nothing_is_lost():
    run = ShuffledPixels().result
    pairs = [sorted(zip(run.images[row].ravel(), run.weights[row].ravel(), strict=True)) for row in range(2)]
    assert pairs[0] == pairs[1]
    assert (run.images[0] != run.images[1]).any()


def test_shuffled_network_is_needed():
    """Shuffled images given to the network as it is get wrong answers: the shuffle does matter."""
    order = np.random.default_rng(0).permutation(784)
    images = mnist().x_test.reshape(-1, 784)[:, order] / 255
    answers = forward(images, *load("dense_512").get_weights()).argmax(axis=1)
    assert (answers == mnist().y_test).mean() < 0.5


def test_agreement_of_the_probabilities_is_told():
    picture = ShuffledPixels()
    run = picture.result
    assert picture.facts["agreement"] == f"equal to within {1e6 * run.largest_difference:.1f} millionths"
    assert picture.state_facts(replace(run, largest_difference=0.0))["agreement"] == "exactly equal"


def test_both_answers_are_drawn():
    picture = ShuffledPixels()
    shares = [text for text in texts(picture) if text.endswith("%")]
    assert shares == [f"{100 * each.max():.1f}\N{NO-BREAK SPACE}%" for each in picture.result.probabilities]


def test_a_unit_that_the_network_does_not_have_is_refused():
    with pytest.raises(ParameterError, match=r"^unit: expected a whole number from 0 to 130, got 131$"):
        ShuffledPixels(unit=131, network="dense_131")
