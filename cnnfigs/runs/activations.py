"""The output of every layer of a network for one image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic import Layer
from cnnfigs.data import mnist
from cnnfigs.models.backend import load_keras
from cnnfigs.models.records import layer_outputs, layer_records
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import resolve

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Activations:
    """What every layer made of one image.

    Attributes
    ----------
    network
        Name of the network.
    image
        The input, shape (height, width, channels).
    layers
        Records of the network's layers, the input layer included.
    outputs
        Name of a layer to its output, without the batch axis.
    """

    network: str
    image: NDArray[np.float32]
    layers: tuple[Layer, ...]
    outputs: dict[str, NDArray[np.float32]]


def activations(network: str | keras.Model, image: NDArray[Any]) -> Activations:
    """Show one image to a network and keep what every layer makes of it.

    Parameters
    ----------
    network
        Name of one of the tutorial's networks, or any built Keras functional or Sequential model without nested
        models.
    image
        Shape (height, width, channels) of the network's input.

    Raises
    ------
    ValueError
        If the image has not the shape of the network's input.
    """
    keras = load_keras()
    model = resolve(network)
    layers = layer_records(model)
    expected = tuple(model.input_shape[1:])
    if image.shape != expected:
        raise ValueError(f"image has shape {image.shape}: {model.name} reads {expected}")
    computed = layer_outputs(model)
    outputs = keras.Model(model.inputs, computed)([image[np.newaxis].astype(np.float32)], training=False)
    return Activations(
        network=model.name,
        image=image.astype(np.float32),
        layers=layers,
        outputs={
            layer.name: np.asarray(keras.ops.cast(outputs[layer.name], "float32"))[0]
            for layer in layers
            if layer.inputs
        },
    )


def test_digit(index: int) -> NDArray[np.float32]:
    """Return one test image of MNIST as a network's input, shape (28, 28, 1), values 0 to 1.

    Raises
    ------
    ValueError
        If there is no such image.
    """
    count = len(mnist().x_test)
    if not 0 <= index < count:
        raise ValueError(f"index: expected 0 to {count - 1}, got {index}")
    image: NDArray[np.float32] = as_input(mnist().x_test[index : index + 1])[0]
    return image
