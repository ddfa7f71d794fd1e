"""ReLU on a feature map, and what happens without it: two convolutions are one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.drawing.palette import color
from cnnfigs.drawing.shapes import arrow, box, cells, colored, digit, label, raster
from cnnfigs.drawing.style import LARGE, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.filters.color_filter import in_rows
from cnnfigs.illustrations.networks import Network, require_filter
from cnnfigs.illustrations.windows.window_steps import written_grid
from cnnfigs.parameters import TestImage, Whole
from cnnfigs.runs.activations import test_digit
from cnnfigs.runs.filters.rectifying import Collapsed, Rectified, collapse, rectify
from cnnfigs.words import as_percent, fixed, written

SIDE = 208


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

    def draw(self, run: Rectified) -> Figure:
        """Draw the map before, the curve, and the map after."""
        figure, axes = canvas(2 * SIDE + 236, SIDE + 66)
        limit = float(np.abs(run.before).max())
        right = SIDE + 226
        label(axes, 8 + SIDE / 2, 14, "what the filter gives", bold=True)
        raster(axes, run.before, 8, 28, SIDE, limit=limit, signed=True, frame="output")
        low, high = fixed(run.before.min(), 2), f"{run.before.max():.2f}"
        label(axes, 8 + SIDE / 2, SIDE + 46, f"from {low} to {high}", size=SMALL, name="muted")
        label(axes, 8 + SIDE + 108, 14, "ReLU", name="kernel", bold=True)
        draw_curve(axes, run.curve, SIDE + 48, 48, 136)
        arrow(axes, (SIDE + 16, 116), (SIDE + 40, 116))
        arrow(axes, (SIDE + 192, 116), (SIDE + 216, 116))
        label(axes, right + SIDE / 2, 14, "what the layer passes on", name="output", bold=True)
        raster(axes, run.after, right, 28, SIDE, limit=limit, frame="output")
        zeros = f"{as_percent(run.zeros)} are zero"
        label(axes, right + SIDE / 2, SIDE + 46, zeros, size=SMALL, name="muted")
        return figure

    def describe(self, run: Rectified) -> str:
        low, high = fixed(run.before.min(), 2), f"{run.before.max():.2f}"
        return f"""Three pictures from left to right. The map of filter {self.filter} before ReLU,
            {written(run.before.shape)} numbers from {low} to {high}: positive along some edges of the digit, negative
            along the opposite ones. The curve of ReLU: flat at zero for all negative numbers, a straight line upwards
            for positive ones. The map after ReLU: what was positive is as before, what was negative is zero, as are
            {as_percent(run.zeros)} of all its numbers."""

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

    def draw(self, run: Collapsed) -> Figure:
        """Draw a row for each way from the digit to a map."""
        cell, side, height = 24, 120, 150
        figure, axes = canvas(610, 3 * height + 22)
        limit = max(np.abs(run.once).max(), np.abs(run.rectified).max())
        ways = (
            ("two convolutions", (run.first, run.second), "", run.twice, None),
            ("one convolution", (run.both,), "", run.once, run.difference),
            ("ReLU between them", (run.first, run.second), "ReLU", run.rectified, run.rectified_difference),
        )
        for number, (head, kernels, between, values, difference) in enumerate(ways):
            middle = number * height + 22 + side / 2
            label(axes, 148, middle - side / 2 - 8, head, align="left", name="kernel", bold=True)
            digit(axes, run.image, 4, middle - side / 2, side)
            arrow(axes, (130, middle), (152, middle))
            x = 218.0 if len(kernels) == 2 else 282.0
            for kernel in kernels:
                width = kernel.shape[1] * cell
                top = middle - kernel.shape[0] * cell / 2
                cells(axes, written_grid(kernel), colored(kernel, 2, signed=True), x - width / 2, top, cell)
                x += 136
            if len(kernels) == 2:
                arrow(axes, (262, middle), (310, middle))
                label(axes, 286, middle - 14, between, size=SMALL, name="accent", bold=True)
            arrow(axes, (416, middle), (466, middle))
            raster(axes, values, 482, middle - side / 2, side, limit=limit, signed=True, frame="output")
            if difference is not None:
                sign = "≠" if difference else "="
                label(axes, 482 + side / 2, middle - side / 2 - 15, sign, size=LARGE, bold=True, name="accent")
        return figure

    def describe(self, run: Collapsed) -> str:
        return f"""Three rows, each from the same digit to a map of {written(run.once.shape)} numbers. First through two
            3×3 kernels, one after the other: {in_rows(run.first)}, then {in_rows(run.second)}. Second through one 5×5
            kernel: {in_rows(run.both)}. The two maps are equal; their largest difference is
            {run.difference:g}. Third through the two 3×3 kernels with ReLU between them: now the
            map differs, by up to {run.rectified_difference:.1f}."""

    def state_facts(self, run: Collapsed) -> dict[str, str]:
        return {
            "difference": f"{run.difference:g}",
            "difference with ReLU": f"{run.rectified_difference:.1f}",
            "weights of two": str(run.first.size + run.second.size),
            "weights of one": str(run.both.size),
        }


def draw_curve(axes: Axes, curve: NDArray[np.float64], x: float, y: float, side: float) -> None:
    """Draw a curve, pairs from -1 to 1, shape (n, 2), with its two axes into a square."""
    middle = side / 2
    box(axes, x, y + middle, side, 0, edge="grid")
    box(axes, x + middle, y, 0, side, edge="grid")
    axes.plot(x + middle + curve[:, 0] * middle, y + middle - curve[:, 1] * middle, color=color("kernel"), linewidth=3)
    label(axes, x + middle - 10, y + middle + 12, "0", size=SMALL, name="muted")
