"""MobileNetV2 without batch normalization, which is folded into the kernels, read without Keras.

Once a network is trained, its batch normalization multiplies each map by one number and adds another to it. Behind a
convolution that is a convolution too: with γ / √(variance + ε) multiplied into the filter that makes the map, and
β − mean · γ / √(variance + ε) as its bias. So what these layers give is exactly what Keras' pairs of layers give.

References
----------
B. Jacob, S. Kligys, B. Chen and others, "Quantization and training of neural networks for efficient
integer-arithmetic-only inference", IEEE Conference on Computer Vision and Pattern Recognition (2018), 2704–2713,
section 3.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic import Layer, Shape
from cnnfigs.data import imagenet_weights

Doubles = NDArray[np.float64]

#: The strides of the blocks.
STRIDES = (1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1)
#: The last of the first blocks' layers.
FIRST_BLOCKS = "block_6_depthwise_relu"
#: What Keras adds to each variance in MobileNetV2.
EPSILON = 1e-3


@dataclass(frozen=True)
class FoldedLayer:
    """A convolution, and what Keras has behind it: batch normalization, then a ReLU or the sum of a block."""

    #: Keras' name of the last of these layers.
    name: str
    #: Conv2D or DepthwiseConv2D.
    class_name: str
    strides: int
    #: "relu6" or "linear".
    activation: str
    #: Shape (height, width, channels, filters); depthwise (height, width, channels).
    kernel: Doubles
    #: Shape (filters,).
    bias: Doubles
    #: The same kernel before anything is folded into it, and γ, β, mean and variance of the batch normalization.
    bare: Doubles
    normalization: tuple[Doubles, Doubles, Doubles, Doubles]
    #: The earlier layer whose maps are added at the end of a block; none in most.
    adds: str = ""


def first_blocks() -> tuple[FoldedLayer, ...]:
    """Read the layers up to the depthwise convolution of block 6, in the order in which they are computed.

    Examples
    --------
    >>> layers = first_blocks()
    >>> layers[0].name, layers[0].kernel.shape, layers[-1].name
    ('Conv1_relu', (3, 3, 3, 32), 'block_6_depthwise_relu')
    """
    layers = convolutions()
    return layers[: 1 + [layer.name for layer in layers].index(FIRST_BLOCKS)]


@cache
def convolutions() -> tuple[FoldedLayer, ...]:
    """Read all layers with maps, in the order in which they are computed.

    All padding is "same". At sides of one more than a multiple of 32 that is the same as what Keras does there, where a
    layer of zeros comes before each convolution with strides.

    Examples
    --------
    >>> layers = convolutions()
    >>> len(layers), layers[-1].name, layers[-1].kernel.shape
    (52, 'out_relu', (1, 1, 320, 1280))
    """
    arrays = _arrays()
    layers = [_folded(arrays, "Conv1", "bn_Conv1", strides=2)]
    for block, strides in enumerate(STRIDES):
        start, prefix = layers[-1], f"block_{block}_" if block else "expanded_conv_"
        if block:  # the first block has nothing to expand
            layers.append(_folded(arrays, f"{prefix}expand", f"{prefix}expand_BN"))
        layers.append(_folded(arrays, f"{prefix}depthwise", f"{prefix}depthwise_BN", strides=strides))
        joins = strides == 1 and arrays[f"{prefix}project"][0].shape[-1] == len(start.bias)
        name, adds = (f"{prefix}add", start.name) if joins else (f"{prefix}project_BN", "")
        layers.append(_folded(arrays, f"{prefix}project", f"{prefix}project_BN", name=name, adds=adds))
    return (*layers, _folded(arrays, "Conv_1", "Conv_1_bn", name="out_relu", activation="relu6"))


def answering() -> tuple[Doubles, Doubles]:
    """Read the weights and biases of the dense layer that answers, shapes (1280, 1000) and (1000,)."""
    kernel, bias = _arrays()["predictions"]
    return kernel, bias


def records(height: int, width: int) -> tuple[Layer, ...]:
    """Describe the layers for photos of one size, without Keras, which takes seconds to build and load the network.

    That a block adds its input is left out: what it adds sees less than what it is added to.

    Parameters
    ----------
    height, width
        Size of the photos, each one more than a multiple of 32.

    Examples
    --------
    >>> [(layer.name, layer.output_shape) for layer in records(225, 353)[-3:]]
    [('out_relu', (8, 12, 1280)), ('global_average_pooling2d', (1280,)), ('predictions', (1000,))]
    """
    layers = [Layer("image", "InputLayer", output_shape=(height, width, 3))]

    def add(name: str, class_name: str, output_shape: Shape, **geometry: Any) -> None:
        before = layers[-1]
        layers.append(Layer(name, class_name, (before.name,), (before.output_shape,), output_shape, **geometry))

    for each in convolutions():
        sides = (-(-side // each.strides) for side in layers[-1].output_shape[:2])
        window = {"kernel_size": each.kernel.shape[:2], "strides": (each.strides,) * 2, "dilation_rate": (1, 1)}
        add(each.name, each.class_name, (*sides, len(each.bias)), padding="same", **window)
    weights, _ = answering()
    add("global_average_pooling2d", "GlobalAveragePooling2D", weights.shape[:1])
    add("predictions", "Dense", weights.shape[1:])
    return tuple(layers)


def _folded(
    arrays: dict[str, list[Doubles]],
    layer: str,
    normalization: str,
    *,
    strides: int = 1,
    name: str = "",
    activation: str = "linear",
    adds: str = "",
) -> FoldedLayer:
    """Fold a layer's batch normalization into its kernel; without a name of its own, its ReLU stands behind it."""
    (kernel,) = arrays[layer]
    gamma, beta, mean, variance = arrays[normalization]
    factor = gamma / np.sqrt(variance + EPSILON)
    depthwise = kernel.shape[-1] == 1
    bare = kernel[..., 0] if depthwise else kernel
    return FoldedLayer(
        name=name or f"{layer}_relu",
        class_name="DepthwiseConv2D" if depthwise else "Conv2D",
        strides=strides,
        activation=activation if name else "relu6",
        kernel=bare * factor,
        bias=beta - mean * factor,
        bare=bare,
        normalization=(gamma, beta, mean, variance),
        adds=adds,
    )


def _arrays() -> dict[str, list[Doubles]]:
    """Read what each layer has learned, by its name."""
    import h5py

    with h5py.File(imagenet_weights()) as file:
        groups = [layer["vars"] for layer in file["layers"].values()]
        return {
            group.attrs["name"]: [group[str(number)][()].astype(np.float64) for number in range(len(group))]
            for group in groups
            if len(group)
        }
