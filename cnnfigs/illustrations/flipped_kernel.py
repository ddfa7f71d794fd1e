"""Cross-correlation and convolution: the kernel as it is, and turned by half a turn."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import arrow, cells, inked, label
from cnnfigs.drawing.style import SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.color_filter import in_rows
from cnnfigs.illustrations.window_steps import written_grid
from cnnfigs.runs.flipping import Flipping, flip_kernel

CELL = 28


@dataclass(frozen=True)
class FlippedKernel(Picture):
    """A single 1 under an asymmetric kernel: what a convolution layer gives, and what mathematics calls convolution."""

    def run(self) -> Flipping:
        """Let a Conv2D layer look at a single 1 with both kernels."""
        return flip_kernel()

    def draw(self, run: Flipping) -> Figure:
        """Draw a row for each: input, kernel, result."""
        row, grid = 5 * CELL + 40, 3 * CELL
        figure, axes = canvas(472, 2 * row)
        for x, head, name in ((4 + 2.5 * CELL, "input", "input"), (260, "kernel", "kernel"), (420, "result", "output")):
            label(axes, x, 14, head, name=name, bold=True)
        ways = (
            ("Conv2D: as it is", run.kernel, run.correlation),
            ("mathematics: turned first", run.turned, run.convolution),
        )
        for number, (head, kernel, result) in enumerate(ways):
            top = 28 + number * row
            middle = top + 2.5 * CELL
            cells(axes, written_grid(run.image), inked(run.image), 4, top, CELL)
            arrow(axes, (158, middle), (200, middle))
            cells(axes, written_grid(kernel), "kernel-fill", 260 - grid / 2, middle - grid / 2, CELL)
            arrow(axes, (318, middle), (362, middle))
            cells(axes, written_grid(result), "output-fill", 420 - grid / 2, middle - grid / 2, CELL)
            label(axes, 420 + grid / 2, middle - grid / 2 - 16, head, align="right", size=SMALL, bold=True)
        return figure

    def describe(self, run: Flipping) -> str:
        """Give input, kernels and results."""
        return f"""An input of 5×5 zeros with a single 1 in its middle, and a kernel of 3×3 weights, row by row
            {in_rows(run.kernel)}. A convolution layer lays the kernel on the input as it is, and gives
            {in_rows(run.correlation)}: the kernel turned by half a turn. Convolution in mathematics turns the kernel
            first, to {in_rows(run.turned)}, and gives {in_rows(run.convolution)}: the kernel itself."""
