"""Experiment: the convnet against dense networks, with several seeds."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from cnnfigs.experiments.catalog import by_recipe
from cnnfigs.experiments.findings import AgainstDense as Run
from cnnfigs.experiments.findings import against_dense
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.training_and_measured.measuring import (
    all_seeds_in_words,
    compared,
    comparison_facts,
    errors_and_differences,
    points,
)
from cnnfigs.models.training import RECIPE
from cnnfigs.words import as_percent, listed


@dataclass(frozen=True)
class AgainstDense(Picture):
    """Errors of the convnet and of dense networks with each seed, and their paired differences."""

    def run(self) -> Run:
        return against_dense()

    def draw(self, run: Run) -> Figure:
        """Draw all trainings above and the differences below."""
        return errors_and_differences(run.findings, "The convnet’s accuracy minus that of", 2)

    def describe(self, run: Run) -> str:
        errors = "; ".join(
            f"{each.network} {', '.join(as_percent(1 - share, 2) for share in each.accuracy)}"
            for each in run.findings.measured
        )
        differences = "; ".join(f"{each.name} {compared(each, 2)}" for each in run.findings.comparisons)
        seeds = all_seeds_in_words([(each.network, each.seeds) for each in run.findings.measured])
        return f"""Two charts. Above, a dot for the errors of each training and a bar for its 95 % Wilson interval,
            {seeds}: {errors}. Below, the accuracy of the convnet minus that of each dense network, paired by images and
            seeds: {differences}."""

    def state_facts(self, run: Run) -> dict[str, str]:
        findings = run.findings
        convnet = findings.of("convnet")
        facts = {
            "seeds": all_seeds_in_words([(each.network, each.seeds) for each in findings.measured]),
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
