"""What one unit of a dense layer looks at, and what one filter of a convolution looks at, to the same scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from cnnfigs.data import mnist
from cnnfigs.drawing.shapes import arrow, box, digit, label, raster
from cnnfigs.drawing.style import SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import trained_on
from cnnfigs.parameters import TestImage
from cnnfigs.runs.activations import test_digit
from cnnfigs.runs.filters.global_patterns import BLOCK, GlobalAndLocalRun, compare_reach
from cnnfigs.words import with_article, written_number

SIDE = 196


@dataclass(frozen=True)
class GlobalAndLocal(Picture):
    """The weights of a unit of a dense layer and of a filter, to scale: one covers the image, the other slides over it.

    The unit and the filter that answer most strongly to the digit are shown.
    """

    index: TestImage = 4

    def run(self) -> GlobalAndLocalRun:
        return compare_reach(test_digit(self.index))

    def draw(self, run: GlobalAndLocalRun) -> Figure:
        """Draw the digit, the unit's weights and the filter's weights with one scale."""
        figure, axes = canvas(700, 272)
        pixel = SIDE / run.image.shape[1]
        top = 34
        heads = (
            ("the digit", "input", f"{run.image.size} pixels"),
            ("a unit of a dense layer", "kernel", f"{run.unit_weights.size} weights"),
            ("a filter of a convolution", "kernel", f"{run.kernel.size} weights"),
        )
        for number, (head, name, size) in enumerate(heads):
            middle = 8 + SIDE / 2 + number * (SIDE + 48)
            label(axes, middle, 16, head, name=name, bold=True)
            label(axes, middle, top + SIDE + 22, size, size=SMALL, name="muted")
        digit(axes, run.image, 8, top, SIDE)
        raster(axes, run.unit_weights, 8 + SIDE + 48, top, SIDE, signed=True, frame="kernel")
        left = 8 + 2 * (SIDE + 48)
        box(axes, left, top, SIDE, SIDE, edge="padding", dashed=True)
        row, column = np.unravel_index(run.filter_answers.argmax(), run.filter_answers.shape)
        kernel = run.kernel.shape[1] * pixel
        x, y = left + column * pixel, top + row * pixel
        raster(axes, run.kernel, x, y, kernel, signed=True, frame="kernel")
        for step in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            start, end = (
                (x + kernel / 2 + step[0] * reach, y + kernel / 2 + step[1] * reach)
                for reach in (kernel * 0.75, kernel * 1.8)
            )
            arrow(axes, start, end, "kernel")
        return figure

    def describe(self, run: GlobalAndLocalRun) -> str:
        height, width = run.kernel.shape
        article = with_article(int(mnist().y_test[self.index]))
        positive, negative = (
            "; ".join(
                f"{pixel_range('row', row)}, {pixel_range('column', column)}, {written_number(mean, 2)}"
                for row, column, mean in squares
            )
            for squares in (run.positive, run.negative)
        )
        under, beside = (written_number(mean, 3) for mean in (run.on_ink, run.on_paper))
        kernel = "; ".join(", ".join(written_number(weight, 2) for weight in line) for line in run.kernel)
        place = np.unravel_index(run.filter_answers.argmax(), run.filter_answers.shape)
        return f"""Three squares of the same scale. Left, {article} of {run.image.size} pixels. In the middle, the
            {run.unit_weights.size} weights of one unit of a dense layer, number {run.unit}: one for each pixel, so that
            they cover the whole image like a mask laid on it. Under the ink of the digit they are {under} on average,
            elsewhere {beside}. Of all squares of {BLOCK}×{BLOCK} weights, those with the most positive means are
            {positive}; those with the most negative means {negative}. Right, the {run.kernel.size} weights of one
            filter, number {run.channel}: a tiny patch of {height}×{width} in an empty square, drawn where it answers
            most strongly, its corner in row {place[0]}, column {place[1]}, with arrows in all four directions, as it
            slides over the image and stands in {run.filter_answers.size} places. Its weights, row by row: {kernel}."""

    def state_facts(self, run: GlobalAndLocalRun) -> dict[str, str]:
        return {
            "unit weights": str(run.unit_weights.size),
            "filter weights": str(run.kernel.size),
            "places": str(run.filter_answers.size),
            "trained": trained_on("dense_512", "convnet"),
        }


def pixel_range(axis: str, block: int) -> str:
    """Say which rows or columns of pixels a block covers.

    Examples
    --------
    >>> pixel_range("row", 2)
    'rows 8 to 11'
    """
    return f"{axis}s {block * BLOCK} to {(block + 1) * BLOCK - 1}"
