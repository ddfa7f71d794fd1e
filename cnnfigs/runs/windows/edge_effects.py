"""What zeros around an image do to a convolution: they make an edge where the image has none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import cat_photo
from cnnfigs.models.backend import load_keras

Floats = NDArray[np.float32]

#: A kernel that answers 0 where all is equal: the middle against its eight neighbours (a Laplacian).
EQUAL_GIVES_ZERO = ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1))


@dataclass(frozen=True)
class EdgeEffect:
    """One image and its convolution without padding, with zeros around it, and with its outermost pixels repeated."""

    #: Shape (size, size).
    image: Floats
    #: Shape (3, 3).
    kernel: Floats
    #: The outputs, shapes (size - 2, size - 2) and (size, size).
    valid: Floats
    same: Floats
    #: The output where the outermost pixels stand around the image once more, shape (size, size).
    repeated: Floats

    @property
    def strengths(self) -> tuple[float, float]:
        """The mean absolute answer with zeros around: on the outermost ring, and inside it."""
        return _strengths(self.same)

    @property
    def strengths_repeated(self) -> tuple[float, float]:
        """The same where the outermost pixels are repeated."""
        return _strengths(self.repeated)

    @property
    def sides(self) -> tuple[float, ...]:
        """The mean answer with zeros around along the upper, lower, left and right border."""
        return tuple(float(each.mean()) for each in (self.same[0], self.same[-1], self.same[:, 0], self.same[:, -1]))


def edge_effect(image: Floats) -> EdgeEffect:
    """Convolve a square image with a kernel that answers 0 where all is equal.

    Parameters
    ----------
    image
        Shape (size, size), at least 3×3.
    """
    keras = load_keras()
    kernel = np.array(EQUAL_GIVES_ZERO, dtype=np.float32)
    outputs = []
    for padding, padded in (("valid", image), ("same", image), ("valid", np.pad(image, 1, mode="edge"))):
        layer = keras.layers.Conv2D(1, 3, padding=padding, use_bias=False)
        layer.build((None, *padded.shape, 1))
        layer.set_weights([kernel[..., np.newaxis, np.newaxis]])
        outputs.append(np.asarray(layer(padded[np.newaxis, ..., np.newaxis]))[0, ..., 0])
    return EdgeEffect(image, kernel, *outputs)


def _strengths(output: Floats) -> tuple[float, float]:
    """Return the mean absolute answer on the outermost ring, and inside it."""
    strength = np.abs(output)
    ring = np.ones(strength.shape, dtype=bool)
    ring[1:-1, 1:-1] = False
    return float(strength[ring].mean()), float(strength[~ring].mean())


def small_cat(size: int) -> Floats:
    """Make the cat photo small, square and grey: shape (size, size), values 0 to 1.

    Each cell is the mean of a square of pixels. Grey is the luma of Recommendation ITU-R BT.601: 0.299 of red, 0.587 of
    green, 0.114 of blue.

    Raises
    ------
    ValueError
        If the photo is smaller.
    """
    photo = cat_photo()
    if not 1 <= size <= min(photo.shape[:2]):
        raise ValueError(f"size: expected 1 to {min(photo.shape[:2])}, got {size}")
    pixels = min(photo.shape[:2]) // size
    top, left = ((sides - size * pixels) // 2 for sides in photo.shape[:2])
    part = photo[top : top + size * pixels, left : left + size * pixels] / 255
    squares = (part @ (0.299, 0.587, 0.114)).reshape(size, pixels, size, pixels)
    grey: Floats = squares.mean(axis=(1, 3)).astype(np.float32)
    return grey
