"""How a network does on digits that a person still reads: turned, moved, thick, thin, noisy, on dark paper."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from cnnfigs.cache import cached, run_key
from cnnfigs.data import mnist
from cnnfigs.images import shifted
from cnnfigs.models.backend import load_keras
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import resolve
from cnnfigs.runs.training_and_measured.evaluation import answers_to, counted, evaluate

if TYPE_CHECKING:
    import keras

Images = NDArray[np.float32]

#: What can be done to digits; what the amount of each is, says :func:`disturbed`.
Kind = Literal["none", "turned", "moved", "thicker", "thinner", "noise", "grey paper", "inverted"]

SEED = 1


@dataclass(frozen=True)
class Disturbance:
    """A network's answers to all test digits, disturbed in one way."""

    #: What was done to them, and how much.
    kind: str
    amount: float
    #: One of them as the network saw it, shape (28, 28), values 0 to 1.
    image: Images
    #: What that one was taken for, and how sure the network was.
    answer: int
    probability: float
    #: Shape (10, 10): how many of each digit (row) were taken for each digit (column).
    confusion: NDArray[np.int64]
    #: The mean, over all digits, of the largest of the ten probabilities: how sure the network is.
    mean_probability: float
    #: How many wrong answers had a probability of at least 99 %.
    sure_errors: int

    @property
    def asked(self) -> int:
        """How many digits were shown."""
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """The share of right answers, 0 to 1."""
        return float(np.trace(self.confusion) / self.confusion.sum())


@dataclass(frozen=True)
class Disturbances:
    """Several disturbances of the same digits, and which digit the images show."""

    network: str
    label: int
    asked: tuple[Disturbance, ...]


def ask_disturbed(network: str | keras.Model, index: int, wanted: tuple[tuple[Kind, float], ...]) -> Disturbances:
    """Show a network all test digits, disturbed in several ways.

    Parameters
    ----------
    network
        Name of one of the tutorial's networks, or a Keras model that reads (28, 28, 1) and gives ten probabilities.
    index
        Which of MNIST's test images to keep, 0 to 9999.
    wanted
        Kind and amount of each disturbance.
    """
    labels = mnist().y_test
    disturbances = []
    for kind, amount in wanted:
        probabilities, image = _answers(network, index, kind, amount)
        answers, surest = probabilities.argmax(axis=1), probabilities.max(axis=1)
        disturbances.append(
            Disturbance(
                kind=kind,
                amount=amount,
                image=image,
                answer=int(answers[index]),
                probability=float(surest[index]),
                confusion=counted(labels, answers),
                mean_probability=float(surest.mean(dtype=np.float64)),
                sure_errors=int(((answers != labels) & (surest >= 0.99)).sum()),
            )
        )
    return Disturbances(resolve(network).name, int(labels[index]), tuple(disturbances))


@dataclass(frozen=True)
class Answers:
    """A network's answers to all test digits, disturbed in one way."""

    #: Shape (10000, 10): for each digit the probability of each answer.
    probabilities: Images


@dataclass(frozen=True)
class Question:
    """All test digits, disturbed in one way, to be shown to a network: the name of one, or a Keras model."""

    network: str | keras.Model
    kind: Kind
    amount: float

    def run(self) -> Answers:
        """Show them."""
        if self.kind == "none":
            return Answers(evaluate(self.network).probabilities)
        return Answers(answers_to(self.network, _digits(self.kind, self.amount)))


def _answers(network: str | keras.Model, index: int, kind: Kind, amount: float) -> tuple[Images, Images]:
    """Return the probabilities for all test digits, shape (10000, 10), and one of these digits as the network saw it.

    The probabilities are kept, as illustrations share some disturbances, and asking takes the longest of all.
    """
    question = Question(network, kind, amount)
    parameters = {"network": network, "kind": kind, "amount": amount}
    key = run_key(Question, parameters) if isinstance(network, str) else None
    return cached(key, question.run, Answers).probabilities, _digits(kind, amount)[index, ..., 0].copy()


@lru_cache(maxsize=1)
def _digits(kind: Kind, amount: float) -> Images:
    """Disturb all test digits."""
    return disturbed(as_input(mnist().x_test), kind, amount)


def disturbed(images: Images, kind: Kind, amount: float) -> Images:
    """Disturb images in one way.

    Parameters
    ----------
    images
        Shape (n, height, width, 1), values 0 for paper to 1 for ink.
    kind, amount
        - "none": left as they are;
        - "turned" counterclockwise by so many degrees, by bilinear interpolation;
        - "moved" to the right by so many whole pixels;
        - "thicker": each pixel becomes the largest of a window of so many pixels a side;
        - "thinner": it becomes the smallest;
        - "noise": normal noise of this standard deviation is added, and cut off at 0 and 1;
        - "grey paper": paper gets this value instead of 0, and ink stays 1;
        - "inverted": ink becomes paper and paper ink; the amount does not matter.

    Returns
    -------
    ndarray of float32
        Of the same shape and range.

    Examples
    --------
    >>> square = np.zeros((1, 5, 5, 1), dtype=np.float32)
    >>> square[0, 1:4, 1:4] = 1
    >>> [int(disturbed(square, kind, 3).sum()) for kind in ("thicker", "thinner", "inverted")]
    [25, 1, 16]
    """
    keras = load_keras()
    layers = keras.layers
    if kind == "none":
        return images
    if kind == "turned":
        share = amount / 360
        layer = layers.RandomRotation((share, share), fill_mode="constant", fill_value=0.0)
        return np.asarray(layer(images, training=True))
    if kind == "moved":
        return shifted(images, 0, int(amount))
    if kind == "thicker":
        return _largest_around(images, int(amount))
    if kind == "thinner":
        return -_largest_around(-images, int(amount))
    if kind == "noise":
        noisy = layers.GaussianNoise(amount, seed=SEED)(images, training=True)
        return np.asarray(keras.ops.clip(noisy, 0, 1))
    if kind == "grey paper":
        return (amount + (1 - amount) * images).astype(np.float32)
    return 1 - images


def _largest_around(images: Images, size: int) -> Images:
    """Replace each pixel by the largest value of a square window, first over its columns and then over its rows."""
    layers = load_keras().layers
    for window in ((size, 1), (1, size)):
        images = layers.MaxPooling2D(window, strides=1, padding="same")(images)
    return np.asarray(images)
