"""Softmax: from ten sums to ten probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import arrow, box, digit, label
from cnnfigs.drawing.style import LARGE, NORMAL, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import NetworkName, trained_on
from cnnfigs.parameters import TestImage
from cnnfigs.runs.dense_and_loss.answers import SoftmaxSteps, softmax_steps
from cnnfigs.words import percent, with_article, written_number


@dataclass(frozen=True)
class Softmax(Picture):
    """Softmax step by step: a network's ten logits for a digit, their exponentials, and each one's share."""

    index: TestImage = 18
    network: NetworkName = "dense_512"

    def run(self) -> SoftmaxSteps:
        return softmax_steps(self.network, self.index)

    def draw(self, run: SoftmaxSteps) -> Figure:
        """Draw a row for each digit with its logit, its exponential, and its share as a bar."""
        row, top = 23, 62
        figure, axes = canvas(508, top + 10 * row + 34)
        digit(axes, run.image, 4, top + 5 * row - 32, 64)
        arrow(axes, (72, top + 5 * row), (88, top + 5 * row))
        zero, unit = 174, 56 / float(np.abs(run.logits).max())
        heads = (
            (zero, "logit", "what comes out"),
            (294, "e to the logit", "never negative"),
            (412, "share", "adds up to 1"),
        )
        for x, head, below in heads:
            label(axes, x, 16, head, size=LARGE, bold=True)
            label(axes, x, 36, below, size=SMALL, name="muted")
        best = int(run.probabilities.argmax())
        for number in range(10):
            middle, bold = top + (number + 0.5) * row, number == best
            label(axes, 102, middle, str(number), size=NORMAL, bold=True)
            length = float(run.logits[number]) * unit
            box(axes, zero + min(length, 0), middle - 7, abs(length), 14, edge=None, fill="output" if bold else "muted")
            logit = written_number(run.logits[number], 2)
            if length >= 0:
                label(axes, zero - 5, middle, logit, size=SMALL, bold=bold, align="right")
            else:
                label(axes, zero + 5, middle, logit, size=SMALL, bold=bold, align="left")
            label(axes, 334, middle, write_positive(run.exponentials[number]), align="right", size=SMALL, bold=bold)
            box(axes, 364, middle - 7, 50, 14, edge="grid", fill="surface", line_width=0.75)
            share = float(run.probabilities[number])
            box(axes, 364, middle - 7, 50 * share, 14, edge=None, fill="output" if bold else "muted")
            label(axes, 420, middle, _small(share), align="left", size=SMALL, bold=bold)
        box(axes, zero - 0.5, top, 1, 10 * row, edge=None, fill="grid")
        box(axes, 252, top + 10 * row + 2, 86, 1, edge=None, fill="grid")
        label(axes, 334, top + 10 * row + 18, f"sum {write_positive(run.total)}", align="right", size=SMALL, bold=True)
        return figure

    def describe(self, run: SoftmaxSteps) -> str:
        first, second = run.order[:2]
        logits = ", ".join(f"{number}: {value:.2f}" for number, value in enumerate(run.logits))
        return f"""{with_article(run.label).capitalize()} and a row for each digit. The logits are {logits}. Their
            exponentials are all positive and add up to {write_positive(run.total)}; that of {first} is
            {write_positive(run.exponentials[first])}, that of {second} {write_positive(run.exponentials[second])}. So
            {first} has a share of {percent(run.probabilities[first])}, {second} one of
            {percent(run.probabilities[second])}, and all others share the rest."""

    def state_facts(self, run: SoftmaxSteps) -> dict[str, str]:
        first, second = run.order[:2]
        facts = {"digit": str(run.label), "sum": write_positive(run.total), "trained": trained_on(self.network)}
        for name, number in (("first", first), ("second", second)):
            facts |= {
                name: str(number),
                f"{name} logit": written_number(run.logits[number], 2),
                f"{name} exponential": write_positive(run.exponentials[number]),
                f"{name} share": percent(run.probabilities[number]),
            }
        return facts | {"lowest logit": written_number(run.logits.min(), 2)}


def write_positive(value: float) -> str:
    """Write a number that is never negative, however small, so that it can be read.

    Examples
    --------
    >>> write_positive(1413.2), write_positive(69.586), write_positive(0.00319), write_positive(1.2e-9)
    ('1,413.2', '69.6', '0.003', 'under 0.001')
    """
    if value < 0.0005:
        return "under 0.001"
    return f"{value:,.1f}" if value >= 10 else f"{value:.3f}"


def _small(share: float) -> str:
    r"""Write a probability as a percentage; none is written as 0, since none is.

    Examples
    --------
    >>> _small(0.0004), _small(0.0006), _small(0.9999)
    ('under 0.1\xa0%', '0.1\xa0%', 'over 99.9\xa0%')
    """
    return percent(share) if round(100 * share, 1) > 0 else f"under {percent(0.001)}"
