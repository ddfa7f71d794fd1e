"""ReLU on a feature map, and what happens without it: two convolutions are one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cnnfigs.drawing.layout import Piece, column, either, flow, matrix, row
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Arrow, Digit, Drawing, NumberGrid, Raster, Words, hundredths, panel, sign, space
from cnnfigs.drawing.shapes import box, label, on_top
from cnnfigs.drawing.widths import TEXT, TITLE
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.filters.color_filter import in_rows
from cnnfigs.illustrations.networks import Network, require_filter
from cnnfigs.parameters import TestImage, Whole
from cnnfigs.runs.activations import test_digit
from cnnfigs.runs.filters.rectifying import Collapsed, Rectified, collapse, rectify
from cnnfigs.words import as_percent, fixed, written, written_number

#: Width of a map, and of the curve of ReLU, in pixels.
SIDE, CURVE = 208, 116


@dataclass(frozen=True)
class RectifiedMap(Picture):
    """One map of the first layer before ReLU and after it, with the curve of ReLU between the two.

    A Keras model has to begin with a Conv2D layer and to read (28, 28, 1).
    """

    filter: Annotated[int, Whole(0), "which filter of the first layer"] = 12
    index: TestImage = 4
    network: Network = "convnet"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_filter(self.filter, self.network)

    def run(self) -> Rectified:
        return rectify(self.network, test_digit(self.index), self.filter)

    def draw(self, run: Rectified) -> Piece:
        """Draw the map before, the curve, and the map after."""
        limit = float(np.abs(run.before).max())
        low, high = fixed(run.before.min(), 2), f"{run.before.max():.2f}"
        return flow(
            panel(
                "what the filter gives",
                Raster(run.before, SIDE, limit=limit, signed=True, frame="output"),
                note=f"from {low} to {high}",
            ),
            Arrow(),
            panel("ReLU", Drawing(CURVE, CURVE, partial(draw_curve, run.curve)), name="kernel"),
            Arrow(),
            panel(
                "what the layer passes on",
                Raster(run.after, SIDE, limit=limit, frame="output"),
                note=f"{as_percent(run.zeros)} are zero",
                name="output",
            ),
            gap=14,
        )

    def describe(self, run: Rectified) -> Description:
        low, high = fixed(run.before.min(), 2), f"{run.before.max():.2f}"
        return Description(
            f"A map before ReLU and after it: what was negative becomes zero, as are {as_percent(run.zeros)} of all "
            "its numbers then.",
            [
                f"First the map of filter {self.filter} before ReLU, {written(run.before.shape)} numbers from {low} to "
                f"{high}: positive, orange, along some edges of the digit, negative, purple, along the opposite ones.",
                "Then the curve of ReLU: flat at zero for all negative numbers, a straight line upwards for positive "
                "ones.",
                "Last the map after ReLU: what was positive is as before, what was negative is zero.",
            ],
            [
                Numbers("The map before ReLU", run.before, hundredths),
                Numbers("The map after ReLU", run.after, hundredths),
            ],
        )

    def state_facts(self, run: Rectified) -> dict[str, str]:
        return {
            "channel": str(self.filter),
            "smallest": fixed(run.before.min(), 2),
            "largest": f"{run.before.max():.2f}",
            "negative": as_percent(run.negative),
            "zeros": as_percent(run.zeros),
        }


@dataclass(frozen=True)
class TwoAreOne(Picture):
    """Two 3×3 convolutions and the one 5×5 convolution that gives the same, and what ReLU between them changes."""

    index: TestImage = 4

    def run(self) -> Collapsed:
        return collapse(test_digit(self.index))

    def draw(self, run: Collapsed) -> Piece:
        """Draw a row for each way from the digit to a map, and between them whether the maps are equal."""
        limit = max(np.abs(run.once).max(), np.abs(run.rectified).max())
        ways = (
            ("two convolutions", (run.first, run.second), "", run.twice, None),
            ("one convolution", (run.both,), "", run.once, run.difference),
            ("two, and ReLU between them", (run.first, run.second), "ReLU", run.rectified, run.rectified_difference),
        )

        def parts(cell: float, side: float, gap: float) -> tuple[Piece, Piece]:
            rows: list[list[Piece]] = []
            for head, kernels, between, values, difference in ways:
                if difference is not None:
                    mark, words = ("≠", "not equal") if difference else ("=", "equal")
                    verdict = row(sign(mark, "accent"), Words(words, "accent", TITLE, bold=True), gap=8)
                    rows.append([space(), space(), verdict])
                first, *second = (
                    NumberGrid(kernel, cell, limit=2, signed=True, frame="kernel", write=written_number)
                    for kernel in kernels
                )
                after = [each for kernel in second for each in (Arrow(between, "accent", 24), kernel)]
                result = Raster(values, side, limit=limit, signed=True, frame="output")
                rows.append([panel(head, row(first, *after, gap=gap), name="kernel"), Arrow(length=24), result])
            image = panel("input", Digit(run.image, side), name="input")
            return image, matrix(rows, gap=gap, between=4)

        (image, wide), (_, narrow) = parts(28, 132, 14), parts(20, 112, 6)
        return either(row(image, Arrow(), wide), column(image, Arrow(down=True), narrow, gap=8, align="middle"))

    def describe(self, run: Collapsed) -> Description:
        return Description(
            "Three ways from a digit to a map: two 3×3 kernels give the same as one 5×5 kernel, but not with ReLU "
            "between them.",
            [
                f"Each way ends in a map of {written(run.once.shape)} numbers.",
                f"The first goes through two 3×3 kernels, one after the other: {in_rows(run.first)}, then "
                f"{in_rows(run.second)}.",
                f"The second goes through one 5×5 kernel: {in_rows(run.both)}.",
                f"These two maps are equal; their largest difference is {run.difference:g}.",
                "The third goes through the two 3×3 kernels with ReLU between them.",
                f"Now the map is not equal: it differs by up to {run.rectified_difference:.1f}.",
            ],
            [
                Numbers("The digit", run.image, hundredths),
                Numbers("The first 3×3 kernel", run.first),
                Numbers("The second 3×3 kernel", run.second),
                Numbers("The 5×5 kernel", run.both),
                Numbers("The map of the two kernels, and of the one", run.once, hundredths),
                Numbers("The map with ReLU between the two", run.rectified, hundredths),
            ],
        )

    def state_facts(self, run: Collapsed) -> dict[str, str]:
        return {
            "difference": f"{run.difference:g}",
            "difference with ReLU": f"{run.rectified_difference:.1f}",
            "weights of two": str(run.first.size + run.second.size),
            "weights of one": str(run.both.size),
        }


def draw_curve(curve: NDArray[np.float64], axes: Axes, x: float, y: float, scale: float) -> None:
    """Draw a curve, pairs from -1 to 1, shape (n, 2), with its two axes into a square."""
    side, middle = CURVE * scale, CURVE * scale / 2
    box(axes, x, y + middle, side, 0)
    box(axes, x + middle, y, 0, side)
    axes.plot(
        x + middle + curve[:, 0] * middle,
        y + middle - curve[:, 1] * middle,
        color=color("kernel"),
        linewidth=3,
        zorder=on_top(axes),
    )
    label(axes, x + middle - 10, y + middle + 12, "0", size=TEXT, name="muted")
