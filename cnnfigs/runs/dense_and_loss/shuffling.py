"""All images with their pixels in another order, and a dense network with its weights in the same order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import mnist
from cnnfigs.models.compiled import compiled, outputs
from cnnfigs.models.networks import build
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import load
from cnnfigs.runs.dense_and_loss.dense import LAYER


@dataclass(frozen=True)
class Shuffled:
    """A network and its images before and after one shuffle of the pixels."""

    network: str
    #: The digit of the example.
    label: int
    #: The example before and after, shape (2, 28, 28).
    images: NDArray[np.float32]
    #: One unit's weights before and after, shape (2, 28, 28).
    weights: NDArray[np.float32]
    #: Answers of the network to the first image, and of the shuffled network to the second; shape (2, 10).
    probabilities: NDArray[np.float32]
    #: How many test images were shown to both.
    asked: int
    #: To how many both gave the same digit.
    same_answers: int
    #: How many each got right.
    correct: tuple[int, int]
    #: The largest difference between two probabilities, over all images and digits.
    largest_difference: float


def shuffled_pixels(network: str, index: int, unit: int, seed: int) -> Shuffled:
    """Shuffle the pixels of all test images in one way, and the weights of the first dense layer in the same way.

    Parameters
    ----------
    network
        Name of one of the tutorial's dense networks.
    index, unit
        Which test image and which unit's weights to keep as the example.
    seed
        Seed of the order.
    """
    model, shuffled_model = load(network), build(network)
    shuffled_model.set_weights(model.get_weights())
    order = np.random.default_rng(seed).permutation(28 * 28)
    kernel, bias = model.get_layer(LAYER).get_weights()
    shuffled_model.get_layer(LAYER).set_weights([kernel[order], bias])

    images = as_input(mnist().x_test)
    shuffled = images.reshape(-1, 28 * 28)[:, order].reshape(images.shape)
    one, other = (outputs(compiled(each), shown) for each, shown in ((model, images), (shuffled_model, shuffled)))
    labels = mnist().y_test
    return Shuffled(
        network=network,
        label=int(labels[index]),
        images=np.stack([images[index, ..., 0], shuffled[index, ..., 0]]),
        weights=np.stack([kernel[:, unit], kernel[order, unit]]).reshape(2, 28, 28),
        probabilities=np.stack([one[index], other[index]]),
        asked=len(labels),
        same_answers=int((one.argmax(axis=1) == other.argmax(axis=1)).sum()),
        correct=(int((one.argmax(axis=1) == labels).sum()), int((other.argmax(axis=1) == labels).sum())),
        largest_difference=float(np.abs(one - other).max()),
    )
