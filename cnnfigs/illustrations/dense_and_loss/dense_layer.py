"""A dense layer: weighted sums of all pixels, and ReLU, which lets only the positive ones through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes

from cnnfigs.arithmetic import Derivation
from cnnfigs.drawing import charts
from cnnfigs.drawing.layout import Piece, column, either, grid, row, within
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Arrow, Chart, Digit, Raster, Words, hundredths, panel, sign
from cnnfigs.drawing.widths import TITLE
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.parameters import Choice, TestImage, Whole, require_whole
from cnnfigs.runs.dense_and_loss.dense import LayerSums, UnitSum, layer_sums, unit_sum
from cnnfigs.words import with_article, written, written_number

#: The tutorial's networks made of dense layers, and how many units their first layer has.
DENSE = {"dense_512": 512, "dense_131": 131}
#: Of so many units the weights are shown: the first ones, not chosen ones.
SHOWN = 8

DenseNetwork = Annotated[str, Choice(*DENSE), "which dense network"]


@dataclass(frozen=True)
class DenseUnit(Picture):
    """One unit of a dense layer: a digit times the unit's weights, pixel by pixel, and the sum."""

    index: TestImage = 18
    unit: Annotated[int, Whole(0, max(DENSE.values()) - 1), "which unit of the network's first dense layer"] = 374
    network: DenseNetwork = "dense_512"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_whole("unit", self.unit, 0, DENSE[self.network] - 1)

    def run(self) -> UnitSum:
        return unit_sum(self.network, self.index, self.unit)

    def draw(self, run: UnitSum) -> Piece:
        """Draw image, weights and products, and the sum below them."""

        def equation(side: float) -> list[Piece]:
            return [
                panel("image", Digit(run.image, side), note="paper 0, ink 1", name="input"),
                sign("×"),
                panel(
                    "a unit’s weights",
                    Raster(run.weights, side, limit=limit, signed=True, frame="kernel"),
                    note="orange for, purple against",
                    name="kernel",
                ),
                sign("="),
                panel(
                    "pixel × weight",
                    Raster(run.products, side, limit=limit, signed=True),
                    note="nothing without ink",
                ),
            ]

        limit = float(np.abs(run.weights).max())
        # So narrow that their words break, and all three are equally large.
        first, times, second, equals, third = (within(136, each) for each in equation(132))
        return column(
            either(
                row(*equation(192), gap=10),
                column(row(first, times, second, gap=8), row(equals, third, gap=8), gap=12, align="end"),
            ),
            Words(f"sum of the products {written_number(run.weighted_sum, 3)}, bias {written_number(run.bias, 3)}"),
            Words(f"together {written_number(run.pre_activation, 3)}", "output", TITLE, bold=True),
            gap=10,
            align="middle",
        )

    def describe(self, run: UnitSum) -> Description:
        return Description(
            f"A digit times the weights of one unit, pixel by pixel: the products add up to "
            f"{run.weighted_sum:.3f}, with the bias to {run.pre_activation:.3f}.",
            [
                f"The first of three squares of {written(run.image.shape)} cells is {with_article(run.label)}, 0 for "
                "paper to 1 for ink.",
                f"The second shows the weights of unit {run.unit}, one of {DENSE[self.network]} in its layer, from "
                f"{run.weights.min():.2f}, purple, to {run.weights.max():.2f}, orange: much of it looks like noise.",
                "The third is the product of both, pixel by pixel: the digit cut out of the weights, and zero "
                "everywhere else.",
                f"The products add up to {run.weighted_sum:.3f}; with the bias of {run.bias:.3f} that makes "
                f"{run.pre_activation:.3f}.",
            ],
            [
                Numbers("The image", run.image, hundredths),
                Numbers("The weights", run.weights, hundredths),
                Numbers("Pixel times weight", run.products, hundredths),
            ],
        )

    def state_facts(self, run: UnitSum) -> dict[str, str]:
        return {
            "unit": str(run.unit),
            "weights": f"{run.weights.size:,}",
            "sum": written_number(run.weighted_sum, 3),
            "bias": written_number(run.bias, 3),
            "total": written_number(run.pre_activation, 3),
            "never inked": f"{run.never_inked:,}",
        }


