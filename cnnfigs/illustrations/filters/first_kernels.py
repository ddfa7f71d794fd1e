"""What the first layers look for: the kernels that touch the image itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.drawing.layout import Piece, column, grid
from cnnfigs.drawing.pieces import Raster, Tiles, Words, panel
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description
from cnnfigs.illustrations.filters.kernels_born import kernel_numbers
from cnnfigs.illustrations.networks import TRAINED_ON_PHOTOS, trained_on
from cnnfigs.runs.filters.first_kernels import FirstKernelsRun, first_kernels

#: Filters in a line, side of a cell of a kernel, and pixels between two kernels.
COLUMNS, CELL, GAP = 16, 10, 10


@dataclass(frozen=True)
class FirstKernels(Picture):
    """The first layer's kernels of both networks: for grey digits, and for photos in colour."""

    def run(self) -> FirstKernelsRun:
        return first_kernels()

    def draw(self, run: FirstKernelsRun) -> Piece:
        """Draw the kernels of each network with their numbers."""
        grey = np.round(run.convnet[..., 0, :] / np.abs(run.convnet).max(), 1)
        numbers = [str(number) for number in range(grey.shape[-1])]
        colored = [
            column(
                Raster(kernel, 3 * CELL, frame="kernel"),
                Words(number, "error" if int(number) in run.faint else "muted", bold=int(number) in run.faint),
                gap=0,
                align="middle",
            )
            for number, kernel in zip(numbers, np.moveaxis(in_color(run.mobilenet_v2, run.median), -1, 0), strict=True)
        ]
        return column(
            panel(
                "convnet",
                Tiles(grey, CELL, COLUMNS, GAP, numbers, limit=1, signed=True, frame="kernel"),
                "kernels for grey digits",
            ),
            panel("MobileNetV2", grid(colored, COLUMNS, GAP), "kernels for photos in colour"),
            gap=28,
        )

    def describe(self, run: FirstKernelsRun) -> Description:
        count = run.convnet.shape[-1]
        return Description(
            f"The {count} kernels of the first layer of each network: edges of strokes for grey digits, edges and "
            "spots of colour for photos.",
            [
                f"Two groups of {count} kernels of 3×3 weights, numbered from 0.",
                "Those of the convnet are signed grids; many have a side of positive and a side of negative weights, "
                "the edge of a stroke.",
                "Those of MobileNetV2 are small colour pictures, where grey is zero: stripes in several directions in "
                "black and white, and spots of one colour on another.",
                f"{len(run.faint)} of these, numbers {', '.join(map(str, run.faint))}, marked in red, are flat grey: "
                f"no weight of theirs is larger than {run.largest[list(run.faint)].max():.2f}, while half of all "
                f"filters reach {run.median:.2f}.",
            ],
            [
                kernel_numbers("The weights of the convnet", run.convnet[..., 0, :]),
                *(
                    kernel_numbers(f"The weights of MobileNetV2 for {name}", run.mobilenet_v2[:, :, channel])
                    for channel, name in enumerate(("red", "green", "blue"))
                ),
            ],
        )

    def state_facts(self, run: FirstKernelsRun) -> dict[str, str]:
        return {
            "filters": str(run.mobilenet_v2.shape[-1]),
            "trained": f"{trained_on('convnet')}; {TRAINED_ON_PHOTOS}",
            "faint": str(len(run.faint)),
            "faint numbers": ", ".join(map(str, run.faint)),
            "faint largest": f"{run.largest[list(run.faint)].max():.2f}",
            "median largest": f"{run.median:.2f}",
        }


def in_color(kernels: NDArray[np.float32], end: float) -> NDArray[np.float32]:
    """Turn kernels for colours, shape (3, 3, 3, filters), into colours from 0 to 1: zero is grey.

    The colours end at the weight `end`. If that is the median of all filters' largest weights, most filters can be
    seen, and those that hold hardly anything stay grey.
    """
    colors: NDArray[np.float32] = np.clip(0.5 + kernels / (2 * end), 0, 1)
    return colors
