"""What strides skip: every place of the window, and what is left of the places in between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cnnfigs.drawing.layout import Piece, column, either, row
from cnnfigs.drawing.pieces import Arrow, Mark, NumberGrid, panel
from cnnfigs.drawing.widths import TEXT
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.windows.places import padding_in_words, places_on, square, unbroken
from cnnfigs.parameters import PaddingName, TestImage, Whole, require_whole
from cnnfigs.runs.windows.places import Strided, ink, strided
from cnnfigs.words import counted


@dataclass(frozen=True)
class Strides(Picture):
    """The places of a window that moves by several cells at a time, and the output beside that of strides 1.

    The input is a part of a digit, 1 for ink and 0 for paper, and the kernel is all ones: the output counts the ink.
    """

    size: Annotated[int, Whole(3, 8), "side of the square input"] = 5
    kernel_size: Annotated[int, Whole(1, 3), "side of the square kernel"] = 3
    strides: Annotated[
        int, Whole(1, 4), "cells from one window to the next, so many that at most 3 windows stand side by side"
    ] = 2
    padding: PaddingName = "valid"
    index: TestImage = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        covered = self.size if self.padding == "same" else self.size - self.kernel_size + 1
        require_whole("strides", self.strides, max(1, -(-covered // 3)), 4)

    def run(self) -> Strided:
        return strided(ink(self.index, self.size), self.kernel_size, self.strides, self.padding)

    def draw(self, run: Strided) -> Piece:
        """Draw the input once for each place, then the output, and the output with strides 1, framed what is kept."""
        places = len(run.slide.cells)
        kept = [Mark(line, column_, name="output") for line in run.kept for column_ in run.kept]
        inputs = panel(
            f"input {square(run.slide.image)}",
            places_on(run.slide, 20, 12, numbers="seen"),
            f"{places * places} places",
            name="input",
        )
        outputs = (
            panel(
                f"output {square(run.slide.output)}",
                NumberGrid(run.slide.output, 30, fill="output-fill", size=TEXT),
                f"strides {self.strides}",
                name="output",
            ),
            panel(
                f"output {square(run.every.output)}",
                NumberGrid(run.every.output, 30, fill="surface", marks=kept, size=TEXT),
                "strides 1",
                note="framed: what is kept",
                name="output",
            ),
        )
        return either(
            row(inputs, Arrow(), column(*outputs)),
            column(inputs, Arrow(down=True), row(*outputs, align="start"), align="middle"),
        )

    def describe(self, run: Strided) -> Description:
        places, every = len(run.slide.cells), square(run.every.output)
        moves = counted(self.strides, "cell")
        added = run.slide.added
        around = [f"Zeros are added around it, drawn dashed: {padding_in_words(added)}."] if sum(added) else []
        return Description(
            f"A {square(run.slide.image)} part of a digit, on it a window that moves {moves} at a time; its "
            f"{square(run.slide.output)} output is what strides keep of {every} numbers.",
            [
                f"The window has {self.kernel_size}×{self.kernel_size} cells and counts the ink: 1 is ink, 0 is paper.",
                *around,
                f"The input is drawn once for each of its {places * places} places, {places} rows of {places}, then "
                "the output, one number for each.",
                f"With a stride of 1 the output would be {every}. It is drawn too, and what is kept is framed: the "
                f"strides keep rows and columns {', '.join(map(str, run.kept))}, counted from 0.",
            ],
            [
                Numbers("The input", run.slide.image),
                Numbers(f"The output with strides {self.strides}", run.slide.output),
                Numbers("The output with strides 1", run.every.output),
            ],
        )

    def state_facts(self, run: Strided) -> dict[str, str]:
        return {
            "input": square(run.slide.image),
            "output": square(run.slide.output),
            "places": str(run.slide.output.size),
            "all": square(run.every.output),
            "all places": str(run.every.output.size),
            "formula": unbroken(run.slide.derivation),
            "before": str(run.slide.added[0]),
            "after": str(run.slide.added[1]),
            "all before": str(run.every.added[0]),
            "all after": str(run.every.added[1]),
        }
