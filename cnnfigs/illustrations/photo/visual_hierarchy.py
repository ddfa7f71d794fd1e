"""The hierarchy that a real network sees in a photo: as a sheet of crops, and as a tree."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from matplotlib.axes import Axes

from cnnfigs.drawing.layout import CLOSE, Piece, Place, column, either, grid, inset, joined, named, overlay, row, within
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Drawing, Mark, Photo, Raster, Words, panel, space
from cnnfigs.drawing.shapes import on_top
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Part
from cnnfigs.illustrations.networks import layer_words
from cnnfigs.illustrations.photo.photo_answers import AnyPhoto, keep_photo, part_around, parts_in_words, photo_of
from cnnfigs.images import fit, smaller
from cnnfigs.looks import piece_in_words, place_on
from cnnfigs.models.imagenet import CATS, CLASSES, RELU_LAYERS
from cnnfigs.parameters import Several, Such, Whole, require
from cnnfigs.runs.photo.visual_hierarchy import Hierarchy, Level, Tree, Unit, hierarchy, tree
from cnnfigs.words import as_percent, listed, percent, written

#: Crops smaller than this show their pixels, larger ones are smoothed; the smallest are exact.
PIXELS_SHOWN, EXACT = 24, 8
ANSWERS = 3
#: Side of what a unit sees, in the column and on a phone.
CROP, CROP_ON_PHONE = 84, 100
#: Pixels of the longer side of a larger crop: there are so many that each counts.
MOST_PIXELS = 92
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

    def draw(self, run: Hierarchy) -> Piece:
        """Draw a row for each layer: where its maps contribute most, and what is seen there; on a phone a block."""
        layers = []
        for level in run.levels:
            wide, narrow = (
                [
                    within(
                        side,
                        column(
                            crop(unit, side),
                            Words(f"{unit.box[2]} px", bold=True, align="middle"),
                            Words(f"map {unit.channel:,}", "muted", align="middle"),
                            Words(share(unit.share), "muted", align="middle"),
                            gap=1,
                            align="middle",
                        ),
                    )
                    for unit in level.units
                ]
                for side in (CROP, CROP_ON_PHONE)
            )
            layers.append(
                panel(
                    layer_words(level.layer),
                    either(
                        row(framed(run, level.units, 142, CROP), grid(wide, gap=8), gap=14, align="start"),
                        column(framed(run, level.units, 200, 200), grid(narrow, columns=3, gap=10), gap=10),
                    ),
                    f"{level.shape[2]:,} maps of {written(level.shape[:2])}",
                )
            )
        return column(*layers)

    def describe(self, run: Hierarchy) -> Description:
        height, width = run.shown.photo.shape[:2]
        first, last = (max(unit.box[2] for unit in level.units) for level in (run.levels[0], run.levels[-1]))
        return Description(
            f"What the maps that do most for an answer see of a photo, layer by layer: first pieces of {first} pixels, "
            f"last of up to {last}.",
            [
                f"There are {len(run.levels)} layers, from the image to the answer.",
                f"Each shows the photo, {height}×{width} pixels, with a frame for each of {self.units} maps, where it "
                "contributes most to the answer, and then these pieces of the photo enlarged.",
                "The first layer has pieces of a few pixels, the last one large parts of the photo.",
                "Below each piece are its size in pixels, the number of its map, and the share of the whole map in all "
                "that speaks for the answer in its layer.",
                *(
                    Part(
                        f"{layer_words(level.layer)}, whose units could see {written((level.field_size,) * 2)} pixels",
                        tuple(
                            f"Map {unit.channel:,}, {share(unit.share)}: {seen(unit, run, self.image is None)}."
                            for unit in level.units
                        ),
                    )
                    for level in run.levels
                ),
            ],
        )

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

    def draw(self, run: Tree) -> Piece:
        """Draw the photo on top, and the units of each layer below those that they drive; on a phone three branches."""
        links = [[(0, number, unit.share) for number, unit in enumerate(run.levels[0].units)]]
        links += [[(link.upper, link.lower, link.share) for link in joining] for joining in run.links]
        # From the top down, each unit stands near those that it drives, so that few lines cross.
        orders: list[list[int]] = []
        for level, joining in zip(run.levels, links, strict=True):
            orders.append(_order(len(level.units), joining, orders[-1] if orders else [0]))
        everything = [
            [(number, level.units[number]) for number in order] for level, order in zip(run.levels, orders, strict=True)
        ]
        chains = [branch(run, first) for first in orders[0]]
        branches = [
            [(number, chain[depth][0]) for number, chain in enumerate(chains) if depth < len(chain)]
            for depth in range(len(run.levels))
        ]
        strongest = [
            [
                (number if depth else 0, number, chain[depth][1])
                for number, chain in enumerate(chains)
                if depth < len(chain)
            ]
            for depth in range(len(run.levels))
        ]
        note = "only the strongest branch from each unit of the first row"
        return either(
            _grown(run, everything, links, (84, 618), 76),
            panel("", _grown(run, branches, strongest, (66, 250), 72), note=note),
        )

    def describe(self, run: Tree) -> Description:
        parts = []
        for depth, level in enumerate(run.levels):
            units = []
            for number, unit in enumerate(level.units):
                if depth:
                    joining = [link for link in run.links[depth - 1] if link.lower == number]
                    drives = listed(
                        f"unit {link.upper} above, its map {share(link.share)}, itself {share(link.own)}"
                        for link in joining
                    )
                else:
                    drives = f"the answer, its map {share(unit.share)}, itself {share(unit.own)}"
                units.append(f"Unit {number} sees {seen(unit, run, self.image is None)}. It drives {drives}.")
            parts.append(Part(layer_words(level.layer), tuple(units)))
        answers = listed(
            f"{name} with {percent(probability)}"
            for name, probability in zip(run.shown.answer.names, run.shown.answer.probabilities, strict=True)
        )
        return Description(
            "What an answer is made of, as a tree: below it pieces of the photo that units see, large ones first, "
            "joined with the smaller ones that drive them.",
            [
                f"On top are the photo and the answer, {answers}.",
                f"Below are {len(run.levels)} rows of pieces of the photo, each what one unit sees, the largest in the "
                "first row and the smallest in the last.",
                "Lines lead from the answer to units of the first row, and from each unit to some of those that drive "
                "it most.",
                "A line is as thick as the share of the lower unit’s whole map in all that speaks for the answer or "
                "drives the unit above.",
                "On a phone only the strongest line down from each unit is drawn.",
                "Units have numbers from 0, in the order in which they were found.",
                *parts,
            ],
        )

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


def branch(tree: Tree, first: int) -> list[tuple[Unit, float]]:
    """Follow the strongest links of a tree down from a unit of its first row, as long as there are some.

    Returns
    -------
    list of (Unit, float)
        Each unit with its share in what it drives: the answer, then the unit before.
    """
    unit = tree.levels[0].units[first]
    chain, number = [(unit, unit.share)], first
    for joining, level in zip(tree.links, tree.levels[1:], strict=True):
        driving = [link for link in joining if link.upper == number]
        if not driving:
            break
        strongest = max(driving, key=lambda link: link.share)
        number = strongest.lower
        chain.append((level.units[number], strongest.share))
    return chain


def crop(unit: Unit, side: float) -> Piece:
    """Draw the piece of the photo that a unit sees, in a square of this side."""
    width, _ = fit(unit.crop, side, side)
    most = max(unit.crop.shape[:2])
    piece: Piece = Photo(smaller(unit.crop, MOST_PIXELS), width, frame="kernel", sharp=most <= PIXELS_SHOWN)
    if most <= EXACT:
        piece = Raster(unit.crop / 255, width, frame="kernel")
    return overlay(space(side, side), piece)


def framed(run: Hierarchy | Tree, units: Sequence[Unit], width: float, height: float) -> Piece:
    """Draw the photo with a frame for each unit; the smallest frames are drawn larger, to be seen."""
    width, _ = fit(run.small, width, height)
    scale = run.small.shape[1] / run.shown.photo.shape[1]
    least = 5 * run.small.shape[1] / width
    marks = []
    for unit in units:
        top, left, rows, columns = (scale * each for each in unit.box)
        more_rows, more_columns = max(0, least - rows), max(0, least - columns)
        place = (top - more_rows / 2, left - more_columns / 2, rows + more_rows, columns + more_columns)
        marks.append(Mark(*place, line_width=1.75))
    return Photo(run.small, width, frame="input", marks=marks)


def share(value: float) -> str:
    r"""Write a share as a percentage, with one or two decimals where it is small.

    Examples
    --------
    >>> share(0.164), share(0.016), share(0.0004)
    ('16\xa0%', '1.6\xa0%', '0.04\xa0%')
    """
    decimals = 0 if value >= 0.0995 else 1 if value >= 0.00095 else 2
    return as_percent(value, decimals)


def _grown(
    run: Tree,
    levels: Sequence[Sequence[tuple[int, Unit]]],
    links: Sequence[Sequence[tuple[int, int, float]]],
    widths: tuple[float, float],
    largest: float,
) -> Piece:
    """Grow a tree.

    Parameters
    ----------
    run
        Its photo, answers and layers.
    levels
        From the top down, the units of each row with their numbers.
    links
        Above each row, which upper number is joined with which lower one, and how strongly; 0 is the photo.
    widths
        Of the names of the layers, and of the rows.
    largest
        Side of the largest pieces.
    """
    before, width = widths
    answer = run.shown.answer
    key = column(
        Words("share of the map", "accent"),
        *(row(_sample(strength), Words(as_percent(strength), "accent"), gap=CLOSE) for strength in KEY),
        gap=2,
    )
    answers = column(
        *(
            Words(f"{name} {percent(share)}", "output")
            for name, share in zip(answer.names, answer.probabilities, strict=True)
        ),
        gap=2,
    )
    photo_width, _ = fit(run.small, 190, 120)
    photo = named("0 0", Photo(run.small, photo_width, frame="input"))
    # The photo stands over the middle of the rows.
    left = before + (width - photo_width) / 2
    top = either(
        row(overlay(space(left - 24, 1), key, align="start"), photo, answers, gap=24),
        column(row(answers, key), inset(photo, left=left), gap=12),
    )
    rows = [top]
    for depth, (level, units) in enumerate(zip(run.levels, levels, strict=True), 1):
        pitch = width / len(units)
        side = min(largest, pitch - 5)
        pieces = [
            overlay(
                space(pitch, side),
                named(
                    f"{depth} {number}",
                    column(crop(unit, side), Words(f"{unit.box[2]} px", align="middle"), align="middle", gap=2),
                ),
            )
            for number, unit in units
        ]
        name = within(before, Words(layer_words(level.layer), bold=True))
        rows.append(row(overlay(space(before, 1), name, align="start"), row(*pieces, gap=0), gap=0))

    def join(axes: Axes, places: Mapping[str, Place]) -> None:
        for depth, joining in enumerate(links):
            for upper, lower, strength in joining:
                above, below = places[f"{depth} {upper}"], places[f"{depth + 1} {lower}"]
                ends = ([above.middle[0], below.middle[0]], [above.y + above.height + 2, below.y - 3])
                _line(axes, *ends, strength)

    return joined(column(*rows, gap=44), join)


def _sample(strength: float) -> Piece:
    return Drawing(40, 16, lambda axes, x, y, _: _line(axes, [x, x + 40], [y + 8, y + 8], strength))


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


def _order(count: int, links: Sequence[tuple[int, int, float]], above: Sequence[int]) -> list[int]:
    """Order units as those stand that they drive: by the middle of their places, from 0 to 1.

    Examples
    --------
    >>> _order(3, [(0, 0, 0.1), (1, 1, 0.1), (0, 2, 0.1)], [1, 0])
    [1, 0, 2]
    """
    place = {upper: order for order, upper in enumerate(above)}

    def middle(number: int) -> float:
        places = [place[upper] for upper, lower, _ in links if lower == number]
        return sum(places) / len(places)

    return sorted(range(count), key=middle)


def seen(unit: Unit, run: Hierarchy | Tree, is_cat: bool) -> str:
    """Tell what a unit sees: how large it is, where on the photo, and with which parts of the cat or how it looks."""
    top, left, rows, columns = unit.box
    middle = top + rows / 2, left + columns / 2
    told = f"{written(unit.box[2:])} pixels at row {top} and column {left}, in the "
    told += place_on(middle, run.shown.photo.shape)
    if unit.parts:
        return f"{told}, with {parts_in_words(unit.box) or listed(unit.parts)}"
    around = part_around(middle) if is_cat else ""
    return f"{told}{f', on {around}' if around else ''}: {piece_in_words(unit.crop)}"


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
