"""Experiment: what to pass on of each 2×2 of a map, and what each way costs."""

from __future__ import annotations

from dataclasses import dataclass

from cnnfigs.drawing.layout import Piece
from cnnfigs.drawing.tables import Cell, number_table
from cnnfigs.experiments.comparisons import Findings
from cnnfigs.experiments.findings import Downsampling, downsampling, downsampling_costs, overfitting
from cnnfigs.illustrations.base import Picture, Table
from cnnfigs.illustrations.description import Description
from cnnfigs.illustrations.training_and_measured.measuring import (
    all_seeds_in_words,
    compared,
    comparison_facts,
    differences_numbers,
    errors_and_differences,
    errors_numbers,
    seeds_in_words,
    way,
)
from cnnfigs.words import as_percent, listed

#: How each network makes its maps smaller.
PLAIN = {
    "convnet": "the maximum",
    "convnet_mean_pooling": "the mean",
    "convnet_pick_one": "one of the four",
    "convnet_strided": "strides",
    "unpooled": "no pooling",
}


@dataclass(frozen=True)
class DownsamplingDifferences(Picture):
    """Errors of the convnet with the maximum, the mean, one value of each 2×2, or strides, and their differences."""

    def run(self) -> Findings:
        return downsampling()

    def draw(self, run: Findings) -> Piece:
        """Draw all trainings, and then the differences."""
        return errors_and_differences(run, "Accuracy with the maximum minus that with", 2, PLAIN)

    def describe(self, run: Findings) -> Description:
        means = listed(f"with {PLAIN[each.network]} {as_percent(1 - each.mean, 2)}" for each in run.measured)
        return Description(
            "Errors of convnets that make their maps smaller in several ways, training by training, and how much the "
            "others make more than with the maximum.",
            [
                "Two charts. The first has a dot for the errors of each training and a bar for its 95 % Wilson "
                f"interval, {_seeds(run)}.",
                f"Means: {means}.",
                "The second has the accuracy with the maximum minus that with the other ways, paired by images and "
                "seeds, with 95 % intervals.",
                *(f"Minus {PLAIN[each.name]}: {compared(each, 2)}." for each in run.comparisons),
            ],
            [
                errors_numbers(run, PLAIN),
                *differences_numbers(run.comparisons, PLAIN, "Accuracy with the maximum minus that with"),
            ],
        )

    def state_facts(self, run: Findings) -> dict[str, str]:
        facts = {
            "seeds": _seeds(run),
            "missing": listed(run.missing) if run.missing else "none",
            "conditions": run.conditions,
        }
        facts["left out"] = (
            f"Without a record yet, and left out: {listed(run.missing)}."
            if run.missing
            else "All that were planned are here."
        )
        for each in run.measured:
            facts[f"{each.network} errors"] = as_percent(1 - each.mean, 2)
        for comparison in run.comparisons:
            facts |= comparison_facts(comparison, comparison.name, 2)
            facts[f"{comparison.name} seeds"] = seeds_in_words(comparison.seeds)
            facts[f"{comparison.name} said"] = way(comparison, "ahead", "behind", "too close to call")
            facts[f"{comparison.name} way"] = way(comparison, "more", "fewer", "neither clearly more nor fewer")
        beaten = [PLAIN[each.name] for each in run.comparisons if way(each, "more", "", "") == "more"]
        better = [PLAIN[each.name] for each in run.comparisons if way(each, "", "less", "") == "less"]
        close = [PLAIN[each.name] for each in run.comparisons if way(each, "", "", "even") == "even"]
        facts["beaten"] = listed(beaten) if beaten else "none of them"
        facts["better"] = listed(better) if better else "none of them"
        facts["close"] = listed(close) if close else "none of them"
        return facts


