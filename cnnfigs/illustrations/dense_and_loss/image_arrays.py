"""Images as arrays: a digit as a grid of numbers, a colour photo as three grids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import arrow, cells, digit, inked, label, photo, tinted, window
from cnnfigs.drawing.style import LARGE, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.parameters import TestImage, Whole, require_whole
from cnnfigs.runs.dense_and_loss.image_arrays import DigitPatch, PhotoPatch, digit_patch, photo_patch
from cnnfigs.words import with_article, written

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

    def draw(self, run: DigitPatch) -> Figure:
        """Draw the digit with the piece framed, and the piece with its numbers."""
        cell, pixel = 31, 6.5
        height = 36 + max(28 * pixel, len(run.patch) * cell)
        figure, axes = canvas(480, height)
        middle = 30 + (height - 36) / 2
        top, left, side = middle - 14 * pixel, 4, len(run.patch)
        label(axes, left + 14 * pixel, top - 16, f"{written(run.image.shape)} pixels", size=LARGE, bold=True)
        digit(axes, run.image / 255, left, top, 28 * pixel)
        window(axes, left + run.column * pixel, top + run.row * pixel, side * pixel, name="accent")
        arrow(axes, (left + 28 * pixel + 6, middle), (left + 28 * pixel + 32, middle))
        texts = [[str(value) for value in line] for line in run.patch]
        first, upper = 476 - side * cell, middle - side * cell / 2
        label(axes, first + side * cell / 2, upper - 16, "are numbers", size=LARGE, bold=True)
        cells(axes, texts, inked(run.patch / 255), first, upper, cell)
        window(axes, first, upper, side * cell, name="accent")
        return figure

    def describe(self, run: DigitPatch) -> str:
        rows = "; ".join(", ".join(str(value) for value in line) for line in run.patch)
        return f"""Left, {with_article(run.label)} of {written(run.image.shape)} pixels, black on white, with a frame
            around a piece of {written(run.patch.shape)}. Right, the numbers of that piece, 0 for paper to 255 for ink,
            row by row: {rows}."""

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

    def draw(self, run: PhotoPatch) -> Figure:
        """Draw part of the photo, the piece in large, and below it red, green and blue."""
        figure, axes = canvas(480, 402)
        side, cell, large = len(run.patch), 24.5, 26
        pixel = 216 / run.surroundings.shape[1]
        label(axes, 4, 16, "part of the photo", align="left", size=LARGE, bold=True)
        photo(axes, run.surroundings, 4, 32, 216)
        x, y = 4 + (run.column - run.left) * pixel, 32 + (run.row - run.top) * pixel
        # Around the piece, which is small and must not lie under its frame.
        room = 2
        window(axes, x - room, y - room, side * pixel + 2 * room, name="accent", line_width=1.5)
        beside = 476 - side * large
        arrow(axes, (232, 118), (beside - 12, 118))
        label(axes, beside, 16, f"{written(run.patch.shape[:2])} pixels of it", align="left", size=LARGE, bold=True)
        blank = [[""] * side] * side
        cells(axes, blank, run.patch / 255, beside, 32, large)
        window(axes, beside, 32, large, name="accent")
        for channel, name in enumerate(CHANNELS):
            left = 4 + channel * 162.5
            texts = [[str(value) for value in line] for line in run.patch[..., channel]]
            label(axes, left, 232, name, align="left", size=LARGE, bold=True)
            cells(axes, texts, tinted(run.patch[..., channel] / 255, channel), left, 246, cell, size=SMALL)
            window(axes, left, 246, cell, name="accent")
        return figure

    def describe(self, run: PhotoPatch) -> str:
        first = ", ".join(f"{name} {value}" for name, value in zip(CHANNELS, run.patch[0, 0], strict=True))
        ranges = "; ".join(
            f"{name} from {run.patch[..., channel].min()} to {run.patch[..., channel].max()}"
            for channel, name in enumerate(CHANNELS)
        )
        return f"""Part of a photo of a cat with a frame around {written(run.patch.shape[:2])} pixels, the same pixels
            enlarged, and below them three grids of numbers, one each for red, green and blue, 0 for none to 255 for
            the most. The pixel in the upper left corner, framed in the four grids, is {first}. Over the piece the
            numbers range: {ranges}."""

    def state_facts(self, run: PhotoPatch) -> dict[str, str]:
        numbers = int(np.prod(run.shape))
        first = dict(zip(CHANNELS, map(str, run.patch[0, 0]), strict=True))
        return {"shape": written(run.shape), "numbers": f"{numbers:,}"} | first
