"""A window with gaps: the same nine weights, spread wider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import box, label, number_grid
from cnnfigs.drawing.style import NORMAL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.windows.places import arrow_right, draw_place, square, unbroken
from cnnfigs.parameters import TestImage, Whole, require, require_whole
from cnnfigs.runs.windows.places import Dilated, Slide, dilated, ink

#: Sides in pixels: a cell of an input and a cell of an output.
INPUT_CELL, OUTPUT_CELL = 20, 27
MARGIN, GAP = 4, 44


@dataclass(frozen=True)
class Dilation(Picture):
    """A window without and with gaps between its cells, and both outputs.

    The input is a part of a digit, 1 for ink and 0 for paper, and the kernel is all ones: the output counts the ink.
    """

    size: Annotated[int, Whole(3, 9), "side of the square input"] = 7
    kernel_size: Annotated[int, Whole(2, 9), "side of the square kernel, at most `size`"] = 3
    dilation_rate: Annotated[
        int, Whole(2, 8), "from one cell of the window to its next, as far as the window fits on the input"
    ] = 2
    index: TestImage = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        require_whole("kernel_size", self.kernel_size, 2, self.size)
        most = (self.size - 1) // (self.kernel_size - 1)
        fits = f"a rate at which a {self.kernel_size}×{self.kernel_size} window fits on the input"
        require(self.dilation_rate <= most, "dilation_rate", self.dilation_rate, fits)

    def run(self) -> Dilated:
        return dilated(ink(self.index, self.size), self.kernel_size, (1, self.dilation_rate))

    def draw(self, run: Dilated) -> Figure:
        """Draw a row for each dilation rate: the input with the window in the middle, and the output."""
        side = self.size * INPUT_CELL
        outputs = [len(one.cells) * OUTPUT_CELL for one in run.slides]
        right = MARGIN + side + GAP
        tall = [max(side, output) for output in outputs]
        figure, axes = canvas(max(right + max(outputs) + MARGIN, 360), sum(tall) + 64 * len(tall))
        top = 52.0
        for rate, one, output, height in zip(run.dilation_rates, run.slides, outputs, tall, strict=True):
            place = len(one.cells) // 2
            window, middle = one.cells[place], top + height / 2
            heading = f"dilation_rate {rate}: the window spans {_span(one)}"
            label(axes, MARGIN, top - 40, heading, align="left", name="kernel", bold=True)
            label(axes, MARGIN, top - 16, f"input {square(one.image)}", align="left", name="input")
            draw_place(axes, one.image, MARGIN, middle - side / 2, INPUT_CELL, window, window, numbers=True)
            arrow_right(axes, MARGIN + side + 8, middle)
            label(axes, right, top - 16, f"output {square(one.output)}", align="left", name="output")
            corner = (right, middle - output / 2)
            number_grid(axes, one.output, *corner, OUTPUT_CELL, fill="output-fill", size=NORMAL)
            seen = (corner[0] + place * OUTPUT_CELL, corner[1] + place * OUTPUT_CELL)
            box(axes, *seen, OUTPUT_CELL, OUTPUT_CELL, edge="kernel", line_width=2.25)
            top += height + 64
        return figure

    def describe(self, run: Dilated) -> str:
        rates = []
        for rate, one in zip(run.dilation_rates, run.slides, strict=True):
            place = len(one.cells) // 2
            rows = ", ".join(map(str, one.cells[place]))
            rates.append(
                f"with dilation rate {rate} it reads rows and columns {rows}, spans {_span(one)} cells, counts "
                f"{one.output[place, place]:g} there and gives a {square(one.output)} output"
            )
        return f"""A {square(run.slides[0].image)} part of a digit, 1 for ink and 0 for paper, and a window of
            {self.kernel_size}×{self.kernel_size} cells in the middle, which counts the ink: {"; ".join(rates)}. Rows
            and columns are counted from 0. The number of weights is the same in both, {self.kernel_size**2}."""

    def state_facts(self, run: Dilated) -> dict[str, str]:
        facts = {"weights": str(self.kernel_size**2), "input": square(run.slides[0].image)}
        for name, one in zip(("plain", "dilated"), run.slides, strict=True):
            facts[f"{name} span"] = _span(one)
            facts[f"{name} output"] = square(one.output)
            facts[f"{name} formula"] = unbroken(one.derivation)
        return facts


def _span(one: Slide) -> str:
    """Write how many cells a window spans from its first to its last."""
    return "×".join([str(one.cells[0, -1] + 1)] * 2)
