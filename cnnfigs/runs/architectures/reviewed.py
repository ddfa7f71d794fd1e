"""What the rules find in a beginner's network with several mistakes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cnnfigs.findings.rules import findings
from cnnfigs.models.backend import load_keras
from cnnfigs.models.described import described

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Review:
    """What the rules found, what matters most first."""

    #: Of each finding: how severe it is, the rule, the layer or an empty text for the whole network, and what is wrong.
    severities: tuple[str, ...]
    rules: tuple[str, ...]
    layers: tuple[str, ...]
    messages: tuple[str, ...]
    #: How many parameters the network has.
    parameters: int
    #: The largest probability of ten that a softmax of a softmax can give.
    surest: float


def first_attempt() -> keras.Model:
    """Build the network: a first attempt, as a beginner might make it."""
    keras = load_keras()
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((30, 30, 3), name="photo"),
            layers.Conv2D(16, 3, name="edges"),
            layers.Conv2D(16, 3, name="shapes", activation="relu"),
            layers.MaxPooling2D(2, name="smaller"),
            layers.MaxPooling2D(2, name="smallest"),
            layers.Flatten(name="row"),
            layers.Dense(128, name="dense", activation="relu"),
            layers.Dense(10, name="answer", activation="softmax"),
            layers.Softmax(name="again"),
        ],
        name="first_attempt",
    )


def reviewed() -> Review:
    """Ask every rule that needs no image."""
    network = described(first_attempt())
    found = findings(network)
    sure = np.eye(1, network.shape(network.outputs[0])[0], dtype=np.float32)
    twice = np.asarray(load_keras().layers.Softmax()(sure))
    return Review(
        tuple(each.severity.word for each in found),
        tuple(each.rule for each in found),
        tuple(each.layer for each in found),
        tuple(each.message for each in found),
        network.parameters,
        float(twice.max()),
    )
