"""The dense layer drawn computes what the convolution does: with the numbers as they are written in the picture."""

import numpy as np
import pytest
from svg_numbers import number, numbers, texts

from cnnfigs.data import mnist
from cnnfigs.errors import ParameterError
from cnnfigs.illustrations.filters.dense_equivalent import DenseEquivalent
from cnnfigs.models.backend import load_keras
from cnnfigs.models.weights import load
from cnnfigs.runs.filters.dense_equivalent import as_dense


@pytest.mark.parametrize(("size", "kernel_size"), [(5, 3), (4, 2), (3, 3), (5, 2), (5, 4)])
def test_written_numbers_are_a_convolution_and_the_same_dense_layer(size, kernel_size):
    keras = load_keras()
    picture = DenseEquivalent(size, kernel_size, position=0)
    places = size - kernel_size + 1
    image, kernel, output, nonzero = np.split(
        np.array(numbers(picture)), np.cumsum([size**2, kernel_size**2, places**2])
    )
    convolution = keras.layers.Conv2D(1, kernel_size, use_bias=False)
    convolution.build((None, size, size, 1))
    convolution.set_weights([kernel.reshape(kernel_size, kernel_size, 1, 1)])
    expected = np.asarray(convolution(image.reshape(1, size, size, 1))).ravel()
    np.testing.assert_array_equal(output, expected)

    # Each row of the dense layer holds the kernel's numbers in order, and the rest of it is zero.
    np.testing.assert_array_equal(nonzero.reshape(places**2, -1), np.tile(kernel, (places**2, 1)))
    weights = picture.result.dense_kernel
    assert np.count_nonzero(weights) == nonzero.size
    dense = keras.layers.Dense(places**2, use_bias=False)
    dense.build((None, size**2))
    dense.set_weights([weights])
    sums = [number(text.removeprefix("= ")) for text in texts(picture) if text.startswith("= ")]
    np.testing.assert_array_equal(sums, np.asarray(dense(image[None]))[0])
    np.testing.assert_array_equal(sums, expected)


def test_marked_output_is_named():
    picture = DenseEquivalent(position=5)
    assert "output 1, 2" in texts(picture)
    assert f"row 1 and column 2; it gives {picture.result.output[1, 2]:g}, as" in picture.description


@pytest.mark.parametrize("position", [0, 5])
def test_phone_writes_the_marked_row_under_the_input(position):
    """Folded to lines as long as the input's, its numbers lie where the window does, and add up to the output."""
    picture = DenseEquivalent(position=position)
    image, kernel, output, row = np.split(np.array(numbers(picture, phone=True)), np.cumsum([25, 9, 9]))
    np.testing.assert_array_equal(row, kernel)
    weights = picture.result.dense_kernel[:, position].reshape(5, 5)
    np.testing.assert_array_equal(weights[weights != 0], row)
    assert (image.reshape(5, 5) * weights).sum() == output[position]
    assert f"= {output[position]:g}" in texts(picture, phone=True)


def test_parameters_are_those_that_keras_counts():
    keras = load_keras()
    facts = DenseEquivalent().facts
    dense = keras.Sequential([keras.Input((28 * 28,)), keras.layers.Dense(26 * 26 * 32, kernel_initializer="zeros")])
    assert facts["dense"] == f"784·21,632 + 21,632 = {dense.count_params():,}"
    assert number(facts["dense parameters"]) == dense.count_params() == 16_981_120
    assert facts["convolution"] == f"3·3·1·32 + 32 = {load('convnet').layers[0].count_params()}"
    # Every output has one weight for each of the nine pixels under its window.
    assert number(facts["dense nonzero"]) == 26 * 26 * 32 * 9


def test_first_layer_is_a_dense_layer_for_digits_that_were_not_shown():
    layer = load("convnet").layers[0]
    dense = as_dense(layer, (28, 28, 1))
    images = mnist().x_test[100:110].astype(np.float32) / 255
    maps = np.asarray(layer(images[..., None])).reshape(10, -1)
    np.testing.assert_allclose(np.asarray(dense(images.reshape(10, -1))), maps, atol=1e-5)


def test_several_channels_strides_and_padding_become_a_dense_layer_too():
    keras = load_keras()
    keras.utils.set_random_seed(3)
    layer = keras.layers.Conv2D(4, 3, strides=2, padding="same", bias_initializer="normal")
    images = np.random.default_rng(3).normal(size=(2, 6, 7, 3)).astype(np.float32)
    maps = np.asarray(layer(images))
    dense = as_dense(layer, (6, 7, 3))
    np.testing.assert_allclose(np.asarray(dense(images.reshape(2, -1))), maps.reshape(2, -1), atol=1e-5)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"size": 4, "kernel_size": 5}, "kernel_size: expected a whole number from 2 to 4, got 5"),
        ({"position": 9}, "position: expected a whole number from 0 to 8, got 9"),
    ],
)
def test_what_does_not_fit_is_refused(parameters, message):
    with pytest.raises(ParameterError, match=f"^{message}$"):
        DenseEquivalent(**parameters)
