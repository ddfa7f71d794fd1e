"""Questions about how the layers of a network read each other, which several rules ask."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from cnnfigs.arithmetic import Layer
from cnnfigs.arithmetic.costs import Network
from cnnfigs.arithmetic.receptive import KnownFields, as_image, known_fields
from cnnfigs.arithmetic.sizes import Axis

#: Layers that slide a window over maps.
WINDOWS = ("Conv", "DepthwiseConv", "SeparableConv", "MaxPooling", "AveragePooling")
CONVOLUTIONS = ("Conv", "DepthwiseConv", "SeparableConv", "ConvTranspose")
#: Layers that change nothing, or only the layout, when a network answers.
PASSED = (
    *["Flatten", "Reshape", "Squeeze", "ExpandDims", "Identity", "Dropout", "SpatialDropout", "GaussianNoise"],
    *["GaussianDropout", "AlphaDropout", "ActivityRegularization", "Cast"],
)


def operation(layer: Layer) -> str:
    """Return the class of a layer without its number of axes."""
    return re.sub("[123]D", "", layer.class_name)


def by_name(network: Network) -> dict[str, Layer]:
    """Return the layers by their names."""
    return {layer.name: layer for layer in network.layers}


def readers(network: Network) -> dict[str, list[Layer]]:
    """Name for each layer the layers that read it."""
    found: dict[str, list[Layer]] = {layer.name: [] for layer in network.layers}
    for layer in network.layers:
        for name in dict.fromkeys(layer.inputs):
            found[name].append(layer)
    return found


def windows(network: Network) -> Iterator[tuple[Layer, list[Axis]]]:
    """Yield each layer that slides a window over maps, with its axes; layers that are called again are left out."""
    for layer in network.layers:
        if operation(layer) not in WINDOWS or layer.shares_weights_with or layer.kernel_size is None:
            continue
        sizes = layer.input_shape[:-1]
        whole = layer.padding or "valid"
        padding = whole if isinstance(whole, tuple) else (whole,) * len(sizes)
        strides = layer.strides or (1,) * len(sizes)
        dilation = layer.dilation_rate or (1,) * len(sizes)
        # A window with holes that also steps has no Axis, as Keras has no such layer.
        if any(s > 1 and d > 1 for s, d in zip(strides, dilation, strict=True)):
            continue
        yield layer, [Axis(*each) for each in zip(sizes, layer.kernel_size, strides, padding, dilation, strict=True)]


def image_fields(network: Network, narrowest: bool = False) -> tuple[KnownFields, tuple[int, ...]] | None:
    """Return the receptive fields and the input's shape, of a network that reads one image; None for others.

    Branches that weigh whole maps, as squeeze and excitation does, are left out: through them each number sees all of
    the image, but only its mean. Of others that meet, the narrowest can be followed alone.
    """
    layers = as_image(network.layers)
    if sum(not layer.inputs for layer in layers) != 1 or len(layers[0].output_shape) < 2:
        return None
    shape = layers[0].output_shape
    if max(shape[:-1]) <= 1:
        return None
    return known_fields([_ungated(layer) for layer in layers], narrowest), shape


def fields_read(network: Network, narrowest: bool = False) -> Iterator[tuple[Layer, tuple[int, ...], tuple[int, ...]]]:
    """Yield each layer that reads maps, how much of the image each number that it reads sees, and the image's sides.

    Nothing where that is not known, or the network reads no single image.
    """
    found = image_fields(network, narrowest)
    if found is None:
        return
    fields, image = found
    for layer in network.layers:
        size = fields.sizes.get(layer.inputs[0]) if layer.inputs else None
        if size is not None and len(size) == len(image) - 1 and max((1, *layer.input_shapes[0][:-1])) > 1:
            yield layer, size, image[:-1]


def _ungated(layer: Layer) -> Layer:
    """Leave out those inputs of a merging layer that are one number for each map."""
    kept = [
        (name, shape)
        for name, shape in zip(layer.inputs, layer.input_shapes, strict=True)
        if math.prod(shape[:-1]) > 1 or math.prod(layer.output_shape[:-1]) == 1
    ]
    if len(layer.inputs) < 2 or not kept:
        return layer
    return replace(layer, inputs=tuple(n for n, _ in kept), input_shapes=tuple(s for _, s in kept))


def map_layers(network: Network) -> list[Layer]:
    """Return the layers that give maps of more than one cell, in order."""
    return [layer for layer in network.layers if layer.inputs and max((0, *layer.output_shape[:-1])) > 1]


def end_of(network: Network, name: str) -> list[Layer]:
    """Return the layers from an output back as long as each reads one other, the last one first."""
    known, found = by_name(network), []
    while name in known:
        layer = known[name]
        found.append(layer)
        if len(layer.inputs) != 1:
            break
        name = layer.inputs[0]
    return found


def behind_passed(layers: Sequence[Layer]) -> list[Layer]:
    """Leave out of some layers those that change nothing when a network answers."""
    return [layer for layer in layers if operation(layer) not in PASSED]
