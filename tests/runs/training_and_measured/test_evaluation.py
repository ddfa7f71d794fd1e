"""Runs against what Keras and the literature say."""

import numpy as np
import pytest

from cnnfigs.models.weights import load
from cnnfigs.runs.activations import activations
from cnnfigs.runs.activations import test_digit as digit_of
from cnnfigs.runs.training_and_measured.certainty import scribble
from cnnfigs.runs.training_and_measured.evaluation import evaluate, wilson_interval


def test_wilson_interval_of_a_published_example():
    """Brown, Cai and DasGupta (2001) and Newcombe (1998): 81 of 263 gives 0.2553 to 0.3662."""
    low, high = wilson_interval(81, 263)
    assert low == pytest.approx(0.2553, abs=5e-5)
    assert high == pytest.approx(0.3662, abs=5e-5)


def test_wilson_interval_by_its_definition():
    """Each end is where the observed share is 1.96 standard errors away."""
    low, high = wilson_interval(22, 1000)
    for end in (low, high):
        assert abs(0.022 - end) / np.sqrt(end * (1 - end) / 1000) == pytest.approx(1.959964, abs=1e-5)


def test_activations_are_those_of_the_layers_one_by_one():
    model = load("convnet")
    image = digit_of(7)
    result = activations("convnet", image)
    value = image[None]
    for layer in model.layers:
        value = np.asarray(layer(value))
        np.testing.assert_allclose(result.outputs[layer.name], value[0], rtol=1e-4, atol=1e-5)


def test_activations_refuse_an_image_of_another_shape():
    with pytest.raises(ValueError, match=r"image has shape \(28, 28\): convnet reads \(28, 28, 1\)"):
        activations("convnet", np.zeros((28, 28), dtype=np.float32))


def test_evaluation_counts_what_it_gets_wrong():
    evaluation = evaluate("dense_131")
    assert evaluation.errors == int((evaluation.probabilities.argmax(axis=1) != evaluation.labels).sum())
    np.testing.assert_allclose(evaluation.probabilities.sum(axis=1), 1, atol=1e-5)


def test_test_image_out_of_range_is_refused():
    with pytest.raises(ValueError, match="index: expected 0 to 9999, got 10000"):
        digit_of(10_000)


def test_scribble_is_ink_and_differs_by_seed():
    one, other = scribble(0), scribble(1)
    assert one.shape == (28, 28)
    assert one.min() == 0
    assert one.max() == 1
    assert 0.03 < one.mean() < 0.5
    assert not np.array_equal(one, other)
    np.testing.assert_array_equal(one, scribble(0))
