"""The kernels that look at the image itself, in both trained networks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.models.imagenet import mobilenet_v2
from cnnfigs.models.weights import load

#: A filter is faint if its largest weight is less than this share of what half of all filters reach.
FAINT = 0.1


@dataclass(frozen=True)
class FirstKernelsRun:
    """The first layer's kernels of both networks.

    Attributes
    ----------
    convnet
        Shape (3, 3, 1, 32), for grey digits.
    mobilenet_v2
        Shape (3, 3, 3, 32), for red, green and blue.
    faint
        Numbers of the filters of MobileNetV2's first layer whose weights are all next to zero.
    """

    convnet: NDArray[np.float32]
    mobilenet_v2: NDArray[np.float32]
    faint: tuple[int, ...]


def first_kernels() -> FirstKernelsRun:
    """Read the kernels of both networks."""
    (photos,) = mobilenet_v2().get_layer("Conv1").get_weights()
    digits: NDArray[np.float32] = load("convnet").get_layer("conv2d_1").get_weights()[0]
    sizes = largest(photos)
    faint = np.flatnonzero(sizes < FAINT * np.median(sizes))
    return FirstKernelsRun(digits, photos, tuple(map(int, faint)))


def largest(kernels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the largest absolute weight of each filter, shape (filters,)."""
    sizes: NDArray[np.float32] = np.abs(kernels).max(axis=(0, 1, 2))
    return sizes
