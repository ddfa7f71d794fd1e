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

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic import Layer
from cnnfigs.arithmetic.sizes import Axis, TransposedAxis

Cells = NDArray[np.intp]

#: What the classes of Keras, without their number of axes, do to the places of a map.
_KINDS = {
    # Each number of the output reads the number at its own place.
    "pointwise": [
        *["InputLayer", "Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Relu", "Relu6", "LeakyRelu", "Elu", "Selu"],
        *["Celu", "Gelu", "Silu", "HardSilu", "Sigmoid", "HardSigmoid", "LogSigmoid", "Softplus", "Softsign", "Tanh"],
        *["BatchNormalization", "Normalization", "Rescaling", "Identity", "ActivityRegularization", "StopGradient"],
        *["Dropout", "SpatialDropout", "AlphaDropout", "GaussianDropout", "GaussianNoise", "LayerScale"],
        *["StochasticDepth", "Cast", "Clip", "Absolute", "Negative", "Square", "Sqrt", "Rsqrt", "Exp", "Log", "Power"],
        *["Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Average", "Maximum", "Minimum", "Concatenate"],
        "CustomScaleLayer",  # the weighted sum in the Inception-ResNet of keras.applications
    ],
    # Each number of the output reads what stands along the last axis at its place.
    "mixing": [
        *["Dense", "Softmax", "LogSoftmax", "LayerNormalization", "UnitNormalization", "RMSNormalization", "GetItem"],
    ],
    # A window moves over the input.
    "window": ["Conv", "DepthwiseConv", "SeparableConv", "MaxPooling", "AveragePooling"],
    # Each place of the input is spread over several of the output.
    "transposed": ["ConvTranspose"],
    "upsampling": ["UpSampling"],
    # Places are added or cut off around the input.
    "border": ["ZeroPadding", "Cropping"],
    # The same numbers with other axes, in the same order or with the axes exchanged.
    "layout": ["Flatten", "Reshape", "ExpandDims", "Squeeze", "Permute", "Transpose", "Ravel"],
    # All places are joined.
    "global": [
        *["GlobalAveragePooling", "GlobalMaxPooling", "GroupNormalization", "MultiHeadAttention", "Attention"],
        *["AdditiveAttention", "GroupQueryAttention", "SimpleRNN", "LSTM", "GRU", "RNN", "Bidirectional"],
    ],
}

#: Numbers that are followed one by one through a new layout, at most.
_MOST_NUMBERS = 4_000_000

_KNOWN = (
    "convolutions, pooling, padding, cropping, Flatten, Reshape, Permute, Dense, layers that work on each place alone "
    "or join all places"
)


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
            raise ValueError(f"position: expected one number for each of {len(self.size)} axes, got {position!r}")
        axes = zip(self.start, self.jump, position, self.size, strict=True)
        return tuple(range(start + jump * p, start + jump * p + size) for start, jump, p, size in axes)


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
        their fields. Layers whose numbers do not stand as those of the image do, such as a Reshape to rows of
        patches, are left out: see :func:`known_fields`.

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
    image = as_image(layers)
    _check_graph(image)
    known, unknown = _followed(image)
    if unknown:
        raise ValueError(next(iter(unknown.values())))
    fields: dict[str, ReceptiveField] = {}
    for name, seen in known.items():
        field = _as_field(seen)
        if isinstance(field, ReceptiveField):
            fields[name] = field
        elif field.low.ndim == 2:  # a row of numbers
            fields[name] = field.joined()
    return fields


@dataclass(frozen=True)
class KnownFields:
    """What the numbers of a network's layers can see, as far as it is known.

    Attributes
    ----------
    sizes
        Name of a layer to how many pixels one of its numbers can see at most, per axis of the image.
    fields
        Name of a layer to its field, where its numbers stand as those of the image do.
    unknown
        Name of a layer behind which nothing is known to the reason why; layers that read it are not named again.
    """

    sizes: dict[str, tuple[int, ...]]
    fields: dict[str, ReceptiveField]
    unknown: dict[str, str]


