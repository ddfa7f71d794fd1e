"""LeNet-5 as its paper shows it, with the activations of the network trained here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.drawing.shapes import arrow, bars, box, digit, label, mesh, raster
from cnnfigs.drawing.style import SMALL, canvas
from cnnfigs.drawing.tables import Cell
from cnnfigs.illustrations.base import Picture, Table
from cnnfigs.illustrations.networks import trained_on
from cnnfigs.parameters import TestImage, Whole
from cnnfigs.runs.activations import Activations, activations, test_digit
from cnnfigs.runs.architectures.lenet5 import (
    Codes,
    Connections,
    Rebuilding,
    Rebuilt,
    Sizes,
    lenet5_codes,
    lenet5_connections,
    lenet5_rebuilding,
    lenet5_sizes,
)
from cnnfigs.words import percent, with_article, written, written_number

#: What each layer does.
WORK: Mapping[str, str] = MappingProxyType(
    {
        "C1": "convolution, 5×5",
        "S2": "sub-sampling, 2×2",
        "C3": "convolution, 5×5",
        "S4": "sub-sampling, 2×2",
        "C5": "convolution, 5×5",
        "F6": "full connection",
        "output": "distance to bitmaps",
    }
)
#: Pixels that a cell of a layer's maps takes: the smaller maps are drawn larger than to scale, to be seen.
CELL: Mapping[str, float] = MappingProxyType({"C1": 2.6, "S2": 3.4, "C3": 3, "S4": 5.2})
#: The largest number that the scaled tanh can give.
LIMIT = 1.7159


@dataclass(frozen=True)
class LeNet5(Picture):
    """LeNet-5 in the manner of its paper's figure, with what every layer makes of one digit."""

    index: TestImage = 4

    def run(self) -> Activations:
        return activations("lenet5", test_digit(self.index))

    def draw(self, run: Activations) -> Figure:
        """Draw two rows: input to S2, then C3 to the answer."""
        figure, axes = canvas(704, 376)
        paper = run.outputs["rescaling"][..., 0]
        ground = 132.0
        digit(axes, (paper - paper.min()) / (paper.max() - paper.min()), 12, ground - 96, 96)
        _name(axes, 60, ground, "input", written(paper.shape))
        _step(axes, 118, 202, 84, "convolution", "5×5")
        _stack(axes, run, "C1", 210, ground)
        _step(axes, 358, 442, 84, "sub-sampling", "2×2")
        _stack(axes, run, "S2", 450, ground)
        _step(axes, 574, 658, 84, "convolution", "5×5")
        ground = 320
        _grid(axes, run, "C3", 12, ground)
        _step(axes, 152, 236, 254, "sub-sampling", "2×2")
        _grid(axes, run, "S4", 244, ground)
        _step(axes, 368, 448, 254, "convolution", "5×5")
        for name, left, columns, cell in (("C5", 456, 8, 6.5), ("F6", 546, 7, 8.0)):
            output = run.outputs[name].reshape(-1, columns)
            top = 254 - output.shape[0] * cell / 2
            raster(axes, output, left, top, columns * cell, limit=LIMIT, signed=True, frame="output")
            _name(axes, left + columns * cell / 2, ground, name, f"{output.size}")
        _step(axes, 514, 540, 254)
        _step(axes, 608, 634, 254)
        answers = run.outputs["softmax"]
        bars(axes, answers, 656, 254 - 65, 40, 13, [str(answer) for answer in range(answers.size)])
        _name(axes, 666, ground, "output", f"{answers.size}")
        return figure

    def describe(self, run: Activations) -> str:
        stages = [
            f"{name}, {work}, {written(run.outputs[name].shape)}" for name, work in WORK.items() if name in run.outputs
        ]
        answers = run.outputs["softmax"]
        code = run.outputs["F6"]
        return f"""LeNet-5 with what it makes of a handwritten digit, in two rows from left to right: the input,
            {written(run.outputs["rescaling"].shape[:2])} with an empty margin around the digit; then
            {"; ".join(stages)}. The strokes can be followed into the maps of C1 and S2; in C3 and S4 only blurred
            pieces are left. The {code.size} numbers of F6 are laid out 12 by 7, as the bitmap of a printed digit. The
            longest bar is that of {answers.argmax()}, {percent(float(answers.max()))}."""

    def state_facts(self, run: Activations) -> dict[str, str]:
        answers = run.outputs["softmax"]
        return {
            "answer": with_article(int(answers.argmax())),
            "probability": percent(float(answers.max())),
            "trained": trained_on("lenet5"),
        }


