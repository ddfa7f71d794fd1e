"""A convolution as one product of two matrices: each patch is a row, each filter a column."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.models.backend import load_keras
from cnnfigs.models.weights import load
from cnnfigs.runs.activations import test_digit
from cnnfigs.runs.filters.color_filter import BLOCK, red_not_green
from cnnfigs.runs.filters.convolving import convolve, small_photo
from cnnfigs.runs.windows.sliding import right_minus_left


@dataclass(frozen=True)
class PatchMatrix:
    """The two matrices, their product, and the maps that a convolution layer gives."""

    #: The input, shape (4, 4, 3).
    crop: NDArray[np.float64]
    #: A row for each place, shape (4, 27): first the 9 red numbers of the patch, then the green, then the blue.
    patches: NDArray[np.float64]
    #: A column for each filter, shape (27, 2), in the same order.
    weights: NDArray[np.float64]
    #: Patches times weights, shape (4, 2).
    product: NDArray[np.float64]
    #: What a Conv2D layer returns, shape (2, 2, 2).
    maps: NDArray[np.float64]


@dataclass(frozen=True)
class LayerProduct:
    """The sizes of the product for a whole layer of a network, and how well it agrees with the layer."""

    #: The patches make a matrix of shape (places, numbers), the weights one of (numbers, filters).
    places: int
    numbers: int
    filters: int
    #: The largest difference between product and layer.
    difference: float


@dataclass(frozen=True)
class PatchMatrixRun:
    """The product on a small crop, and for the second convolution of the convnet."""

    small: PatchMatrix
    layer: LayerProduct


def patch_matrix(row: int, column: int, index: int) -> PatchMatrixRun:
    """Multiply patches with filters: on a crop of the small photo, and in the convnet for one test digit."""
    crop = small_photo(BLOCK).round(1)[row : row + 4, column : column + 4]
    # The second filter asks all three channels for an edge.
    edges = np.repeat(right_minus_left(3)[..., np.newaxis], 3, axis=-1)
    kernel = np.stack([red_not_green(), edges], axis=-1)
    patches = by_channel(extract_patches(crop, 3), 3)
    weights = kernel.transpose(2, 0, 1, 3).reshape(27, 2)
    keras = load_keras()
    product = np.asarray(keras.ops.matmul(patches, weights))
    small = PatchMatrix(crop, patches, weights, product, convolve(crop, kernel))
    return PatchMatrixRun(small, second_convolution(index))


def second_convolution(index: int) -> LayerProduct:
    """Compute the second convolution of the convnet for one test digit as a product, and compare with the layer."""
    keras = load_keras()
    model = load("convnet")
    before, layer = model.layers[1], model.layers[2]
    reader = keras.Model(model.inputs, before.output)
    maps = np.asarray(reader([test_digit(index)[np.newaxis]]), dtype=np.float64)[0]
    kernel, bias = (np.asarray(each, dtype=np.float64) for each in layer.get_weights())
    patches = extract_patches(maps, kernel.shape[0])
    product = np.maximum(patches @ kernel.reshape(-1, kernel.shape[-1]) + bias, 0)
    returned = np.asarray(layer(maps[np.newaxis]), dtype=np.float64).reshape(product.shape)
    places, numbers = patches.shape
    return LayerProduct(places, numbers, kernel.shape[-1], float(np.abs(product - returned).max()))


def extract_patches(image: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Cut out each patch with Keras: shape (places, size·size·channels), the channel running fastest."""
    keras = load_keras()
    patches = keras.ops.image.extract_patches(image[np.newaxis], size, strides=1, padding="valid")
    rows: NDArray[np.float64] = np.asarray(patches, dtype=np.float64)
    return rows.reshape(-1, rows.shape[-1])


def by_channel(patches: NDArray[np.float64], channels: int) -> NDArray[np.float64]:
    """Put the numbers of each row in another order: all those of the first channel first.

    Examples
    --------
    >>> by_channel(np.array([[1.0, 10.0, 2.0, 20.0]]), 2)
    array([[ 1.,  2., 10., 20.]])
    """
    return patches.reshape(len(patches), -1, channels).swapaxes(1, 2).reshape(len(patches), -1)
