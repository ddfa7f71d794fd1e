"""How published networks make their maps smaller: by pooling, or by convolutions with strides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from cnnfigs.drawing.layout import Piece, column, either, matrix, row
from cnnfigs.drawing.pieces import Words, boxed, panel
from cnnfigs.drawing.widths import TITLE
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Part
from cnnfigs.parameters import Choice, Several
from cnnfigs.runs.windows.halvings import INPUT_SIZES, Descents, Step, descents

#: Width of a box and room between two, in pixels.
BOX, BETWEEN = 136, 8
#: What a layer is called here.
NAMES = {"MaxPooling2D": "max pooling", "Conv2D": "convolution", "DepthwiseConv2D": "depthwise"}


@dataclass(frozen=True)
class Halvings(Picture):
    """Where published networks make their maps smaller, and whether by pooling or by strides of a convolution."""

    networks: Annotated[
        tuple[str, ...], Several(Choice(*INPUT_SIZES), again=True), "names of networks in keras.applications"
    ] = tuple(INPUT_SIZES)

    def run(self) -> Descents:
        return descents(self.networks)

    def draw(self, run: Descents) -> Piece:
        """Draw a box for each step, for each network in a row; one that quarters the size is as wide as two."""
        rows = []
        for network in run.networks:
            wide = row(*map(_box, network.steps), gap=BETWEEN)
            narrow = matrix(
                [[_chip(step), Words(_layer(step))] for step in network.steps], gap=8, between=4, align="start"
            )
            pools = sum(step.pools for step in network.steps)
            rows.append(panel(f"{_name(network.network)}: {_counted(pools)}", either(wide, narrow)))
        return column(*rows)

    def describe(self, run: Descents) -> Description:
        return Description(
            f"Where {len(run.networks)} networks make their maps smaller, a box for each step: by max pooling, or by a "
            "convolution with strides.",
            [
                Part(
                    f"{_name(network.network)}, {_counted(sum(step.pools for step in network.steps))}",
                    tuple(map(_in_words, network.steps)),
                )
                for network in run.networks
            ],
        )

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


def _name(network: str) -> str:
    """Write the name of a network of Keras as people do.

    Examples
    --------
    >>> _name("ResNet50"), _name("ConvNeXtTiny"), _name("MobileNetV2")
    ('ResNet-50', 'ConvNeXt-Tiny', 'MobileNetV2')
    """
    return re.sub(r"(?<=[GtT])(?=\d|Tiny)", "-", network)


def _counted(pools: int) -> str:
    return f"{pools or 'no'} max pooling{'s' * (pools > 1)}"


def _layer(step: Step) -> str:
    return f"{NAMES[step.class_name]} {step.kernel_size}×{step.kernel_size}, strides {step.strides}"


def _in_words(step: Step) -> str:
    convolution = " convolution" if step.class_name == "DepthwiseConv2D" else ""
    window = f"{step.kernel_size}×{step.kernel_size}"
    name = f"{NAMES[step.class_name]}{convolution}"
    return f"From {step.start} to {step.end} by a {window} {name} with strides {step.strides}."


def _chip(step: Step, *more: Piece, width: float = 96) -> Piece:
    """Draw from which size to which a step leads, in its colour."""
    sizes = Words(f"{step.start} → {step.end}", size=TITLE, bold=True)
    look = ("grid", "surface") if step.pools else ("kernel", "kernel-fill")
    return boxed(column(sizes, *more, gap=2, align="middle"), *look, width)


def _box(step: Step) -> Piece:
    """Draw a step with its layer."""
    name, strides = _layer(step).split(", ")
    columns = step.strides // 2
    return _chip(step, Words(name), Words(strides), width=columns * BOX + (columns - 1) * BETWEEN)
