"""A digit through a hole: as much of it as one unit can see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.data import mnist
from cnnfigs.drawing.shapes import digit, label
from cnnfigs.drawing.style import LARGE, NORMAL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.models.training import as_input
from cnnfigs.parameters import Several, Whole
from cnnfigs.words import as_percent, listed

COUNT = 6
SIDE = 92


@dataclass(frozen=True)
class Views:
    """The middle of some digits."""

    #: The digits, shape (n, 28, 28), values 0 to 1.
    images: NDArray[np.float32]
    #: What they are, shape (n,).
    labels: NDArray[np.uint8]
    #: How many pixels in a row the holes let through.
    window_sizes: tuple[int, ...]


@dataclass(frozen=True)
class Peephole(Picture):
    """The same digits through holes of several sizes, each as large as one unit's field."""

    window_sizes: Annotated[tuple[int, ...], Several(Whole(1, 28), again=True), "sizes of the holes in pixels"] = (
        7,
        18,
        28,
    )

    def run(self) -> Views:
        return Views(
            as_input(mnist().x_test[10 : 10 + COUNT])[..., 0], mnist().y_test[10 : 10 + COUNT], self.window_sizes
        )

    def draw(self, run: Views) -> Figure:
        """Draw a row for each size of hole, with the digits behind it."""
        row_height = SIDE + 20
        figure, axes = canvas(700, row_height * len(run.window_sizes))
        for row, size in enumerate(run.window_sizes):
            top = row * row_height + 8
            label(axes, 4, top + SIDE / 2 - 8, f"{size}×{size}", align="left", size=LARGE, bold=True, name="kernel")
            label(axes, 4, top + SIDE / 2 + 12, "pixels", align="left", size=NORMAL, name="muted")
            first = (28 - size) // 2
            for column, image in enumerate(run.images):
                seen = image[first : first + size, first : first + size]
                digit(axes, seen, 92 + column * (SIDE + 8), top, SIDE, frame="kernel")
        return figure

    def describe(self, run: Views) -> str:
        shares = ", ".join(
            f"{size}×{size} pixels, {as_percent(size * size / 784)} of the picture" for size in run.window_sizes
        )
        digits = ", ".join(map(str, run.labels))
        return f"""{len(run.images)} digits, each through square holes over its middle: {shares}. Through the smallest
            hole there is nothing but a piece of a stroke or a corner, in some nearly nothing, and different digits look
            alike. Through the
            largest they are {digits}."""

    def state_facts(self, run: Views) -> dict[str, str]:
        return {"digits": listed(run.labels)}
