"""What the zeros of "same" padding do: they draw a line around images that have none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import box, cells, label, number_grid, raster
from cnnfigs.drawing.style import NORMAL, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.windows.places import arrow_right, square
from cnnfigs.parameters import Whole
from cnnfigs.runs.windows.edge_effects import EdgeEffect, edge_effect, small_cat
from cnnfigs.runs.windows.places import blank
from cnnfigs.words import written_number

CELL, MARGIN = 26, 4


@dataclass(frozen=True)
class FlatEdge(Picture):
    """An image with no edge at all, and the edge that padding with zeros makes of it."""

    size: Annotated[int, Whole(3, 6), "side of the square image"] = 5

    def run(self) -> EdgeEffect:
        return edge_effect(blank(self.size))

    def draw(self, run: EdgeEffect) -> Figure:
        """Draw the padded image, the kernel, and the outputs with and without padding."""
        side = (self.size + 2) * CELL
        valid, kernel = (self.size - 2) * CELL, 3 * CELL
        widths = (side, kernel, valid, self.size * CELL)
        texts = (
            (f"image {square(run.image)}", "input"),
            (f"kernel {square(run.kernel)}", "kernel"),
            (f"“valid” {square(run.valid)}", "output"),
            (f"“same” {square(run.same)}", "output"),
        )
        # A grid is no narrower than its heading.
        steps = [max(width, 84) + gap for width, gap in zip(widths, (40, 40, 20), strict=False)]
        lefts = [*accumulate(steps, initial=MARGIN)]
        figure, axes = canvas(lefts[-1] + max(widths[-1], 84) + MARGIN, side + 32)
        middle = 28 + side / 2
        tops = [middle - height / 2 for height in (side, kernel, valid, self.size * CELL)]
        for left, top, (text, name) in zip(lefts, tops, texts, strict=True):
            label(axes, left, top - 14, text, align="left", name=name)
        self._draw_padded(axes, run, lefts[0], tops[0])
        number_grid(axes, run.kernel, lefts[1], tops[1], CELL, write=written_number, signed=True)
        limit = float(np.abs(run.same).max())
        number_grid(axes, run.valid, lefts[2], tops[2], CELL, signed=True, limit=limit, size=NORMAL)
        number_grid(axes, run.same, lefts[3], tops[3], CELL, signed=True, limit=limit, size=NORMAL)
        label(axes, lefts[0] + side + 20, middle, "·", bold=True, size=20)
        arrow_right(axes, lefts[1] + max(kernel, 84) + 2, middle, 32)
        return figure

    def _draw_padded(self, axes: Axes, run: EdgeEffect, left: float, top: float) -> None:
        side = (self.size + 2) * CELL
        ring = np.pad(np.full(run.image.shape, ""), 1, constant_values="0")
        cells(axes, ring.tolist(), "padding-fill", left, top, CELL, size=NORMAL)
        number_grid(axes, run.image, left + CELL, top + CELL, CELL, fill="input-fill", size=NORMAL)
        box(axes, left, top, side, side, edge="padding", line_width=1.25, dashed=True)
        box(axes, left + CELL, top + CELL, side - 2 * CELL, side - 2 * CELL, edge="input", line_width=1.5)

    def describe(self, run: EdgeEffect) -> str:
        edge = run.same[0, len(run.same) // 2]
        return f"""A {square(run.image)} image whose cells are all {run.image[0, 0]:g}, with a ring of zeros around it,
            and a {square(run.kernel)} kernel with {run.kernel[1, 1]:g} in the middle and else
            {run.kernel[0, 0]:g}, which sum to {run.kernel.sum():g}. Without padding, the {square(run.valid)}
            output is {run.valid[0, 0]:g} everywhere. With “same” padding, the {square(run.same)} output has a ring of
            numbers that are not zero: {run.same[0, 0]:g} in the corners, {edge:g} along the edges. Its first row is
            {_row(run.same[0])}, its second {_row(run.same[1])}, its last {_row(run.same[-1])}."""

    def state_facts(self, run: EdgeEffect) -> dict[str, str]:
        return {
            "inside": f"{run.valid[0, 0]:g}",
            "edge": f"{run.same[0, len(run.same) // 2]:g}",
            "corner": f"{run.same[0, 0]:g}",
            "kernel sum": f"{run.kernel.sum():g}",
        }


@dataclass(frozen=True)
class PhotoEdge(Picture):
    """A photo and its edges, without padding and with the line that padding with zeros draws around it."""

    size: Annotated[int, Whole(30, 120), "side in pixels to which the cat photo is reduced"] = 60

    def run(self) -> EdgeEffect:
        return edge_effect(small_cat(self.size))

    def draw(self, run: EdgeEffect) -> Figure:
        """Draw the photo and both outputs, all at the same scale."""
        side = 200
        figure, axes = canvas(3 * side + 48 + 2 * MARGIN, side + 52)
        lefts = [MARGIN + each * (side + 24) for each in range(3)]
        raster(axes, np.repeat(run.image[..., np.newaxis], 3, axis=2), lefts[0], 26, side, frame="input")
        cut = side / self.size
        limit = float(np.abs(run.valid).max())
        raster(axes, run.valid, lefts[1] + cut, 26 + cut, side - 2 * cut, limit=limit, signed=True, frame=None)
        raster(axes, run.same, lefts[2], 26, side, limit=limit, signed=True, frame=None)
        texts = (
            (f"photo {square(run.image)}", "input"),
            (f"“valid” {square(run.valid)}", "output"),
            (f"“same” {square(run.same)}", "output"),
        )
        for left, (text, name) in zip(lefts, texts, strict=True):
            label(axes, left, 12, text, align="left", name=name)
        label(axes, lefts[2], 26 + side + 14, "a frame not in the photo", align="left", size=SMALL, name="accent")
        return figure

    def describe(self, run: EdgeEffect) -> str:
        border, inside = run.strengths
        return f"""Left, a cat's face in grey, {square(run.image)} pixels. Middle, the answers of a kernel that finds
            edges, without padding, {square(run.valid)}: the outlines of eyes, nose and stripes. Right, the same with
            zeros around the photo, {square(run.same)}: the same lines, and a strong line along all four borders, where
            the photo has none. The answers on the border are {border:.2f} in the mean, whatever their sign, and those
            inside {inside:.2f}. With their sign, the mean is {_row(run.sides, 2)} along the upper, lower, left and
            right border: positive, which is drawn in orange; negative answers are purple."""

    def state_facts(self, run: EdgeEffect) -> dict[str, str]:
        border, inside = run.strengths
        return {"border": f"{border:.2f}", "inside": f"{inside:.2f}", "times": f"{border / inside:.0f}"}


def _signed(value: float) -> str:
    """Write a number with a real minus sign."""
    return f"{value:g}".replace("-", "−")


def _row(values: Iterable[float], decimals: int | None = None) -> str:
    """Write numbers one after the other, with so many decimals or as many as they need."""
    form = "g" if decimals is None else f".{decimals}f"
    return ", ".join(f"{value:{form}}" for value in values)
