"""The formula of the output size with the numbers of real layers in it."""

from __future__ import annotations

from dataclasses import dataclass

from cnnfigs.drawing.tables import Cell
from cnnfigs.illustrations.base import Table
from cnnfigs.illustrations.windows import unbroken
from cnnfigs.runs import output_sizes


@dataclass(frozen=True)
class OutputSizes(Table):
    """Output sizes of several layers, each with the formula and its numbers filled in."""

    def run(self) -> output_sizes.OutputSizes:
        """Ask Keras for the output sizes."""
        return output_sizes.output_sizes()

    def tabulate(self, run: output_sizes.OutputSizes) -> list[list[Cell]]:
        """Give a row for each layer."""
        head = [Cell("Layer"), Cell("Input size", number=True), Cell("Output size")]
        body = [
            [
                Cell(f"{case.layer}: {case.arguments}", heading=True),
                Cell(str(case.size), number=True),
                Cell(case.derivation),
            ]
            for case in run.cases
        ]
        return [head, *body]

    def describe(self, run: output_sizes.OutputSizes) -> str:
        """Say what the rows are, and one of them."""
        first = run.cases[0]
        return f"""{len(run.cases)} layers, each with its input size and the formula of its output size with the numbers
            filled in. The first, {first.layer} with {first.arguments}, makes {first.output} of {first.size}."""

    def state_facts(self, run: output_sizes.OutputSizes) -> dict[str, str]:
        """Give the formula of each layer, under its class, input size and arguments."""
        return {f"{case.layer} {case.size} {case.arguments}": unbroken(case.derivation) for case in run.cases}
