"""Some of MNIST's test digits in few shades: light enough for a page, and enough to judge a network by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import Bytes, mnist

#: How many digits there are, spread evenly over all of MNIST's test digits, and so over their writers.
ASKED = 500
#: The darkest shade: ink is a whole number from 0 to this.
DARKEST = 3


@dataclass(frozen=True)
class AskedDigits:
    """Test digits in few shades.

    Attributes
    ----------
    shades
        Shape (n, 28, 28), uint8: 0 is paper, :data:`DARKEST` is ink.
    labels
        The digits 0 to 9 that they show, shape (n,), uint8.
    """

    shades: Bytes
    labels: Bytes

    @property
    def images(self) -> NDArray[np.float32]:
        """What a network gets: shape (n, 28, 28, 1), 0 to 1."""
        return self.shades[..., np.newaxis].astype(np.float32) / np.float32(DARKEST)


@cache
def asked_digits() -> AskedDigits:
    """Take every so manieth test image of MNIST, in few shades."""
    digits = mnist()
    each = len(digits.x_test) // ASKED
    return AskedDigits(in_shades(digits.x_test[::each]), digits.y_test[::each])


@cache
def other_digits() -> AskedDigits:
    """Take all the other test images, in as few shades."""
    digits = mnist()
    others = np.arange(len(digits.x_test)) % (len(digits.x_test) // ASKED) > 0
    return AskedDigits(in_shades(digits.x_test[others]), digits.y_test[others])


def in_shades(images: Bytes) -> Bytes:
    """Round pixels, 0 to 255, to the nearest of the shades 0 to :data:`DARKEST`.

    Examples
    --------
    >>> in_shades(np.array([0, 42, 43, 127, 128, 255], dtype=np.uint8)).tolist()
    [0, 0, 1, 1, 2, 3]
    """
    shades: Bytes = ((2 * DARKEST * images.astype(np.int64) + 255) // 510).astype(np.uint8)
    return shades
