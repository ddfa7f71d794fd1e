"""A window that slides over a crop of a digit: in each place, multiply and add."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.drawing.shapes import arrow, cells, colored, inked, label, mesh, number_grid, window
from cnnfigs.drawing.style import LARGE, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.parameters import TestImage, Whole, require_whole
from cnnfigs.runs.activations import test_digit
from cnnfigs.runs.windows.sliding import Sliding, right_minus_left, slide
from cnnfigs.words import written, written_number

#: Size of the cells of input, products and output, in pixels.
CELL, PRODUCT, PRODUCT_HEIGHT, OUT = 26, 56, 27, 36


@dataclass(frozen=True)
class WindowSteps(Picture):
    """A window sliding over a crop of a digit, with the products and the sum spelled out in some of its places.

    The kernel subtracts what is left of its middle from what is right of it.
    """

    kernel_size: Annotated[int, Whole(2, 5), "side of the kernel"] = 3
    index: TestImage = 4
    row: Annotated[int, Whole(0, 26), "row of the crop's upper left corner, at most 28 − `size`"] = 13
    column: Annotated[int, Whole(0, 26), "column of that corner, at most 28 − `size`"] = 14
    size: Annotated[int, Whole(2, 7), "side of the crop, at least `kernel_size`"] = 7
    steps: Annotated[int, Whole(1, 4), "how many places are drawn, from the first one on, and the last"] = 4

    def __post_init__(self) -> None:
        super().__post_init__()
        require_whole("size", self.size, self.kernel_size, 7)
        require_whole("row", self.row, 0, 28 - self.size)
        require_whole("column", self.column, 0, 28 - self.size)

    def run(self) -> Sliding:
        """Slide the kernel over the crop, whose values are rounded to tenths first."""
        image = test_digit(self.index)[self.row : self.row + self.size, self.column : self.column + self.size, 0]
        return slide(image.astype(np.float64).round(1), right_minus_left(self.kernel_size))

    def draw(self, run: Sliding) -> Figure:
        """Draw a row for each step: where the window stands, what it multiplies, and the map so far."""
        side, kernel, out = run.crop.shape[0] * CELL, run.kernel.shape[0], run.values.shape[0] * OUT
        products = kernel * PRODUCT
        places = self._places(run)
        row_height = max(side, kernel * PRODUCT_HEIGHT + 34, out) + 28
        gap = 36
        left = 10, 10 + side + gap, 10 + side + 2 * gap + products
        head = 30 + kernel * CELL + 26
        figure, axes = canvas(left[2] + out + 10, head + row_height * len(places))
        label(axes, left[1] + products / 2, 16, f"kernel {kernel}×{kernel}", name="kernel", bold=True)
        cells(axes, written_grid(run.kernel), "kernel-fill", left[1] + (products - kernel * CELL) / 2, 28, CELL)
        label(axes, left[0] + side / 2, head - 12, f"input {written(run.crop.shape)}", name="input", bold=True)
        label(axes, left[1] + products / 2, head - 8, "pixel · weight", name="kernel", bold=True)
        label(axes, left[2] + out / 2, head - 12, f"map {written(run.values.shape)}", name="output", bold=True)
        for number, place in enumerate(places):
            middle = head + row_height * number + row_height / 2
            self._draw_place(axes, run, place, left, middle)
            if number == len(places) - 1 and len(places) > 1:
                label(axes, left[0], middle - side / 2 - 11, "… the last place", align="left", size=SMALL, name="muted")
        return figure

    def describe(self, run: Sliding) -> str:
        rows, columns = run.values.shape
        weights = "; ".join(" ".join(written_number(weight) for weight in line) for line in run.kernel)
        sums = []
        for row, column in dict.fromkeys((self._places(run)[0], self._places(run)[-1])):
            height, width = run.kernel.shape
            patch = run.crop[row : row + height, column : column + width]
            terms = " + ".join(
                f"{written_number(pixel)}·{bracketed(weight)}"
                for pixel, weight in zip(patch.reshape(-1), run.kernel.reshape(-1), strict=True)
            )
            sums.append(f"at row {row}, column {column}: {terms} = {written_number(run.values[row, column])}")
        values = "; ".join(" ".join(written_number(value) for value in line) for line in run.values)
        return f"""A window of {written(run.kernel.shape)} cells slides over a crop of
            {written(run.crop.shape)} pixels of a digit, drawn in {len(self._places(run))} of its
            {rows * columns} places. In each, every pixel under the window is multiplied by the weight that lies on
            it, and the products are added. The weights, row by row: {weights}. The sum {", and ".join(sums)}. The whole
            map, row by row: {values}."""

    def state_facts(self, run: Sliding) -> dict[str, str]:
        return {
            "input": written(run.crop.shape),
            "kernel": written(run.kernel.shape),
            "weights": str(run.kernel.size),
            "map": written(run.values.shape),
            "places": str(run.values.size),
            "first": written_number(run.values[0, 0]),
            "largest": written_number(run.values.max()),
            "smallest": written_number(run.values.min()),
        }

    def _places(self, run: Sliding) -> list[tuple[int, int]]:
        every = [(int(row), int(column)) for row, column in np.ndindex(run.values.shape)]
        return [*every[: self.steps - 1], every[-1]] if self.steps < len(every) else every

    def _draw_place(
        self, axes: Axes, run: Sliding, place: tuple[int, int], left: tuple[float, float, float], middle: float
    ) -> None:
        row, column = place
        kernel, value = run.kernel.shape[0], run.values[row, column]
        top = middle - run.crop.shape[0] * CELL / 2
        cells(axes, written_grid(run.crop), inked(run.crop), left[0], top, CELL)
        window(axes, left[0] + column * CELL, top + row * CELL, kernel * CELL)

        patch = run.crop[row : row + kernel, column : column + kernel]
        terms = [
            [f"{written_number(pixel)}·{bracketed(weight)}" for pixel, weight in zip(*lines, strict=True)]
            for lines in zip(patch, run.kernel, strict=True)
        ]
        top = middle - kernel * PRODUCT_HEIGHT / 2 - 14
        cells(axes, terms, colored(run.products[row, column], 1, signed=True), left[1], top, PRODUCT, PRODUCT_HEIGHT)
        below = top + kernel * PRODUCT_HEIGHT + 18
        centre = left[1] + kernel * PRODUCT / 2
        label(axes, centre, below, f"add up: {written_number(value)}", size=LARGE, name="output", bold=True)
        arrow(axes, (left[1] - 29, middle), (left[1] - 7, middle))
        arrow(axes, (left[2] - 29, middle), (left[2] - 7, middle))

        rows, columns = run.values.shape
        top = middle - rows * OUT / 2
        done = row * columns + column
        limit = abs(run.values).max()
        mesh(axes, left[2], top, rows, columns, OUT)
        for other in range(done + 1):
            at = divmod(other, columns)
            x, y = left[2] + at[1] * OUT, top + at[0] * OUT
            number_grid(axes, run.values[at].reshape(1, 1), x, y, OUT, write=written_number, signed=True, limit=limit)
        window(axes, left[2] + column * OUT, top + row * OUT, OUT, name="output")


def written_grid(values: NDArray[np.float64], decimals: int = 1) -> list[list[str]]:
    """Write every number of a grid."""
    return [[written_number(float(value), decimals) for value in line] for line in values]


def bracketed(value: float, decimals: int = 1) -> str:
    """Write a number so that it can follow a multiplication sign.

    Examples
    --------
    >>> bracketed(-1), bracketed(0.5)
    ('(−1)', '0.5')
    """
    return f"({written_number(value, decimals)})" if value < 0 else written_number(value, decimals)
