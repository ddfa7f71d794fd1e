"""The networks' errors on the test images, of the one training whose weights ship."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cnnfigs.drawing.tables import Cell, number_table
from cnnfigs.illustrations.base import Table
from cnnfigs.illustrations.description import Description
from cnnfigs.illustrations.networks import network_words
from cnnfigs.models.networks import NETWORKS
from cnnfigs.parameters import Choice, Several
from cnnfigs.runs.training_and_measured.comparison import Comparison, compare
from cnnfigs.words import as_percent

ALL = ("convnet", "dense_512", "dense_131")


@dataclass(frozen=True)
class ErrorTable(Table):
    """What each network gets wrong of the test images."""

    networks: Annotated[
        tuple[str, ...], Several(Choice(*NETWORKS), again=True), "names of networks of the tutorial"
    ] = ALL

    def run(self) -> Comparison:
        return compare(self.networks)

    def tabulate(self, run: Comparison) -> list[list[Cell]]:
        """Return a row for each network."""
        heads = ("Network", "Parameters", "Epochs", "Right", "Errors", "In a thousand", "95 % interval")
        rows = (
            (
                network_words(each.network),
                f"{each.parameters:,}",
                f"{each.epochs}",
                as_percent(1 - each.share, 2),
                f"{each.errors:,}",
                f"{1000 * each.share:.1f}",
                " to ".join(f"{1000 * end:.1f}" for end in each.interval),
            )
            for each in run.networks
        )
        return number_table(heads, rows)

    def describe(self, run: Comparison) -> Description:
        return Description(
            f"What {len(run.networks)} networks get wrong of {run.networks[0].images:,} test images.",
            [
                *(f"{network_words(each.network)}: {each.errors:,} errors." for each in run.networks),
                "The columns: parameters, epochs, share of right answers, errors, errors in a thousand, and the 95 % "
                "Wilson interval of these.",
            ],
        )

    def state_facts(self, run: Comparison) -> dict[str, str]:
        facts: dict[str, str] = {}
        for each in run.networks:
            low, high = each.interval
            facts |= {
                f"{each.network} errors": f"{each.errors:,}",
                f"{each.network} per thousand": f"{1000 * each.share:.0f}",
                f"{each.network} accuracy": as_percent(1 - each.share, 2),
                f"{each.network} parameters": f"{each.parameters:,}",
                f"{each.network} low": as_percent(low, 2),
                f"{each.network} high": as_percent(high, 2),
            }
        return facts | {"images": f"{run.networks[0].images:,}"}
