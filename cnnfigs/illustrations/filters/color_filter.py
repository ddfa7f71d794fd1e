"""A filter is a stack of slices, one for each channel: on a colour photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.drawing.shapes import (
    arrow,
    box,
    cells,
    colored,
    label,
    number_grid,
    raster,
    tinted,
    window,
)
from cnnfigs.drawing.style import LARGE, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.windows.window_steps import bracketed, written_grid
from cnnfigs.parameters import Whole
from cnnfigs.runs.filters.color_filter import ColorFilterRun, color_filter
from cnnfigs.words import written_number

CHANNELS = ("red", "green", "blue")
SIZE, CELL, SLICE, OUT = 5, 27, 30, 36
#: Left edge of the photo, and middles of channels, slices, sums and result, in pixels.
X = (8, 290, 445, 535, 640)


@dataclass(frozen=True)
class ColorFilter(Picture):
    """A filter with a slice for each of three channels: three sums and one bias make one number of one map."""

    row: Annotated[int, Whole(0, 25), "row of the crop's upper left corner in the photo of 30×45 pixels"] = 21
    column: Annotated[int, Whole(0, 40), "column of the same corner"] = 24

    def run(self) -> ColorFilterRun:
        return color_filter(self.row, self.column, SIZE)

    def draw(self, run: ColorFilterRun) -> Figure:
        """Draw the photo, the three channels with their slices and sums, and the map."""
        figure, axes = canvas(720, 540)
        grid = SIZE * CELL
        self._draw_photo(axes, run)
        for x, head, name in ((X[1], "channels", "input"), (X[2], "slices", "kernel"), (X[3], "sums", "text")):
            label(axes, x, 14, head, name=name, bold=True)
        tops = [44 + number * 170 for number in range(3)]
        for channel, top in enumerate(tops):
            self._draw_channel(axes, run, channel, top)

        middle = tops[1] + grid / 2
        for top in tops:
            # All three sums go to one number.
            arrow(axes, (X[3] + 28, top + grid / 2), (X[4] - 44, middle - 60 + (top - tops[1]) / 8))
        terms = [*(written_number(value) for value in run.sums[1, 1]), written_number(run.bias)]
        for number, term in enumerate(terms):
            name = "kernel" if number == 3 else "text"
            label(axes, X[4] + 32, middle - 92 + 20 * number, term, align="right", name=name)
        label(axes, X[4] - 6, middle - 32, "bias", align="right", size=SMALL, name="kernel")
        box(axes, X[4] - 6, middle - 20, 44, 0, edge="text")
        total = written_number(run.values[1, 1])
        label(axes, X[4] + 32, middle - 4, total, align="right", size=LARGE, name="output", bold=True)
        arrow(axes, (X[4] + 18, middle + 10), (X[4] + 18, middle + 34), "output")
        left, below = X[4] + 18 - OUT * 1.5, middle + 40
        number_grid(axes, run.values, left, below, OUT, write=written_number, signed=True)
        window(axes, left + OUT, below + OUT, OUT, name="output")
        label(axes, X[4] + 18, below + 3 * OUT + 14, "one map", name="output", bold=True)
        return figure

    def describe(self, run: ColorFilterRun) -> str:
        sentences = []
        for channel, name in enumerate(CHANNELS):
            sentences.append(
                f"The {name} channel under the window, row by row: {in_rows(run.crop[1:4, 1:4, channel])}; its slice: "
                f"{in_rows(run.kernel[..., channel])}; multiplied and added: "
                f"{written_number(run.sums[1, 1, channel])}."
            )
        sums = " + ".join(bracketed(value) for value in (*run.sums[1, 1], run.bias))
        return f"""A photo of a cat and a crop of {SIZE}×{SIZE} pixels of it, split into its three channels. One filter
            has one slice of 3×3 weights for each channel. {" ".join(sentences)} The three sums and the one bias make
            one number: {sums} = {written_number(run.values[1, 1])}. The window stands in nine places, and so the filter
            makes one map of nine numbers: {in_rows(run.values)}."""

    def state_facts(self, run: ColorFilterRun) -> dict[str, str]:
        facts = {name: written_number(run.sums[1, 1, channel]) for channel, name in enumerate(CHANNELS)}
        return facts | {
            "bias": written_number(run.bias),
            "value": written_number(run.values[1, 1]),
            "weights": str(run.kernel.size),
            "parameters": str(run.kernel.size + 1),
            "positive": str(int((run.response > 0).sum())),
            "places": f"{run.response.size:,}",
        }

    def _draw_photo(self, axes: Axes, run: ColorFilterRun) -> None:
        """Draw the photo with the crop marked, the crop, and where the filter answers in the whole photo."""
        height, width, pixel = run.photo.shape[0], run.photo.shape[1], 4
        label(axes, X[0], 14, "photo", align="left", name="input", bold=True)
        raster(axes, run.photo, X[0], 28, width * pixel, frame="input")
        window(axes, X[0] + self.column * pixel, 28 + self.row * pixel, SIZE * pixel, name="input")
        top = 28 + height * pixel + 30
        label(axes, X[0], top, "crop", align="left", name="input", bold=True)
        raster(axes, run.crop, X[0], top + 14, SIZE * CELL, frame="input")
        window(axes, X[0] + CELL, top + 14 + CELL, 3 * CELL)
        top += SIZE * CELL + 44
        label(axes, X[0], top, "the map of the whole photo", align="left", name="output", bold=True, size=SMALL)
        raster(axes, run.response, X[0] + pixel, top + 14, run.response.shape[1] * pixel, frame="output")

    def _draw_channel(self, axes: Axes, run: ColorFilterRun, channel: int, top: float) -> None:
        """Draw one channel of the crop, its slice, and what they give."""
        values = run.crop[..., channel]
        grid = SIZE * CELL
        label(axes, X[1], top - 10, CHANNELS[channel], size=SMALL, name="muted")
        cells(axes, written_grid(values), tinted(values, channel), X[1] - grid / 2, top, CELL)
        window(axes, X[1] - grid / 2 + CELL, top + CELL, 3 * CELL)
        middle, side = top + grid / 2, 3 * SLICE
        label(axes, X[2] - side / 2 - 15, middle, "·", size=LARGE, bold=True)
        slices = run.kernel[..., channel]
        cells(axes, written_grid(slices), colored(slices, 2, signed=True), X[2] - side / 2, middle - side / 2, SLICE)
        label(axes, X[2] + side / 2 + 17, middle, "=", size=LARGE, bold=True)
        label(axes, X[3], middle, written_number(run.sums[1, 1, channel]), size=LARGE, bold=True)


def in_rows(values: NDArray[np.float64]) -> str:
    """Write a grid row by row, as a text says it.

    Examples
    --------
    >>> in_rows(np.array([[0.5, -1.0], [0.0, 2.0]]))
    '0.5 −1; 0 2'
    """
    return "; ".join(" ".join(line) for line in written_grid(values))
