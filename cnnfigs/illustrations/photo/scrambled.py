"""The photo in shuffled tiles, mirrored and upside down, and how sure of a cat the network is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from matplotlib.axes import Axes

from cnnfigs.drawing.layout import CLOSE, Piece, column, either, matrix, row, within
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Drawing, Photo, Words, panel, space
from cnnfigs.drawing.shapes import Align, box, label, on_top
from cnnfigs.drawing.widths import TEXT
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.images import smaller
from cnnfigs.models.imagenet import SHORT
from cnnfigs.parameters import Choice, Several, Whole
from cnnfigs.runs.photo.photo_answers import Scramble, ScrambleRun, scramble
from cnnfigs.words import as_percent, percent

#: The divisors of the photo's shorter side but for itself.
TILE_SIZES = (1, 3, 5, 9, 15, 25, 45, 75)
#: Side of the photos and length of the strips, in the column and on a phone, in pixels.
COLUMN, PHONE = (88, 140), (76, 228)
#: Pixels of a side of the photos, which are light so.
MOST_PIXELS = 92
#: What is written at the scale of the strips, and where it stands to its place if they lie.
SCALE: dict[float, Align] = {0: "left", 0.5: "center", 1: "right"}
#: What the strips show.
DOTS = "a dot for each photo made so: how sure the network is of a cat"


@dataclass(frozen=True)
class ScrambledCat(Picture):
    """A cat cut into tiles and shuffled, mirrored, and upside down, and whether the network still sees a cat."""

    tile_sizes: Annotated[
        tuple[int, ...], Several(Choice(*TILE_SIZES), 1, 5, again=True), "sides of the tiles in pixels"
    ] = (75, 45, 25, 15)
    seeds: Annotated[int, Whole(1, 40), "how many orders of the tiles to try for each size"] = 20

    def run(self) -> ScrambleRun:
        return scramble(self.tile_sizes, self.seeds)

    def draw(self, run: ScrambleRun) -> Piece:
        """Draw the first photo of each kind, and below or beside it a dot for each photo of its kind."""
        side, length = COLUMN
        shown = [smaller(change.photo, MOST_PIXELS) for change in run.changes]
        photos = [Photo(each, side, frame="input") for each in shown]
        lines: list[list[Piece]] = [
            [space(), *(Words(change.change, bold=True, align="middle") for change in run.changes)],
            [space(), *photos],
            [_scale(length), *(_strip(change, side, length) for change in run.changes)],
            [Words("median", "muted"), *(Words(percent(change.median), align="middle") for change in run.changes)],
            [
                Words("says", "muted"),
                *(within(side, Words(change.commonest[0], "muted", align="middle")) for change in run.changes),
            ],
        ]
        side, length = PHONE
        rows = [
            row(
                Photo(each, side, frame="input"),
                panel(
                    change.change,
                    _strip(change, length, 30, upright=False),
                    note=f"median {percent(change.median)}, says {change.commonest[0]}",
                ),
                gap=12,
            )
            for change, each in zip(run.changes, shown, strict=True)
        ]
        scale = row(space(side), _scale(length, upright=False), gap=12)
        return panel("", either(matrix(lines, gap=5, between=CLOSE), column(*rows, scale, gap=14)), note=DOTS)

    def describe(self, run: ScrambleRun) -> Description:
        changes = []
        for change in run.changes:
            cats, (name, times) = change.cats, change.commonest
            if len(cats) == 1:
                changes.append(f"{change.change}: a cat with {percent(cats[0])}, best answer {name}.")
            else:
                changes.append(
                    f"{change.change} pixels, {len(cats)} orders: a cat with {percent(min(cats))} to "
                    f"{percent(max(cats))}, median {percent(change.median)}, commonest answer {name}, {times} times."
                )
        largest, smallest = max(self.tile_sizes), min(self.tile_sizes)
        medians = {change.tile_size: percent(change.median) for change in run.changes}
        once, tiles = ([each for each in run.changes if bool(each.tile_size) is cut] for cut in (False, True))
        return Description(
            f"A cat cut into shuffled tiles: with tiles of {largest} pixels the network still sees a cat, "
            f"{medians[largest]}, with tiles of {smallest} it gives {medians[smallest]}."
            if len(medians) > 2
            else f"A cat cut into shuffled tiles of {largest} pixels: the network gives a cat {medians[largest]}.",
            [
                f"{len(run.changes)} small photos of the cat: the first as it is, the next cut into square tiles that "
                "are shuffled, the last mirrored and upside down.",
                "Each has a strip with a dot for each photo of its kind at the probability of a cat.",
                *changes,
            ],
            [
                Numbers(
                    "The probability of a cat, without tiles",
                    [change.cats for change in once],
                    percent,
                    rows=[change.change for change in once],
                    columns=["a cat"],
                ),
                Numbers(
                    "The probability of a cat, for each order of the tiles",
                    [change.cats for change in tiles],
                    percent,
                    rows=[change.change for change in tiles],
                    columns=[f"order {number}" for number in range(1, self.seeds + 1)],
                ),
            ],
        )

    def state_facts(self, run: ScrambleRun) -> dict[str, str]:
        facts = {"seeds": str(self.seeds)}
        before = run.changes[0].answers[0].cats
        for change in run.changes:
            cats = change.cats
            facts |= {
                f"{change.change} median": percent(change.median),
                f"{change.change} least": percent(min(cats)),
                f"{change.change} most": percent(max(cats)),
                f"{change.change} surer": str(sum(share > before for share in cats)),
                f"{change.change} says": change.commonest[0],
                f"{change.change} tiles": str((SHORT // change.tile_size) ** 2 if change.tile_size else 1),
            }
        return facts


def _strip(change: Scramble, width: float, height: float, *, upright: bool = True) -> Piece:
    """Draw a dot for each photo of a kind, as far up, or to the right, as the network is sure of a cat."""

    def paint(axes: Axes, x: float, y: float, scale: float) -> None:
        box(axes, x, y, width, height, edge="padding-fill", fill="surface")
        half = (width, height / 2) if upright else (width / 2, height)
        box(axes, x, y, *half, edge="padding-fill")
        length, across = (height, width) if upright else (width, height)
        step = min(3.5, (across - 12) / len(change.cats))
        aside = [across / 2 + (number - (len(change.cats) - 1) / 2) * step for number in range(len(change.cats))]
        along = [length * share for share in change.cats]
        axes.plot(
            [x + each for each in (aside if upright else along)],
            [y + each for each in ([height - each for each in along] if upright else aside)],
            "o",
            markersize=5,
            markerfacecolor=color("output"),
            markeredgecolor=color("background"),
            markeredgewidth=0.75,
            clip_on=False,
            zorder=on_top(axes),
        )

    return Drawing(width, height, paint)


def _scale(length: float, *, upright: bool = True) -> Piece:
    """Write what the ends and the middle of strips stand for."""

    def paint(axes: Axes, x: float, y: float, scale: float) -> None:
        for share, align in SCALE.items():
            text = as_percent(share)
            if upright:
                label(axes, x + 44, y + length * (1 - share), text, align="right", size=TEXT, name="muted")
            else:
                label(axes, x + length * share, y + 8, text, align=align, size=TEXT, name="muted")

    return Drawing(44, length, paint) if upright else Drawing(length, 16, paint)
