"""Where kernels come from: the first layer's before training, after one epoch, and at the end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.drawing.shapes import label, raster_sheet, stepped
from cnnfigs.drawing.style import NORMAL, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.runs.filters.kernels_born import KernelsBornRun, kernels_born
from cnnfigs.words import written_number

#: Filters in a row; side of a drawn kernel, and from one to the next, in pixels.
COLUMNS, SIDE, STEP = 16, 24, 28


@dataclass(frozen=True)
class KernelsBorn(Picture):
    """The kernels of the convnet's first layer before training, after one epoch, and at the end of training."""

    def run(self) -> KernelsBornRun:
        return kernels_born()

    def draw(self, run: KernelsBornRun) -> Figure:
        """Draw each filter three times, one below the other, all in the same scale of colours."""
        count = run.trained.shape[-1]
        left, band = 116, 3 * STEP + 30
        figure, axes = canvas(left + COLUMNS * STEP + 4, -(-count // COLUMNS) * band)
        moments = (
            ("before training", run.initial),
            ("after 1 epoch", run.first_epoch),
            (f"after {run.epochs} epochs", run.trained),
        )
        limit = max(float(np.abs(kernels).max()) for _, kernels in moments)
        arrays: list[NDArray[np.floating]] = []
        corners: list[tuple[int, int]] = []
        for number in range(count):
            row, column = divmod(number, COLUMNS)
            x, y = left + column * STEP, row * band
            label(axes, x + SIDE / 2, y + 11, str(number), size=SMALL, name="muted")
            for line, (name, kernels) in enumerate(moments):
                top = y + 22 + line * STEP
                if column == 0:
                    label(axes, left - 10, top + SIDE / 2, name, align="right", size=NORMAL)
                arrays.append(stepped(kernels[..., 0, number] / limit, 16))
                corners.append((x, top))
        raster_sheet(axes, arrays, corners, SIDE // 3, limit=1, signed=True, frame="kernel")
        return figure

    def describe(self, run: KernelsBornRun) -> str:
        return f"""The {run.trained.shape[-1]} kernels of 3×3 weights of the first layer, each three times, one below
            the other. Before training they are weak random patterns; their weights lie within
            {_largest(run.initial)} of zero. After one epoch they are stronger, up to {_largest(run.first_epoch)}, and
            in many of them neighbouring cells have begun to agree. After {run.epochs} epochs they reach
            {_largest(run.trained)}, and many have a positive side and a negative side: an edge or a stroke in one
            direction. In {run.signs_kept} of the {run.trained.size} weights the sign is still that of
            the beginning."""

    def state_facts(self, run: KernelsBornRun) -> dict[str, str]:
        return {
            "filters": str(run.trained.shape[-1]),
            "weights": str(run.trained.size),
            "epochs": str(run.epochs),
            "initial largest": _largest(run.initial),
            "first_epoch largest": _largest(run.first_epoch),
            "trained largest": _largest(run.trained),
            "initial mean": written_number(run.means[0], 3),
            "trained mean": written_number(run.means[1], 3),
            "signs kept": str(run.signs_kept),
        }


def _largest(kernels: NDArray[np.float32]) -> str:
    return written_number(float(np.abs(kernels).max()), 2)
