"""Digits that are changed a little, on purpose, until a network's answer is wrong.

References
----------
I. J. Goodfellow, J. Shlens and C. Szegedy, "Explaining and harnessing adversarial examples", 3rd International
Conference on Learning Representations (2015): the sign of the gradient.

A. Kurakin, I. J. Goodfellow and S. Bengio, "Adversarial examples in the physical world", International Conference on
Learning Representations, workshop (2017): many small steps of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import mnist
from cnnfigs.models.backend import load_keras
from cnnfigs.models.compiled import compiled
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import load
from cnnfigs.parameters import require
from cnnfigs.runs.filters.exciting import sums
from cnnfigs.runs.training_and_measured.evaluation import answers_to, for_seen

Floats = NDArray[np.float32]

#: One grey level; a pixel has 255 of them above paper.
LEVEL = 1 / 255
SEED = 1


@dataclass(frozen=True)
class Seen:
    """An image, and what a network takes it for."""

    #: Shape (28, 28), values 0 to 1.
    image: Floats
    #: The answer and its probability.
    answer: int
    probability: float


@dataclass(frozen=True)
class Walk:
    """What becomes of a network's right answers when digits are pushed further and further."""

    network: str
    #: By how many grey levels a pixel was changed at most when the answer was wrong for the first time, shape
    #: (digits,); 0 where it was right to the end.
    levels: NDArray[np.int64]
    #: The share of the digits that are answered rightly when pixels may have changed by 0, 1, 2, ... levels.
    right: NDArray[np.float64]
    #: The same where each pixel was changed by so many levels up or down at random.
    right_at_random: NDArray[np.float64]

    @property
    def most(self) -> int:
        """By how many levels the digits were pushed at most."""
        return len(self.right) - 1

    @property
    def median(self) -> float:
        """The median of the levels at which the answer became wrong; one that never did counts as infinite."""
        return float(np.median(np.where(self.levels > 0, self.levels, np.inf)))

    @property
    def never(self) -> int:
        """How many digits were answered rightly to the end."""
        return int((self.levels == 0).sum())


@dataclass(frozen=True)
class Pushed:
    """One digit and its pushed version, and what it took for many digits."""

    #: Which test image, and what it shows.
    index: int
    label: int
    #: By how many grey levels its pixels were changed at most.
    levels: int
    #: As it is, pushed, and changed as much at random: what the pushed network takes each for.
    before: Seen
    after: Seen
    at_random: Seen
    #: What was added, shape (28, 28), in grey levels, negative where a pixel lost ink.
    added: NDArray[np.int64]
    #: What the other network takes the pushed digit for.
    other: Seen
    #: How many digits were pushed: the first test images that all the networks answer rightly.
    digits: int
    #: For each network by its own gradient; the pushed one first.
    walks: tuple[Walk, ...]
    #: The share of the digits that the other network still answers rightly when they are changed just so far that
    #: the first answers wrongly.
    other_right: float


def pushed(index: int, networks: tuple[str, str], digits: int, most: int) -> Pushed:
    """Push digits, pixel by pixel and level by level, in the direction that speaks against the right answer.

    Parameters
    ----------
    index
        The test image to show; the first network has to answer it rightly.
    networks
        The network whose gradient pushes the digit that is shown, and another one that is asked about it.
    digits
        How many digits to push for the counts.
    most
        By how many grey levels to change a pixel at most.

    Raises
    ------
    ParameterError
        If the digit that is shown is not answered rightly, or not pushed to another answer within so many levels.
    """
    images, labels = as_input(mnist().x_test), mnist().y_test.astype(np.int64)
    first, second = networks
    asked = slice(0, 2 * digits)
    right = np.all([answers_to(name, images[asked]).argmax(axis=1) == labels[asked] for name in networks], axis=0)
    chosen = np.flatnonzero(right)[:digits]
    random = np.random.default_rng(SEED).choice(np.array([-1, 1], np.float32), size=images[chosen].shape)
    walks, ends = [], {}
    for name in networks:
        path = walk(name, images[chosen], labels[chosen], most)
        by_chance = (changed(images[chosen], level * random) for level in range(most + 1))
        shares = [float((answers_to(name, each).argmax(axis=1) == labels[chosen]).mean()) for each in by_chance]
        walks.append(Walk(name, path.levels, path.right, np.array(shares)))
        ends[name] = path.images
    shown = walk(first, images[index : index + 1], labels[index : index + 1], most)
    levels = int(shown.levels[0])
    answered = bool(shown.right[0]) and levels > 0
    require(answered, "index", index, f"a digit that is answered rightly, and wrongly within {most} levels")
    sign = np.random.default_rng(SEED).choice(np.array([-1, 1], np.float32), size=images[index].shape)
    flipped = walks[0].levels > 0
    other_right = answers_to(second, ends[first][flipped]).argmax(axis=1) == labels[chosen][flipped]
    return Pushed(
        index=index,
        label=int(labels[index]),
        levels=levels,
        before=_seen(first, images[index]),
        after=_seen(first, shown.images[0]),
        at_random=_seen(first, changed(images[index], levels * sign)),
        added=np.rint((shown.images[0] - images[index])[..., 0] / LEVEL).astype(np.int64),
        other=_seen(second, shown.images[0]),
        digits=len(chosen),
        walks=tuple(walks),
        other_right=float(other_right.mean()),
    )


