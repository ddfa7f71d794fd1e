"""The slices are those of the trained network, and the patches are what its filter answers to."""

import keras
import numpy as np
import pytest
from svg_numbers import numbers, texts

from cnnfigs.data import mnist
from cnnfigs.illustrations.second_layer import SecondLayer
from cnnfigs.models.weights import load


@pytest.fixture(scope="module")
def model():
    return load("convnet")


@pytest.mark.parametrize("channel", [27, 0])
def test_slices_are_those_of_the_layer_the_largest_first(model, channel):
    picture = SecondLayer(channel)
    run = picture.result
    np.testing.assert_array_equal(run.slices, model.layers[2].get_weights()[0][..., channel])
    np.testing.assert_array_equal(run.kernels, model.layers[0].get_weights()[0][:, :, 0])
    assert run.slices.shape == (3, 3, 32)
    drawn = [int(text.removeprefix("map ")) for text in texts(picture) if text.startswith("map ")]
    assert sorted(drawn) == list(range(32))
    sizes = [np.abs(run.slices[..., number]).sum() for number in drawn]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("channel", [27, 0])
def test_the_filter_answers_to_each_patch_what_is_written_below_it(model, channel):
    """A patch of 8×8 pixels is all that one number of the second layer sees: alone it gives the same answer."""
    picture = SecondLayer(channel)
    first, pool, second = model.layers[:3]
    alone = np.asarray(second(pool(first(picture.result.patches[..., None]))))
    assert alone.shape[1:3] == (1, 1)
    np.testing.assert_allclose(numbers(picture), alone[:, 0, 0, channel], atol=0.006)


def test_no_digit_has_a_stronger_answer(model):
    reader = keras.Model(model.inputs, model.layers[2].output)
    maps = reader.predict(mnist().x_test[:1000, ..., None].astype(np.float32) / 255, batch_size=250, verbose=0)
    strongest = np.sort(maps[..., 27].max(axis=(1, 2)))[::-1][:8]
    np.testing.assert_allclose(SecondLayer(27).result.answers, strongest, atol=1e-5)


def test_parameters_out_of_range_are_refused(model):
    with pytest.raises(ValueError, match="channel is -1: accepted is a whole number of 0 or more"):
        SecondLayer(-1)
    with pytest.raises(ValueError, match="channel is 64: accepted are 0 to 63"):
        SecondLayer(64).run()
    short = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(4, 3)], name="short")
    with pytest.raises(ValueError, match="network is 'short': accepted is one with a second Conv2D"):
        SecondLayer(0, short).run()
