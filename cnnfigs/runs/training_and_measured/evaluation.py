"""How well a network does on the test images, and how well the test images can tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.cache import cached, run_key
from cnnfigs.data import mnist
from cnnfigs.models.compiled import compiled, outputs
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import load, resolve

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Evaluation:
    """A network's answers to all test images.

    Attributes
    ----------
    network
        Name of the network.
    parameters
        How many numbers training could change.
    probabilities
        Shape (10000, 10): for each test image the probability of each digit.
    labels
        Shape (10000,): the digits that they show.
    """

    network: str
    parameters: int
    probabilities: NDArray[np.float32]
    labels: NDArray[np.uint8]

    @property
    def answers(self) -> NDArray[np.intp]:
        """The most probable digit of each image, shape (10000,)."""
        found: NDArray[np.intp] = self.probabilities.argmax(axis=1)
        return found

    @property
    def wrong(self) -> NDArray[np.intp]:
        """Indices of the images that it gets wrong."""
        return np.flatnonzero(self.answers != self.labels)

    @property
    def errors(self) -> int:
        """How many images it gets wrong."""
        return len(self.wrong)

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval of the share of errors; see :func:`wilson_interval`."""
        return wilson_interval(self.errors, len(self.labels))


@cache
def evaluate(network: str | keras.Model) -> Evaluation:
    """Show a network all 10,000 test images.

    Parameters
    ----------
    network
        Name of one of the tutorial's networks, or a Keras model that reads (28, 28, 1) and gives ten probabilities.
    """
    examination = Examination(network)
    # What a network of the tutorial answers is asked for on many pages, each of which is a process of its own.
    key = run_key(Examination, {"network": network}) if isinstance(network, str) else None
    return cached(key, examination.run, Evaluation)


@dataclass(frozen=True)
class Examination:
    """All 10,000 test images, to be shown to a network: the name of one of the tutorial's, or a Keras model."""

    network: str | keras.Model

    def run(self) -> Evaluation:
        """Show them."""
        model = resolve(self.network)
        digits = mnist()
        probabilities = answers_to(self.network, as_input(digits.x_test))
        return Evaluation(model.name, model.count_params(), probabilities, digits.y_test)


def answers_to(network: str | keras.Model, images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Show a network many images.

    Parameters
    ----------
    network
        Name of one of the tutorial's networks, or a Keras model that reads (28, 28, 1) and gives ten probabilities.
    images
        Shape (n, 28, 28, 1), values 0 to 1.

    Returns
    -------
    ndarray of float32
        Shape (n, 10), probabilities.
    """
    # A model may be trained further between two calls; what ships stays as it is.
    read = _compiled_by_name(network) if isinstance(network, str) else compiled(network)
    return outputs(read, images)


@cache
def _compiled_by_name(name: str) -> Callable[[Any], Any]:
    return compiled(load(name))


def wilson_interval(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the Wilson score interval of a share.

    Parameters
    ----------
    successes, trials
        How many of how many.
    confidence
        The share of such intervals that cover the true value, between 0 and 1.

    Returns
    -------
    tuple of float
        Lower and upper end, from 0 to 1.

    References
    ----------
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
    Statistical Association 22 (1927), 209–212.

    Examples
    --------
    >>> low, high = wilson_interval(81, 10_000)
    >>> print(f"{low:.4f} to {high:.4f}")
    0.0065 to 0.0101
    """
    from scipy.stats import binomtest

    interval = binomtest(successes, trials).proportion_ci(confidence, method="wilson")
    return float(interval.low), float(interval.high)
