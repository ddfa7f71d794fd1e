"""A 1×1 convolution on a photo: every pixel by itself, all channels together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.runs.filters.convolving import convolve, small_photo

#: Recommendation ITU-R BT.601: what red, green and blue contribute to brightness.
BRIGHTNESS = (0.299, 0.587, 0.114)
#: Red against green.
RED_MINUS_GREEN = (1.0, -1.0, 0.0)
BLOCK = 5


@dataclass(frozen=True)
class OneByOneRun:
    """Two filters of one pixel each."""

    #: Shape (rows, columns, 3), RGB from 0 to 1.
    photo: NDArray[np.float64]
    #: The pixel that is spelled out.
    row: int
    column: int
    #: Shape (1, 1, 3, 2): what each of the two filters takes of red, green and blue.
    kernel: NDArray[np.float64]
    #: Shape (rows, columns, 2).
    maps: NDArray[np.float64]


def one_by_one(row: int, column: int) -> OneByOneRun:
    """Lay two 1×1 filters on the photo: brightness, and red against green."""
    photo = small_photo(BLOCK).round(2)
    kernel = np.stack([BRIGHTNESS, RED_MINUS_GREEN], axis=-1)[np.newaxis, np.newaxis]
    return OneByOneRun(photo, row, column, kernel, convolve(photo, kernel))
