"""A digit through a hole: as much of it as one unit can see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import mnist
from cnnfigs.drawing.layout import Piece
from cnnfigs.drawing.pieces import Digit, titled_rows
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Part
from cnnfigs.looks import ink_in_words, strong_places
from cnnfigs.models.training import as_input
from cnnfigs.parameters import Several, Whole
from cnnfigs.words import as_percent, listed

COUNT = 6
#: Through larger holes than these, a digit is nearly whole: where its strokes lie is the digit itself.
LARGE = 14


@dataclass(frozen=True)
class Views:
    """The middle of some digits."""

    #: The digits, shape (n, 28, 28), values 0 to 1.
    images: NDArray[np.float32]
    #: What they are, shape (n,).
    labels: NDArray[np.uint8]
    #: How many pixels in a row the holes let through.
    window_sizes: tuple[int, ...]


@dataclass(frozen=True)
class Peephole(Picture):
    """The same digits through holes of several sizes, each as large as one unit's field."""

    window_sizes: Annotated[tuple[int, ...], Several(Whole(1, 28), again=True), "sizes of the holes in pixels"] = (
        7,
        18,
        28,
    )

    def run(self) -> Views:
        return Views(
            as_input(mnist().x_test[10 : 10 + COUNT])[..., 0], mnist().y_test[10 : 10 + COUNT], self.window_sizes
        )

    def draw(self, run: Views) -> Piece:
        """Draw a row for each size of hole, with the digits behind it."""
        rows = []
        for size in run.window_sizes:
            rows.append((f"{size}×{size} pixels", [Digit(each, 102, frame="kernel") for each in _seen(run, size)]))
        return titled_rows(rows)

    def describe(self, run: Views) -> Description:
        return Description(
            f"{len(run.images)} digits through square holes over their middle: through the smallest there is too "
            "little to tell them.",
            [
                *(
                    Part(
                        f"A row of holes of {size}×{size} pixels, {as_percent(size * size / 784)} of the picture",
                        tuple(
                            f"The {label}: {ink_in_words(part)}{_parts(part)}."
                            for label, part in zip(run.labels, _seen(run, size), strict=True)
                        ),
                    )
                    for size in run.window_sizes
                ),
                "Through the smallest hole there is nothing but a piece of a stroke or a corner, in some nearly "
                "nothing, and different digits look alike.",
                f"Through the largest they are {listed(run.labels)}.",
            ],
        )

    def state_facts(self, run: Views) -> dict[str, str]:
        return {"digits": listed(run.labels)}


def _seen(run: Views, size: int) -> NDArray[np.float32]:
    """Cut the middle out of each digit, shape (n, size, size)."""
    first = (28 - size) // 2
    return run.images[:, first : first + size, first : first + size]


def _parts(part: NDArray[np.float32]) -> str:
    """Tell where most of the ink lies, if the hole is large enough to have parts, and no larger than needs it."""
    return f"; {strong_places(part)}" if 3 <= len(part) <= LARGE and part.any() else ""
