"""MobileNetV2 as a function for photos of all sizes, with gradients.

Keras builds a model for each size, and calls some 150 layers for a pass. Here the same operations of TensorFlow are
called one after the other with the weights that ship, as many as a layer needs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from cnnfigs.models.backend import load_keras
from cnnfigs.models.folded import EPSILON, answering, convolutions

#: The layer that answers.
ANSWER = "predictions"


@dataclass(frozen=True)
class Pass:
    """What a batch of photos becomes in each layer, as tensors by the layer's name; batch first, channels last."""

    #: Behind batch normalization, before the activation function.
    sums: dict[str, Any]
    #: Behind it.
    maps: dict[str, Any]


def follow(photos: Any, last: str, behind: str = "", constant: bool = False) -> Pass:
    """Show photos to the layers up to one of them.

    Parameters
    ----------
    photos
        A tensor of shape (n, height, width, 3) as :func:`cnnfigs.models.imagenet.network_input` makes it; height and
        width each one more than a multiple of 32.
    last
        Name of a ReLU layer, of the last layer of a block, or "predictions".
    behind
        With the name of the last layer of a block, `photos` are its maps, and only the layers behind it are computed.
    constant
        Whether the weights are constants of the function that TensorFlow compiles. Then it joins batch normalization
        with the convolutions, and rounds in other places than Keras does.

    Raises
    ------
    ValueError
        If there is no such layer.
    """
    load_keras()
    import tensorflow as tf

    sums, maps, now = {}, ({behind: photos} if behind else {}), photos
    names = [layer.name for layer in convolutions()]
    start = names.index(behind) + 1 if behind else 0
    weights, (dense, biases) = _weights(constant)
    for layer, (kernel, gamma, beta, mean, variance) in zip(convolutions()[start:], weights[start:], strict=True):
        convolve = tf.nn.depthwise_conv2d if layer.class_name == "DepthwiseConv2D" else tf.nn.conv2d
        now = convolve(now, kernel, [1, layer.strides, layer.strides, 1], "SAME")
        now = tf.nn.batch_normalization(now, mean, variance, beta, gamma, EPSILON)
        if layer.adds:
            now = maps[layer.adds] + now
        sums[layer.name] = now
        maps[layer.name] = now = tf.nn.relu6(now) if layer.activation == "relu6" else now
        if layer.name == last:
            return Pass(sums, maps)
    if last != ANSWER:
        raise ValueError(f"last: expected {', '.join(map(repr, [*names, ANSWER]))}, got {last!r}")
    sums[ANSWER] = maps[ANSWER] = tf.reduce_mean(now, axis=[1, 2]) @ dense + biases
    return Pass(sums, maps)


@cache
def sums_reader(*layers: str) -> Callable[[Any], list[Any]]:
    """Compile the function from photos, as :func:`follow` takes them, to the sums of some layers.

    Parameters
    ----------
    layers
        Names, from the image to the answer.
    """
    load_keras()
    import tensorflow as tf

    def read(photos: Any) -> Any:
        sums = follow(photos, layers[-1], constant=True).sums
        return [sums[layer] for layer in layers]

    signature = [tf.TensorSpec((None, None, None, 3), tf.float32)]
    function: Callable[[Any], list[Any]] = tf.function(read, input_signature=signature, autograph=False)
    return function


@cache
def _weights(constant: bool) -> tuple[Sequence[Sequence[Any]], Sequence[Any]]:
    """Return kernel and batch normalization of each convolution, and weights and biases of the answering layer.

    Arrays become constants of a compiled function; tensors become inputs.
    """
    import tensorflow as tf

    def as_given(values: Any) -> Any:
        array = values.astype(np.float32)
        if constant:
            return array
        with tf.init_scope():  # not of the function that is being compiled
            return tf.constant(array)

    layers = [
        [
            as_given(layer.bare[..., np.newaxis] if layer.bare.ndim == 3 else layer.bare),
            *map(as_given, layer.normalization),
        ]
        for layer in convolutions()
    ]
    return layers, [*map(as_given, answering())]