def _stack(axes: Axes, run: Activations, name: str, left: float, ground: float) -> None:
    """Draw the maps of a layer one behind the other, the first in front."""
    maps = run.outputs[name]
    side = maps.shape[1] * CELL[name]
    for sheet in reversed(range(maps.shape[-1])):
        _map(axes, maps[..., sheet], left + sheet * 13, ground - side - sheet * 6, side)
    _name(axes, left + side / 2, ground, name, _written(maps))


def _grid(axes: Axes, run: Activations, name: str, left: float, ground: float) -> None:
    """Draw the maps of a layer beside each other, four to a row."""
    maps = run.outputs[name]
    side = maps.shape[1] * CELL[name]
    top = ground - 66 - 2 * (side + 4) + 2
    for number in range(maps.shape[-1]):
        row, column = divmod(number, 4)
        _map(axes, maps[..., number], left + column * (side + 4), top + row * (side + 4), side)
    _name(axes, left + 2 * (side + 4) - 2, ground, name, _written(maps))


def _map(axes: Axes, values: NDArray[np.float32], left: float, top: float, side: float) -> None:
    raster(axes, values, left, top, side, limit=LIMIT, signed=True, frame="output")


def _written(maps: NDArray[np.float32]) -> str:
    """Write the shape of maps as the paper does: how many, at what size."""
    height, width, count = maps.shape
    return f"{count}@{height}×{width}"


def _name(axes: Axes, middle: float, ground: float, name: str, shape: str) -> None:
    label(axes, middle, ground + 18, name, bold=True)
    label(axes, middle, ground + 35, shape, size=SMALL, name="muted")


def _step(axes: Axes, start: float, end: float, y: float, name: str = "", window: str = "") -> None:
    """Draw an arrow from one layer to the next, with what is done above it and the window below."""
    arrow(axes, (start, y), (end, y))
    if name:
        label(axes, (start + end) / 2, y - 12, name, size=SMALL)
        label(axes, (start + end) / 2, y + 13, window, size=SMALL, name="kernel")


@dataclass(frozen=True)
class LeNet5Codes(Picture):
    """What the last hidden layer of LeNet-5 says to ten digits, beside the bitmaps that it should draw."""

    which: Annotated[int, Whole(0, 891), "which test image of each digit"] = 0

    def run(self) -> Codes:
        return lenet5_codes(self.which)

    def draw(self, run: Codes) -> Figure:
        """Draw a column for each digit: the image, the code, the bitmap, and the distance between them."""
        step, side, cell = 58, 46, 6
        figure, axes = canvas(92 + 10 * step, 300)
        names = (("image", 37), ("F6 says", 110), ("bitmap", 198), ("nearest", 254), ("distance", 276))
        for name, y in names:
            label(axes, 4, y, name, align="left", size=SMALL, name="muted")
        for column in range(10):
            middle = 92 + step * (column + 0.5) - 4
            digit(axes, run.images[column], middle - side / 2, 14, side)
            left = middle - 3.5 * cell
            raster(axes, run.codes[column], left, 74, 7 * cell, limit=LIMIT, signed=True, frame="output")
            raster(axes, run.bitmaps[column], left, 162, 7 * cell, limit=LIMIT, signed=True, frame="kernel")
            nearest = int(run.nearest[column])
            label(axes, middle, 254, str(nearest), bold=True, name="text" if nearest == column else "error")
            label(axes, middle, 276, f"{run.ordered[column, 0]:.1f}", size=SMALL)
        return figure

    def describe(self, run: Codes) -> str:
        distances = "; ".join(
            f"{number}, nearest {nearest}, squared distance {first:.1f}, the next {second:.0f}"
            for number, (nearest, (first, second, *_)) in enumerate(zip(run.nearest, run.ordered, strict=True))
        )
        return f"""Ten columns, one for each digit from 0 to 9. In each, from top to bottom, a handwritten digit, the
            {run.codes[0].size} numbers that F6 makes of it as a small picture of 12 rows and 7 columns, and the drawn
            bitmap of that digit, 12 by 7 as well: the two small pictures look almost alike. Their distances:
            {distances}."""

    def state_facts(self, run: Codes) -> dict[str, str]:
        return {
            "largest nearest": f"{run.ordered[:, 0].max():.1f}",
            "smallest nearest": f"{run.ordered[:, 0].min():.1f}",
            "smallest next": f"{run.ordered[:, 1].min():.0f}",
            "right": str(int((run.nearest == np.arange(10)).sum())),
            "numbers": str(run.codes[0].size),
        }


