"""The images of the experiments: few of them, moved, on a larger canvas, or with their pixels in another order.

Images are arrays of shape (n, height, width); ``right`` and ``down`` count pixels.
"""

from __future__ import annotations

from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

Pixel = TypeVar("Pixel", bound=np.generic)

#: What a shuffle moves: nothing, all pixels, those within each 4×4 block, or the blocks.
Shuffle = Literal["none", "pixels", "within blocks", "blocks"]
#: Side of the blocks that shuffles keep or move.
BLOCK = 4


def balanced_order(labels: NDArray[np.uint8], seed: int) -> NDArray[np.intp]:
    """Put images into an order in which each first n are as balanced as can be, and contain each fewer.

    Parameters
    ----------
    labels
        The digits that the images show, shape (n,).
    seed
        Seed of the order.

    Returns
    -------
    ndarray of int
        Shape (n,): the indices of the images.

    Examples
    --------
    >>> order = balanced_order(np.array([0, 0, 0, 1, 1, 2]), seed=1)
    >>> sorted(np.array([0, 0, 0, 1, 1, 2])[order[:3]].tolist())
    [0, 1, 2]
    """
    random = np.random.default_rng(seed)
    shuffled = random.permutation(len(labels))
    rank = np.empty(len(labels), dtype=np.intp)
    for digit in np.unique(labels):
        of_digit = shuffled[labels[shuffled] == digit]
        rank[of_digit] = np.arange(len(of_digit))
    return shuffled[np.argsort(rank[shuffled], kind="stable")]


def shifted(images: NDArray[Pixel], right: int, down: int) -> NDArray[Pixel]:
    """Move images within their frame; what leaves it is lost, and zeros follow.

    Examples
    --------
    >>> shifted(np.array([[[1, 2], [3, 4]]]), right=1, down=0).tolist()
    [[[0, 1], [0, 3]]]
    """
    moved = np.zeros_like(images)
    height, width = images.shape[1:]
    moved[:, max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)] = images[
        :, max(-down, 0) : height - max(down, 0), max(-right, 0) : width - max(right, 0)
    ]
    return moved


def on_canvas(images: NDArray[Pixel], side: int, right: int, down: int) -> NDArray[Pixel]:
    """Put images on a larger canvas of zeros.

    Parameters
    ----------
    images
        Shape (n, height, width).
    side
        Height and width of the canvas.
    right, down
        Where the images' upper left corner comes to lie.
    """
    count, height, width = images.shape
    canvas = np.zeros((count, side, side), dtype=images.dtype)
    canvas[:, down : down + height, right : right + width] = images
    return canvas


def randomly_shifted(images: NDArray[Pixel], most: int, random: np.random.Generator) -> NDArray[Pixel]:
    """Move each image by its own whole numbers of pixels, each from −most to most, right and down."""
    moves = random.integers(-most, most + 1, size=(len(images), 2))
    moved = np.zeros_like(images)
    for right in range(-most, most + 1):
        for down in range(-most, most + 1):
            chosen = (moves == (right, down)).all(axis=1)
            moved[chosen] = shifted(images[chosen], right, down)
    return moved


def pixel_order(shuffle: Shuffle, side: int, seed: int) -> NDArray[np.intp]:
    """Draw one new order of an image's pixels.

    Parameters
    ----------
    shuffle
        What is moved.
    side
        Height and width of the image, a multiple of 4 unless all pixels are moved.
    seed
        Seed of the order.

    Returns
    -------
    ndarray of int
        Shape (side, side): which pixel, counted row by row, comes to each place.
    """
    random = np.random.default_rng(seed)
    pixels = np.arange(side * side)
    if shuffle == "none":
        return pixels.reshape(side, side)
    if shuffle == "pixels":
        return random.permutation(pixels).reshape(side, side)
    count = side // BLOCK
    # One row for each block, with its pixels in a row.
    blocks = pixels.reshape(count, BLOCK, count, BLOCK).swapaxes(1, 2).reshape(count * count, BLOCK * BLOCK)
    blocks = random.permutation(blocks) if shuffle == "blocks" else random.permuted(blocks, axis=1)
    return blocks.reshape(count, count, BLOCK, BLOCK).swapaxes(1, 2).reshape(side, side)


def reordered(images: NDArray[Pixel], order: NDArray[np.intp]) -> NDArray[Pixel]:
    """Put the pixels of all images into one new order, as :func:`pixel_order` draws it."""
    return images.reshape(len(images), -1)[:, order]