@dataclass(frozen=True)
class Path:
    """Where a walk led: see :class:`Walk`."""

    levels: NDArray[np.int64]
    right: NDArray[np.float64]
    #: Each digit as it was when its answer was wrong for the first time, or at the end; shape (n, 28, 28, 1).
    images: Floats


def walk(network: str, images: Floats, labels: NDArray[np.int64], most: int) -> Path:
    """Change all pixels by one grey level, again and again, each time down the slope of the right answer's lead.

    The lead is the logit of the right digit minus the largest of the others. So after `n` steps no pixel has changed
    by more than `n` levels.

    Parameters
    ----------
    network
        Name of one of the tutorial's networks.
    images
        Shape (n, 28, 28, 1), values 0 to 1; not changed.
    labels
        Shape (n,): what they show.
    most
        How many steps.
    """
    slope = lead_slope(network)
    ends = images.copy()
    levels = np.zeros(len(images), dtype=np.int64)
    gradient, answers = slope(ends, labels)
    right = [float((answers == labels).mean())]
    going = np.arange(len(images))
    for step in range(1, most + 1):
        if len(going):
            ends[going] = changed(ends[going], -np.sign(gradient))
            gradient, answers = slope(ends[going], labels[going])
            wrong = answers != labels[going]
            # Who is wrong is left there.
            levels[going[wrong]] = step
            going, gradient = going[~wrong], gradient[~wrong]
        right.append(float((levels == 0).mean()))
    return Path(levels, np.array(right), ends)


@cache
def lead_slope(network: str) -> Callable[[Floats, NDArray[np.int64]], tuple[Floats, NDArray[np.int64]]]:
    """Return a function from images and labels to the gradient of each right answer's lead, and to the answers.

    The gradient has the images' shape.
    """
    keras = load_keras()
    import tensorflow as tf

    model = for_seen(load(network))
    _, rows, columns, _ = model.input_shape
    read = compiled(keras.Model(model.inputs, sums(model, model.layers[-1].name)))

    def gradient(images: Any, labels: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(images)
            logits = read(images[:, :rows, :columns])
            chosen = tf.one_hot(labels, 10)
            lead = tf.reduce_sum(logits * chosen, axis=1) - tf.reduce_max(logits - 1e9 * chosen, axis=1)
            total = tf.reduce_sum(lead)
        return tape.gradient(total, images), tf.argmax(logits, axis=1)

    fast = tf.function(gradient, autograph=False, reduce_retracing=True)

    def slope(images: Floats, labels: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
        by_images, answers = fast(tf.constant(images), tf.constant(labels))
        return by_images.numpy(), answers.numpy()

    return slope


def changed(images: Floats, levels: Floats) -> Floats:
    """Add so many grey levels to each pixel; no pixel gets less than paper or more than ink."""
    moved: Floats = np.clip(images + np.float32(LEVEL) * levels, 0, 1).astype(np.float32)
    return moved


def _seen(network: str, image: Floats) -> Seen:
    probabilities = answers_to(network, image[np.newaxis])[0]
    answer = int(probabilities.argmax())
    return Seen(image[..., 0], answer, float(probabilities[answer]))
