"""What changes with depth: zeros, and how well kinds of digits lie apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from matplotlib.axes import Axes

from cnnfigs.drawing import charts
from cnnfigs.drawing.layout import Piece, flow
from cnnfigs.drawing.networks import network_look
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Chart, panel
from cnnfigs.drawing.widths import TEXT
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.networks import layer_words, trained_on
from cnnfigs.parameters import Whole
from cnnfigs.runs.architectures.depth import Depth, DepthRun, with_depth
from cnnfigs.words import as_percent

#: What a layer is called below the charts, where there is little room.
SHORT = {"convolution": "conv", "max pooling": "pool"}
#: Name, colour and dashes of the network as it was trained, and as it was before.
LOOKS = (("trained", network_look("convnet").color, "-"), ("before training", "muted", "--"))


@dataclass(frozen=True)
class WithDepth(Picture):
    """How sparse the layers of the convnet are, and how well the ten kinds of digits lie apart in them."""

    digits: Annotated[int, Whole(100, 10_000), "how many test digits are shown to the network"] = 10_000

    def run(self) -> DepthRun:
        return with_depth(self.digits)

    def draw(self, run: DepthRun) -> Piece:
        """Draw two charts over the layers: the share of zeros, and of digits nearest to their own mean."""
        last = len(run.trained) - 1
        return flow(
            panel(
                "zeros",
                Chart(lambda axes, _: _lines(axes, run, _zeros, 1, (last, 0.08, "right"), (1, 0.08, "left")), 345, 260),
            ),
            panel(
                "digits nearest to the mean of their kind",
                Chart(
                    lambda axes, _: _lines(axes, run, _nearest, 0, (3, 0.08, "right"), (last, -0.1, "right")), 345, 260
                ),
            ),
            below="start",
        )

    def describe(self, run: DepthRun) -> Description:
        zeros, nearest = (
            Numbers(
                title,
                [[value(depth) for depth in layers[first:]] for layers in (run.trained, run.initial)],
                as_percent,
                rows=["trained", "before training"],
                columns=[_name(depth) for depth in run.trained[first:]],
            )
            for title, value, first in (
                ("The share of zeros", _zeros, 1),
                ("The share of digits nearest to the mean of their own kind", _nearest, 0),
            )
        )
        return Description(
            "Two charts over the layers of the convnet: the share of zeros goes up and down, the share of digits "
            "nearest to the mean of their kind rises.",
            [
                f"Each is measured over {run.digits:,} digits, in the trained network and before training.",
                "The first chart, from the first convolution on: the share of activations that are zero. In the "
                "trained network each pooling lowers it, and the next convolution raises it again.",
                "The second chart, from the pixels on: the share of digits that lie nearest to the mean of their own "
                "kind.",
                f"In the trained network it rises from {as_percent(run.trained[0].nearest)} to "
                f"{as_percent(run.trained[-1].nearest)}; before training it hardly changes.",
            ],
            [zeros, nearest],
        )

    def state_facts(self, run: DepthRun) -> dict[str, str]:
        facts = {"digits": f"{run.digits:,}", "trained": trained_on("convnet")}
        for when, layers in (("trained", run.trained), ("initial", run.initial)):
            for depth in layers:
                facts[f"{when} {depth.layer} zeros"] = as_percent(depth.zeros)
                facts[f"{when} {depth.layer} blank"] = as_percent(depth.blank)
                facts[f"{when} {depth.layer} nearest"] = as_percent(depth.nearest)
                facts[f"{when} {depth.layer} never"] = str(depth.never)
        return facts


def _zeros(depth: Depth) -> float:
    return depth.zeros


def _nearest(depth: Depth) -> float:
    return depth.nearest


def _name(depth: Depth) -> str:
    """Shorten what a layer is called.

    Examples
    --------
    >>> _name(Depth("max_pooling2d_1", 5408, 0.5, 0.0, 0, 0.8))
    'pool 1'
    """
    kind, _, number = layer_words(depth.layer).rpartition(" ")
    return f"{SHORT[kind]} {number}" if kind else depth.layer


def _lines(
    axes: Axes, run: DepthRun, value: Callable[[Depth], float], first: int, *named: tuple[int, float, str]
) -> None:
    """Draw a line for each network, from the layer with this number on, and name it.

    A name stands at the line's point with a number, so much above it, and on one side of it.
    """
    numbers = range(first, len(run.trained))
    for layers, (name, shade, dashes), (place, above, side) in zip(
        (run.trained, run.initial), LOOKS, named, strict=True
    ):
        shares = [value(depth) for depth in layers]
        axes.plot(numbers, shares[first:], color=color(shade), marker="o", linestyle=dashes)
        axes.text(place, shares[place] + above, name, ha=side, va="center_baseline", color=color(shade), fontsize=TEXT)
    names = [_name(depth) for depth in run.trained[first:]]
    axes.set_xticks(numbers, names)
    for name, tick in zip(names, axes.xaxis.get_major_ticks(), strict=True):
        if name.startswith("pool"):
            tick.set_pad(20)  # it would touch its neighbours
    axes.set_xlim(first - 0.3, numbers[-1] + 0.3)
    axes.set_ylim(0, 1)
    ticks = [step / 5 for step in range(6)]
    axes.set_yticks(ticks, [as_percent(tick) for tick in ticks])
    charts.grid(axes, "y")
