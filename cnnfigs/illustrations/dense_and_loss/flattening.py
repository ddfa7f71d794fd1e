"""Flatten: the last maps laid out in one row, for the dense layer to read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from cnnfigs.arithmetic import size_derivation
from cnnfigs.drawing.shapes import arrow, bars, label, map_grid, raster
from cnnfigs.drawing.style import NORMAL, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.parameters import TestImage
from cnnfigs.runs.activations import Activations, activations, test_digit
from cnnfigs.words import percent, written


@dataclass(frozen=True)
class Flattening(Picture):
    """The convnet's last feature maps for a digit, the same numbers in one row, and the answer made of them."""

    index: TestImage = 4

    def run(self) -> Activations:
        return activations("convnet", test_digit(self.index))

    def draw(self, run: Activations) -> Figure:
        """Draw all last maps, the row folded to fit the page, and the probabilities."""
        figure, axes = canvas(560, 216)
        maps, flat, probabilities = (run.outputs[name] for name in ("conv2d_3", "flatten", "dense"))
        middle, below = 92, 184
        map_grid(axes, maps, 8, middle - 78, 15, 16, gap=4.6)
        label(axes, 161, below, f"{maps.shape[-1]} maps", bold=True)
        label(axes, 161, below + 18, written(maps.shape), size=SMALL, name="muted")
        arrow(axes, (330, middle), (352, middle))
        raster(axes, flat.reshape(-1, 9), 366, middle - 78, 30, 156)
        label(axes, 381, below, "flatten", bold=True)
        label(axes, 381, below + 18, written(flat.shape), size=SMALL, name="muted")
        arrow(axes, (408, middle), (430, middle))
        bars(axes, probabilities, 458, middle - 78, 80, 15.6, [str(answer) for answer in range(10)])
        label(axes, 494, below, "dense", bold=True, size=NORMAL)
        label(axes, 494, below + 18, "10 digits", size=SMALL, name="muted")
        return figure

    def describe(self, run: Activations) -> str:
        maps, flat, probabilities = (run.outputs[name] for name in ("conv2d_3", "flatten", "dense"))
        return f"""Left, {maps.shape[-1]} small maps of {written(maps.shape[:2])} cells, some empty, most with a few
            strong cells. In the middle, the same {flat.size:,} numbers in one long row, folded here into a narrow
            strip. Right, the ten bars that the dense layer makes of them; the longest, with
            {percent(probabilities.max())}, is that of {probabilities.argmax()}."""

    def state_facts(self, run: Activations) -> dict[str, str]:
        flat, maps = run.outputs["flatten"], run.outputs["conv2d_3"]
        return {
            "size": str(size_derivation(run.outputs["conv2d_3"].shape)),
            "numbers": f"{flat.size:,}",
            "zeros": f"{np.count_nonzero(flat == 0):,}",
            "maps": str(maps.shape[-1]),
            "blank maps": str(np.count_nonzero((maps == 0).all(axis=(0, 1)))),
        }
