"""Where in a digit a trained first layer finds its patterns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.models.backend import load_keras
from cnnfigs.models.weights import resolve

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Pattern:
    """One filter, and the places of the digit where it answers most strongly."""

    #: Its number in the layer.
    channel: int
    #: Shape (height, width).
    kernel: NDArray[np.float32]
    #: Upper left corners of the windows, shape (n, 2): row and column of the image.
    places: NDArray[np.int64]
    #: What it saw there, shape (n, height, width).
    patches: NDArray[np.float32]
    #: What it answered there, the largest first, shape (n,).
    values: NDArray[np.float32]


@dataclass(frozen=True)
class LocalPatternsRun:
    """A digit and what the filters of a first layer find in it."""

    network: str
    #: Shape (height, width), 0 for paper to 1 for ink.
    image: NDArray[np.float32]
    #: How many filters the layer has.
    filters: int
    #: Some of them.
    patterns: tuple[Pattern, ...]


def find_patterns(
    network: str | keras.Model, image: NDArray[np.float32], patterns: int, places: int
) -> LocalPatternsRun:
    """Let the filters of a network's first layer find their patterns in a digit.

    The filters that differ most from those before them come first; one whose weights have mostly one sign answers to
    ink as such and is left out. Each keeps its strongest places whose windows cover no pixel of another's; a filter
    that finds too few such places is left out too.

    Parameters
    ----------
    network
        Name of one of the tutorial's networks, or a Keras model.
    image
        Shape (height, width, 1).
    patterns
        How many filters to keep, at most.
    places
        How many places for each of them.

    Raises
    ------
    ValueError
        If the network does not begin with a Conv2D layer that reads one channel.
    """
    layer = first_convolution(network)
    kernel = np.asarray(layer.kernel)
    height, width = kernel.shape[:2]
    maps = np.asarray(layer(image[np.newaxis]))[0]
    free = np.ones(maps.shape[:2], dtype=bool)
    kept: list[Pattern] = []
    for channel in in_order_of_difference(kernel[:, :, 0]):
        left = free.copy()
        corners: list[tuple[int, int]] = []
        while len(corners) < places:
            answers = np.where(left, maps[..., channel], 0)
            row, column = np.unravel_index(answers.argmax(), answers.shape)
            # Only what is near the strongest answer of all shows the filter's pattern.
            if answers[row, column] <= 0.6 * maps[..., channel].max():
                break
            corners.append((int(row), int(column)))
            left[max(0, row - height + 1) : row + height, max(0, column - width + 1) : column + width] = False
        if len(corners) == places:
            free = left
            kept.append(
                Pattern(
                    channel=int(channel),
                    kernel=kernel[:, :, 0, channel],
                    places=np.asarray(corners),
                    patches=np.stack(
                        [image[row : row + height, column : column + width, 0] for row, column in corners]
                    ),
                    values=np.asarray([maps[row, column, channel] for row, column in corners]),
                )
            )
        if len(kept) == patterns:
            break
    return LocalPatternsRun(resolve(network).name, image[..., 0], kernel.shape[-1], tuple(kept))


def first_convolution(network: str | keras.Model) -> Any:
    """Return the first layer of a network, a built Conv2D that reads one channel.

    Raises
    ------
    ValueError
        If it is another kind of layer.
    """
    keras = load_keras()
    model = resolve(network)
    first = next(layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer))
    if not isinstance(first, keras.layers.Conv2D) or first.kernel.shape[2] != 1:
        raise ValueError(f"network: expected one that begins with a Conv2D reading one channel, got {model.name!r}")
    return first


def in_order_of_difference(kernels: NDArray[np.float32]) -> list[int]:
    """Order the balanced kernels so that each is as unlike all those before it as can be.

    A kernel is balanced if its positive and negative weights cancel by half at least; the most balanced one comes
    first. How alike two kernels are is the cosine of the angle between them.

    Parameters
    ----------
    kernels
        Shape (height, width, n).

    Examples
    --------
    >>> kernels = np.array([[[1.0, 1.0, -1.0, 1.0], [-1.0, -0.9, 1.0, 0.1]]])
    >>> in_order_of_difference(kernels)
    [0, 2, 1]
    """
    flat = kernels.reshape(-1, kernels.shape[-1])
    remainder = np.abs(flat.sum(axis=0)) / np.abs(flat).sum(axis=0)
    unit = flat / np.linalg.norm(flat, axis=0)
    alike = unit.T @ unit
    order: list[int] = []
    candidates = [int(channel) for channel in remainder.argsort(kind="stable") if remainder[channel] <= 0.5]
    while candidates:
        order.append(min(candidates, key=lambda channel: max((alike[channel, other] for other in order), default=-1)))
        candidates.remove(order[-1])
    return order
