"""A filter is a stack of slices, one for each channel: on a colour photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from cnnfigs.drawing.layout import Piece, column, either, matrix, row, within
from cnnfigs.drawing.pieces import Arrow, Mark, NumberGrid, Raster, Words, panel, sign
from cnnfigs.drawing.shapes import tinted
from cnnfigs.drawing.widths import SIGN, TITLE
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers, Part
from cnnfigs.illustrations.windows.window_steps import bracketed, written_grid
from cnnfigs.looks import strong_places
from cnnfigs.parameters import Whole
from cnnfigs.runs.filters.color_filter import ColorFilterRun, color_filter
from cnnfigs.words import written_number

CHANNELS = ("red", "green", "blue")
SIZE = 5


@dataclass(frozen=True)
class ColorFilter(Picture):
    """A filter with a slice for each of three channels: three sums and one bias make one number of one map."""

    row: Annotated[int, Whole(0, 25), "row of the crop's upper left corner in the photo of 30×45 pixels"] = 21
    column: Annotated[int, Whole(0, 40), "column of the same corner"] = 24

    def run(self) -> ColorFilterRun:
        return color_filter(self.row, self.column, SIZE)

    def draw(self, run: ColorFilterRun) -> Piece:
        """Draw the photo and its crop, the channels with their slices and sums, and the map."""
        photo = panel(
            "photo",
            Raster(run.photo, 150, frame="input", marks=[Mark(self.row, self.column, SIZE, SIZE, "input")]),
            name="input",
        )
        crop = panel("crop", Raster(run.crop, 130, frame="input", marks=[Mark(1, 1, 3, 3)]), name="input")
        response = panel(
            "the map of the whole photo", Raster(run.response, 4 * run.response.shape[1], frame="output"), name="output"
        )
        channels = self._channels(run)
        total, made = self._total(run), self._map(run)
        return either(
            row(
                column(photo, crop),
                channels,
                column(total, Arrow(down=True), made, within(140, response), align="middle"),
                gap=26,
            ),
            column(
                row(photo, crop, align="end"),
                Arrow(down=True),
                channels,
                Arrow(down=True),
                row(total, Arrow(), made),
                response,
                align="middle",
                gap=16,
            ),
        )

    def describe(self, run: ColorFilterRun) -> Description:
        channels = [
            f"The {name} slice on the {name} channel, multiplied and added: {written_number(total)}."
            for name, total in zip(CHANNELS, run.sums[1, 1], strict=True)
        ]
        sums = " + ".join(bracketed(value) for value in (*run.sums[1, 1], run.bias))
        return Description(
            "One filter on a colour photo: a slice for each of three channels; three sums and one bias make one number "
            "of one map.",
            [
                f"A photo of a cat, a crop of {SIZE}×{SIZE} pixels of it, and the crop’s three channels: red, green "
                "and blue.",
                "The filter has one slice of 3×3 weights for each channel; the window stands in the middle of the "
                "crop.",
                Part("What each slice gives", tuple(channels)),
                f"The three sums and the one bias make one number: {sums} = {written_number(run.values[1, 1])}.",
                f"The window stands in nine places of the crop, and so the filter makes one map of "
                f"{run.values.size} numbers.",
                "The map of the whole photo after ReLU is zero nearly everywhere, and strong on the nose and on the "
                "orange fur above it.",
                f"Where it is strong: {strong_places(run.response)}.",
            ],
            [
                *(
                    numbers
                    for channel, name in enumerate(CHANNELS)
                    for numbers in (
                        Numbers(f"The {name} channel", run.crop[..., channel], written_number),
                        Numbers(f"The {name} slice", run.kernel[..., channel], written_number),
                    )
                ),
                Numbers("The map of the crop", run.values, written_number),
            ],
        )

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

    @staticmethod
    def _channels(run: ColorFilterRun) -> Piece:
        """Arrange a row for each channel of the crop: its cells, its slice, and what they give."""
        heads = [Words(head, name, TITLE, bold=True) for head, name in (("channels", "input"), ("slices", "kernel"))]
        lines = [
            [
                panel(
                    "",
                    NumberGrid(
                        run.crop[..., channel],
                        27,
                        write=written_number,
                        fill=tinted(run.crop[..., channel], channel),
                        marks=[Mark(1, 1, 3, 3)],
                    ),
                    note=f"{name} channel",
                    align="middle",
                ),
                sign("·"),
                panel(
                    "",
                    NumberGrid(
                        run.kernel[..., channel], 30, write=written_number, signed=True, limit=2, frame="kernel"
                    ),
                    note=f"{name} slice",
                    align="middle",
                ),
                sign("="),
                Words(written_number(run.sums[1, 1, channel]), size=TITLE, bold=True),
            ]
            for channel, name in enumerate(CHANNELS)
        ]
        return matrix([[heads[0], sign(""), heads[1], sign(""), Words("sums", size=TITLE, bold=True)], *lines], gap=8)

    @staticmethod
    def _total(run: ColorFilterRun) -> Piece:
        """Arrange the sums and the bias as an addition, with what they give."""
        sums = [
            [Words(name, "muted"), Words(written_number(run.sums[1, 1, channel]))]
            for channel, name in enumerate(CHANNELS)
        ]
        bias = [Words("bias", "kernel"), Words(written_number(run.bias), "kernel")]
        total = [Words("together", bold=True), Words(written_number(run.values[1, 1]), "output", SIGN, bold=True)]
        return matrix([*sums, bias, total], gap=10, between=3, align="end")

    @staticmethod
    def _map(run: ColorFilterRun) -> Piece:
        grid = NumberGrid(
            run.values, 36, write=written_number, signed=True, frame="output", marks=[Mark(1, 1, name="output")]
        )
        return panel("one map", grid, name="output")


def in_rows(values: NDArray[np.float64]) -> str:
    """Write a grid row by row, as a text says it.

    Examples
    --------
    >>> in_rows(np.array([[0.5, -1.0], [0.0, 2.0]]))
    '0.5 −1; 0 2'
    """
    return "; ".join(" ".join(line) for line in written_grid(values))
