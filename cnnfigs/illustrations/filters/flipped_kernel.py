"""Cross-correlation and convolution: the kernel as it is, and turned by half a turn."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import arrow, cells, inked, label
from cnnfigs.drawing.style import SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.filters.color_filter import in_rows
from cnnfigs.illustrations.windows.window_steps import written_grid
from cnnfigs.runs.filters.flipping import Flipping, flip_kernel

CELL = 28


@dataclass(frozen=True)
class FlippedKernel(Picture):
    """A single 1 under an asymmetric kernel: what a convolution layer gives, and what mathematics calls convolution."""

    def run(self) -> Flipping:
        return flip_kernel()

    def draw(self, run: Flipping) -> Figure:
        """Draw a row for each: input, kernel, the kernel turned if it is, and result."""
        row, grid, gap = 5 * CELL + 40, 3 * CELL, 34
        lefts = [4 + 5 * CELL + gap + number * (grid + gap) for number in range(3)]
        figure, axes = canvas(lefts[-1] + grid + 4, 2 * row)
        fills = ("kernel", "kernel", "output")
        label(axes, 4 + 2.5 * CELL, 14, "input", name="input", bold=True)
        for left, head, name in ((lefts[0], "kernel", "kernel"), (lefts[2], "result", "output")):
            label(axes, left + grid / 2, 14, head, name=name, bold=True)
        ways = (
            ("Conv2D: as it is", (run.kernel, None, run.correlation)),
            ("mathematics: turned first", (run.kernel, run.turned, run.convolution)),
        )
        for number, (caption, grids) in enumerate(ways):
            top = 28 + number * row
            middle = top + 2.5 * CELL
            cells(axes, written_grid(run.image), inked(run.image), 4, top, CELL)
            end = 4 + 5 * CELL
            for left, fill, values in zip(lefts, fills, grids, strict=True):
                if values is None:
                    continue
                arrow(axes, (end + 5, middle), (left - 5, middle))
                cells(axes, written_grid(values), f"{fill}-fill", left, middle - grid / 2, CELL)
                end = left + grid
            label(axes, end, middle - grid / 2 - 16, caption, align="right", size=SMALL, bold=True)
        label(axes, lefts[1] + grid / 2, middle + grid / 2 + 16, "turned", name="kernel", bold=True)
        return figure

    def describe(self, run: Flipping) -> str:
        return f"""An input of 5×5 zeros with a single 1 in its middle, and a kernel of 3×3 weights, row by row
            {in_rows(run.kernel)}. A convolution layer lays the kernel on the input as it is, and gives
            {in_rows(run.correlation)}: the kernel turned by half a turn. Convolution in mathematics turns the kernel
            first, to {in_rows(run.turned)}, and gives {in_rows(run.convolution)}: the kernel itself."""
