"""Transposed convolution: each cell is spread over a window, which restores a shape but not the values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import box, label, mesh, number_grid
from cnnfigs.drawing.style import NORMAL, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.windows.places import arrow_right, listed_rows, square, unbroken
from cnnfigs.parameters import PaddingName, TestImage, Whole, require_whole
from cnnfigs.runs.windows.places import Floats, RoundTrip, Spread, ink, round_trip, spread

CELL, SMALL_CELL, MARGIN, GAP, TOP = 24, 17, 4, 12, 30


@dataclass(frozen=True)
class TransposedConvolution(Picture):
    """A transposed convolution: what each cell of the input adds to the output, and the sum.

    The cells of the input are numbered from 1, and the kernel is all ones: each cell is copied to a whole window.
    Padding "valid" keeps all that the windows cover, "same" the middle ``size * strides`` cells.
    """

    size: Annotated[int, Whole(1, 3), "side of the square input"] = 2
    kernel_size: Annotated[int, Whole(1, 3), "side of the square kernel"] = 3
    strides: Annotated[int, Whole(1, 2), "cells from one window of the output to the next"] = 2
    padding: PaddingName = "valid"

    def run(self) -> Spread:
        """Show the numbered cells to a transposed convolution, all together and one by one."""
        numbered = np.arange(1, self.size**2 + 1, dtype=np.float32).reshape(self.size, self.size)
        return spread(numbered, self.kernel_size, self.strides, self.padding)

    def draw(self, run: Spread) -> Figure:
        """Draw the input, what comes of each of its cells, and the sum."""
        made = len(run.output)
        inputs, share, output = self.size * CELL, made * SMALL_CELL, made * CELL
        shares = self.size * share + (self.size - 1) * GAP
        first = MARGIN + max(inputs, 68) + 40
        last = first + max(shares, 100) + 40
        height = max(inputs, shares, output)
        figure, axes = canvas(last + max(output, 84) + MARGIN, TOP + height + MARGIN)
        middle = TOP + height / 2
        top = middle - inputs / 2
        label(axes, MARGIN, top - 14, f"input {square(run.image)}", align="left", name="input")
        number_grid(axes, run.image, MARGIN, top, CELL, fill="input-fill", size=NORMAL)
        arrow_right(axes, first - 36, middle)
        top = middle - shares / 2
        label(axes, first, top - 14, "each cell spread", align="left", name="kernel")
        for row, column in np.ndindex(self.size, self.size):
            corner = (first + column * (share + GAP), top + row * (share + GAP))
            _draw_share(axes, run.shares[row, column], *corner)
        arrow_right(axes, last - 36, middle)
        top = middle - output / 2
        label(axes, last, top - 14, f"sum {square(run.output)}", align="left", name="output")
        number_grid(axes, run.output, last, top, CELL, fill="output-fill", size=NORMAL)
        return figure

    def describe(self, run: Spread) -> str:
        return f"""A {square(run.image)} input with the numbers 1 to {run.image.size}. Each number is copied to a window
            of {self.kernel_size}×{self.kernel_size} cells of the {square(run.output)} output, and from one window to
            the next it is {self.strides} cells. Where windows overlap the numbers are added, so that the output is:
            {listed_rows(run.output)}. The largest sum is {run.output.max():g}."""

    def state_facts(self, run: Spread) -> dict[str, str]:
        return {
            "input": square(run.image),
            "output": square(run.output),
            "formula": unbroken(run.derivation),
            "largest": f"{run.output.max():g}",
        }


@dataclass(frozen=True)
class RestoredShape(Picture):
    """There and back: a strided convolution, and a transposed one that restores the shape but not the values.

    The input is a part of a digit, 1 for ink and 0 for paper, and both kernels are all ones.
    """

    size: Annotated[int, Whole(3, 8), "side of the square input"] = 5
    kernel_size: Annotated[int, Whole(1, 5), "side of the square kernel, at most `size`"] = 3
    strides: Annotated[int, Whole(1, 3), "cells from one window to the next"] = 2
    index: TestImage = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        require_whole("kernel_size", self.kernel_size, 1, self.size)

    def run(self) -> RoundTrip:
        return round_trip(ink(self.index, self.size), self.kernel_size, self.strides)

    def draw(self, run: RoundTrip) -> Figure:
        """Draw the input, the small output, and what comes back."""
        cell = min(CELL, 150 // max(len(run.image), len(run.back)))
        widths = [max(len(array) * cell, 60) for array in (run.image, run.small, run.back)]
        gap = 130
        figure, axes = canvas(sum(widths) + 2 * gap + 2 * MARGIN, TOP + max(widths) + MARGIN)
        middle = TOP + max(widths) / 2
        left = float(MARGIN)
        stages = (("input", run.image, "input"), ("output", run.small, "output"), ("back", run.back, "output"))
        for number, (text, array, name) in enumerate(stages):
            side = len(array) * cell
            top = middle - side / 2
            if number:
                arrow_right(axes, left - gap + 20, middle, gap - 40)
                step = ("Conv2D", "Conv2DTranspose")[number - 1]
                label(axes, left - gap / 2, middle - 14, step, name="kernel", size=SMALL)
                label(axes, left - gap / 2, middle + 14, f"strides {self.strides}", name="muted", size=SMALL)
            label(axes, left, top - 14, f"{text} {square(array)}", align="left", name=name)
            number_grid(axes, array, left, top, cell, fill=f"{name}-fill", size=SMALL)
            left += widths[number] + gap
        return figure

    def describe(self, run: RoundTrip) -> str:
        shape = "its shape is back" if run.back.shape == run.image.shape else "not even its shape is back"
        values = (
            f"Its values are not: they were 0 and 1, and now they go from {run.back.min():g} to {run.back.max():g}."
        )
        if np.array_equal(run.back, run.image):
            values = "Here its values are back too."
        return f"""A {square(run.image)} part of a digit, 1 for ink and 0 for paper, becomes {square(run.small)} by a
            convolution with strides {self.strides}, and {square(run.back)} again by a transposed convolution with the
            same strides: {shape}. {values}"""

    def state_facts(self, run: RoundTrip) -> dict[str, str]:
        return {
            "input": square(run.image),
            "small": square(run.small),
            "back": square(run.back),
            "there formula": unbroken(run.there_derivation),
            "back formula": unbroken(run.back_derivation),
            "least": f"{run.back.min():g}",
            "largest": f"{run.back.max():g}",
            "numbers": str(run.image.size),
            "small numbers": str(run.small.size),
        }


def _draw_share(axes: Axes, share: Floats, left: float, top: float) -> None:
    """Draw what one cell of the input adds to the output, the cells that it reaches as a window."""
    side = len(share) * SMALL_CELL
    box(axes, left, top, side, side, edge=None, fill="surface")
    rows, columns = np.nonzero(share)
    if len(rows):
        window = (left + columns.min() * SMALL_CELL, top + rows.min() * SMALL_CELL)
        size = tuple(float(np.ptp(cells) + 1) * SMALL_CELL for cells in (columns, rows))
        box(axes, *window, *size, edge=None, fill="kernel-fill")
    mesh(axes, left, top, len(share), len(share), SMALL_CELL)
    if len(rows):
        box(axes, *window, *size, edge="kernel", line_width=2)
    for row, column in zip(rows, columns, strict=True):
        middle = (left + (column + 0.5) * SMALL_CELL, top + (row + 0.5) * SMALL_CELL)
        label(axes, *middle, f"{share[row, column]:g}", size=SMALL)
