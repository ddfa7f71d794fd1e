"""Feature maps: what one filter answers to a digit, what all of them answer, and what a channel is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cnnfigs.drawing.layout import Piece, flow, grid
from cnnfigs.drawing.pieces import Arrow, Digit, Mark, NumberGrid, Raster, Sheets, hundredths, panel
from cnnfigs.drawing.shapes import box, digit, label, raster, stepped, tinted
from cnnfigs.drawing.widths import TEXT
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.networks import trained_on
from cnnfigs.looks import strong_places
from cnnfigs.parameters import TestImage, Whole
from cnnfigs.runs.filters.response_map import (
    ChannelStacks,
    FirstMaps,
    StrongestResponse,
    channel_stacks,
    first_maps,
    strongest_response,
)
from cnnfigs.words import counted, listed, written, written_number


@dataclass(frozen=True)
class ResponseMap(Picture):
    """A digit, one filter of the trained convnet's first layer, and the feature map that it makes of the digit."""

    filter: Annotated[int, Whole(0, 31), "which filter"] = 31
    index: TestImage = 4

    def run(self) -> StrongestResponse:
        return strongest_response(self.index, self.filter)

    def draw(self, run: StrongestResponse) -> Piece:
        """Draw digit, filter and map, with the window where the filter answers most strongly."""
        size = len(run.kernel)
        return flow(
            panel(
                "input",
                Digit(run.image[..., 0], 168, marks=[Mark(run.row, run.column, size, size)]),
                written(run.image.shape),
                name="input",
            ),
            Arrow(),
            panel(
                f"filter {self.filter}",
                NumberGrid(run.kernel, 48, write=hundredths, signed=True, frame="kernel"),
                f"bias {written_number(run.bias, 3)}, then ReLU",
                name="kernel",
            ),
            Arrow(),
            panel(
                "feature map",
                Raster(run.response_map, 168, frame="output", marks=[Mark(run.row, run.column, name="output")]),
                f"{written(run.response_map.shape)}: maps[:, :, {self.filter}]",
                note=f"strongest: {written_number(run.strongest, 2)} at row {run.row}, column {run.column}",
                name="output",
            ),
        )

    def describe(self, run: StrongestResponse) -> Description:
        return Description(
            f"A digit, filter {self.filter} of the first layer, and the feature map that it makes of the digit: "
            "strong along the strokes that fit the filter.",
            [
                f"First a handwritten digit of {written(run.image.shape)} numbers.",
                f"Then filter {self.filter} of {run.filters}, with the bias {run.bias:.3f}.",
                f"Last the feature map, {written(run.response_map.shape)}: {run.zeros} of its "
                f"{run.response_map.size} values are exactly zero.",
                f"The largest, {run.strongest:.2f}, stands in row {run.row}, column {run.column}, where a window of "
                f"{written(run.kernel.shape)} pixels is drawn on the digit.",
                f"Where the map is strong: {strong_places(run.response_map)}.",
            ],
            [
                Numbers("The filter", run.kernel, hundredths),
                Numbers("The feature map", run.response_map, hundredths),
                Numbers("The digit", run.image[..., 0], hundredths),
            ],
        )

    def state_facts(self, run: StrongestResponse) -> dict[str, str]:
        return {
            "n": str(self.filter),
            "trained": trained_on("convnet"),
            "filters": str(run.filters),
            "image shape": written(run.image.shape),
            "map shape": written(run.response_map.shape),
            "places": f"{run.response_map.size:,}",
            "zeros": f"{run.zeros:,}",
            "strongest": written_number(run.strongest, 2),
            "row": str(run.row),
            "column": str(run.column),
            "last row of the window": str(run.row + run.kernel.shape[0] - 1),
            "last column of the window": str(run.column + run.kernel.shape[1] - 1),
        }


