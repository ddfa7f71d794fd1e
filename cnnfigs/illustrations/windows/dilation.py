"""A window with gaps: the same nine weights, spread wider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cnnfigs.drawing.layout import Piece, flow
from cnnfigs.drawing.pieces import Arrow, Mark, NumberGrid, panel
from cnnfigs.drawing.widths import TEXT
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers, Part
from cnnfigs.illustrations.windows.places import place_on, square, unbroken
from cnnfigs.parameters import TestImage, Whole, require, require_whole
from cnnfigs.runs.windows.places import Dilated, Slide, dilated, ink


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

    def draw(self, run: Dilated) -> Piece:
        """Draw for each dilation rate the input with the window in the middle, and the output."""
        parts = []
        for rate, one in zip(run.dilation_rates, run.slides, strict=True):
            place = len(one.cells) // 2
            parts.append(
                panel(
                    f"dilation rate {rate}",
                    flow(
                        panel(
                            f"input {square(one.image)}",
                            place_on(one.image, 19, one.cells[place], one.cells[place], numbers="seen"),
                            name="input",
                        ),
                        Arrow(length=22),
                        panel(
                            f"output {square(one.output)}",
                            NumberGrid(
                                one.output, 25, fill="output-fill", marks=[Mark(place, place, name="output")], size=TEXT
                            ),
                            name="output",
                        ),
                        gap=12,
                    ),
                    f"the window spans {_span(one)}",
                    name="kernel",
                )
            )
        return flow(*parts, gap=32, align="start", below="start")

    def describe(self, run: Dilated) -> Description:
        rates = []
        for rate, one in zip(run.dilation_rates, run.slides, strict=True):
            place = len(one.cells) // 2
            rates.append(
                Part(
                    f"Dilation rate {rate}",
                    (
                        f"The window reads rows and columns {', '.join(map(str, one.cells[place]))}, counted from 0, "
                        f"and so spans {_span(one)} cells.",
                        f"It counts {one.output[place, place]:g} there.",
                        f"The output is {square(one.output)}.",
                    ),
                )
            )
        window = f"{self.kernel_size}×{self.kernel_size}"
        return Description(
            f"A window of {window} cells on a part of a digit, without and with gaps: the same "
            f"{self.kernel_size**2} weights span {' and '.join(map(_span, run.slides))} cells.",
            [
                f"The input, {square(run.slides[0].image)}, is drawn twice, with the window in the middle place; it is "
                "1 for ink and 0 for paper, and the window counts the ink.",
                *rates,
            ],
            [
                Numbers("The input", run.slides[0].image),
                *(
                    Numbers(f"The output with dilation rate {rate}", one.output)
                    for rate, one in zip(run.dilation_rates, run.slides, strict=True)
                ),
            ],
        )

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
