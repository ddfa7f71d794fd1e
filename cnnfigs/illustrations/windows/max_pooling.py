"""Pooling on numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.drawing.shapes import arrow, box, label, number_grid
from cnnfigs.drawing.style import LARGE, NORMAL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.parameters import Choice, Seed, Whole, require_whole
from cnnfigs.runs.windows.pooling import PooledNumbers, pool_numbers

CELL = 40
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

    def draw(self, run: PooledNumbers) -> Figure:
        """Draw the grid with its windows, and the pooled grid; the first window and its number are filled."""
        size, smaller = len(run.numbers), len(run.pooled)
        figure, axes = canvas(size * CELL + smaller * CELL + 150, size * CELL + 52)
        top = 8
        number_grid(axes, run.numbers, 8, top, CELL, write="{:.0f}".format, fill="input-fill", size=LARGE)
        for row in range(smaller):
            for column in range(smaller):
                x, y = 8 + column * self.strides * CELL, top + row * self.strides * CELL
                side = self.pool_size * CELL
                box(axes, x + 2, y + 2, side - 4, side - 4, edge="kernel", line_width=2.5)
        middle = top + size * CELL / 2
        start = 8 + size * CELL
        arrow(axes, (start + 14, middle), (start + 100, middle), "kernel")
        label(axes, start + 56, middle - 26, VERBS[self.way], size=NORMAL)
        label(axes, start + 56, middle - 10, "of each", size=NORMAL)
        left = start + 114
        number_grid(
            axes,
            run.pooled,
            left,
            middle - smaller * CELL / 2,
            CELL,
            write="{:g}".format,
            fill="output-fill",
            size=LARGE,
        )
        label(axes, 8 + size * CELL / 2, top + size * CELL + 18, "input", name="input", bold=True)
        label(axes, left + smaller * CELL / 2, top + size * CELL + 18, "output", name="output", bold=True)
        return figure

    def describe(self, run: PooledNumbers) -> str:
        return f"""A grid of numbers, row by row: {_rows(run.numbers)}. Orange windows of
            {self.pool_size}×{self.pool_size} cells stand on it, {self.strides} apart. An arrow leads to the output,
            {VERBS[self.way]} of each window: {_rows(run.pooled)}."""

    def state_facts(self, run: PooledNumbers) -> dict[str, str]:
        window = run.numbers[: self.pool_size, : self.pool_size].ravel()
        return {
            "first window": ", ".join(f"{value:g}" for value in window[:-1]) + f" and {window[-1]:g}",
            "first output": f"{run.pooled[0, 0]:g}",
        }


def _rows(numbers: NDArray[np.float32]) -> str:
    return "; ".join(" ".join(f"{value:g}" for value in row) for row in numbers)