@dataclass(frozen=True)
class AllMaps(Picture):
    """All feature maps that the trained convnet's first layer makes of a digit, with their numbers."""

    index: TestImage = 4

    def run(self) -> FirstMaps:
        return first_maps(self.index)

    def draw(self, run: FirstMaps) -> Piece:
        """Draw the maps, all in the same scale of colours."""
        steps = stepped(run.maps / float(run.maps.max()), 32)
        maps = np.moveaxis(steps, -1, 0)
        return grid(
            [
                panel("", Raster(each, 72, limit=1, frame="output"), str(number), align="middle")
                for number, each in enumerate(maps)
            ],
            columns=8,
            gap=10,
        )

    def describe(self, run: FirstMaps) -> Description:
        height, width, count = run.maps.shape
        largest = run.maps.max(axis=(0, 1))
        background = np.flatnonzero(run.maps[0, 0] > 0)
        return Description(
            f"{count} feature maps that the first layer makes of one digit: in each other strokes stand out.",
            [
                f"Each has {height}×{width} values; they are numbered 0 to {count - 1}.",
                "In each the digit can be seen, but other strokes stand out: upright ones, slanted ones, level ones, "
                "their upper or their lower edges.",
                f"The largest value is that of map {largest.argmax()}, {largest.max():.2f}; the weakest map, "
                f"{largest.argmin()}, reaches {largest.min():.2f}.",
                f"In {background.size} of them the empty paper is not zero: {listed(background)}.",
            ],
            [
                Numbers("The largest value of each map", largest, hundredths),
                Numbers("The value of each map on empty paper", run.maps[0, 0], hundredths),
            ],
        )

    def state_facts(self, run: FirstMaps) -> dict[str, str]:
        largest = run.maps.max(axis=(0, 1))
        return {
            "count": str(run.maps.shape[-1]),
            "shape": written(run.maps.shape),
            "strongest": str(largest.argmax()),
            "strongest value": written_number(float(largest.max()), 2),
            "not zero on paper": str(np.sum(run.maps[0, 0] > 0)),
        }


@dataclass(frozen=True)
class Channels(Picture):
    """What a channel is: one in a grey image, three in a colour image, one for each filter in a layer’s output."""

    index: TestImage = 4

    def run(self) -> ChannelStacks:
        return channel_stacks(self.index)

    def draw(self, run: ChannelStacks) -> Piece:
        """Draw three arrays as stacks of sheets, a sheet for each channel."""
        stacks = (
            ("a grey image", run.grey, 0, "input"),
            ("a colour image", run.colour, 24, "input"),
            ("a layer’s output", run.maps, 2.5, "output"),
        )
        return flow(
            *(
                panel(
                    name,
                    Sheets(values, 92, offset, show=partial(self._draw_sheet, run, values, frame)),
                    f"{written(values.shape)}: {counted(values.shape[-1], 'channel')}",
                    name=frame,
                )
                for name, values, offset, frame in stacks
            ),
            gap=32,
            align="end",
            below="start",
        )

    def describe(self, run: ChannelStacks) -> Description:
        return Description(
            "Three arrays as stacks of sheets, a sheet for each channel: a grey digit, a photo, and a layer’s output.",
            [
                f"A grey digit, {written(run.grey.shape)}: one sheet.",
                f"A photo of a cat's face, {written(run.colour.shape)}: three sheets, for red, green and blue.",
                f"The output of the first layer for the digit, {written(run.maps.shape)}: {run.maps.shape[-1]} "
                "sheets, one for each filter.",
            ],
        )

    def state_facts(self, run: ChannelStacks) -> dict[str, str]:
        arrays = {"grey": run.grey, "colour": run.colour, "maps": run.maps}
        return {f"{name} shape": written(values.shape) for name, values in arrays.items()} | {
            f"{name} channels": str(values.shape[-1]) for name, values in arrays.items()
        }

    def _draw_sheet(
        self,
        run: ChannelStacks,
        values: NDArray[np.float32],
        frame: str,
        axes: Axes,
        sheet: int,
        x: float,
        y: float,
        side: float,
    ) -> None:
        """Draw one sheet: ink on paper, the light of one colour, or a map; of many maps only the first can be seen."""
        if values is run.grey:
            digit(axes, values[..., sheet], x, y, side, frame=frame)
        elif values is run.colour:
            shades = tinted(stepped(values[..., sheet], 32), sheet)
            raster(axes, shades, x, y, side, frame=frame)
            # The pixel below the middle of the letter.
            ground = tuple(shades[int(11 / side * len(shades)), int((side - 10) / side * len(shades))])
            label(axes, x + side - 10, y + 11, "RGB"[sheet], size=TEXT, bold=True, ground=ground)
        elif sheet:
            box(axes, x, y, side, side, edge=frame, fill="output-fill", line_width=0.75)
        else:
            raster(axes, values[..., sheet], x, y, side, frame=frame)
