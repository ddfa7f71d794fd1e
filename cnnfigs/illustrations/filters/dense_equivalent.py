"""A convolution as a dense layer: most of its weights zero, the rest the same few numbers again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import arrow, box, cells, colored, label, number_grid
from cnnfigs.drawing.style import NORMAL, SMALL, canvas
from cnnfigs.illustrations.base import Picture
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

    def draw(self, run: DenseEquivalentRun) -> Figure:
        """Draw the convolution above, and below it the dense layer's weights, a row for each output."""
        cell, left, large = 22, 92, 26
        size, kernel_size, places = self.size, self.kernel_size, self._places
        above, below = 28 + size * large, places**2 * cell
        width = left + size**2 * cell + 62
        figure, axes = canvas(max(width, 480), above + 72 + below + 6)
        row, column = divmod(self.position, places)

        label(axes, left + size * large / 2, 12, "input", name="input", bold=True)
        number_grid(axes, run.image, left, 28, large, write=written_number, fill="input-fill", size=NORMAL)
        span = kernel_size * large
        box(axes, left + column * large, 28 + row * large, span, span, edge="kernel", line_width=3)
        x = left + size * large + 44
        middle = 28 + size * large / 2
        limit = float(run.kernel.max())
        label(axes, x + span / 2, 12, "kernel", name="kernel", bold=True)
        number_grid(
            axes, run.kernel, x, middle - span / 2, large, write=written_number, signed=True, limit=limit, size=NORMAL
        )
        arrow(axes, (x - 32, middle), (x - 12, middle))
        x += span + 44
        arrow(axes, (x - 32, middle), (x - 12, middle))
        label(axes, x + places * large / 2, 12, "output", name="output", bold=True)
        top = middle - places * large / 2
        number_grid(axes, run.output, x, top, large, write=written_number, fill="output-fill", size=NORMAL)
        box(axes, x + column * large, top + row * large, large, large, edge="output", line_width=3)

        top = above + 72
        label(axes, left, above + 26, "the same as a dense layer: a row for each output", align="left", bold=True)
        for line in range(size):
            middle = left + (line + 0.5) * size * cell
            label(axes, middle, top - 14, f"input row {line}", size=SMALL, name="input")
        # Keras keeps a row for each input; turned round, the rows read like sums.
        weights = run.dense_kernel.T
        box(axes, left, top, size**2 * cell, below, edge=None, fill="surface")
        shades = colored(weights, limit, signed=True)
        shades[weights == 0] = 0
        texts = [[written_number(weight) if weight else "" for weight in line] for line in weights]
        cells(axes, texts, shades, left, top, cell)
        for line in range(1, size):
            box(axes, left + line * size * cell, top, 0, below, edge="input", line_width=2)
        for number, value in enumerate(run.dense_output):
            y = top + (number + 0.5) * cell
            chosen = number == self.position
            place = f"output {number // places}, {number % places}"
            label(axes, left - 8, y, place, align="right", size=SMALL, name="output", bold=chosen)
            right = left + size**2 * cell
            label(axes, right + 10, y, f"= {written_number(value)}", align="left", size=SMALL, bold=chosen)
        box(axes, left, top + self.position * cell, size**2 * cell, cell, edge="kernel", line_width=3)
        return figure

    def describe(self, run: DenseEquivalentRun) -> str:
        inputs, outputs = run.dense_kernel.shape
        nonzero = np.count_nonzero(run.dense_kernel)
        row = ", ".join(written_number(weight) for weight in run.dense_kernel[:, self.position])
        return f"""Above, an input of {self.size}×{self.size} numbers, a kernel with the numbers 1 to {run.kernel.size},
            and the output, {self._places}×{self._places} numbers. Below, the weights of the dense layer that does the
            same: {outputs} rows, one for each output, of {inputs} weights, one for each input. Of these
            {run.dense_kernel.size} weights {run.dense_kernel.size - nonzero} are zero; in each row stand the
            {run.kernel.size} numbers of the kernel, in groups of {self.kernel_size}, from row to row further to the
            right. The marked row is {row}; it gives {written_number(run.dense_output[self.position])}, as the
            convolution does."""

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
