"""A convolution written as a dense layer, which has a weight for every input number and every output number.

Its weights can be read off the convolution itself: an image that is 1 in one pixel and 0 elsewhere makes the layer
return, without its bias, just the weights that this pixel has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic import parameter_derivation
from cnnfigs.models.backend import load_keras
from cnnfigs.models.records import layer_records
from cnnfigs.models.weights import load
from cnnfigs.runs.activations import test_digit

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class DenseEquivalentRun:
    """A small convolution with the dense layer that does the same, and the count for the convnet's first layer."""

    #: Input of the small convolution, shape (size, size).
    image: NDArray[np.float32]
    #: Its kernel, shape (kernel_size, kernel_size).
    kernel: NDArray[np.float32]
    #: What the convolution returns, shape (places, places).
    output: NDArray[np.float32]
    #: Weights of the dense layer, shape (size², places²), as Keras keeps them: a row for each input.
    dense_kernel: NDArray[np.float32]
    #: What the dense layer returns for the flattened image, shape (places²,).
    dense_output: NDArray[np.float32]
    #: How the parameters of the convnet's first layer are counted, and those of a dense layer in its place.
    convolution_derivation: str
    dense_derivation: str
    #: How many parameters Keras counts in that dense layer.
    dense_parameters: int
    #: How many of those are weights and not biases, and how many of the weights are not zero.
    dense_weights: int
    dense_nonzero: int
    #: The largest difference between the outputs of the convnet's first layer and of that dense layer for one digit.
    difference: float


def dense_equivalent(size: int, kernel_size: int, index: int) -> DenseEquivalentRun:
    """Write two convolutions as dense layers: a small one, and the first of the convnet.

    Parameters
    ----------
    size
        Height and width of the small input.
    kernel_size
        Height and width of its kernel, whose weights are 1, 2, 3, ..., so that each can be told by its value.
    index
        On which of MNIST's test images the convnet's first layer and the dense layer in its place are compared.
    """
    keras = load_keras()
    small = keras.layers.Conv2D(filters=1, kernel_size=kernel_size)
    small.build((None, size, size, 1))
    kernel = np.arange(1, kernel_size**2 + 1, dtype=np.float32).reshape(kernel_size, kernel_size)
    small.set_weights([kernel[..., np.newaxis, np.newaxis], np.zeros(1)])
    # Small whole numbers, so that sums are exact and can be followed.
    image = np.random.default_rng(1).integers(0, 3, (1, size, size, 1)).astype(np.float32)
    small_dense = as_dense(small, (size, size, 1))

    first = load("convnet").get_layer("conv2d_1")
    digit = test_digit(index)[np.newaxis]
    dense = as_dense(first, digit.shape[1:])
    outputs = np.asarray(first(digit)).ravel(), np.asarray(dense(digit.reshape(1, -1)))[0]
    return DenseEquivalentRun(
        image=image[0, ..., 0],
        kernel=kernel,
        output=np.asarray(small(image))[0, ..., 0],
        dense_kernel=small_dense.get_weights()[0],
        dense_output=np.asarray(small_dense(image.reshape(1, -1)))[0],
        convolution_derivation=_derivation(first, digit.shape[1:]),
        dense_derivation=_derivation(dense, (digit.size,)),
        dense_parameters=dense.count_params(),
        dense_weights=dense.get_weights()[0].size,
        dense_nonzero=int(np.count_nonzero(dense.get_weights()[0])),
        difference=float(np.abs(outputs[0] - outputs[1]).max()),
    )


def as_dense(convolution: keras.layers.Conv2D, input_shape: tuple[int, ...]) -> keras.layers.Dense:
    """Return a dense layer that makes of a flattened image what the convolution makes of the image, flattened.

    Parameters
    ----------
    convolution
        A built layer.
    input_shape
        Height, width and channels of its input.
    """
    keras = load_keras()
    inputs = int(np.prod(input_shape))
    kernel, bias = convolution.get_weights()
    # A batch of images, each with a single 1.
    single = np.eye(inputs, dtype=np.float32).reshape(inputs, *input_shape)
    weights = np.asarray(keras.ops.conv(single, kernel, convolution.strides, convolution.padding))
    places = weights[0].size // bias.size
    dense = keras.layers.Dense(units=weights[0].size, activation=convolution.activation, kernel_initializer="zeros")
    dense.build((None, inputs))
    dense.set_weights([weights.reshape(inputs, -1), np.tile(bias, places)])
    return dense


def _derivation(layer: keras.layers.Layer, input_shape: tuple[int, ...]) -> str:
    """Count the layer's parameters from its record."""
    keras = load_keras()
    return str(parameter_derivation(layer_records(keras.Sequential([keras.Input(input_shape), layer]))[-1]))
