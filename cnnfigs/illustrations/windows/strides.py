"""What strides skip: every place of the window, and what is left of the places in between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import box, label, number_grid
from cnnfigs.drawing.style import NORMAL, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.windows.places import (
    arrow_right,
    draw_place,
    listed_rows,
    padding_in_words,
    square,
    unbroken,
)
from cnnfigs.parameters import PaddingName, TestImage, Whole, require_whole
from cnnfigs.runs.windows.places import Strided, ink, strided

#: Sides in pixels: a cell of an input, a cell of the outputs, and the room between two inputs.
INPUT_CELL, OUTPUT_CELL, GAP = 16, 24, 12
MARGIN, TOP = 4, 28


@dataclass(frozen=True)
class Strides(Picture):
    """The places of a window that moves by several cells at a time, and the output beside that of strides 1.

    The input is a part of a digit, 1 for ink and 0 for paper, and the kernel is all ones: the output counts the ink.
    """

    size: Annotated[int, Whole(3, 8), "side of the square input"] = 5
    kernel_size: Annotated[int, Whole(1, 3), "side of the square kernel"] = 3
    strides: Annotated[
        int, Whole(1, 4), "cells from one window to the next, so many that at most 3 windows stand side by side"
    ] = 2
    padding: PaddingName = "valid"
    index: TestImage = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        covered = self.size if self.padding == "same" else self.size - self.kernel_size + 1
        require_whole("strides", self.strides, max(1, -(-covered // 3)), 4)

    def run(self) -> Strided:
        return strided(ink(self.index, self.size), self.kernel_size, self.strides, self.padding)

    def draw(self, run: Strided) -> Figure:
        """Draw the input once for each place, then the output, and below it the output with strides 1."""
        places, added = len(run.slide.cells), run.slide.added
        side = (self.size + sum(added)) * INPUT_CELL
        inputs = places * side + (places - 1) * GAP
        small, large = places * OUTPUT_CELL, len(run.every.cells) * OUTPUT_CELL
        right = MARGIN + inputs + 44
        # Between the two outputs there is room for two lines of text.
        height = max(inputs, small + large + 62)
        figure, axes = canvas(right + max(large, 176) + MARGIN, TOP + height + MARGIN)
        top = TOP + (height - inputs) / 2
        label(axes, MARGIN, top - 16, f"input {square(run.slide.image)}", align="left", name="input")
        for row, column in np.ndindex(places, places):
            draw_place(
                axes,
                run.slide.image,
                MARGIN + column * (side + GAP),
                top + row * (side + GAP),
                INPUT_CELL,
                run.slide.cells[row],
                run.slide.cells[column],
                added=added,
                numbers=True,
            )
        first = TOP + (height - small - large - 62) / 2
        arrow_right(axes, MARGIN + inputs + 8, first + small / 2)
        self._draw_output(axes, run, right, first)
        self._draw_all(axes, run, right, first + small + 62)
        return figure

    def _draw_output(self, axes: Axes, run: Strided, left: float, top: float) -> None:
        label(
            axes,
            left,
            top - 14,
            f"strides {self.strides}: {square(run.slide.output)}",
            align="left",
            name="output",
        )
        number_grid(axes, run.slide.output, left, top, OUTPUT_CELL, fill="output-fill", size=NORMAL)

    def _draw_all(self, axes: Axes, run: Strided, left: float, top: float) -> None:
        """Draw the output with strides 1, and frame what the strides keep of it."""
        label(axes, left, top - 30, f"strides 1: {square(run.every.output)},", align="left", size=SMALL, name="muted")
        label(axes, left, top - 14, "framed: what is kept", align="left", size=SMALL, name="muted")
        number_grid(axes, run.every.output, left, top, OUTPUT_CELL, fill="surface", size=NORMAL)
        for row in run.kept:
            for column in run.kept:
                corner = (left + column * OUTPUT_CELL, top + row * OUTPUT_CELL)
                box(axes, *corner, OUTPUT_CELL, OUTPUT_CELL, edge="output", line_width=2.25)

    def describe(self, run: Strided) -> str:
        places = len(run.slide.cells)
        around = f" Zeros are added, drawn dashed: {padding_in_words(run.slide.added)}." if sum(run.slide.added) else ""
        return f"""A {square(run.slide.image)} part of a digit, 1 for ink and 0 for paper, and on it a window of
            {self.kernel_size}×{self.kernel_size} cells that moves {self.strides} cells at a time.{around} It stands in
            {places * places} places, {places} rows of {places}, and counts the ink: {listed_rows(run.slide.output)}.
            With a stride of 1 the output would be {square(run.every.output)}: {listed_rows(run.every.output)}. Of these
            the strides keep rows and columns {", ".join(map(str, run.kept))}, counted from 0."""

    def state_facts(self, run: Strided) -> dict[str, str]:
        return {
            "input": square(run.slide.image),
            "output": square(run.slide.output),
            "places": str(run.slide.output.size),
            "all": square(run.every.output),
            "all places": str(run.every.output.size),
            "formula": unbroken(run.slide.derivation),
            "before": str(run.slide.added[0]),
            "after": str(run.slide.added[1]),
            "all before": str(run.every.added[0]),
            "all after": str(run.every.added[1]),
        }
