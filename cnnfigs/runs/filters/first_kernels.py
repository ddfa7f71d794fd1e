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
    """The first layer's kernels of both networks."""

    #: Shape (3, 3, 1, 32), for grey digits.
    convnet: NDArray[np.float32]
    #: Shape (3, 3, 3, 32), for red, green and blue.
    mobilenet_v2: NDArray[np.float32]
    #: The largest absolute weight of each of MobileNetV2's filters, shape (32,).
    largest: NDArray[np.float32]
    #: Their median.
    median: float
    #: Numbers of those filters whose weights are all next to zero.
    faint: tuple[int, ...]


def first_kernels() -> FirstKernelsRun:
    """Read the kernels of both networks."""
    (photos,) = mobilenet_v2().get_layer("Conv1").get_weights()
    digits: NDArray[np.float32] = load("convnet").get_layer("conv2d_1").get_weights()[0]
    largest: NDArray[np.float32] = np.abs(photos).max(axis=(0, 1, 2))
    median = np.median(largest)
    faint = np.flatnonzero(largest < FAINT * median)
    return FirstKernelsRun(digits, photos, largest, float(median), tuple(map(int, faint)))
