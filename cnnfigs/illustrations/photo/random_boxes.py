"""The parts of the cat against other boxes of the same sizes, drawn at random."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, get_args

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from cnnfigs.drawing.palette import color
from cnnfigs.drawing.shapes import box, label, on_top, photo
from cnnfigs.drawing.style import SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.photo.parts_only import MARGINS
from cnnfigs.parameters import Several, Whole
from cnnfigs.runs.photo.photo_answers import Boxed, Control, ControlRun, Rest, compare_with_random
from cnnfigs.words import as_percent, percent

#: Height of a strip in pixels, room for its scale on the left, and width of the half for one way of hiding.
STRIP, SCALE, HALF = 140, 46, 330


@dataclass(frozen=True)
class RandomBoxes(Picture):
    """A control: whether the network is surer of a cat by eyes, nose and ears than by any other pieces of that size."""

    margins: Annotated[
        tuple[int, ...], Several(Whole(0, 40), 1, 4, again=True), "by how many pixels to grow all boxes on every side"
    ] = MARGINS
    draws: Annotated[int, Whole(2, 60), "how many times to draw other places"] = 30

    def run(self) -> ControlRun:
        return compare_with_random(self.margins, self.draws)

    def draw(self, run: ControlRun) -> Figure:
        """Draw a half for boxes that are left and one for boxes that are hidden, a strip for each way to hide."""
        width, height = 154, 98
        first, pitch = 172, STRIP + 100
        figure, axes = canvas(720, first + 2 * pitch - 22)
        for half, boxed in enumerate(get_args(Boxed)):
            left = SCALE + half * (HALF + 14)
            head = "Only the boxes are left" if boxed == "left" else "Only the boxes are hidden"
            label(axes, left, 12, head, align="left", bold=True)
            for number, (name, shade, mark) in enumerate((("the parts", "accent", "D"), ("random", "output", "o"))):
                x = left + number * (width + 10)
                photo(axes, run.photos[2 * half + number], x, 26, width, height, frame="input")
                _mark(axes, [x + 6], [26 + height + 14], shade, mark)
                label(axes, x + 18, 26 + height + 14, name, align="left", size=SMALL, name=shade)
            for row, rest in enumerate(get_args(Rest)):
                self._strip(axes, _controls(run, rest, boxed), left, first + row * pitch)
        for row, rest in enumerate(get_args(Rest)):
            top = first + row * pitch
            label(axes, SCALE, top - 14, f"What is hidden is {rest}", align="left", size=SMALL, bold=True)
            for level in (0, 50, 100):
                label(
                    axes, SCALE - 6, top + STRIP * (1 - level / 100), as_percent(level / 100), align="right", size=SMALL
                )
            for line, name in enumerate(("margin", "parts", "random")):
                shade = ("muted", "accent", "output")[line]
                label(axes, 2, top + STRIP + 18 + 18 * line, name, align="left", size=SMALL, name=shade)
        return figure

    def _strip(self, axes: Axes, controls: Sequence[Control], left: float, top: float) -> None:
        """Draw a column for each margin: a dot for each draw, a mark for the parts, and below them the numbers."""
        pitch = HALF / len(controls)
        box(axes, left, top, HALF, STRIP, edge="padding-fill", fill="surface")
        for level in (0, 0.5, 1):
            y = top + STRIP * (1 - level)
            axes.plot([left, left + HALF], [y, y], color=color("padding-fill"), linewidth=1)
        for column, control in enumerate(controls):
            middle = left + (column + 0.5) * pitch
            # The parts stand beside the draws, so that no mark covers another.
            step = min(2, (pitch - 28) / self.draws)
            places = middle + 8 + (np.arange(self.draws) - (self.draws - 1) / 2) * step
            # On whole pixels across and half ones down: what is drawn so often is to be light.
            heights = np.round(2 * STRIP * (1 - control.others)) / 2
            _mark(axes, np.round(places), top + heights, "output", "o")
            _mark(axes, [places[0] - 11], [top + STRIP * (1 - control.parts)], "accent", "D")
            label(axes, middle, top + STRIP + 18, f"{control.margin} px", size=SMALL, name="muted")
            label(axes, middle, top + STRIP + 36, percent(control.parts), size=SMALL, name="accent", bold=True)
            label(axes, middle, top + STRIP + 54, percent(control.median), size=SMALL, name="output")

    def describe(self, run: ControlRun) -> str:
        sentences = []
        for rest in get_args(Rest):
            for boxed in get_args(Boxed):
                columns = "; ".join(
                    f"{control.margin} pixels, the parts {percent(control.parts)}, random boxes "
                    f"{percent(float(control.others.min()))} to {percent(float(control.others.max()))}, median "
                    f"{percent(control.median)}, {_more(control)} of {self.draws} above the parts"
                    for control in _controls(run, rest, boxed)
                )
                sentences.append(f"With only the boxes {boxed} and what is hidden {rest}, by margin: {columns}.")
        return f"""Two halves, each with two small photos of the cat on top: on the left only boxes around eyes, nose
            and ears are left, or only five boxes as large in random places; on the right these boxes are hidden. Below
            are four strips that give the probability of a cat from 0 to 100 %, a column for each margin around the
            boxes, with a diamond for the parts and a dot for each of {self.draws} draws of random places.
            {" ".join(sentences)}"""

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
