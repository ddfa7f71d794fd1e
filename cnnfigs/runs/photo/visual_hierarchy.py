"""Which units of the ImageNet network make its answer, what each sees of the photo, and which drive which.

A *unit* is one number of a feature map: a channel at a place. All measures are gradients, which TensorFlow computes.
All shares have the same whole: what speaks for an answer or drives a unit, the sum over those maps that do so. The
share of a map is that of all its units together, that of a unit is its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic.receptive import receptive_fields
from cnnfigs.data import Bytes, cat_photo
from cnnfigs.images import resized
from cnnfigs.models.backend import load_keras
from cnnfigs.models.compiled_mobilenet import ANSWER, follow
from cnnfigs.models.folded import records
from cnnfigs.models.imagenet import RELU_LAYERS, fitted, network_input
from cnnfigs.runs.photo.photo_answers import GREY, PARTS, Box, PhotoAnswer, ask

Floats = NDArray[np.float32]

#: How much of its gradient the box of a unit holds.
HELD = 0.9
#: Longer side of a kept crop and of the small photo, in pixels, at most.
CROP, SMALL = 112, 160
#: How many units more than the layer above it a layer of a tree has at most, and how many at most in all.
WIDER, WIDEST = 3, 12


@dataclass(frozen=True)
class Unit:
    """One number of a feature map."""

    #: Which map, and the row and column on it.
    channel: int
    place: tuple[int, int]
    #: How much its whole map contributes, as a share of the positive contributions of all maps of the layer: to the
    #: answer or, in the lower rows of a tree, to the unit that has proposed it.
    share: float
    #: How much it contributes by itself, as a share of the same. Where other units of the map do the opposite, that
    #: may be more than the map does.
    own: float
    #: What it sees: the smallest square, cut off at the photo's edges, that holds 90 % of the absolute gradient of
    #: the unit's sum before its ReLU; first row, first column, height, width.
    box: Box
    #: That piece of the photo, made smaller where it is large, RGB from 0 to 255.
    crop: Bytes
    #: How much brightness, the mean of red, green and blue, varies in the box, 0 to 255.
    contrast: int
    #: Which parts of the cat lie in the box with half of their area or more; none for other photos.
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Level:
    """Units of one layer."""

    layer: str
    #: Height, width and number of its maps.
    shape: tuple[int, int, int]
    #: Side of its theoretical receptive field.
    field_size: int
    #: The units, those that contribute most first.
    units: tuple[Unit, ...]


@dataclass(frozen=True)
class Hierarchy:
    """The units that contribute most to an answer, layer by layer."""

    #: The photo and the answer.
    shown: PhotoAnswer
    #: The photo made smaller, shape (height, width, 3), RGB from 0 to 255.
    small: Bytes
    #: From the image to the answer.
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class Link:
    """A lower unit that drives an upper one."""

    #: Their numbers within their levels.
    upper: int
    lower: int
    #: How much the lower unit's whole map contributes to the upper unit, as a share of the positive contributions of
    #: all maps.
    share: float
    #: How much the lower unit contributes by itself, as a share of the same.
    own: float


@dataclass(frozen=True)
class Tree:
    """Units that drive an answer, units that drive these, and so on down to the first layers."""

    #: The photo and the answer.
    shown: PhotoAnswer
    #: The photo made smaller, shape (height, width, 3), RGB from 0 to 255.
    small: Bytes
    #: From the answer down to the image.
    levels: tuple[Level, ...]
    #: Between each level and the next.
    links: tuple[tuple[Link, ...], ...]


def hierarchy(image: Bytes, classes: Sequence[int], layers: Sequence[str], units: int, answers: int) -> Hierarchy:
    """Find the channels that contribute most to some classes, and look where each contributes most.

    Parameters
    ----------
    image
        A photo of any size, shape (height, width, 3), RGB from 0 to 255.
    classes
        The classes whose logits are added up.
    layers
        Names of ReLU layers.
    units
        How many channels of each.
    answers
        How many of the network's answers to keep.
    """
    shown = ask(image, answers)
    ordered = in_order(layers)
    levels = []
    for layer, values in zip(ordered, contributions(shown.photo, classes, ordered), strict=True):
        chosen = strongest(values, units)
        boxes = [smallest_box(each) for each in gradients(shown.photo, layer, chosen)[0]]
        levels.append(_level(shown.photo, layer, chosen, [own_share(values, each) for each in chosen], boxes))
    return Hierarchy(shown, _small(shown.photo), tuple(levels))


def tree(image: Bytes, classes: Sequence[int], layers: Sequence[str], top: int, children: int, answers: int) -> Tree:
    """Follow an answer down: to the units that drive it most, to those that drive these, and so on.

    Parameters
    ----------
    image, classes, layers, answers
        As for :func:`hierarchy`.
    top
        How many units of the last layer.
    children
        How many units of the next lower layer each unit proposes: those that drive it most. Of all proposals a layer
        keeps at most three more than the layer above it has, and at most 12. The first proposals come before the
        second ones, the stronger before the weaker; units of one channel in the same or neighbouring places count as
        one.
    """
    shown = ask(image, answers)
    descending = in_order(layers)[::-1]
    values = contributions(shown.photo, classes, descending[:1])[0]
    chosen = strongest(values, top)
    own = [own_share(values, each) for each in chosen]
    levels: list[Level] = []
    links: list[tuple[Link, ...]] = []
    for depth, layer in enumerate(descending):
        below = descending[depth + 1] if depth + 1 < len(descending) else None
        seen, driven = gradients(shown.photo, layer, chosen, below)
        levels.append(_level(shown.photo, layer, chosen, own, [smallest_box(each) for each in seen]))
        if driven is not None:
            proposals = [strongest(each, children) for each in driven]
            chosen, joined = _agree(proposals, min(len(chosen) + WIDER, WIDEST))
            own = [own_share(driven[upper], each) for each, upper in zip(chosen, _first(joined), strict=True)]
            links.append(
                tuple(
                    Link(upper, lower, share, own_share(driven[upper], chosen[lower])) for upper, lower, share in joined
                )
            )
    return Tree(shown, _small(shown.photo), tuple(levels), tuple(links))


@dataclass(frozen=True)
class PlainUnit:
    """What a unit gives for its piece of the photo, and for sheets with nothing on them."""

    #: Which map.
    layer: str
    channel: int
    #: The unit's sum before its ReLU, for the photo.
    piece: float
    #: The same for a sheet in the mean colour of its piece, and for a grey one.
    same_color: float
    grey: float


@dataclass(frozen=True)
class PlainSheets:
    """Units that contribute most to the cat, asked about sheets of one colour."""

    units: tuple[PlainUnit, ...]


def plain_sheets(classes: Sequence[int], layers: Sequence[str], units: int) -> PlainSheets:
    """Show sheets of one colour to the units that contribute most to the cat, each at its own place.

    Parameters
    ----------
    classes, layers, units
        As for :func:`hierarchy`.
    """
    shown = hierarchy(cat_photo(), classes, layers, units, 1)
    photo = shown.shown.photo
    answers = []
    for level in shown.levels:
        sheets = [photo, np.full_like(photo, GREY)]
        for unit in level.units:
            top, left, height, width = unit.box
            piece = photo[top : top + height, left : left + width]
            sheets.append(np.empty_like(photo))
            sheets[-1][:] = np.rint(piece.mean(axis=(0, 1)))
        sums = np.asarray(follow(network_input(np.stack(sheets)), level.layer).sums[level.layer])
        for number, unit in enumerate(level.units, 2):
            of_photo, grey, same_color = sums[[0, 1, number], *unit.place, unit.channel].tolist()
            answers.append(PlainUnit(level.layer, unit.channel, of_photo, same_color, grey))
    return PlainSheets(tuple(answers))


Chosen = tuple[int, tuple[int, int], float]


def in_order(layers: Sequence[str]) -> list[str]:
    """Put names of layers in the network's order, from the image to the answer."""
    return sorted(layers, key=RELU_LAYERS.index)


