"""How well a network does on the test images, and how well the test images can tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic.receptive import receptive_fields
from cnnfigs.cache import cached, run_key
from cnnfigs.data import mnist
from cnnfigs.models.backend import load_keras
from cnnfigs.models.compiled import compiled, outputs
from cnnfigs.models.records import layer_records
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import load, resolve
from cnnfigs.statistics import wilson

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Evaluation:
    """A network's answers to all test images."""

    network: str
    #: How many numbers training could change.
    parameters: int
    #: Shape (10000, 10): for each test image the probability of each digit.
    probabilities: NDArray[np.float32]
    #: Shape (10000,): the digits that they show.
    labels: NDArray[np.uint8]

    @property
    def answers(self) -> NDArray[np.intp]:
        """The most probable digit of each image, shape (10000,)."""
        answers: NDArray[np.intp] = self.probabilities.argmax(axis=1)
        return answers

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
        """The 95 % Wilson interval of the share of errors."""
        low, high = wilson(self.errors, len(self.labels))
        return low, high


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
    network = for_seen(load(name))
    _, rows, columns, _ = network.input_shape
    read = compiled(network)
    return lambda images: read(images[:, :rows, :columns])


def for_seen(model: keras.Sequential) -> keras.Sequential:
    """Build the same network for the first rows and columns alone, if its last maps see no others.

    Poolings drop the last places that fill no window: of 28×28 pixels, the convnet's last maps see 26×26. Without the
    others it computes a quarter less, and answers the same.
    """
    keras = load_keras()
    records = layer_records(model)
    last = next(layer for layer in reversed(records) if len(layer.output_shape) == 3)
    try:
        field = receptive_fields(records)[last.name]
    except ValueError:  # LeNet-5 has layers of its own
        return model
    *sides, channels = records[0].output_shape
    ends = field.at([places - 1 for places in last.output_shape[:2]])
    seen = [min(side, end.stop) for side, end in zip(sides, ends, strict=True)]
    layers = [type(layer).from_config(layer.get_config()) for layer in model.layers]
    network = keras.Sequential([keras.Input((*seen, channels)), *layers])
    network.set_weights(model.get_weights())
    return network


@dataclass(frozen=True)
class Confusion:
    """How often a network takes each digit for each other one."""

    network: str
    #: Shape (10, 10): of each digit (row) how many were taken for each digit (column).
    counts: NDArray[np.int64]
    #: Digit, answer and number of times of the most frequent errors, the most frequent first; four at most.
    commonest: tuple[tuple[int, int, int], ...]

    @property
    def images(self) -> int:
        """How many images were shown."""
        return int(self.counts.sum())

    @property
    def errors(self) -> int:
        """How many of them the network gets wrong."""
        return self.images - int(np.trace(self.counts))


def confusion(network: str | keras.Model) -> Confusion:
    """Show a network all test images, and count which digits it takes for which."""
    evaluation = evaluate(network)
    counts = counted(evaluation.labels, evaluation.answers)
    errors = counts * (1 - np.eye(10, dtype=np.int64))
    order = np.argsort(-errors, axis=None, kind="stable")[:4]
    commonest = ((int(place // 10), int(place % 10), int(errors.flat[place])) for place in order)
    return Confusion(evaluation.network, counts, tuple(commonest))


def counted(labels: NDArray[np.uint8], answers: NDArray[np.intp]) -> NDArray[np.int64]:
    """Count how many of each digit (row) were taken for each digit (column), shape (10, 10).

    Examples
    --------
    >>> counted(np.array([7, 7, 1], dtype=np.uint8), np.array([1, 7, 1]))[[7, 7, 1], [1, 7, 1]].tolist()
    [1, 1, 1]
    """
    counts = np.zeros((10, 10), dtype=np.int64)
    np.add.at(counts, (labels, answers), 1)
    return counts
