"""Cross-correlation and convolution: the kernel as it is, and turned by half a turn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.drawing.layout import Piece, column, flow, row
from cnnfigs.drawing.pieces import Arrow, Mark, NumberGrid, panel
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.runs.filters.flipping import Flipping, flip_kernel


@dataclass(frozen=True)
class FlippedKernel(Picture):
    """A single 1 under an asymmetric kernel: what a convolution layer gives, and what mathematics calls convolution."""

    def run(self) -> Flipping:
        return flip_kernel()

    def draw(self, run: Flipping) -> Piece:
        """Draw the input, then a row for each way: kernel, the kernel turned if it is, and result."""

        def part(title: str, values: NDArray[np.number], name: str) -> Piece:
            return panel(title, NumberGrid(values, 32, fill=f"{name}-fill", frame=name, size=14), name=name)

        kernel = part("kernel", run.kernel, "kernel")
        turned = part("turned", run.turned, "kernel")
        correlation, convolution = (part("result", each, "output") for each in (run.correlation, run.convolution))
        image = NumberGrid(run.image, 32, fill="input-fill", marks=[Mark(2, 2, name="input")], size=14)
        return flow(
            panel("input", image, name="input"),
            Arrow(),
            column(
                panel(
                    "Conv2D: the kernel as it is",
                    row(kernel, Arrow(), correlation, gap=12),
                    note="the result is the kernel turned by half a turn",
                ),
                panel(
                    "Convolution in mathematics: the kernel is turned first",
                    row(kernel, Arrow(), turned, Arrow(), convolution, gap=12),
                    note="the result is the kernel as it was",
                ),
                gap=32,
            ),
        )

    def describe(self, run: Flipping) -> Description:
        return Description(
            "A single 1 under a kernel: a convolution layer gives the kernel turned by half a turn, convolution in "
            "mathematics the kernel itself.",
            [
                "The input is 5×5 zeros with a single 1 in its middle, and the kernel 3×3 numbers, 1 to 9 in reading "
                "order.",
                "A convolution layer lays the kernel on the input as it is, and its result is the kernel turned by "
                "half a turn.",
                "Convolution in mathematics turns the kernel first, and its result is the kernel itself.",
            ],
            [
                Numbers("The input", run.image),
                Numbers("The kernel", run.kernel),
                Numbers("The result of a convolution layer", run.correlation),
                Numbers("The kernel, turned by half a turn", run.turned),
                Numbers("The result of convolution in mathematics", run.convolution),
            ],
        )
