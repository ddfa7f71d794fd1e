"""What networks answer to digits, where they stand and moved aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import mnist
from cnnfigs.images import shifted
from cnnfigs.models.weights import load
from cnnfigs.runs.activations import test_digit


@dataclass(frozen=True)
class MovedAnswers:
    """Pictures of digits and what networks answer to them."""

    networks: tuple[str, ...]
    #: Shape (pictures, 28, 28), values 0 to 1.
    images: NDArray[np.float32]
    #: Which digits they show, shape (pictures,).
    labels: NDArray[np.uint8]
    #: By how many pixels each was moved to the right, shape (pictures,).
    shifts: NDArray[np.int64]
    #: Shape (networks, pictures, 10).
    probabilities: NDArray[np.float32]


def moved_answers(networks: Sequence[str], indexes: Sequence[int], shifts: Sequence[int]) -> MovedAnswers:
    """Move test digits aside and show them to networks."""
    pictures = [(index, shift) for index in indexes for shift in shifts]
    images = np.stack([shifted(test_digit(index), 0, shift) for index, shift in pictures])
    return MovedAnswers(
        networks=tuple(networks),
        images=images[..., 0],
        labels=mnist().y_test[[index for index, _ in pictures]],
        shifts=np.array([shift for _, shift in pictures]),
        probabilities=np.stack([np.asarray(load(name)(images, training=False)) for name in networks]),
    )
