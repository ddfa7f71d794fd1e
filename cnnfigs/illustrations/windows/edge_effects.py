"""What the zeros of "same" padding do: they draw a line around images that have none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from cnnfigs.drawing.layout import Piece, column, either, flow, inset, row
from cnnfigs.drawing.pieces import Arrow, NumberGrid, Raster, panel
from cnnfigs.drawing.widths import TEXT
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.windows.places import place_on, square
from cnnfigs.parameters import Whole
from cnnfigs.runs.windows.edge_effects import EdgeEffect, edge_effect, small_cat
from cnnfigs.runs.windows.places import blank
from cnnfigs.words import written_number

#: Side of a cell with its number, in pixels.
CELL = 27


@dataclass(frozen=True)
class FlatEdge(Picture):
    """An image with no edge at all, and the edge that padding with zeros makes of it."""

    size: Annotated[int, Whole(3, 6), "side of the square image"] = 5

    def run(self) -> EdgeEffect:
        return edge_effect(blank(self.size))

    def draw(self, run: EdgeEffect) -> Piece:
        """Draw the padded image, the kernel, and the outputs without and with padding."""
        limit = float(np.abs(run.same).max())
        return flow(
            row(
                panel(
                    f"image {square(run.image)}",
                    place_on(run.image, CELL, added=(1, 1), numbers="all"),
                    "and a ring of zeros",
                    name="input",
                ),
                Arrow(length=22),
                panel(
                    f"kernel {square(run.kernel)}",
                    NumberGrid(run.kernel, CELL, write=written_number, signed=True, frame="kernel"),
                    name="kernel",
                ),
                gap=12,
            ),
            Arrow(),
            row(
                *(
                    panel(
                        f"“{name}” {square(output)}",
                        NumberGrid(output, CELL, signed=True, limit=limit, frame="output", size=TEXT),
                        name="output",
                    )
                    for name, output in (("valid", run.valid), ("same", run.same))
                )
            ),
        )

    def describe(self, run: EdgeEffect) -> Description:
        edge = run.same[0, len(run.same) // 2]
        return Description(
            "An image without any edge, and what a kernel that looks for edges answers: nothing without padding, a "
            "frame with zeros around.",
            [
                f"The cells of the {square(run.image)} image are all {run.image[0, 0]:g}; there is a ring of zeros "
                "around it.",
                f"The {square(run.kernel)} kernel has {run.kernel[1, 1]:g} in the middle and else "
                f"{run.kernel[0, 0]:g}, which sum to {run.kernel.sum():g}.",
                f"Without padding, the {square(run.valid)} output is {run.valid[0, 0]:g} everywhere.",
                f"With “same” padding, the {square(run.same)} output has a ring of numbers that are not zero: "
                f"{run.same[0, 0]:g} in the corners, {edge:g} along the edges.",
                f"Its first row is {_row(run.same[0])}, its second {_row(run.same[1])}, its last {_row(run.same[-1])}.",
            ],
            [
                Numbers("The image", run.image),
                Numbers("The kernel", run.kernel),
                Numbers("The output without padding", run.valid),
                Numbers("The output with “same” padding", run.same),
            ],
        )

    def state_facts(self, run: EdgeEffect) -> dict[str, str]:
        return {
            "inside": f"{run.valid[0, 0]:g}",
            "edge": f"{run.same[0, len(run.same) // 2]:g}",
            "corner": f"{run.same[0, 0]:g}",
            "kernel sum": f"{run.kernel.sum():g}",
        }


@dataclass(frozen=True)
class PhotoEdge(Picture):
    """A photo and its edges, without padding and with the line that padding with zeros draws around it."""

    size: Annotated[int, Whole(30, 120), "side in pixels to which the cat photo is reduced"] = 60

    def run(self) -> EdgeEffect:
        return edge_effect(small_cat(self.size))

    def draw(self, run: EdgeEffect) -> Piece:
        """Draw the photo and both outputs, all at the same scale."""
        side = 222.0
        cut = side / self.size
        limit = float(np.abs(run.valid).max())
        photo, valid, same = (
            panel(f"{text} {square(array)}", piece, sub, name=name)
            for text, array, name, sub, piece in (
                (
                    "photo",
                    run.image,
                    "input",
                    "grey, small",
                    Raster(np.repeat(run.image[..., np.newaxis], 3, axis=2), side, frame="input"),
                ),
                (
                    "“valid”",
                    run.valid,
                    "output",
                    "only its edges",
                    inset(Raster(run.valid, side - 2 * cut, limit=limit, signed=True, frame=None), cut, cut, cut, cut),
                ),
                (
                    "“same”",
                    run.same,
                    "output",
                    "and a frame",
                    Raster(run.same, side, limit=limit, signed=True, frame=None),
                ),
            )
        )
        return either(row(photo, valid, same), column(photo, row(valid, same, gap=12), align="middle"))

    def describe(self, run: EdgeEffect) -> Description:
        border, inside = run.strengths
        return Description(
            "A photo of a cat and its edges: without padding those of the cat, with zeros around also a frame that the "
            "photo does not have.",
            [
                f"First a cat's face in grey, {square(run.image)} pixels.",
                f"Then the answers of a kernel that finds edges, without padding, {square(run.valid)}: the outlines of "
                "eyes, nose and stripes.",
                f"Last the same with zeros around the photo, {square(run.same)}: the same lines, and a strong line "
                "along all four borders, where the photo has none.",
                f"The answers on the border are {border:.2f} in the mean, whatever their sign, and those inside "
                f"{inside:.2f}.",
                f"With their sign, the mean is {_row(run.sides, 2)} along the upper, lower, left and right border: "
                "positive, which is drawn in orange; negative answers are purple.",
            ],
        )

    def state_facts(self, run: EdgeEffect) -> dict[str, str]:
        border, inside = run.strengths
        repeated, also_inside = run.strengths_repeated
        return {
            "border": f"{border:.2f}",
            "inside": f"{inside:.2f}",
            "times": f"{border / inside:.0f}",
            "times repeated": f"{repeated / also_inside:.1f}",
        }


def _row(values: Iterable[float], decimals: int | None = None) -> str:
    """Write numbers one after the other, with so many decimals or as many as they need."""
    form = "g" if decimals is None else f".{decimals}f"
    return ", ".join(f"{value:{form}}" for value in values)
