"""What the first dense layer of a network does with an image: weighted sums, and what ReLU lets through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import mnist
from cnnfigs.models.backend import load_keras
from cnnfigs.models.training import RECIPE
from cnnfigs.models.weights import load
from cnnfigs.runs.activations import test_digit

if TYPE_CHECKING:
    import keras

#: The first dense layer of the tutorial's dense networks.
LAYER = "dense_1"


@dataclass(frozen=True)
class UnitSum:
    """What one unit makes of an image."""

    network: str
    #: Which unit of its first dense layer, counted from 0.
    unit: int
    #: The digit that the image shows.
    label: int
    #: The image, the unit's weight for each pixel, and the product of both; shape (28, 28).
    image: NDArray[np.float32]
    weights: NDArray[np.float32]
    products: NDArray[np.float32]
    #: The sum of the products.
    weighted_sum: float
    #: The unit's bias.
    bias: float
    #: Weighted sum plus bias, and what the activation function makes of it.
    pre_activation: float
    output: float
    #: How many pixels are paper in all images trained on, so that training never changed the weights there.
    never_inked: int


@dataclass(frozen=True)
class LayerSums:
    """What all units of a layer make of an image."""

    network: str
    #: The digit that the image shows.
    label: int
    #: Shape (28, 28).
    image: NDArray[np.float32]
    #: Of the first units, shape (28, 28, shown).
    weights: NDArray[np.float32]
    #: Of all units, shape (units,).
    pre_activations: NDArray[np.float32]
    outputs: NDArray[np.float32]


def before_activation(layer: keras.layers.Dense, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what a dense layer computes before its activation function, shape (images, units).

    Parameters
    ----------
    layer
        A built dense layer.
    inputs
        Shape (images, numbers that the layer reads).
    """
    keras = load_keras()
    linear = keras.layers.Dense(layer.units)
    linear.build(inputs.shape)
    linear.set_weights(layer.get_weights())
    return np.asarray(linear(inputs))


def unit_sum(network: str, index: int, unit: int) -> UnitSum:
    """Let one unit of a dense network read a test image.

    Parameters
    ----------
    network
        Name of one of the tutorial's dense networks.
    index
        Which test image.
    unit
        Which unit of the first dense layer, counted from 0.
    """
    keras = load_keras()
    layer = load(network).get_layer(LAYER)
    image = test_digit(index)
    flat = keras.layers.Flatten()(image[np.newaxis])
    kernel, bias = layer.get_weights()
    weights = kernel[:, unit].reshape(28, 28)
    products = keras.ops.multiply(image[..., 0], weights)
    return UnitSum(
        network=network,
        unit=unit,
        label=int(mnist().y_test[index]),
        image=image[..., 0],
        weights=weights,
        products=np.asarray(products),
        weighted_sum=float(keras.ops.sum(products)),
        bias=float(bias[unit]),
        pre_activation=float(before_activation(layer, np.asarray(flat))[0, unit]),
        output=float(layer(flat)[0, unit]),
        never_inked=int((mnist().x_train[: -RECIPE.validation_images].max(axis=0) == 0).sum()),
    )


def layer_sums(network: str, index: int, shown: int) -> LayerSums:
    """Let the first dense layer of a dense network read a test image.

    Parameters
    ----------
    network
        Name of one of the tutorial's dense networks.
    index
        Which test image.
    shown
        Of how many units to keep the weights: the first ones, not chosen ones.
    """
    keras = load_keras()
    layer = load(network).get_layer(LAYER)
    image = test_digit(index)
    flat = np.asarray(keras.layers.Flatten()(image[np.newaxis]))
    return LayerSums(
        network=network,
        label=int(mnist().y_test[index]),
        image=image[..., 0],
        weights=layer.get_weights()[0][:, :shown].reshape(28, 28, -1),
        pre_activations=before_activation(layer, flat)[0],
        outputs=np.asarray(layer(flat))[0],
    )
