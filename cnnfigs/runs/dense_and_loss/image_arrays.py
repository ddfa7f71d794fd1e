"""Images as the arrays that they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import cat_photo, mnist

#: Height and width, in pixels, of what is shown around a piece of the photo.
AROUND = (108, 132)


@dataclass(frozen=True)
class DigitPatch:
    """A digit and a square piece of it."""

    #: The digit that the image shows.
    label: int
    #: The pixels as they are stored, shape (28, 28), whole numbers, 0 for paper to 255 for ink.
    image: NDArray[np.uint8]
    #: A piece of the image, shape (size, size).
    patch: NDArray[np.uint8]
    #: Where the piece begins.
    row: int
    column: int


@dataclass(frozen=True)
class PhotoPatch:
    """A colour photo and a square piece of it."""

    #: Height, width and channels of the whole photo.
    shape: tuple[int, ...]
    #: The part of the photo around the piece, shape (108, 132, 3), whole numbers 0 to 255: red, green, blue.
    surroundings: NDArray[np.uint8]
    #: Where that part begins in the photo.
    top: int
    left: int
    #: The piece itself, shape (size, size, 3).
    patch: NDArray[np.uint8]
    #: Where the piece begins.
    row: int
    column: int


def digit_patch(index: int, row: int, column: int, size: int) -> DigitPatch:
    """Cut a square piece out of a test image."""
    image = mnist().x_test[index]
    patch = image[row : row + size, column : column + size]
    return DigitPatch(int(mnist().y_test[index]), image, patch, row, column)


def photo_patch(row: int, column: int, size: int) -> PhotoPatch:
    """Cut a square piece out of the photo of the cat."""
    photo = cat_photo()
    height, width = AROUND
    # As near to the middle as the photo's edges allow.
    top = min(max(row + size // 2 - height // 2, 0), photo.shape[0] - height)
    left = min(max(column + size // 2 - width // 2, 0), photo.shape[1] - width)
    return PhotoPatch(
        shape=photo.shape,
        surroundings=photo[top : top + height, left : left + width],
        top=top,
        left=left,
        patch=photo[row : row + size, column : column + size],
        row=row,
        column=column,
    )
