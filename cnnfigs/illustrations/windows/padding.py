"""Where a window can stand on its input, with and without padding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import label, number_grid
from cnnfigs.drawing.style import NORMAL, SMALL, WIDTH, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.windows.places import arrow_right, draw_place, padding_in_words, square, unbroken
from cnnfigs.parameters import PaddingName, Whole, require_whole
from cnnfigs.runs.windows.places import Slide, blank, slide

#: Sides in pixels: a cell of an input where there is room, a cell of the output, and the room between two inputs.
INPUT_CELL, OUTPUT_CELL, GAP = 9, 27, 10
MARGIN, TOP = 4, 28


@dataclass(frozen=True)
class Padding(Picture):
    """Where a kernel can stand on its input, with and without padding.

    All places are drawn, each where its number stands in the output. Input and kernel are all ones, so the output
    counts how many cells of the input the window sees there.
    """

    size: Annotated[int, Whole(3, 6), "side of the square input"] = 5
    kernel_size: Annotated[int, Whole(1, 5), "side of the square kernel, at most `size`"] = 3
    padding: PaddingName = "valid"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_whole("kernel_size", self.kernel_size, 1, self.size)

    def run(self) -> Slide:
        return slide(blank(self.size), self.kernel_size, padding=self.padding)

    def draw(self, run: Slide) -> Figure:
        """Draw the input once for each place, then the output."""
        places = len(run.cells)
        whole, output = len(run.image) + sum(run.added), places * OUTPUT_CELL
        room = WIDTH - 2 * MARGIN - 44 - max(output, 150) - (places - 1) * GAP
        cell = min(INPUT_CELL, room // (places * whole))
        side = whole * cell
        inputs = places * side + (places - 1) * GAP
        right = MARGIN + inputs + 44
        figure, axes = canvas(right + max(output, 150) + MARGIN, TOP + max(inputs, output + 24) + MARGIN)
        for row in range(places):
            for column in range(places):
                left, top = (place * (side + GAP) for place in (column, row))
                where = (run.cells[row], run.cells[column])
                draw_place(axes, run.image, MARGIN + left, TOP + top, cell, *where, added=run.added)
        label(axes, MARGIN, 12, f"input {square(run.image)}, {places * places} places", align="left", name="input")
        middle = TOP + inputs / 2
        arrow_right(axes, MARGIN + inputs + 8, middle)
        number_grid(axes, run.output, right, middle - output / 2, OUTPUT_CELL, fill="output-fill", size=NORMAL)
        label(axes, right, middle - output / 2 - 14, f"output {square(run.output)}", align="left", name="output")
        label(axes, right, middle + output / 2 + 14, "input cells it sees", align="left", size=SMALL, name="muted")
        return figure

    def describe(self, run: Slide) -> str:
        places = len(run.cells)
        window = f"{self.kernel_size}×{self.kernel_size}"
        if sum(run.added):
            edge = f"The window may stand partly outside, on zeros drawn dashed: {padding_in_words(run.added)}."
        else:
            edge = "The window never leaves the input."
        middle = places // 2
        return f"""A {window} window on a {square(run.image)} input, drawn in each of its {places * places} places:
            {places} rows of {places}. {edge} Each place gives one number, so the output is {square(run.output)}. Here
            the number is how many cells of the input the window sees: {run.output[0, 0]:g} in the upper left corner,
            {run.output[0, middle]:g} in the middle of the upper edge, {run.output[middle, middle]:g} in the middle."""

    def state_facts(self, run: Slide) -> dict[str, str]:
        places = len(run.cells)
        return {
            "input": square(run.image),
            "padded": "×".join([str(len(run.image) + sum(run.added))] * 2),
            "output": square(run.output),
            "places": str(places * places),
            "formula": unbroken(run.derivation),
            "corner": f"{run.output[0, 0]:g}",
            "edge": f"{run.output[0, places // 2]:g}",
            "middle": f"{run.output[places // 2, places // 2]:g}",
            "fewer": f"{places * places - int((run.output == run.output.max()).sum())}",
        }
