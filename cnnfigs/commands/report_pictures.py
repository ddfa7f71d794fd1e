"""The pictures of a report on a network, from plain records and arrays. Each comes with its alternative text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from cnnfigs.arithmetic import Layer
from cnnfigs.arithmetic.receptive import ReceptiveField
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.shapes import arrow, bars, box, label, photo, raster, raster_sheet
from cnnfigs.drawing.style import NORMAL, SMALL, canvas, chart
from cnnfigs.illustrations.networks import most_telling
from cnnfigs.words import written, written_number

Floats = NDArray[np.float32]

#: Side of a feature map in pixels, and how many are shown of a layer.
SIDE, COLUMNS, MAPS = 84, 6, 12
#: So many answers are told; an image of more rows than this is drawn as a photo.
ANSWERS, FEW_CELLS = 5, 64


@dataclass(frozen=True)
class Drawn:
    """A picture and what it shows, for those who cannot see it."""

    figure: Figure
    description: str


@dataclass(frozen=True)
class Stage:
    """Layers one after the other whose maps have one size.

    Attributes
    ----------
    size
        Height and width of the maps, steps of the sequences, or depth, height and width of the volumes; empty where the
        layers give rows of numbers.
    channels
        How many maps, or numbers, the first and the last of these layers give.
    layers
        Names of these layers.
    """

    size: tuple[int, ...]
    channels: tuple[int, int]
    layers: tuple[str, ...]


def stages(layers: Sequence[Layer]) -> list[Stage]:
    """Sort the layers of a network by the size of their maps, in the order in which they are computed.

    Single numbers in between, as from a branch that weighs the maps, do not count. A layer that only pads goes with
    the layers behind it, for which it does so.
    """
    spatial = [number for number, layer in enumerate(layers) if _is_map(layer)]
    after = spatial[-1] if spatial else -1
    found: list[Stage] = []
    padding: tuple[str, ...] = ()
    for number, layer in enumerate(layers):
        if not layer.inputs or not layer.output_shape or (number < after and not _is_map(layer)):
            continue
        if layer.class_name.startswith("ZeroPadding") and number < after:
            padding = (*padding, layer.name)
            continue
        size = layer.output_shape[:-1] if _is_map(layer) else ()
        names, padding = (*padding, layer.name), ()
        channels = layer.output_shape[-1]
        if found and found[-1].size == size:
            before = found.pop()
            found.append(Stage(size, (before.channels[0], channels), before.layers + names))
        else:
            found.append(Stage(size, (channels, channels), names))
    return found


def _is_map(layer: Layer) -> bool:
    return max((0, *layer.output_shape[:-1])) > 1


def kind(size: Sequence[int]) -> str:
    """Name what has so many places on each axis.

    Examples
    --------
    >>> [kind(size) for size in ((), (100,), (28, 28), (8, 32, 32))]
    ['rows of numbers', 'sequences', 'maps', 'volumes']
    """
    return ("rows of numbers", "sequences", "maps", "volumes", *["arrays"] * len(size))[len(size)]


def draw_stages(inputs: Mapping[str, Sequence[int]], found: Sequence[Stage], network: str) -> Drawn:
    """Draw each input, and each stage as a stack of maps, to scale, in rows of at most seven."""
    per_row, width, height = 7, 102, 190
    boxes = len(found) + len(inputs)
    rows = -(-boxes // per_row)
    figure, axes = canvas(per_row * width if rows > 1 else boxes * width, rows * height)
    spaces = {name: tuple(shape if len(shape) == 2 else shape[:-1]) for name, shape in inputs.items()}
    largest = max([each for size in (*(stage.size for stage in found), *spaces.values()) for each in size], default=1)
    places = [divmod(number, per_row) for number in range(boxes)]
    told: list[tuple[tuple[int, ...], str, str, tuple[str, ...]]] = [
        (spaces[name], "input", shortened(name) if len(inputs) > 1 else "input", (written(tuple(shape)),))
        for name, shape in inputs.items()
    ]
    for stage in found:
        channels = " → ".join(f"{each:,}" for each in dict.fromkeys(stage.channels))
        count = f"{len(stage.layers)} layer{'s' * (len(stage.layers) != 1)}"
        what = kind(stage.size) if stage.size else "numbers"
        told.append((stage.size, "output", written(stage.size) if stage.size else "a row", (channels, what, count)))
    for (row, column), (size, name, heading, lines) in zip(places, told, strict=True):
        middle, ground = (column + 0.5) * width, row * height + 112
        sheets = 3 if name == "output" and size else 1
        # Of a volume its last two axes; a sequence lies, a row of numbers stands.
        sides = [max(5.0, 78 * side / largest) for side in size[-2:]]
        tall, wide = (78, 8) if not sides else (8, sides[0]) if len(sides) == 1 else (sides[0], sides[1])
        left = middle - (wide + 6 * (sheets - 1)) / 2
        for sheet in reversed(range(sheets)):
            box(axes, left + 6 * sheet, ground - tall - 6 * sheet, wide, tall, edge=name, fill=f"{name}-fill")
        label(axes, middle, ground + 16, heading, size=NORMAL, bold=True)
        for number, line in enumerate(lines):
            label(axes, middle, ground + 33 + 15 * number, line, size=SMALL, name="muted")
        if column and name != "input":
            arrow(axes, (column * width - 9, ground - 39), (column * width + 9, ground - 39))
    steps = "; ".join(
        f"{count} with " + (f"{kind(size)} of {heading}, {channels}" if size else f"rows of numbers, {channels}")
        for size, _, heading, (channels, _, count) in told[len(inputs) :]
    )
    shapes = {name: written(tuple(shape)) for name, shape in inputs.items()}
    begin = "Inputs " + ", ".join(f"{name} {shape}" for name, shape in shapes.items())
    if len(inputs) == 1:
        begin = f"Input {next(iter(shapes.values()))}"
    return Drawn(figure, f"The network {network} as stacks, to scale. {begin}; then {steps}.")


def shortened(name: str, most: int = 14) -> str:
    """Shorten a name from the middle.

    Examples
    --------
    >>> shortened("a_very_long_layer_name")
    'a_very_…r_name'
    """
    return name if len(name) <= most else f"{name[: most // 2]}…{name[-(most // 2 - 1) :]}"


def draw_fields(names: Sequence[str], fields: Mapping[str, ReceptiveField], image: Sequence[int]) -> Drawn:
    """Draw how the receptive field grows from layer to layer.

    Parameters
    ----------
    names
        Layers with maps, in order; their fields are known.
    fields
        The fields, by name.
    image
        Shape of the input.
    """
    places = tuple(image[:-1])
    told = {
        each: ([fields[name].size[axis] for name in names], image[axis])
        for axis, each in enumerate(axis_names(len(places)))
    }
    # Axes that are alike share a line.
    lines: dict[tuple[int, ...], list[str]] = {}
    limits: dict[int, list[str]] = {}
    for each, (sizes, side) in told.items():
        lines.setdefault(tuple(sizes), []).append(each)
        limits.setdefault(side, []).append(each)
    figure, axes = chart(560, 260, left=64, right=130)
    axes.set_yscale("log", base=2)
    axes.yaxis.set_major_formatter("{x:g}")
    axes.minorticks_off()
    axes.set_xlabel("layer with " + kind(places))
    axes.set_ylabel("how far one number sees")
    axes.set_xlim(0.5, len(names) + 0.5)
    axes.set_ylim(0.8, 1.3 * max(*limits, *(max(sizes) for sizes in lines)))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    for number, (line, which) in enumerate(lines.items()):
        style = ("solid", (0, (5, 1)), (0, (1, 1)))[number % 3]
        axes.plot(range(1, len(line) + 1), line, color=color("kernel"), drawstyle="steps-mid", linestyle=style)
        if len(lines) > 1:
            corner, above = (1, line[0]), (4, 4 + 12 * number)
            axes.annotate(", ".join(which), corner, above, textcoords="offset points", color=color("kernel"))
    for side, which in limits.items():
        axes.axhline(side, color=color("input"), linewidth=1.5, linestyle=(0, (3, 2)))
        text = f"{'image' if len(places) == 2 else 'input'} {side}"
        if len(limits) > 1:
            text = f"{side} {', '.join(which)}"
        axes.text(1.01, side, text, transform=axes.get_yaxis_transform(), va="center", color=color("input"))
    if len(lines) == len(limits) == 1:
        told = dict([next(iter(told.items()))])
    words = []
    for each, (sizes, side) in told.items():
        whole = next((name for name, size in zip(names, sizes, strict=True) if size >= side), None)
        words.append(
            f"{sizes[0]} {each} for {names[0]}, {max(sizes)} at most, {sizes[-1]} for {names[-1]}; "
            + (f"from {whole} on it is all {side}" if whole else f"it never becomes all {side}")
        )
    return Drawn(
        figure,
        f"A line that climbs over {len(names)} layers: the size of the receptive field. {'. '.join(words)}.",
    )


def axis_names(count: int) -> tuple[str, ...]:
    """Name what is counted along each of so many axes.

    Examples
    --------
    >>> axis_names(1), axis_names(2)
    (('steps',), ('rows', 'columns'))
    """
    return ("steps",) if count == 1 else ("slices", "rows", "columns")[-count:]


def draw_maps(name: str, maps: Floats) -> Drawn:
    """Draw the feature maps of a layer that together tell the most; large ones in fewer cells."""
    small = _fewer_cells(maps, SIDE)
    shown = np.sort(most_telling(small, MAPS))
    height, width = small.shape[:2]
    cell = max(1, SIDE // max(height, width))
    signed = bool(maps.min() < 0)
    # In few steps of colour, which hardly anyone can tell from more, the file is smaller.
    limit = float(np.abs(small[..., shown]).max()) or 1.0
    steps = np.round(small / limit * 32) / 32
    rows = -(-len(shown) // COLUMNS)
    across, down = width * cell + 10, height * cell + 28
    figure, axes = canvas(COLUMNS * across + 6, rows * down + 2)
    corners = []
    for number, channel in enumerate(shown):
        row, column = divmod(number, COLUMNS)
        corners.append((8 + column * across, row * down + 22))
        label(axes, corners[-1][0] + width * cell / 2, row * down + 11, f"{channel}", size=SMALL, name="muted")
    raster_sheet(
        axes, [steps[..., channel] for channel in shown], corners, cell, limit=1, signed=signed, frame="output"
    )
    silent = int((np.abs(maps).max(axis=(0, 1)) == 0).sum())
    sign = "Orange is above zero, purple below." if signed else "The darker, the larger."
    return Drawn(
        figure,
        f"{len(shown)} of the {maps.shape[-1]:,} feature maps of {name}, {written(maps.shape[:2])} cells each, numbers "
        f"{', '.join(map(str, shown))}. {sign} The largest value of all its maps is "
        f"{written_number(float(maps.max()), 2)}; {silent:,} of them are zero everywhere.",
    )


def draw_answer(answer: Floats, names: Sequence[int], shares: bool) -> Drawn:
    """Draw the largest numbers of an answer as bars."""
    figure, axes = canvas(360, 20 * len(names) + 12)
    lengths = answer[list(names)] if shares else answer[list(names)] / (np.abs(answer).max() or 1)
    bars(axes, np.maximum(lengths, 0), 90, 6, 180, 20, [f"class {name}" for name in names], highlight=0)
    written_out = [told_number(float(answer[name]), shares) for name in names]
    for row, text in enumerate(written_out):
        label(axes, 278, 6 + 20 * row + 10, text, align="left", size=SMALL)
    told = "; ".join(f"class {name}, {text}" for name, text in zip(names, written_out, strict=True))
    return Drawn(figure, f"The {len(names)} largest of the network's {answer.size:,} answers: {told}.")


def draw_heat(image: Floats, heat: Floats, cells: tuple[int, int], answer: str) -> Drawn:
    """Draw the image with the Grad-CAM map over it, and beside it, where a phone does not reach at once, as it was."""
    height, width = image.shape[:2]
    scale = 240 / max(height, width)
    side, tall = max(8, round(scale * width)), max(8, round(scale * height))
    apart = max(side, 150) + 20  # room for what stands above
    figure, axes = canvas(2 * apart, tall + 30)
    low, high = float(image.min()), float(image.max())
    shades = (image - low) / ((high - low) or 1)
    grey = np.repeat(shades.mean(axis=-1, keepdims=True), 3, axis=-1)
    warm = np.array([0.66, 0.30, 0.02])  # the orange of what a window is on
    strength = 0.75 * heat[..., np.newaxis]
    over = (0.35 + 0.65 * grey) * (1 - strength) + warm * strength
    plain = np.repeat(shades, 3, axis=-1) if shades.shape[-1] == 1 else shades
    for number, (pixels, text) in enumerate(((over, f"what speaks for {answer}"), (plain, "what it was shown"))):
        left = 10 + number * apart
        label(axes, left, 12, text, align="left", size=NORMAL, bold=True)
        if height > FEW_CELLS:
            photo(axes, (255 * np.clip(pixels, 0, 1)).astype(np.uint8), left, 26, side, tall)
        else:  # cells that can be told apart stay sharp
            raster(axes, np.clip(pixels, 0, 254 / 255), left, 26, side, tall, frame="grid")
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    share = float((heat > 0.5).mean())
    return Drawn(
        figure,
        f"Two pictures: what the network was shown, in grey with orange where the {written(cells)} maps speak for "
        f"{answer}, and as it is. The orange is strongest {_place(row / height, column / width)}; "
        f"{100 * share:.0f} % of the picture are more than half as strong.",
    )


def told_number(value: float, share: bool) -> str:
    """Write one number of an answer."""
    return f"{100 * value:.1f} %" if share else written_number(value, 3)


def _place(down: float, across: float) -> str:
    """Say where on a picture a place is.

    Examples
    --------
    >>> _place(0.1, 0.9), _place(0.5, 0.5), _place(0.5, 0.1)
    ('at the upper right', 'in the middle', 'at the left')
    """
    vertical = ("upper", "", "lower")[min(2, int(3 * down))]
    horizontal = ("left", "", "right")[min(2, int(3 * across))]
    if not vertical and not horizontal:
        return "in the middle"
    words = {"upper": "top", "lower": "bottom"}
    return f"at the {vertical} {horizontal}" if vertical and horizontal else f"at the {words.get(vertical, horizontal)}"


def _fewer_cells(maps: Floats, most: int) -> Floats:
    """Average squares of cells, so that a side has at most so many."""
    height, width, channels = maps.shape
    side = -(-max(height, width) // most)
    if side == 1:
        return maps
    down, across = min(side, height), min(side, width)
    rows, columns = height // down, width // across
    squares = maps[: rows * down, : columns * across].reshape(rows, down, columns, across, channels)
    averages: Floats = squares.mean(axis=(1, 3))
    return averages
