"""The weights of one unit of a dense layer beside those of one filter of a convolution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.models.weights import load
from cnnfigs.runs.filters.local_patterns import first_convolution

#: Side of the squares by which the unit's weights are averaged, in pixels, and how many of each sign are kept.
BLOCK, TOLD = 4, 3

#: Row and column of a square, counted in squares, and the mean of the weights in it.
Square = tuple[int, int, float]


@dataclass(frozen=True)
class GlobalAndLocalRun:
    """What a unit of a dense layer looks at, and what a filter looks at."""

    #: The digit, shape (28, 28).
    image: NDArray[np.float32]
    #: Number of the unit that answers most strongly to the digit.
    unit: int
    #: Its weights, one for each pixel, shape (28, 28).
    unit_weights: NDArray[np.float32]
    #: The squares with the most positive and with the most negative means, the strongest first.
    positive: tuple[Square, ...]
    negative: tuple[Square, ...]
    #: The mean of the weights where there is ink, and elsewhere.
    on_ink: float
    on_paper: float
    #: Number of the filter that answers most strongly anywhere in the digit.
    channel: int
    #: Its weights, shape (3, 3).
    kernel: NDArray[np.float32]
    #: Its map, shape (26, 26).
    filter_answers: NDArray[np.float32]


def compare_reach(image: NDArray[np.float32]) -> GlobalAndLocalRun:
    """Show a digit, shape (28, 28, 1), to the first layers of `dense_512` and of the convnet; keep the strongest."""
    dense = load("dense_512")
    layer = dense.layers[-2]
    unit = int(np.asarray(layer(image.reshape(1, -1)))[0].argmax())
    convolution = first_convolution("convnet")
    maps = np.asarray(convolution(image[np.newaxis]))[0]
    channel = int(maps.max(axis=(0, 1)).argmax())
    weights = np.asarray(layer.kernel)[:, unit].reshape(image.shape[:2])
    side = len(weights) // BLOCK
    means = weights.reshape(side, BLOCK, side, BLOCK).mean(axis=(1, 3))
    squares = tuple((int(n // side), int(n % side), float(means.flat[n])) for n in means.argsort(axis=None))
    ink = image[..., 0] > 0.5
    return GlobalAndLocalRun(
        image=image[..., 0],
        unit=unit,
        unit_weights=weights,
        positive=squares[: -TOLD - 1 : -1],
        negative=squares[:TOLD],
        on_ink=float(weights[ink].mean()),
        on_paper=float(weights[~ink].mean()),
        channel=channel,
        kernel=np.asarray(convolution.kernel)[:, :, 0, channel],
        filter_answers=maps[..., channel],
    )