def known_fields(layers: Sequence[Layer], narrowest: bool = False) -> KnownFields:
    """Follow the receptive field as far as it is known, number by number where layers only lay them out anew.

    Unlike :func:`receptive_fields` it tells of Flatten that each number sees what it saw before.

    Parameters
    ----------
    layers
        See :func:`receptive_fields`; from :func:`as_image` where the image has no axis for its channels.
    narrowest
        Where branches meet, whether to go on with the smallest of their fields, instead of the box around them.

    Raises
    ------
    ValueError
        If there is not one input layer, or a layer reads an unknown one.
    """
    _check_graph(layers)
    seen, unknown = _followed(layers, narrowest)
    sizes = {name: each.size for name, each in seen.items()}
    for layer in layers:  # of a row of too many numbers `seen` has the field of all together
        if layer.name in sizes and layer.inputs and _kind(layer) == "layout":
            sizes[layer.name] = sizes[layer.inputs[0]]
    fields = {name: _as_field(each) for name, each in seen.items()}
    return KnownFields(
        sizes, {name: each for name, each in fields.items() if isinstance(each, ReceptiveField)}, unknown
    )


def as_image(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Return how a network that lays out its input first reads an image.

    Images without an axis for their one channel, such as (28, 28), get one. Where a row of numbers is laid out as
    maps, the network begins with these maps; so it does where a row of words becomes a row of vectors.

    Parameters
    ----------
    layers
        Records of a network.

    Returns
    -------
    tuple of Layer
        The same records where there is nothing of the kind.

    Examples
    --------
    >>> image = Layer("image", "InputLayer", output_shape=(28, 28))
    >>> maps = Layer("maps", "Reshape", ("image",), ((28, 28),), (28, 28, 1))
    >>> [layer.output_shape for layer in as_image((image, maps))]
    [(28, 28, 1), (28, 28, 1)]
    """
    starts = [layer for layer in layers if not layer.inputs]
    if len(starts) != 1 or len(starts[0].output_shape) not in (1, 2):
        return tuple(layers)
    # Up to the first layer that is no mere function of each number, there is but one way.
    plain = [*itertools.takewhile(lambda x: not x.inputs or (len(x.inputs) == 1 and _kind(x) == "pointwise"), layers)]
    behind = layers[len(plain) :]
    names = {layer.name for layer in plain}
    if not behind or len(behind[0].inputs) > 1 or any(names & {*layer.inputs} for layer in behind[1:]):
        return tuple(layers)
    first, *rest = behind
    rank, laid_out = len(plain[-1].output_shape), _kind(first) == "layout"
    if rank == 1 and len(first.output_shape) > 1 and (laid_out or first.class_name == "Embedding"):
        return (replace(first, inputs=(), input_shapes=()), *rest)
    if rank == 2 and laid_out and not first.axis:  # the axes are not exchanged
        shape = (*plain[-1].output_shape, 1)
        widened = [replace(layer, input_shapes=(shape,) * len(layer.inputs), output_shape=shape) for layer in plain]
        return (*widened, replace(first, input_shapes=(shape,)), *rest)
    return tuple(layers)


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
    path = _layers_before(as_image(layers), name)
    fields = receptive_fields(path)
    if path[-1].name not in fields:
        raise ValueError(
            f"layer {path[-1].name!r} lays numbers out so that the fields of neighbours do not move evenly: "
            "known_fields tells how much one number sees"
        )
    return fields[path[-1].name]


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
        Rows and columns of the smallest box around these pixels; empty where only padding is seen. Of each place all
        channels are followed: where one layout makes channels of places and the next places of channels, the box is
        larger.

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
    path = _layers_before(as_image(layers), name)
    _check_graph(path)
    places = path[-1].output_shape[:-1]
    if len(position) != len(places) or not all(0 <= p < n for p, n in zip(position, places, strict=True)):
        raise ValueError(f"position: expected a place on the map of size {places}, got {tuple(position)!r}")
    cells = _reached(path, [np.array([p]) for p in position])
    if any(axis.size == 0 for axis in cells):
        return (range(0),) * len(cells)
    return tuple(range(int(axis.min()), int(axis.max()) + 1) for axis in cells)


def pixels_read(layers: Sequence[Layer], name: str | None = None) -> tuple[Cells, ...]:
    """Name the rows and columns of the image that reach any number of a layer.

    Parameters
    ----------
    layers
        See :func:`receptive_fields`.
    name
        Name of the layer; None for the last.

    Returns
    -------
    tuple of ndarray of int
        For each axis of the image its cells that are read, in order.

    Raises
    ------
    ValueError
        As :func:`receptive_region`.

    Examples
    --------
    >>> image = Layer("image", "InputLayer", output_shape=(7, 7, 1))
    >>> window = dict(kernel_size=(1, 1), strides=(3, 3), padding="valid", dilation_rate=(1, 1))
    >>> conv = Layer("conv", "Conv2D", ("image",), ((7, 7, 1),), (3, 3, 4), **window)
    >>> [axis.tolist() for axis in pixels_read((image, conv))]
    [[0, 3, 6], [0, 3, 6]]
    """
    path = _layers_before(as_image(layers), name)
    _check_graph(path)
    return tuple(_reached(path, [np.arange(size) for size in path[-1].output_shape[:-1]]))


def _reached(path: Sequence[Layer], cells: list[Cells]) -> list[Cells]:
    """Go from some rows and columns of the last layer back to those of the image that reach them."""
    read: dict[str, list[Cells]] = {path[-1].name: cells}
    for layer in reversed(path):
        for source, shape in zip(layer.inputs, layer.input_shapes, strict=True):
            seen = _cells_read(layer, shape, read[layer.name])
            known = read.get(source, [np.array([], dtype=np.intp)] * len(seen))
            read[source] = [np.union1d(before, now) for before, now in zip(known, seen, strict=True)]
    return read[path[0].name]


@dataclass(frozen=True)
class _LaidOut:
    """The receptive fields of numbers that do not stand as those of the image do: one box for each number.

    Parameters
    ----------
    low, high
        First pixel and the one behind the last, shape (axes of the numbers..., axes of the image).
    """

    low: Cells
    high: Cells

    @property
    def size(self) -> tuple[int, ...]:
        axes = self.low.shape[-1]
        return tuple(int(size) for size in (self.high - self.low).reshape(-1, axes).max(axis=0))

    def joined(self) -> ReceptiveField:
        """Give the box around all fields."""
        axes = self.low.shape[-1]
        low, high = self.low.reshape(-1, axes).min(axis=0), self.high.reshape(-1, axes).max(axis=0)
        return ReceptiveField(tuple(map(int, high - low)), (0,) * axes, tuple(map(int, low)))


_Seen = ReceptiveField | _LaidOut


def _followed(layers: Sequence[Layer], narrowest: bool = False) -> tuple[dict[str, _Seen], dict[str, str]]:
    """Follow what each layer's numbers see, and give the reason where it is not known."""
    known: dict[str, _Seen] = {}
    unknown: dict[str, str] = {}
    for layer in layers:
        if not layer.inputs:
            rank = len(layer.output_shape) - 1
            known[layer.name] = ReceptiveField((1,) * rank, (1,) * rank, (0,) * rank)
        elif all(name in known for name in layer.inputs):
            try:
                seen = [
                    _seen_through(layer, shape, known[name])
                    for name, shape in zip(layer.inputs, layer.input_shapes, strict=True)
                ]
                fields = [each for each in seen if isinstance(each, ReceptiveField)]
                if narrowest and len(fields) == len(seen):
                    known[layer.name] = min(fields, key=lambda each: math.prod(each.size))
                else:
                    known[layer.name] = _joined(layer, seen)
            except ValueError as error:
                unknown[layer.name] = str(error)
    return known, unknown


def _seen_through(layer: Layer, shape: tuple[int, ...], seen: _Seen) -> _Seen:
    """Give what a layer's numbers see, as one of its inputs, of this shape and seeing this, makes it."""
    kind = _kind(layer)
    if isinstance(seen, ReceptiveField):
        if not any(seen.jump) and kind != "unknown":  # all numbers see the same already
            return seen
        if kind == "picked":  # one channel of several
            low, high = _boxes(layer, shape, seen)
            return _LaidOut(low[..., 0, :], high[..., 0, :])
        if kind == "layout" and len(layer.output_shape) == 1 and math.prod(shape) > _MOST_NUMBERS:
            return _field_through(layer, shape, seen, "global")
        if kind == "layout":
            return _laid_out(layer, *_boxes(layer, shape, seen))
        return _field_through(layer, shape, seen, kind)
    if kind == "global":
        return seen.joined()
    if kind == "layout":
        return _laid_out(layer, seen.low, seen.high)
    if kind == "stacked" or (kind == "pointwise" and shape == layer.output_shape):
        return seen
    field = _as_field(seen)
    if isinstance(field, ReceptiveField):
        return _seen_through(layer, shape, field)
    if kind == "mixing":
        wanted = (*layer.output_shape, seen.low.shape[-1])
        low, high = seen.low.min(axis=-2, keepdims=True), seen.high.max(axis=-2, keepdims=True)
        return _LaidOut(np.broadcast_to(low, wanted), np.broadcast_to(high, wanted))
    raise ValueError(
        f"layer {layer.name!r} ({layer.class_name}) reads numbers that do not stand as those of the image do, and what "
        "it sees there is not known"
    )


def _boxes(layer: Layer, shape: tuple[int, ...], field: ReceptiveField) -> tuple[Cells, Cells]:
    """Write down the field of each number of a map."""
    if math.prod(shape) > _MOST_NUMBERS:
        raise ValueError(
            f"layer {layer.name!r} ({layer.class_name}) lays out {math.prod(shape):,} numbers: too many to follow each"
        )
    low = np.moveaxis(np.indices(shape[:-1]), 0, -1) * field.jump + field.start
    low = np.repeat(low[..., np.newaxis, :], shape[-1], axis=-2)
    return low, low + field.size


def _laid_out(layer: Layer, low: Cells, high: Cells) -> _LaidOut:
    """Lay fields out as a layer lays out its numbers."""
    if layer.class_name in ("Permute", "Transpose"):
        order = (*_geometry(layer, "axis"), low.ndim - 1)
        return _LaidOut(low.transpose(order), high.transpose(order))
    shape = (*layer.output_shape, low.shape[-1])
    return _LaidOut(low.reshape(shape), high.reshape(shape))


def _as_field(made: _Seen) -> _Seen:
    """Give one field, of the boxes around each place, where numbers stand as those of the image do."""
    if isinstance(made, ReceptiveField):
        return made
    *places, _, axes = made.low.shape
    if len(places) != axes:
        return made
    first, last = made.low.min(axis=-2), made.high.max(axis=-2)
    start, size = first[(0,) * axes], (last - first)[(0,) * axes]
    jump = [int(np.diff(first[..., axis], axis=axis).flat[0]) if n > 1 else 1 for axis, n in enumerate(places)]
    cells = np.moveaxis(np.indices(places), 0, -1)
    if (first == cells * jump + start).all() and (last == first + size).all():
        return ReceptiveField(tuple(map(int, size)), tuple(jump), tuple(map(int, start)))
    return made


def _field_through(layer: Layer, shape: tuple[int, ...], field: ReceptiveField, kind: str) -> ReceptiveField:
    """Give the field of a layer's numbers, as one of its inputs, of this shape and with this field, makes it."""
    if kind in ("pointwise", "mixing"):
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
        size = tuple(s + j * (axis.span() - 1) for s, j, axis in zip(field.size, field.jump, axes, strict=True))
        jump = tuple(j * axis.strides for j, axis in zip(field.jump, axes, strict=True))
        return ReceptiveField(size, jump, _shifted(field, [axis.padding_amounts()[0] for axis in axes]))
    raise ValueError(
        f"layer {layer.name!r}: expected a class whose receptive field is known ({_KNOWN}), got {layer.class_name}"
    )


def _shifted(field: ReceptiveField, cells: Sequence[int]) -> tuple[int, ...]:
    """Move the start of a field back by so many places of the map."""
    return tuple(start - jump * n for start, jump, n in zip(field.start, field.jump, cells, strict=True))


def _joined(layer: Layer, seen: Sequence[_Seen]) -> _Seen:
    """Give what a layer sees through several branches: the smallest box around their fields."""
    moving = any(isinstance(each, ReceptiveField) and any(each.jump) for each in seen)
    if moving:
        seen = [_as_field(each) for each in seen]
    fields = [each for each in seen if isinstance(each, ReceptiveField)]
    if len(fields) < len(seen):
        if moving:
            raise ValueError(f"layer {layer.name!r} ({layer.class_name}) joins numbers that are laid out differently")
        # Fields that stand still are those of all numbers.
        boxes = [
            (each.low, each.high)
            if isinstance(each, _LaidOut)
            else (np.array(each.start), np.add(each.start, each.size))
            for each in seen
        ]
        lows, highs = (np.broadcast_arrays(*side) for side in zip(*boxes, strict=True))
        if _kind(layer) == "stacked":
            return _LaidOut(np.stack(lows, axis=-2), np.stack(highs, axis=-2))
        return _LaidOut(np.min(lows, axis=0), np.max(highs, axis=0))
    axes = range(len(fields[0].size))
    joined = [_joined_axis(layer, axis, [(f.size[axis], f.jump[axis], f.start[axis]) for f in fields]) for axis in axes]
    size, jump, start = (tuple(axis[i] for axis in joined) for i in range(3))
    return ReceptiveField(size, jump, start)


def _joined_axis(layer: Layer, axis: int, branches: list[tuple[int, int, int]]) -> tuple[int, int, int]:
    """Join (size, jump, start) of several branches on one axis."""
    jumps = {jump for _, jump, _ in branches}
    first = min(start for _, _, start in branches)
    if len(jumps) == 1 or layer.output_shape[axis] == 1:
        return max(start + size for size, _, start in branches) - first, max(jumps), first
    # Fields that stand still and others that move make no moving box, unless the first hold the others everywhere.
    end = max(start + size + jump * (layer.output_shape[axis] - 1) for size, jump, start in branches)
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
    if kind == "layout":
        return _cells_laid_out(layer, shape, wanted)
    if kind == "global" or not sizes:
        seen = [np.arange(size if all(axis.size for axis in wanted) else 0) for size in sizes]
    elif kind in ("pointwise", "mixing"):
        seen = [axis * 0 if again else axis for again, axis in zip(_repeated(layer, shape), wanted, strict=True)]
    elif kind == "border":
        seen = [axis - before for axis, (before, _) in zip(wanted, _geometry(layer, "padding"), strict=True)]
    elif kind == "window":
        seen = [axis.windows()[cells] for axis, cells in zip(_axes(layer, shape), wanted, strict=True)]
    elif kind == "transposed":
        reached = [axis.windows() for axis in _axes(layer, shape, TransposedAxis)]
        seen = [np.flatnonzero(np.isin(r, cells).any(axis=1)) for r, cells in zip(reached, wanted, strict=True)]
    elif kind == "upsampling":
        seen = [axis // factor for axis, factor in zip(wanted, _geometry(layer, "strides"), strict=True)]
    else:
        raise ValueError(
            f"layer {layer.name!r}: expected a class of whose numbers it is known what they read ({_KNOWN}, transposed "
            f"convolutions, and upsampling that repeats cells), got {layer.class_name}"
        )
    return [np.unique(axis[(axis >= 0) & (axis < size)]) for axis, size in zip(seen, sizes, strict=True)]


def _cells_laid_out(layer: Layer, shape: tuple[int, ...], wanted: list[Cells]) -> list[Cells]:
    """Name the rows and columns of an input whose numbers a layer lays out on some rows and columns."""
    if len(shape) == 1:
        if math.prod(layer.output_shape[:-1]) > 1:
            raise ValueError(
                f"layer {layer.name!r} ({layer.class_name}) lays out a row of numbers on several places, and which of "
                "them each reads is not known"
            )
        return []
    marked = np.zeros(layer.output_shape, dtype=bool)
    marked[np.ix_(*wanted)] = True
    if layer.class_name in ("Permute", "Transpose"):
        marked = marked.transpose(np.argsort(_geometry(layer, "axis")))
    places = np.nonzero(marked.reshape(shape).any(axis=-1))
    return [np.unique(axis) for axis in places]


def _kind(layer: Layer) -> str:
    """Return what a layer does to the places of a map; "unknown" where its class does not say."""
    operation, shape = re.sub("[123]D", "", layer.class_name), layer.input_shapes[0]
    places = shape[:-1]
    if operation in ("Mean", "Max", "Sum"):
        return "global" if layer.axis is not None and set(layer.axis) >= set(range(len(places))) else "unknown"
    if operation.startswith("Random") or operation == "Resizing":  # at inference nothing is random
        return "pointwise" if layer.output_shape == shape else "unknown"
    if operation == "GetItem" and layer.axis == ():  # nothing is left out
        return "layout"
    if operation == "GetItem" and layer.axis is None and layer.output_shape == places:
        return "picked"
    if operation == "Stack":
        return "stacked" if layer.axis is None and layer.output_shape[:-1] == shape else "unknown"
    kind = next((kind for kind, operations in _KINDS.items() if operation in operations), "unknown")
    if kind == "mixing" and (layer.axis is not None or layer.output_shape[:-1] != places):
        return "unknown"
    if operation == "UpSampling" and layer.interpolation != "nearest":
        return "unknown"
    return kind


def _repeated(layer: Layer, shape: tuple[int, ...]) -> list[bool]:
    """Return along which axes a merging layer repeats an input of size 1 to fit the others."""
    sizes, places = shape[:-1], layer.output_shape[:-1]
    if len(sizes) != len(places):
        raise ValueError(
            f"layer {layer.name!r} ({layer.class_name}): expected to join maps along their channels, got arrays of "
            f"{len(shape)} and of {len(places) + 1} axes"
        )
    repeated = [size == 1 < n and layer.class_name != "Concatenate" for size, n in zip(sizes, places, strict=True)]
    if any(size != n and not again for size, n, again in zip(sizes, places, repeated, strict=True)):
        raise ValueError(
            f"layer {layer.name!r} ({layer.class_name}): expected to join maps along their channels, got one of size "
            f"{sizes} for one of size {places}"
        )
    return repeated


def _geometry(layer: Layer, field: str) -> tuple[Any, ...]:
    value = getattr(layer, field)
    if not isinstance(value, tuple):
        raise ValueError(
            f"{field} of layer {layer.name!r}: expected one per axis of a {layer.class_name}, got {value!r}"
        )
    return value


def _axes(layer: Layer, shape: tuple[int, ...], kind: type[Axis] = Axis) -> list[Axis]:
    """Sort a layer's geometry by axis."""
    sizes = shape[:-1]
    padding: tuple[Any, ...] = layer.padding if isinstance(layer.padding, tuple) else (layer.padding,) * len(sizes)
    dilation_rate = layer.dilation_rate or (1,) * len(sizes)
    kernel_size, strides = _geometry(layer, "kernel_size"), _geometry(layer, "strides")
    return [kind(*axis) for axis in zip(sizes, kernel_size, strides, padding, dilation_rate, strict=True)]


def _layers_before(layers: Sequence[Layer], name: str | None) -> list[Layer]:
    """Pick the layers that one layer is made of, and itself as the last."""
    if not layers:
        raise ValueError("layers: expected an input layer at least, got none")
    wanted = {layers[-1].name if name is None else name}
    if not wanted <= {layer.name for layer in layers}:
        raise ValueError(f"name: expected {', '.join(repr(layer.name) for layer in layers)}, got {name!r}")
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
                raise ValueError(f"inputs of layer {layer.name!r}: expected layers before it, got {name!r}")
        known.add(layer.name)
    starts = [layer.name for layer in layers if not layer.inputs]
    if len(starts) != 1:
        raise ValueError(f"layers: expected one input, in whose pixels fields are measured, got {starts}")