@dataclass(frozen=True)
class ConnectionTable(Picture):
    """Which maps of S2 each map of LeNet-5's C3 reads, read off the trained kernel."""

    def run(self) -> Connections:
        return lenet5_connections()

    def draw(self, run: Connections) -> Figure:
        """Draw a cell for each pair, filled where there is a connection."""
        rows, columns = run.connected.shape
        cell, left, top = 24, 64, 44
        figure, axes = canvas(left + columns * cell + 8, top + rows * cell + 34)
        label(axes, left + columns * cell / 2, 12, "maps of C3", name="output", bold=True)
        label(axes, 4, 12, "maps of S2", align="left", name="input", bold=True)
        for row, column in np.argwhere(run.connected):
            box(axes, left + column * cell, top + row * cell, cell, cell, edge=None, fill="kernel-fill")
            label(axes, left + (column + 0.5) * cell, top + (row + 0.5) * cell, "×", name="kernel", bold=True)
        mesh(axes, left, top, rows, columns, cell)
        for row in range(rows):
            label(axes, left - 8, top + (row + 0.5) * cell, str(row), align="right", size=SMALL, name="input")
        for column in range(columns):
            middle = left + (column + 0.5) * cell
            label(axes, middle, top - 12, str(column), size=SMALL, name="output")
            reads = str(int(run.connected[:, column].sum()))
            label(axes, middle, top + rows * cell + 16, reads, size=SMALL, name="muted")
        label(axes, 4, top + rows * cell + 16, "reads", align="left", size=SMALL, name="muted")
        return figure

    def describe(self, run: Connections) -> str:
        connections = "; ".join(
            f"{column} reads {', '.join(map(str, np.flatnonzero(run.connected[:, column])))}"
            for column in range(run.connected.shape[1])
        )
        return f"""A grid with a row for each of the {run.connected.shape[0]} maps of S2 and a column for each of the
            {run.connected.shape[1]} maps of C3; {run.connected.sum()} of the {run.connected.size} cells are filled.
            Map {connections}."""

    def state_facts(self, run: Connections) -> dict[str, str]:
        full = 25 * run.connected.size + run.connected.shape[1]
        return {
            "slices": str(int(run.connected.sum())),
            "possible": str(run.connected.size),
            "parameters": f"{run.parameters:,}",
            "full parameters": f"{full:,}",
        }


