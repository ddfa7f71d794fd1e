"""Experiment: what to pass on of each 2×2 of a map, and what each way costs."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from cnnfigs.drawing.tables import Cell, number_table
from cnnfigs.experiments.comparisons import Findings
from cnnfigs.experiments.findings import Downsampling, downsampling, downsampling_costs, overfitting
from cnnfigs.illustrations.base import Picture, Table
from cnnfigs.illustrations.training_and_measured.measuring import (
    all_seeds_in_words,
    compared,
    comparison_facts,
    errors_and_differences,
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

    def draw(self, run: Findings) -> Figure:
        """Draw all trainings above and the differences below."""
        return errors_and_differences(run, "Accuracy with the maximum minus that of", 2)

    def describe(self, run: Findings) -> str:
        errors = "; ".join(
            f"{each.network} ({PLAIN[each.network]}) {', '.join(as_percent(1 - share, 2) for share in each.accuracy)}"
            for each in run.measured
        )
        differences = "; ".join(f"{each.name} {compared(each, 2)}" for each in run.comparisons)
        return f"""Two charts. Above, a dot for the errors of each training and a bar for its 95 % Wilson interval,
            {_seeds(run)}: {errors}. Below, the accuracy with the maximum minus that of the other ways, paired by images
            and seeds: {differences}."""

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
            facts[f"{comparison.name} said"] = way(comparison, "clearly ahead", "clearly behind", "too close to call")
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

    def describe(self, run: Downsampling) -> str:
        rows = "; ".join(
            f"{PLAIN[each.network]}: {cost.parameters:,} parameters, {cost.multiply_adds:,} multiply-adds, "
            f"{as_percent(1 - each.training_mean, 2)} errors on training images and "
            f"{as_percent(1 - each.mean, 2)} on test images"
            for each, cost in zip(run.findings.measured, run.costs, strict=True)
        )
        return f"Ways of making maps smaller and what they cost, means over {_seeds(run.findings)}. {rows}."

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
                ", ".join(f"{100 * gap:.2f}" for gap in each.gaps),
                seeds_in_words(each.seeds).split(maxsplit=1)[1],
            )
            for each in run.measured
        )
        return number_table(heads, rows)

    def describe(self, run: Findings) -> str:
        rows = "; ".join(
            f"{PLAIN[each.network]}: {as_percent(1 - each.training_mean, 2)} errors on training "
            f"images and {as_percent(1 - each.mean, 2)} on test images"
            for each in run.measured
        )
        differences = "; ".join(f"{PLAIN[each.name]} {compared(each, 2)}" for each in run.comparisons)
        return f"""Errors after the same number of steps, means over {_seeds(run)}. {rows}. The gap between both, minus
            that with the maximum: {differences}."""

    def state_facts(self, run: Findings) -> dict[str, str]:
        facts = {"seeds": _seeds(run), "conditions": run.conditions}
        for each in run.measured:
            facts[f"{each.network} gap"] = f"{100 * each.gap:.2f}"
            facts[f"{each.network} parameters"] = f"{each.parameters:,}"
        for comparison in run.comparisons:
            facts |= comparison_facts(comparison, f"{comparison.name} gap", 2)
            facts[f"{comparison.name} gap way"] = way(
                comparison, "clearly larger", "clearly smaller", "too close to call"
            )
        return facts


def _seeds(findings: Findings) -> str:
    return all_seeds_in_words([(each.network, each.seeds) for each in findings.measured])
