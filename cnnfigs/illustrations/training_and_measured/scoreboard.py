"""What is claimed about convnets, and what became of it here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import get_args

from cnnfigs.drawing.tables import Cell
from cnnfigs.experiments.claims import Claim, Claims, claims
from cnnfigs.experiments.comparisons import EQUAL, Comparison, Verdict, rule
from cnnfigs.illustrations.base import Table
from cnnfigs.illustrations.training_and_measured.fewer_examples import reading_in_words
from cnnfigs.illustrations.training_and_measured.measuring import interval, points, seeds_in_words


@dataclass(frozen=True)
class Text:
    """A claim in words."""

    #: The claim.
    text: str
    #: Whose it is: of Chollet's book, of many tutorials, or ours.
    whose: str
    #: The figure of the page that shows what was measured.
    figure: str


WHOSE = CHOLLET, FOLKLORE, OURS = "Chollet’s book", "folklore", "ours"

#: The claims in words. Chollet writes that windows of 7×7 "may not" be enough, which no measurement could refute.
TEXTS: Mapping[str, Text] = MappingProxyType(
    {
        "errors": Text(
            "A convnet makes fewer errors than dense networks, even than one of its size.", OURS, "fig-against"
        ),
        "examples": Text("A convnet needs fewer examples.", CHOLLET, "fig-examples"),
        "moved": Text("A convnet bears moved digits better than a dense network.", CHOLLET, "fig-shifted"),
        "small shifts": Text("A shift by a pixel or two makes no difference to a convnet.", FOLKLORE, "fig-shifted"),
        "anywhere": Text(
            "What it learned in one corner of the picture, a convnet recognises in another.", CHOLLET, "fig-corner"
        ),
        "augmentation": Text("Training on moved digits helps with moved digits.", FOLKLORE, "fig-controls"),
        "neighbours": Text("A convnet uses which pixels are neighbours.", OURS, "fig-neighborhood"),
        "order": Text("To a dense network the order of the pixels makes no difference.", OURS, "fig-neighborhood"),
        "maximum": Text("Of each 2×2, the maximum is the best to pass on.", CHOLLET, "fig-downsampling"),
        "overfitting": Text("A network without pooling overfits more.", CHOLLET, "fig-without-pooling"),
        "small window": Text(
            "Windows of 7×7 pixels are too small to tell digits apart.", f"{CHOLLET}, as a “may”", "fig-hole"
        ),
        "larger window": Text("The larger the windows of a network, the more digits it reads.", OURS, "fig-hole"),
    }
)


@dataclass(frozen=True)
class Scoreboard(Table):
    """Claims about convnets, each with a verdict and the comparison that speaks least for it."""

    def run(self) -> Claims:
        return claims()

    def tabulate(self, run: Claims) -> list[list[Cell]]:
        """Return a row for each claim."""
        heads = ("Claim", "Whose", "Verdict", "Comparisons shown", "Weakest comparison, in points")
        rows = [[Cell(head) for head in heads]]
        for claim in run.claims:
            text = TEXTS[claim.name]
            rows.append(
                [
                    Cell(text.text, heading=True, link=f"#{text.figure}"),
                    Cell(text.whose),
                    Cell(claim.verdict, strong=True),
                    Cell(_shown(claim)),
                    Cell(_effect(claim)),
                ]
            )
        return rows

    def describe(self, run: Claims) -> str:
        verdicts = " ".join(
            f"{TEXTS[each.name].text} Whose claim: {TEXTS[each.name].whose}. Verdict: {each.verdict}. Comparisons "
            f"shown: {_shown(each)}. {_effect(each)}."
            for each in run.claims
        )
        return f"{len(run.claims)} claims and what was found here. {verdicts}"

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
        effect += f"; {claim.reading.network} needs {reading_in_words(claim.reading)} to equal the convnet with 1,000"
    return effect


def _in_words(comparison: Comparison) -> str:
    decimals = 2 if abs(comparison.difference) < 0.02 else 1
    between = f" ({interval(comparison.interval, decimals)})"
    seeds = seeds_in_words(comparison.seeds).replace(" ", "\N{NO-BREAK SPACE}")
    return f"{comparison.words or comparison.name}: {points(comparison.difference, decimals)}{between}, {seeds}"
