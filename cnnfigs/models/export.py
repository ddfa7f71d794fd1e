"""Trained networks as scripts that a browser can load, also from disk: no request, no module, no Keras.

A script holds one call: it enters a network's layers, as the record beside the weights has them, and their weights.
Weights are rounded to 8 bits, with a scale of its own for each filter or unit, whose largest weight is ±127 steps.
Where that is too coarse, they have 16 bits, or 32 as they are.
The explorers' forward pass, ``cnnfigs/explorers/scripts/forward.js``, reads this.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import checked
from cnnfigs.models.weights import REMEDY, WEIGHTS, record

#: What of a layer's record a forward pass needs, and how JavaScript spells it.
FIELDS = {
    "name": "name",
    "class_name": "className",
    "output_shape": "outputShape",
    "kernel_size": "kernelSize",
    "strides": "strides",
    "padding": "padding",
    "activation": "activation",
}
#: Weights have so many bits, if nothing else is said; and what they are with each number of bits.
BITS = 8
KINDS = {8: "<i1", 16: "<i2", 32: "<f4"}

Floats = NDArray[np.float32]


def network_script(name: str) -> str:
    """Write one of the tutorial's networks, trained, as JavaScript that enters it as ``cnn.data[name]``.

    The network is made of Conv2D, MaxPooling2D, GlobalMaxPooling2D, Flatten and Dense layers. Errors are those of
    :func:`cnnfigs.models.weights.load`.
    """
    arrays = weights(name)
    layers = []
    for fields in record(name)["layers"]:
        layer = spelled(fields)
        if fields["name"] in arrays:
            layer["weights"] = packed(*arrays[fields["name"]])
        layers.append(layer)
    description = json.dumps({"name": name, "layers": layers}, separators=(",", ":"))
    return f"((window.cnn ??= {{}}).data ??= {{}}).{name} = {description};\n"


def spelled(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a layer's record a forward pass needs, as JavaScript spells it."""
    return {script: fields[field] for field, script in FIELDS.items() if field in fields}


def weights(name: str) -> dict[str, tuple[Floats, Floats]]:
    """Read kernel and bias of each layer of a network that has them, without Keras.

    Returns
    -------
    dict of str to (ndarray, ndarray)
        By the layer's name; shapes as Keras has them, filters or units last.
    """
    import h5py

    kept: dict[str, Any] = record(name)["weights"]["trained"]
    path = checked(WEIGHTS / kept["file"], kept["sha256"], REMEDY)
    with h5py.File(path) as file:
        groups = [layer["vars"] for layer in file["layers"].values()]
        return {group.attrs["name"]: (group["0"][()], group["1"][()]) for group in groups if len(group) == 2}


def packed(kernel: NDArray[np.floating], bias: NDArray[np.floating], bits: int = BITS) -> str:
    """Pack a layer's weights as text: scales and biases in 32 bits, then the kernel, all in base64.

    Parameters
    ----------
    kernel, bias
        Shapes (..., filters) and (filters,).
    bits
        Of each weight of the kernel: 8 or 16 for whole numbers of steps, 32 for the weight itself.

    Examples
    --------
    >>> text = packed(np.array([[1.0, -4.0], [0.5, 2.0]], dtype=np.float32), np.zeros(2, dtype=np.float32))
    >>> kernel, bias = unpacked(text, (2, 2))
    >>> [f"{weight:.2f}" for weight in kernel[:, 1]], bias.tolist()
    (['-4.00', '2.02'], [0.0, 0.0])
    """
    largest = np.abs(kernel).reshape(-1, kernel.shape[-1]).max(axis=0).astype("<f4")
    scales = np.where((largest > 0) & (bits < 32), largest / np.float32(2 ** (bits - 1) - 1), 1).astype("<f4")
    steps = kernel / scales if bits == 32 else np.rint(kernel / scales)
    return base64.b64encode(
        scales.tobytes() + bias.astype("<f4").tobytes() + steps.astype(KINDS[bits]).tobytes()
    ).decode()


def unpacked(text: str, shape: tuple[int, ...], bits: int = BITS) -> tuple[Floats, Floats]:
    """Read what :func:`packed` wrote: the kernel, of a shape whose last axis is that of the filters, and the bias."""
    content, filters = base64.b64decode(text), shape[-1]
    scales, bias = np.frombuffer(content[: 8 * filters], dtype="<f4").reshape(2, filters)
    steps = np.frombuffer(content[8 * filters :], dtype=KINDS[bits]).reshape(shape)
    return (steps * scales).astype(np.float32), bias.astype(np.float32)
