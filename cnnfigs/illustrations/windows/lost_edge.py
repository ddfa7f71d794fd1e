"""Ink that a network cannot see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnfigs.data import mnist_labels
from cnnfigs.drawing.layout import Piece, row
from cnnfigs.drawing.pieces import Digit, Mark, panel
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description
from cnnfigs.illustrations.networks import trained_on
from cnnfigs.looks import INK, ink_in_words
from cnnfigs.parameters import TestImage
from cnnfigs.runs.windows.receptive_fields import LostEdge as Run
from cnnfigs.runs.windows.receptive_fields import lost_edge
from cnnfigs.words import as_percent, counted, with_article


@dataclass(frozen=True)
class LostEdge(Picture):
    """A digit, and the same digit with ink on the rows and columns that the convnet never reads."""

    index: TestImage = 4

    def run(self) -> Run:
        return lost_edge("convnet", self.index)

    def draw(self, run: Run) -> Piece:
        """Draw both images with a frame around what is read."""
        read = 28 - run.unread
        # Black ink at the edge would melt into a dark page.
        frames = [Mark(0, 0, 28, 28, name="muted", line_width=2), Mark(0, 0, read, read)]
        return row(
            panel("a digit", Digit(run.image, 224, frame=None, marks=frames), f"{read}×{read} are read"),
            panel(
                "the same to the convnet",
                Digit(run.inked, 224, frame=None, marks=frames),
                f"largest change: {run.change:g}",
            ),
            align="end",
        )

    def describe(self, run: Run) -> Description:
        article = with_article(int(mnist_labels("test")[self.index]))
        return Description(
            f"A digit, and the same digit with ink on its last {run.unread} rows and columns, which the convnet never "
            "reads: its answer stays the same.",
            [
                f"First {article}: {ink_in_words(run.image)}. {self._cut(run)}",
                f"An orange frame around the first {28 - run.unread} rows and columns shows what the convnet reads. "
                f"{self._cut(run)}",
                f"The second digit has black ink on the last {run.unread} rows and the last {run.unread} columns, "
                "outside the frame.",
                f"The largest change of the convnet's ten probabilities is {run.change:g}.",
                f"With ink on one row and column more it is {_decimal(run.one_more)}.",
                f"{run.test_digits:,} of the {run.test_asked:,} test digits have some ink of their own there.",
            ],
        )

    @staticmethod
    def _cut(run: Run) -> str:
        """Say whether some ink of the digit itself is outside of what is read."""
        read = 28 - run.unread
        lost = int((run.image >= INK).sum() - (run.image[:read, :read] >= INK).sum())
        return f"It cuts off {counted(lost, 'pixel')} of the digit's ink." if lost else "The digit lies wholly inside."

    def state_facts(self, run: Run) -> dict[str, str]:
        return {
            "unread": str(run.unread),
            "read": str(28 - run.unread),
            "first unread": str(28 - run.unread),
            "change": f"{run.change:g}",
            "trained": trained_on(run.network),
            "test digits": f"{run.test_digits:,}",
            "test asked": f"{run.test_asked:,}",
            "test ink": as_percent(run.test_ink, 1),
            "training digits": f"{run.training_digits:,}",
            "training asked": f"{run.training_asked:,}",
            "one more": _decimal(run.one_more),
        }


def _decimal(value: float) -> str:
    """Write a small number with its first digit that is not zero, not in powers of ten."""
    return np.format_float_positional(value, precision=1, fractional=False, trim="-")
