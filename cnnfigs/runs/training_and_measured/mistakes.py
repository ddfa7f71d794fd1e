"""The test images that a network gets wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import mnist
from cnnfigs.models.training import as_input
from cnnfigs.runs.training_and_measured.evaluation import evaluate

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Mistakes:
    """Wrong answers, the surest first."""

    network: str
    #: How many of the test images it gets wrong.
    errors: int
    #: How many of those it answers with a probability of at least 99 %.
    sure_errors: int
    #: Shape (n, 28, 28), values 0 to 1.
    images: NDArray[np.float32]
    #: What they show and what they were taken for, shape (n,).
    labels: NDArray[np.uint8]
    answers: NDArray[np.intp]
    #: Of the wrong answers, shape (n,).
    probabilities: NDArray[np.float32]


def surest_mistakes(network: str | keras.Model, count: int) -> Mistakes:
    """Find the wrong answers that a network is most sure of.

    Parameters
    ----------
    network
        Name of one of the tutorial's networks, or a Keras model that reads (28, 28, 1) and gives ten probabilities.
    count
        How many to keep at most.
    """
    evaluation = evaluate(network)
    sureness = evaluation.probabilities.max(axis=1)
    wrong = evaluation.wrong[np.argsort(-sureness[evaluation.wrong], kind="stable")]
    kept = wrong[:count]
    return Mistakes(
        network=evaluation.network,
        errors=evaluation.errors,
        sure_errors=int((sureness[wrong] >= 0.99).sum()),
        images=as_input(mnist().x_test[kept])[..., 0],
        labels=evaluation.labels[kept],
        answers=evaluation.answers[kept],
        probabilities=sureness[kept],
    )
