"""Translation equivariance: when the digit moves, the maps move with it; how far that holds, and where it ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from matplotlib.figure import Figure

from cnnfigs.data import mnist
from cnnfigs.drawing.shapes import arrow, box, digit, label, raster, stepped
from cnnfigs.drawing.style import SMALL, canvas
from cnnfigs.drawing.tables import Cell, number_table
from cnnfigs.experiments.catalog import usual
from cnnfigs.illustrations.base import Picture, Table
from cnnfigs.models.weights import record
from cnnfigs.parameters import Several, TestImage, Whole
from cnnfigs.runs.filters.equivariance import EquivarianceRun, MovedLayers, equivariance, moved_layers
from cnnfigs.words import as_percent, counted, percent

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

    def draw(self, run: EquivarianceRun) -> Figure:
        """Draw digit and map above, the moved ones below, and the difference beside them."""
        pixel, second, third, step = 4, 164, 326, 158
        size, places = run.image.shape[0] * pixel, run.response_map.shape[0] * pixel
        figure, axes = canvas(480, 2 * step + 8)
        limit = max(float(run.response_map.max()), float(run.moved_map.max()))
        pairs = (
            ("digit", run.image, run.response_map, (0, 0)),
            ("moved digit", run.moved_image, run.moved_map, (self.rows, self.columns)),
        )
        height, width = run.difference.shape[0] * pixel, run.difference.shape[1] * pixel
        for row, (name, image, response_map, (down, right)) in enumerate(pairs):
            top = row * step + 26
            label(axes, 4 + size / 2, top - 14, name, name="input", bold=True)
            digit(axes, image, 4, top, size)
            arrow(axes, (4 + size + 10, top + size / 2), (second - 10, top + size / 2))
            label(axes, second + places / 2, top - 14, "its map", name="output", bold=True)
            raster(axes, stepped(response_map / limit, 32), second, top + 4, places, limit=1, frame="output")
            # What both maps have: this part is compared.
            x, y = second + right * pixel, top + 4 + down * pixel
            box(axes, x, y, width, height, edge="accent", line_width=2, dashed=True)
        beside = step / 2 + 26
        label(axes, third + width / 2, beside - 14, "difference", name="accent", bold=True)
        raster(axes, run.difference, third, beside + 4, width, limit=limit, signed=True, frame="accent")
        label(axes, third + width / 2, beside + height + 22, f"largest: {run.largest_difference:.1g}", bold=True)
        label(axes, third + width / 2, beside + height + 40, f"over all {run.filters} maps", size=SMALL, name="muted")
        for row in range(2):
            middle = row * step + 26 + 4 + places / 2
            arrow(axes, (second + places + 10, middle), (third - 12, beside + 4 + height / 2))
        return figure

    def describe(self, run: EquivarianceRun) -> str:
        height, width = run.difference.shape
        return f"""Above, a handwritten digit and the map that filter {self.filter} of the first layer makes of it.
            Below, the same digit {self.rows} pixels lower and {self.columns} further to the right, and its map: the
            same strong places, moved in the same way. A dashed frame marks the {height}×{width} places that both maps
            share. To the right, the difference there, an evenly empty square: the largest difference in any of the
            {run.filters} maps is {run.largest_difference:.1g}."""

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
        heads = ["Moved by", *(counted(shift, "pixel") for shift in run.shifts)]
        rows = [(layer.name, *map(_share, layer.differences)) for layer in run.layers]
        return number_table(heads, [*rows, ("errors of the network", *(f"{each:,}" for each in run.errors))])

    def describe(self, run: MovedLayers) -> str:
        layers = "; ".join(
            f"{layer.name} {', '.join(_share(each) for each in layer.differences)}" for layer in run.layers
        )
        return f"""How far the maps of a digit, moved along, differ at most from the maps of the digit that is moved to
            the right by {", ".join(map(str, run.shifts))} pixels, in per cent of the layer's largest value: {layers}.
            Last row: of {run.images:,} test digits the network gets {run.errors_unmoved} wrong where they
            are, and {", ".join(map(str, run.errors))} after these shifts."""

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
            "trained on": f"{len(mnist().x_train) - recipe['validation_images']:,}",
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
