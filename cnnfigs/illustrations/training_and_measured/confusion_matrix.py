"""Which digits are taken for which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from cnnfigs.drawing.palette import errors_map
from cnnfigs.drawing.shapes import cells, inked, label, window
from cnnfigs.drawing.style import NORMAL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import Network, trained_on
from cnnfigs.runs.training_and_measured.evaluation import Confusion, confusion
from cnnfigs.words import with_article

CELL = 36
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

    def draw(self, run: Confusion) -> Figure:
        """Draw a row for each digit, a column for each answer; errors are coloured, right answers are grey."""
        figure, axes = canvas(456, 446)
        left, top = 84, 60
        errors = run.counts * (1 - np.eye(10, dtype=int))
        label(axes, left + 5 * CELL, 14, "the network's answer", size=NORMAL, bold=True)
        label(axes, 4, top - 20, "the digit", align="left", size=NORMAL, bold=True)
        for digit in range(10):
            label(axes, left + (digit + 0.5) * CELL, top - 20, str(digit), size=NORMAL, bold=True)
            label(axes, left - 18, top + (digit + 0.5) * CELL, str(digit), size=NORMAL, bold=True)
        fills = errors_map()(errors / (errors.max() or 1))
        fills[np.eye(10, dtype=bool), :3] = inked(np.full((1, 10), RIGHT))
        cells(axes, [[f"{count:,}" if count else "" for count in row] for row in run.counts], fills, left, top, CELL)
        for digit, answer in np.argwhere((errors == errors.max()) & (errors > 0)):
            window(axes, left + answer * CELL, top + digit * CELL, CELL, name="error")
        return figure

    def describe(self, run: Confusion) -> str:
        pairs = "; ".join(
            f"{times} times {with_article(digit)} taken for {with_article(answer)}"
            for digit, answer, times in run.commonest
        )
        return f"""A table of ten rows, one for each digit shown, and ten columns, one for each answer of {run.network}.
            The diagonal holds the right answers, {run.images - run.errors:,} of {run.images:,}; off the
            diagonal are {run.errors} errors, the more the stronger their red. The most frequent, the first of them
            framed: {pairs}."""

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
