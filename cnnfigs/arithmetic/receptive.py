"""Receptive fields: which part of the image can reach one number of a feature map.

The numbers of a map that stand side by side have fields of the same size, `jump` pixels apart, and the first one's
begins at `start`: three numbers for each axis tell the fields of a whole map. They follow from one layer to the
next, see A. Araujo, W. Norris and J. Sim (2019), *Computing Receptive Fields of Convolutional Neural Networks*,
Distill, https://doi.org/10.23915/distill.00021: equation 2 for the size, equation 5 for the start (their effective
padding is ``-start``, their effective stride our jump), and "Arbitrary computation graphs" for branches.

This field is theoretical: it may hang over the border of the image, and not all pixels in it need to matter.
:func:`receptive_region` gives the pixels that really reach a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic import Layer
from cnnfigs.arithmetic.sizes import effective_kernel_size, padding_amounts, transposed_windows, windows

Cells = NDArray[np.intp]

#: What the classes of Keras, without their number of axes, do to the places of a map.
_KINDS = {
    # Each place of the output reads the same place of the input.
    "pointwise": [
        *["InputLayer", "Dense", "Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax", "Relu", "Relu6"],
        *["BatchNormalization", "Normalization", "Rescaling", "Identity", "ActivityRegularization"],
        *["Dropout", "SpatialDropout", "AlphaDropout", "GaussianDropout", "GaussianNoise"],
        *["Add", "Subtract", "Multiply", "TrueDivide", "Average", "Maximum", "Minimum", "Concatenate"],
        "CustomScaleLayer",  # the weighted sum in the Inception-ResNet of keras.applications
    ],
    # A window moves over the input.
    "window": ["Conv", "DepthwiseConv", "SeparableConv", "MaxPooling", "AveragePooling"],
    # Each place of the input is spread over several of the output.
    "transposed": ["ConvTranspose"],
    "upsampling": ["UpSampling"],
    # Places are added or cut off around the input.
    "border": ["ZeroPadding", "Cropping"],
    # All places are joined.
    "global": ["Flatten", "Reshape", "GlobalAveragePooling", "GlobalMaxPooling"],
}

_KNOWN = "convolutions, pooling, padding, cropping, Flatten, Reshape, Dense, layers that work on each place alone"


@dataclass(frozen=True)
class ReceptiveField:
    """The receptive fields of all numbers of one feature map.

    Parameters
    ----------
    size
        Pixels that one number can see, per axis of the image: (rows, columns).
    jump
        Pixels from the field of one number to that of the next, per axis. 0 behind layers that join all places
        (Flatten, global pooling): all their numbers see the same.
    start
        First row and column of the first number's field; negative where it begins in the padding.
    """

    size: tuple[int, ...]
    jump: tuple[int, ...]
    start: tuple[int, ...]

    def at(self, position: Sequence[int]) -> tuple[range, ...]:
        """Give the rows and columns that the number at a position can see, beyond the image's border too.

        Raises
        ------
        ValueError
            If the position has another number of axes than the field.

        Examples
        --------
        >>> ReceptiveField(size=(7, 7), jump=(2, 2), start=(-1, -1)).at((0, 3))
        (range(-1, 6), range(5, 12))
        """
        if len(position) != len(self.size):
            raise ValueError(f"position is {position!r}: one number per axis, {len(self.size)}, is accepted")
        firsts = [start + jump * p for start, jump, p in zip(self.start, self.jump, position, strict=True)]
        return tuple(range(first, first + size) for first, size in zip(firsts, self.size, strict=True))


def receptive_fields(layers: Sequence[Layer]) -> dict[str, ReceptiveField]:
    """Follow the receptive field through a network, from its input to each of its layers.

    Parameters
    ----------
    layers
        Records of a stack or graph with one input, each after the layers that it reads.

    Returns
    -------
    dict of str to ReceptiveField
        The field of each layer's numbers, by the layer's name. Where branches meet, it is the smallest box around
        their fields.

    Raises
    ------
    ValueError
        If there is not one input layer, a layer reads an unknown one, its class is unknown, or branches meet that do
        not move together. Upsampling and transposed convolutions are among the unknown: the numbers of their maps
        see fields of different sizes, which :func:`receptive_region` tells one by one.

    Examples
    --------
    >>> image = Layer("image", "InputLayer", output_shape=(28, 28, 1))
    >>> window = dict(kernel_size=(3, 3), strides=(1, 1), padding="valid", dilation_rate=(1, 1))
    >>> conv = Layer("conv", "Conv2D", ("image",), ((28, 28, 1),), (26, 26, 32), **window)
    >>> window = dict(kernel_size=(2, 2), strides=(2, 2), padding="valid", dilation_rate=(1, 1))
    >>> pool = Layer("pool", "MaxPooling2D", ("conv",), ((26, 26, 32),), (13, 13, 32), **window)
    >>> receptive_fields((image, conv, pool))["pool"]
    ReceptiveField(size=(4, 4), jump=(2, 2), start=(0, 0))
    """
    _check_graph(layers)
    fields: dict[str, ReceptiveField] = {}
    for layer in layers:
        if not layer.inputs:
            rank = len(layer.output_shape) - 1
            fields[layer.name] = ReceptiveField((1,) * rank, (1,) * rank, (0,) * rank)
        else:
            seen = [
                _field_through(layer, shape, fields[name])
                for name, shape in zip(layer.inputs, layer.input_shapes, strict=True)
            ]
            fields[layer.name] = _joined(layer, seen)
    return fields


def receptive_field(layers: Sequence[Layer], name: str | None = None) -> ReceptiveField:
    """Give the receptive field of one layer's numbers.

    Only the layers between the input and this one need to be known.

    Parameters
    ----------
    layers
        See :func:`receptive_fields`.
    name
        Name of the layer; None for the last.

    Raises
    ------
    ValueError
        As :func:`receptive_fields`, or if there is no layer of that name.
    """
    path = _layers_before(layers, name)
    return receptive_fields(path)[path[-1].name]


def receptive_region(layers: Sequence[Layer], position: Sequence[int], name: str | None = None) -> tuple[range, ...]:
    """Give the pixels of the image that really reach one number of a feature map.

    Unlike the theoretical field this one ends at the border of the image, leaves out the pixels that an earlier
    layer never reads, and is known behind upsampling and transposed convolutions too.

    Parameters
    ----------
    layers
        See :func:`receptive_fields`.
    position
        Place of the number on its map: (row, column); empty behind Flatten or global pooling.
    name
        Name of the layer; None for the last.

    Returns
    -------
    tuple of range
        Rows and columns of the smallest box around these pixels; empty where only padding is seen.

    Raises
    ------
    ValueError
        If there is not one input layer, a layer is unknown, or the position is not on the map.

    Examples
    --------
    >>> image = Layer("image", "InputLayer", output_shape=(11, 11, 1))
    >>> window = dict(kernel_size=(2, 2), strides=(2, 2), padding="valid", dilation_rate=(1, 1))
    >>> pool = Layer("pool", "MaxPooling2D", ("image",), ((11, 11, 1),), (5, 5, 1), **window)
    >>> flat = Layer("flat", "Flatten", ("pool",), ((5, 5, 1),), (25,))
    >>> receptive_region((image, pool, flat), ())
    (range(0, 10), range(0, 10))
    """
    path = _layers_before(layers, name)
    _check_graph(path)
    places = path[-1].output_shape[:-1]
    if len(position) != len(places) or not all(0 <= p < n for p, n in zip(position, places, strict=True)):
        raise ValueError(f"position is {tuple(position)!r}: a place on the map of size {places} is accepted")
    # From the output back to the input: which rows and columns of each layer's map are read.
    read: dict[str, list[Cells]] = {path[-1].name: [np.array([p]) for p in position]}
    for layer in reversed(path):
        for source, shape in zip(layer.inputs, layer.input_shapes, strict=True):
            cells = _cells_read(layer, shape, read[layer.name])
            known = read.get(source, [np.array([], dtype=np.intp)] * len(cells))
            read[source] = [np.union1d(before, now) for before, now in zip(known, cells, strict=True)]
    cells = read[path[0].name]
    if any(axis.size == 0 for axis in cells):
        return (range(0),) * len(cells)
    return tuple(range(int(axis.min()), int(axis.max()) + 1) for axis in cells)


def _field_through(layer: Layer, shape: tuple[int, ...], field: ReceptiveField) -> ReceptiveField:
    """Give the field of a layer's numbers, as one of its inputs, of this shape and with this field, makes it."""
    kind = _kind(layer)
    if not any(field.jump) and kind != "unknown":  # all numbers see the same already
        return field
    if kind == "pointwise":
        jump = tuple(0 if again else j for again, j in zip(_repeated(layer, shape), field.jump, strict=True))
        return ReceptiveField(field.size, jump, field.start)
    if kind == "global":
        spread = tuple(s + j * (n - 1) for s, j, n in zip(field.size, field.jump, shape[:-1], strict=True))
        return ReceptiveField(spread, (0,) * len(spread), field.start)
    if kind == "border":
        cells = [before for before, _ in _geometry(layer, "padding")]
        return ReceptiveField(field.size, field.jump, _shifted(field, cells))
    if kind == "window":
        axes = _axes(layer, shape)
        spans = [effective_kernel_size(axis[1], axis[4]) for axis in axes]
        size = tuple(s + j * (span - 1) for s, j, span in zip(field.size, field.jump, spans, strict=True))
        jump = tuple(j * axis[2] for j, axis in zip(field.jump, axes, strict=True))
        return ReceptiveField(size, jump, _shifted(field, [padding_amounts(*axis)[0] for axis in axes]))
    raise ValueError(
        f"layer {layer.name!r} has class {layer.class_name}, whose receptive field is not known: accepted are {_KNOWN}"
    )


