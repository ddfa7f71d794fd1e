"""Parts of the cat with all else hidden: whether the network still sees a cat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, get_args

from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import label, photo
from cnnfigs.drawing.style import NORMAL, SMALL, canvas
from cnnfigs.drawing.tables import Cell, number_table
from cnnfigs.illustrations.base import Picture, Table
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

    def draw(self, run: PartsRun) -> Figure:
        """Draw the photos with the probability of a cat and the best answer."""
        width, height, pitch, row_height = 166, 106, 184, 174
        figure, axes = canvas(720, 2 * row_height)
        (parts,) = run.margins
        for number, (name, pixels, answer) in enumerate(zip(run.shown, parts.photos, parts.answers, strict=True)):
            row, column = divmod(number, 4)
            left, top = column * pitch + 1, row * row_height
            label(axes, left + width / 2, top + 12, name, size=SMALL, bold=True)
            photo(axes, pixels, left, top + 24, width, height, frame="input")
            label(axes, left + width / 2, top + 24 + height + 13, f"a cat: {percent(answer.cats)}", size=NORMAL)
            best = f"{answer.names[0]} {percent(answer.probabilities[0])}"
            label(axes, left + width / 2, top + 24 + height + 29, best, size=SMALL, name="muted")
        return figure

    def describe(self, run: PartsRun) -> str:
        (parts,) = run.margins
        answers = "; ".join(
            f"{name}: a cat with {percent(answer.cats)}, best answer {answer.names[0]} with "
            f"{percent(answer.probabilities[0])}"
            for name, answer in zip(run.shown, parts.answers, strict=True)
        )
        return f"""{len(run.shown) - 1} times the photo of the cat with most of it {self.rest}: only boxes around some
            parts are left, with {self.margin} pixels more on each side; and last the opposite, all but these boxes.
            {answers}."""

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

    def describe(self, run: PartsRun) -> str:
        first, last = run.margins[0], run.margins[-1]
        answers = "; ".join(
            f"{name} from {percent(before.cats)} to {percent(after.cats)}"
            for name, before, after in zip(run.shown, first.answers, last.answers, strict=True)
        )
        return f"""The probability of a cat when only parts of it are shown and all else is {self.rest}, from boxes
            grown by {first.margin} pixels to boxes grown by {last.margin}: {answers}."""

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

    def describe(self, run: TogetherRun) -> str:
        answers = "; ".join(
            f"{name}: "
            + ", ".join(
                f"with the rest {case.rest} {percent(case.added)} if the evidence added up, {percent(case.measured)} "
                "measured"
                for case in cases
            )
            for name, cases in self._shown(run).items()
        )
        return f"""The probability of a cat with several of its parts, each grown by {self.margin} pixels, beside what
            the parts would give together if each multiplied the odds as it does alone. {answers}."""

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


def _facts(run: PartsRun) -> dict[str, str]:
    facts = {"whole": percent(run.whole.cats), "nothing": percent(run.nothing.cats)}
    single = len(PARTS)
    for parts in run.margins:
        shares = dict(zip(run.shown, _cats(parts), strict=True))
        facts |= {f"{name} {parts.margin}": percent(share) for name, share in shares.items()}
        names = (answer.names[0] for answer in parts.answers)
        facts |= {f"{name} {parts.margin} says": best for name, best in zip(run.shown, names, strict=True)}
        facts[f"best single {parts.margin}"] = percent(max(_cats(parts)[:single]))
        facts[f"best pair {parts.margin}"] = percent(max(_cats(parts)[single:-2]))
        facts[f"worst pair {parts.margin}"] = percent(min(_cats(parts)[single:-2]))
    facts["most without parts"] = percent(max(_cats(parts)[-1] for parts in run.margins))
    return facts


def _cats(parts: Parts) -> list[float]:
    return [answer.cats for answer in parts.answers]
