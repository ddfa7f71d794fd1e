"""How published networks make their maps smaller: by pooling, or by convolutions with strides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import box, label
from cnnfigs.drawing.style import LARGE, NORMAL, SMALL, canvas
from cnnfigs.drawing.widths import WIDTH
from cnnfigs.illustrations.base import Picture
from cnnfigs.parameters import Choice, Several
from cnnfigs.runs.windows.halvings import INPUT_SIZES, Descents, Step, descents

COLUMN, ROW, LEFT = 120, 78, 116
#: What a layer is called here.
NAMES = {"MaxPooling2D": "max pooling", "Conv2D": "convolution", "DepthwiseConv2D": "depthwise conv."}


@dataclass(frozen=True)
class Halvings(Picture):
    """Where published networks make their maps smaller, and whether by pooling or by strides of a convolution."""

    networks: Annotated[
        tuple[str, ...], Several(Choice(*INPUT_SIZES), again=True), "names of networks in keras.applications"
    ] = tuple(INPUT_SIZES)

    def run(self) -> Descents:
        return descents(self.networks)

    def draw(self, run: Descents) -> Figure:
        """Draw a row for each network and a box for each step; one that quarters the size takes two columns."""
        figure, axes = canvas(WIDTH, ROW * len(run.networks) + 4)
        for row, network in enumerate(run.networks):
            top = 4 + row * ROW
            label(axes, 2, top + 24, network.network, align="left", size=NORMAL, bold=True)
            pools = sum(step.pools for step in network.steps)
            label(axes, 2, top + 44, _counted(pools), align="left", size=SMALL, name="muted")
            left = float(LEFT)
            for step in network.steps:
                width = COLUMN * (step.strides // 2)
                middle = left + width / 2
                edge, fill = ("grid", "surface") if step.pools else ("kernel", "kernel-fill")
                box(axes, left + 2, top, width - 6, ROW - 12, edge=edge, fill=fill, line_width=1.5)
                label(axes, middle - 1, top + 16, f"{step.start} → {step.end}", size=LARGE, bold=True)
                label(axes, middle - 1, top + 35, NAMES.get(step.class_name, step.class_name), size=SMALL)
                window = f"{step.kernel_size}×{step.kernel_size}, strides {step.strides}"
                label(axes, middle - 1, top + 51, window, size=SMALL)
                left += width
        return figure

    def describe(self, run: Descents) -> str:
        steps = [f"{network.network}: {', '.join(map(_in_words, network.steps))}" for network in run.networks]
        return f"""Where {len(run.networks)} networks make their maps smaller, a row for each and a box for each step,
            grey for max pooling and orange for a convolution with strides. {". ".join(steps)}."""

    def state_facts(self, run: Descents) -> dict[str, str]:
        facts = {}
        for network in run.networks:
            name, pools = network.network, sum(step.pools for step in network.steps)
            first = network.steps[0]
            facts[f"{name} input"] = str(first.start)
            facts[f"{name} first window"] = f"{first.kernel_size}×{first.kernel_size}"
            facts[f"{name} steps"] = str(len(network.steps))
            facts[f"{name} pools"] = str(pools)
            facts[f"{name} convolves"] = str(len(network.steps) - pools)
            facts[f"{name} sizes"] = " → ".join([str(first.start), *(str(step.end) for step in network.steps)])
        return facts


def _counted(pools: int) -> str:
    return f"{pools or 'no'} max pooling{'s' * (pools > 1)}"


def _in_words(step: Step) -> str:
    window = f"{step.kernel_size}×{step.kernel_size}"
    return f"{step.start} to {step.end} by a {window} {NAMES[step.class_name].replace('conv.', 'convolution')}"