def _shifted(field: ReceptiveField, cells: Sequence[int]) -> tuple[int, ...]:
    """Move the start of a field back by so many places of the map."""
    return tuple(start - jump * n for start, jump, n in zip(field.start, field.jump, cells, strict=True))


def _joined(layer: Layer, fields: Sequence[ReceptiveField]) -> ReceptiveField:
    """Give the smallest box around the fields of several branches."""
    rank = len(fields[0].size)
    places = (*layer.output_shape[:-1], *(1,) * rank)[:rank]
    branches = [[(f.size[axis], f.jump[axis], f.start[axis]) for f in fields] for axis in range(rank)]
    joined = [_joined_axis(layer, *axis) for axis in zip(branches, places, strict=True)]
    size, jump, start = (tuple(axis[i] for axis in joined) for i in range(3))
    return ReceptiveField(size, jump, start)


def _joined_axis(layer: Layer, branches: list[tuple[int, int, int]], places: int) -> tuple[int, int, int]:
    """Join (size, jump, start) of several branches on one axis with so many places."""
    jumps = {jump for _, jump, _ in branches}
    first = min(start for _, _, start in branches)
    if len(jumps) == 1 or places == 1:
        return max(start + size for size, _, start in branches) - first, max(jumps), first
    # Fields that stand still and others that move make no moving box, unless the first hold the others everywhere.
    end = max(start + size + jump * (places - 1) for size, jump, start in branches)
    if (end - first, 0, first) in branches:
        return end - first, 0, first
    raise ValueError(
        f"layer {layer.name!r} ({layer.class_name}) joins branches that do not move together: the fields of their "
        f"numbers are {' and '.join(map(str, sorted(jumps)))} pixels apart"
    )