@dataclass(frozen=True)
class DenseLayer(Picture):
    """The first units of a dense layer, each with its weights and its sum for one digit."""

    index: TestImage = 18
    network: DenseNetwork = "dense_512"

    def run(self) -> LayerSums:
        return layer_sums(self.network, self.index, SHOWN)

    def draw(self, run: LayerSums) -> Piece:
        """Draw the digit, and the weights of the first units with their sums below them."""
        limit = float(np.abs(run.weights).max())

        def units(side: float) -> Piece:
            return panel(
                f"{SHOWN} of {len(run.outputs)} units",
                grid(
                    [
                        column(
                            Raster(weights, side, limit=limit, signed=True, frame="kernel"),
                            Words(written_number(total, 2), "output", TITLE, bold=True),
                            gap=2,
                            align="middle",
                        )
                        for weights, total in zip(np.moveaxis(run.weights, -1, 0), run.pre_activations, strict=False)
                    ],
                    columns=SHOWN // 2,
                    gap=10,
                ),
                "each has its weights, and its sum for this digit",
                name="kernel",
            )

        image = panel("image", Digit(run.image, 132), name="input")
        return either(
            row(image, Arrow(), units(112)),
            column(image, Arrow(down=True), units(72), gap=8, align="middle"),
        )

    def describe(self, run: LayerSums) -> Description:
        return Description(
            f"A digit, and the weights of {SHOWN} of the {len(run.outputs)} units of a dense layer: each covers the "
            "whole image and comes to a sum of its own.",
            [
                f"First {with_article(run.label)}.",
                f"Then the weights of the first {SHOWN} units, {SHOWN // 2} in a row, each a square of "
                f"{written(run.image.shape)} cells, orange for positive and purple for negative; in none of them is a "
                "digit to be seen.",
                "Below each stands its sum for this digit.",
            ],
            [
                Numbers(
                    "The sums",
                    run.pre_activations[:SHOWN],
                    hundredths,
                    rows=["sum"],
                    columns=[f"unit {unit}" for unit in range(SHOWN)],
                )
            ],
        )

    def state_facts(self, run: LayerSums) -> dict[str, str]:
        pixels, units = run.image.size, len(run.outputs)
        counted = Derivation(f"{pixels}·{units} + {units}", pixels * units + units)
        return {"units": f"{units:,}", "shown": str(SHOWN), "parameters": str(counted)}


@dataclass(frozen=True)
class Relu(Picture):
    """ReLU: what goes into the units of a dense layer for one digit, and what comes out."""

    index: TestImage = 18
    network: DenseNetwork = "dense_512"

    def run(self) -> LayerSums:
        return layer_sums(self.network, self.index, SHOWN)

    def draw(self, run: LayerSums) -> Piece:
        """Draw ReLU as a line, and the first units as dots on it."""
        sums, outputs = run.pre_activations[:SHOWN], run.outputs[:SHOWN]
        reach = 1.15 * float(np.abs(sums).max())
        zeros, units = int((run.outputs == 0).sum()), len(run.outputs)
        notes = (
            (0.02, 0.55, "left", (f"{zeros} of {units} units:", "sum below zero,", "output 0")),
            (0.54, 0.97, "left", (f"{units - zeros} units:", "the sum goes on", "as it is")),
        )

        def plot(axes: Axes, narrow: bool) -> None:
            axes.plot([-reach, 0, reach], [0, 0, reach], color=color("grid"), zorder=1)
            for chosen, shade in ((outputs == 0, "muted"), (outputs > 0, "output")):
                axes.plot(
                    sums[chosen],
                    outputs[chosen],
                    "o",
                    color=color(shade),
                    markeredgecolor=color("background"),
                    markersize=12,
                    clip_on=False,
                    zorder=2,
                )
            for x, y, align, lines in notes:
                for number, line in enumerate(lines):
                    axes.annotate(
                        line,
                        (x, y),
                        (0, -18 * number),
                        xycoords="axes fraction",
                        textcoords="offset points",
                        ha=align,
                        va="top",
                        weight="normal" if number else "bold",
                    )
            axes.set_xlim(-reach, reach)
            axes.set_ylim(-0.08 * reach, reach)
            axes.set_xlabel("sum that goes in")
            charts.grid(axes)

        return panel("output", Chart(plot, 520, 320, 280), name="output")

    def describe(self, run: LayerSums) -> Description:
        zeros, units = int((run.outputs == 0).sum()), len(run.outputs)
        return Description(
            f"ReLU as a line, flat at zero and then rising, with {SHOWN} units as dots on it: negative sums become 0, "
            "positive ones stay.",
            [
                "The line is flat at zero for all negative sums; from zero on the output is the sum itself.",
                f"On it lie the first {SHOWN} units of the layer: {(run.outputs[:SHOWN] == 0).sum()} grey dots on "
                f"the flat part, {(run.outputs[:SHOWN] > 0).sum()} green ones on the rising part.",
                f"Of all {units} units, {zeros} give zero for this digit and {units - zeros} give their sum.",
            ],
            [
                Numbers(
                    "The dots",
                    np.stack([run.pre_activations[:SHOWN], run.outputs[:SHOWN]]),
                    hundredths,
                    rows=["sum that goes in", "output"],
                    columns=[f"unit {unit}" for unit in range(SHOWN)],
                )
            ],
        )

    def state_facts(self, run: LayerSums) -> dict[str, str]:
        zeros = int((run.outputs == 0).sum())
        return {"units": f"{len(run.outputs):,}", "zeros": str(zeros), "positive": str(len(run.outputs) - zeros)}