@dataclass(frozen=True)
class LeNet5Table(Table):
    """The layers of LeNet-5 with their parameters and connections, counted as the paper counts them."""

    def run(self) -> Sizes:
        return lenet5_sizes()

    def tabulate(self, run: Sizes) -> list[list[Cell]]:
        """Return a row for each layer, and one for all."""
        heads = ("Layer", "What it does", "Output", "How the parameters are counted")
        rows = [[*map(Cell, heads), Cell("Parameters", number=True), Cell("Connections", number=True)]]
        for layer in run.layers:
            rows.append(
                [
                    Cell(layer.name, heading=True),
                    Cell(WORK[layer.name]),
                    Cell(written(layer.shape)),
                    Cell(str(layer.derivation) if layer.derivation.product else "none: the bitmaps are fixed"),
                    Cell(f"{layer.parameters:,}", number=True),
                    Cell(f"{layer.connections:,}", number=True),
                ]
            )
        total = [Cell("All", heading=True), Cell(""), Cell(""), Cell("")]
        return [
            *rows,
            [*total, Cell(f"{run.parameters:,}", number=True), Cell(f"{run.connections:,}", number=True)],
        ]

    def describe(self, run: Sizes) -> str:
        counts = "; ".join(f"{each.name} {each.parameters:,} and {each.connections:,}" for each in run.layers)
        return f"""The layers of LeNet-5 with their trainable parameters and their connections: {counts}; in all
            {run.parameters:,} parameters and {run.connections:,} connections."""

    def state_facts(self, run: Sizes) -> dict[str, str]:
        facts = {"parameters": f"{run.parameters:,}", "connections": f"{run.connections:,}"}
        facts["share"] = f"{run.connections / run.parameters:.1f}"
        for layer in run.layers:
            facts[f"{layer.name} parameters"] = f"{layer.parameters:,}"
            facts[f"{layer.name} connections"] = f"{layer.connections:,}"
            facts[f"{layer.name} shape"] = written(layer.shape)
        return facts


@dataclass(frozen=True)
class LeNet5Recipe(Table):
    """What of LeNet-5 was kept in rebuilding it, and what was not."""

    def run(self) -> Rebuilding:
        return lenet5_rebuilding()

    def tabulate(self, run: Rebuilding) -> list[list[Cell]]:
        """Return a row for each part; what is said of both in the same words is "the same" here."""
        theirs, ours = _built(run.theirs), _built(run.ours)
        kept = {name: "the same" if ours[name] == words else ours[name] for name, words in theirs.items()}
        rows = [
            ("Input", theirs["Input"], kept["Input"]),
            ("C1 to F6", theirs["C1 to F6"], kept["C1 to F6"]),
            ("Squashing", theirs["Squashing"], kept["Squashing"]),
            ("First weights", theirs["First weights"], f"{kept['First weights']}; biases begin at zero"),
            ("Output", theirs["Output"], f"{kept['Output']}; the bitmaps are drawn anew"),
            ("Loss", "equation 9", f"the same, with b = {run.bound:g}: the paper does not say which"),
            ("Answer", "smallest distance", "the same; a softmax of minus the distances makes shares of it"),
            (
                "Training method",
                "gradient descent with a step size for each parameter, from second derivatives",
                f"{run.optimizer.capitalize()}, {run.batch_size} images at a time",
            ),
            (
                "Training images",
                f"{run.theirs.images:,}, about {run.theirs.passes} passes",
                f"{run.ours.images:,}; {run.held_out:,} held out decide when to stop; with seed {run.seed}, "
                f"the weights after {run.ours.passes} passes were kept",
            ),
        ]
        heads = [Cell("What"), Cell("The paper"), Cell("Here")]
        return [heads, *([Cell(name, heading=True), Cell(paper), Cell(here)] for name, paper, here in rows)]

    def describe(self, run: Rebuilding) -> str:
        _, *rows = self.tabulate(run)
        parts = "; ".join(f"{name.text}: in the paper {paper.text}, here {here.text}" for name, paper, here in rows)
        return f"How LeNet-5 was built and trained. {parts}."

    def state_facts(self, run: Rebuilding) -> dict[str, str]:
        return {"passes": str(run.ours.passes), "images": f"{run.ours.images:,}", "held out": f"{run.held_out:,}"}


def _built(network: Rebuilt) -> dict[str, str]:
    """Describe how a network is built, by part."""
    return {
        "Input": f"{written((network.side,) * 2)}, paper {written_number(network.paper, 6)}, "
        f"ink {written_number(network.ink, 6)}",
        "C1 to F6": f"as above, {network.parameters:,} parameters",
        "Squashing": f"{network.limit:g} · tanh({network.slope:.3f} · sum)",
        "First weights": f"evenly within ±{network.spread:g} / inputs",
        "Output": f"distance to fixed bitmaps of {written(network.code)}",
    }
