"""A convolution as a dense layer: most of its weights zero, the rest the same few numbers again and again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes

from cnnfigs.drawing.layout import Piece, Place, column, either, joined, matrix, named, row
from cnnfigs.drawing.pieces import Arrow, Mark, NumberGrid, Raster, Words, panel, space
from cnnfigs.drawing.shapes import box
from cnnfigs.drawing.widths import TITLE
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.parameters import Whole, require_whole
from cnnfigs.runs.filters.dense_equivalent import DenseEquivalentRun, dense_equivalent
from cnnfigs.words import as_percent, written_number


@dataclass(frozen=True)
class DenseEquivalent(Picture):
    """A small convolution, and the weights of the dense layer that computes the same."""

    size: Annotated[int, Whole(3, 5), "height and width of the input"] = 5
    kernel_size: Annotated[int, Whole(2, 5), "height and width of the kernel, at most `size`"] = 3
    position: Annotated[int, Whole(0, 15), "which of the outputs is marked, counted in reading order"] = 4
    index: Annotated[
        int,
        Whole(0, 9_999),
        "on which of MNIST's test images the convnet's first layer and a dense layer in its place are compared",
    ] = 4

    def __post_init__(self) -> None:
        super().__post_init__()
        require_whole("kernel_size", self.kernel_size, 2, self.size)
        require_whole("position", self.position, 0, self._places**2 - 1)

    @property
    def _places(self) -> int:
        """How many places the kernel has on each axis."""
        return self.size - self.kernel_size + 1

    def run(self) -> DenseEquivalentRun:
        return dense_equivalent(self.size, self.kernel_size, self.index)

    def draw(self, run: DenseEquivalentRun) -> Piece:
        """Draw the convolution, and the dense layer's weights, a row for each output; on a phone one row once more."""
        places, span = self._places, self.kernel_size
        line, across = divmod(self.position, places)
        limit = float(run.kernel.max())
        window = Mark(line, across, span, span)
        convolution = row(
            panel("input", NumberGrid(run.image, 30, fill="input-fill", marks=[window], size=TITLE), name="input"),
            Arrow(),
            panel("kernel", NumberGrid(run.kernel, 30, signed=True, limit=limit, size=TITLE), name="kernel"),
            Arrow(),
            panel(
                "output",
                NumberGrid(run.output, 30, fill="output-fill", marks=[Mark(line, across, name="output")], size=TITLE),
                name="output",
            ),
            gap=10,
        )
        # Keras keeps a row for each input; turned round, the rows read like sums.
        weights = run.dense_kernel.T
        groups = [weights[:, start : start + self.size] for start in range(0, self.size**2, self.size)]
        heads = [Words(f"input row {number}", "input") for number in range(self.size)]
        lines = []
        for number, value in enumerate(run.dense_output):
            chosen = number == self.position
            cells: list[Piece] = [
                NumberGrid(group[[number]], 21, _nonzero, signed=True, limit=limit) for group in groups
            ]
            if chosen:
                cells = [named("first", cells[0]), *cells[1:-1], named("last", cells[-1])]
            name = Words(f"output {number // places}, {number % places}", "output", bold=chosen)
            lines.append([name, *cells, Words(f"= {written_number(value)}", bold=chosen)])
        whole = matrix([[space(), *heads, space()], *lines], gap=6, between=1)
        title = "as a dense layer: a row for each output"
        marks = [
            Mark(0, start, len(weights), self.size, "input", line_width=1)
            for start in range(0, self.size**2, self.size)
        ]
        folded = panel(
            f"the framed row, for output {line}, {across}, in lines as long as the input’s",
            row(
                NumberGrid(
                    weights[self.position].reshape(run.image.shape), 30, _nonzero, signed=True, limit=limit, size=TITLE
                ),
                Words(f"= {written_number(run.dense_output[self.position])}", bold=True),
            ),
        )
        image = Raster(weights, 300, limit=limit, signed=True, marks=[*marks, Mark(self.position, 0, 1, self.size**2)])
        return either(
            column(convolution, panel(title, joined(whole, _frame, behind=False)), gap=28),
            column(convolution, panel(title, image), folded, gap=28),
        )

    def describe(self, run: DenseEquivalentRun) -> Description:
        inputs, outputs = run.dense_kernel.shape
        nonzero = np.count_nonzero(run.dense_kernel)
        line, across = divmod(self.position, self._places)
        return Description(
            "A small convolution, and the weights of the dense layer that computes the same: most are zero, and the "
            "rest are the kernel’s few numbers again and again.",
            [
                f"The convolution has an input of {self.size}×{self.size} numbers, a kernel with the numbers 1 to "
                f"{run.kernel.size}, and an output of {self._places}×{self._places} numbers.",
                f"The weights of the dense layer are {outputs} rows, one for each output, of {inputs} weights, one for "
                "each input.",
                f"Of these {run.dense_kernel.size} weights {run.dense_kernel.size - nonzero} are zero.",
                f"In each row stand the {run.kernel.size} numbers of the kernel, in groups of {self.kernel_size}, from "
                "row to row further to the right.",
                f"The framed row is that of the output in row {line} and column {across}; it gives "
                f"{written_number(run.dense_output[self.position])}, as the convolution does.",
            ],
            [
                Numbers("The input", run.image, written_number),
                Numbers("The kernel", run.kernel, written_number),
                Numbers("The output", run.output, written_number),
                Numbers(
                    "The weights of the dense layer",
                    run.dense_kernel.T,
                    written_number,
                    [f"output {number // self._places}, {number % self._places}" for number in range(outputs)],
                    [f"input {number // self.size}, {number % self.size}" for number in range(inputs)],
                ),
            ],
        )

    def state_facts(self, run: DenseEquivalentRun) -> dict[str, str]:
        inputs, outputs = run.dense_kernel.shape
        weights = run.dense_kernel.size
        nonzero = int(np.count_nonzero(run.dense_kernel))
        return {
            "inputs": str(inputs),
            "outputs": str(outputs),
            "weights": str(weights),
            "nonzero": str(nonzero),
            "zero": str(weights - nonzero),
            "kernel weights": str(run.kernel.size),
            "convolution": run.convolution_derivation,
            "dense": run.dense_derivation,
            "dense parameters": f"{run.dense_parameters:,}",
            "dense nonzero": f"{run.dense_nonzero:,}",
            "dense nonzero share": as_percent(run.dense_nonzero / run.dense_weights, 1),
            "difference": f"{run.difference:.1g}",
        }


def _nonzero(weight: float) -> str:
    return written_number(weight) if weight else ""


def _frame(axes: Axes, places: Mapping[str, Place]) -> None:
    """Frame a row from its first to its last group."""
    first, last = places["first"], places["last"]
    box(axes, first.x, first.y, last.x + last.width - first.x, first.height, edge="kernel", line_width=2.5)
