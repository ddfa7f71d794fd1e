"""What "same" padding makes of a size: the same with strides 1, about half with strides 2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cnnfigs.drawing.tables import Cell
from cnnfigs.illustrations.base import Table
from cnnfigs.illustrations.description import Description
from cnnfigs.parameters import Whole
from cnnfigs.runs.windows.places import SameSizes as SizesTable
from cnnfigs.runs.windows.places import same_sizes
from cnnfigs.words import listed

SIZES = (5, 6, 7, 8)
STRIDES = (1, 2, 3)


@dataclass(frozen=True)
class SameSizes(Table):
    """Output sizes with "same" padding for several inputs and strides, and the zeros before and after."""

    kernel_size: Annotated[int, Whole(1, 5), "side of the kernel"] = 3

    def run(self) -> SizesTable:
        return same_sizes(self.kernel_size, SIZES, STRIDES)

    def tabulate(self, run: SizesTable) -> list[list[Cell]]:
        """Return a row for each size and a column for each of the strides."""
        head = [Cell("Input"), *(Cell(f"strides {each}") for each in run.strides)]
        body = [
            [
                Cell(f"{size} cells", heading=True),
                *(
                    Cell(f"{made}, zeros {before} + {after}")
                    for made, (before, after) in zip(outputs, added, strict=True)
                ),
            ]
            for size, outputs, added in zip(run.sizes, run.outputs, run.added, strict=True)
        ]
        return [head, *body]

    def describe(self, run: SizesTable) -> Description:
        first = (f"{made} with strides {each}" for made, each in zip(run.outputs[0], run.strides, strict=True))
        return Description(
            f"Output sizes with “same” padding and a window of {run.kernel_size} cells: only strides 1 keep the size.",
            [
                "There is a row for each input size and a column for each of the strides, with the zeros added before "
                "and after.",
                f"{run.sizes[0]} cells become {listed(first)}.",
            ],
        )

    def state_facts(self, run: SizesTable) -> dict[str, str]:
        return {
            f"{size} strides {each}": str(made)
            for size, outputs in zip(run.sizes, run.outputs, strict=True)
            for each, made in zip(run.strides, outputs, strict=True)
        }
