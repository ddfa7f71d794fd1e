"""A kernel that slides over a crop of a digit, place by place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.models.backend import load_keras
from cnnfigs.runs.filters.convolving import convolve


@dataclass(frozen=True)
class Sliding:
    """A crop, a kernel, and what they give in each place."""

    #: Shape (height, width), rounded to tenths.
    crop: NDArray[np.float64]
    #: Shape (kernel height, kernel width).
    kernel: NDArray[np.float64]
    #: What each cell under the window gives, shape (rows, columns, kernel height, kernel width).
    products: NDArray[np.float64]
    #: The map: the sums of the products, shape (rows, columns).
    values: NDArray[np.float64]


def slide(crop: NDArray[np.float64], kernel: NDArray[np.float64]) -> Sliding:
    """Slide a kernel, shape (kernel height, kernel width), over a crop, shape (height, width), with Keras.

    The products come from a second layer with one filter for each weight, which has that weight alone.
    """
    height, width = kernel.shape
    keras = load_keras()
    single = np.asarray(keras.ops.diag(kernel.reshape(-1))).reshape(height, width, 1, kernel.size)
    products = convolve(crop[..., np.newaxis], single)
    values = convolve(crop[..., np.newaxis], kernel[..., np.newaxis, np.newaxis])[..., 0]
    return Sliding(crop, kernel, products.reshape(*values.shape, height, width), values)


def right_minus_left(kernel_size: int) -> NDArray[np.float64]:
    """Return a kernel that subtracts what is left of the middle from what is right of it.

    Examples
    --------
    >>> right_minus_left(3)
    array([[-1.,  0.,  1.],
           [-1.,  0.,  1.],
           [-1.,  0.,  1.]])
    """
    return np.tile(np.sign(np.arange(kernel_size) - (kernel_size - 1) / 2), (kernel_size, 1))
