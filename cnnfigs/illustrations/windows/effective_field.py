"""Where a unit can look, and where it does look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.drawing.shapes import digit, label, raster
from cnnfigs.drawing.style import NORMAL, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import trained_on
from cnnfigs.illustrations.windows.places import draw_field
from cnnfigs.parameters import TestImage, Whole
from cnnfigs.runs.activations import test_digit
from cnnfigs.runs.windows.receptive_fields import EffectiveField as Measured
from cnnfigs.runs.windows.receptive_fields import effective_field
from cnnfigs.words import as_percent, written

NETWORKS = ("convnet", "unpooled")
SIDE = 168


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

    def draw(self, run: EffectiveFieldRun) -> Figure:
        """Draw a row for each network: the digit with the field, and the gradient."""
        row_height = SIDE + 34
        figure, axes = canvas(560, row_height * len(run.networks) + 26)
        pixel = SIDE / len(run.image)
        for row, measured in enumerate(run.networks):
            top = row * row_height + 8
            size = measured.field.size
            label(axes, 4, top + 60, measured.network, align="left", bold=True)
            label(axes, 4, top + 82, f"can see {size}×{size}", align="left", size=NORMAL, name="kernel")
            inner = written((measured.inner_side, measured.inner_side))
            label(axes, 4, top + 104, f"its middle {inner},", align="left", size=SMALL, name="muted")
            label(
                axes, 4, top + 120, f"{as_percent(area(measured))} of the area,", align="left", size=SMALL, name="muted"
            )
            label(axes, 4, top + 136, f"has {as_percent(measured.inner_share)}", align="left", size=SMALL, name="muted")
            label(axes, 4, top + 152, "of the gradient", align="left", size=SMALL, name="muted")
            for column in range(2):
                left = 162 + column * (SIDE + 30)
                if column == 0:
                    digit(axes, run.image, left, top, SIDE, frame="grid")
                else:
                    raster(axes, measured.gradient, left, top, SIDE, limit=1.0)
                draw_field(axes, measured.field, left, top, pixel)
        below = row_height * len(run.networks) + 4
        label(axes, 162 + SIDE / 2, below, "what it can see")
        label(axes, 192 + 1.5 * SIDE, below, "where it looks")
        return figure

    def describe(self, run: EffectiveFieldRun) -> str:
        fields = " ".join(
            f"In {each.network} the frame is {each.field.size}×{each.field.size} pixels; the "
            f"{each.inner_side}×{each.inner_side} pixels in its middle, {as_percent(area(each))} of its area, hold "
            f"{as_percent(each.inner_share)} of the gradient."
            for each in run.networks
        )
        return f"""A row for each of two networks. Left, a digit with an orange frame around what the middle unit of the
            last convolution can see. Right, in the same frame, the gradient averaged over {run.networks[0].digits}
            digits: strong in the middle of the frame and fading towards its edge. {fields}"""

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
