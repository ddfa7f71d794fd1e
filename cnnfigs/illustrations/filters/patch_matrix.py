"""A convolution as one product of matrices: patches laid out in rows, filters in columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes

from cnnfigs.drawing.layout import Piece, column, either, flow, inset, row
from cnnfigs.drawing.pieces import Arrow, Drawing, Mark, NumberGrid, Raster, Words, panel, space
from cnnfigs.drawing.shapes import label, tinted
from cnnfigs.drawing.widths import TEXT, TITLE
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.filters.color_filter import CHANNELS
from cnnfigs.illustrations.windows.window_steps import bracketed
from cnnfigs.parameters import Whole
from cnnfigs.runs.filters.patch_matrix import PatchMatrixRun, patch_matrix
from cnnfigs.words import written, written_number

#: Side of a cell of the long rows, and how much room is before them, in pixels.
CELL, FIRST = 23.5, 52
#: Where the window stands in the crop, to be followed.
WINDOW = Mark(0, 0, 3, 3)


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

    def draw(self, run: PatchMatrixRun) -> Piece:
        """Draw the crop, the patches as rows, the filters below them, the product and the maps."""
        small = run.small
        places = [f"place {place}" for place in range(len(small.patches))]
        filters = [f"filter {number}" for number in range(small.weights.shape[1])]
        whole = Raster(small.crop, FIRST, frame="input", marks=[WINDOW])
        crop = panel("input", whole, written(small.crop.shape), name="input")
        channels = [
            panel(name, NumberGrid(values, CELL, write=written_number, fill=tinted(values, channel), marks=[WINDOW]))
            for channel, (name, values) in enumerate(zip(CHANNELS, np.moveaxis(small.crop, -1, 0), strict=True))
        ]
        patches = [
            NumberGrid(part, CELL, write=written_number, fill=tinted(part, channel), marks=[Mark(0, 0, 1, len(part.T))])
            for channel, part in enumerate(np.split(small.patches, len(CHANNELS), axis=1))
        ]
        weights = [
            NumberGrid(part, CELL, write=written_number, limit=2, signed=True, frame="kernel")
            for part in np.split(small.weights.T, len(CHANNELS), axis=1)
        ]
        laid, numbers = (
            f"{len(places)} patches, each a row",
            f"of 9 · {len(CHANNELS)} = {small.patches.shape[1]} numbers",
        )
        lying = f"times the matrix {written(small.weights.shape)}"
        how = "a column for each filter, drawn lying, each weight below its pixels"
        wide = column(
            row(crop, *(inset(channel, right=5 * CELL) for channel in channels), gap=8, align="end"),
            panel(f"{laid} {numbers}", row(names(places), *patches, gap=8), name="input"),
            panel(lying, row(names(filters), *weights, gap=8), how, name="kernel"),
        )
        narrow = column(
            crop,
            column(
                Words(f"{laid} {numbers}", "input", TITLE, bold=True),
                Words(lying, "kernel", TITLE, bold=True),
                Words(how, "muted"),
                gap=1,
            ),
            *(
                column(
                    row(space(FIRST), channel, gap=8),
                    row(names(places), patch, gap=8),
                    row(names(filters), weight, gap=8),
                    gap=8,
                )
                for channel, patch, weight in zip(channels, patches, weights, strict=True)
            ),
            gap=16,
        )
        limit = float(np.abs(small.product).max())
        first, place = Mark(0, 0, 1, len(filters), name="output"), Mark(0, 0, name="output")
        product = NumberGrid(small.product, 34, write=written_number, limit=limit, signed=True, marks=[first])
        maps = [
            panel(
                f"map of {name}",
                NumberGrid(values, 34, write=written_number, limit=limit, signed=True, marks=[place]),
                name="output",
            )
            for name, values in zip(filters, np.moveaxis(small.maps, -1, 0), strict=True)
        ]
        result = flow(
            panel(
                f"= the product {written(small.product.shape)}", row(names(places, 34), product, gap=8), name="output"
            ),
            Arrow("put back"),
            row(*maps, gap=16),
            below="start",
        )
        return column(either(wide, narrow), result, gap=26)

    def describe(self, run: PatchMatrixRun) -> Description:
        small, window = run.small, self.state_facts(run)["window"]
        places = [f"place {place}" for place in range(len(small.patches))]
        filters = [f"filter {number}" for number in range(small.weights.shape[1])]
        size = small.patches.shape[1]
        columns = [f"{name} {number}" for name in CHANNELS for number in range(size // len(CHANNELS))]
        return Description(
            "A convolution as a product of two matrices: each patch a row, each filter a column, and each column of "
            "the product a map.",
            [
                f"A crop of {written(small.crop.shape)} numbers of the photo, first as pixels, then channel by "
                f"channel; a window of {window} stands in it in {len(small.patches)} places.",
                f"Each patch is laid out as a row of {size} numbers, 9 for each of the three channels; together they "
                f"make a matrix of {written(small.patches.shape)}.",
                f"Two filters, laid out in the same order, make a matrix of {written(small.weights.shape)}; they are "
                "drawn lying, each weight below its pixels.",
                f"Multiplied, they give {written(small.product.shape)} numbers, a row for each place.",
                f"Each column is put back into a map of {written(small.maps.shape[:2])}, the same that the convolution "
                f"gives: place 0 of filter 0 is {bracketed(small.maps[0, 0, 0])}.",
                "Places and filters are counted from 0; the window, its row and its results are framed for place 0.",
            ],
            [
                *(
                    Numbers(f"The {name} channel of the crop", values, written_number)
                    for name, values in zip(CHANNELS, np.moveaxis(small.crop, -1, 0), strict=True)
                ),
                Numbers("The patches as rows", small.patches, written_number, rows=places, columns=columns),
                Numbers("The filters, drawn lying", small.weights.T, written_number, rows=filters, columns=columns),
                Numbers("The product", small.product, written_number, rows=places, columns=filters),
                *(
                    Numbers(f"The map of {name}", values, written_number)
                    for name, values in zip(filters, np.moveaxis(small.maps, -1, 0), strict=True)
                ),
            ],
        )

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


def names(words: Sequence[str], pitch: float = CELL) -> Piece:
    """Write the names of rows of a grid before it."""

    def paint(axes: Axes, x: float, y: float, scale: float) -> None:
        for number, word in enumerate(words):
            label(axes, x, y + (number + 0.5) * pitch, word, align="left", size=TEXT)

    return Drawing(FIRST, len(words) * pitch, paint)
