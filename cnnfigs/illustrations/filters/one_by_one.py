"""A 1×1 convolution: each pixel's channels are mixed, and no neighbour is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import arrow, cells, colored, label, photo, window
from cnnfigs.drawing.style import LARGE, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.filters.color_filter import CHANNELS
from cnnfigs.illustrations.windows.window_steps import bracketed
from cnnfigs.images import as_bytes
from cnnfigs.parameters import Whole
from cnnfigs.runs.filters.one_by_one import OneByOneRun, one_by_one
from cnnfigs.words import written_number

#: Width of the photo and its maps in pixels, and size of a cell.
PHOTO, CELL_WIDTH, CELL_HEIGHT = 200, 48, 26
NAMES = ("brightness", "red against green")


@dataclass(frozen=True)
class OneByOne(Picture):
    """Two 1×1 filters on a photo: three numbers of one pixel become one, in the same way everywhere."""

    row: Annotated[int, Whole(0, 59), "row of the pixel that is spelled out, in the photo of 60×90 pixels"] = 47
    column: Annotated[int, Whole(0, 89), "column of the pixel that is spelled out"] = 52

    def run(self) -> OneByOneRun:
        return one_by_one(self.row, self.column)

    def draw(self, run: OneByOneRun) -> Figure:
        """Draw the photo, one pixel's numbers with the weights of both filters, and the two maps."""
        figure, axes = canvas(720, 344)
        height = PHOTO * run.photo.shape[0] / run.photo.shape[1]
        top = 30 + (2 * height + 40 - height) / 2
        label(axes, 4 + PHOTO / 2, top - 14, "photo, 3 channels", name="input", bold=True)
        photo(axes, as_bytes(run.photo), 4, top, PHOTO, frame="input")
        pixel = PHOTO / run.photo.shape[1]
        window(axes, 4 + (run.column - 2) * pixel, top + (run.row - 2) * pixel, 5 * pixel)
        for number, name in enumerate(NAMES):
            self._draw_filter(axes, run, number, name, 30 + number * (height + 40), height)
        return figure

    def describe(self, run: OneByOneRun) -> str:
        sums = []
        for number, name in enumerate(NAMES):
            value = written_number(run.maps[run.row, run.column, number], 2)
            sums.append(f"{name}: {' + '.join(_terms(run, number))} = {value}")
        height, width = run.photo.shape[:2]
        return f"""A photo of a cat, {height}×{width} pixels, and two maps of the same size made of it by 1×1 filters.
            At every place a filter multiplies the pixel's three channels by its three weights and adds them. At row
            {run.row}, column {run.column}, on the nose: {"; ".join(sums)}. The first map is the photo in shades of
            grey. In the second the fur is orange, for positive; the irises are weaker, and the black pupils are near
            zero."""

    def state_facts(self, run: OneByOneRun) -> dict[str, str]:
        return {
            "weights": str(run.kernel[..., 0].size),
            "parameters": str(run.kernel.size),
            "red": written_number(run.kernel[0, 0, 0, 0], 3),
            "green": written_number(run.kernel[0, 0, 1, 0], 3),
            "blue": written_number(run.kernel[0, 0, 2, 0], 3),
        }

    def _draw_filter(self, axes: Axes, run: OneByOneRun, number: int, name: str, top: float, height: float) -> None:
        """Draw what one filter makes of the pixel, and its map."""
        middle, left = top + height / 2, 246
        weights = run.kernel[0, 0, :, number]
        rows = top + (height - 3 * CELL_HEIGHT) / 2 - 14
        arrow(axes, (212, middle + (172 - middle) * 0.5), (240, middle))
        for channel, channel_name in enumerate(CHANNELS):
            y = rows + channel * CELL_HEIGHT
            label(axes, left + 36, y + CELL_HEIGHT / 2, channel_name, align="right", size=SMALL, name="muted")
        values = run.photo[run.row, run.column]
        shades = np.diag(values)[:, np.newaxis]
        texts = [[written_number(value, 2)] for value in values]
        cells(axes, texts, shades, left + 44, rows, CELL_WIDTH, CELL_HEIGHT)
        label(axes, left + 44 + CELL_WIDTH + 10, rows + 1.5 * CELL_HEIGHT, "·", size=LARGE, bold=True)
        texts = [[written_number(weight, 3)] for weight in weights]
        fills = colored(weights[:, np.newaxis], 2, signed=True)
        cells(axes, texts, fills, left + 64 + CELL_WIDTH, rows, CELL_WIDTH, CELL_HEIGHT)
        value = written_number(run.maps[run.row, run.column, number], 2)
        centre = left + 54 + CELL_WIDTH
        label(axes, centre, rows + 3 * CELL_HEIGHT + 18, f"add up: {value}", name="output", bold=True)
        arrow(axes, (left + 72 + 2 * CELL_WIDTH, middle), (500, middle))
        left = 512
        label(axes, left + PHOTO / 2, top - 12, name, name="output", bold=True)
        values = run.maps[..., number]
        # Brightness is drawn as shades of grey, which it is; the other map has both signs.
        shades = np.repeat(values[..., np.newaxis], 3, axis=-1) if number == 0 else colored(values, signed=True)
        photo(axes, as_bytes(shades), left, top, PHOTO, frame="output")
        pixel = PHOTO / values.shape[1]
        window(axes, left + (run.column - 2) * pixel, top + (run.row - 2) * pixel, 5 * pixel, name="output")


def _terms(run: OneByOneRun, number: int) -> list[str]:
    pairs = zip(run.photo[run.row, run.column], run.kernel[0, 0, :, number], strict=True)
    return [f"{written_number(value, 2)}·{bracketed(weight, 3)}" for value, weight in pairs]
