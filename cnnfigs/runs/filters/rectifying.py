"""What ReLU changes: on one map, and between two convolutions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnfigs.models.backend import load_keras
from cnnfigs.runs.filters.convolving import convolve
from cnnfigs.runs.filters.local_patterns import first_convolution
from cnnfigs.runs.windows.sliding import right_minus_left

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Rectified:
    """One map of a first layer before ReLU and after."""

    #: Shape (rows, columns).
    image: NDArray[np.float32]
    #: Shape (height, width).
    kernel: NDArray[np.float32]
    #: The map, shape (rows - 2, columns - 2) for a 3×3 kernel.
    before: NDArray[np.float32]
    after: NDArray[np.float32]
    #: ReLU of the numbers from -1 to 1: pairs, shape (n, 2).
    curve: NDArray[np.float64]

    @property
    def negative(self) -> float:
        """The share of negative numbers before."""
        return float((self.before < 0).mean())

    @property
    def zeros(self) -> float:
        """The share of zeros after."""
        return float((self.after == 0).mean())


def rectify(network: str | keras.Model, image: NDArray[np.float32], channel: int) -> Rectified:
    """Compute one map of a network's first layer without and with ReLU.

    Raises
    ------
    ValueError
        If the network does not begin with a Conv2D layer that reads one channel, or has no such filter.
    """
    keras = load_keras()
    layer = first_convolution(network)
    if not channel < layer.filters:
        raise ValueError(f"filter: expected 0 to {layer.filters - 1}, got {channel}")
    kernel, bias = (np.asarray(each)[..., channel : channel + 1] for each in layer.get_weights())
    before = convolve(image, kernel, bias)[..., 0].astype(np.float32)
    inputs = np.linspace(-1, 1, 41)
    outputs = np.asarray(keras.layers.ReLU(dtype="float64")(inputs))
    return Rectified(
        image=image[..., 0],
        kernel=kernel[..., 0, 0],
        before=before,
        after=np.asarray(keras.layers.ReLU()(before)),
        curve=np.stack([inputs, outputs], axis=1),
    )


@dataclass(frozen=True)
class Collapsed:
    """Two convolutions one after the other, and the one convolution that does the same."""

    #: Shape (rows, columns), rounded to eighths, so that no sum is rounded.
    image: NDArray[np.float64]
    #: The two kernels, shape (3, 3).
    first: NDArray[np.float64]
    second: NDArray[np.float64]
    #: The one kernel, shape (5, 5).
    both: NDArray[np.float64]
    #: What the two give, shape (rows - 4, columns - 4).
    twice: NDArray[np.float64]
    #: What the one gives, of the same shape.
    once: NDArray[np.float64]
    #: What the two give with ReLU between them, of the same shape.
    rectified: NDArray[np.float64]
    #: How far the one is from the two at most, and the two with ReLU from the two without.
    difference: float
    rectified_difference: float


def collapse(image: NDArray[np.float32]) -> Collapsed:
    """Show a digit, shape (height, width, 1), to two convolutions with and without ReLU between, and to one.

    The one kernel is read off from what the two make of a single 1: a convolution layer answers it with its kernel,
    turned by half a turn.
    """
    rounded = (image.astype(np.float64) * 8).round() / 8
    first, second = right_minus_left(3), right_minus_left(3).T
    single = np.zeros((9, 9, 1))
    single[4, 4] = 1
    both = _two(single, first, second)[::-1, ::-1]
    twice, rectified = _two(rounded, first, second), _two(rounded, first, second, "relu")
    once = convolve(rounded, both[..., np.newaxis, np.newaxis])[..., 0]
    return Collapsed(
        image=rounded[..., 0],
        first=first,
        second=second,
        both=both,
        twice=twice,
        once=once,
        rectified=rectified,
        difference=float(np.abs(twice - once).max()),
        rectified_difference=float(np.abs(twice - rectified).max()),
    )


def _two(
    image: NDArray[np.float64], first: NDArray[np.float64], second: NDArray[np.float64], between: str = "linear"
) -> NDArray[np.float64]:
    map_between = convolve(image, first[..., np.newaxis, np.newaxis], activation=between)
    result: NDArray[np.float64] = convolve(map_between, second[..., np.newaxis, np.newaxis])[..., 0]
    return result
