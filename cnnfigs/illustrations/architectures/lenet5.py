"""LeNet-5 as its paper shows it, with the activations of the network trained here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cnnfigs.drawing.layout import Piece, column, either, grid, matrix
from cnnfigs.drawing.pieces import Bars, Digit, Drawing, Pipeline, Raster, Stage, Words, hundredths
from cnnfigs.drawing.shapes import box, label, mesh
from cnnfigs.drawing.tables import Cell
from cnnfigs.drawing.widths import TEXT, TITLE
from cnnfigs.illustrations.base import Picture, Table
from cnnfigs.illustrations.description import Description, Numbers, Part
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
CELL: Mapping[str, float] = MappingProxyType({"C1": 1.9, "S2": 3, "C3": 3, "S4": 5.2, "C5": 8, "F6": 9})
#: How many numbers stand in a row of the layers without maps.
FOLDED: Mapping[str, int] = MappingProxyType({"C5": 10, "F6": 7})
#: The largest number that the scaled tanh can give.
LIMIT = 1.7159


@dataclass(frozen=True)
class LeNet5(Picture):
    """LeNet-5 in the manner of its paper's figure, with what every layer makes of one digit."""

    index: TestImage = 4

    def run(self) -> Activations:
        return activations("lenet5", test_digit(self.index))

    def draw(self, run: Activations) -> Piece:
        """Draw the layers from the input to the answer."""
        paper = run.outputs["rescaling"][..., 0]
        image = Digit((paper - paper.min()) / (paper.max() - paper.min()), 100)
        answers = run.outputs["softmax"]
        bars = Bars(answers, [*map(str, range(answers.size))], 60, pitch=16)
        return Pipeline(
            [
                Stage("input", image, [written(paper.shape)], "input"),
                *(
                    Stage(name, _shown(name, run.outputs[name]), [_written(run.outputs[name]), WORK[name]])
                    for name in CELL
                ),
                Stage("output", bars, [str(answers.size), WORK["output"]], "output"),
            ]
        )

    def describe(self, run: Activations) -> Description:
        answers, code_before, code = (run.outputs[name] for name in ("softmax", "C5", "F6"))
        return Description(
            "LeNet-5 with what each layer makes of a handwritten digit: six maps, then sixteen, then a small picture "
            f"of a printed digit, and the answer {answers.argmax()}.",
            [
                f"The input has {written(run.outputs['rescaling'].shape[:2])} numbers, with an empty margin around the "
                "digit.",
                Part(
                    "Its layers, in order",
                    tuple(f"{name}, {WORK[name]}: {_written(run.outputs[name])}." for name in CELL),
                ),
                "The strokes can be followed into the maps of C1 and S2; in C3 and S4 only blurred pieces are left.",
                f"Of the {code_before.size} numbers of C5 {(code_before > 0).sum()} are positive, orange, the others "
                "purple.",
                f"The {code.size} numbers of F6 are laid out 12 by 7, as the bitmap of a printed digit.",
                f"The output is the {WORK['output']}; the longest bar is that of {answers.argmax()}, "
                f"{percent(float(answers.max()))}.",
            ],
            [
                Numbers("The numbers of C5, folded", run.outputs["C5"].reshape(-1, FOLDED["C5"]), hundredths),
                Numbers("What F6 says, laid out 12 by 7", code.reshape(12, 7), hundredths),
                Numbers("The answer", answers, percent, rows=["share"], columns=[*map(str, range(answers.size))]),
            ],
        )

    def state_facts(self, run: Activations) -> dict[str, str]:
        answers = run.outputs["softmax"]
        return {
            "answer": with_article(int(answers.argmax())),
            "probability": percent(float(answers.max())),
            "trained": trained_on("lenet5"),
        }


def _shown(name: str, output: NDArray[np.float32]) -> Piece:
    """Return the maps of a layer beside and below each other, or its numbers folded."""
    if name in FOLDED:
        folded = output.reshape(-1, FOLDED[name])
        return _map(folded, FOLDED[name] * CELL[name])
    maps = [_map(each, output.shape[1] * CELL[name]) for each in np.moveaxis(output, -1, 0)]
    return grid(maps, 3 if len(maps) == 6 else 4, gap=4)


def _map(values: NDArray[np.float32], width: float, frame: str = "output") -> Raster:
    return Raster(values, width, limit=LIMIT, signed=True, frame=frame)


def _written(output: NDArray[np.float32]) -> str:
    """Write the shape of maps as the paper does: how many, at what size."""
    if output.size in output.shape:
        return f"{output.size}"
    height, width, count = output.shape
    return f"{count}@{height}×{width}"


