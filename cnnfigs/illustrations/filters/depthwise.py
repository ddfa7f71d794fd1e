"""What MobileNetV2 is made of: convolutions that keep the maps apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.drawing.shapes import arrow, label, raster, stepped
from cnnfigs.drawing.style import NORMAL, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import TRAINED_ON_PHOTOS
from cnnfigs.parameters import Several, Whole
from cnnfigs.runs.filters.depthwise import DepthwiseRun, depthwise
from cnnfigs.words import listed

#: The width of a drawn map, in pixels.
SIDE = 120


@dataclass(frozen=True)
class Depthwise(Picture):
    """A depthwise convolution at work: each map goes through one kernel slice of its own, and mixes with no other."""

    channels: Annotated[
        tuple[int, ...],
        Several(Whole(0, 31), 1, 4),
        "which of the 32 maps of MobileNetV2's first depthwise convolution to show",
    ] = (3, 5, 22)

    def run(self) -> DepthwiseRun:
        return depthwise(self.channels)

    def draw(self, run: DepthwiseRun) -> Figure:
        """Draw a row for each channel: its map, its kernel, and what comes out."""
        height = SIDE * run.inputs.shape[0] / run.inputs.shape[1]
        kernel_side, first = 60, 58
        left = (first, first + SIDE + 42, first + SIDE + 42 + kernel_side + 42)
        figure, axes = canvas(left[2] + SIDE + 4, 26 + len(self.channels) * (height + 12))
        for x, text, name in (
            (left[0] + SIDE / 2, "its input", "input"),
            (left[1] + kernel_side / 2, "its kernel", "kernel"),
            (left[2] + SIDE / 2, "its output", "output"),
        ):
            label(axes, x, 12, text, name=name, bold=True)
        for row, channel in enumerate(self.channels):
            top = 26 + row * (height + 12)
            middle = top + height / 2
            label(axes, 2, middle - 8, "map", align="left", size=SMALL, name="muted")
            label(axes, 2, middle + 8, str(channel), align="left", size=NORMAL, bold=True)
            raster(axes, _twelfths(run.inputs[..., row]), left[0], top, SIDE, frame="input")
            label(axes, left[0] + SIDE + 21, middle, "∗", size=18)
            raster(
                axes, run.kernels[..., row], left[1], middle - kernel_side / 2, kernel_side, signed=True, frame="kernel"
            )
            arrow(axes, (left[1] + kernel_side + 8, middle), (left[2] - 8, middle))
            raster(axes, _twelfths(run.outputs[..., row]), left[2], top, SIDE, signed=True, frame="output")
        return figure

    def describe(self, run: DepthwiseRun) -> str:
        weights, mixing, ordinary = run.parameters
        numbers = listed(self.channels)
        return f"""Rows for the maps {numbers} of {run.maps[0]}. In each row stand a map of the cat's eye that goes in,
            one grid of 3×3 signed weights, and the one map that comes out of the two: stripes, edges or spots of the
            eye made stronger. Nothing goes from one row to another. This takes {weights:,} weights; mixing the maps
            afterwards with a 1×1 convolution takes {mixing:,}; an ordinary convolution that does both at once would
            take {ordinary:,}."""

    def state_facts(self, run: DepthwiseRun) -> dict[str, str]:
        weights, mixing, ordinary = run.parameters
        return {
            "maps": str(run.maps[0]),
            "trained": TRAINED_ON_PHOTOS,
            "mixed": str(run.maps[1]),
            "weights": f"{weights:,}",
            "mixing": f"{mixing:,}",
            "both": f"{weights + mixing:,}",
            "ordinary": f"{ordinary:,}",
        }


def _twelfths(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(stepped(values / (float(np.abs(values).max()) or 1.0), 12), dtype=np.float32)
