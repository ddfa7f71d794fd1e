"""What is claimed about convnets, and what became of it here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import get_args

import numpy as np
from matplotlib.axes import Axes

from cnnfigs.drawing.layout import CLOSE, COLUMN, Piece, column, either, matrix, overlay, row
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Drawing, Words, space
from cnnfigs.drawing.shapes import box, label, on_top
from cnnfigs.drawing.widths import TEXT
from cnnfigs.experiments.claims import Claim, Claims, claims
from cnnfigs.experiments.comparisons import EQUAL, Comparison, Verdict, rule
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers, Part
from cnnfigs.illustrations.networks import NETWORK_NAMES, with_network_names
from cnnfigs.illustrations.training_and_measured.fewer_examples import reading_in_words
from cnnfigs.illustrations.training_and_measured.measuring import interval, points, seeds_in_words
from cnnfigs.words import signed


@dataclass(frozen=True)
class Text:
    """A claim in words."""

    #: The claim.
    text: str
    #: Whose it is: of Chollet's book, of many tutorials, or ours.
    whose: str


WHOSE = CHOLLET, FOLKLORE, OURS = "Chollet’s book", "folklore", "ours"

#: The claims in words. Chollet writes that windows of 7×7 "may not" be enough, which no measurement could refute.
TEXTS: Mapping[str, Text] = MappingProxyType(
    {
        "errors": Text("A convnet makes fewer errors than dense networks, even than one of its size.", OURS),
        "examples": Text("A convnet needs fewer examples.", CHOLLET),
        "moved": Text("A convnet bears moved digits better than a dense network.", CHOLLET),
        "small shifts": Text("A shift by a pixel or two makes no difference to a convnet.", FOLKLORE),
        "anywhere": Text("What it learned in one corner of the picture, a convnet recognises in another.", CHOLLET),
        "augmentation": Text("Training on moved digits helps with moved digits.", FOLKLORE),
        "neighbours": Text("A convnet uses which pixels are neighbours.", OURS),
        "order": Text("To a dense network the order of the pixels makes no difference.", OURS),
        "maximum": Text("Of each 2×2, the maximum is the best to pass on.", CHOLLET),
        "overfitting": Text("A network without pooling overfits more.", CHOLLET),
        "small window": Text("Windows of 7×7 pixels are too small to tell digits apart.", f"{CHOLLET}, as a “may”"),
        "larger window": Text("The larger the windows of a network, the more digits it reads.", OURS),
    }
)


#: Colour of each verdict.
SHADES: Mapping[Verdict, str] = MappingProxyType(
    {
        "holds": "series-3",
        "partly": "series-2",
        "not here": "muted",
        "too few seeds": "grid",
        "not yet measured": "grid",
    }
)
#: Points with a tick, equally far apart: in the middle the axis is even, and beyond each step is ten times the last.
TICKS = (-100, -10, -1, 0, 1, 10, 100)
#: How long the strips are, in the column and on a phone, and how long a chip is, in pixels.
STRIP, PHONE_STRIP, CHIP = 236, 316, 84


@dataclass(frozen=True)
class Scoreboard(Picture):
    """Claims about convnets, each with a verdict and the comparison that speaks least for it."""

    def run(self) -> Claims:
        return claims()

    def draw(self, run: Claims) -> Piece:
        """Draw a row for each claim: its words, its verdict, and its comparisons on one axis."""
        about = Words(
            "Percentage points in favour of the claim: it holds if all lies in the shaded part. Bar: 95 % interval of "
            "the weakest comparison; small dots: the others.",
            "muted",
            most=COLUMN,
        )
        wide: list[list[Piece]] = [[space(), space(), _ticks(STRIP), Words("the weakest", "muted")]]
        narrow: list[Piece] = [about]
        for number, claim in enumerate(run.claims, 1):
            text = TEXTS[claim.name]
            difference, bounds = _weakest(claim)
            claimed, whose = f"{number}. {text.text}", Words(text.whose, "muted")
            wide.append(
                [
                    column(Words(claimed, most=225), whose, gap=1),
                    _chip(claim.verdict),
                    _strip(claim, STRIP),
                    column(Words(difference, bold=True), Words(bounds, "muted"), gap=1),
                ]
            )
            narrow.append(
                column(
                    Words(claimed),
                    row(_chip(claim.verdict), whose, gap=10),
                    column(_strip(claim, PHONE_STRIP), _ticks(PHONE_STRIP), gap=2),
                    row(Words(difference, bold=True), Words(bounds, "muted"), gap=10),
                    gap=CLOSE,
                )
            )
        wide.append([space(), space(), _ticks(STRIP), space()])
        return either(column(about, matrix(wide, gap=12, between=12, align="start")), column(*narrow, gap=22))

    def describe(self, run: Claims) -> Description:
        every = [(claim, each) for claim in run.claims for each in claim.comparisons]
        verdicts = [claim.verdict for claim in run.claims]
        counts = ", ".join(f"{verdicts.count(name)} {name}" for name in get_args(Verdict) if name in verdicts)
        return Description(
            f"{len(run.claims)} claims about convnets, each with its verdict and what was measured: {counts}.",
            [
                "For each claim, its weakest comparison and the others are drawn on one axis, in percentage points.",
                *(
                    Part(
                        TEXTS[each.name].text,
                        (
                            f"Whose claim: {TEXTS[each.name].whose}.",
                            f"Verdict: {each.verdict}.",
                            f"Comparisons shown: {_shown(each)}.",
                            f"Weakest: {_effect(each)}.",
                        ),
                    )
                    for each in run.claims
                ),
            ],
            [
                Numbers(
                    "All comparisons, in percentage points",
                    [(each.difference, *(each.interval or (np.nan, np.nan))) for _, each in every],
                    lambda share: "–" if np.isnan(share) else points(share, 2),
                    rows=[f"{TEXTS[claim.name].text} {_compared(each)}" for claim, each in every],
                    columns=["difference", "from", "to"],
                )
            ]
            if every
            else [],
        )

    def state_facts(self, run: Claims) -> dict[str, str]:
        counts = {name: sum(each.verdict == name for each in run.claims) for name in get_args(Verdict)}
        contradicted = sum(
            claim.verdict == "not here" and any(each.is_refuted for each in claim.comparisons) for claim in run.claims
        )
        facts = {
            "claims": str(len(run.claims)),
            "comparisons": str(sum(len(each.comparisons) for each in run.claims)),
            "by chance": f"{0.05 * sum(len(each.comparisons) for each in run.claims):.0f}",
            "planned": str(run.planned),
            "recorded": "all" if run.recorded == run.planned else str(run.recorded),
            "equal": points(EQUAL, 0).removeprefix("+"),
            **{name: str(count) for name, count in counts.items()},
            "contradicted": str(contradicted),
            "undecided": str(counts["not here"] - contradicted),
            "rule": rule(),
            "fewest seeds": str(min(len(each.seeds) for claim in run.claims for each in claim.comparisons)),
            **{whose: str(sum(TEXTS[each.name].whose.startswith(whose) for each in run.claims)) for whose in WHOSE},
        }
        for each in run.claims:
            facts[f"{each.name} verdict"] = each.verdict
            facts[f"{each.name} shown"] = _shown(each)
            facts[f"{each.name} effect"] = _effect(each)
        return facts


def _along(share: float) -> float:
    """Return where a difference stands on the axis: 0 at its start, 1 at its end.

    Examples
    --------
    >>> [round(6 * _along(tick / 100), 9) for tick in TICKS]
    [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    """
    value = 100 * share
    far = value if abs(value) <= 1 else np.copysign(1 + np.log10(abs(value)), value)
    return float(0.5 + far / (len(TICKS) - 1))


def _chip(verdict: Verdict) -> Piece:
    """Draw a verdict as a coloured chip with its word."""

    def paint(axes: Axes, x: float, y: float, scale: float) -> None:
        box(axes, x, y, CHIP, 24, edge=None, fill=SHADES[verdict])

    return overlay(Drawing(CHIP, 24, paint), Words(verdict, "background", bold=True, align="middle", most=CHIP))


def _strip(claim: Claim, width: float) -> Piece:
    """Draw a claim's comparisons: the weakest with its interval, the others as dots below it."""
    height = 30

    def paint(axes: Axes, x: float, y: float, scale: float) -> None:
        box(axes, x, y, width, height, line_width=0.5)
        for weakest in claim.ordered[:1]:
            start = width * _along(weakest.needed)
            box(axes, x + start, y, width - start, height, edge=None, fill="padding-fill")
        top = on_top(axes)
        for tick in TICKS:
            at = x + width * _along(tick / 100)
            shade, thick = ("text", 1.5) if tick == 0 else ("grid", 0.5)
            axes.plot([at, at], [y, y + height], color=color(shade), linewidth=thick, zorder=top)
        for number, each in enumerate(claim.ordered):
            at = x + width * _along(each.difference)
            if number:
                axes.plot(at, y + 22, "o", color=color("muted"), markersize=5, zorder=top + 1)
                continue
            if each.interval:
                ends = [x + width * _along(end) for end in each.interval]
                axes.plot(ends, [y + 10] * 2, color=color("accent"), linewidth=4, solid_capstyle="butt", zorder=top + 1)
            axes.plot(at, y + 10, "o", color=color("accent"), markersize=7, zorder=top + 2)

    return Drawing(width, height, paint)


def _ticks(width: float) -> Piece:
    """Write the numbers of the axis."""

    def paint(axes: Axes, x: float, y: float, scale: float) -> None:
        for tick in TICKS[1:-1]:
            text = signed(tick, 0) if tick else "0"
            label(axes, x + width * _along(tick / 100), y + 8, text, size=TEXT, name="muted")

    return Drawing(width, 16, paint)


def _weakest(claim: Claim) -> tuple[str, str]:
    """Write the difference that speaks least for a claim, and its interval."""
    if not claim.comparisons:
        return "–", "no record yet"
    weakest = claim.ordered[0]
    decimals = _decimals(weakest)
    return points(weakest.difference, decimals), interval(weakest.interval, decimals)


def _decimals(comparison: Comparison) -> int:
    return 2 if abs(comparison.difference) < 0.02 else 1


def _compared(comparison: Comparison) -> str:
    return with_network_names(comparison.words or comparison.name)


def _shown(claim: Claim) -> str:
    """Count the comparisons that are shown, and those that are too close to call."""
    if not claim.comparisons:
        return "–"
    close = sum(each.interval is not None and not each.is_shown and not each.is_refuted for each in claim.comparisons)
    count = f"{sum(each.is_shown for each in claim.comparisons)} of {len(claim.comparisons)}"
    return f"{count}, {close} too close" if close else count


def _effect(claim: Claim) -> str:
    """Describe the comparison that speaks least for a claim and, if others speak for it, the one that speaks most."""
    if not claim.comparisons:
        return "no record yet"
    effect = _in_words(claim.ordered[0])
    if claim.verdict == "partly":
        effect += f"; strongest {_in_words(claim.ordered[-1])}"
    if claim.reading is not None:
        network, needed = NETWORK_NAMES[claim.reading.network], reading_in_words(claim.reading)
        effect += f"; {network}, needs {needed} to equal the convnet with 1,000"
    return effect


def _in_words(comparison: Comparison) -> str:
    decimals = _decimals(comparison)
    between = f" ({interval(comparison.interval, decimals)})"
    seeds = seeds_in_words(comparison.seeds).replace(" ", "\N{NO-BREAK SPACE}")
    return f"{_compared(comparison)}: {points(comparison.difference, decimals)}{between}, {seeds}"
