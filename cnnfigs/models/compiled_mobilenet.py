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
from cnnfigs.models.folded import EPSILON, FoldedLayer, answering, convolutions

#: The layer that answers.
ANSWER = "predictions"


@dataclass(frozen=True)
class Pass:
    """What a batch of photos becomes in each layer, as tensors by the layer's name; batch first, channels last."""

    #: Behind batch normalization, before the activation function.
    sums: dict[str, Any]
    #: Behind it.
    maps: dict[str, Any]


def follow(photos: Any, last: str, behind: str = "", folded: bool = False) -> Pass:
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
    folded
        Whether batch normalization is folded into the kernels: that is faster, and rounds in other places than Keras
        does.

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
    weights, (dense, biases) = _weights(folded)
    for layer, (kernel, scale, bias) in zip(convolutions()[start:], weights[start:], strict=True):
        now = _convolved(now, kernel, layer)
        now = tf.nn.bias_add(now, bias) if folded else now * scale + bias
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


def _convolved(maps: Any, kernel: Any, layer: FoldedLayer) -> Any:
    """Convolve maps so that a gradient by the maps costs no gradient by the kernel, which nobody asks for.

    Where TensorFlow compiles, it leaves that out by itself.
    """
    import tensorflow as tf

    how: Any = ([1, layer.strides, layer.strides, 1], "SAME")
    forth, back = tf.nn.conv2d, tf.compat.v1.nn.conv2d_backprop_input
    if layer.class_name == "DepthwiseConv2D":
        forth, back = tf.nn.depthwise_conv2d, tf.nn.depthwise_conv2d_backprop_input
    if not tf.executing_eagerly():
        return forth(maps, kernel, *how)

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def convolve(maps: Any) -> Any:
        return forth(maps, kernel, *how), lambda upstream: back(tf.shape(maps), kernel, upstream, *how)

    return convolve(maps)


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
        sums = follow(photos, layers[-1], folded=True).sums
        return [sums[layer] for layer in layers]

    signature = [tf.TensorSpec((None, None, None, 3), tf.float32)]
    function: Callable[[Any], list[Any]] = tf.function(read, input_signature=signature, autograph=False)
    return function


@cache
def _weights(folded: bool) -> tuple[Sequence[Sequence[Any]], Sequence[Any]]:
    """Return of each convolution the kernel, and by what batch normalization multiplies and what it adds then.

    With them come the weights and biases of the answering layer. All are tensors, so that what is compiled shares them.
    """
    import tensorflow as tf

    def as_tensor(values: Any) -> Any:
        return tf.constant(values, tf.float32)

    def split(layer: FoldedLayer) -> tuple[Any, Any, Any]:
        gamma, beta, mean, variance = map(as_tensor, layer.normalization)
        scale = tf.math.rsqrt(variance + EPSILON) * gamma
        kernel = layer.kernel if folded else layer.bare
        kernel = as_tensor(kernel[..., np.newaxis] if kernel.ndim == 3 else kernel)
        return kernel, scale, as_tensor(layer.bias) if folded else beta - mean * scale

    with tf.init_scope():  # not of the function that is being compiled
        return [split(layer) for layer in convolutions()], [*map(as_tensor, answering())]
