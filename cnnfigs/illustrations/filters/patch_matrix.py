"""A convolution as one product of matrices: patches laid out in rows, filters in columns."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.figure import Figure

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
from cnnfigs.drawing.style import SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.filters.color_filter import CHANNELS
from cnnfigs.illustrations.windows.window_steps import bracketed, written_grid
from cnnfigs.parameters import Whole
from cnnfigs.runs.filters.patch_matrix import PatchMatrixRun, patch_matrix
from cnnfigs.words import written, written_number

#: Width and height of a cell of the long rows, of the crop's cells and of the result's, in pixels.
WIDTH, HEIGHT, CELL, OUT = 24, 24, 26, 40
LEFT = 66


@dataclass(frozen=True)
class PatchesAsRows(Picture):
    """Each patch of a crop as a row of 27 numbers, times the filters, and the products put back into maps."""

    row: Annotated[int, Whole(0, 26), "row of the crop's upper left corner in the photo of 30×45 pixels"] = 21
    column: Annotated[int, Whole(0, 41), "column of that corner"] = 24
    index: Annotated[
        int, Whole(0, 9_999), "which of MNIST's test images goes through the convnet, to compare with a whole layer"
    ] = 4

    def run(self) -> PatchMatrixRun:
        return patch_matrix(self.row, self.column, self.index)

    def draw(self, run: PatchMatrixRun) -> Figure:
        """Draw the crop, the patches as rows, the filters below them, the product and the maps."""
        small = run.small
        figure, axes = canvas(LEFT + 27 * WIDTH + 4, 560)
        label(axes, 4, 14, f"input {written(small.crop.shape)}", align="left", name="input", bold=True)
        raster(axes, small.crop, 4, 28, 4 * CELL, frame="input")
        window(axes, 4, 28, 3 * CELL)
        for channel, name in enumerate(CHANNELS):
            left = LEFT + 82 + channel * 190
            label(axes, left + 2 * CELL, 14, name, size=SMALL, name="muted")
            values = small.crop[..., channel]
            cells(axes, written_grid(values), tinted(values, channel), left, 28, CELL)
            window(axes, left, 28, 3 * CELL)
            start = LEFT + (channel * 9 + 4.5) * WIDTH
            arrow(axes, (left + 1.5 * CELL, 28 + 4 * CELL + 6), (start, 178))

        top = 204
        label(axes, 4, top - 14, "4 patches, each a row of 9 · 3 = 27 numbers", align="left", name="input", bold=True)
        for place in range(4):
            label(axes, 4, top + (place + 0.5) * HEIGHT, f"place {place}", align="left", size=SMALL)
        segments = np.split(small.patches, 3, axis=1)
        fills = np.concatenate([tinted(segment, channel) for channel, segment in enumerate(segments)], axis=1)
        cells(axes, written_grid(small.patches), fills, LEFT, top, WIDTH, HEIGHT)
        window(axes, LEFT, top, 27 * WIDTH, HEIGHT)

        top += 4 * HEIGHT + 52
        head = "times the matrix 27×2: a column for each filter, drawn lying, each weight below its pixels"
        label(axes, 4, top - 14, head, align="left", name="kernel", bold=True, size=SMALL)
        for number in range(2):
            label(axes, 4, top + (number + 0.5) * HEIGHT, f"filter {number}", align="left", size=SMALL)
        lying = small.weights.T
        cells(axes, written_grid(lying), colored(lying, 2, signed=True), LEFT, top, WIDTH, HEIGHT)
        for channel in (1, 2):
            # The borders between the channels.
            box(axes, LEFT + channel * 9 * WIDTH, 204, 0, 4 * HEIGHT, edge="text", line_width=2)
            box(axes, LEFT + channel * 9 * WIDTH, top, 0, 2 * HEIGHT, edge="text", line_width=2)

        top += 2 * HEIGHT + 50
        limit = np.abs(small.product).max()
        label(axes, LEFT + 90, top - 14, "= the product 4×2", name="output", bold=True)
        for place in range(4):
            label(axes, LEFT + 30, top + (place + 0.5) * 26, f"place {place}", align="right", size=SMALL)
        cells(axes, written_grid(small.product), colored(small.product, limit, signed=True), LEFT + 44, top, 46, 26)
        arrow(axes, (LEFT + 160, top + 52), (LEFT + 228, top + 52))
        label(axes, LEFT + 194, top + 36, "put back", size=SMALL, name="muted")
        for number in range(2):
            left = LEFT + 250 + number * 170
            label(axes, left + OUT, top - 14, f"map of filter {number}", name="output", bold=True)
            values = small.maps[..., number]
            number_grid(axes, values, left, top + 8, OUT, write=written_number, signed=True, limit=limit)
        return figure

    def describe(self, run: PatchMatrixRun) -> str:
        small = run.small
        first = " ".join(written_number(value) for value in small.patches[0])
        weights = " ".join(written_number(value) for value in small.weights[:, 0])
        rows = "; ".join(" and ".join(written_number(value) for value in line) for line in small.product)
        window = self.state_facts(run)["window"]
        return f"""A crop of {written(small.crop.shape)} numbers of the photo; a window of {window} stands in it in
            {len(small.patches)} places. Each patch is laid out as a row of {small.patches.shape[1]} numbers, 9 for each
            of the three channels, the first one {first}; together they make a matrix of {written(small.patches.shape)}.
            Two filters, laid out in the same order, make a matrix of {written(small.weights.shape)}; the first one is
            {weights}. Multiplied, they give {written(small.product.shape)} numbers, a row for each place: {rows}. Each
            column is put back into a map of {written(small.maps.shape[:2])}, the same that the convolution gives:
            place 0 of filter 0 is {bracketed(small.maps[0, 0, 0])}. Places and filters are counted from 0."""

    def state_facts(self, run: PatchMatrixRun) -> dict[str, str]:
        small, layer = run.small, run.layer
        # Without padding, a window stands in as many places as there are cells beside it, and one.
        window = tuple(size - places + 1 for size, places in zip(small.crop.shape, small.maps.shape[:2], strict=False))
        return {
            "window": written(window),
            "patches": written(small.patches.shape),
            "weights": written(small.weights.shape),
            "product": written(small.product.shape),
            "layer patches": written((layer.places, layer.numbers)),
            "layer weights": written((layer.numbers, layer.filters)),
            "layer product": written((layer.places, layer.filters)),
            "layer decimals": str(math.floor(-math.log10(2 * layer.difference))),
        }