def contributions(photo: Bytes, classes: Sequence[int], layers: Sequence[str]) -> list[Floats]:
    """Multiply each number of some layers with the gradient of the classes' logits by it.

    Returns
    -------
    list of ndarray
        One for each layer, shape (height, width, channels).

    References
    ----------
    A. Shrikumar, P. Greenside and A. Kundaje, "Learning important features through propagating activation
    differences", Proceedings of Machine Learning Research 70 (2017), 3145–3153, who compare gradient × input.
    """
    load_keras()
    import tensorflow as tf

    pixels = tf.constant(network_input(photo[np.newaxis]))
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        maps = follow(pixels, ANSWER).maps
        wanted = tf.reduce_sum(tf.gather(maps[ANSWER][0], list(classes)))
    outputs = [maps[name] for name in layers]
    return [
        (gradient * output)[0].numpy() for gradient, output in zip(tape.gradient(wanted, outputs), outputs, strict=True)
    ]


def gradients(
    photo: Bytes, layer: str, units: Sequence[Chosen], below: str | None = None
) -> tuple[Floats, Floats | None]:
    """Differentiate units' sums before their ReLU by the pixels, and by the numbers of a lower layer.

    Parameters
    ----------
    photo
        Shape (height, width, 3), RGB from 0 to 255.
    layer
        Name of the units' ReLU layer.
    units
        Channel, place and share of each.
    below
        Name of a lower ReLU layer.

    Returns
    -------
    ndarray of float32
        Absolute gradients by the pixels, added up over red, green and blue, shape (units, height, width).
    ndarray of float32 or None
        Gradient times number for the lower layer, shape (units, its height, its width, its channels).
    """
    load_keras()
    import tensorflow as tf

    pixels = tf.constant(network_input(photo[np.newaxis]))
    with tf.GradientTape(persistent=True) as tape:  # the photo is shown once for all units
        tape.watch(pixels)
        passed = follow(pixels, layer)
        sums = [passed.sums[layer][0, *place, channel] for channel, place, _ in units]
    numbers = pixels if below is None else passed.maps[below]
    by_both = [tape.gradient(each, [pixels, numbers], unconnected_gradients="zero") for each in sums]
    seen = np.concatenate([np.abs(by_pixels.numpy()).sum(axis=-1) for by_pixels, _ in by_both])
    return seen, None if below is None else np.concatenate([(each * numbers).numpy() for _, each in by_both])


