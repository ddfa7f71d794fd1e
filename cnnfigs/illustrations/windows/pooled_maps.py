"""Pooling on real feature maps: what stays, in each way to make them smaller."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.drawing.shapes import arrow, box, label, raster
from cnnfigs.drawing.style import NORMAL, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import trained_on
from cnnfigs.parameters import TestImage
from cnnfigs.runs.windows.pooling import WAYS, pool_maps
from cnnfigs.runs.windows.pooling import PooledMaps as Run
from cnnfigs.words import as_percent, written

SIDE = 130


@dataclass(frozen=True)
class PooledMaps(Picture):
    """First-layer maps of the convnet for a digit, and the same maps after max pooling."""

    index: TestImage = 4

    def run(self) -> Run:
        return pool_maps(self.index)

    def draw(self, run: Run) -> Figure:
        """Draw four maps in a row, and below each what max pooling makes of it."""
        figure, axes = canvas(640, SIDE + SIDE / 2 + 92)
        for column, channel in enumerate(run.order[:4]):
            left = 76 + column * (SIDE + 12)
            raster(axes, run.maps[..., channel], left, 8, SIDE, limit=run.maps.max(), frame="output")
            middle = left + SIDE / 2
            arrow(axes, (middle, SIDE + 14), (middle, SIDE + 36), "kernel")
            pooled = run.pooled["maximum"][..., channel]
            raster(axes, pooled, middle - SIDE / 4, SIDE + 42, SIDE / 2, limit=run.maps.max(), frame="output")
            label(axes, middle, SIDE * 1.5 + 62, f"map {channel}", size=NORMAL)
        for height, maps in ((8 + SIDE / 2, run.maps), (SIDE * 1.25 + 42, run.pooled["maximum"])):
            label(axes, 4, height, written(maps.shape[:2]), align="left", size=NORMAL, bold=True)
        return figure

    def describe(self, run: Run) -> str:
        channels = ", ".join(map(str, run.order[:4]))
        return f"""Four feature maps of a digit, numbers {channels} of {run.maps.shape[-1]}, each
            {written(run.maps.shape[:2])}, and below each the same map after max pooling,
            {written(run.pooled["maximum"].shape[:2])}. The strokes are
            coarser and a little thicker, but where there was a strong stroke there still is one."""

    def state_facts(self, run: Run) -> dict[str, str]:
        return {
            "before": written(run.maps.shape),
            "after": written(run.pooled["maximum"].shape),
            "share": as_percent(run.pooled["maximum"].size / run.maps.size),
            "trained": trained_on("convnet"),
        }


@dataclass(frozen=True)
class PoolingAlternatives(Picture):
    """One feature map made smaller in three ways: largest, mean, and one of each four."""

    index: TestImage = 4

    def run(self) -> Run:
        return pool_maps(self.index)

    def draw(self, run: Run) -> Figure:
        """Draw a corner of windows for each way, and the map that comes out."""
        figure, axes = canvas(640, 342)
        channel = int(run.order[1])
        limit = float(run.maps.max())
        raster(axes, run.maps[..., channel], 8, 98, SIDE, limit=limit, frame="output")
        label(axes, 8 + SIDE / 2, 98 + SIDE + 16, f"map {channel}", size=NORMAL, bold=True)
        label(axes, 8 + SIDE / 2, 98 + SIDE + 34, written(run.maps.shape[:2]), size=SMALL, name="muted")
        for column, way in enumerate(WAYS):
            left = 184 + column * (SIDE + 24)
            middle = left + SIDE / 2
            _pattern(axes, left + 25, 8, way)
            label(axes, middle, 102, f"{as_percent(run.unseen[way])} never looked at", size=SMALL, name="muted")
            arrow(axes, (middle, 116), (middle, 136), "kernel")
            raster(axes, run.pooled[way][..., channel], left, 144, SIDE, limit=limit, frame="output")
            label(axes, middle, 144 + SIDE + 16, way, size=NORMAL, bold=True)
            label(axes, middle, 144 + SIDE + 34, written(run.pooled[way].shape[:2]), size=SMALL, name="muted")
            label(axes, middle, 144 + SIDE + 52, f"{as_percent(run.kept_peak[way])} of the peak", size=SMALL)
        return figure

    def describe(self, run: Run) -> str:
        ways = "; ".join(
            f"{way}: {as_percent(run.unseen[way])} of the numbers are never looked at, and on average over the maps "
            f"{as_percent(run.kept_peak[way])} of the largest value is kept"
            for way in WAYS
        )
        return f"""One feature map of a digit, made smaller in three ways, each with a sketch of which cells of the
            windows it looks at, and the map that comes out. {ways}. The map of the maxima has the strongest strokes,
            that of the means is weaker, and where one of four is picked thin strokes break up."""

    def state_facts(self, run: Run) -> dict[str, str]:
        facts = {"trained": trained_on("convnet")}
        for way in WAYS:
            facts[f"{way} unseen"] = as_percent(run.unseen[way])
            facts[f"{way} kept"] = as_percent(run.kept_peak[way])
        return facts


def _pattern(axes: Axes, x: float, y: float, way: str) -> None:
    """Draw four windows of four cells; the cells that count are filled."""
    cell = 20
    seen: NDArray[np.bool_] = np.ones((4, 4), dtype=bool)
    if way == "pick one":
        seen[:] = False
        seen[::2, ::2] = True
    for row, column in np.ndindex(seen.shape):
        fill = "kernel-fill" if seen[row, column] else "background"
        box(axes, x + column * cell, y + row * cell, cell, cell, fill=fill, line_width=0.75)
    for row, column in np.ndindex(2, 2):
        box(axes, x + column * 2 * cell, y + row * 2 * cell, 2 * cell, 2 * cell, edge="kernel", line_width=2)
