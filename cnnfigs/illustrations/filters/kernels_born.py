"""Where kernels come from: the first layer's before training, after one epoch, and at the end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.drawing.layout import Piece, column, either, inset, matrix
from cnnfigs.drawing.pieces import Tiles, Words, hundredths
from cnnfigs.drawing.shapes import stepped
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.runs.filters.kernels_born import KernelsBornRun, kernels_born
from cnnfigs.words import written_number


@dataclass(frozen=True)
class KernelsBorn(Picture):
    """The kernels of the convnet's first layer before training, after one epoch, and at the end of training."""

    def run(self) -> KernelsBornRun:
        return kernels_born()

    def draw(self, run: KernelsBornRun) -> Piece:
        """Draw each filter three times, one below the other, all in the same scale of colours."""
        moments = (run.initial, run.first_epoch, run.trained)
        limit = max(float(np.abs(kernels).max()) for kernels in moments)
        scaled = [stepped(kernels[..., 0, :] / limit, 16) for kernels in moments]
        count = run.trained.shape[-1]

        def bands(columns: int, cell: int, gap: int, names: tuple[str, ...]) -> Piece:
            """Arrange bands of so many filters, each with a line for each moment and their numbers below."""
            made = []
            for start in range(0, count, columns):
                part = slice(start, start + columns)
                numbers = [str(number) for number in range(count)[part]]
                lines = [
                    Tiles(kernels[..., part], cell, columns, gap, below, limit=1, signed=True, frame="kernel")
                    for kernels, below in zip(scaled, ((), (), numbers), strict=True)
                ]
                # The name of the last line stands beside its kernels, not beside the numbers below them.
                labels = [*map(Words, names[:-1]), inset(Words(names[-1]), bottom=20)]
                made.append(matrix([*zip(labels, lines, strict=True)], gap=10, between=gap))
            return column(*made, gap=16)

        return either(
            bands(16, 10, 5, ("before training", "after 1 epoch", f"after {run.epochs} epochs")),
            column(
                Words(f"before training, after 1 epoch, after {run.epochs} epochs"),
                bands(8, 9, 3, ("before", "1 epoch", f"{run.epochs} epochs")),
            ),
        )

    def describe(self, run: KernelsBornRun) -> Description:
        count = run.trained.shape[-1]
        return Description(
            f"The {count} kernels of the first layer before training, after one epoch and at the end: from weak random "
            "patterns to edges and strokes.",
            [
                f"Each of the {count} kernels of 3×3 weights stands there three times, one below the other.",
                f"Before training they are weak random patterns; their weights lie within {_largest(run.initial)} of "
                "zero.",
                f"After one epoch they are stronger, up to {_largest(run.first_epoch)}, and in many of them "
                "neighbouring cells have begun to agree.",
                f"After {run.epochs} epochs they reach {_largest(run.trained)}, and many have a positive side and a "
                "negative side: an edge or a stroke in one direction.",
                f"In {run.signs_kept} of the {run.trained.size} weights the sign is still that of the beginning.",
            ],
            [
                kernel_numbers(f"The weights {when}", kernels[..., 0, :])
                for when, kernels in (
                    ("before training", run.initial),
                    ("after one epoch", run.first_epoch),
                    (f"after {run.epochs} epochs", run.trained),
                )
            ],
        )

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


def kernel_numbers(title: str, kernels: NDArray[np.float32]) -> Numbers:
    """Return the weights of many kernels, shape (rows, columns, kernels), as a table with a row for each kernel."""
    rows, columns, count = kernels.shape
    return Numbers(
        f"{title}, a row for each kernel",
        kernels.reshape(-1, count).T,
        hundredths,
        [f"kernel {number}" for number in range(count)],
        [f"{row}, {column}" for row, column in np.ndindex(rows, columns)],
    )
