"""What one unit of a dense layer looks at, and what one filter of a convolution looks at, to the same scale."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from matplotlib.axes import Axes

from cnnfigs.data import mnist_labels
from cnnfigs.drawing.layout import Piece, column, either, row
from cnnfigs.drawing.pieces import Digit, Drawing, Raster, hundredths, panel
from cnnfigs.drawing.shapes import arrow, box, raster
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers, Part
from cnnfigs.illustrations.networks import trained_on
from cnnfigs.parameters import TestImage
from cnnfigs.runs.activations import test_digit
from cnnfigs.runs.filters.global_patterns import BLOCK, GlobalAndLocalRun, compare_reach
from cnnfigs.words import with_article, written_number


@dataclass(frozen=True)
class GlobalAndLocal(Picture):
    """The weights of a unit of a dense layer and of a filter, to scale: one covers the image, the other slides over it.

    The unit and the filter that answer most strongly to the digit are shown.
    """

    index: TestImage = 4

    def run(self) -> GlobalAndLocalRun:
        return compare_reach(test_digit(self.index))

    def draw(self, run: GlobalAndLocalRun) -> Piece:
        """Draw the digit, the unit's weights and the filter's weights with one scale."""

        def parts(side: float) -> tuple[Piece, Piece, Piece]:
            weights = Raster(run.unit_weights, side, signed=True, frame="kernel")
            sliding = Drawing(side, side, partial(self._draw_filter, run, side))
            counts = [f"{values.size} weights" for values in (run.unit_weights, run.kernel)]
            return (
                panel("a digit", Digit(run.image, side), f"{run.image.size} pixels", name="input"),
                panel("one unit of a dense layer", weights, counts[0], name="kernel"),
                panel("one filter of a convolution", sliding, counts[1], name="kernel"),
            )

        image, unit, kernel = parts(152)
        return either(row(*parts(216), gap=26), column(image, row(unit, kernel, gap=16), align="middle"))

    def describe(self, run: GlobalAndLocalRun) -> Description:
        height, width = run.kernel.shape
        article = with_article(int(mnist_labels("test")[self.index]))
        positive, negative = (
            tuple(
                f"{pixel_range('row', row)}, {pixel_range('column', column)}: {written_number(mean, 2)}."
                for row, column, mean in squares
            )
            for squares in (run.positive, run.negative)
        )
        under, beside = (written_number(mean, 3) for mean in (run.on_ink, run.on_paper))
        place = np.unravel_index(run.filter_answers.argmax(), run.filter_answers.shape)
        return Description(
            "A digit, the weights of a dense unit and those of a filter, to one scale: the unit covers the whole "
            "image, the filter is a tiny patch that slides.",
            [
                f"First, {article} of {run.image.size} pixels.",
                f"Second, the {run.unit_weights.size} weights of one unit of a dense layer, number {run.unit}: one for "
                "each pixel, so that they cover the whole image like a mask laid on it.",
                f"Under the ink of the digit they are {under} on average, elsewhere {beside}.",
                Part(f"Squares of {BLOCK}×{BLOCK} weights with the most positive means", positive),
                Part(f"Squares of {BLOCK}×{BLOCK} weights with the most negative means", negative),
                f"Third, the {run.kernel.size} weights of one filter, number {run.channel}: a tiny patch of "
                f"{height}×{width} in an empty square, drawn where it answers most strongly, its corner in row "
                f"{place[0]}, column {place[1]}.",
                f"Arrows in all four directions say that it slides over the image; it stands in "
                f"{run.filter_answers.size} places.",
            ],
            [
                Numbers("The weights of the filter", run.kernel, hundredths),
                Numbers("The weights of the unit", run.unit_weights, hundredths),
                Numbers("The digit", run.image, hundredths),
            ],
        )

    def state_facts(self, run: GlobalAndLocalRun) -> dict[str, str]:
        return {
            "unit weights": str(run.unit_weights.size),
            "filter weights": str(run.kernel.size),
            "places": str(run.filter_answers.size),
            "trained": trained_on("dense_512", "convnet"),
        }

    @staticmethod
    def _draw_filter(run: GlobalAndLocalRun, side: float, axes: Axes, x: float, y: float, _: float) -> None:
        """Draw the filter where it answers most strongly to the digit, and that it slides."""
        pixel = side / run.image.shape[1]
        box(axes, x, y, side, side, edge="padding", dashed=True)
        row, column = np.unravel_index(run.filter_answers.argmax(), run.filter_answers.shape)
        kernel = run.kernel.shape[1] * pixel
        left, top = x + column * pixel, y + row * pixel
        raster(axes, run.kernel, left, top, kernel, signed=True, frame="kernel")
        for down, across in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            start, end = (
                (left + kernel / 2 + across * reach, top + kernel / 2 + down * reach)
                for reach in (kernel / 2 + 5, kernel / 2 + 28)
            )
            arrow(axes, start, end, "kernel")


def pixel_range(axis: str, block: int) -> str:
    """Say which rows or columns of pixels a block covers.

    Examples
    --------
    >>> pixel_range("row", 2)
    'rows 8 to 11'
    """
    return f"{axis}s {block * BLOCK} to {(block + 1) * BLOCK - 1}"
