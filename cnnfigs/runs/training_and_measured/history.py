"""How a network's training went, epoch by epoch, as its record tells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.models.weights import record


@dataclass(frozen=True)
class History:
    """Loss and accuracy after each epoch."""

    network: str
    #: On the images trained on, averaged over the epoch while the weights changed; shape (epochs,).
    loss: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    #: On the images held out, after the epoch; shape (epochs,).
    validation_loss: NDArray[np.float64]
    validation_accuracy: NDArray[np.float64]
    #: The epoch, counted from 1, whose weights were kept.
    best_epoch: int
    #: After how many epochs without a better loss the training stopped.
    patience: int


def training_history(network: str) -> History:
    """Read how the training of one of the tutorial's networks went."""
    training = record(network)
    history = {name: np.array(values) for name, values in training["history"].items()}
    return History(
        network=network,
        loss=history["loss"],
        accuracy=history["accuracy"],
        validation_loss=history["val_loss"],
        validation_accuracy=history["val_accuracy"],
        best_epoch=training["best_epoch"],
        patience=training["recipe"]["patience"],
    )
