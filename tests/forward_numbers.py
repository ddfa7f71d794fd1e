"""The forward pass of a network in NumPy, from the definitions, to compare the explorers' with."""

import json

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnnfigs.models import export
from cnnfigs.models.weights import load


def values_in_numpy(layers, digits):
    """What each layer makes of digits, by the layer's name, in the precision of the digits.

    A layer has a name, a class name, the name of its activation or None, and weights in that precision.
    """
    found, values = {}, digits
    for name, kind, activation, weights in layers:
        if kind == "Conv2D":
            kernel, bias = weights
            windows = sliding_window_view(values, kernel.shape[:2], axis=(1, 2))
            values = np.maximum(np.einsum("nrcxij,ijxf->nrcf", windows, kernel, optimize=True) + bias, 0)
        elif kind == "MaxPooling2D":
            values = sliding_window_view(values, (2, 2), axis=(1, 2))[:, ::2, ::2].max(axis=(4, 5))
        elif kind == "GlobalMaxPooling2D":
            values = values.max(axis=(1, 2))
        elif kind == "Flatten":
            values = values.reshape(len(values), -1)
        else:
            kernel, bias = weights
            values = values @ kernel + bias
            if activation == "softmax":
                values = np.exp(values - values.max(axis=1, keepdims=True))
                values /= values.sum(axis=1, keepdims=True)
            else:
                values = np.maximum(values, 0)
        found[name] = values
    return found


def layers_of(model, dtype=np.float64):
    """The layers of a Keras model, as ``values_in_numpy`` takes them."""
    return [
        (
            layer.name,
            type(layer).__name__,
            getattr(getattr(layer, "activation", None), "__name__", None),
            [weights.astype(dtype) for weights in layer.get_weights()],
        )
        for layer in model.layers
    ]


def as_stored(name):
    """Return the network with the weights as the script holds them, rounded."""
    model = load(name)
    description = json.loads(export.network_script(name).partition(" = ")[2].rstrip(";\n"))
    stored = {layer["name"]: layer["weights"] for layer in description["layers"] if "weights" in layer}
    for layer in model.layers:
        if layer.get_weights():
            layer.set_weights(export.unpacked(stored[layer.name], layer.kernel.shape))
    return model
