"""What every layer of the convnet makes of one digit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from cnnfigs.arithmetic import Layer
from cnnfigs.drawing.layout import Piece, column, either, grid, matrix, row
from cnnfigs.drawing.pieces import Bars, Digit, Raster, Words, panel
from cnnfigs.drawing.shapes import stepped
from cnnfigs.drawing.widths import TITLE
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers, Part
from cnnfigs.illustrations.networks import layer_words, plain_name, trained_on
from cnnfigs.parameters import TestImage, Whole
from cnnfigs.runs.activations import Activations, activations, test_digit
from cnnfigs.words import as_percent, counted, listed, percent, with_article, written

#: Side of a map, in pixels, and how many stand in a row on a phone.
SIDE, ON_PHONE = 58, 5


@dataclass(frozen=True)
class EveryLayer(Picture):
    """The first maps of every layer of the convnet for one digit, and how much of each layer is zero."""

    index: TestImage = 4
    maps: Annotated[int, Whole(1, 9), "how many maps to show of each layer, the first ones"] = 9

    def run(self) -> Activations:
        return activations("convnet", test_digit(self.index))

    def draw(self, run: Activations) -> Piece:
        """Draw a row for each layer, the image first and the answer last."""
        answer = run.outputs[run.layers[-1].name]
        bars = Bars(answer, [*map(str, range(len(answer)))], 160, pitch=16)
        rows: list[tuple[str, list[str], list[Piece]]] = [
            ("image", [written(run.image.shape)], [Digit(run.image[..., 0], SIDE)]),
            *((layer_words(layer.name), _lines(run, layer), self._maps(run, layer)) for layer in _with_maps(run)),
            (plain_name(run.layers[-1]), ["the answer"], [bars]),
        ]
        wide = [
            [
                column(Words(title, size=TITLE, bold=True), *(Words(line, "muted") for line in lines), gap=1),
                row(*pieces, gap=6),
            ]
            for title, lines, pieces in rows
        ]
        narrow = [panel(title, grid(pieces, ON_PHONE, gap=6), ", ".join(lines)) for title, lines, pieces in rows]
        return either(matrix(wide, gap=14, between=10, align="start"), column(*narrow, gap=14))

    def describe(self, run: Activations) -> Description:
        layers = _with_maps(run)
        answer = run.outputs[run.layers[-1].name]
        kind = int(answer.argmax())
        last = run.outputs[layers[-1].name][..., : self.maps]
        return Description(
            f"A digit in every layer of a convnet, the first {counted(self.maps, 'map')} of each: outlines that can be "
            "read become coarse patterns of few squares.",
            [
                "First stands the digit, then a row for each layer, at last the answer.",
                "In the first rows the digit can be read in every map, as outlines and strokes in one direction.",
                "Towards the last rows the maps become coarse patterns of few squares, and some are blank.",
                Part(
                    "How many of a layer's numbers are zero",
                    tuple(
                        f"{layer_words(layer.name)}: {' with '.join(_lines(run, layer))}{self._blank(run, layer)}."
                        for layer in layers
                    ),
                ),
                f"The answer, as ten bars: {with_article(kind)} with {percent(float(answer[kind]))}.",
            ],
            [
                Numbers(
                    f"The first maps of {layer_words(layers[-1].name)}, the rows of each one after the other",
                    last.reshape(-1, last.shape[-1]).T,
                    "{:.2f}".format,
                    rows=[f"map {number}" for number in range(last.shape[-1])],
                ),
                Numbers("The answer", answer, percent, rows=["probability"], columns=[*map(str, range(len(answer)))]),
            ],
        )

    def state_facts(self, run: Activations) -> dict[str, str]:
        facts = {f"{layer.name} zeros": as_percent(run.zeros[layer.name]) for layer in _with_maps(run)}
        answer = run.outputs[run.layers[-1].name]
        return facts | {
            "trained": trained_on("convnet"),
            "maps": str(self.maps),
            "answer": with_article(int(answer.argmax())),
        }

    def _blank(self, run: Activations, layer: Layer) -> str:
        """Name those of the first maps that are zero everywhere."""
        maps = np.moveaxis(run.outputs[layer.name][..., : self.maps], -1, 0)
        blank = [number for number, each in enumerate(maps) if not each.any()]
        return f"; {'map' if len(blank) == 1 else 'maps'} {listed(blank)} all zero" if blank else ""

    def _maps(self, run: Activations, layer: Layer) -> list[Piece]:
        """Return the first maps of a layer, in one scale of colours."""
        values = run.outputs[layer.name][..., : self.maps]
        shown = stepped(values / (values.max() or 1), 16)
        return [Raster(each, SIDE, limit=1, frame="output") for each in np.moveaxis(shown, -1, 0)]


def _with_maps(run: Activations) -> list[Layer]:
    return [layer for layer in run.layers if len(layer.output_shape) == 3 and layer.inputs]


def _lines(run: Activations, layer: Layer) -> list[str]:
    """Write a layer's shape, and how much of it is zero."""
    return [written(run.outputs[layer.name].shape), f"{as_percent(run.zeros[layer.name])} zeros"]
