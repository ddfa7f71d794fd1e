"""A window on its way over the input: an animation that the reader plays or steps through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from cnnfigs.arithmetic.sizes import Axis
from cnnfigs.drawing.layout import Piece, column, flow
from cnnfigs.drawing.pieces import Arrow, Mark, NumberGrid, Words, panel
from cnnfigs.drawing.widths import TEXT
from cnnfigs.illustrations.base import Animation
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.windows.places import if_done, padding_in_words, place_on, so_far, square, unbroken
from cnnfigs.parameters import PaddingName, TestImage, Whole, require
from cnnfigs.runs.windows.places import Slide, ink, slide
from cnnfigs.words import counted


@dataclass(frozen=True)
class WindowAnimation(Animation):
    """A window that slides over a part of a digit and counts the ink under it, place by place.

    The input is 1 for ink and 0 for paper, and the kernel is all ones.
    """

    legend: ClassVar[str] = "Move the window"

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

    def draw(self, run: Slide) -> Sequence[Piece]:
        """Draw for each place the window on the input, the output so far, and below them what is added up."""
        return [self._frame(run, place) for place in _places(run)]

    def _frame(self, run: Slide, place: tuple[int, int]) -> Piece:
        row, column_ = place
        cell, rows, columns = 30, run.cells[row], run.cells[column_]
        seen = np.pad(run.image, run.added)[np.ix_(rows + run.added[0], columns + run.added[0])]
        made = NumberGrid(
            so_far(run.output, place),
            cell,
            write=if_done,
            fill="surface",
            marks=[Mark(row, column_, name="output", fill="output-fill")],
            size=TEXT,
        )
        return column(
            flow(
                panel(
                    f"input {square(run.image)}",
                    place_on(run.image, cell, rows, columns, added=run.added, numbers="all"),
                    name="input",
                ),
                Arrow(),
                panel(f"output {square(run.output)}", made, name="output"),
            ),
            Words(f"{' + '.join(f'{value:g}' for value in seen.flat)} = {run.output[place]:g}"),
            gap=8,
        )

    def name_frames(self, run: Slide) -> Sequence[str]:
        return [f"row {row}, column {column}: {run.output[row, column]:g}" for row, column in _places(run)]

    def describe(self, run: Slide) -> Description:
        moves = counted(self.strides, "cell")
        around = [f"Zeros are added around it: {padding_in_words(run.added)}."] if sum(run.added) else []
        return Description(
            f"A window moves over a {square(run.image)} part of a digit, {moves} at a time, and counts the ink under "
            f"it; the counts are the {square(run.output)} output.",
            [
                "The input is 1 for ink and 0 for paper.",
                *around,
                f"The window has {self.kernel_size}×{self.kernel_size} cells and moves row by row.",
                f"In each of its {run.output.size} places it writes the count into the output, and below stands what "
                "is added up. Each place can be chosen with the buttons.",
            ],
            [Numbers("The input", run.image), Numbers("The output", run.output)],
        )

    def state_facts(self, run: Slide) -> dict[str, str]:
        return {
            "input": square(run.image),
            "output": square(run.output),
            "places": str(run.output.size),
            "formula": unbroken(run.derivation),
            "first": f"{run.output[0, 0]:g}",
            "last": f"{run.output[-1, -1]:g}",
        }


def _places(run: Slide) -> list[tuple[int, int]]:
    """Return row and column of each place, row by row."""
    return [(row, column) for row in range(len(run.cells)) for column in range(len(run.cells))]
