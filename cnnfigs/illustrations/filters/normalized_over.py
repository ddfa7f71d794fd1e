"""Batch normalisation beside layer normalisation: which numbers each takes its mean and spread from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes

from cnnfigs.drawing.layout import Piece, column, either, row
from cnnfigs.drawing.pieces import Drawing, Words, panel, swatch
from cnnfigs.drawing.shapes import box
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Part
from cnnfigs.parameters import Whole
from cnnfigs.runs.filters.normalized_over import NormalizedOver, Reading, normalized_over
from cnnfigs.words import counted, listed

#: Side of a cell, in pixels.
CELL = 15


@dataclass(frozen=True)
class NormalizedOverWhat(Picture):
    """What one number depends on after batch normalisation, in training and in use, and after layer normalisation."""

    images: Annotated[int, Whole(2, 4), "how many images the batch has"] = 3
    places: Annotated[int, Whole(2, 6), "how many places each has"] = 5
    channels: Annotated[int, Whole(2, 5), "how many channels"] = 4

    def run(self) -> NormalizedOver:
        return normalized_over(self.images, self.places, self.channels)

    def draw(self, run: NormalizedOver) -> Piece:
        """Draw the images of a batch for each layer, the number, and what it depends on."""
        key = column(
            Words("in each image, a row is a place and a column a channel", "muted"),
            swatch("output", "the number that is looked at"),
            swatch("kernel", "what goes into its mean and spread", fill="kernel-fill"),
            gap=6,
        )
        batches = [
            panel(
                reading.name,
                row(*(self._image(reading, image, run.chosen) for image in range(self.images)), gap=10),
            )
            for reading in run.readings
        ]
        return column(either(row(*batches, gap=26), column(*batches, gap=26)), key, gap=16)

    def _image(self, reading: Reading, image: int, chosen: tuple[int, int, int]) -> Piece:
        def paint(axes: Axes, x: float, y: float, scale: float) -> None:
            for place, channel in np.ndindex(self.places, self.channels):
                left, top = x + channel * CELL, y + place * CELL
                box(axes, left, top, CELL, CELL, edge="grid", fill="background", line_width=0.75)
            for place, channel in np.ndindex(self.places, self.channels):
                is_chosen = (image, place, channel) == chosen
                if is_chosen or reading.reads[image, place, channel]:
                    name = "output" if is_chosen else "kernel"
                    left, top = x + channel * CELL, y + place * CELL
                    box(axes, left, top, CELL, CELL, edge=name, fill=name if is_chosen else f"{name}-fill")

        return column(
            Drawing(self.channels * CELL, self.places * CELL, paint),
            Words(f"image {image}", "muted", align="middle"),
            gap=4,
            align="middle",
        )

    def describe(self, run: NormalizedOver) -> Description:
        image, place, channel = run.chosen
        return Description(
            "After batch normalisation a number depends in training on all images of the batch, after layer "
            "normalisation on its own image alone.",
            [
                f"A batch of {self.images} images with {self.places} places and {self.channels} channels: in each "
                "image a row is a place and a column a channel.",
                f"A number was chosen, drawn in green: image {image}, place {place}, channel {channel}.",
                *(Part(reading.name.capitalize(), (f"It depends on {_told(reading)}.",)) for reading in run.readings),
            ],
        )

    def state_facts(self, run: NormalizedOver) -> dict[str, str]:
        return {
            "images": str(self.images),
            "places": str(self.places),
            "channels": str(self.channels),
            **{reading.name: str(int(reading.reads.sum())) for reading in run.readings},
        }


def _told(reading: Reading) -> str:
    images, places, channels = (
        int(reading.reads.any(axis=tuple(other for other in range(3) if other != axis)).sum()) for axis in range(3)
    )
    numbers = int(reading.reads.sum())
    if numbers == 1:
        return "itself alone"
    parts = (counted(images, "image"), counted(places, "place"), counted(channels, "channel"))
    way = "a column from top to bottom" if channels == 1 else "a row from left to right" if places == 1 else "a block"
    which = listed(np.flatnonzero(reading.reads.any(axis=(1, 2))))
    where = f"{way} in {'each of the images' if images > 1 else 'image'} {which}"
    return f"{numbers} numbers: {', '.join(parts)}. They are drawn in orange, {where}"
