"""The formula of the output size with the numbers of real layers in it."""

from __future__ import annotations

from dataclasses import dataclass

from cnnfigs.drawing.tables import Cell
from cnnfigs.illustrations.base import Table
from cnnfigs.illustrations.description import Description
from cnnfigs.illustrations.windows.places import unbroken
from cnnfigs.runs.windows import output_sizes


@dataclass(frozen=True)
class OutputSizes(Table):
    """Output sizes of several layers, each with the formula and its numbers filled in."""

    def run(self) -> output_sizes.OutputSizes:
        return output_sizes.output_sizes()

    def tabulate(self, run: output_sizes.OutputSizes) -> list[list[Cell]]:
        """Return a row for each layer."""
        # The sizes stand first: they are the headings of a phone's cards.
        head = [Cell("Size"), Cell("Layer"), Cell("Formula")]
        body = [
            [
                Cell(unbroken(f"{case.size} → {case.output}"), heading=True),
                Cell(f"{case.layer}: {case.arguments}", heading=True),
                Cell(unbroken(case.derivation)),
            ]
            for case in run.cases
        ]
        return [head, *body]

    def describe(self, run: output_sizes.OutputSizes) -> Description:
        first = run.cases[0]
        return Description(
            f"{len(run.cases)} layers, each with its input and output size and the formula with the numbers filled in.",
            [f"The first, {first.layer} with {first.arguments}, turns {first.size} into {first.output}."],
        )

    def state_facts(self, run: output_sizes.OutputSizes) -> dict[str, str]:
        facts: dict[str, str] = {}
        for case in run.cases:
            name = f"{case.layer} {case.size} {case.arguments}"
            facts |= {
                name: unbroken(case.derivation),
                f"{name} input": str(case.size),
                f"{name} output": str(case.output),
            }
        return facts
