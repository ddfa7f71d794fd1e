"""What changes with depth: zeros, and how well kinds of digits lie apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cnnfigs.drawing.palette import color
from cnnfigs.drawing.style import NORMAL, SMALL
from cnnfigs.drawing.style import figure as empty_figure
from cnnfigs.drawing.widths import WIDTH
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import trained_on
from cnnfigs.parameters import Whole
from cnnfigs.runs.architectures.depth import Depth, DepthRun, with_depth
from cnnfigs.words import as_percent

#: What a layer is called below the charts.
SHORT = {"conv2d": "conv", "max_pooling2d": "pool"}


@dataclass(frozen=True)
class WithDepth(Picture):
    """How sparse the layers of the convnet are, and how well the ten kinds of digits lie apart in them."""

    digits: Annotated[int, Whole(100, 10_000), "how many test digits are shown to the network"] = 10_000

    def run(self) -> DepthRun:
        return with_depth(self.digits)

    def draw(self, run: DepthRun) -> Figure:
        """Draw two charts over the layers: the share of zeros, and of digits nearest to their own mean."""
        height, bottom, top = 300, 62, 38
        drawn = empty_figure(WIDTH, height)
        charts = (("zeros", _zeros, 0.0, 1, True), ("nearest to the mean of its kind", _nearest, 0.5, 0, False))
        for number, (title, value, lowest, first, in_front) in enumerate(charts):
            left, width = 52 + number * 366, 298
            axes = drawn.add_axes((left / WIDTH, bottom / height, width / WIDTH, (height - bottom - top) / height))
            axes.text(0, 1.08, title, transform=axes.transAxes, fontsize=NORMAL, weight="bold", va="center_baseline")
            _lines(axes, run, value, first, in_front)
            axes.set_ylim(lowest, 1)
            ticks = [lowest + (1 - lowest) * step / 5 for step in range(6)]
            axes.set_yticks(ticks, [as_percent(tick) for tick in ticks])
        return drawn

    def describe(self, run: DepthRun) -> str:
        after, before = (
            "; ".join(f"{_name(depth)} {_measures(depth, number)}" for number, depth in enumerate(layers))
            for layers in (run.trained, run.initial)
        )
        return f"""Two charts with the layers of the convnet from left to right, over {run.digits:,} digits. Left, from
            the first convolution on, the share of activations that are zero goes up and down: in the trained network
            each pooling lowers it, and the next convolution raises it again. Right, the share of digits that lie
            nearest to the mean of their own kind rises from layer to layer in the trained network, and hardly changes
            in the network before training. Trained: {after}. Before training: {before}."""

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


def _measures(depth: Depth, number: int) -> str:
    """Describe what is drawn of a layer: of the pixels, the first, not the share of zeros."""
    zeros = f"{as_percent(depth.zeros)} zeros and " if number else ""
    return f"{zeros}{as_percent(depth.nearest)} nearest to their own mean"


def _name(depth: Depth) -> str:
    """Shorten a layer's name.

    Examples
    --------
    >>> _name(Depth("max_pooling2d_1", 5408, 0.5, 0.0, 0, 0.8))
    'pool 1'
    """
    kind, _, number = depth.layer.rpartition("_")
    return f"{SHORT[kind]} {number}" if kind else depth.layer


def _lines(axes: Axes, run: DepthRun, value: Callable[[Depth], float], first: int, in_front: bool) -> None:
    """Draw a line for each network, from the layer with this number on, and label it where there is room."""
    trained, initial = ([value(depth) for depth in layers] for layers in (run.trained, run.initial))
    last = len(trained) - 1
    for values, name, dashes in ((trained, "series-1", "-"), (initial, "series-2", "--")):
        axes.plot(range(first, last + 1), values[first:], color=color(name), marker="o", markersize=5, linestyle=dashes)
    _label(axes, "trained", "series-1", (last, trained[last]), (0, 13), "right")
    if in_front:
        _label(axes, "before training", "series-2", (first, initial[first]), (6, 13), "left")
    else:
        _label(axes, "before training", "series-2", (last, initial[last]), (0, -16), "right")
    names = [_name(depth) for depth in run.trained]
    axes.set_xticks(range(first, last + 1), names[first:], fontsize=SMALL, rotation=45)
    axes.set_xlim(first - 0.3, last + 0.3)
    axes.grid(axis="y", color=color("grid"), linewidth=0.5, alpha=0.5)


def _label(
    axes: Axes, text: str, name: str, place: tuple[float, float], offset: tuple[float, float], align: str
) -> None:
    axes.annotate(
        text,
        place,
        offset,
        textcoords="offset pixels",
        ha=align,
        va="center_baseline",
        fontsize=NORMAL,
        color=color(name),
    )
