"""What a network costs and how much of its input each layer sees: numbers for each layer, and in all.

Two conventions, which tools do not share, are fixed here. A *multiply-add* is one multiplication with a weight and the
addition that follows; convolutions and Dense layers are counted, places on padding too, biases, normalisation, pooling
and activation functions are not. *FLOPs* are twice as many: both operations. All are for one input.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cnnfigs.arithmetic import Layer, multiply_adds

#: Layers that have weights and multiply each number with at most one of them: by convention they count for nothing.
_EACH_ALONE = (
    *["BatchNormalization", "LayerNormalization", "GroupNormalization", "RMSNormalization", "UnitNormalization"],
    *["Normalization", "InstanceNormalization", "PReLU", "LayerScale", "Embedding"],
    *["Add", "Subtract", "Multiply", "TrueDivide"],  # as models in ONNX have them
)
#: Operations that multiply numbers of the network with each other and are not counted.
_PRODUCTS = ("MultiHeadAttention", "GroupQueryAttention", "Attention", "AdditiveAttention", "Dot", "Matmul", "Einsum")
#: Layers whose numbers are those of their input, so that no memory is needed for them.
_VIEWS = ("InputLayer", "Flatten", "Reshape", "Identity", "Dropout", "SpatialDropout1D", "SpatialDropout2D")


@dataclass(frozen=True)
class Network:
    """A network as plain values: all that is told of it without running it.

    Parameters
    ----------
    name
        What it is called.
    layers
        Its records, each after the layers that it reads.
    outputs
        Names of the layers that give its outputs.
    parameters, trainable_parameters
        Number of its weights, each counted once, and how many of them training may change.
    weight_bytes
        Bytes that its weights take.
    broken
        Why its layers end where they do, with both shapes, if the next one does not fit; empty where all is well.
    """

    name: str
    layers: tuple[Layer, ...]
    outputs: tuple[str, ...] = ()
    parameters: int = 0
    trainable_parameters: int = 0
    weight_bytes: int = 0
    broken: str = ""

    @property
    def inputs(self) -> dict[str, tuple[int, ...]]:
        """Name of each input to its shape."""
        return {layer.name: layer.output_shape for layer in self.layers if not layer.inputs}

    def shape(self, name: str) -> tuple[int, ...]:
        """Return the output shape of a layer."""
        return next(layer.output_shape for layer in self.layers if layer.name == name)


@dataclass(frozen=True)
class Costs:
    """What the layers of a network cost for one input.

    Attributes
    ----------
    multiply_adds
        Name of a layer to how many multiply-adds it takes; None where they are not counted, as of a recurrent layer.
    numbers
        Name of a layer to how many numbers it gives.
    at_once
        How many numbers are in memory at once, at most, when the network answers: those that a layer reads and gives,
        and those that later layers still have to read.
    """

    multiply_adds: dict[str, int | None]
    numbers: dict[str, int]
    at_once: int

    @property
    def total(self) -> int:
        """Multiply-adds of all layers that are counted."""
        return sum(each or 0 for each in self.multiply_adds.values())

    @property
    def flops(self) -> int:
        """Floating-point operations of all layers that are counted, two for each multiply-add."""
        return 2 * self.total

    @property
    def uncounted(self) -> list[str]:
        """Names of layers whose multiply-adds are not counted."""
        return [name for name, each in self.multiply_adds.items() if each is None]

    @property
    def kept(self) -> int:
        """Numbers that all layers give together, which training keeps until it goes back."""
        return sum(self.numbers.values())


def costs(layers: Sequence[Layer], outputs: Sequence[str] = ()) -> Costs:
    """Count what a network's layers cost.

    Parameters
    ----------
    layers
        Records of a network.
    outputs
        Names of the layers whose numbers are kept to the end; the last one where they are not given.

    Examples
    --------
    >>> image = Layer("image", "InputLayer", output_shape=(28, 28, 1))
    >>> shapes = dict(input_shapes=((28, 28, 1),), output_shape=(26, 26, 32))
    >>> conv = Layer("conv", "Conv2D", ("image",), **shapes, kernel_size=(3, 3), filters=32)
    >>> counted = costs((image, conv))
    >>> counted.total, counted.flops, counted.at_once
    (194688, 389376, 22416)
    """
    numbers = {
        layer.name: 0 if layer.class_name in _VIEWS and layer.inputs else math.prod(layer.output_shape)
        for layer in layers
    }
    return Costs({layer.name: _multiply_adds(layer) for layer in layers}, numbers, _at_once(layers, outputs))


def _multiply_adds(layer: Layer) -> int | None:
    if layer.class_name in _PRODUCTS:
        return None
    try:
        count = multiply_adds(layer)
    except ValueError:
        return None
    # A layer with weights that is neither known to count nor known not to: recurrent ones, and those of strangers.
    return None if not count and layer.parameters and layer.class_name not in _EACH_ALONE else count


def _at_once(layers: Sequence[Layer], outputs: Sequence[str]) -> int:
    """Count the numbers in memory while each layer is computed, one after the other, and return the most."""
    made_of = _without_views(layers)
    last = {made_of[name]: number for number, layer in enumerate(layers) for name in (layer.name, *layer.inputs)}
    for name in outputs or [layer.name for layer in layers[-1:]]:
        last[made_of[name]] = len(layers)
    held: dict[str, int] = {}
    most = 0
    for number, layer in enumerate(layers):
        if made_of[layer.name] == layer.name:
            held[layer.name] = math.prod(layer.output_shape)
        most = max(most, sum(held.values()))
        for name in [name for name in held if last[name] <= number]:
            del held[name]
    return most


def _without_views(layers: Sequence[Layer]) -> dict[str, str]:
    """Name for each layer the one in whose memory its numbers stand."""
    made_of: dict[str, str] = {}
    for layer in layers:
        is_view = layer.class_name in _VIEWS and len(layer.inputs) == 1
        made_of[layer.name] = made_of[layer.inputs[0]] if is_view else layer.name
    return made_of


def share_of_input(size: Sequence[int], shape: Sequence[int]) -> float:
    """Return the share of the input's places that a field of this size can cover, at most all.

    Parameters
    ----------
    size
        Of the field, per axis.
    shape
        Of the input, with its channels as the last axis.

    Examples
    --------
    >>> round(share_of_input((18, 18), (28, 28, 1)), 3), share_of_input((300, 300), (224, 224, 3))
    (0.413, 1.0)
    """
    places = shape[:-1]
    return math.prod(min(each, n) / n for each, n in zip(size, places, strict=True))
