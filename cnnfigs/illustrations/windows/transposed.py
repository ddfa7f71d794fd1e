"""Transposed convolution: each cell is spread over a window, which restores a shape but not the values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from cnnfigs.drawing.layout import Piece, flow, matrix
from cnnfigs.drawing.pieces import Arrow, Mark, NumberGrid, panel
from cnnfigs.drawing.widths import TEXT
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.windows.places import place_on, square, unbroken
from cnnfigs.parameters import PaddingName, TestImage, Whole, require_whole
from cnnfigs.runs.windows.places import Floats, RoundTrip, Spread, ink, round_trip, spread
from cnnfigs.words import counted


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

    def draw(self, run: Spread) -> Piece:
        """Draw the input, what comes of each of its cells, and the sum."""
        shares = [[_share(share) for share in line] for line in run.shares]
        return flow(
            panel(f"input {square(run.image)}", NumberGrid(run.image, 32, fill="input-fill", size=TEXT), name="input"),
            Arrow(),
            panel("each cell spread", matrix(shares, gap=10), f"over {square(run.output)}", name="kernel"),
            Arrow(),
            panel(f"sum {square(run.output)}", NumberGrid(run.output, 32, frame="output", size=TEXT), name="output"),
        )

    def describe(self, run: Spread) -> Description:
        return Description(
            f"Each cell of a {square(run.image)} input is spread over a window of the {square(run.output)} output, and "
            "where windows overlap the numbers are added.",
            [
                f"The input holds the numbers 1 to {run.image.size}.",
                f"Then, for each of them, the output with that number alone: copied to a window of "
                f"{self.kernel_size}×{self.kernel_size} cells. From one window to the next it is "
                f"{counted(self.strides, 'cell')}.",
                f"Last, the sum of all of them, stronger where windows overlap. The largest sum is "
                f"{run.output.max():g}.",
            ],
            [
                Numbers("The input", run.image),
                *(
                    Numbers(f"What {run.image[place]:g} adds", run.shares[place])
                    for place in np.ndindex(run.image.shape)
                ),
                Numbers("The sum", run.output),
            ],
        )

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

    def draw(self, run: RoundTrip) -> Piece:
        """Draw the input, the small output, and what comes back."""
        return flow(
            panel(f"input {square(run.image)}", place_on(run.image, 28, numbers="all"), name="input"),
            Arrow("Conv2D", name="kernel", length=56),
            panel(
                f"output {square(run.small)}",
                NumberGrid(run.small, 28, frame="output"),
                f"strides {self.strides}",
                name="output",
            ),
            Arrow("Conv2DTranspose", name="kernel"),
            panel(
                f"back {square(run.back)}",
                NumberGrid(run.back, 28, frame="output"),
                f"strides {self.strides}",
                name="output",
            ),
            gap=14,
        )

    def describe(self, run: RoundTrip) -> Description:
        shape = "its shape is back" if run.back.shape == run.image.shape else "not even its shape is back"
        values = (
            f"Its values are not: they were 0 and 1, and now they go from {run.back.min():g} to {run.back.max():g}."
        )
        if np.array_equal(run.back, run.image):
            values = "Here its values are back too."
        return Description(
            f"A {square(run.image)} part of a digit, made {square(run.small)} by a convolution and {square(run.back)} "
            f"again by a transposed one: {shape}.",
            [
                "First the input: 1 for ink and 0 for paper.",
                f"Then the output of a convolution with strides {self.strides}.",
                "Last what a transposed convolution with the same strides makes of it.",
                values,
            ],
            [
                Numbers("The input", run.image),
                Numbers("The output of the convolution", run.small),
                Numbers("What comes back", run.back),
            ],
        )

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


def _share(share: Floats) -> Piece:
    """Make a piece of what one cell of the input adds to the output, the cells that it reaches as a window."""
    rows, columns = np.nonzero(share)
    marks = []
    if len(rows):
        tall, wide = (int(np.ptp(cells)) + 1 for cells in (rows, columns))
        marks = [Mark(rows.min(), columns.min(), tall, wide, fill="kernel-fill", line_width=2)]
    return NumberGrid(share, 19, write=lambda value: f"{value:g}" if value else "", fill="surface", marks=marks)
