"""The whole way of a digit through a convnet at a glance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import arrow, bars, digit, label, map_grid, raster
from cnnfigs.drawing.style import NORMAL, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import trained_on
from cnnfigs.parameters import TestImage
from cnnfigs.runs.activations import Activations, activations, test_digit
from cnnfigs.words import percent, written

#: How many maps are shown of the first layers, and of the last.
FEW, MANY = 4, 16


@dataclass(frozen=True)
class Overview(Picture):
    """One digit's way through the convnet: image, convolution, pooling, flatten, dense, class."""

    index: TestImage = 4

    def run(self) -> Activations:
        return activations("convnet", test_digit(self.index))

    def draw(self, run: Activations) -> Figure:
        """Draw the image, the strongest maps of some layers, the flattened numbers and the probabilities."""
        figure, axes = canvas(720, 204)
        middle, below = 86, 172
        convolved, pooled, last = (run.outputs[name] for name in ("conv2d_1", "max_pooling2d_1", "conv2d_3"))
        # A pooled map stands beside the map that it comes from.
        shown = run.order["conv2d_1"][:FEW]

        digit(axes, run.image[..., 0], 8, middle - 60, 120)
        _caption(axes, 68, below, "image", written(run.image.shape), "input")
        arrow(axes, (136, middle), (158, middle))
        map_grid(axes, convolved[..., shown], 168, middle - 72, 70, 2)
        _caption(axes, 240, below, "convolution", written(convolved.shape))
        arrow(axes, (320, middle), (342, middle))
        map_grid(axes, pooled[..., shown], 352, middle - 37, 35, 2)
        _caption(axes, 389, below, "pooling", written(pooled.shape))
        arrow(axes, (434, middle), (456, middle))
        map_grid(axes, last[..., run.order["conv2d_3"][:MANY]], 470, middle - 30, 12, 4)
        _caption(axes, 500, below, "… and so on", written(last.shape))
        arrow(axes, (544, middle), (566, middle))
        # 1,152 numbers on 144 pixels: the largest of each eight.
        flat = run.outputs["flatten"].reshape(-1, 8).max(axis=1)
        raster(axes, flat[:, np.newaxis], 578, middle - 72, 12, 144)
        _caption(axes, 584, below, "flatten", written(run.outputs["flatten"].shape))
        arrow(axes, (596, middle), (616, middle))
        probabilities = run.outputs["dense"]
        bars(axes, probabilities, 640, middle - 75, 60, 15, [str(answer) for answer in range(10)])
        _caption(axes, 664, below, "dense", "10 digits")
        return figure

    def describe(self, run: Activations) -> str:
        sizes = {name: written(output.shape) for name, output in run.outputs.items()}
        probabilities = run.outputs["dense"]
        return f"""From left to right: a handwritten digit of {written(run.image.shape[:2])} pixels. An arrow leads to
            four of the maps that a convolution makes of it, {sizes["conv2d_1"]} numbers in all. Each map is strong
            where the digit has what its filter looks for, and no two of the four are alike. Pooling shrinks them to
            {sizes["max_pooling2d_1"]}. Convolution and pooling once more and a last convolution leave maps of only
            {sizes["conv2d_3"]}. Flatten lays them in a column of {sizes["flatten"]} numbers, and a dense layer turns
            these into ten probabilities: the longest bar, with {percent(probabilities.max())}, is that of the digit
            {probabilities.argmax()}."""

    def state_facts(self, run: Activations) -> dict[str, str]:
        probabilities = run.outputs["dense"]
        return {
            "answer": str(probabilities.argmax()),
            "probability": percent(probabilities.max()),
            "trained": trained_on("convnet"),
            "few": f"{FEW} of {run.outputs['conv2d_1'].shape[-1]}",
            "many": f"{MANY} of {run.outputs['conv2d_3'].shape[-1]}",
        }


def _caption(axes: Axes, x: float, y: float, what: str, shape: str, name: str = "text") -> None:
    label(axes, x, y, what, size=NORMAL, name=name, bold=True)
    label(axes, x, y + 18, shape, size=SMALL, name="muted")