@dataclass(frozen=True)
class LeNet5Codes(Picture):
    """What the last hidden layer of LeNet-5 says to ten digits, beside the bitmaps that it should draw."""

    which: Annotated[int, Whole(0, 891), "which test image of each digit"] = 0

    def run(self) -> Codes:
        return lenet5_codes(self.which)

    def draw(self, run: Codes) -> Piece:
        """Draw for each digit the image, the code, the bitmap, and the distance between them."""

        def steps(digit: int, width: float) -> list[Piece]:
            nearest = int(run.nearest[digit])
            return [
                Digit(run.images[digit], width + 6),
                _map(run.codes[digit], width),
                _map(run.bitmaps[digit], width, "kernel"),
                Words(str(nearest), "text" if nearest == digit else "error", TITLE, bold=True),
                Words(f"{run.ordered[digit, 0]:.1f}"),
            ]

        heads: list[Piece] = [Words(name, "muted") for name in ("image", "F6 says", "bitmap", "nearest", "distance")]
        wide = zip(heads, *(steps(digit, 42) for digit in range(10)), strict=True)
        narrow = [heads, *(steps(digit, 35) for digit in range(10))]
        return either(matrix([*map(list, wide)], gap=14, between=10), matrix(narrow, gap=10, between=8))

    def describe(self, run: Codes) -> Description:
        return Description(
            "Ten digits, the small picture that F6 of LeNet-5 makes of each, and the printed bitmap that it should "
            "draw: the two look almost alike.",
            [
                f"For each digit from 0 to 9 stand in a row a handwritten one, the {run.codes[0].size} numbers that F6 "
                "makes of it as a small picture of 12 rows and 7 columns, and the drawn bitmap of that digit, 12 by 7 "
                "as well.",
                "Then follow the digit whose bitmap is nearest, and the squared distance to it.",
                Part(
                    "The distances",
                    tuple(
                        f"{number}: nearest {nearest}, squared distance {first:.1f}, the next {second:.0f}."
                        for number, (nearest, (first, second, *_)) in enumerate(
                            zip(run.nearest, run.ordered, strict=True)
                        )
                    ),
                ),
            ],
            [
                each
                for digit, (code, bitmap) in enumerate(zip(run.codes, run.bitmaps, strict=True))
                for each in (
                    Numbers(f"What F6 says to the {digit}", code, hundredths),
                    Numbers(f"The bitmap of the {digit}", bitmap),
                )
            ],
        )

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

    def draw(self, run: Connections) -> Piece:
        """Draw a cell for each pair, filled where there is a connection; on a phone with rows for columns."""
        reads, read = ("C3", "output"), ("S2", "input")
        counts = [str(each) for each in run.connected.sum(axis=0)]
        return either(
            _cells(run.connected, read, reads, below=counts),
            _cells(run.connected.T, reads, read, beside=counts),
        )

    def describe(self, run: Connections) -> Description:
        read, reading = run.connected.shape
        return Description(
            f"A grid: which of the {read} maps of S2 each of the {reading} maps of C3 reads. "
            f"{run.connected.sum()} of the {run.connected.size} cells are filled.",
            [
                Part(
                    "The maps of C3",
                    tuple(
                        f"Map {column} reads {', '.join(map(str, np.flatnonzero(run.connected[:, column])))} of S2."
                        for column in range(reading)
                    ),
                ),
            ],
            [
                Numbers(
                    "A map of S2 in each row, one of C3 in each column; 1 where it is read",
                    run.connected.astype(int),
                )
            ],
        )

    def state_facts(self, run: Connections) -> dict[str, str]:
        full = 25 * run.connected.size + run.connected.shape[1]
        return {
            "slices": str(int(run.connected.sum())),
            "possible": str(run.connected.size),
            "parameters": f"{run.parameters:,}",
            "full parameters": f"{full:,}",
        }


def _cells(
    filled: NDArray[np.bool_],
    rows: tuple[str, str],
    columns: tuple[str, str],
    below: Sequence[str] = (),
    beside: Sequence[str] = (),
) -> Piece:
    """Return a grid with a cross in each cell that is filled, what its rows and columns are, and counts at its edge."""
    cell, left, top = 32, 28, 20
    height, width = filled.shape

    def paint(axes: Axes, x: float, y: float, _: float) -> None:
        x, y = x + left, y + top
        for row, place in np.argwhere(filled):
            box(axes, x + place * cell, y + row * cell, cell, cell, edge=None, fill="kernel-fill")
            label(axes, x + (place + 0.5) * cell, y + (row + 0.5) * cell, "×", name="kernel", bold=True, size=TITLE)
        mesh(axes, x, y, height, width, cell)
        for row in range(height):
            label(axes, x - 8, y + (row + 0.5) * cell, str(row), align="right", size=TEXT, name=rows[1])
        for place in range(width):
            label(axes, x + (place + 0.5) * cell, y - 10, str(place), size=TEXT, name=columns[1])
        for row, count in enumerate(beside):
            label(axes, x + width * cell + 16, y + (row + 0.5) * cell, count, size=TEXT, name="muted")
        for place, count in enumerate(below):
            label(axes, x + (place + 0.5) * cell, y + height * cell + 14, count, size=TEXT, name="muted")

    size = (left + width * cell + (28 if beside else 1), top + height * cell + (26 if below else 1))
    names = column(
        Words(f"rows: maps of {rows[0]}", rows[1], bold=True),
        Words(f"columns: maps of {columns[0]}", columns[1], bold=True),
        gap=1,
    )
    return column(names, Drawing(*size, paint), Words("at the edge, how many maps it reads", "muted"), gap=8)


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

    def describe(self, run: Sizes) -> Description:
        return Description(
            f"The layers of LeNet-5, counted: {run.parameters:,} trainable parameters make {run.connections:,} "
            "connections.",
            [
                Part(
                    "The layers",
                    tuple(
                        f"{each.name}: {each.parameters:,} parameters, {each.connections:,} connections."
                        for each in run.layers
                    ),
                ),
            ],
        )

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
            ("Loss", "equation 9", f"the same; its constant j is {run.bound:g}, the paper does not say how large"),
            ("Answer", "smallest distance", "the same; a softmax of minus the distances makes shares of it"),
            (
                "Training method",
                "gradient descent, with a step size of its own for each parameter",
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

    def describe(self, run: Rebuilding) -> Description:
        _, *rows = self.tabulate(run)
        return Description(
            "How LeNet-5 was built and trained, in its paper and here: up to the output it is the same, and the "
            "training is another.",
            [Part(name.text, (f"In the paper: {paper.text}.", f"Here: {here.text}.")) for name, paper, here in rows],
        )

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
