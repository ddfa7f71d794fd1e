"""Translation equivariance: when the digit moves, the maps move with it; how far that holds, and where it ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cnnfigs.data import mnist_labels
from cnnfigs.drawing.layout import Piece, column, flow, matrix
from cnnfigs.drawing.pieces import Arrow, Digit, Mark, Raster, Words, hundredths, panel
from cnnfigs.drawing.shapes import stepped
from cnnfigs.drawing.tables import Cell, number_table
from cnnfigs.drawing.widths import SIGN
from cnnfigs.experiments.catalog import usual
from cnnfigs.illustrations.base import Picture, Table
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.networks import layer_words
from cnnfigs.models.weights import record
from cnnfigs.parameters import Several, TestImage, Whole
from cnnfigs.runs.filters.equivariance import EquivarianceRun, MovedLayers, equivariance, moved_layers
from cnnfigs.words import as_percent, counted, listed, percent

#: By how many pixels a digit may move: most digits stand so far from the edge of their image.
FARTHEST = 4


@dataclass(frozen=True)
class Equivariance(Picture):
    """A digit and the same digit moved, one map of the first layer for each, and the difference of the maps."""

    rows: Annotated[int, Whole(0, FARTHEST), "by how many pixels the digit moves down"] = 2
    columns: Annotated[int, Whole(0, FARTHEST), "by how many pixels the digit moves to the right"] = 4
    filter: Annotated[int, Whole(0, 31), "which filter of the first layer"] = 31
    index: TestImage = 4

    def run(self) -> EquivarianceRun:
        return equivariance(self.index, self.filter, self.rows, self.columns)

    def draw(self, run: EquivarianceRun) -> Piece:
        """Draw digit and map, the moved digit and its map, and what is left when the maps are subtracted."""
        limit = max(float(run.response_map.max()), float(run.moved_map.max()))
        height, width = run.difference.shape
        pairs = (
            ("digit", run.image, run.response_map, (0, 0)),
            ("moved digit", run.moved_image, run.moved_map, (self.rows, self.columns)),
        )
        lines = [
            [
                panel(name, Digit(image, 6 * len(image)), name="input"),
                Arrow(),
                panel(
                    "its map",
                    Raster(
                        stepped(response_map / limit, 32),
                        6 * len(response_map),
                        limit=1,
                        frame="output",
                        # What both maps have: this part is compared.
                        marks=[Mark(*place, height, width, "accent", line_width=2, dashed=True)],
                    ),
                    name="output",
                ),
            ]
            for name, image, response_map, place in pairs
        ]
        difference = column(
            panel(
                "difference",
                Raster(run.difference, 6 * width, limit=limit, signed=True, frame="accent"),
                "of the framed parts",
                name="accent",
            ),
            Words(f"largest: {run.largest_difference:.1g}", size=SIGN, bold=True),
            Words(f"over all {run.filters} maps", "muted"),
            gap=6,
        )
        return flow(matrix(lines, gap=14), Arrow("subtract"), difference)

    def describe(self, run: EquivarianceRun) -> Description:
        height, width = run.difference.shape
        return Description(
            "When a digit moves, its map moves with it: the difference of the two maps, laid on each other, is "
            f"{run.largest_difference:.1g}.",
            [
                f"First a handwritten digit, and the map that filter {self.filter} of the first layer makes of it.",
                f"Then the same digit {self.rows} pixels lower and {self.columns} further to the right, and its map: "
                "the same strong places, moved in the same way.",
                f"A dashed frame marks the {height}×{width} places that both maps share.",
                "Last, the difference there, an evenly empty square.",
                f"The largest difference in any of the {run.filters} maps is {run.largest_difference:.1g}.",
            ],
            [
                Numbers("The map of the digit", run.response_map, hundredths),
                Numbers("The map of the moved digit", run.moved_map, hundredths),
                Numbers("The difference", run.difference, hundredths),
            ],
        )

    def state_facts(self, run: EquivarianceRun) -> dict[str, str]:
        return {
            "rows": str(self.rows),
            "columns": str(self.columns),
            "compared": "×".join(map(str, run.difference.shape)),
            "largest difference": f"{run.largest_difference:.1g}",
        }


@dataclass(frozen=True)
class ShiftTable(Table):
    """How well the maps of every layer follow a digit that moves, and what becomes of the network's answer.

    Test images whose ink would be pushed out of the image are left out of the count of errors.
    """

    shifts: Annotated[
        tuple[int, ...], Several(Whole(1, FARTHEST), again=True), "by how many pixels the digit moves to the right"
    ] = (1, 2, 3, 4)
    index: TestImage = 4
    images: Annotated[
        int, Whole(1, 10_000), "how many test images, from the first, to look at for the count of errors"
    ] = 2000

    def run(self) -> MovedLayers:
        return moved_layers(self.index, self.shifts, self.images)

    def tabulate(self, run: MovedLayers) -> list[list[Cell]]:
        """Return a row for each layer, then the errors."""
        heads = ["", *(f"moved {counted(shift, 'pixel')}" for shift in run.shifts)]
        rows = [(layer_words(layer.name), *map(_share, layer.differences)) for layer in run.layers]
        return number_table(heads, [*rows, ("errors of the network", *(f"{each:,}" for each in run.errors))])

    def describe(self, run: MovedLayers) -> Description:
        return Description(
            "How far each layer’s maps of a digit are from moving with it, and how many digits the network gets wrong "
            "after the same shifts.",
            [
                f"The digit is moved to the right by {listed(run.shifts)} pixels. The maps of the unmoved digit, moved "
                "along, are compared with the maps of the moved one.",
                "Told is how far they differ at most, in per cent of the layer’s largest value.",
                *(f"{layer_words(layer.name)}: {', '.join(map(_share, layer.differences))}." for layer in run.layers),
                f"Last row: of {run.images:,} test digits the network gets {run.errors_unmoved} wrong where they are, "
                f"and {', '.join(map(str, run.errors))} after these shifts.",
            ],
        )

    def state_facts(self, run: MovedLayers) -> dict[str, str]:
        facts = {f"{layer.name} step": str(layer.step) for layer in run.layers}
        for shift, errors, answer, probability in zip(
            run.shifts, run.errors, run.answers, run.probabilities, strict=True
        ):
            facts[f"errors {shift}"] = f"{errors:,}"
            facts[f"error share {shift}"] = as_percent(errors / run.images)
            facts[f"answer {shift}"] = f"{answer} with {percent(probability)}"
        recipe, usually = record("convnet")["recipe"], usual("convnet", 1)
        return facts | {
            "seed": str(recipe["seed"]),
            "trained on": f"{len(mnist_labels('train')) - recipe['validation_images']:,}",
            # The trainings of the experiment that the page compares this with.
            "usual images": f"{usually.images:,}",
            "usual steps": f"{usually.steps:,}",
            "images": f"{run.images:,}",
            "looked": f"{self.images:,}",
            "errors unmoved": str(run.errors_unmoved),
            "error share unmoved": as_percent(run.errors_unmoved / run.images, 1),
        }


def _share(difference: float) -> str:
    r"""Write a difference as a share of the largest value; what is no more than rounding of float32 is 0.

    Examples
    --------
    >>> _share(0.72), _share(3e-7)
    ('72\xa0%', '0\xa0%')
    """
    return as_percent(difference)
