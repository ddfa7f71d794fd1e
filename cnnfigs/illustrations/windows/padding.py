"""Where a window can stand on its input, with and without padding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cnnfigs.drawing.layout import Piece, flow
from cnnfigs.drawing.pieces import Arrow, NumberGrid, panel
from cnnfigs.drawing.widths import TEXT
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.windows.places import padding_in_words, places_on, square, unbroken
from cnnfigs.parameters import PaddingName, Whole, require_whole
from cnnfigs.runs.windows.places import Slide, blank, slide


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

    def draw(self, run: Slide) -> Piece:
        """Draw the input once for each place, then the output."""
        places = len(run.cells)
        return flow(
            panel(f"input {square(run.image)}", places_on(run, 9, 8), f"{places * places} places", name="input"),
            Arrow(),
            panel(
                f"output {square(run.output)}",
                NumberGrid(run.output, 30, fill="output-fill", size=TEXT),
                note="input cells it sees",
                name="output",
            ),
        )

    def describe(self, run: Slide) -> Description:
        places, middle = len(run.cells), len(run.cells) // 2
        window = f"{self.kernel_size}×{self.kernel_size}"
        if sum(run.added):
            edge = f"The window may stand partly outside, on zeros drawn dashed: {padding_in_words(run.added)}."
        else:
            edge = "The window never leaves the input."
        return Description(
            f"A {window} window on a {square(run.image)} input in all its {places * places} places, and the output, "
            f"{square(run.output)}, with one number for each.",
            [
                f"The input is drawn once for each place: {places} rows of {places}.",
                edge,
                "Each number of the output is how many cells of the input the window sees there.",
                f"It is {run.output[0, 0]:g} in the upper left corner, {run.output[0, middle]:g} in the middle of the "
                f"upper edge, and {run.output[middle, middle]:g} in the middle.",
            ],
            [Numbers("The output", run.output)],
        )

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
