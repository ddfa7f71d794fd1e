"""Ink that a network cannot see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import box, digit, label
from cnnfigs.drawing.style import NORMAL, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import trained_on
from cnnfigs.parameters import TestImage
from cnnfigs.runs.windows.receptive_fields import LostEdge as Run
from cnnfigs.runs.windows.receptive_fields import lost_edge
from cnnfigs.words import as_percent

SIDE = 168


@dataclass(frozen=True)
class LostEdge(Picture):
    """A digit, and the same digit with ink on the rows and columns that the convnet never reads."""

    index: TestImage = 4

    def run(self) -> Run:
        return lost_edge("convnet", self.index)

    def draw(self, run: Run) -> Figure:
        """Draw both images with a frame around what is read."""
        figure, axes = canvas(440, SIDE + 54)
        pixel = SIDE / 28
        for left, image, text in ((8, run.image, "a digit"), (240, run.inked, "the same to the convnet")):
            digit(axes, image, left, 8, SIDE, frame=None)
            # Black ink at the edge would melt into a dark page.
            box(axes, left, 8, SIDE, SIDE, edge="muted", line_width=2)
            read = (28 - run.unread) * pixel
            box(axes, left, 8, read, read, edge="kernel", line_width=2.5)
            label(axes, left + SIDE / 2, SIDE + 24, text, size=NORMAL, bold=True)
        label(axes, 240 + SIDE / 2, SIDE + 42, f"largest change: {run.change:g}", size=SMALL, name="muted")
        return figure

    def describe(self, run: Run) -> str:
        return f"""Left, a digit with an orange frame around its first {28 - run.unread} rows and columns. Right, the
            same digit with black ink on the last {run.unread} rows and the last {run.unread} columns, outside it.
            The largest change of the convnet's ten probabilities is {run.change:g}. With ink on one row and column
            more it is {_decimal(run.one_more)}. {run.test_digits:,} of the {run.test_asked:,} test digits have some ink
            of their own there."""

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
