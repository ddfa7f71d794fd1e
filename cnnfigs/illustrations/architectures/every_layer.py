"""What every layer of the convnet makes of one digit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import bars, digit, label, raster_sheet, stepped
from cnnfigs.drawing.style import SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import plain_name, trained_on
from cnnfigs.parameters import TestImage, Whole
from cnnfigs.runs.activations import Activations, activations, test_digit
from cnnfigs.words import as_percent, percent, with_article, written

#: Side of the largest maps, and from one to the next, in pixels.
SIDE, STEP = 52, 58


@dataclass(frozen=True)
class EveryLayer(Picture):
    """The first maps of every layer of the convnet for one digit, and how much of each layer is zero."""

    index: TestImage = 4
    maps: Annotated[int, Whole(1, 9), "how many maps to show of each layer, the first ones"] = 9

    def run(self) -> Activations:
        return activations("convnet", test_digit(self.index))

    def draw(self, run: Activations) -> Figure:
        """Draw a row for each layer, the image on top and the answer at the bottom."""
        left, row_height = 116, SIDE + 16
        layers = [layer for layer in run.layers if len(layer.output_shape) == 3 and layer.inputs]
        figure, axes = canvas(left + self.maps * STEP + 66, 64 + len(layers) * row_height + 10 * 15 + 8)
        right = left + self.maps * STEP + 62
        label(axes, 4, 28, "image", align="left", bold=True)
        digit(axes, run.image[..., 0], left, 2, SIDE)
        label(axes, right, 28, "zeros", align="right", bold=True)
        for row, layer in enumerate(layers):
            top = 64 + row * row_height
            values = run.outputs[layer.name]
            cell = SIDE // values.shape[0]
            label(axes, 4, top + 12, layer.name, align="left", size=SMALL)
            label(axes, 4, top + 30, written(values.shape), align="left", size=SMALL, name="muted")
            shown = values[..., : self.maps] / (values[..., : self.maps].max() or 1)
            corners = [(left + number * STEP, top) for number in range(shown.shape[-1])]
            maps = [stepped(shown[..., number], 16) for number in range(shown.shape[-1])]
            raster_sheet(axes, maps, corners, cell, limit=1, frame="output")
            label(axes, right, top + SIDE / 2, as_percent(run.zeros[layer.name]), align="right")
        top = 64 + len(layers) * row_height
        answer = run.outputs[run.layers[-1].name]
        label(axes, 4, top + 12, plain_name(run.layers[-1]), align="left")
        label(axes, 4, top + 30, "the answer", align="left", size=SMALL, name="muted")
        bars(axes, answer, left + 12, top, 200, 15, [str(each) for each in range(len(answer))])
        return figure

    def describe(self, run: Activations) -> str:
        layers = [layer for layer in run.layers if len(layer.output_shape) == 3 and layer.inputs]
        zeros = "; ".join(
            f"{layer.name} {written(run.outputs[layer.name].shape)}, {as_percent(run.zeros[layer.name])} zeros"
            for layer in layers
        )
        answer = run.outputs[run.layers[-1].name]
        kind = int(answer.argmax())
        return f"""A digit on top, and below it a row for each layer with its first {self.maps} maps. In the first rows
            the digit can be read in every map, as outlines and strokes in one direction; towards the bottom the maps
            become coarse patterns of few squares, and some are blank. {zeros}. At the bottom the answer as ten bars:
            {with_article(kind)} with {percent(float(answer[kind]))}."""

    def state_facts(self, run: Activations) -> dict[str, str]:
        layers = [layer for layer in run.layers if len(layer.output_shape) == 3 and layer.inputs]
        facts = {f"{layer.name} zeros": as_percent(run.zeros[layer.name]) for layer in layers}
        answer = run.outputs[run.layers[-1].name]
        return facts | {
            "trained": trained_on("convnet"),
            "maps": str(self.maps),
            "answer": with_article(int(answer.argmax())),
        }
