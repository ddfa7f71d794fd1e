"""A filter with three slices on a colour photo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.models.backend import load_keras
from cnnfigs.runs.filters.convolving import convolve, small_photo

#: Side of the blocks of the photo that become one pixel.
BLOCK = 10
BIAS = -1.0


@dataclass(frozen=True)
class ColorFilterRun:
    """A filter that reads three channels, on a crop of the photo and on all of it."""

    #: The photo made small, shape (height, width, 3), RGB from 0 to 1, rounded to tenths.
    photo: NDArray[np.float64]
    #: The crop, shape (5, 5, 3).
    crop: NDArray[np.float64]
    #: The slices, shape (3, 3, 3): the last axis is the channel.
    kernel: NDArray[np.float64]
    #: The one bias.
    bias: float
    #: What each slice gives by itself in each place of the crop, shape (3, 3, 3): the last axis is the channel.
    sums: NDArray[np.float64]
    #: The map of the crop, shape (3, 3).
    values: NDArray[np.float64]
    #: The map of the whole photo after ReLU, shape (height - 2, width - 2).
    response: NDArray[np.float64]


def color_filter(row: int, column: int, size: int) -> ColorFilterRun:
    """Lay a filter that looks for red that is not green on the photo, and on the crop of it that begins there."""
    keras = load_keras()
    photo = small_photo(BLOCK).round(1)
    crop = photo[row : row + size, column : column + size]
    kernel = red_not_green()
    # A depthwise layer gives what each slice makes of its channel, before they are added.
    slices = keras.layers.DepthwiseConv2D(3, use_bias=False, dtype="float64")
    slices.build((None, *crop.shape))
    slices.set_weights([kernel[..., np.newaxis]])
    return ColorFilterRun(
        photo=photo,
        crop=crop,
        kernel=kernel,
        bias=BIAS,
        sums=np.asarray(slices(crop[np.newaxis]))[0],
        values=convolve(crop, kernel[..., np.newaxis], [BIAS])[..., 0],
        response=convolve(photo, kernel[..., np.newaxis], [BIAS], activation="relu")[..., 0],
    )


def red_not_green() -> NDArray[np.float64]:
    """Return the slices, shape (3, 3, 3): red counts for, green against, blue is not looked at.

    Examples
    --------
    >>> red_not_green()[..., 1]
    array([[ 0., -1.,  0.],
           [-1., -1., -1.],
           [ 0., -1.,  0.]])
    """
    cross = np.array([[0.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 0.0]])
    return np.stack([cross, 0 - cross, 0 * cross], axis=-1)
