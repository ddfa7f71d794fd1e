"""Which digits are taken for which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from cnnfigs.drawing.layout import Piece, either
from cnnfigs.drawing.palette import errors_map
from cnnfigs.drawing.pieces import Drawing, panel
from cnnfigs.drawing.shapes import cells, inked, label, window
from cnnfigs.drawing.widths import IN_CELL, TEXT
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.networks import Network, network_words, trained_on
from cnnfigs.runs.training_and_measured.evaluation import Confusion, confusion
from cnnfigs.words import with_article

#: Side of a cell in the column and on a phone, and room for the digits at their left and above, in pixels.
COLUMN, PHONE, DIGITS = 46, 30, 20
#: How much ink there is in the grey of the right answers.
RIGHT = 0.15


@dataclass(frozen=True)
class ConfusionMatrix(Picture):
    """How often each digit is taken for each other one, on all test images.

    `network` may be a Keras model that reads (28, 28, 1) and gives ten probabilities.
    """

    network: Network = "convnet"

    def run(self) -> Confusion:
        return confusion(self.network)

    def draw(self, run: Confusion) -> Piece:
        """Draw a row for each digit, a column for each answer; errors are coloured, right answers are grey."""
        errors = run.counts * (1 - np.eye(10, dtype=int))
        fills = errors_map()(errors / (errors.max() or 1))
        fills[np.eye(10, dtype=bool), :3] = inked(np.full((1, 10), RIGHT))
        framed = np.argwhere((errors == errors.max()) & (errors > 0))

        def table(cell: float, size: float, write: Callable[[int], str]) -> Piece:
            texts = [[write(count) if count else "" for count in line] for line in run.counts.tolist()]

            def paint(axes: Axes, x: float, y: float, scale: float) -> None:
                left, top = x + DIGITS, y + DIGITS
                for digit in range(10):
                    label(axes, left + (digit + 0.5) * cell, y + 8, str(digit), size=TEXT, bold=True)
                    label(axes, x + 8, top + (digit + 0.5) * cell, str(digit), size=TEXT, bold=True)
                cells(axes, texts, fills, left, top, cell, size=size)
                for digit, answer in framed:
                    window(axes, left + answer * cell, top + digit * cell, cell, name="error")

            return Drawing(DIGITS + 10 * cell + 2, DIGITS + 10 * cell + 2, paint)

        return panel(
            "a row for each digit, a column for each answer",
            # On a phone a cell has no room for the comma of a thousand.
            either(table(COLUMN, TEXT, "{:,}".format), table(PHONE, IN_CELL, str)),
            "grey: right; red: wrong, the stronger the more often",
        )

    def describe(self, run: Confusion) -> Description:
        digit, answer, _ = run.commonest[0]
        digits = list(map(str, range(10)))
        return Description(
            f"Which digits a network takes for which: {run.errors} errors in {run.images:,} images, most often "
            f"{with_article(digit)} taken for {with_article(answer)}.",
            [
                f"A table of ten rows, one for each digit shown, and ten columns, one for each answer of the network, "
                f"{network_words(run.network)}.",
                f"The diagonal, in grey, holds the right answers, {run.images - run.errors:,} of {run.images:,}.",
                f"Off the diagonal are {run.errors} errors, the more the stronger their red; the most frequent is "
                "framed.",
                *(
                    f"{times} times {with_article(digit)} is taken for {with_article(answer)}."
                    for digit, answer, times in run.commonest
                ),
            ],
            [
                Numbers(
                    "How often each digit, by row, got each answer, by column",
                    run.counts,
                    "{:,}".format,
                    rows=digits,
                    columns=digits,
                )
            ],
        )

    def state_facts(self, run: Confusion) -> dict[str, str]:
        digit, answer, times = run.commonest[0]
        return {
            "errors": f"{run.errors}",
            "images": f"{run.images:,}",
            "commonest digit": str(digit),
            "commonest answer": str(answer),
            "commonest times": str(times),
            "trained": trained_on(self.network),
        }
