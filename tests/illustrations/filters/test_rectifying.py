"""ReLU on a map, and two convolutions that are one unless ReLU stands between them."""

import keras
import numpy as np
import pytest
from scipy.signal import convolve2d, correlate2d
from svg_numbers import PERCENT, number, numbers, texts

from cnnfigs.data import mnist
from cnnfigs.errors import ParameterError
from cnnfigs.illustrations.filters.rectifying import RectifiedMap, TwoAreOne
from cnnfigs.models.weights import load

VERTICAL = np.array([[-1.0, 0, 1]] * 3)


@pytest.mark.parametrize(("channel", "index"), [(12, 4), (24, 0)])
def test_map_before_and_after_is_that_of_the_layer(channel, index):
    picture = RectifiedMap(channel, index)
    run, layer = picture.result, load("convnet").layers[0]
    image = mnist().x_test[index] / 255
    kernel, bias = (weights[..., channel] for weights in layer.get_weights())
    np.testing.assert_allclose(run.before, correlate2d(image, kernel[..., 0], mode="valid") + bias, atol=1e-6)
    after = np.asarray(layer(image[None, ..., None].astype(np.float32)))[0, ..., channel]
    np.testing.assert_allclose(run.after, after, atol=1e-6)

    (words,) = (text for text in texts(picture) if text.startswith("from "))
    low, high = (number(part) for part in words.removeprefix("from ").split(" to "))
    assert low == pytest.approx(run.before.min(), abs=0.005)
    assert high == pytest.approx(after.max(), abs=0.005)
    (words,) = (text for text in texts(picture) if text.endswith("are zero"))
    assert number(words.removesuffix(f"{PERCENT} are zero")) == pytest.approx(100 * (after == 0).mean(), abs=0.5)
    assert numbers(picture) == [0]


def test_curve_is_relu():
    inputs, outputs = RectifiedMap().result.curve.T
    np.testing.assert_array_equal(outputs, np.asarray(keras.ops.relu(inputs)))
    assert inputs[0] == -1
    assert inputs[-1] == 1


def test_one_kernel_is_the_convolution_of_the_two():
    run = TwoAreOne().result
    np.testing.assert_array_equal(run.both, convolve2d(VERTICAL, VERTICAL.T))
    expected = sorted([*VERTICAL.ravel(), *VERTICAL.T.ravel()] * 2 + [*run.both.ravel()])
    assert sorted(numbers(TwoAreOne())) == expected


@pytest.mark.parametrize("index", [4, 0])
def test_maps_are_equal_without_relu_and_differ_with_it(index):
    picture = TwoAreOne(index)
    run = picture.result
    between = correlate2d(run.image, VERTICAL, mode="valid")
    twice = correlate2d(between, VERTICAL.T, mode="valid")
    rectified = correlate2d(np.maximum(between, 0), VERTICAL.T, mode="valid")
    np.testing.assert_array_equal(run.twice, twice)
    np.testing.assert_array_equal(run.once, twice)
    np.testing.assert_array_equal(run.rectified, rectified)
    assert picture.facts["difference"] == "0"
    assert number(picture.facts["difference with ReLU"]) == pytest.approx(np.abs(twice - rectified).max(), abs=0.05)
    assert texts(picture).count("=") == 1
    assert texts(picture).count("≠") == 1
    np.testing.assert_allclose(run.image, mnist().x_test[index] / 255, atol=1 / 16)


def test_a_filter_that_the_layer_does_not_have_is_refused():
    with pytest.raises(ParameterError, match=r"^filter: expected a whole number from 0 to 31, got 32$"):
        RectifiedMap(32)
