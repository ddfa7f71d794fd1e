"""The tutorial's networks, each a function that builds it untrained.

All of them read one grey image of shape (28, 28, 1) with values from 0 to 1 and answer with ten probabilities, one for
each digit. A network's weights are told apart by the name of its function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from cnnfigs.models.backend import load_keras
from cnnfigs.models.lenet5 import lenet5

if TYPE_CHECKING:
    import keras


def convnet() -> keras.Model:
    """Build the first convnet: three convolutions, two poolings, one dense layer; 104,202 parameters.

    After F. Chollet, *Deep Learning with Python*, second edition, listing 8.1.
    """
    keras = load_keras()
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, kernel_size=3, activation="relu", name="conv2d_1"),
            layers.MaxPooling2D(pool_size=2, name="max_pooling2d_1"),
            layers.Conv2D(64, kernel_size=3, activation="relu", name="conv2d_2"),
            layers.MaxPooling2D(pool_size=2, name="max_pooling2d_2"),
            layers.Conv2D(128, kernel_size=3, activation="relu", name="conv2d_3"),
            layers.Flatten(name="flatten"),
            layers.Dense(10, activation="softmax", name="dense"),
        ],
        name="convnet",
    )


def unpooled() -> keras.Model:
    """Build the convnet without its poolings: the maps stay large, and the dense layer with them; 712,202 parameters.

    After F. Chollet, *Deep Learning with Python*, second edition, listing 8.5.
    """
    keras = load_keras()
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, kernel_size=3, activation="relu", name="conv2d_1"),
            layers.Conv2D(64, kernel_size=3, activation="relu", name="conv2d_2"),
            layers.Conv2D(128, kernel_size=3, activation="relu", name="conv2d_3"),
            layers.Flatten(name="flatten"),
            layers.Dense(10, activation="softmax", name="dense"),
        ],
        name="unpooled",
    )


def convnet_global_max() -> keras.Model:
    """Build the convnet that asks whether a feature is there, not where: each last map gives its largest value only.

    Otherwise as :func:`convnet`; 93,962 parameters.
    """
    keras = load_keras()
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, kernel_size=3, activation="relu", name="conv2d_1"),
            layers.MaxPooling2D(pool_size=2, name="max_pooling2d_1"),
            layers.Conv2D(64, kernel_size=3, activation="relu", name="conv2d_2"),
            layers.MaxPooling2D(pool_size=2, name="max_pooling2d_2"),
            layers.Conv2D(128, kernel_size=3, activation="relu", name="conv2d_3"),
            layers.GlobalMaxPooling2D(name="global_max_pooling2d"),
            layers.Dense(10, activation="softmax", name="dense"),
        ],
        name="convnet_global_max",
    )


def dense_512() -> keras.Model:
    """Build the usual network without convolutions: 512 units that each see every pixel; 407,050 parameters."""
    return _dense(512)


def dense_131() -> keras.Model:
    """Build the small dense network: with 104,155 parameters as many as the convnet, within 47."""
    return _dense(131)


def _dense(units: int) -> keras.Model:
    keras = load_keras()
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Flatten(name="flatten"),
            layers.Dense(units, activation="relu", name="dense_1"),
            layers.Dense(10, activation="softmax", name="dense_2"),
        ],
        name=f"dense_{units}",
    )


NETWORKS: Mapping[str, Callable[[], keras.Model]] = MappingProxyType(
    {
        "convnet": convnet,
        "dense_512": dense_512,
        "dense_131": dense_131,
        "unpooled": unpooled,
        "convnet_global_max": convnet_global_max,
        "lenet5": lenet5,
    }
)


def build(name: str) -> keras.Model:
    """Build one of the tutorial's networks, untrained.

    Raises
    ------
    ValueError
        If there is no network of that name.

    Examples
    --------
    >>> build("convnet").count_params()
    104202
    """
    if name not in NETWORKS:
        raise ValueError(f"network: expected {', '.join(map(repr, NETWORKS))}, got {name!r}")
    return NETWORKS[name]()
