"""Which digits are taken for which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.drawing.shapes import cells, colored, inked, label, window
from cnnfigs.drawing.style import NORMAL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import Network, trained_on
from cnnfigs.runs.training_and_measured.evaluation import Evaluation, evaluate
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

    def run(self) -> Evaluation:
        """Evaluate the network on all test images."""
        return evaluate(self.network)

    def draw(self, run: Evaluation) -> Figure:
        """Draw a row for each digit, a column for each answer; errors are coloured, right answers are grey."""
        figure, axes = canvas(456, 446)
        left, top = 84, 60
        counts = confusion(run)
        errors = counts * (1 - np.eye(10, dtype=int))
        label(axes, left + 5 * CELL, 14, "the network's answer", size=NORMAL, bold=True)
        label(axes, 4, top - 20, "the digit", align="left", size=NORMAL, bold=True)
        for digit in range(10):
            label(axes, left + (digit + 0.5) * CELL, top - 20, str(digit), size=NORMAL, bold=True)
            label(axes, left - 18, top + (digit + 0.5) * CELL, str(digit), size=NORMAL, bold=True)
        # No colour follows the theme: on a dark page, cells without errors would be dark, as the commonest error is.
        fills = colored(errors.astype(float))[..., :3]
        fills[np.eye(10, dtype=bool)] = inked(np.full((1, 10), RIGHT))
        cells(axes, [[f"{count:,}" if count else "" for count in row] for row in counts], fills, left, top, CELL)
        for digit, answer in np.argwhere((errors == errors.max()) & (errors > 0)):
            window(axes, left + answer * CELL, top + digit * CELL, CELL, name="error")
        return figure

    def describe(self, run: Evaluation) -> str:
        """Tell the diagonal and the largest confusions."""
        pairs = "; ".join(
            f"{times} times {with_article(digit)} taken for {with_article(answer)}"
            for digit, answer, times in commonest(run, 4)
        )
        return f"""A table of ten rows, one for each digit shown, and ten columns, one for each answer of {run.network}.
            The diagonal holds the right answers, {len(run.labels) - run.errors:,} of {len(run.labels):,}; off the
            diagonal are {run.errors} errors, the darker the more. The most frequent, the first of them framed:
            {pairs}."""

    def state_facts(self, run: Evaluation) -> dict[str, str]:
        """Give the errors in all and the commonest confusion."""
        digit, answer, times = commonest(run, 1)[0]
        return {
            "errors": f"{run.errors}",
            "images": f"{len(run.labels):,}",
            "commonest digit": str(digit),
            "commonest answer": str(answer),
            "commonest times": str(times),
            "trained": trained_on(self.network),
        }


def confusion(run: Evaluation) -> NDArray[np.int64]:
    """Count the answers, shape (10, 10): a row for each digit, a column for each answer."""
    counts = np.zeros((10, 10), dtype=np.int64)
    np.add.at(counts, (run.labels, run.answers), 1)
    return counts


def commonest(run: Evaluation, count: int) -> list[tuple[int, int, int]]:
    """Return the most frequent errors as digit, answer and number of times, the most frequent first."""
    errors = confusion(run) * (1 - np.eye(10, dtype=np.int64))
    order = np.argsort(-errors, axis=None, kind="stable")[:count]
    return [(int(place // 10), int(place % 10), int(errors.flat[place])) for place in order]
