"""Units of the first layers that do most for a cat, asked about sheets of one colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cnnfigs.drawing.tables import Cell, number_table
from cnnfigs.illustrations.base import Table
from cnnfigs.illustrations.description import Description
from cnnfigs.illustrations.networks import layer_words
from cnnfigs.illustrations.photo.visual_hierarchy import ReluLayers, require_layers
from cnnfigs.models.imagenet import CATS
from cnnfigs.parameters import Whole
from cnnfigs.runs.photo.visual_hierarchy import PlainSheets as Run
from cnnfigs.runs.photo.visual_hierarchy import PlainUnit, plain_sheets
from cnnfigs.words import fixed, listed

#: A unit gives about as much if it gives four fifths, and next to nothing if it gives a tenth.
ABOUT_AS_MUCH, NEXT_TO_NOTHING = 0.8, 0.1


@dataclass(frozen=True)
class PlainSheets(Table):
    """What units that contribute most to the cat give for their piece of the photo, and for sheets of one colour."""

    layers: ReluLayers = ("Conv1_relu", "block_1_expand_relu")
    units: Annotated[int, Whole(1, 10), "how many units of each layer"] = 6

    def __post_init__(self) -> None:
        super().__post_init__()
        require_layers(self.layers)

    def run(self) -> Run:
        return plain_sheets(CATS, self.layers, self.units)

    def tabulate(self, run: Run) -> list[list[Cell]]:
        """Return a row for each unit."""
        rows = ((_named(each), *map(_written, (each.piece, each.same_color, each.grey))) for each in run.units)
        return number_table(("Map", "Its piece", "Mean colour", "Grey"), rows)

    def describe(self, run: Run) -> Description:
        count = len(_indifferent(run))
        return Description(
            f"What units give for their piece of the photo, for its mean colour, and for grey: {count} of "
            f"{len(run.units)} give about as much for grey.",
            [
                "Each number is what a unit gives before its ReLU, at its place.",
                *(
                    f"{_named(unit)}: {_written(unit.piece)} for its piece, {_written(unit.same_color)} for a sheet in "
                    f"its mean colour, {_written(unit.grey)} for a grey sheet."
                    for unit in run.units
                ),
            ],
        )

    def state_facts(self, run: Run) -> dict[str, str]:
        structure = [unit for unit in run.units if abs(unit.same_color) <= NEXT_TO_NOTHING * unit.piece]
        return {
            "units": str(len(run.units)),
            "indifferent": str(len(_indifferent(run))),
            "structure": str(len(structure)),
            "structure maps": listed(str(unit.channel) for unit in structure) if structure else "none",
        }


def _indifferent(run: Run) -> list[PlainUnit]:
    return [unit for unit in run.units if unit.grey >= ABOUT_AS_MUCH * unit.piece]


def _named(unit: PlainUnit) -> str:
    return f"{layer_words(unit.layer)}, map {unit.channel}"


def _written(value: float) -> str:
    return fixed(value, 2)
