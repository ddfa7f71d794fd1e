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
    """What every layer made of one image."""

    network: str
    #: The input, shape (height, width, channels).
    image: NDArray[np.float32]
    #: Records of the network's layers, the input layer included.
    layers: tuple[Layer, ...]
    #: Name of a layer to its output, without the batch axis.
    outputs: dict[str, NDArray[np.float32]]
    #: Name of a layer with maps to its channels, the most telling first; see :func:`most_telling`.
    order: dict[str, NDArray[np.intp]]

    @property
    def zeros(self) -> dict[str, float]:
        """Name of a layer to the share of its output that is exactly zero."""
        return {name: float((output == 0).mean()) for name, output in self.outputs.items()}


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
    computed = keras.Model(model.inputs, computed)([image[np.newaxis].astype(np.float32)], training=False)
    outputs = {
        layer.name: np.asarray(keras.ops.cast(computed[layer.name], "float32"))[0] for layer in layers if layer.inputs
    }
    return Activations(
        network=model.name,
        image=image.astype(np.float32),
        layers=layers,
        outputs=outputs,
        order={name: most_telling(maps) for name, maps in outputs.items() if maps.ndim == 3},
    )


def most_telling(maps: NDArray[Any]) -> NDArray[np.intp]:
    """Return the channels in the order in which they tell most: each adds the most to what those before it show.

    This is QR decomposition with column pivoting, after each map's mean is taken away.

    Parameters
    ----------
    maps
        Shape (height, width, channels).

    References
    ----------
    P. Businger and G. H. Golub, "Linear least squares solutions by Householder transformations", Numerische
    Mathematik 7 (1965), 269–276.

    Examples
    --------
    >>> maps = np.zeros((2, 2, 4))
    >>> maps[0, 0, 3], maps[0, 0, 2], maps[1, 1, 1] = 5, 4, 2
    >>> most_telling(maps)[:2].tolist()
    [3, 1]
    """
    from scipy.linalg import qr

    columns = maps.reshape(-1, maps.shape[-1]).astype(float)
    _, order = qr(columns - columns.mean(axis=0), mode="r", pivoting=True)
    return np.asarray(order, dtype=np.intp)


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
