"""The parts of the cat against other boxes of the same sizes, drawn at random."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, get_args

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from cnnfigs.drawing.layout import CLOSE, Piece, column, either, row
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Drawing, Photo, Words, panel
from cnnfigs.drawing.shapes import box, label, on_top
from cnnfigs.drawing.widths import TEXT
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers, Part
from cnnfigs.illustrations.photo.parts_only import MARGINS
from cnnfigs.parameters import Several, Whole
from cnnfigs.runs.photo.photo_answers import Boxed, Control, ControlRun, Rest, compare_with_random
from cnnfigs.words import as_percent, percent

#: Height of a strip in pixels, and room for its scale; widths of a half in the column and on a phone.
STRIP, SCALE, COLUMN, PHONE = 140, 56, 346, 322
#: The parts and the boxes in random places: their names, colours and marks.
KINDS = (("parts", "accent", "D"), ("random", "output", "o"))


@dataclass(frozen=True)
class RandomBoxes(Picture):
    """A control: whether the network is surer of a cat by eyes, nose and ears than by any other pieces of that size."""

    margins: Annotated[
        tuple[int, ...], Several(Whole(0, 40), 1, 4, again=True), "by how many pixels to grow all boxes on every side"
    ] = MARGINS
    draws: Annotated[int, Whole(2, 60), "how many times to draw other places"] = 30

    def run(self) -> ControlRun:
        return compare_with_random(self.margins, self.draws)

    def draw(self, run: ControlRun) -> Piece:
        """Draw a half for boxes that are left and one for boxes that are hidden, a strip for each way to hide."""
        wide, narrow = ([self._half(run, boxed, width) for boxed in get_args(Boxed)] for width in (COLUMN, PHONE))
        return either(row(*wide, align="start"), column(*narrow, gap=28))

    def _half(self, run: ControlRun, boxed: Boxed, width: float) -> Piece:
        first = 2 * get_args(Boxed).index(boxed)
        side = (width - 12) / 2
        photos = [
            column(
                Photo(run.photos[first + number], side, frame="input"),
                row(_sample(shade, mark), Words(name, shade), gap=CLOSE),
                gap=CLOSE,
            )
            for number, (name, shade, mark) in enumerate(KINDS)
        ]
        strips = [
            panel(f"what is hidden is {rest}", self._strip(_controls(run, rest, boxed), width), "probability of a cat")
            for rest in get_args(Rest)
        ]
        return panel(f"only the boxes are {boxed}", column(row(*photos, gap=12), *strips, gap=16))

    def _strip(self, controls: Sequence[Control], width: float) -> Piece:
        """Draw a column for each margin: a dot for each draw, a mark for the parts, and below them the numbers."""
        inner = width - SCALE
        pitch = inner / len(controls)

        def paint(axes: Axes, x: float, y: float, scale: float) -> None:
            left, top = x + SCALE, y + 8
            box(axes, left, top, inner, STRIP, edge="padding-fill", fill="surface")
            for level in (0, 0.5, 1):
                height = top + STRIP * (1 - level)
                axes.plot([left, left + inner], [height, height], color=color("padding-fill"), linewidth=1)
                label(axes, left - CLOSE, height, as_percent(level), align="right", size=TEXT, name="muted")
            lines = (("margin", "muted"), *((name, shade) for name, shade, _ in KINDS))
            for line, (name, shade) in enumerate(lines):
                label(axes, x, top + STRIP + 20 + 18 * line, name, align="left", size=TEXT, name=shade)
            for place, control in enumerate(controls):
                middle = left + (place + 0.5) * pitch
                # The parts stand beside the draws, so that no mark covers another.
                step = min(2, (pitch - 28) / self.draws)
                places = middle + 8 + (np.arange(self.draws) - (self.draws - 1) / 2) * step
                # On whole pixels: what is drawn so often is to be light.
                heights = np.round(top + STRIP * (1 - control.others))
                _mark(axes, np.round(places), heights, "output", "o")
                _mark(axes, [places[0] - 11], [top + STRIP * (1 - control.parts)], "accent", "D")
                texts = (f"{control.margin} px", percent(control.parts), percent(control.median))
                for line, (text, (_, shade)) in enumerate(zip(texts, lines, strict=True)):
                    label(axes, middle, top + STRIP + 20 + 18 * line, text, size=TEXT, name=shade, bold=line == 1)

        return Drawing(width, STRIP + 74, paint)

    def describe(self, run: ControlRun) -> Description:
        ways = [(rest, boxed) for rest in get_args(Rest) for boxed in get_args(Boxed)]
        last = _controls(run, "grey", "left")[-1]
        return Description(
            f"A control: with only the boxes around its parts left, grown by {last.margin} pixels, a cat gets "
            f"{percent(last.parts)}; with boxes anywhere {percent(last.median)}.",
            [
                "Two small photos of the cat: only boxes around eyes, nose and ears are left, or only five boxes as "
                "large in random places. Two more: these boxes are hidden.",
                "On a wide page, what belongs to boxes that are left stands in the left half, what belongs to hidden "
                "ones in the right half.",
                "Four charts give the probability of a cat from 0 to 100 %, by the margin around the boxes, with a "
                f"diamond for the parts and a dot for each of {self.draws} draws of random places.",
                *(
                    Part(
                        f"Only the boxes are {boxed}, what is hidden is {rest}",
                        tuple(
                            f"{control.margin} pixels: the parts {percent(control.parts)}; random boxes "
                            f"{percent(float(control.others.min()))} to {percent(float(control.others.max()))}, median "
                            f"{percent(control.median)}, {_more(control)} of {self.draws} above the parts."
                            for control in _controls(run, rest, boxed)
                        ),
                    )
                    for rest, boxed in ways
                ),
            ],
            [
                Numbers(
                    f"The probability of a cat, only the boxes {boxed}, what is hidden {rest}, by the margin in pixels",
                    [[each.parts, each.median, *each.others] for each in _controls(run, rest, boxed)],
                    as_percent,
                    rows=[str(each.margin) for each in _controls(run, rest, boxed)],
                    columns=["parts", "median of random", *(f"draw {draw}" for draw in range(1, self.draws + 1))],
                )
                for rest, boxed in ways
            ],
        )

    def state_facts(self, run: ControlRun) -> dict[str, str]:
        facts = {"draws": str(self.draws)}
        for control in run.controls:
            name = f"{control.rest} {control.boxed} {control.margin}"
            facts |= {
                f"{name} parts": percent(control.parts),
                f"{name} median": percent(control.median),
                f"{name} least": percent(float(control.others.min())),
                f"{name} most": percent(float(control.others.max())),
                f"{name} above": str(_more(control)),
                f"{name} below": str(int((control.others < control.parts).sum())),
                f"{control.margin} area": as_percent(control.area),
                f"{control.margin} other area": as_percent(control.other_area),
                f"{control.margin} rest": as_percent(1 - control.area),
            }
        return facts


def _controls(run: ControlRun, rest: Rest, boxed: Boxed) -> list[Control]:
    return [each for each in run.controls if (each.rest, each.boxed) == (rest, boxed)]


def _more(control: Control) -> int:
    """Count the draws that give a larger probability than the parts."""
    return int((control.others > control.parts).sum())


def _sample(shade: str, mark: str) -> Piece:
    return Drawing(14, 14, lambda axes, x, y, _: _mark(axes, [x + 7], [y + 7], shade, mark))


def _mark(axes: Axes, x: ArrayLike, y: ArrayLike, shade: str, mark: str) -> None:
    axes.plot(
        x,
        y,
        mark,
        markersize=9 if mark == "D" else 4.5,
        markerfacecolor=color(shade),
        markeredgecolor=color("background") if mark == "D" else "none",
        markeredgewidth=1.25 if mark == "D" else 0,
        clip_on=False,
        zorder=on_top(axes),
    )
