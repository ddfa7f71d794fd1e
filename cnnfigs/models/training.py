"""Training of the tutorial's networks: one recipe for all.

The last 5,000 training images are held out; they alone decide when to stop. The test images judge the network when
everything is decided; nothing is chosen by them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from cnnfigs.models.backend import load_keras

if TYPE_CHECKING:
    import keras

#: The three moments of a training whose weights are kept.
Moment = Literal["initial", "first_epoch", "trained"]


@dataclass(frozen=True)
class Recipe:
    """How every network of the tutorial is trained.

    Attributes
    ----------
    optimizer, learning_rate
        Keras' name of the optimiser, and its step size.
    loss
        Keras' name of the loss.
    batch_size
        Images per step.
    epochs
        The most passes over the training images.
    patience
        Training stops when the loss on the held-out images has not improved for so many epochs; the weights of the
        best epoch are kept.
    validation_images
        How many of the last training images are held out.
    seed
        Seed of the initial weights and of the order of the images.
    """

    optimizer: str = "adam"
    learning_rate: float = 0.001
    loss: str = "sparse_categorical_crossentropy"
    batch_size: int = 128
    epochs: int = 30
    patience: int = 3
    validation_images: int = 5_000
    seed: int = 1


RECIPE = Recipe()


def as_input(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Turn images of shape (n, 28, 28), 0 to 255, into a network's input: (n, 28, 28, 1), 0 to 1."""
    return images[..., np.newaxis].astype(np.float32) / np.float32(255)


@dataclass(frozen=True)
class Training:
    """What one training left behind.

    Attributes
    ----------
    weights
        The network's arrays at each moment that was kept, in the order of ``model.get_weights()``.
    history
        Loss and accuracy after each epoch, on the images trained on and on those held out (``val_``).
    """

    weights: dict[Moment, list[NDArray[np.float32]]]
    history: dict[str, list[float]]


def fit(
    model: keras.Model,
    images: NDArray[np.float32],
    labels: NDArray[np.uint8],
    recipe: Recipe = RECIPE,
    verbose: int = 0,
) -> Training:
    """Train a model by the recipe; the model itself ends with the best weights.

    Parameters
    ----------
    model
        A model built after the seed was set, input (28, 28, 1), ten outputs.
    images, labels
        Shapes (n, 28, 28, 1), values 0 to 1, and (n,), values 0 to 9; the last ``recipe.validation_images`` are
        held out.
    recipe
        How to train.
    verbose
        1 shows Keras' progress bar.
    """
    keras = load_keras()
    split = len(images) - recipe.validation_images
    weights: dict[Moment, list[NDArray[np.float32]]] = {"initial": model.get_weights()}

    def keep_first_epoch(epoch: int, logs: object) -> None:
        if epoch == 0:
            weights["first_epoch"] = model.get_weights()

    model.compile(
        optimizer=keras.optimizers.get(
            {"class_name": recipe.optimizer, "config": {"learning_rate": recipe.learning_rate}}
        ),
        loss=recipe.loss,
        metrics=["accuracy"],
    )
    history = model.fit(
        images[:split],
        labels[:split],
        batch_size=recipe.batch_size,
        epochs=recipe.epochs,
        validation_data=(images[split:], labels[split:]),
        callbacks=[
            keras.callbacks.EarlyStopping(monitor="val_loss", patience=recipe.patience, restore_best_weights=True),
            keras.callbacks.LambdaCallback(on_epoch_end=keep_first_epoch),
        ],
        verbose=verbose,
    )
    weights["trained"] = model.get_weights()
    return Training(weights=weights, history=history.history)
