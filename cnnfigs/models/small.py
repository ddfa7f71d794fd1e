"""Two networks that are small enough to be trained while a reader waits, also in a browser, and how that is done.

They read digits of 14×14 pixels (:mod:`cnnfigs.data.small_digits`) with values from 0 to 1, and answer with ten
probabilities. No weights of them ship.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from cnnfigs.data.small_digits import SIDE
from cnnfigs.models.backend import load_keras

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Recipe:
    """How both are trained: plain stochastic gradient descent, so many steps on so many images each."""

    steps: int = 800
    batch_size: int = 10
    learning_rate: float = 0.1
    #: After so many steps the test digits are asked.
    interval: int = 100


RECIPE = Recipe()


def small_convnet() -> keras.Model:
    """Build the convnet: two convolutions, one pooling, one dense layer; 3,818 parameters."""
    keras = load_keras()
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 1), name="input_layer"),
            layers.Conv2D(8, kernel_size=3, activation="relu", name="conv2d_1"),
            layers.MaxPooling2D(pool_size=2, name="max_pooling2d"),
            layers.Conv2D(16, kernel_size=3, activation="relu", name="conv2d_2"),
            layers.Flatten(name="flatten"),
            layers.Dense(10, activation="softmax", name="dense"),
        ],
        name="small_convnet",
    )


def small_dense() -> keras.Model:
    """Build the dense network: 32 units that each see every pixel; 6,634 parameters."""
    keras = load_keras()
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 1), name="input_layer"),
            layers.Flatten(name="flatten"),
            layers.Dense(32, activation="relu", name="dense_1"),
            layers.Dense(10, activation="softmax", name="dense_2"),
        ],
        name="small_dense",
    )


SMALL_NETWORKS: Mapping[str, Callable[[], keras.Model]] = MappingProxyType(
    {"small_convnet": small_convnet, "small_dense": small_dense}
)
