"""Runs against what Keras and the literature say."""

import numpy as np
import pytest

from cnnfigs.data import mnist
from cnnfigs.models.networks import NETWORKS
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import load
from cnnfigs.runs.activations import activations
from cnnfigs.runs.activations import test_digit as digit_of
from cnnfigs.runs.training_and_measured.certainty import scribble
from cnnfigs.runs.training_and_measured.evaluation import answers_to, evaluate, for_seen


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


@pytest.mark.parametrize("name", NETWORKS)
def test_answers_are_those_of_the_whole_image(name):
    images = as_input(mnist().x_test[:50])
    np.testing.assert_allclose(answers_to(name, images), load(name).predict(images, verbose=0), atol=1e-6)


@pytest.mark.parametrize(("name", "side"), [("convnet", 26), ("unpooled", 28), ("dense_131", 28)])
def test_only_what_no_answer_depends_on_is_left_out(name, side):
    model, image = load(name), as_input(mnist().x_test[:1])
    changed = np.stack(
        [np.where(np.arange(28)[:, np.newaxis, np.newaxis] == row, 1 - image[0], image[0]) for row in range(28)]
    )
    differ = (model.predict(changed, verbose=0) != model.predict(np.repeat(image, 28, axis=0), verbose=0)).any(axis=1)
    assert for_seen(model).input_shape == (None, side, side, 1)
    assert np.flatnonzero(differ).max() == side - 1


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