def strongest(values: Floats, count: int) -> list[Chosen]:
    """Choose the channels that contribute most, each with the place where it contributes most.

    Parameters
    ----------
    values
        Contributions, shape (height, width, channels).
    count
        How many channels.

    Returns
    -------
    list of (int, (int, int), float)
        Channel, place, and share of all positive contributions of channels.
    """
    channels = values.sum(axis=(0, 1))
    positive = _positive(channels)
    order = np.argsort(-channels, kind="stable")[:count]
    return [(int(channel), peak(values[..., channel]), float(channels[channel]) / positive) for channel in order]


def own_share(values: Floats, unit: Chosen) -> float:
    """Compute how much a unit contributes by itself, as a share of the positive contributions of all channels.

    Examples
    --------
    >>> values = np.array([[[3, -1], [1, 2]]], dtype=np.float32)
    >>> [own_share(values, each) for each in strongest(values, 2)]
    [0.6, 0.4]
    """
    channel, place, _ = unit
    return float(values[(*place, channel)]) / _positive(values.sum(axis=(0, 1)))


def _positive(channels: Floats) -> float:
    """Add up what is positive; 1 if nothing is, so that shares of it are 0."""
    return float(channels[channels > 0].sum()) or 1.0


def peak(values: Floats) -> tuple[int, int]:
    """Return row and column of the largest value.

    Examples
    --------
    >>> peak(np.array([[0, 1, 0], [0, 3, 2]], dtype=np.float32))
    (1, 1)
    """
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    return int(row), int(column)


