"""What a network made of some images, for the rules that need to see that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Observed:
    """What a network made of some images.

    Parameters
    ----------
    maps
        Name of a layer to what it gave for each image, shape (images, height, width, channels).
    answers
        The first output for each image, shape (images, n); None where it is no row of numbers.
    shifted
        The same for each image shifted, shape (images, shifts, n); None as above.
    shifts
        By how many pixels, (down, right), for each shift.
    activation
        Name of the last activation function.
    """

    maps: Mapping[str, Floats]
    answers: Floats | None = None
    shifted: Floats | None = None
    shifts: tuple[tuple[int, int], ...] = ()
    activation: str = "linear"
