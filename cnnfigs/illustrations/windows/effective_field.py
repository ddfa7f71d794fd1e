"""Where a unit can look, and where it does look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from cnnfigs.drawing.layout import Piece, column, flow, row
from cnnfigs.drawing.networks import network_look
from cnnfigs.drawing.pieces import Digit, Mark, Raster, Words, hundredths, panel
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.networks import network_words, trained_on
from cnnfigs.illustrations.windows.places import field_mark
from cnnfigs.parameters import TestImage, Whole
from cnnfigs.runs.activations import test_digit
from cnnfigs.runs.windows.receptive_fields import EffectiveField as Measured
from cnnfigs.runs.windows.receptive_fields import effective_field
from cnnfigs.words import as_percent, written

NETWORKS = ("convnet", "unpooled")
SIDE = 160


@dataclass(frozen=True)
class EffectiveFieldRun:
    """The fields of the pooled and the unpooled network, and a digit."""

    #: Shape (28, 28), values 0 to 1.
    image: NDArray[np.float32]
    #: What was measured of each network.
    networks: tuple[Measured, ...]


@dataclass(frozen=True)
class EffectiveField(Picture):
    """The last convolution's middle unit: what it can see of a digit, and where in it the gradient is."""

    index: TestImage = 4
    digits: Annotated[int, Whole(1, 1000), "over how many test digits the gradient is averaged"] = 50

    def run(self) -> EffectiveFieldRun:
        """Measure the gradient in both trained networks."""
        measured = tuple(effective_field(name, self.digits) for name in NETWORKS)
        return EffectiveFieldRun(test_digit(self.index)[..., 0], measured)

    def draw(self, run: EffectiveFieldRun) -> Piece:
        """Draw for each network the digit with the field, and the gradient with the middle of the field."""
        return flow(*(self._draw_network(run, each) for each in run.networks), gap=36, align="start")

    def _draw_network(self, run: EffectiveFieldRun, measured: Measured) -> Piece:
        look, field, side = network_look(measured.network), measured.field, measured.inner_side
        margin = (field.size - side) / 2
        middle = Mark(field.first[0] + margin, field.first[1] + margin, side, side, name="accent", line_width=1.5)
        seen = Digit(run.image, SIDE, frame="grid", marks=[field_mark(field)])
        looked_at = Raster(measured.gradient, SIDE, limit=1.0, marks=[field_mark(field), middle])
        pair = row(
            panel("what it can see", seen, _size(field.size)), panel("where it looks", looked_at, "gradient"), gap=12
        )
        words = (
            f"The middle {_size(side)}, {as_percent(area(measured))} of the frame’s area, has "
            f"{as_percent(measured.inner_share)} of the gradient."
        )
        return panel(look.name, column(pair, Words(words, "accent", most=2 * SIDE), gap=8), name=look.color)

    def describe(self, run: EffectiveFieldRun) -> Description:
        return Description(
            "For two networks, a digit with a frame around what the middle unit of the last convolution can see, and "
            "where it looks: mostly in the middle.",
            [
                f"Where it looks is the gradient, averaged over {run.networks[0].digits} digits: strong in the middle "
                "of the frame and fading towards its edge.",
                *(
                    f"{network_words(each.network).capitalize()}: the frame is {_size(each.field.size)} pixels; the "
                    f"{_size(each.inner_side)} pixels in its middle, {as_percent(area(each))} of its area, hold "
                    f"{as_percent(each.inner_share)} of the gradient."
                    for each in run.networks
                ),
            ],
            [
                *(
                    Numbers(f"The gradient in the frame, {network_words(each.network)}", _inside(each), hundredths)
                    for each in run.networks
                ),
                Numbers("The digit", run.image, hundredths),
            ],
        )

    def state_facts(self, run: EffectiveFieldRun) -> dict[str, str]:
        facts = {"digits": str(run.networks[0].digits), "trained": trained_on(*NETWORKS)}
        for each in run.networks:
            facts[f"{each.network} size"] = f"{each.field.size}×{each.field.size}"
            facts[f"{each.network} inner"] = written((each.inner_side, each.inner_side))
            facts[f"{each.network} area"] = as_percent(area(each))
            facts[f"{each.network} share"] = as_percent(each.inner_share)
        return facts


def area(measured: Measured) -> float:
    """Return the share of the field's area that the square in its middle covers."""
    return (measured.inner_side / measured.field.size) ** 2


def _inside(measured: Measured) -> NDArray[np.float64]:
    row, column = measured.field.first
    return measured.gradient[row : row + measured.field.size, column : column + measured.field.size]


def _size(side: int) -> str:
    return f"{side}×{side}"
