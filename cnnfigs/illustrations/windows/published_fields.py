"""How much of an image well-known networks see."""

from __future__ import annotations

from dataclasses import dataclass

from cnnfigs.drawing.tables import Cell, number_table
from cnnfigs.illustrations.base import Table
from cnnfigs.illustrations.description import Description
from cnnfigs.runs.windows.published_fields import PublishedFields as Run
from cnnfigs.runs.windows.published_fields import published_fields
from cnnfigs.words import written


@dataclass(frozen=True)
class PublishedFields(Table):
    """The receptive fields of well-known networks, computed here and as published."""

    def run(self) -> Run:
        return published_fields()

    def tabulate(self, run: Run) -> list[list[Cell]]:
        """Return a row for each network."""
        sizes = ((each, (each.map_size, each.size, each.published)) for each in run.networks)
        return number_table(
            ("Network", "Layers with windows", "Last maps", "One unit sees", "Published"),
            ((each.network, str(each.layers), *(written((size, size)) for size in three)) for each, three in sizes),
        )

    def describe(self, run: Run) -> Description:
        agree = sum(each.size == each.published for each in run.networks)
        return Description(
            "How many pixels in a row one unit of the last maps can see in well-known networks, for images of 224 "
            "pixels.",
            [
                *(f"{each.network}: {each.size:,} pixels, behind {each.layers} layers." for each in run.networks),
                f"{agree} of {len(run.networks)} agree with the published size.",
            ],
        )

    def state_facts(self, run: Run) -> dict[str, str]:
        facts = {f"{each.network} size": f"{each.size:,}" for each in run.networks}
        agree = sum(each.size == each.published for each in run.networks)
        return facts | {"agree": str(agree), "count": str(len(run.networks))}