def smallest_box(gradient: Floats, held: float = HELD) -> Box:
    """Find the smallest square that holds a share of a gradient; where the photo is smaller, it is cut off.

    Parameters
    ----------
    gradient
        Absolute gradient by the pixels, shape (height, width).
    held
        The share, 0 to 1.

    Returns
    -------
    tuple of int
        First row, first column, height and width; of several, the one that holds most.

    Examples
    --------
    >>> gradient = np.zeros((5, 9), dtype=np.float32)
    >>> gradient[1:3, 4:6] = 1
    >>> smallest_box(gradient)
    (1, 4, 2, 2)
    """
    sums = np.pad(gradient.astype(np.float64), ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)

    def best(side: int) -> tuple[float, Box]:
        height, width = (min(side, size) for size in gradient.shape)
        inside = sums[height:, width:] - sums[:-height, width:] - sums[height:, :-width] + sums[:-height, :-width]
        row, column = np.unravel_index(int(inside.argmax()), inside.shape)
        return float(inside[row, column]), (int(row), int(column), height, width)

    # A larger square never holds less, so the smallest is found by halving.
    low, high = 1, max(gradient.shape)
    while low < high:
        middle = (low + high) // 2
        if best(middle)[0] >= held * sums[-1, -1]:
            high = middle
        else:
            low = middle + 1
    return best(low)[1]


def parts_inside(photo: Bytes, box: Box) -> tuple[str, ...]:
    """Name the parts of the cat of which half or more lies in a box; none if the photo is another one."""
    if not np.array_equal(photo, fitted(cat_photo())):
        return ()
    return tuple(
        name
        for name, places in PARTS.items()
        if any(2 * _overlap(place, box) >= place[2] * place[3] for place in places)
    )


def _overlap(one: Box, other: Box) -> int:
    """Count the pixels that two boxes share."""
    sides = [
        min(one[axis] + one[axis + 2], other[axis] + other[axis + 2]) - max(one[axis], other[axis]) for axis in (0, 1)
    ]
    return max(0, sides[0]) * max(0, sides[1])


def _small(photo: Bytes) -> Bytes:
    height, width = (round(size * SMALL / max(photo.shape)) for size in photo.shape[:2])
    return resized(photo, height, width)


def _level(
    photo: Bytes, layer: str, chosen: Sequence[Chosen], own_shares: Sequence[float], boxes: Sequence[Box]
) -> Level:
    units = []
    for (channel, place, share), own, box in zip(chosen, own_shares, boxes, strict=True):
        top, left, height, width = box
        crop = photo[top : top + height, left : left + width]
        contrast = round(float(np.ptp(crop.mean(axis=-1))))
        scale = min(1.0, CROP / max(height, width))
        if scale < 1:
            crop = resized(crop, max(1, round(scale * height)), max(1, round(scale * width)))
        units.append(Unit(channel, place, share, own, box, crop, contrast, parts_inside(photo, box)))
    layers = records(*photo.shape[:2])
    (shape,) = (each.output_shape for each in layers if each.name == layer)
    rows, columns, channels = shape
    return Level(layer, (rows, columns, channels), receptive_fields(layers)[layer].size[0], tuple(units))


#: Numbers of an upper and a lower unit within their levels, and the share of the lower one's map in the upper one.
Joined = tuple[int, int, float]


def _agree(proposals: Sequence[Sequence[Chosen]], most: int) -> tuple[list[Chosen], list[Joined]]:
    """Choose among the units that those above propose, and join them."""
    candidates = [
        (rank, -proposal[2], upper, proposal)
        for upper, ranked in enumerate(proposals)
        for rank, proposal in enumerate(ranked)
    ]
    chosen: list[Chosen] = []
    joined: list[Joined] = []
    for _, _, upper, (channel, place, share) in sorted(candidates):
        same = [
            number
            for number, (known, where, _) in enumerate(chosen)
            if known == channel and max(abs(where[0] - place[0]), abs(where[1] - place[1])) <= 1
        ]
        if not same and len(chosen) == most:
            continue
        if not same:
            chosen.append((channel, place, share))
        joined.append((upper, same[0] if same else len(chosen) - 1, share))
    return chosen, joined


def _first(joined: Sequence[Joined]) -> list[int]:
    """Return for each lower unit, in order, which upper one has proposed it first."""
    first: dict[int, int] = {}
    for upper, lower, _ in joined:
        first.setdefault(lower, upper)
    return [first[lower] for lower in sorted(first)]
