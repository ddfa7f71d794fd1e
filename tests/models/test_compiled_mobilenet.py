"""MobileNetV2 compiled once for photos of all sizes, against the network in Keras."""

import keras
import numpy as np
import pytest

from cnnfigs.data import cat_photo
from cnnfigs.models.compiled_mobilenet import ANSWER, follow, sums_reader
from cnnfigs.models.imagenet import RELU_LAYERS, fitted, mobilenet_v2, network_input

PHOTO = network_input(fitted(cat_photo())[np.newaxis])
FRONT = "block_3_project_BN"


@pytest.mark.parametrize("size", [(33, 65), (225, 353)])
def test_sums_of_all_layers_are_those_of_keras(size):
    layers, photo = (*RELU_LAYERS, ANSWER), PHOTO[:, : size[0], : size[1]]
    model = mobilenet_v2(*size)
    symbols = [*(model.get_layer(layer).input for layer in RELU_LAYERS), model.output]
    expected = keras.Model(model.inputs, symbols)([photo], training=False)
    for name, ours, theirs in zip(layers, sums_reader(*layers)(photo), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-5 * np.abs(theirs).max(), err_msg=name)


def test_gradients_are_those_of_keras():
    import tensorflow as tf

    model, found = mobilenet_v2(225, 353), []
    for show in (lambda pixels: follow(pixels, ANSWER).maps[ANSWER], lambda pixels: model([pixels], training=False)):
        pixels = tf.constant(PHOTO)
        with tf.GradientTape() as tape:
            tape.watch(pixels)
            score = show(pixels)[0, 285]
        found.append(tape.gradient(score, pixels).numpy())
    ours, theirs = found
    assert np.linalg.norm(ours - theirs) < 1e-3 * np.linalg.norm(theirs)


def test_what_stands_behind_a_block_continues_it():
    whole = follow(PHOTO, ANSWER)
    behind = follow(whole.maps[FRONT], ANSWER, behind=FRONT)
    np.testing.assert_allclose(behind.sums[ANSWER], whole.sums[ANSWER], rtol=1e-5, atol=1e-5)
    assert "Conv1_relu" in whole.maps
    assert "Conv1_relu" not in behind.maps


def test_only_layers_that_are_needed_are_computed():
    assert [*follow(PHOTO, "block_1_expand_relu").maps][-1] == "block_1_expand_relu"


def test_unknown_layer_is_refused():
    with pytest.raises(ValueError, match=r"expected 'Conv1_relu', .*'predictions', got 'conv2d_1'"):
        follow(PHOTO, "conv2d_1")
