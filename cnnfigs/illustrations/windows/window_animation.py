"""A window on its way over the input: an animation that the reader plays or steps through."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from lxml import etree
from numpy.typing import NDArray

from cnnfigs.arithmetic.sizes import Axis
from cnnfigs.drawing.animation import FONT_SIZE, add, add_frame, picture, playable
from cnnfigs.drawing.palette import variable
from cnnfigs.drawing.style import text_width
from cnnfigs.illustrations.base import Illustration
from cnnfigs.illustrations.windows.places import listed_rows, padding_in_words, square, unbroken
from cnnfigs.parameters import PaddingName, TestImage, Whole, require
from cnnfigs.runs.windows.places import Slide, ink, slide

CELL, MARGIN, TOP, GAP, BOTTOM = 26, 3, 24, 40, 34


@dataclass(frozen=True)
class WindowAnimation(Illustration):
    """A window that slides over a part of a digit and counts the ink under it, place by place.

    The input is 1 for ink and 0 for paper, and the kernel is all ones.
    """

    size: Annotated[int, Whole(3, 7), "side of the square input"] = 5
    kernel_size: Annotated[int, Whole(1, 3), "side of the square kernel"] = 3
    strides: Annotated[
        int, Whole(1, 4), "cells from one window to the next, so many that 2 or 3 windows stand side by side"
    ] = 1
    padding: PaddingName = "valid"
    index: TestImage = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        places = Axis(self.size, self.kernel_size, self.strides, self.padding).output_size()
        require(places in (2, 3), "strides", self.strides, "what lets 2 or 3 windows stand side by side")

    def run(self) -> Slide:
        return slide(ink(self.index, self.size), self.kernel_size, self.strides, self.padding)

    def describe(self, run: Slide) -> str:
        around = f" Zeros are added around it: {padding_in_words(run.added)}." if sum(run.added) else ""
        moves = "1 cell" if self.strides == 1 else f"{self.strides} cells"
        return f"""A {square(run.image)} part of a digit, 1 for ink and 0 for paper, and a
            {self.kernel_size}×{self.kernel_size} window that moves over it, {moves} at a time, row by row.{around} In
            each of its {run.output.size} places it counts the ink under it and writes the count into the
            {square(run.output)} output: {listed_rows(run.output)}."""

    def state_facts(self, run: Slide) -> dict[str, str]:
        return {
            "input": square(run.image),
            "output": square(run.output),
            "places": str(run.output.size),
            "formula": unbroken(run.derivation),
            "first": f"{run.output[0, 0]:g}",
            "last": f"{run.output[-1, -1]:g}",
        }

    def to_html(self) -> str:
        """Return the frames as one SVG, with radio buttons to play, pause and step; see ``animation.css``."""
        run = self.result
        places = [(row, column) for row in range(len(run.cells)) for column in range(len(run.cells))]
        frames = [f"row {row}, column {column}: {run.output[row, column]:g}" for row, column in places]
        return playable(self._draw(run, places), "Move the window", frames, f"{self._identifier}frame")

    def _draw(self, run: Slide, places: list[tuple[int, int]]) -> etree._Element:
        """Draw the cells, on them a window and its sum for each frame, and the numbers on top."""
        before, whole, made = run.added[0], len(run.image) + sum(run.added), len(run.cells)
        padded = np.pad(run.image, run.added)
        right = MARGIN + whole * CELL + GAP
        output_top = TOP + (whole - made) * CELL / 2
        seen = [padded[np.ix_(run.cells[row] + before, run.cells[column] + before)] for row, column in places]
        sums = [
            f"{' + '.join(f'{value:g}' for value in cells.flat)} = {run.output[place]:g}"
            for cells, place in zip(seen, places, strict=True)
        ]
        # The reader's font may be much wider.
        widest = max(1.35 * text_width(line, FONT_SIZE) for line in sums)
        width = MARGIN + max(right - MARGIN + max(made * CELL, 76), math.ceil(widest)) + MARGIN
        svg = picture(width, TOP + whole * CELL + BOTTOM, self.description)
        left = MARGIN + before * CELL, TOP + before * CELL
        if sum(run.added):
            _box(
                svg,
                MARGIN,
                TOP,
                whole,
                fill=variable("padding-fill"),
                stroke=variable("padding"),
                stroke_dasharray="3 2",
            )
        _box(svg, *left, self.size, fill=variable("background"), stroke=variable("input"))
        ones = "".join(
            f"M{left[0] + column * CELL:g} {left[1] + row * CELL:g}h{CELL}v{CELL}h-{CELL}z"
            for row, column in np.argwhere(run.image > 0)
        )
        add(svg, "path", d=ones, fill=variable("input-fill"))
        grids = _mesh(*left, self.size) + _mesh(right, output_top, made)
        _box(svg, right, output_top, made, fill=variable("surface"), stroke=variable("output"))
        add(svg, "path", d=grids, stroke=variable("grid"), stroke_width=0.75)
        for number, place in enumerate(places, 1):
            frame = add_frame(svg, number)
            corner = [start + run.cells[at, 0] * CELL for start, at in zip(left, place[::-1], strict=True)]
            orange = {"fill": variable("kernel-fill"), "stroke": variable("kernel"), "stroke_width": 2.5}
            _box(frame, corner[0], corner[1], self.kernel_size, **orange)
            inside = _mesh(corner[0], corner[1], self.kernel_size)
            add(frame, "path", d=inside, stroke=variable("grid"), stroke_width=0.75)
            _box(frame, right + place[1] * CELL, output_top + place[0] * CELL, 1, **orange)
            _numbers(frame, right, output_top, ((done, run.output[done]) for done in places[:number]))
            add(frame, "text", sums[number - 1], x=MARGIN, y=TOP + whole * CELL + 22, text_anchor="start")
        ink_cells = [tuple(cell) for cell in np.argwhere(padded > 0)]
        paper = [tuple(cell) for cell in np.argwhere(padded == 0)]
        _numbers(add(svg, "g", font_weight="bold"), MARGIN, TOP, ((cell, padded[cell]) for cell in ink_cells))
        _numbers(add(svg, "g", fill=variable("muted")), MARGIN, TOP, ((cell, padded[cell]) for cell in paper))
        for x, y, text, name in (
            (MARGIN, TOP - 9, f"input {square(run.image)}", "input"),
            (right, output_top - 9, f"output {square(run.output)}", "output"),
        ):
            add(svg, "text", text, x=f"{x:g}", y=f"{y:g}", text_anchor="start", font_size=12, fill=variable(name))
        return svg


def _box(parent: etree._Element, x: float, y: float, cells: int, **attributes: object) -> None:
    add(parent, "rect", x=f"{x:g}", y=f"{y:g}", width=cells * CELL, height=cells * CELL, **attributes)


def _mesh(x: float, y: float, cells: int) -> str:
    """Return the path of the lines inside a square grid."""
    side = cells * CELL
    lines = (f"M{x:g} {y + at * CELL:g}h{side}M{x + at * CELL:g} {y:g}v{side}" for at in range(1, cells))
    return "".join(lines)


def _numbers(
    parent: etree._Element, x: float, y: float, values: Iterable[tuple[tuple[int, ...], NDArray[np.float32]]]
) -> None:
    """Write numbers into cells, given as ((row, column), number)."""
    for (row, column), value in values:
        middle = {"x": f"{x + (column + 0.5) * CELL:g}", "y": f"{y + (row + 0.5) * CELL + 4.5:g}"}
        add(parent, "text", f"{value:g}", **middle)
