"""What the first layers look for: the kernels that touch the image itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.drawing.shapes import label, raster, raster_sheet
from cnnfigs.drawing.style import SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import TRAINED_ON_PHOTOS, trained_on
from cnnfigs.runs.filters.first_kernels import FirstKernelsRun, first_kernels

#: Filters in a row; side of a drawn kernel, and from one to the next, in pixels.
COLUMNS, SIDE, STEP = 16, 30, 35


@dataclass(frozen=True)
class FirstKernels(Picture):
    """The first layer's kernels of both networks: for grey digits, and for photos in colour."""

    def run(self) -> FirstKernelsRun:
        return first_kernels()

    def draw(self, run: FirstKernelsRun) -> Figure:
        """Draw the kernels of each network in two rows."""
        left, band = 4, 2 * (STEP + 14) + 34
        figure, axes = canvas(left + COLUMNS * STEP, 2 * band)
        label(axes, left, 12, "convnet: kernels for grey digits", align="left", bold=True)
        label(axes, left, band + 12, "MobileNetV2: kernels for photos in colour", align="left", bold=True)
        corners = []
        for number in range(run.convnet.shape[-1]):
            row, column = divmod(number, COLUMNS)
            x, y = left + column * STEP, 40 + row * (STEP + 14)
            corners.append((x, y))
            for top, faint in ((0, False), (band, number in run.faint)):
                label(
                    axes, x + SIDE / 2, top + y - 8, str(number), size=SMALL, name="error" if faint else "muted",
                    bold=faint,
                )  # fmt: skip
            raster(axes, in_color(run.mobilenet_v2, run.median)[..., number], x, y + band, SIDE, frame="kernel")
        grey = [np.round(kernel / np.abs(run.convnet).max(), 1) for kernel in run.convnet[..., 0, :].transpose(2, 0, 1)]
        raster_sheet(axes, grey, corners, SIDE // 3, limit=1, signed=True, frame="kernel")
        return figure

    def describe(self, run: FirstKernelsRun) -> str:
        faint = ", ".join(map(str, run.faint))
        return f"""Two groups of {run.convnet.shape[-1]} kernels of 3×3 weights, numbered from 0. Those of the convnet
            are signed grids; many have a side of positive and a side of negative weights, the edge of a stroke. Those
            of MobileNetV2 are small colour pictures, where grey is zero: stripes in several directions in black and
            white, and spots of one colour on another. {len(run.faint)} of these, numbers {faint}, marked in red, are
            flat grey: no weight of theirs is larger than {run.largest[list(run.faint)].max():.2f}, while half of all
            filters reach {run.median:.2f}."""

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
