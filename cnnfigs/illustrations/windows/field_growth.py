"""The receptive field, growing from layer to layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from cnnfigs.drawing.layout import Piece, column, either, grid, row
from cnnfigs.drawing.networks import network_look
from cnnfigs.drawing.pieces import Digit, hundredths, panel, space
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers, Part
from cnnfigs.illustrations.networks import PLAIN_NAMES, network_words
from cnnfigs.illustrations.windows.places import field_mark
from cnnfigs.parameters import Choice, Several, TestImage
from cnnfigs.runs.activations import test_digit
from cnnfigs.runs.windows.receptive_fields import Field, Fields, fields_of
from cnnfigs.words import written

#: Networks with maps whose windows are known.
NETWORKS = ("convnet", "unpooled", "convnet_global_max")
#: Side of a digit in the column and on a phone, in pixels.
SIDE, ON_PHONE = 120, 96


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

    def draw(self, run: FieldGrowthRun) -> Piece:
        """Draw for each network the digit with the field of each layer, layers of one kind below each other."""
        longest = max((network.fields for network in run.networks), key=len)
        rows = []
        for network in run.networks:
            look = network_look(network.network)
            wide: list[Piece] = [space(SIDE) for _ in longest]
            for place, field in zip(_columns(network.fields, longest), network.fields, strict=True):
                wide[place] = _seen(run.image, field, SIDE)
            narrow = grid([_seen(run.image, field, ON_PHONE) for field in network.fields], gap=16)
            rows.append(panel(look.name, either(row(*wide), narrow), name=look.color))
        return column(*rows, gap=28)

    def describe(self, run: FieldGrowthRun) -> Description:
        return Description(
            "A digit again and again, with an orange frame around what the middle unit of a layer can see: the frames "
            "grow from layer to layer.",
            [
                *(
                    Part(
                        network_words(network.network),
                        tuple(map(_in_words, network.fields)),
                    )
                    for network in run.networks
                ),
                f"The whole digit is {written(run.image.shape)}.",
            ],
            [
                *(
                    Numbers(
                        f"Pixels in a row that one unit can see, {network_words(network.network)}",
                        [[field.size for field in network.fields]],
                        rows=["pixels"],
                        columns=[PLAIN_NAMES[field.class_name] for field in network.fields],
                    )
                    for network in run.networks
                ),
                Numbers("The digit", run.image, hundredths),
            ],
        )

    def state_facts(self, run: FieldGrowthRun) -> dict[str, str]:
        facts: dict[str, str] = {}
        for network in run.networks:
            sizes = [field.size for field in network.fields]
            facts[f"{network.network} sizes"] = " → ".join(map(str, sizes))
            facts[f"{network.network} last"] = f"{sizes[-1]}×{sizes[-1]}"
            facts[f"{network.network} places"] = f"{network.fields[-1].map_size}×{network.fields[-1].map_size}"
        return facts


def _size(field: Field) -> str:
    return f"{field.size}×{field.size}"


def _in_words(field: Field) -> str:
    first, last = field.first[0], field.first[0] + field.size - 1
    return f"After {PLAIN_NAMES[field.class_name]}: {_size(field)}, rows and columns {first} to {last}."


def _seen(image: NDArray[np.float32], field: Field, side: float) -> Piece:
    """Draw what a unit sees of the digit."""
    digit = Digit(image, side, frame="grid", marks=[field_mark(field)])
    return panel(f"sees {_size(field)}", digit, PLAIN_NAMES[field.class_name], name="kernel")


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
