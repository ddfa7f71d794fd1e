"""A 1×1 convolution: each pixel's channels are mixed, and no neighbour is looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated

import numpy as np

from cnnfigs.drawing.layout import CLOSE, Piece, column, either, inset, matrix, row
from cnnfigs.drawing.pieces import Arrow, Mark, NumberGrid, Photo, Words, hundredths, panel
from cnnfigs.drawing.shapes import colored
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.filters.color_filter import CHANNELS
from cnnfigs.illustrations.windows.window_steps import bracketed
from cnnfigs.images import as_bytes
from cnnfigs.parameters import Whole
from cnnfigs.runs.filters.one_by_one import OneByOneRun, one_by_one
from cnnfigs.words import written_number

NAMES = ("brightness", "red against green")


@dataclass(frozen=True)
class OneByOne(Picture):
    """Two 1×1 filters on a photo: three numbers of one pixel become one, in the same way everywhere."""

    row: Annotated[int, Whole(0, 59), "row of the pixel that is spelled out, in the photo of 60×90 pixels"] = 47
    column: Annotated[int, Whole(0, 89), "column of the pixel that is spelled out"] = 52

    def run(self) -> OneByOneRun:
        return one_by_one(self.row, self.column)

    def draw(self, run: OneByOneRun) -> Piece:
        """Draw the photo, one pixel's numbers with the weights of both filters, and the two maps."""

        def filters(cell: float, side: float, gap: float) -> list[Piece]:
            return [
                panel(name, self._filter(run, number, cell, side, gap), name="output")
                for number, name in enumerate(NAMES)
            ]

        image = Photo(as_bytes(run.photo), 300, frame="input", marks=[self._mark("kernel")])
        small = replace(image, width=190)
        whole = either(
            row(panel("photo", small, "3 channels", name="input"), Arrow(), column(*filters(40, 190, 12))),
            column(
                panel("photo", image, "3 channels", name="input"),
                Arrow(down=True),
                *filters(40, 126, 6),
                gap=12,
                align="middle",
            ),
        )
        # A frame around a pixel at the border reaches beyond it.
        return inset(whole, left=6, right=6)

    def describe(self, run: OneByOneRun) -> Description:
        height, width = run.photo.shape[:2]
        sums = [
            f"{name.capitalize()}: {' + '.join(_terms(run, number))} = "
            f"{written_number(run.maps[run.row, run.column, number], 2)}."
            for number, name in enumerate(NAMES)
        ]
        return Description(
            "A photo of a cat, and two maps made of it by 1×1 filters: at every place the pixel’s three channels are "
            "weighed and added.",
            [
                f"Photo and maps have {height}×{width} pixels.",
                "At every place a filter multiplies the pixel’s three channels by its three weights and adds them.",
                f"One pixel is spelled out, at row {run.row}, column {run.column}.",
                *sums,
                "The first map is the photo in shades of grey.",
                "In the second the fur is orange, for positive; the irises are weaker, and the black pupils are near "
                "zero.",
            ],
            [
                Numbers("The pixel", run.photo[run.row, run.column], hundredths, rows=["pixel"], columns=CHANNELS),
                Numbers(
                    "The weights of the filters",
                    run.kernel[0, 0].T,
                    partial(written_number, decimals=3),
                    rows=NAMES,
                    columns=CHANNELS,
                ),
            ],
        )

    def state_facts(self, run: OneByOneRun) -> dict[str, str]:
        return {
            "weights": str(run.kernel[..., 0].size),
            "parameters": str(run.kernel.size),
            "red": written_number(run.kernel[0, 0, 0, 0], 3),
            "green": written_number(run.kernel[0, 0, 1, 0], 3),
            "blue": written_number(run.kernel[0, 0, 2, 0], 3),
        }

    def _mark(self, name: str) -> Mark:
        """Frame the pixel, which is small and must not lie under its frame."""
        return Mark(self.row - 2, self.column - 2, 5, 5, name=name)

    def _filter(self, run: OneByOneRun, number: int, cell: float, side: float, gap: float) -> Piece:
        """Make what one filter makes of the pixel, and its map."""
        pixel, weights = run.photo[run.row, run.column], run.kernel[0, 0, :, number]
        shades = np.diag(pixel)[:, np.newaxis]
        rows = [
            [
                Words(name, "muted"),
                NumberGrid([[value]], cell, write=hundredths, fill=shade[np.newaxis]),
                Words("×"),
                NumberGrid([[weight]], cell, write=partial(written_number, decimals=3), limit=2, signed=True),
            ]
            for name, value, weight, shade in zip(CHANNELS, pixel, weights, shades, strict=True)
        ]
        values = run.maps[..., number]
        # Brightness is drawn as shades of grey, which it is; the other map has both signs.
        colours = np.repeat(values[..., np.newaxis], 3, axis=-1) if number == 0 else colored(values, signed=True)
        total = written_number(run.maps[run.row, run.column, number], 2)
        return row(
            column(
                matrix(rows, gap=5, between=0),
                Words(f"add up: {total}", "output", bold=True),
                gap=CLOSE,
                align="middle",
            ),
            Arrow(length=24),
            Photo(as_bytes(colours), side, frame="output", marks=[self._mark("output")]),
            gap=gap,
        )


def _terms(run: OneByOneRun, number: int) -> list[str]:
    pairs = zip(run.photo[run.row, run.column], run.kernel[0, 0, :, number], strict=True)
    return [f"{written_number(value, 2)}·{bracketed(weight, 3)}" for value, weight in pairs]
