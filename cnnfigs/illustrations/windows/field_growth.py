"""The receptive field, growing from layer to layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.drawing.shapes import digit, label
from cnnfigs.drawing.style import NORMAL, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.windows.places import draw_field
from cnnfigs.models.networks import NETWORKS
from cnnfigs.parameters import Choice, Several, TestImage
from cnnfigs.runs.activations import test_digit
from cnnfigs.runs.windows.receptive_fields import Field, Fields, fields_of

SIDE = 92
SHORT_NAMES = {"Conv2D": "convolution", "MaxPooling2D": "max pooling"}


@dataclass(frozen=True)
class FieldGrowthRun:
    """Fields of several networks, and the digit that they are drawn on."""

    #: Shape (28, 28), values 0 to 1.
    image: NDArray[np.float32]
    #: The fields of each network.
    networks: tuple[Fields, ...]


@dataclass(frozen=True)
class FieldGrowth(Picture):
    """What the middle unit of each layer can see of a digit, for several networks below each other."""

    networks: Annotated[
        tuple[str, ...], Several(Choice(*NETWORKS), again=True), "names of the tutorial's convolutional networks"
    ] = ("convnet", "unpooled")
    index: TestImage = 4

    def run(self) -> FieldGrowthRun:
        return FieldGrowthRun(test_digit(self.index)[..., 0], tuple(fields_of(name) for name in self.networks))

    def draw(self, run: FieldGrowthRun) -> Figure:
        """Draw a row for each network and in it the digit with the field of each layer."""
        row_height = SIDE + 84
        figure, axes = canvas(660, row_height * len(run.networks))
        pixel = SIDE / len(run.image)
        longest = max((network.fields for network in run.networks), key=len)
        for row, network in enumerate(run.networks):
            top = row * row_height
            label(axes, 8, top + 14, network.network, align="left", bold=True)
            for column, field in zip(_columns(network.fields, longest), network.fields, strict=True):
                left = 8 + column * 132
                digit(axes, run.image, left, top + 28, SIDE, frame="grid")
                draw_field(axes, field, left, top + 28, pixel)
                middle, below = left + SIDE / 2, top + 28 + SIDE
                label(axes, middle, below + 14, SHORT_NAMES.get(field.class_name, field.class_name), size=SMALL)
                label(
                    axes, middle, below + 32, f"sees {field.size}×{field.size}", size=NORMAL, name="kernel", bold=True
                )
        return figure

    def describe(self, run: FieldGrowthRun) -> str:
        fields = "; ".join(
            f"in {network.network} they are, layer by layer, "
            + ", ".join(f"{field.size}×{field.size} after {SHORT_NAMES[field.class_name]}" for field in network.fields)
            for network in run.networks
        )
        rows = "a row for each network and " if len(run.networks) > 1 else ""
        return f"""The same digit again and again, {rows}a picture for each of its layers, with an
            orange frame around the pixels that the middle unit of the layer's maps can see. The frames grow: {fields}.
            The whole digit is 28×28."""

    def state_facts(self, run: FieldGrowthRun) -> dict[str, str]:
        facts: dict[str, str] = {}
        for network in run.networks:
            sizes = [field.size for field in network.fields]
            facts[f"{network.network} sizes"] = " → ".join(map(str, sizes))
            facts[f"{network.network} last"] = f"{sizes[-1]}×{sizes[-1]}"
            facts[f"{network.network} places"] = f"{network.fields[-1].map_size}×{network.fields[-1].map_size}"
        return facts


def _columns(fields: Sequence[Field], longest: Sequence[Field]) -> list[int]:
    """Say in which column each layer stands, so that layers of one kind stand below each other where they can."""
    columns: list[int] = []
    for field in fields:
        after = columns[-1] + 1 if columns else 0
        same = [place for place in range(after, len(longest)) if longest[place].class_name == field.class_name]
        if not same:
            return [*range(len(fields))]
        columns.append(same[0])
    return columns
