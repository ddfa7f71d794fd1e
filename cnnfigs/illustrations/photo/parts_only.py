"""Parts of the cat with all else hidden: whether the network still sees a cat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, get_args

from cnnfigs.drawing.layout import CLOSE, Piece, column, either, grid, within
from cnnfigs.drawing.pieces import Photo, Words, panel
from cnnfigs.drawing.tables import Cell, number_table
from cnnfigs.illustrations.base import Picture, Table
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.parameters import Choice, Several, Whole, require
from cnnfigs.runs.photo.photo_answers import (
    PARTS,
    Parts,
    PartsRun,
    Rest,
    Together,
    TogetherRun,
    show_parts,
    show_together,
)
from cnnfigs.words import listed, percent

MARGINS = (0, 8, 16, 24)
Hidden = Annotated[Rest, Choice("grey", "blurred"), "what all else is made"]


@dataclass(frozen=True)
class PartsOnly(Picture):
    """Eyes, nose and ears of the cat by themselves and together, all else hidden, and what the network says."""

    rest: Hidden = "grey"
    margin: Annotated[int, Whole(0, 40), "by how many pixels to grow the boxes around the parts on every side"] = 0

    def run(self) -> PartsRun:
        return show_parts(self.rest, (self.margin,))

    def draw(self, run: PartsRun) -> Piece:
        """Draw the photos with the probability of a cat and the best answer."""
        (parts,) = run.margins

        def cells(width: float) -> list[Piece]:
            return [
                within(
                    width,
                    panel(
                        name,
                        column(
                            Photo(pixels, width, frame="input"),
                            Words(f"a cat: {percent(answer.cats)}", bold=True),
                            gap=CLOSE,
                        ),
                        note=f"{answer.names[0]} {percent(answer.probabilities[0])}",
                    ),
                )
                for name, pixels, answer in zip(run.shown, parts.photos, parts.answers, strict=True)
            ]

        # Four or two to a row; the photos stand in line though some names take two lines.
        return either(
            grid(cells(168), columns=4, gap=14, align="end"), grid(cells(154), columns=2, gap=14, align="end")
        )

    def describe(self, run: PartsRun) -> Description:
        (parts,) = run.margins
        together = parts.answers[run.shown.index("all three")]
        return Description(
            f"Parts of the cat with all else {self.rest}, and what the network says: all three together are a cat with "
            f"{percent(together.cats)}.",
            [
                f"The photo of the cat is shown {len(run.shown) - 1} times with most of it {self.rest}: only boxes "
                f"around some parts are left, with {self.margin} pixels more on each side.",
                "The last photo is the opposite: all but these boxes.",
                *(
                    f"{name}: a cat with {percent(answer.cats)}, best answer {answer.names[0]} with "
                    f"{percent(answer.probabilities[0])}."
                    for name, answer in zip(run.shown, parts.answers, strict=True)
                ),
            ],
            [
                Numbers(
                    "The probability of a cat",
                    [[answer.cats] for answer in parts.answers],
                    percent,
                    rows=run.shown,
                    columns=["a cat"],
                )
            ],
        )

    def state_facts(self, run: PartsRun) -> dict[str, str]:
        return _facts(run)


@dataclass(frozen=True)
class PartsTable(Table):
    """How sure the network is of a cat, from parts of it with more or less of the photo around them."""

    rest: Hidden = "grey"
    margins: Annotated[
        tuple[int, ...],
        Several(Whole(0, 40), again=True),
        "by how many pixels to grow the boxes around the parts on every side",
    ] = MARGINS

    def run(self) -> PartsRun:
        return show_parts(self.rest, self.margins)

    def tabulate(self, run: PartsRun) -> list[list[Cell]]:
        """Return a row for each choice of parts."""
        heads = (f"{parts.margin} px more" if parts.margin else "Tight boxes" for parts in run.margins)
        rows = (
            (name, *(percent(parts.answers[number].cats) for parts in run.margins))
            for number, name in enumerate(run.shown)
        )
        return number_table(("Shown", *heads), rows)

    def describe(self, run: PartsRun) -> Description:
        first, last = run.margins[0], run.margins[-1]
        tight, wide = (percent(each.answers[run.shown.index("all three")].cats) for each in (first, last))
        return Description(
            f"The probability of a cat from parts of it with all else {self.rest}: all three give {tight} with "
            f"{first.margin} pixels around them, {wide} with {last.margin}.",
            [
                "There is a row for each choice of parts, and a column for each margin around them, from "
                f"{first.margin} to {last.margin} pixels.",
                *(
                    f"{name}: from {percent(before.cats)} to {percent(after.cats)}."
                    for name, before, after in zip(run.shown, first.answers, last.answers, strict=True)
                ),
            ],
        )

    def state_facts(self, run: PartsRun) -> dict[str, str]:
        return _facts(run)


@dataclass(frozen=True)
class TogetherTable(Table):
    """Pairs of parts, and all three, against what they would give if the evidence of each part added up."""

    margin: Annotated[int, Whole(0, 40), "by how many pixels the boxes are grown in the table, one of `margins`"] = 24
    margins: Annotated[
        tuple[int, ...],
        Several(Whole(0, 40), again=True),
        "by how many pixels to grow the boxes in all cases that are counted",
    ] = MARGINS

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.margin in self.margins, "margin", self.margin, listed(self.margins, "or"))

    def run(self) -> TogetherRun:
        return show_together(self.margins)

    def tabulate(self, run: TogetherRun) -> list[list[Cell]]:
        """Return a row for each pair and one for all three."""
        heads = (f"{rest}, {what}".capitalize() for rest in get_args(Rest) for what in ("added up", "measured"))
        rows = (
            (name, *(percent(share) for case in cases for share in (case.added, case.measured)))
            for name, cases in self._shown(run).items()
        )
        return number_table(("Shown", *heads), rows)

    def describe(self, run: TogetherRun) -> Description:
        return Description(
            f"The probability of a cat from several of its parts, {self.margin} pixels around each, beside what they "
            "would give if their evidence added up.",
            [
                "If the evidence of the parts added up, each would multiply the odds as it does alone.",
                *(
                    f"{name}, the rest {case.rest}: {percent(case.added)} if the evidence added up, "
                    f"{percent(case.measured)} measured."
                    for name, cases in self._shown(run).items()
                    for case in cases
                ),
            ],
        )

    def state_facts(self, run: TogetherRun) -> dict[str, str]:
        facts = {"margin": str(self.margin)}
        for rest in get_args(Rest):
            cases = [case for case in run.together if case.rest == rest]
            pairs = [case for case in cases if case.margin == self.margin and " + " in case.shown]
            facts |= {
                f"{rest} cases": str(len(cases)),
                f"{rest} less": str(sum(case.measured < case.added for case in cases)),
                f"{rest} least added": percent(min(case.added for case in pairs)),
                f"{rest} most added": percent(max(case.added for case in pairs)),
                f"{rest} least measured": percent(min(case.measured for case in pairs)),
                f"{rest} most measured": percent(max(case.measured for case in pairs)),
            }
            facts |= {f"{rest} {case.shown} added": percent(case.added) for case in pairs}
            facts |= {f"{rest} {case.shown} measured": percent(case.measured) for case in pairs}
            beyond = max(cases, key=lambda case: _odds(case.measured) / _odds(case.added))
            facts |= {
                f"{rest} beyond": f"{beyond.shown.replace(' + ', ' and ')} with {beyond.margin} pixels around them",
                f"{rest} beyond added": percent(beyond.added),
                f"{rest} beyond measured": percent(beyond.measured),
            }
        return facts

    def _shown(self, run: TogetherRun) -> dict[str, list[Together]]:
        """Return the cases with the margin of the table, by what is shown."""
        shown: dict[str, list[Together]] = {}
        for case in run.together:
            if case.margin == self.margin:
                shown.setdefault(case.shown, []).append(case)
        return shown


def _odds(probability: float) -> float:
    return probability / (1 - probability)


def odds_in_words(probability: float) -> str:
    """Write odds, with two digits.

    Examples
    --------
    >>> odds_in_words(0.8), odds_in_words(0.001)
    ('4 to 1', '1 to 1,000')
    """
    odds = _odds(probability)
    larger = float(f"{max(odds, 1 / odds):.2g}")
    return f"{larger:,.0f} to 1" if odds > 1 else f"1 to {larger:,.0f}"


def _facts(run: PartsRun) -> dict[str, str]:
    facts = {"whole": percent(run.whole.cats), "nothing": percent(run.nothing.cats)}
    facts["nothing odds"] = odds_in_words(run.nothing.cats)
    single = len(PARTS)
    for parts in run.margins:
        shares = dict(zip(run.shown, _cats(parts), strict=True))
        facts |= {f"{name} {parts.margin}": percent(share) for name, share in shares.items()}
        for name in PARTS:
            facts[f"{name} {parts.margin} odds"] = odds_in_words(shares[name])
            times = _odds(shares[name]) / _odds(run.nothing.cats)
            facts[f"{name} {parts.margin} times"] = f"{float(f'{times:.2g}'):,.0f}"
        names = (answer.names[0] for answer in parts.answers)
        facts |= {f"{name} {parts.margin} says": best for name, best in zip(run.shown, names, strict=True)}
        facts[f"best single {parts.margin}"] = percent(max(_cats(parts)[:single]))
        facts[f"best pair {parts.margin}"] = percent(max(_cats(parts)[single:-2]))
        facts[f"worst pair {parts.margin}"] = percent(min(_cats(parts)[single:-2]))
    facts["most without parts"] = percent(max(_cats(parts)[-1] for parts in run.margins))
    return facts


def _cats(parts: Parts) -> list[float]:
    return [answer.cats for answer in parts.answers]
