"""A beginner's network, and what the rules of ``cnnfigs explain`` find in it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cnnfigs.drawing.tables import Cell
from cnnfigs.illustrations.base import Table
from cnnfigs.illustrations.description import Description
from cnnfigs.runs.architectures.reviewed import Review, reviewed
from cnnfigs.words import as_percent, counted, fixed

#: What stands in place of a layer where a finding is about the whole network.
WHOLE = "the whole network"


@dataclass(frozen=True)
class ReviewedNetwork(Table):
    """What an experienced eye finds in a beginner's network, what matters most first."""

    def run(self) -> Review:
        return reviewed()

    def tabulate(self, run: Review) -> list[list[Cell]]:
        """Return a row for each finding."""
        rows = zip(run.layers, run.severities, run.rules, run.messages, strict=True)
        return [
            [Cell("Layer"), Cell("Severity"), Cell("Rule"), Cell("What is found")],
            *(
                [Cell(layer or WHOLE, heading=True), Cell(severity), Cell(rule), Cell(message)]
                for layer, severity, rule, message in rows
            ),
        ]

    def describe(self, run: Review) -> Description:
        places = ", ".join(dict.fromkeys(layer or WHOLE for layer in run.layers))
        return Description(
            f"{counted(len(run.rules), 'finding')} in a beginner’s network, what matters most first.",
            [
                f"Each row has the layer, how severe it is, the rule, and what is found; they are about {places}.",
                f"{counted(run.severities.count('warning'), 'finding')} of {len(run.rules)} are warnings.",
            ],
        )

    def state_facts(self, run: Review) -> dict[str, str]:
        facts = {
            "findings": str(len(run.rules)),
            "parameters": f"{run.parameters:,}",
            **{f"{word}s": str(run.severities.count(word)) for word in ("warning", "hint")},
            "infos": str(run.severities.count("info")),
            "surest twice": as_percent(run.surest),
            "least loss": fixed(-math.log(run.surest), 2),
        }
        return facts | dict(zip(run.rules, run.messages, strict=False))
