"""Pooling on real feature maps: what stays, in each way to make them smaller."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnfigs.drawing.layout import Piece, column, either, grid, matrix, row
from cnnfigs.drawing.pieces import Arrow, Mark, NumberGrid, Raster, hundredths, panel
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.networks import trained_on
from cnnfigs.looks import strong_places
from cnnfigs.parameters import TestImage
from cnnfigs.runs.windows.pooling import WAYS, pool_maps
from cnnfigs.runs.windows.pooling import PooledMaps as Run
from cnnfigs.words import as_percent, listed, written

#: Sides of a map and of the same map where it is smaller, in pixels.
SIDE, SMALLER = 150, 75


@dataclass(frozen=True)
class PooledMaps(Picture):
    """First-layer maps of the convnet for a digit, and the same maps after max pooling."""

    index: TestImage = 4

    def run(self) -> Run:
        return pool_maps(self.index)

    def draw(self, run: Run) -> Piece:
        """Draw four maps, and below each what max pooling makes of it, all in the same scale of colours."""
        limit, pooled = float(run.maps.max()), run.pooled["maximum"]
        return grid(
            [
                column(
                    panel(
                        f"map {channel}",
                        Raster(run.maps[..., channel], SIDE, limit=limit, frame="output"),
                        written(run.maps.shape[:2]),
                    ),
                    Arrow(down=True),
                    panel(
                        "",
                        Raster(pooled[..., channel], SMALLER, limit=limit, frame="output"),
                        note=f"pooled: {written(pooled.shape[:2])}",
                        align="middle",
                    ),
                    gap=6,
                    align="middle",
                )
                for channel in run.order[:4]
            ]
        )

    def describe(self, run: Run) -> Description:
        channels, pooled = run.order[:4], run.pooled["maximum"]
        return Description(
            "Four feature maps of a digit, and below each the same map after max pooling: smaller, and strong where it "
            "was strong.",
            [
                f"The maps are numbers {listed(channels)} of {run.maps.shape[-1]}, each {written(run.maps.shape[:2])}.",
                *(
                    f"Map {channel}, up to {run.maps[..., channel].max():.2f}: {strong_places(run.maps[..., channel])}."
                    for channel in channels
                ),
                f"Pooled, each is {written(pooled.shape[:2])}.",
                "The strokes are coarser and a little thicker, but where there was a strong stroke there still is one.",
            ],
            [
                numbers
                for channel in channels
                for numbers in (
                    Numbers(f"Map {channel}", run.maps[..., channel], hundredths),
                    Numbers(f"Map {channel}, pooled", pooled[..., channel], hundredths),
                )
            ],
        )

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

    def draw(self, run: Run) -> Piece:
        """Draw the map, and for each way which cells of the windows count, and the map that comes out."""
        channel, limit = int(run.order[1]), float(run.maps.max())
        before = panel(
            f"map {channel}",
            Raster(run.maps[..., channel], SIDE, limit=limit, frame="output"),
            written(run.maps.shape[:2]),
        )
        ways = [
            (
                panel(way, _pattern(way), _looked_at(run.unseen[way])),
                panel(
                    "",
                    Raster(run.pooled[way][..., channel], SIDE, limit=limit, frame="output"),
                    note=f"{as_percent(run.kept_peak[way])} of the peak",
                ),
            )
            for way in WAYS
        ]
        wide = row(before, Arrow(), row(*(column(*pair, gap=12) for pair in ways)), gap=14)
        rows = matrix([[cells, Arrow(), after] for cells, after in ways], gap=10)
        narrow = column(before, Arrow(down=True), rows, gap=10, align="middle")
        return either(wide, narrow)

    def describe(self, run: Run) -> Description:
        channel = int(run.order[1])
        return Description(
            "A feature map of a digit made smaller in three ways: the maximum keeps its strong strokes, the average "
            "weakens them, picking one breaks thin ones.",
            [
                f"The map is number {channel} of {run.maps.shape[-1]}, {written(run.maps.shape[:2])}; the peak is the "
                "largest value of a map.",
                *(
                    f"{way.capitalize()}: {as_percent(run.unseen[way])} of the numbers are never looked at, and on "
                    f"average over the maps {as_percent(run.kept_peak[way])} of the peak is kept."
                    for way in WAYS
                ),
                "For each way a sketch of four windows says which of their cells count: all four, all four, and the "
                "first one.",
            ],
            [
                Numbers(f"Map {channel}", run.maps[..., channel], hundredths),
                *(Numbers(f"Map {channel}, {way}", run.pooled[way][..., channel], hundredths) for way in WAYS),
            ],
        )

    def state_facts(self, run: Run) -> dict[str, str]:
        facts = {"trained": trained_on("convnet")}
        for way in WAYS:
            facts[f"{way} unseen"] = as_percent(run.unseen[way])
            facts[f"{way} kept"] = as_percent(run.kept_peak[way])
        return facts


def _looked_at(unseen: float) -> str:
    return f"never looks at {as_percent(unseen)}" if unseen else "looks at all"


def _pattern(way: str) -> Piece:
    """Draw four windows of four cells; the cells that count are filled."""
    step = 2 if way == "pick one" else 1
    seen = [
        Mark(row, column, name="grid", fill="kernel-fill", line_width=0)
        for row in range(0, 4, step)
        for column in range(0, 4, step)
    ]
    windows = [Mark(row, column, 2, 2, line_width=2) for row in (0, 2) for column in (0, 2)]
    return NumberGrid(np.zeros((4, 4)), 20, write=lambda _: "", fill="background", marks=[*seen, *windows])
