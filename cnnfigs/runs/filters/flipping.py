"""What a Conv2D layer computes, and what mathematics calls convolution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.models.backend import load_keras
from cnnfigs.runs.filters.convolving import convolve


@dataclass(frozen=True)
class Flipping:
    """A single 1 under a kernel that looks different from every side."""

    #: A single 1 among zeros, shape (5, 5).
    image: NDArray[np.float64]
    #: The kernel, and the same turned by half a turn, shape (3, 3).
    kernel: NDArray[np.float64]
    turned: NDArray[np.float64]
    #: What the layer gives with the kernel, shape (3, 3).
    correlation: NDArray[np.float64]
    #: What it gives with the turned kernel, shape (3, 3).
    convolution: NDArray[np.float64]


def flip_kernel() -> Flipping:
    """Let a Conv2D layer look at a single 1, with a kernel as it is and turned by half a turn."""
    keras = load_keras()
    image = np.zeros((5, 5))
    image[2, 2] = 1
    kernel = np.arange(1.0, 10.0).reshape(3, 3)
    turned = np.asarray(keras.ops.flip(kernel))
    correlation, convolution = (
        convolve(image[..., np.newaxis], each[..., np.newaxis, np.newaxis])[..., 0] for each in (kernel, turned)
    )
    return Flipping(image, kernel, turned, correlation, convolution)
