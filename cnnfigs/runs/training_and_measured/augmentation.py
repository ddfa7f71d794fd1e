"""What random-augmentation layers make of a digit, and what a network says to it that was trained without them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import mnist
from cnnfigs.models.backend import load_keras
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import resolve
from cnnfigs.runs.activations import test_digit
from cnnfigs.runs.training_and_measured.evaluation import answers_to, evaluate

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Augmented:
    """One digit and random versions of it, with a network's answers."""

    network: str
    #: The digit that all of them show.
    label: int
    #: The digit as it is, then its versions: shape (1 + n, 28, 28), values 0 to 1.
    images: NDArray[np.float32]
    #: What the network took each for, and how sure it was, shape (1 + n,).
    answers: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    #: How many test digits were shown for the counts.
    asked: int
    #: How many of those it gets wrong as they are, and each in one random version.
    errors: int
    augmented_errors: int


def augmented(
    network: str | keras.Model, index: int, count: int, rotation: float, translation: float, zoom: float, seed: int
) -> Augmented:
    """Turn, move and zoom a test digit at random, several times, and every test digit once.

    Parameters
    ----------
    network
        Name of one of the tutorial's networks, or a Keras model that reads (28, 28, 1) and gives ten probabilities.
    index
        Which of MNIST's test images, 0 to 9999.
    count
        How many versions.
    rotation, translation, zoom, seed
        As in :func:`augmentation`.
    """
    model = resolve(network)
    digits, labels = as_input(mnist().x_test), mnist().y_test
    image = test_digit(index)[np.newaxis]
    layers = augmentation(rotation, translation, zoom, seed)
    versions = np.asarray(layers(np.repeat(image, count, axis=0), training=True))
    images = np.concatenate([image, versions])
    probabilities = np.asarray(model(images, training=False))
    moved = np.asarray(layers(digits, training=True))
    moved_answers = answers_to(network, moved).argmax(axis=1)
    return Augmented(
        network=model.name,
        label=int(labels[index]),
        images=images[..., 0],
        answers=probabilities.argmax(axis=1),
        probabilities=probabilities.max(axis=1),
        asked=len(labels),
        errors=evaluate(network).errors,
        augmented_errors=int((moved_answers != labels).sum()),
    )


def augmentation(rotation: float, translation: float, zoom: float, seed: int) -> keras.Sequential:
    """Build the layers; they change images in training only, each image in its own way.

    Parameters
    ----------
    rotation
        By how many degrees to turn at most, either way.
    translation
        By how much of the width and of the height to move at most, 0 to 1.
    zoom
        By how much to make the image larger or smaller at most, 0 to 1.
    seed
        Seed of the layers.
    """
    keras = load_keras()
    layers = keras.layers
    # What comes in from outside is paper.
    paper = {"fill_mode": "constant", "fill_value": 0.0}
    return keras.Sequential(
        [
            layers.RandomRotation(rotation / 360, seed=seed, **paper),
            layers.RandomTranslation(translation, translation, seed=seed + 1, **paper),
            layers.RandomZoom(zoom, seed=seed + 2, **paper),
        ]
    )
