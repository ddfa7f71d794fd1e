"""Experiment: the convnet against dense networks, with several seeds."""

from __future__ import annotations

from dataclasses import dataclass

from cnnfigs.drawing.layout import Piece
from cnnfigs.experiments.catalog import by_recipe
from cnnfigs.experiments.findings import AgainstDense as Run
from cnnfigs.experiments.findings import against_dense
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description
from cnnfigs.illustrations.networks import NETWORK_NAMES
from cnnfigs.illustrations.training_and_measured.measuring import (
    all_seeds_in_words,
    compared,
    comparison_facts,
    differences_numbers,
    errors_and_differences,
    errors_numbers,
    points,
)
from cnnfigs.models.training import RECIPE
from cnnfigs.words import as_percent, listed


@dataclass(frozen=True)
class AgainstDense(Picture):
    """Errors of the convnet and of dense networks with each seed, and their paired differences."""

    def run(self) -> Run:
        return against_dense()

    def draw(self, run: Run) -> Piece:
        """Draw all trainings, and then the differences."""
        return errors_and_differences(run.findings, "The convnet’s accuracy minus that of", 2, NETWORK_NAMES)

    def describe(self, run: Run) -> Description:
        findings = run.findings
        convnet = findings.of("convnet")
        return Description(
            f"Errors of the convnet and of dense networks with several seeds: on average the convnet makes "
            f"{as_percent(1 - convnet.mean, 2)}.",
            [
                f"Two charts. The first has a dot for the errors of each training and a bar for its 95 % Wilson "
                f"interval, {all_seeds_in_words(_seeds(run))}.",
                *(
                    f"{NETWORK_NAMES[each.network]}: {as_percent(1 - each.mean, 2)} errors on average."
                    for each in findings.measured
                ),
                "The second has the accuracy of the convnet minus that of each dense network, paired by images and "
                "seeds, with 95 % intervals.",
                *(f"Minus {NETWORK_NAMES[each.name]}: {compared(each, 2)}." for each in findings.comparisons),
            ],
            [
                errors_numbers(findings, NETWORK_NAMES),
                *differences_numbers(findings.comparisons, NETWORK_NAMES, "The convnet’s accuracy minus that of"),
            ],
        )

    def state_facts(self, run: Run) -> dict[str, str]:
        findings = run.findings
        convnet = findings.of("convnet")
        facts = {
            "seeds": all_seeds_in_words(_seeds(run)),
            "images": f"{convnet.test_images:,}",
            "missing": listed(findings.missing) if findings.missing else "none",
            "conditions": findings.conditions,
            "trained": f"{by_recipe('convnet', 1).images - RECIPE.validation_images:,}",
        }
        for each in findings.measured:
            facts[f"{each.network} accuracy"] = as_percent(each.mean, 2)
            facts[f"{each.network} errors"] = as_percent(1 - each.mean, 2)
            facts[f"{each.network} parameters"] = f"{each.parameters:,}"
            facts[f"{each.network} times"] = f"{(1 - each.mean) / (1 - convnet.mean):.1f}"
            spread = each.accuracy.max() - each.accuracy.min()
            facts[f"{each.network} spread"] = points(spread, 2).removeprefix("+")
            facts[f"{each.network} reach"] = points(each.reach, 2).removeprefix("+")
        for comparison in findings.comparisons:
            facts |= comparison_facts(comparison, comparison.name, 2)
        for pair in run.disagreements:
            facts[f"{pair.other} seed"] = str(pair.seed)
            facts[f"{pair.other} only convnet"] = f"{pair.only_convnet:,}"
            facts[f"{pair.other} only other"] = f"{pair.only_other:,}"
            facts[f"{pair.other} probability"] = (
                "less than one in a million" if pair.probability < 1e-6 else f"{pair.probability:.2g}"
            )
        return facts


def _seeds(run: Run) -> list[tuple[str, tuple[int, ...]]]:
    return [(NETWORK_NAMES[each.network], each.seeds) for each in run.findings.measured]
