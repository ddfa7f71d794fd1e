"""A dense layer: weighted sums of all pixels, and ReLU, which lets only the positive ones through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.figure import Figure

from cnnfigs.arithmetic import Derivation
from cnnfigs.drawing.charts import grid
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.shapes import arrow, digit, label, raster
from cnnfigs.drawing.style import LARGE, NORMAL, SMALL, canvas, chart
from cnnfigs.illustrations.base import Picture
from cnnfigs.parameters import Choice, TestImage, Whole, require_whole
from cnnfigs.runs.dense_and_loss.dense import LayerSums, UnitSum, layer_sums, unit_sum
from cnnfigs.words import with_article, written_number

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

    def draw(self, run: UnitSum) -> Figure:
        """Draw image, weights and products in a row, and the sum below them."""
        side, gap = 132, 36
        figure, axes = canvas(4 + 3 * side + 2 * gap + 4, 248)
        limit = float(np.abs(run.weights).max())
        lefts = [4 + place * (side + gap) for place in range(3)]
        for left, name in zip(lefts, ("the image", "one unit’s weights", "pixel × weight"), strict=True):
            label(axes, left + side / 2, 14, name, size=LARGE, bold=True)
        digit(axes, run.image, lefts[0], 30, side)
        raster(axes, run.weights, lefts[1], 30, side, limit=limit, signed=True, frame="kernel")
        raster(axes, run.products, lefts[2], 30, side, limit=limit, signed=True)
        for left, sign in zip(lefts, ("×", "="), strict=False):
            label(axes, left + side + gap / 2, 30 + side / 2, sign, size=20)
        label(axes, lefts[0] + side / 2, 30 + side + 16, "paper 0, ink 1", size=SMALL, name="muted")
        label(axes, lefts[1] + side / 2, 30 + side + 16, "orange for, purple against", size=SMALL, name="muted")
        label(axes, lefts[2] + side / 2, 30 + side + 16, "nothing without ink", size=SMALL, name="muted")
        middle = lefts[1] + side / 2
        terms = f"sum of the products {written_number(run.weighted_sum, 3)}, bias {written_number(run.bias, 3)}"
        label(axes, middle, 30 + side + 46, terms)
        label(axes, middle, 30 + side + 68, f"together {written_number(run.pre_activation, 3)}", size=LARGE, bold=True)
        return figure

    def describe(self, run: UnitSum) -> str:
        return f"""Three squares of 28×28 cells. The first is {with_article(run.label)}. The second shows the weights of
            unit {run.unit} of {run.network}, from {run.weights.min():.2f}, purple, to {run.weights.max():.2f}, orange.
            The third is the product of both, pixel by pixel: the digit cut out of the weights, grey everywhere else.
            The products add up to {run.weighted_sum:.3f}; with the bias of {run.bias:.3f} that makes
            {run.pre_activation:.3f}."""

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

    def draw(self, run: LayerSums) -> Figure:
        """Draw the digit, and the weights of the first units with their sums below them."""
        side, gap, first = 74, 12, 138
        rows, columns = 2, SHOWN // 2
        figure, axes = canvas(first + columns * (side + gap) - gap + 4, 30 + rows * (side + 34) + 8)
        middle = 30 + rows * (side + 34) / 2 - 6
        digit(axes, run.image, 4, middle - 48, 96)
        arrow(axes, (106, middle), (130, middle))
        limit = float(np.abs(run.weights).max())
        title = f"{SHOWN} of {len(run.outputs)} units and their sums"
        label(axes, first, 14, title, align="left", size=LARGE, bold=True)
        for unit in range(SHOWN):
            row, column = divmod(unit, columns)
            left, top = first + column * (side + gap), 30 + row * (side + 34)
            raster(axes, run.weights[..., unit], left, top, side, limit=limit, signed=True, frame="kernel")
            total = written_number(run.pre_activations[unit], 2)
            label(axes, left + side / 2, top + side + 14, total, size=NORMAL)
        return figure

    def describe(self, run: LayerSums) -> str:
        sums = ", ".join(f"{value:.2f}" for value in run.pre_activations[:SHOWN])
        return f"""{with_article(run.label).capitalize()}, and the weights of {SHOWN} of the {len(run.outputs)} units of
            a dense layer, each a square of 28×28 cells that covers the whole image. Below each stands its sum for this
            digit: {sums}."""

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

    def draw(self, run: LayerSums) -> Figure:
        """Draw ReLU as a line, and the first units as dots on it."""
        reach = 1.15 * float(np.abs(run.pre_activations[:SHOWN]).max())
        figure, axes = chart(480, 300, left=52)
        axes.plot([-reach, 0, reach], [0, 0, reach], color=color("grid"), zorder=1)
        silent = run.outputs[:SHOWN] == 0
        for chosen, shade in ((silent, "muted"), (~silent, "output")):
            axes.plot(
                run.pre_activations[:SHOWN][chosen],
                run.outputs[:SHOWN][chosen],
                "o",
                color=color(shade),
                markeredgecolor=color("background"),
                markersize=10,
                clip_on=False,
                zorder=2,
            )
        zeros = int((run.outputs == 0).sum())
        units = len(run.outputs)
        notes = (
            (-0.95, 0.24, "left", "bold", f"{zeros} of {units} units:"),
            (-0.95, 0.14, "left", "normal", "sum below zero, output 0"),
            (0.76, 0.96, "right", "bold", f"{units - zeros} units:"),
            (0.76, 0.86, "right", "normal", "the sum goes on as it is"),
        )
        for x, y, align, weight, text in notes:
            axes.text(x * reach, y * reach, text, ha=align, va="center_baseline", fontsize=NORMAL, weight=weight)
        axes.set_xlim(-reach, reach)
        axes.set_ylim(-0.08 * reach, reach)
        axes.set_xlabel("sum that goes in")
        axes.set_ylabel("output")
        grid(axes)
        return figure

    def describe(self, run: LayerSums) -> str:
        zeros = int((run.outputs == 0).sum())
        pairs = ", ".join(
            f"{before:.2f} gives {after:.2f}"
            for before, after in zip(run.pre_activations[:SHOWN], run.outputs[:SHOWN], strict=True)
        )
        return f"""A line that runs flat at zero for all negative sums and from there rises with the sum. On it, {SHOWN}
            units as dots: {pairs}. Of all {len(run.outputs)} units, {zeros} give zero for this digit and
            {len(run.outputs) - zeros} give their sum."""

    def state_facts(self, run: LayerSums) -> dict[str, str]:
        zeros = int((run.outputs == 0).sum())
        return {"units": f"{len(run.outputs):,}", "zeros": str(zeros), "positive": str(len(run.outputs) - zeros)}
