"""A window that slides over a crop of a digit: in each place, multiply and add."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cnnfigs.drawing.layout import CLOSE, Piece, column, either, matrix, row, within
from cnnfigs.drawing.pieces import Arrow, Drawing, Mark, NumberGrid, Words, panel, space
from cnnfigs.drawing.shapes import cells, colored, inked
from cnnfigs.drawing.widths import TEXT, TITLE
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.windows.places import if_done, so_far
from cnnfigs.parameters import TestImage, Whole, require_whole
from cnnfigs.runs.activations import test_digit
from cnnfigs.runs.windows.sliding import Sliding, right_minus_left, slide
from cnnfigs.words import written, written_number

#: Size of a cell of the products, and width of the map where it stands beside them on a phone, in pixels.
PRODUCT, HEIGHT, MAP = 58, 27, 142


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

    def draw(self, run: Sliding) -> Piece:
        """Draw the kernel, and for each step where the window stands, what it multiplies, and the map so far."""
        kernel = panel(
            f"kernel {written(run.kernel.shape)}",
            NumberGrid(run.kernel, 28, write=written_number, signed=True, frame="kernel"),
            name="kernel",
        )
        steps = [self._step(run, place) for place in self._places(run)]
        arrow = Arrow(length=22)
        wide: list[list[Piece]] = [[space(), space(), kernel, space(), space()]]
        wide += [[crop, arrow, products, arrow, made] for crop, products, made in steps]
        narrow = [
            column(
                crop,
                Arrow(down=True),
                either(row(products, within(MAP, made), gap=CLOSE), column(products, made, align="middle")),
                align="middle",
            )
            for crop, products, made in steps
        ]
        return either(matrix(wide, gap=12, between=24), column(kernel, *narrow, gap=32, align="middle"))

    def _step(self, run: Sliding, place: tuple[int, int]) -> tuple[Piece, Piece, Piece]:
        """Make pieces of the input with the window in one place, of the products there, and of the map so far."""
        size, number = len(run.kernel), place[0] * run.values.shape[1] + place[1] + 1
        crop = NumberGrid(run.crop, 27, write=written_number, fill=inked(run.crop), marks=[Mark(*place, size, size)])
        products = column(
            _products(run, place),
            Words(f"add up: {written_number(run.values[place])}", "output", TITLE, bold=True),
            gap=CLOSE,
            align="middle",
        )
        made = NumberGrid(
            so_far(run.values, place),
            36,
            write=if_done,
            signed=True,
            limit=float(np.abs(run.values).max()),
            marks=[Mark(*place, name="output")],
        )
        return (
            panel(f"input {written(run.crop.shape)}", crop, f"place {number} of {run.values.size}", name="input"),
            panel("pixel · weight", products, name="kernel"),
            panel(f"map {written(run.values.shape)}", made, name="output"),
        )

    def describe(self, run: Sliding) -> Description:
        rows, columns = run.values.shape
        sums = []
        size = len(run.kernel)
        for top, left in dict.fromkeys((self._places(run)[0], self._places(run)[-1])):
            patch = run.crop[top : top + size, left : left + size]
            terms = " + ".join(
                f"{written_number(pixel)}·{bracketed(weight)}"
                for pixel, weight in zip(patch.reshape(-1), run.kernel.reshape(-1), strict=True)
            )
            sums.append(f"At row {top}, column {left}: {terms} = {written_number(run.values[top, left])}.")
        return Description(
            f"A window of {written(run.kernel.shape)} cells slides over a crop of {written(run.crop.shape)} pixels of "
            "a digit; in each place it multiplies and adds, which gives one number of the map.",
            [
                f"It is drawn in {len(self._places(run))} of its {rows * columns} places, each with the input, the "
                "products, and the map so far.",
                "In each place, every pixel under the window is multiplied by the weight that lies on it, and the "
                "products are added.",
                *sums,
            ],
            [
                Numbers("The input", run.crop, written_number),
                Numbers("The weights", run.kernel, written_number),
                Numbers("The whole map", run.values, written_number),
            ],
        )

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


def _products(run: Sliding, place: tuple[int, int]) -> Piece:
    """Make a piece of what is multiplied in one place."""
    row, column = place
    patch = run.crop[row : row + len(run.kernel), column : column + len(run.kernel)]
    terms = [
        [f"{written_number(pixel)}·{bracketed(weight)}" for pixel, weight in zip(*lines, strict=True)]
        for lines in zip(patch, run.kernel, strict=True)
    ]

    def paint(axes: Axes, x: float, y: float, scale: float) -> None:
        cells(axes, terms, colored(run.products[place], 1, signed=True), x, y, PRODUCT, HEIGHT, size=TEXT)

    return Drawing(len(terms) * PRODUCT, len(terms) * HEIGHT, paint)


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
