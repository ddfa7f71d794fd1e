"""The hierarchy that a real network sees in a photo: as a sheet of crops, and as a tree."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cnnfigs.drawing.palette import color
from cnnfigs.drawing.shapes import box, label, on_top, photo, raster
from cnnfigs.drawing.style import NORMAL, SMALL, canvas
from cnnfigs.drawing.widths import WIDTH
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.photo.photo_answers import AnyPhoto, keep_photo, photo_of
from cnnfigs.images import fit
from cnnfigs.models.imagenet import CATS, CLASSES, RELU_LAYERS
from cnnfigs.parameters import Several, Such, Whole, require
from cnnfigs.runs.photo.visual_hierarchy import Hierarchy, Level, Tree, Unit, hierarchy, tree
from cnnfigs.words import as_percent, percent, written

#: Crops smaller than this show their pixels, larger ones are smoothed.
PIXELS_SHOWN = 24
ANSWERS = 3
#: Thickness in pixels of a line of the tree that stands for all, and the shares that its key shows.
THICKNESS, KEY = 48, (0.02, 0.1, 0.25)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


#: That there is a layer of that name is looked at by :func:`require_layers`, which names those near it.
RELU_LAYER = Such(_is_text, f"a name such as {RELU_LAYERS[0]}", wrong=(1, None))
ReluLayers = Annotated[tuple[str, ...], Several(RELU_LAYER), "names of ReLU layers of MobileNetV2"]
Classes = Annotated[
    tuple[int, ...], Several(Whole(0, CLASSES - 1)), "which of the network's 1,000 classes are the answer"
]


@dataclass(frozen=True)
class VisualHierarchy(Picture):
    """The maps of each layer that do most for the network's answer, and what each sees of the photo where it does most.

    By default it is the photo of the cat, and the answer is that of the domestic cats together.
    """

    image: AnyPhoto = None
    classes: Classes = CATS
    layers: ReluLayers = (
        "Conv1_relu",
        "block_1_expand_relu",
        "block_4_expand_relu",
        "block_6_expand_relu",
        "block_8_expand_relu",
        "block_12_expand_relu",
        "out_relu",
    )
    units: Annotated[int, Whole(1, 6), "of how many maps of each layer to show a unit"] = 6

    def __post_init__(self) -> None:
        super().__post_init__()
        keep_photo(self)
        require_layers(self.layers)

    def run(self) -> Hierarchy:
        return hierarchy(photo_of(self.image), self.classes, self.layers, self.units, ANSWERS)

    def draw(self, run: Hierarchy) -> Figure:
        """Draw a row for each layer: where its maps contribute most, and what is seen there."""
        row_height, first, side, pitch = 142, 162, 84, 94
        figure, axes = canvas(WIDTH, 24 + row_height * len(run.levels))
        label(axes, 2, 12, "where on the photo", align="left", size=NORMAL, name="input", bold=True)
        label(axes, first, 12, "what the units see", align="left", size=NORMAL, name="kernel", bold=True)
        for row, level in enumerate(run.levels):
            top = 24 + row * row_height
            shape = f"{level.shape[2]:,} maps of {written(level.shape[:2])}"
            label(axes, 2, top + 10, f"{level.layer}: {shape}", align="left", size=SMALL, name="muted")
            draw_places(axes, run, level, 2, top + 20, 142, side)
            for number, unit in enumerate(level.units):
                left = first + number * pitch
                draw_crop(axes, unit, left, top + 20, side)
                label(axes, left + side / 2, top + 20 + side + 9, f"{unit.box[2]} px", size=SMALL)
                note = f"map {unit.channel}: {share(unit.share)}"
                label(axes, left + side / 2, top + 20 + side + 24, note, size=SMALL, name="muted")
        return figure

    def describe(self, run: Hierarchy) -> str:
        levels = []
        for level in run.levels:
            units = "; ".join(
                f"map {unit.channel}, {share(unit.share)}, {_size(unit)} at row {unit.box[0]} and column "
                f"{unit.box[1]}{_with_parts(unit)}"
                for unit in level.units
            )
            levels.append(f"{level.layer}, whose units could see {written((level.field_size,) * 2)} pixels: {units}.")
        height, width = run.shown.photo.shape[:2]
        return f"""A row for each of {len(run.levels)} layers, from the image to the answer. Each shows the photo,
            {height}×{width} pixels, with a frame for each of {self.units} maps, where it contributes most to the
            answer, and then these pieces of the photo enlarged. The first row has pieces of a few pixels, the last row
            large parts of the photo. Below each piece are its size in pixels, the number of its map, and the share of
            the whole map in all that speaks for the answer in its layer. {" ".join(levels)}"""

    def state_facts(self, run: Hierarchy) -> dict[str, str]:
        facts = _facts(run.levels)
        contrasts = {level.layer: max(unit.contrast for unit in level.units) for level in run.levels}
        facts |= {f"{layer} contrast": str(most) for layer, most in contrasts.items()}
        facts["first rows contrast"] = str(max([*contrasts.values()][:2]))
        return facts


@dataclass(frozen=True)
class HierarchyTree(Picture):
    """What a network's answer is made of, as a tree: pieces of a photo, the larger linked with those that drive them.

    By default it is the photo of the cat, and the answer is that of the domestic cats together. Of the units that are
    proposed, at most three more are shown than in the layer above, and at most 12: the first proposals before the
    second ones, the stronger before the weaker.
    """

    image: AnyPhoto = None
    classes: Classes = CATS
    layers: Annotated[tuple[str, ...], Several(RELU_LAYER, 2), "names of ReLU layers of MobileNetV2"] = (
        "block_1_expand_relu",
        "block_4_expand_relu",
        "block_8_expand_relu",
        "block_12_expand_relu",
        "out_relu",
    )
    top: Annotated[int, Whole(1, 5), "how many units of the last layer to begin with"] = 3
    children: Annotated[int, Whole(1, 3), "how many units of the next lower layer each unit proposes"] = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        keep_photo(self)
        require_layers(self.layers)

    def run(self) -> Tree:
        return tree(photo_of(self.image), self.classes, self.layers, self.top, self.children, ANSWERS)

    def draw(self, run: Tree) -> Figure:
        """Draw the photo on top, and the units of each layer below those that they drive."""
        left, first = 100, 172
        width, height = fit(run.small, 190, 116)
        sides = [min(76.0, (WIDTH - left) / len(level.units) - 5) for level in run.levels]
        tops = [first + sum(side + 66 for side in sides[:depth]) for depth in range(len(sides))]
        figure, axes = canvas(WIDTH, tops[-1] + sides[-1] + 22)
        middle = left + (WIDTH - left) / 2
        places = [[middle]]
        # From the top down, each unit stands near those that it drives, so that few links cross.
        links = [[(0, number, unit.share) for number, unit in enumerate(run.levels[0].units)]]
        links += [[(link.upper, link.lower, link.share) for link in joined] for joined in run.links]
        for level, joined in zip(run.levels, links, strict=True):
            places.append(_arranged(len(level.units), joined, places[-1], left, WIDTH))
        for depth, joined in enumerate(links):
            above = height + 5 if depth == 0 else tops[depth - 1] + sides[depth - 1] + 19
            for upper, lower, strength in joined:
                _line(axes, [places[depth][upper], places[depth + 1][lower]], [above, tops[depth] - 3], strength)
        photo(axes, run.small, middle - width / 2, 2, width, height, frame="input")
        label(axes, 2, 12, "share of the map", align="left", size=SMALL, name="accent")
        for number, strength in enumerate(KEY):
            y = 34 + 20 * number
            _line(axes, [4, 44], [y, y], strength)
            label(axes, 54, y, as_percent(strength), align="left", size=SMALL, name="accent")
        for number, (name, probability) in enumerate(
            zip(run.shown.answer.names, run.shown.answer.probabilities, strict=True)
        ):
            right = middle + width / 2 + 12
            label(
                axes, right, 22 + 18 * number, f"{name} {percent(probability)}", align="left", size=SMALL, name="output"
            )
        for depth, level in enumerate(run.levels):
            top, side = tops[depth], sides[depth]
            for line, text in enumerate(_layer_lines(level.layer)):
                label(axes, 2, top + 16 + 16 * line, text, align="left", size=SMALL, bold=line == 0)
            for place, unit in zip(places[depth + 1], level.units, strict=True):
                draw_crop(axes, unit, place - side / 2, top, side)
                label(axes, place, top + side + 9, f"{unit.box[2]} px", size=SMALL)
        return figure

    def describe(self, run: Tree) -> str:
        levels = []
        for depth, level in enumerate(run.levels):
            units = []
            for number, unit in enumerate(level.units):
                if depth:
                    joined = [link for link in run.links[depth - 1] if link.lower == number]
                    drives = "drives " + " and ".join(
                        f"unit {link.upper} above, its map {share(link.share)}, itself {share(link.own)}"
                        for link in joined
                    )
                else:
                    drives = f"drives the answer, its map {share(unit.share)}, itself {share(unit.own)}"
                units.append(
                    f"unit {number} sees {_size(unit)} at row {unit.box[0]} and column {unit.box[1]}"
                    f"{_with_parts(unit)} and {drives}"
                )
            levels.append(f"Layer {level.layer}: {'; '.join(units)}.")
        answer = f"{run.shown.answer.names[0]} with {percent(run.shown.answer.probabilities[0])}"
        return f"""A tree with the photo and the answer, {answer}, on top. Below it are {len(run.levels)} rows of pieces
            of the photo, each what one unit sees, the largest in the first row and the smallest in the last. Lines lead
            from the answer to units of the first row and from each unit to some of those that drive it most, as thick
            as the share of the lower unit's whole map in all that speaks for the answer or drives the unit above. Units
            have numbers from 0, in the order in which they were found. {" ".join(levels)}"""

    def state_facts(self, run: Tree) -> dict[str, str]:
        shares = [unit.share for unit in run.levels[0].units]
        shares += [link.share for joined in run.links for link in joined]
        return _facts(run.levels) | {
            "lines": str(len(shares)),
            "levels": str(len(run.levels)),
            "thinnest": share(min(shares)),
            "thickest": share(max(shares)),
        }


def require_layers(names: Sequence[str]) -> None:
    """Refuse names that no ReLU layer has.

    Raises
    ------
    ParameterError
        Naming the first of them and those near it.

    Examples
    --------
    >>> require_layers(("out",))
    Traceback (most recent call last):
        ...
    cnnfigs.errors.ParameterError: layers: expected ReLU layers such as out_relu, Conv1_relu, block_9_expand_relu,
    got 'out'
    """
    for name in names:
        near = difflib.get_close_matches(name, RELU_LAYERS, n=3, cutoff=0)
        require(name in RELU_LAYERS, "layers", name, f"ReLU layers such as {', '.join(near)}")


def draw_crop(axes: Axes, unit: Unit, x: float, y: float, side: float) -> None:
    """Draw the piece of the photo that a unit sees, in a square of this side."""
    width, height = fit(unit.crop, side, side)
    x, y = x + (side - width) / 2, y + (side - height) / 2
    if max(unit.crop.shape[:2]) <= PIXELS_SHOWN:
        raster(axes, unit.crop / 255, x, y, width, height, frame="kernel")
    else:
        photo(axes, unit.crop, x, y, width, height, frame="kernel")


def draw_places(axes: Axes, run: Hierarchy, level: Level, x: float, y: float, width: float, height: float) -> None:
    """Draw the photo with a frame for each unit of a layer; the smallest frames are drawn larger, to be seen."""
    width, height = fit(run.small, width, height)
    photo(axes, run.small, x, y, width, height, frame="input")
    scale = width / run.shown.photo.shape[1]
    for unit in level.units:
        top, left, rows, columns = (scale * each for each in unit.box)
        more_rows, more_columns = max(0, 5 - rows), max(0, 5 - columns)
        place = (x + left - more_columns / 2, y + top - more_rows / 2, columns + more_columns, rows + more_rows)
        box(axes, *place, edge="background", line_width=3.5)
        box(axes, *place, edge="kernel", line_width=1.75)


def share(value: float) -> str:
    r"""Write a share as a percentage, with one or two decimals where it is small.

    Examples
    --------
    >>> share(0.164), share(0.016), share(0.0004)
    ('16\xa0%', '1.6\xa0%', '0.04\xa0%')
    """
    decimals = 0 if value >= 0.0995 else 1 if value >= 0.00095 else 2
    return as_percent(value, decimals)


def _line(axes: Axes, x: Sequence[float], y: Sequence[float], strength: float) -> None:
    """Draw a line of the tree, as thick everywhere as its share says."""
    axes.plot(
        x,
        y,
        color=color("accent"),
        linewidth=THICKNESS * strength,
        solid_capstyle="butt",
        zorder=on_top(axes),
    )


def _arranged(
    count: int, links: Sequence[tuple[int, int, float]], above: Sequence[float], left: float, right: float
) -> list[float]:
    """Space units evenly, in the order of the places of those that they drive."""
    wanted = []
    for number in range(count):
        places = [above[upper] for upper, lower, _ in links if lower == number]
        wanted.append((sum(places) / len(places), number))
    pitch = (right - left) / count
    placed = {number: left + (order + 0.5) * pitch for order, (_, number) in enumerate(sorted(wanted))}
    return [placed[number] for number in range(count)]


def _layer_lines(name: str) -> tuple[str, ...]:
    """Break a layer's name into lines.

    Examples
    --------
    >>> _layer_lines("block_12_expand_relu"), _layer_lines("out_relu")
    (('block_12', '_expand_relu'), ('out_relu',))
    """
    for part in ("_expand", "_depthwise"):
        before, separator, after = name.partition(part)
        if separator:
            return before, separator + after
    return (name,)


def _size(unit: Unit) -> str:
    return f"{written(unit.box[2:])} pixels"


def _with_parts(unit: Unit) -> str:
    return f" with {' and '.join(unit.parts)}" if unit.parts else ""


def _facts(levels: Sequence[Level]) -> dict[str, str]:
    facts: dict[str, str] = {}
    for level in levels:
        sides = [max(unit.box[2:]) for unit in level.units]
        least, most = min(sides), max(sides)
        facts |= {
            f"{level.layer} sides": str(least) if least == most else f"{least} to {most}",
            f"{level.layer} field": written((level.field_size,) * 2),
            f"{level.layer} maps": f"{level.shape[2]:,}",
            f"{level.layer} best share": share(level.units[0].share),
            f"{level.layer} best own": share(level.units[0].own),
        }
    return facts
