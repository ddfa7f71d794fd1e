"""Images to learn from and images never seen: how the two differ, and what too few of them do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import mnist
from cnnfigs.models.backend import load_keras
from cnnfigs.models.networks import build
from cnnfigs.models.training import RECIPE, as_input
from cnnfigs.models.weights import load
from cnnfigs.runs.training_and_measured.history import History


@dataclass(frozen=True)
class Part:
    """One part of the images, and what a trained network gets wrong in it."""

    #: "training", "validation" or "test".
    name: str
    #: The first few, shape (n, 28, 28), values 0 to 1.
    images: NDArray[np.float32]
    #: How many images the part has.
    count: int
    #: How many of them the network gets wrong.
    errors: int

    @property
    def share(self) -> float:
        """The share of errors, 0 to 1."""
        return self.errors / self.count


@dataclass(frozen=True)
class Split:
    """The three parts of the images."""

    network: str
    #: Training, validation and test images.
    parts: tuple[Part, ...]


def split_errors(network: str, examples: int) -> Split:
    """Count the errors of a trained network on the images that it learned from, and on the others.

    Parameters
    ----------
    network
        Name of one of the tutorial's networks.
    examples
        How many images of each part to keep: the first ones.
    """
    digits, held_out = mnist(), RECIPE.validation_images
    parts = {
        "training": (digits.x_train[:-held_out], digits.y_train[:-held_out]),
        "validation": (digits.x_train[-held_out:], digits.y_train[-held_out:]),
        "test": (digits.x_test, digits.y_test),
    }
    model = load(network)
    split = []
    for name, (images, labels) in parts.items():
        # A few thousand at a time: as a network's input, images take four times the memory.
        batches = np.array_split(images, len(images) // 5_000)
        answers = np.concatenate([model.predict_on_batch(as_input(batch)).argmax(axis=1) for batch in batches])
        split.append(
            Part(
                name=name,
                images=as_input(images[:examples])[..., 0],
                count=len(images),
                errors=int((answers != labels).sum()),
            )
        )
    return Split(network, tuple(split))


def train_on_few(network: str, images: int, epochs: int, batch_size: int = 32) -> History:
    """Train a network by the recipe, but on few images and without stopping in time.

    Parameters
    ----------
    network
        Name of one of the tutorial's networks.
    images
        How many training images: the first ones.
    epochs
        Passes over them.
    batch_size
        Images per step: less than the recipe's, of which so few images would give hardly any steps.
    """
    keras = load_keras()
    digits, held_out = mnist(), RECIPE.validation_images
    keras.utils.set_random_seed(RECIPE.seed)
    model = build(network)
    optimizer = {"class_name": RECIPE.optimizer, "config": {"learning_rate": RECIPE.learning_rate}}
    model.compile(optimizer=keras.optimizers.get(optimizer), loss=RECIPE.loss, metrics=["accuracy"])
    history = model.fit(
        as_input(digits.x_train[:images]),
        digits.y_train[:images],
        batch_size=batch_size,
        epochs=epochs,
        validation_data=(as_input(digits.x_train[-held_out:]), digits.y_train[-held_out:]),
        validation_batch_size=held_out,
        verbose=0,
    ).history
    return History(
        network=network,
        loss=np.array(history["loss"]),
        accuracy=np.array(history["accuracy"]),
        validation_loss=np.array(history["val_loss"]),
        validation_accuracy=np.array(history["val_accuracy"]),
        best_epoch=int(np.argmin(history["val_loss"])) + 1,
        patience=epochs,
    )
