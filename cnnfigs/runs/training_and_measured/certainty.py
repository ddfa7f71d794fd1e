"""How sure a network is of pictures that it knows, and of pictures that show no digit at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import mnist
from cnnfigs.models.training import as_input
from cnnfigs.runs.training_and_measured.evaluation import answers_to, evaluate

if TYPE_CHECKING:
    import keras

#: Digits that are none when they stand on their heads; 0, 1, 8 stay, 6 and 9 change places, 2 and 5 nearly stay.
NONE_UPSIDE_DOWN = (3, 4, 7)


@dataclass(frozen=True)
class Answers:
    """A network's answers to one kind of picture."""

    #: What the pictures are.
    kind: str
    #: The first few, shape (n, 28, 28), values 0 to 1.
    images: NDArray[np.float32]
    #: What it took them for, shape (n,).
    digits: NDArray[np.int64]
    #: How sure it was, shape (n,).
    probabilities: NDArray[np.float32]
    #: How many pictures of the kind it was shown in all.
    asked: int
    #: How many of those it answered with a probability of at least 99 %.
    sure: int


@dataclass(frozen=True)
class Certainty:
    """A network's answers to several kinds of pictures."""

    kinds: tuple[Answers, ...]


def certainty(network: str | keras.Model, examples: int) -> Certainty:
    """Ask a network about test digits, about digits turned upside down, and about scribbles.

    Parameters
    ----------
    network
        Name of one of the tutorial's networks, or a Keras model that reads (28, 28, 1) and gives ten probabilities.
    examples
        How many pictures of each kind to keep: the first ones, not chosen ones.
    """
    digits = mnist()
    turned = digits.x_test[np.isin(digits.y_test, NONE_UPSIDE_DOWN), ::-1, ::-1]
    kinds = {
        "digits": as_input(digits.x_test),
        "upside down": as_input(turned),
        "scribbles": np.stack([scribble(seed) for seed in range(1000)])[..., np.newaxis],
    }
    answers = []
    for kind, images in kinds.items():
        probabilities = evaluate(network).probabilities if kind == "digits" else answers_to(network, images)
        surest = probabilities.max(axis=1)
        answers.append(
            Answers(
                kind=kind,
                images=images[:examples, ..., 0],
                digits=probabilities[:examples].argmax(axis=1),
                probabilities=surest[:examples],
                asked=len(images),
                sure=int((surest >= 0.99).sum()),
            )
        )
    return Certainty(tuple(answers))


def scribble(seed: int) -> NDArray[np.float32]:
    """Draw a random smooth line with a pen as wide as MNIST's, shape (28, 28), values 0 to 1.

    Parameters
    ----------
    seed
        Each gives another line, through six random points.
    """
    from scipy.interpolate import CubicSpline
    from scipy.spatial import KDTree

    points = np.random.default_rng(seed).uniform(5, 23, size=(6, 2))
    line = CubicSpline(np.arange(6), points)(np.linspace(0, 5, 400))
    pixels = np.moveaxis(np.mgrid[:28, :28], 0, -1) + 0.5
    distance, _ = KDTree(line).query(pixels)
    # Full ink within a pixel of the line, none beyond two.
    ink: NDArray[np.float32] = np.clip(2 - distance, 0, 1).astype(np.float32)
    return ink
