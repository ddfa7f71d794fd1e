"""How a network's last numbers become probabilities, and the probabilities a loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import mnist
from cnnfigs.models.backend import load_keras
from cnnfigs.models.training import RECIPE
from cnnfigs.models.weights import load
from cnnfigs.runs.activations import test_digit
from cnnfigs.runs.dense_and_loss.dense import before_activation

#: Probabilities of the right digit whose losses are told.
EXAMPLES = (0.01, 0.1, 0.5, 1.0)


@dataclass(frozen=True)
class SoftmaxSteps:
    """A network's answer to an image, step by step."""

    network: str
    #: The digit that the image shows.
    label: int
    #: Shape (28, 28).
    image: NDArray[np.float32]
    #: What the last layer computes before softmax, shape (10,).
    logits: NDArray[np.float32]
    #: The exponential of each logit, shape (10,).
    exponentials: NDArray[np.float32]
    #: The sum of the exponentials.
    total: float
    #: What the network answers, shape (10,).
    probabilities: NDArray[np.float32]

    @property
    def order(self) -> list[int]:
        """The digits, the most probable first."""
        order: list[int] = np.argsort(-self.probabilities).tolist()
        return order


def softmax_steps(network: str, index: int) -> SoftmaxSteps:
    """Show a test image to a network and keep logits, exponentials and probabilities.

    Parameters
    ----------
    network
        Name of one of the tutorial's networks; its last layer must be a dense layer with softmax.
    index
        Which test image.
    """
    keras = load_keras()
    model = load(network)
    image = test_digit(index)
    last = model.layers[-1]
    read = keras.Model(model.inputs, last.input)([image[np.newaxis]], training=False)
    logits = before_activation(last, np.asarray(read))[0]
    exponentials = keras.ops.exp(logits)
    return SoftmaxSteps(
        network=network,
        label=int(mnist().y_test[index]),
        image=image[..., 0],
        logits=logits,
        exponentials=np.asarray(exponentials),
        total=float(keras.ops.sum(exponentials)),
        probabilities=np.asarray(model(image[np.newaxis], training=False))[0],
    )


@dataclass(frozen=True)
class AnswerLosses:
    """The loss of several answers."""

    network: str
    #: Shape (n, 28, 28).
    images: NDArray[np.float32]
    #: The digits that the images show, and those that the network takes them for; shape (n,).
    labels: NDArray[np.uint8]
    answers: NDArray[np.intp]
    #: Of the digit that it answers, and of the digit that is right; shape (n,).
    answer_probabilities: NDArray[np.float32]
    label_probabilities: NDArray[np.float32]
    #: Cross-entropy of each answer, shape (n,).
    losses: NDArray[np.float32]
    #: The loss for any probability of the right digit, shape (points,).
    curve_probabilities: NDArray[np.float64]
    curve_losses: NDArray[np.float64]
    #: Some probabilities of the right digit, each with its loss.
    examples: tuple[tuple[float, float], ...]


def answer_losses(network: str, indices: tuple[int, ...]) -> AnswerLosses:
    """Show test images to a network and compute the loss of each answer, as training does."""
    keras = load_keras()
    loss = keras.losses.get(RECIPE.loss)
    images = np.stack([test_digit(index) for index in indices])
    labels = mnist().y_test[list(indices)]
    probabilities = np.asarray(load(network)(images, training=False))
    # Two classes are enough to see what the loss makes of the probability of the right one.
    right = np.geomspace(0.001, 1, 200)

    def losses(shares: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(loss(np.zeros(len(shares), dtype=int), np.stack([shares, 1 - shares], axis=1)))

    return AnswerLosses(
        network=network,
        images=images[..., 0],
        labels=labels,
        answers=probabilities.argmax(axis=1),
        answer_probabilities=probabilities.max(axis=1),
        label_probabilities=probabilities[np.arange(len(labels)), labels],
        losses=np.asarray(loss(labels, probabilities)),
        curve_probabilities=right,
        curve_losses=losses(right),
        examples=tuple(zip(EXAMPLES, losses(np.array(EXAMPLES)).tolist(), strict=True)),
    )
