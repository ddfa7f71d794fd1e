"""Some of MNIST's digits, at half the size and in few shades: light enough to be sent along with a page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import Bytes, mnist

#: Rows and columns of a small digit.
SIDE = 14
#: The darkest shade: ink is a whole number from 0 to this.
DARKEST = 3
#: How many digits of each kind there are, spread evenly over all of MNIST's, and so over its writers.
TRAINING, TEST = 1_000, 1_000


@dataclass(frozen=True)
class SmallDigits:
    """Digits to learn from and digits to be judged by.

    Attributes
    ----------
    x_train, x_test
        Images, shapes (n, 14, 14), uint8: 0 is paper, :data:`DARKEST` is ink.
    y_train, y_test
        The digits 0 to 9 that they show, shape (n,), uint8.
    """

    x_train: Bytes
    y_train: Bytes
    x_test: Bytes
    y_test: Bytes


@cache
def small_digits() -> SmallDigits:
    """Take every so manieth training image and test image of MNIST, and make it small."""
    digits = mnist()
    every, each = len(digits.x_train) // TRAINING, len(digits.x_test) // TEST
    return SmallDigits(
        x_train=halved(digits.x_train[::every]),
        y_train=digits.y_train[::every],
        x_test=halved(digits.x_test[::each]),
        y_test=digits.y_test[::each],
    )


def halved(images: Bytes) -> Bytes:
    """Make images half as high and wide: each pixel is the mean of 2×2, rounded to a shade.

    Parameters
    ----------
    images
        Shape (n, 28, 28), 0 to 255.

    Returns
    -------
    ndarray
        Shape (n, 14, 14), 0 to :data:`DARKEST`; a mean halfway between two shades becomes the darker one.

    Examples
    --------
    >>> image = np.zeros((1, 28, 28), dtype=np.uint8)
    >>> image[0, 0, 0], image[0, 2:4, 0:2] = 255, 255
    >>> halved(image)[0, :2, :2].tolist()
    [[1, 0], [3, 0]]
    """
    count = len(images)
    sums = images.reshape(count, SIDE, 2, SIDE, 2).sum(axis=(2, 4), dtype=np.int64)
    # Whole numbers only, so that nothing depends on how fractions are rounded.
    whole = 4 * 255
    shades: Bytes = ((2 * DARKEST * sums + whole) // (2 * whole)).astype(np.uint8)
    return shades


def as_small_input(shades: Bytes) -> NDArray[np.float32]:
    """Turn small digits into a network's input: shape (n, 14, 14, 1), 0 to 1."""
    return shades[..., np.newaxis].astype(np.float32) / np.float32(DARKEST)
