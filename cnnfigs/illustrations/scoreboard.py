"""What textbooks claim, and what became of it here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cnnfigs.drawing.tables import Cell
from cnnfigs.experiments.claims import Claim, Claims, claims
from cnnfigs.experiments.comparisons import EQUAL, Comparison
from cnnfigs.illustrations.base import Table
from cnnfigs.illustrations.fewer_examples import told_reading
from cnnfigs.illustrations.measuring import interval, points, seeds_told

#: Each claim in words, and the figure of the page that shows what was measured.
TEXTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "errors": ("A convnet makes fewer errors than dense networks, even than one of its size.", "fig-against"),
        "examples": ("A convnet needs fewer examples.", "fig-examples"),
        "moved": ("A convnet bears moved digits better than a dense network.", "fig-shifted"),
        "small shifts": ("A shift by a pixel or two makes no difference to a convnet.", "fig-shifted"),
        "anywhere": ("What it learned in one corner, a convnet recognises in another.", "fig-corner"),
        "augmentation": ("Training on moved digits helps with moved digits.", "fig-controls"),
        "neighbours": ("A convnet uses which pixels are neighbours.", "fig-neighborhood"),
        "order": ("To a dense network the order of the pixels makes no difference.", "fig-neighborhood"),
        "maximum": ("Of each 2×2, the maximum is the best to pass on.", "fig-downsampling"),
        "overfitting": ("A network without pooling overfits more.", "fig-costs"),
        "small window": ("Through windows of 7×7 pixels, digits cannot be told apart.", "fig-hole"),
        "larger window": ("The more a window sees at once, the better.", "fig-hole"),
    }
)


@dataclass(frozen=True)
class Scoreboard(Table):
    """Claims of textbooks, each with a verdict and the comparison that speaks least for it."""

    def run(self) -> Claims:
        """Judge all claims by the records."""
        return claims()

    def tabulate(self, run: Claims) -> list[list[Cell]]:
        """Give a row for each claim."""
        rows = [[Cell("Claim"), Cell("Verdict"), Cell("Comparisons"), Cell("Which speaks least for it, in points")]]
        for claim in run.claims:
            text, figure = TEXTS[claim.name]
            rows.append(
                [
                    Cell(text, heading=True, link=f"#{figure}"),
                    Cell(claim.verdict, strong=True),
                    Cell(_shown(claim)),
                    Cell(_effect(claim)),
                ]
            )
        return rows

    def describe(self, run: Claims) -> str:
        """Tell each claim with its verdict and effect."""
        told = " ".join(
            f"{TEXTS[each.name][0]} Verdict: {each.verdict}, {_shown(each)} comparisons shown; {_effect(each)}."
            for each in run.claims
        )
        return f"{len(run.claims)} claims of textbooks and what was found here. {told}"

    def state_facts(self, run: Claims) -> dict[str, str]:
        """Give verdicts and effects, and how many of each verdict there are."""
        counts = Counter(each.verdict for each in run.claims)
        facts = {
            "claims": str(len(run.claims)),
            "comparisons": str(sum(len(each.comparisons) for each in run.claims)),
            "by chance": f"{0.05 * sum(len(each.comparisons) for each in run.claims):.0f}",
            "planned": str(run.planned),
            "recorded": "all" if run.recorded == run.planned else str(run.recorded),
            "equal": points(EQUAL, 0).removeprefix("+"),
            **{name: str(counts[name]) for name in ("holds", "partly", "not here", "not yet measured")},
        }
        single = [each for claim in run.claims for each in claim.comparisons if len(each.seeds) == 1]
        facts["single"] = (
            f"So far {len(single)} of the comparisons rest on a single seed."
            if single
            else "Each rests on several seeds."
        )
        for each in run.claims:
            facts[f"{each.name} verdict"] = each.verdict
            facts[f"{each.name} shown"] = _shown(each)
            facts[f"{each.name} effect"] = _effect(each)
        return facts


def _shown(claim: Claim) -> str:
    """Count the comparisons that are shown, and those that are too close to call."""
    if not claim.comparisons:
        return "–"
    close = sum(not each.is_shown and not each.is_refuted for each in claim.comparisons)
    told = f"{sum(each.is_shown for each in claim.comparisons)} of {len(claim.comparisons)}"
    return f"{told}, {close} too close" if close else told


def _effect(claim: Claim) -> str:
    """Tell the comparison that speaks least for a claim and, if others speak for it, the one that speaks most."""
    if not claim.comparisons:
        return "no record yet"
    told = _told(claim.ordered[0])
    if claim.verdict == "partly":
        told += f"; strongest {_told(claim.ordered[-1])}"
    if claim.reading is not None:
        told += f"; {claim.reading.network} needs {told_reading(claim.reading)} to equal 1,000"
    return told


def _told(comparison: Comparison) -> str:
    decimals = 2 if abs(comparison.difference) < 0.02 else 1
    between = "" if comparison.widest is None else f" ({interval(comparison.widest, decimals)})"
    seeds = seeds_told(comparison.seeds).replace(" ", "\N{NO-BREAK SPACE}")
    return f"{comparison.name}: {points(comparison.difference, decimals)}{between}, {seeds}"
