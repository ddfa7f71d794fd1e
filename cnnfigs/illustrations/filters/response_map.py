"""Feature maps: what one filter answers to a digit, what all of them answer, and what a channel is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.drawing.shapes import (
    arrow,
    box,
    digit,
    label,
    number_grid,
    raster,
    raster_sheet,
    stepped,
    tinted,
    window,
)
from cnnfigs.drawing.style import SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import trained_on
from cnnfigs.parameters import TestImage, Whole
from cnnfigs.runs.filters.response_map import (
    ChannelStacks,
    FirstMaps,
    StrongestResponse,
    channel_stacks,
    first_maps,
    strongest_response,
)
from cnnfigs.words import counted, written, written_number


@dataclass(frozen=True)
class ResponseMap(Picture):
    """A digit, one filter of the trained convnet's first layer, and the feature map that it makes of the digit."""

    filter: Annotated[int, Whole(0, 31), "which filter"] = 31
    index: TestImage = 4

    def run(self) -> StrongestResponse:
        return strongest_response(self.index, self.filter)

    def draw(self, run: StrongestResponse) -> Figure:
        """Draw digit, filter and map, with the window where the filter answers most strongly."""
        figure, axes = canvas(480, 240)
        pixel, top, below = 4.5, 28, 190
        size, places = run.image.shape[0], run.response_map.shape[0]
        left, middle, right = 4, 168, 348
        label(axes, left + size * pixel / 2, 12, "input", name="input", bold=True)
        digit(axes, run.image[..., 0], left, top, size * pixel)
        label(axes, left + size * pixel / 2, below, written(run.image.shape), size=SMALL, name="muted")

        cell, start = 46, top
        label(axes, middle + 1.5 * cell, 12, f"filter {self.filter}", name="kernel", bold=True)
        number_grid(axes, run.kernel, middle, start, cell, write=_hundredths, signed=True)
        box(axes, middle, start, 3 * cell, 3 * cell, edge="kernel", line_width=2)
        label(
            axes,
            middle + 1.5 * cell,
            below,
            f"bias {written_number(run.bias, 3)}, then ReLU",
            size=SMALL,
            name="kernel",
        )

        label(axes, right + places * pixel / 2, 12, "feature map", name="output", bold=True)
        raster(axes, run.response_map, right, top + 4, places * pixel, frame="output")
        label(axes, right + places * pixel / 2, below, written(run.response_map.shape), size=SMALL, name="muted")
        label(axes, right + places * pixel / 2, below + 18, f"maps[:, :, {self.filter}]", size=SMALL, bold=True)

        x, y = left + run.column * pixel, top + run.row * pixel
        window(axes, x, y, 3 * pixel)
        place = f"{written_number(run.strongest, 2)} at row {run.row}, column {run.column}"
        label(axes, 476, below + 36, f"strongest: {place}", size=SMALL, align="right")
        window(axes, right + run.column * pixel, top + 4 + run.row * pixel, pixel, name="output")
        arrow(axes, (left + size * pixel + 8, top + 68), (middle - 10, top + 68))
        arrow(axes, (middle + 3 * cell + 10, top + 68), (right - 8, top + 68))
        return figure

    def describe(self, run: StrongestResponse) -> str:
        rows = "; ".join(", ".join(f"{weight:.2f}" for weight in row) for row in run.kernel)
        return f"""Left, a handwritten digit of {written(run.image.shape)} numbers. In the middle filter {self.filter}
            of {run.filters}, with the rows {rows} and the bias {run.bias:.3f}. Right, the feature map that it makes,
            {written(run.response_map.shape)}: mostly weak, and strong along those parts of the strokes that fit the
            filter. {run.zeros} of its {run.response_map.size} values are exactly zero; the largest,
            {run.strongest:.2f}, stands in row {run.row}, column {run.column}, where a window of 3×3 pixels is drawn
            on the digit."""

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

    def draw(self, run: FirstMaps) -> Figure:
        """Draw the maps, eight to a row, all in the same scale of colours."""
        side, gap, columns = 52, 8, 8
        count = run.maps.shape[-1]
        figure, axes = canvas(columns * (side + gap) + 8, -(-count // columns) * (side + 24) + 4)
        largest = float(run.maps.max())
        steps = stepped(run.maps / largest, 32)
        corners = []
        for number in range(count):
            row, column = divmod(number, columns)
            corners.append((7 + column * (side + gap), row * (side + 24) + 21))
            label(axes, corners[-1][0] + side / 2, corners[-1][1] - 10, str(number), size=SMALL, name="muted")
        raster_sheet(axes, list(np.moveaxis(steps, -1, 0)), corners, 2, limit=1, frame="output")
        return figure

    def describe(self, run: FirstMaps) -> str:
        height, width, count = run.maps.shape
        largest = run.maps.max(axis=(0, 1))
        background = np.sum(run.maps[0, 0] > 0)
        return f"""{count} feature maps of {height}×{width} values, numbered 0 to {count - 1}, made by the first layer
            from the same digit. In each the digit can be seen, but other strokes stand out: upright ones, slanted
            ones, level ones, their upper or their lower edges. The largest value is that of map {largest.argmax()},
            {largest.max():.2f}; the weakest map, {largest.argmin()}, reaches {largest.min():.2f}. In {background} of
            them the empty paper is not zero."""

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

    def draw(self, run: ChannelStacks) -> Figure:
        """Draw three arrays as stacks of sheets, a sheet for each channel."""
        figure, axes = canvas(480, 226)
        side, ground = 84, 164
        stacks = (
            (12, 0, "a grey image", run.grey, "input"),
            (138, 22, "a colour image", run.colour, "input"),
            (302, 2.5, "a layer’s output", run.maps, "output"),
        )
        for left, offset, name, values, frame in stacks:
            count = values.shape[-1]
            for sheet in reversed(range(count)):
                x, y = left + sheet * offset, ground - side - sheet * offset
                self._draw_sheet(axes, run, values, sheet, x, y, side, frame)
            middle = left + side / 2
            label(axes, middle, ground + 18, name, bold=True, name=frame)
            label(axes, middle, ground + 36, written(values.shape), size=SMALL)
            label(axes, middle, ground + 52, counted(count, "channel"), size=SMALL, name="muted")
        for sheet, colour in enumerate(("R", "G", "B")):
            label(axes, 138 + side + sheet * 22 + 9, ground - 8 - sheet * 22, colour, size=SMALL, bold=True)
        return figure

    def describe(self, run: ChannelStacks) -> str:
        return f"""Three arrays drawn as stacks of sheets, a sheet for each channel. A grey digit,
            {written(run.grey.shape)}: one sheet. A photo of a cat's face, {written(run.colour.shape)}: three sheets,
            for red, green and blue. The output of the first layer for the digit, {written(run.maps.shape)}:
            {run.maps.shape[-1]} sheets, one for each filter."""

    def state_facts(self, run: ChannelStacks) -> dict[str, str]:
        arrays = {"grey": run.grey, "colour": run.colour, "maps": run.maps}
        return {f"{name} shape": written(values.shape) for name, values in arrays.items()} | {
            f"{name} channels": str(values.shape[-1]) for name, values in arrays.items()
        }

    def _draw_sheet(
        self,
        axes: Axes,
        run: ChannelStacks,
        values: NDArray[np.float32],
        sheet: int,
        x: float,
        y: float,
        side: float,
        frame: str,
    ) -> None:
        """Draw one sheet: ink on paper, the light of one colour, or a map; of many maps only the first can be seen."""
        if values is run.grey:
            digit(axes, values[..., sheet], x, y, side, frame=frame)
        elif values is run.colour:
            raster(axes, tinted(stepped(values[..., sheet], 32), sheet), x, y, side, frame=frame)
        elif sheet:
            box(axes, x, y, side, side, edge=frame, fill="output-fill", line_width=0.75)
        else:
            raster(axes, values[..., sheet], x, y, side, frame=frame)


def _hundredths(value: float) -> str:
    return written_number(value, 2)
