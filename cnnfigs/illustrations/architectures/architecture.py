"""A network drawn from the network: its feature maps to scale, with a real image's activations inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.arithmetic import Layer
from cnnfigs.drawing.shapes import bars, digit, label, map_stack, raster
from cnnfigs.drawing.style import SMALL, canvas
from cnnfigs.drawing.widths import WIDTH
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import Network, plain_name
from cnnfigs.parameters import Maybe, Such, TestImage, Whole
from cnnfigs.runs.activations import Activations, activations, test_digit
from cnnfigs.words import written

#: Sheets of a stack stand apart by this much, in pixels.
OFFSET = 5
#: Room between two layers, in pixels, and the least room that a layer's text needs.
GAP, TEXT_WIDTH = 14, 74
#: A name of more letters than this needs so much for each.
MOST_LETTERS, LETTER = 14, 7
BARS_WIDTH, MOST_BARS = 74, 10


def _is_image(value: object) -> bool:
    return isinstance(value, np.ndarray) and value.ndim == 3 and value.shape[-1] in (1, 3)


@dataclass(frozen=True)
class Architecture(Picture):
    """A network's layers as stacks of feature maps, to scale, with what they make of one digit.

    `network` may be a functional or Sequential Keras model without branches and without models inside.
    """

    network: Network = "convnet"
    index: TestImage = 4
    maps_per_sheet: Annotated[int, Whole(1), "how many feature maps one drawn sheet stands for"] = 8
    image: Annotated[
        Any,
        Maybe(Such(_is_image, "an array of shape (height, width, 1 or 3)")),
        "what the network reads instead of the test image, in the shape of its input",
    ] = None

    def run(self) -> Activations:
        return activations(self.network, test_digit(self.index) if self.image is None else self.image)

    def draw(self, run: Activations) -> Figure:
        """Draw layer after layer from left to right, in as many rows as are needed."""
        scale = min(78 / run.image.shape[0], 0.75 * WIDTH / run.image.shape[1])
        rows: list[list[tuple[Layer, float]]] = [[]]
        for layer in run.layers:
            width = self._width(layer, scale)
            if rows[-1] and sum(each + GAP for _, each in rows[-1]) + width > WIDTH:
                rows.append([])
            rows[-1].append((layer, width))
        row_height = 200
        figure, axes = canvas(WIDTH, row_height * len(rows))
        for number, row in enumerate(rows):
            # What is left over is shared out between the layers.
            gap = min(40, (WIDTH - sum(width for _, width in row)) / len(row))
            left = gap / 2
            for layer, width in row:
                self._draw_layer(axes, run, layer, left, (number + 1) * row_height, width, scale)
                left += width + gap
        return figure

    def describe(self, run: Activations) -> str:
        names = [f"{plain_name(layer)}, {written(layer.output_shape)}" for layer in run.layers]
        answer = run.outputs[run.layers[-1].name]
        shown = "a handwritten digit" if self.image is None else "what the network reads"
        digits = """: in the first maps its strokes can still be seen, in the later and smaller ones only a few strong
            cells are left"""
        end = f" The last layer's longest bar is that of {answer.argmax()}." if _has_bars(answer) else ""
        return f"""The network {run.network}, drawn from left to right as stacks of feature maps, to scale: first the
            {names[0]}, {shown}; then {"; ".join(names[1:])}. Inside each map is what this layer makes of
            {"the digit" + digits if self.image is None else "it"}.{end}"""

    def state_facts(self, run: Activations) -> dict[str, str]:
        spatial = [layer.output_shape for layer in run.layers if len(layer.output_shape) == 3]
        heights = [shape[0] for shape in spatial]
        channels = list(dict.fromkeys(shape[2] for shape in spatial))
        return {f"{layer.name} height": str(layer.output_shape[0]) for layer in run.layers} | {
            "heights": " → ".join(map(str, heights)),
            "channels": " → ".join(map(str, channels)),
            "layers": str(len(run.layers) - 1),
        }

    def _sheets(self, layer: Layer) -> int:
        return 1 if layer.class_name == "InputLayer" else -(-layer.output_shape[-1] // self.maps_per_sheet)

    def _width(self, layer: Layer, scale: float) -> float:
        if len(layer.output_shape) == 3:
            stack = layer.output_shape[1] * scale + OFFSET * (self._sheets(layer) - 1)
        else:
            stack = BARS_WIDTH if layer.output_shape[-1] <= MOST_BARS else 12
        name = len(plain_name(layer))
        return max(stack, TEXT_WIDTH, LETTER * name if name > MOST_LETTERS else 0)

    def _draw_layer(
        self, axes: Axes, run: Activations, layer: Layer, left: float, bottom: float, width: float, scale: float
    ) -> None:
        """Draw one layer on the ground of its row, with its name and shape below."""
        ground = bottom - 56
        output = run.image if layer.class_name == "InputLayer" else run.outputs[layer.name]
        middle = left + width / 2
        if output.ndim == 3:
            height, side = output.shape[0] * scale, output.shape[1] * scale
            sheets = self._sheets(layer)
            start = middle - (side + OFFSET * (sheets - 1)) / 2
            if layer.class_name == "InputLayer" and output.shape[-1] == 1:
                digit(axes, _as_shades(output)[..., 0], start, ground - height, side)
            elif layer.class_name == "InputLayer":
                raster(axes, _as_shades(output), start, ground - height, side, frame="input")
            else:
                # The most telling map is often a mere copy of the digit: it goes to the back.
                shown = run.order[layer.name][:sheets][::-1]
                map_stack(axes, output[..., shown], start, ground - height, side, OFFSET)
        elif _has_bars(output):
            bars(axes, output, middle - 14, ground - 130, 40, 13, [str(answer) for answer in range(output.size)])
        else:
            raster(axes, column(output.ravel(), 130)[:, np.newaxis], middle - 6, ground - 130, 12, 130)
        kernel = "×".join(map(str, layer.kernel_size or ()))
        label(axes, middle, ground + 16, plain_name(layer), size=SMALL, bold=True)
        if kernel:
            label(axes, middle, ground + 31, kernel, size=SMALL, name="kernel")
        label(axes, middle, ground + 45, written(layer.output_shape), size=SMALL, name="muted")


def _has_bars(output: NDArray[np.float32]) -> bool:
    """Whether an output is a few shares."""
    return output.ndim == 1 and output.size <= MOST_BARS and output.min() >= 0 and output.max() <= 1


def _as_shades(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring an image that leaves the range from 0 to 1, as some networks read it, back into it."""
    low, high = min(float(image.min()), 0.0), max(float(image.max()), 1.0)
    shades: NDArray[np.float32] = (image - low) / (high - low)
    return shades


def column(values: NDArray[np.float32], pixels: int) -> NDArray[np.float32]:
    """Shorten a long row of numbers to at most so many: the largest of each few, so that none is lost.

    Examples
    --------
    >>> column(np.arange(10, dtype=np.float32), 4).tolist()
    [2.0, 5.0, 8.0, 9.0]
    """
    few = -(-values.size // pixels)
    padded = np.pad(values, (0, -values.size % few), constant_values=values.min())
    shortened: NDArray[np.float32] = padded.reshape(-1, few).max(axis=1)
    return shortened
