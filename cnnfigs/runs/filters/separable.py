"""A standard convolution, and the depthwise and pointwise ones that take its place in MobileNetV2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic import multiply_adds
from cnnfigs.models.backend import load_keras
from cnnfigs.models.imagenet import mobilenet_v2
from cnnfigs.models.records import layer_records

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Piece:
    """One convolution: what it reads, and what it costs."""

    #: What it is.
    name: str
    #: Shape (input maps, kernel height, kernel width, output maps): whether the middle place of an output map
    #: changes with this cell of that input map; for a small layer of this kind.
    reads: NDArray[np.bool_]
    #: What the layer of this kind costs in the large network, or would cost; biases are not counted, as batch
    #: normalisation follows.
    parameters: int
    multiply_adds: int


@dataclass(frozen=True)
class Separable:
    """A standard convolution beside a depthwise and a pointwise one of the same input and output."""

    #: Names of the depthwise and the pointwise layer in MobileNetV2.
    layers: tuple[str, str]
    #: Of the maps that they read and make together.
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    #: Side of the windows of the standard and of the depthwise one.
    kernel_size: int
    #: The three.
    standard: Piece
    depthwise: Piece
    pointwise: Piece


def separable(block: int, maps: int) -> Separable:
    """Compare what MobileNetV2 does in one of its blocks with a standard convolution of the same input and output.

    Parameters
    ----------
    block
        Which of its blocks, 1 to 16.
    maps
        How many maps the small layers have whose cells are tried out one by one.
    """
    keras = load_keras()
    layers = keras.layers
    model = mobilenet_v2()
    names = (f"block_{block}_depthwise", f"block_{block}_project")
    depthwise, pointwise = (model.get_layer(name) for name in names)
    shape, filters = tuple(depthwise.input.shape[1:]), pointwise.filters
    kernel_size = depthwise.kernel_size[0]
    standard = layers.Conv2D(
        filters, kernel_size, strides=depthwise.strides, padding=depthwise.padding, use_bias=False, name="standard"
    )
    alone = keras.Sequential([keras.Input(shape), standard])
    counted = {record.name: multiply_adds(record) for record in (*layer_records(model), *layer_records(alone))}
    small: dict[str, Any] = {
        "standard": layers.Conv2D(maps, kernel_size, padding="same", use_bias=False),
        "depthwise": layers.DepthwiseConv2D(kernel_size, padding="same", use_bias=False),
        "pointwise": layers.Conv2D(maps, 1, use_bias=False),
    }
    pieces = {
        name: Piece(name, _reads(small[name], maps, kernel_size), layer.count_params(), counted[layer.name])
        for name, layer in (("standard", standard), ("depthwise", depthwise), ("pointwise", pointwise))
    }
    return Separable(names, shape, tuple(pointwise.output.shape[1:]), kernel_size, **pieces)


def _reads(layer: keras.layers.Layer, maps: int, kernel_size: int) -> NDArray[np.bool_]:
    """Light up one cell of one map at a time, and see in which output maps the middle changes."""
    cells = maps * kernel_size * kernel_size
    lights = np.eye(cells, dtype=np.float32).reshape(cells, maps, kernel_size, kernel_size)
    answers = np.asarray(layer(lights.transpose(0, 2, 3, 1)))
    middle = answers[:, kernel_size // 2, kernel_size // 2]
    changed: NDArray[np.bool_] = middle.reshape(maps, kernel_size, kernel_size, -1) != 0
    return changed
