"""Images as arrays: a digit as a grid of numbers, a colour photo as three grids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from cnnfigs.drawing.layout import Piece, column, flow, grid
from cnnfigs.drawing.pieces import Arrow, Digit, Mark, NumberGrid, Photo, panel
from cnnfigs.drawing.shapes import inked, tinted
from cnnfigs.drawing.widths import TEXT
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.parameters import TestImage, Whole, require_whole
from cnnfigs.runs.dense_and_loss.image_arrays import DigitPatch, PhotoPatch, digit_patch, photo_patch
from cnnfigs.words import counted, listed, with_article, written

CHANNELS = ("red", "green", "blue")


@dataclass(frozen=True)
class DigitNumbers(Picture):
    """A handwritten digit, and the numbers that a square piece of it is made of.

    The piece must lie inside the image.
    """

    index: TestImage = 18
    row: Annotated[int, Whole(0, 27), "row where the piece begins"] = 4
    column: Annotated[int, Whole(0, 27), "column where the piece begins"] = 5
    size: Annotated[int, Whole(1, 8), "side of the piece in pixels"] = 8

    def __post_init__(self) -> None:
        super().__post_init__()
        require_whole("row", self.row, 0, 28 - self.size)
        require_whole("column", self.column, 0, 28 - self.size)

    def run(self) -> DigitPatch:
        return digit_patch(self.index, self.row, self.column, self.size)

    def draw(self, run: DigitPatch) -> Piece:
        """Draw the digit with the piece framed, and the piece with its numbers."""
        side = len(run.patch)
        piece = Mark(run.row, run.column, side, side, name="accent")
        whole = Mark(0, 0, side, side, name="accent")
        return flow(
            panel(f"{written(run.image.shape)} pixels", Digit(run.image / 255, 252, marks=[piece])),
            Arrow(),
            panel(
                "are numbers",
                NumberGrid(run.patch, 38, fill=inked(run.patch / 255), marks=[whole], size=TEXT),
                note="0 paper, 255 ink",
            ),
        )

    def describe(self, run: DigitPatch) -> Description:
        rows, columns = (f"{start} to {start + self.size - 1}" for start in (run.row, run.column))
        return Description(
            f"A handwritten {run.label}, and the numbers that a piece of it is made of: 0 is paper, 255 is ink.",
            [
                f"First {with_article(run.label)} of {written(run.image.shape)} pixels, black on white, with a frame "
                f"around a piece of {written(run.patch.shape)}: rows {rows}, columns {columns}.",
                "Then this piece enlarged, each pixel with its number and its shade of grey.",
                f"Its largest number is {run.patch.max()}; {np.count_nonzero(run.patch == 0)} of its "
                f"{counted(run.patch.size, 'number')} are 0.",
            ],
            [Numbers("The piece", run.patch), Numbers("The whole digit", run.image)],
        )

    def state_facts(self, run: DigitPatch) -> dict[str, str]:
        return {
            "digit": str(run.label),
            "with article": with_article(run.label),
            "shape": written(run.image.shape),
            "numbers": f"{run.image.size:,}",
            "paper": f"{np.count_nonzero(run.image == 0):,}",
            "corner": str(run.patch[0, 0]),
            "largest": str(run.patch.max()),
        }


@dataclass(frozen=True)
class ColorChannels(Picture):
    """A colour photo, a square piece of it, and the three layers of numbers that the piece is made of.

    The piece must lie inside the photo of 300×451 pixels.
    """

    row: Annotated[int, Whole(0, 299), "row where the piece begins"] = 84
    column: Annotated[int, Whole(0, 450), "column where the piece begins"] = 144
    size: Annotated[int, Whole(1, 6), "side of the piece in pixels"] = 6

    def __post_init__(self) -> None:
        super().__post_init__()
        require_whole("row", self.row, 0, 300 - self.size)
        require_whole("column", self.column, 0, 451 - self.size)

    def run(self) -> PhotoPatch:
        return photo_patch(self.row, self.column, self.size)

    def draw(self, run: PhotoPatch) -> Piece:
        """Draw part of the photo, the piece in large, and below it red, green and blue."""
        side, first = len(run.patch), Mark(0, 0, name="accent")
        # Around the piece, which is small and must not lie under its frame.
        top, left = run.row - run.top - 0.5, run.column - run.left - 0.5
        piece = Mark(top, left, side + 1, side + 1, name="accent", line_width=1.5)
        channels = [
            panel(name, NumberGrid(values, 34, fill=tinted(values / 255, channel), marks=[first]))
            for channel, (name, values) in enumerate(zip(CHANNELS, np.moveaxis(run.patch, -1, 0), strict=True))
        ]
        return column(
            flow(
                panel("part of the photo", Photo(run.surroundings, 320, marks=[piece])),
                Arrow(),
                panel(
                    f"{written(run.patch.shape[:2])} pixels of it",
                    NumberGrid(run.patch[..., 0], 34, fill=run.patch / 255, write=lambda _: "", marks=[first]),
                ),
            ),
            grid(channels),
            align="middle",
        )

    def describe(self, run: PhotoPatch) -> Description:
        corner = listed(f"{name} {value}" for name, value in zip(CHANNELS, run.patch[0, 0], strict=True))
        channels = [*zip(CHANNELS, np.moveaxis(run.patch, -1, 0), strict=True)]
        return Description(
            f"{written(run.patch.shape[:2])} pixels of a cat’s photo, and the three grids of numbers that they are "
            "made of: red, green and blue.",
            [
                f"First a part of the photo, {written(run.surroundings.shape[:2])} pixels, with a frame around the "
                "piece.",
                "Then the piece enlarged, each pixel in its colour.",
                "Then a grid of numbers for each channel, 0 for none of its colour to 255 for the most; the cells have "
                "that colour, nearly black where the number is small.",
                f"The pixel in the upper left corner is framed in the piece and in the three grids: {corner}.",
                *(f"The {name} numbers go from {values.min()} to {values.max()}." for name, values in channels),
            ],
            [Numbers(f"The {name} channel", values) for name, values in channels],
        )

    def state_facts(self, run: PhotoPatch) -> dict[str, str]:
        numbers = int(np.prod(run.shape))
        first = dict(zip(CHANNELS, map(str, run.patch[0, 0]), strict=True))
        return {"shape": written(run.shape), "numbers": f"{numbers:,}"} | first