@dataclass(frozen=True)
class DownsamplingCosts(Table):
    """What each way of making maps smaller costs, in parameters, multiplications and errors."""

    def run(self) -> Downsampling:
        return downsampling_costs()

    def tabulate(self, run: Downsampling) -> list[list[Cell]]:
        """Return a row for each network."""
        heads = ("Made smaller by", "Parameters", "Multiply-adds", "Errors, training", "Errors, test", "Seeds")
        rows = (
            (
                PLAIN[each.network],
                f"{cost.parameters:,}",
                f"{cost.multiply_adds:,}",
                as_percent(1 - each.training_mean, 2),
                as_percent(1 - each.mean, 2),
                seeds_in_words(each.seeds).split(maxsplit=1)[1],
            )
            for each, cost in zip(run.findings.measured, run.costs, strict=True)
        )
        return number_table(heads, rows)

    def describe(self, run: Downsampling) -> Description:
        return Description(
            "Ways of making maps smaller and what they cost in parameters, multiplications and errors.",
            [
                f"The errors are means over {_seeds(run.findings)}.",
                *(
                    f"{PLAIN[each.network]}: {cost.parameters:,} parameters, {cost.multiply_adds:,} multiply-adds, "
                    f"{as_percent(1 - each.training_mean, 2)} errors on training images and "
                    f"{as_percent(1 - each.mean, 2)} on test images."
                    for each, cost in zip(run.findings.measured, run.costs, strict=True)
                ),
            ],
        )

    def state_facts(self, run: Downsampling) -> dict[str, str]:
        facts = {"conditions": run.findings.conditions}
        first = run.costs[0]
        for cost in run.costs:
            facts[f"{cost.network} parameters"] = f"{cost.parameters:,}"
            facts[f"{cost.network} multiply-adds"] = f"{cost.multiply_adds:,}"
            facts[f"{cost.network} share"] = as_percent(cost.multiply_adds / first.multiply_adds)
        return facts


@dataclass(frozen=True)
class OverfittingWithoutPooling(Table):
    """How much better networks do on images that they learned from, where nothing stops them early."""

    def run(self) -> Findings:
        return overfitting()

    def tabulate(self, run: Findings) -> list[list[Cell]]:
        """Return a row for each network."""
        heads = (
            "Made smaller by",
            "Parameters",
            "Errors, training",
            "Errors, test",
            "Gap, points",
            "Gap by seed",
            "Seeds",
        )
        rows = (
            (
                PLAIN[each.network],
                f"{each.parameters:,}",
                as_percent(1 - each.training_mean, 2),
                as_percent(1 - each.mean, 2),
                f"{100 * each.gap:.2f}",
                ",\N{NO-BREAK SPACE}".join(f"{100 * gap:.2f}" for gap in each.gaps),
                seeds_in_words(each.seeds).split(maxsplit=1)[1],
            )
            for each in run.measured
        )
        return number_table(heads, rows)

    def describe(self, run: Findings) -> Description:
        return Description(
            "How much better networks do on images that they learned from, with and without pooling, after the same "
            "number of steps.",
            [
                f"The errors are means over {_seeds(run)}.",
                *(
                    f"{PLAIN[each.network]}: {as_percent(1 - each.training_mean, 2)} errors on training images and "
                    f"{as_percent(1 - each.mean, 2)} on test images."
                    for each in run.measured
                ),
                *(
                    f"The gap between both with {PLAIN[each.name]}, minus that with the maximum: {compared(each, 2)}."
                    for each in run.comparisons
                ),
            ],
        )

    def state_facts(self, run: Findings) -> dict[str, str]:
        facts = {"seeds": _seeds(run), "conditions": run.conditions}
        for each in run.measured:
            facts[f"{each.network} gap"] = f"{100 * each.gap:.2f}"
            facts[f"{each.network} parameters"] = f"{each.parameters:,}"
        for comparison in run.comparisons:
            facts |= comparison_facts(comparison, f"{comparison.name} gap", 2)
            beyond = "more than chance explains"
            facts[f"{comparison.name} gap way"] = way(
                comparison, beyond, beyond, "but chance may have made all of that"
            )
            facts[f"{comparison.name} summary"] = way(
                comparison,
                "Without pooling, the network learned more by heart.",
                "Without pooling, the network learned less by heart.",
                "Whether a network without pooling learns more by heart is too close to call here.",
            )
        return facts


def _seeds(findings: Findings) -> str:
    return all_seeds_in_words([(PLAIN[each.network], each.seeds) for each in findings.measured])
