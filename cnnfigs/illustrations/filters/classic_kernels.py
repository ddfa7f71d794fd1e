"""A gallery of kernels that people wrote by hand: their numbers, and what they make of a photo and of a digit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import box, inked, label, number_grid, raster, stepped
from cnnfigs.drawing.style import SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.parameters import Choice, Several, TestImage
from cnnfigs.runs.filters.classic_kernels import CLASSIC, ClassicKernelsRun, KernelResult, classic_kernels
from cnnfigs.words import written_number

#: Side of a cell of a kernel, side of a picture, and what a card with both pictures needs, in pixels.
CELL, SIDE, CARD_WIDTH, CARD_HEIGHT = 28, 104, 348, 144


@dataclass(frozen=True)
class ClassicKernels(Picture):
    """Classic 3×3 kernels with their numbers, and what each makes of a cat's face and of a digit."""

    names: Annotated[tuple[str, ...], Several(Choice(*CLASSIC), again=True), "which kernels"] = tuple(CLASSIC)
    index: TestImage = 4

    def run(self) -> ClassicKernelsRun:
        return classic_kernels(self.names, self.index)

    def draw(self, run: ClassicKernelsRun) -> Figure:
        """Draw a card for each kernel, two to a row."""
        figure, axes = canvas(2 * CARD_WIDTH - 16, CARD_HEIGHT * -(-len(run.results) // 2))
        for number, result in enumerate(run.results):
            row, column = divmod(number, 2)
            self._draw_card(axes, result, 4 + column * CARD_WIDTH, row * CARD_HEIGHT)
        return figure

    def describe(self, run: ClassicKernelsRun) -> str:
        kernels = []
        for result in run.results:
            rows = "; ".join(" ".join(f"{number}" for number in row) for row in result.numbers)
            divided = "" if result.divisor == 1 else f", all divided by {result.divisor}"
            divided += f", and {result.bias:g} added" if result.bias else ""
            kernels.append(
                f"{result.name}, with the rows {rows}{divided}, gives {result.photo.min():.2f} to "
                f"{result.photo.max():.2f} on the photo and {result.digit.min():.2f} to {result.digit.max():.2f} on "
                "the digit"
            )
        return f"""Kernels of 3×3 numbers, each beside what it makes of a cat's face in grey, values
            {run.photo.min():.2f} to {run.photo.max():.2f}, and of a handwritten digit: {". ".join(kernels)}. The blurs
            soften both pictures, sharpen makes the fur crisper; the edge kernels leave flat areas at 0 and give
            opposite signs on the two sides of strokes that cross their direction; the Laplacian gives the same sign on
            both."""

    def state_facts(self, run: ClassicKernelsRun) -> dict[str, str]:
        facts = {"count": str(len(run.results))}
        for result in run.results:
            facts[f"{result.name} sum"] = f"{result.total}"
            for name, values in (("photo", result.photo), ("digit", result.digit)):
                facts[f"{result.name} {name} smallest"] = written_number(float(values.min()), 2)
                facts[f"{result.name} {name} largest"] = written_number(float(values.max()), 2)
        return facts

    def _draw_card(self, axes: Axes, result: KernelResult, left: float, top: float) -> None:
        """Draw one kernel with its name, and the two results."""
        label(axes, left, top + 14, result.name, align="left", bold=True)
        numbers = result.numbers
        middle = top + 28 + SIDE / 2
        start = middle - 1.5 * CELL - 8
        number_grid(axes, numbers, left, start, CELL, write=written_number, signed=True)
        box(axes, left, start, 3 * CELL, 3 * CELL, edge="kernel", line_width=2)
        divided = "" if result.divisor == 1 else f"÷ {result.divisor}, "
        added = f", + {result.bias:g}" if result.bias else ""
        note = f"{divided}sum {result.total}{added}"
        label(axes, left + 1.5 * CELL, start + 3 * CELL + 13, note, size=SMALL, name="muted")
        for ink, values in enumerate((result.photo, result.digit)):
            x = left + 3 * CELL + 16 + ink * (SIDE + 12)
            if result.total or result.bias:
                # Values around those of the image: shown as a picture, cut off at black and white.
                dark = values if ink else 1 - values
                shades = inked(stepped(np.clip(dark, 0, 1), 16))
                raster(axes, shades, x, top + 28, SIDE, frame="output")
            else:
                largest = float(np.abs(values).max())
                raster(axes, stepped(values / largest, 8), x, top + 28, SIDE, limit=1, signed=True, frame="output")
