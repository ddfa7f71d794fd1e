"""What MobileNetV2 is made of: convolutions that keep the maps apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from cnnfigs.drawing.layout import Piece, column, either, matrix, row
from cnnfigs.drawing.pieces import Arrow, Raster, Words, hundredths, panel, sign, space
from cnnfigs.drawing.shapes import stepped
from cnnfigs.drawing.widths import TITLE
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers, Part
from cnnfigs.illustrations.networks import TRAINED_ON_PHOTOS
from cnnfigs.looks import strong_places, weak_place
from cnnfigs.parameters import Several, Whole
from cnnfigs.runs.filters.depthwise import DepthwiseRun, depthwise
from cnnfigs.words import listed


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

    def draw(self, run: DepthwiseRun) -> Piece:
        """Draw a row for each channel: its map, its kernel, and what comes out."""
        lines = [
            [
                Raster(_twelfths(run.inputs[..., number]), 170, frame="input"),
                sign("∗"),
                Raster(run.kernels[..., number], 84, signed=True, frame="kernel"),
                Arrow(),
                Raster(_twelfths(run.outputs[..., number]), 170, signed=True, frame="output"),
            ]
            for number in range(len(self.channels))
        ]
        names = [f"map {channel}" for channel in self.channels]
        heads = [Words(f"its {name}", name, TITLE, bold=True) for name in ("input", "kernel", "output")]
        wide = matrix(
            [
                [space(), heads[0], space(), heads[1], space(), heads[2]],
                *([Words(name, bold=True), *line] for name, line in zip(names, lines, strict=True)),
            ],
            gap=16,
            between=12,
        )
        narrow = column(
            *(
                panel(f"{name}: its input, its kernel, its output", row(*line, gap=6))
                for name, line in zip(names, lines, strict=True)
            )
        )
        return either(wide, narrow)

    def describe(self, run: DepthwiseRun) -> Description:
        weights, mixing, ordinary = run.parameters
        return Description(
            f"{len(self.channels)} maps of the cat’s eye in a depthwise convolution: each goes through one kernel of "
            "its own, and mixes with no other.",
            [
                f"A row for each of the maps {listed(self.channels)} of {run.maps[0]}.",
                "In each row stand a map of the cat’s eye that goes in, one grid of 3×3 signed weights, and the one "
                "map that comes out of the two: stripes, edges or spots of the eye made stronger.",
                *(
                    Part(
                        f"Map {channel}, and where it is strong",
                        (
                            f"What goes in, from {run.inputs[..., number].min():.1f} to "
                            f"{run.inputs[..., number].max():.1f}: "
                            f"{strong_places(run.inputs[..., number])}; {weak_place(run.inputs[..., number])}.",
                            f"What comes out, above zero: {strong_places(run.outputs[..., number])}.",
                            f"What comes out, below zero: {strong_places(-run.outputs[..., number])}.",
                        ),
                    )
                    for number, channel in enumerate(self.channels)
                ),
                "Nothing goes from one row to another.",
                f"This takes {weights:,} weights; mixing the maps afterwards with a 1×1 convolution takes {mixing:,}; "
                f"an ordinary convolution that does both at once would take {ordinary:,}.",
            ],
            [
                Numbers(f"The kernel of map {channel}", run.kernels[..., number], hundredths)
                for number, channel in enumerate(self.channels)
            ],
        )

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
