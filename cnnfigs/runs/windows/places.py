"""Windows that slide over small images and count: a real convolution whose numbers can be checked by eye.

The kernel is all ones and there is no bias, so a convolution adds up what is under its window. On an image of ones and
zeros it counts the ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic.sizes import Axis, TransposedAxis
from cnnfigs.models.backend import load_keras
from cnnfigs.runs.activations import test_digit

Padding = Literal["valid", "same"]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Slide:
    """What a window of ones counts in each of its places on a square image."""

    #: Shape (size, size).
    image: Floats
    #: The sum under the window in each place, shape (places, places).
    output: Floats
    #: Rows of the image under the window in each place from top to bottom, shape (places, kernel_size); the columns
    #: are the same. Numbers below 0 and from `size` on are padding.
    cells: NDArray[np.intp]
    #: Cells of padding before and after each axis.
    added: tuple[int, int]
    #: The formula of the output size with its numbers.
    derivation: str


@dataclass(frozen=True)
class Strided:
    """The same window with strides and with strides 1."""

    #: With the strides.
    slide: Slide
    #: With strides 1.
    every: Slide
    #: Which rows of the output with strides 1 (and which columns, the same) the strides keep.
    kept: tuple[int, ...]


@dataclass(frozen=True)
class SameSizes:
    """What "same" padding makes of several sizes."""

    #: Side of the window.
    kernel_size: int
    #: Sides of the inputs.
    sizes: tuple[int, ...]
    #: Cells from one window to the next, several cases.
    strides: tuple[int, ...]
    #: Side of the output for each size and each of the strides.
    outputs: tuple[tuple[int, ...], ...]
    #: Cells of padding before and after for each size and each of the strides.
    added: tuple[tuple[tuple[int, int], ...], ...]


@dataclass(frozen=True)
class Dilated:
    """The same window without and with gaps."""

    #: From one cell of the window to its next.
    dilation_rates: tuple[int, ...]
    #: What it counts with each of them.
    slides: tuple[Slide, ...]


@dataclass(frozen=True)
class Spread:
    """A transposed convolution with a kernel of ones, and what each cell of its input adds to the output."""

    #: Shape (size, size).
    image: Floats
    #: What comes out when only one cell is kept and all others are 0: shape (size, size, output, output).
    shares: Floats
    #: What comes out of the whole image, shape (output, output).
    output: Floats
    #: The formula of the output size with its numbers.
    derivation: str


@dataclass(frozen=True)
class RoundTrip:
    """A strided convolution and the transposed convolution with the same kernel of ones after it."""

    #: Shape (size, size).
    image: Floats
    #: What the convolution makes of it.
    small: Floats
    #: What the transposed convolution makes of that.
    back: Floats
    #: The formulas of both output sizes with their numbers.
    there_derivation: str
    back_derivation: str


def blank(size: int) -> Floats:
    """Return an image of ones, shape (size, size)."""
    return np.ones((size, size), dtype=np.float32)


def ink(index: int, size: int) -> Floats:
    """Cut a square out of a test digit, 1 for ink and 0 for paper.

    It is the first part of the digit whose 3×3 windows differ the most from each other in how much ink they hold.

    Parameters
    ----------
    index
        Which of MNIST's test images, 0 to 9999.
    size
        Side of the square, 3 to 28.

    Returns
    -------
    ndarray of float32, shape (size, size)

    Raises
    ------
    ValueError
        If there is no such image or no such part.
    """
    if not 3 <= size <= 28:
        raise ValueError(f"size: expected 3 to 28, got {size}")
    image = (test_digit(index)[..., 0] >= 0.5).astype(np.float32)
    counts = np.lib.stride_tricks.sliding_window_view(image, (3, 3)).sum(axis=(2, 3))
    variances = np.lib.stride_tricks.sliding_window_view(counts, (size - 2, size - 2)).var(axis=(2, 3))
    # float32 variances of equal parts may differ in their last digit.
    top, left = np.unravel_index(variances.round(4).argmax(), variances.shape)
    return image[top : top + size, left : left + size].copy()


def slide(
    image: Floats, kernel_size: int, strides: int = 1, padding: Padding = "valid", dilation_rate: int = 1
) -> Slide:
    """Convolve a square image with a kernel of ones.

    Parameters
    ----------
    image
        Shape (size, size).
    kernel_size, strides, padding, dilation_rate
        As Keras' Conv2D has them.
    """
    keras = load_keras()
    layer = keras.layers.Conv2D(
        1,
        kernel_size,
        strides=strides,
        padding=padding,
        dilation_rate=dilation_rate,
        use_bias=False,
        kernel_initializer="ones",
    )
    axis = Axis(len(image), kernel_size, strides, padding, dilation_rate)
    return Slide(
        image=image,
        output=_through(layer, image),
        cells=axis.windows(),
        added=axis.padding_amounts(),
        derivation=str(axis.derivation()),
    )


def strided(image: Floats, kernel_size: int, strides: int, padding: Padding = "valid") -> Strided:
    """Convolve a square image with a kernel of ones, with strides and with strides 1."""
    some, every = (slide(image, kernel_size, each, padding) for each in (strides, 1))
    return Strided(some, every, tuple(np.flatnonzero(np.isin(every.cells[:, 0], some.cells[:, 0])).tolist()))


def same_sizes(kernel_size: int, sizes: tuple[int, ...], strides: tuple[int, ...]) -> SameSizes:
    """Ask Keras for the output size of a convolution with "same" padding, for several sizes and strides."""
    slides = [[slide(blank(size), kernel_size, each, "same") for each in strides] for size in sizes]
    return SameSizes(
        kernel_size=kernel_size,
        sizes=sizes,
        strides=strides,
        outputs=tuple(tuple(len(one.output) for one in row) for row in slides),
        added=tuple(tuple(one.added for one in row) for row in slides),
    )


def dilated(image: Floats, kernel_size: int, dilation_rates: tuple[int, ...]) -> Dilated:
    """Convolve a square image with a kernel of ones at several dilation rates."""
    return Dilated(dilation_rates, tuple(slide(image, kernel_size, dilation_rate=rate) for rate in dilation_rates))


def spread(image: Floats, kernel_size: int, strides: int, padding: Padding = "valid") -> Spread:
    """Show a square image to a transposed convolution with a kernel of ones, whole and cell by cell."""
    layer = _transposed(kernel_size, strides, padding)
    size = len(image)
    shares = [[_through(layer, _only(image, row, column)) for column in range(size)] for row in range(size)]
    return Spread(
        image=image,
        shares=np.array(shares),
        output=_through(layer, image),
        derivation=str(TransposedAxis(size, kernel_size, strides, padding).derivation()),
    )


def round_trip(image: Floats, kernel_size: int, strides: int) -> RoundTrip:
    """Convolve a square image with a kernel of ones and strides, and then the other way."""
    there = slide(image, kernel_size, strides)
    return RoundTrip(
        image=image,
        small=there.output,
        back=_through(_transposed(kernel_size, strides, "valid"), there.output),
        there_derivation=there.derivation,
        back_derivation=str(TransposedAxis(len(there.output), kernel_size, strides).derivation()),
    )


def _transposed(kernel_size: int, strides: int, padding: Padding) -> Any:
    return load_keras().layers.Conv2DTranspose(
        1, kernel_size, strides=strides, padding=padding, use_bias=False, kernel_initializer="ones"
    )


def _only(image: Floats, row: int, column: int) -> Floats:
    """Keep one cell of an image; all others become 0."""
    kept = np.zeros_like(image)
    kept[row, column] = image[row, column]
    return kept


def _through(layer: Any, image: Floats) -> Floats:
    """Show one image with one channel to a layer."""
    output: Floats = np.asarray(layer(image[np.newaxis, ..., np.newaxis]))[0, ..., 0]
    return output
