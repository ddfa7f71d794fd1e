"""How a network's training went, epoch by epoch, as its record tells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.models.weights import record


@dataclass(frozen=True)
class History:
    """Loss and accuracy after each epoch.

    Attributes
    ----------
    network
        Name of the network.
    loss, accuracy
        On the images trained on, averaged over the epoch while the weights changed; shape (epochs,).
    validation_loss, validation_accuracy
        On the images held out, after the epoch; shape (epochs,).
    best_epoch
        The epoch, counted from 1, whose weights were kept.
    patience
        After how many epochs without a better loss the training stopped.
    """

    network: str
    loss: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    validation_loss: NDArray[np.float64]
    validation_accuracy: NDArray[np.float64]
    best_epoch: int
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
