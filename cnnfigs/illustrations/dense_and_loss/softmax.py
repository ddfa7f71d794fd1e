"""Softmax: from ten sums to ten probabilities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.axes import Axes

from cnnfigs.drawing.layout import CLOSE, Piece, column, either, row
from cnnfigs.drawing.pieces import WIDER, Arrow, Digit, Drawing, hundredths, panel
from cnnfigs.drawing.shapes import box, label
from cnnfigs.drawing.style import text_width
from cnnfigs.drawing.widths import TEXT
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.networks import NetworkName, trained_on
from cnnfigs.parameters import TestImage
from cnnfigs.runs.dense_and_loss.answers import SoftmaxSteps, softmax_steps
from cnnfigs.words import as_percent, percent, with_article, written_number

#: From one digit's row to the next, and thickness of a bar, in pixels.
PITCH, BAR = 24, 14


@dataclass(frozen=True)
class Softmax(Picture):
    """Softmax step by step: a network's ten logits for a digit, their exponentials, and each one's share."""

    index: TestImage = 18
    network: NetworkName = "dense_512"

    def run(self) -> SoftmaxSteps:
        return softmax_steps(self.network, self.index)

    def draw(self, run: SoftmaxSteps) -> Piece:
        """Draw a row for each digit with its logit, its exponential, and its share as a bar."""
        image = panel("image", Digit(run.image, 84), name="input")
        wide = row(image, Arrow(), steps_table(run, 76, 90, 24))
        return either(wide, column(image, Arrow(down=True), steps_table(run, 44, 38, 8), gap=8, align="middle"))

    def describe(self, run: SoftmaxSteps) -> Description:
        first, second = run.order[:2]
        return Description(
            f"Softmax in a row for each digit: the logit, its exponential, which is never negative, and its share; "
            f"{first} has {percent(run.probabilities[first])}.",
            [
                f"First {with_article(run.label)}, then a table with a row for each digit that can be answered.",
                f"The logits are what comes out of the last layer, from {run.logits.min():.2f} to "
                f"{run.logits.max():.2f}; bars show them, to the one side for negative and to the other for positive.",
                f"The exponentials are all positive and add up to {write_positive(run.total)}.",
                f"That of {first} is {write_positive(run.exponentials[first])}, that of {second} is "
                f"{write_positive(run.exponentials[second])}.",
                f"So {first} has a share of {percent(run.probabilities[first])}, {second} one of "
                f"{percent(run.probabilities[second])}, and all others share the rest; the shares add up to 1.",
            ],
            [
                Numbers(
                    f"{name} of each digit", values, write, rows=[name], columns=[str(digit) for digit in range(10)]
                )
                for name, values, write in (
                    ("Logit", run.logits, hundredths),
                    ("Exponential", run.exponentials, write_positive),
                    ("Share", run.probabilities, _small),
                )
            ],
        )

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


def steps_table(run: SoftmaxSteps, unit: float, bar: float, gap: float) -> Piece:
    """Make a row for each digit: bars of logits reach `unit` pixels to either side, those of shares `bar`."""
    best, most = int(run.probabilities.argmax()), float(np.abs(run.logits).max())
    logits = [written_number(value, 2) for value in run.logits]
    exponentials = [_short(write_positive(value)) for value in (*run.exponentials, run.total)]
    shares = [*(_short(_small(value)) for value in run.probabilities), as_percent(1)]

    def rows(width: float, paint: Callable[[Axes, float, float, int], None]) -> Piece:
        """Make a column, whose last row is for the sums."""

        def paint_all(axes: Axes, x: float, y: float, scale: float) -> None:
            for line in range(len(shares)):
                paint(axes, x, y + (line + 0.5) * PITCH, line)

        return Drawing(width, len(shares) * PITCH, paint_all)

    def write(axes: Axes, x: float, y: float, text: str, line: int, align: Literal["left", "right"]) -> None:
        label(axes, x, y, text, align=align, size=TEXT, bold=line in (best, len(logits)))

    def names(axes: Axes, x: float, y: float, line: int) -> None:
        label(axes, x, y, str(line) if line < len(logits) else "sum", align="left", size=TEXT, bold=True)

    def draw_logits(axes: Axes, x: float, y: float, line: int) -> None:
        if line == len(logits):
            box(axes, x + unit, y - PITCH * (line + 0.5), 0, PITCH * line)
            return
        length = float(run.logits[line]) * unit / most
        fill = "output" if line == best else "muted"
        box(axes, x + unit + min(length, 0), y - BAR / 2, abs(length), BAR, edge=None, fill=fill)
        # At the other side of zero, where there is no bar.
        write(axes, x + unit + (5 if length < 0 else -5), y, logits[line], line, "left" if length < 0 else "right")

    def draw_exponentials(axes: Axes, x: float, y: float, line: int) -> None:
        write(axes, x + numbers, y, exponentials[line], line, "right")

    def draw_shares(axes: Axes, x: float, y: float, line: int) -> None:
        if line < len(logits):
            share = float(run.probabilities[line])
            box(axes, x, y - BAR / 2, bar, BAR, fill="surface", line_width=0.75)
            box(axes, x, y - BAR / 2, bar * share, BAR, edge=None, fill="output" if line == best else "muted")
        write(axes, x + bar + CLOSE, y, shares[line], line, "left")

    numbers, percents = (
        WIDER * max(text_width(text, TEXT, bold=True) for text in texts) for texts in (exponentials, shares)
    )
    return row(
        rows(WIDER * text_width("sum", TEXT, bold=True), names),
        panel("logit", rows(2 * unit, draw_logits), "what comes out", align="middle"),
        panel("e to the logit", rows(numbers, draw_exponentials), "never negative", align="end"),
        panel("share", rows(bar + CLOSE + percents, draw_shares), "of the sum"),
        gap=gap,
        align="end",
    )


def _short(words: str) -> str:
    """Write a bound with its sign.

    Examples
    --------
    >>> _short("under 0.001"), _short("0.5")
    ('< 0.001', '0.5')
    """
    return words.replace("under", "<").replace("over", ">")


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