def _cells_read(layer: Layer, shape: tuple[int, ...], wanted: list[Cells]) -> list[Cells]:
    """Name the rows and columns of an input that some rows and columns of a layer's output are made of."""
    kind = _kind(layer)
    sizes = shape[:-1]
    if kind == "global" or not sizes:
        seen = [np.arange(size if all(axis.size for axis in wanted) else 0) for size in sizes]
    elif kind == "pointwise":
        seen = [axis * 0 if again else axis for again, axis in zip(_repeated(layer, shape), wanted, strict=True)]
    elif kind == "border":
        seen = [axis - before for axis, (before, _) in zip(wanted, _geometry(layer, "padding"), strict=True)]
    elif kind == "window":
        seen = [windows(*axis)[cells] for axis, cells in zip(_axes(layer, shape), wanted, strict=True)]
    elif kind == "transposed":
        reached = [transposed_windows(*axis) for axis in _axes(layer, shape)]
        seen = [np.flatnonzero(np.isin(r, cells).any(axis=1)) for r, cells in zip(reached, wanted, strict=True)]
    elif kind == "upsampling":
        seen = [axis // factor for axis, factor in zip(wanted, _geometry(layer, "strides"), strict=True)]
    else:
        raise ValueError(
            f"layer {layer.name!r} has class {layer.class_name}, and what its numbers read is not known: accepted are "
            f"{_KNOWN}, transposed convolutions, and upsampling that repeats cells"
        )
    return [np.unique(axis[(axis >= 0) & (axis < size)]) for axis, size in zip(seen, sizes, strict=True)]


def _kind(layer: Layer) -> str:
    """Tell what a layer does to the places of a map; "unknown" where that cannot be told from its class."""
    operation = layer.class_name.replace("1D", "").replace("2D", "").replace("3D", "")
    if operation == "UpSampling" and layer.interpolation != "nearest":
        return "unknown"
    return next((kind for kind, operations in _KINDS.items() if operation in operations), "unknown")


def _repeated(layer: Layer, shape: tuple[int, ...]) -> list[bool]:
    """Tell along which axes a merging layer repeats an input of size 1 to fit the others."""
    sizes, places = shape[:-1], layer.output_shape[:-1]
    repeated = [size == 1 < n and layer.class_name != "Concatenate" for size, n in zip(sizes, places, strict=True)]
    if any(size != n and not again for size, n, again in zip(sizes, places, repeated, strict=True)):
        raise ValueError(
            f"layer {layer.name!r} ({layer.class_name}) makes a map of size {places} of one of size {sizes}: "
            "layers that join maps along their channels are accepted"
        )
    return repeated


def _geometry(layer: Layer, field: str) -> tuple[Any, ...]:
    value = getattr(layer, field)
    if not isinstance(value, tuple):
        raise ValueError(f"{field} of layer {layer.name!r} is {value!r}: a {layer.class_name} needs one per axis")
    return value


def _axes(layer: Layer, shape: tuple[int, ...]) -> list[tuple[Any, ...]]:
    """Sort a layer's geometry by axis: size, kernel size, strides, padding and dilation rate."""
    sizes = shape[:-1]
    padding = layer.padding if isinstance(layer.padding, tuple) else (layer.padding,) * len(sizes)
    dilation_rate = layer.dilation_rate or (1,) * len(sizes)
    kernel_size, strides = _geometry(layer, "kernel_size"), _geometry(layer, "strides")
    return list(zip(sizes, kernel_size, strides, padding, dilation_rate, strict=True))


def _layers_before(layers: Sequence[Layer], name: str | None) -> list[Layer]:
    """Pick the layers that one layer is made of, and itself as the last."""
    if not layers:
        raise ValueError("layers is empty: at least an input layer is needed")
    wanted = {layers[-1].name if name is None else name}
    if not wanted <= {layer.name for layer in layers}:
        raise ValueError(f"name is {name!r}: accepted are {', '.join(repr(layer.name) for layer in layers)}")
    picked: list[Layer] = []
    for layer in reversed(layers):
        if layer.name in wanted:
            picked.append(layer)
            wanted.update(layer.inputs)
    return picked[::-1]


def _check_graph(layers: Sequence[Layer]) -> None:
    known: set[str] = set()
    for layer in layers:
        for name in layer.inputs:
            if name not in known:
                raise ValueError(f"layer {layer.name!r} reads {name!r}, which is not among the layers before it")
        known.add(layer.name)
    starts = [layer.name for layer in layers if not layer.inputs]
    if len(starts) != 1:
        raise ValueError(f"layers has {len(starts)} inputs {starts}: one is accepted, what fields are told in")
