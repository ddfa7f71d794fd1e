"""Pooling on numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from cnnfigs.drawing.layout import Piece, flow
from cnnfigs.drawing.pieces import Arrow, Mark, NumberGrid, hundredths, panel
from cnnfigs.drawing.widths import TITLE
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.windows.places import square
from cnnfigs.parameters import Choice, Seed, Whole, require_whole
from cnnfigs.runs.windows.pooling import PooledNumbers, pool_numbers
from cnnfigs.words import listed

VERBS = {"maximum": "the largest", "average": "the mean"}


@dataclass(frozen=True)
class MaxPooling(Picture):
    """A grid of numbers, its windows, and what pooling keeps of each."""

    size: Annotated[int, Whole(2, 8), "height and width of the grid"] = 4
    pool_size: Annotated[int, Whole(1, 8), "size of the windows, as Keras names it, at most `size`"] = 2
    strides: Annotated[int, Whole(1, 8), "steps between the windows, as Keras names them, at most `size`"] = 2
    way: Annotated[Literal["maximum", "average"], Choice(*VERBS), "what is kept of each window"] = "maximum"
    seed: Seed = 173

    def __post_init__(self) -> None:
        super().__post_init__()
        require_whole("pool_size", self.pool_size, 1, self.size)
        require_whole("strides", self.strides, 1, self.size)

    def run(self) -> PooledNumbers:
        return pool_numbers(self.size, self.pool_size, self.strides, self.way, self.seed)

    def draw(self, run: PooledNumbers) -> Piece:
        """Draw the grid with its windows, the largest number of each on a ground of its own, and the pooled grid."""
        overlapping = self.strides < self.pool_size  # then only the first window is drawn
        marks, inside = [], 0.06  # of a cell: neighbouring windows keep apart
        for row, column in np.ndindex((1, 1) if overlapping else run.pooled.shape):
            top, left, side = row * self.strides, column * self.strides, self.pool_size
            if self.way == "maximum":
                window = run.numbers[top : top + side, left : left + side]
                kept_row, kept_column = divmod(int(window.argmax()), side)
                marks.append(Mark(top + kept_row, left + kept_column, name="grid", fill="kernel-fill", line_width=0))
            marks.append(Mark(top + inside, left + inside, side - 2 * inside, side - 2 * inside))
        pooled = NumberGrid(
            run.pooled,
            46,
            write=hundredths,
            fill="output-fill",
            marks=[Mark(0, 0, name="output")] if overlapping else [],
            size=TITLE,
        )
        return flow(
            panel("input", NumberGrid(run.numbers, 46, fill="input-fill", marks=marks, size=TITLE), name="input"),
            Arrow(f"{VERBS[self.way]} of each", "kernel"),
            panel("output", pooled, name="output"),
        )

    def describe(self, run: PooledNumbers) -> Description:
        window = run.numbers[: self.pool_size, : self.pool_size].ravel()
        return Description(
            f"A grid of {square(run.numbers)} numbers with pooling windows, and the output: {VERBS[self.way]} of each.",
            [
                f"Windows of {self.pool_size}×{self.pool_size} cells stand on the input, {self.strides} apart.",
                f"The first holds {listed(f'{value:g}' for value in window)}; {hundredths(run.pooled[0, 0])} goes on.",
                f"The output, {square(run.pooled)}, has a number for each window, in the order of the windows.",
            ],
            [Numbers("The input", run.numbers), Numbers("The output", run.pooled, hundredths)],
        )

    def state_facts(self, run: PooledNumbers) -> dict[str, str]:
        window = run.numbers[: self.pool_size, : self.pool_size].ravel()
        return {
            "first window": listed(f"{value:g}" for value in window),
            "first output": f"{run.pooled[0, 0]:g}",
        }
