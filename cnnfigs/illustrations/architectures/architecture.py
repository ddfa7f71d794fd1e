"""A network drawn from the network: its feature maps to scale, with a real image's activations inside."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic import Layer
from cnnfigs.drawing.layout import Piece, grid
from cnnfigs.drawing.pieces import Bars, Digit, Pipeline, Raster, Stage, strip
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers, Part
from cnnfigs.illustrations.networks import Network, network_words, plain_name
from cnnfigs.parameters import Maybe, Such, TestImage, Whole
from cnnfigs.runs.activations import Activations, activations, test_digit
from cnnfigs.words import percent, written

#: The most that a layer takes, in pixels, and how much its maps stand apart.
HIGH, WIDE, APART = 110, 206, 4
#: The least side of a map that can be seen, and the length of a row of numbers.
LEAST, LENGTH = 4, 130
#: More numbers than these are no bars.
MOST_BARS = 10


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

    def draw(self, run: Activations) -> Piece:
        """Draw layer after layer, all maps in one scale."""
        height, width = run.image.shape[:2]
        grids = [(self._columns(each), each.shape[1]) for each in run.outputs.values() if each.ndim == 3]
        rooms = [(WIDE - APART * (columns - 1)) / (columns * side) for columns, side in grids]
        scale = min(HIGH / height, WIDE / width, *rooms)
        return Pipeline([self._stage(run, layer, scale) for layer in run.layers])

    def describe(self, run: Activations) -> Description:
        answer = run.outputs[run.layers[-1].name]
        bars = _has_bars(answer)
        own = self.image is not None
        network = network_words(self.network) if isinstance(self.network, str) else "network"
        shown = "what the network reads" if own else "a handwritten digit"
        layers = [_told(layer) for layer in run.layers]
        return Description(
            f"The layers of the {network}, one after the other and to scale, with what each makes of "
            f"{'its input' if own else 'a digit'}.",
            [
                f"The network {network_words(run.network)} has {len(layers) - 1} layers.",
                f"It begins with the {layers[0]}, {shown}.",
                Part("Its layers, in order", tuple(f"{each}." for each in layers[1:])),
                f"Each layer's maps stand beside each other, one for each {self.maps_per_sheet} that it has.",
                *(
                    []
                    if own
                    else [
                        "In the first maps the strokes of the digit can still be seen, in the later and smaller ones "
                        "only a few strong cells are left."
                    ]
                ),
                *([f"The last layer's longest bar is that of {answer.argmax()}."] if bars else []),
            ],
            [Numbers("The bars of the last layer", answer, percent, rows=["share"])] if bars else [],
        )

    def state_facts(self, run: Activations) -> dict[str, str]:
        spatial = [layer.output_shape for layer in run.layers if len(layer.output_shape) == 3]
        heights = [shape[0] for shape in spatial]
        channels = list(dict.fromkeys(shape[2] for shape in spatial))
        return {f"{layer.name} height": str(layer.output_shape[0]) for layer in run.layers} | {
            "heights": " → ".join(map(str, heights)),
            "channels": " → ".join(map(str, channels)),
            "layers": str(len(run.layers) - 1),
        }

    def _columns(self, output: NDArray[np.float32]) -> int:
        """Return how many maps stand beside each other: about as many as below each other, in full rows."""
        sheets = self._sheets(output)
        least = math.ceil(math.sqrt(sheets))
        return next((each for each in range(least, int(1.5 * math.sqrt(sheets)) + 1) if sheets % each == 0), least)

    def _sheets(self, output: NDArray[np.float32]) -> int:
        sheets: int = -(-output.shape[-1] // self.maps_per_sheet)
        return sheets

    def _stage(self, run: Activations, layer: Layer, scale: float) -> Stage:
        """Return one layer, with its name, its shape and the size of its window."""
        lines = [written(layer.output_shape)]
        if layer.kernel_size:
            lines.append(f"window {written(layer.kernel_size)}")
        if layer.class_name == "InputLayer":
            shades, width = _as_shades(run.image), run.image.shape[1] * scale
            image = Digit(shades[..., 0], width) if shades.shape[-1] == 1 else Raster(shades, width, frame="input")
            return Stage(plain_name(layer), image, lines, "input")
        return Stage(plain_name(layer), self._shown(run, layer, scale), lines)

    def _shown(self, run: Activations, layer: Layer, scale: float) -> Piece:
        output = run.outputs[layer.name]
        if output.ndim == 3:
            chosen = run.order[layer.name][: self._sheets(output)]
            side = max(output.shape[1] * scale, LEAST)
            maps = [Raster(output[..., number], side, frame="output") for number in chosen]
            return grid(maps, self._columns(output), gap=APART)
        if _has_bars(output):
            return Bars(output, [*map(str, range(output.size))], 60, pitch=16)
        return strip(shortened(output.ravel(), LENGTH), LENGTH)


def _told(layer: Layer) -> str:
    window = f", with a window of {written(layer.kernel_size)}" if layer.kernel_size else ""
    return f"{plain_name(layer)}, {written(layer.output_shape)}{window}"


def _has_bars(output: NDArray[np.float32]) -> bool:
    """Whether an output is a few shares."""
    return output.ndim == 1 and output.size <= MOST_BARS and output.min() >= 0 and output.max() <= 1


def _as_shades(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring an image that leaves the range from 0 to 1, as some networks read it, back into it."""
    low, high = min(float(image.min()), 0.0), max(float(image.max()), 1.0)
    shades: NDArray[np.float32] = (image - low) / (high - low)
    return shades


def shortened(values: NDArray[np.float32], pixels: int) -> NDArray[np.float32]:
    """Shorten a long row of numbers to at most so many: the largest of each few, so that none is lost.

    Examples
    --------
    >>> shortened(np.arange(10, dtype=np.float32), 4).tolist()
    [2.0, 5.0, 8.0, 9.0]
    """
    few = -(-values.size // pixels)
    padded = np.pad(values, (0, -values.size % few), constant_values=values.min())
    shortened: NDArray[np.float32] = padded.reshape(-1, few).max(axis=1)
    return shortened
