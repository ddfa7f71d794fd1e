"""Images that excite filters most: made by gradient ascent, and beside them real ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.drawing.shapes import digit, label, photo, raster, stepped
from cnnfigs.drawing.style import SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.filters.layer_names import LayerNames, require_layer
from cnnfigs.illustrations.networks import TRAINED_ON_PHOTOS, require_filter, trained_on
from cnnfigs.images import as_bytes, resized
from cnnfigs.parameters import Choice, Several, Whole
from cnnfigs.runs.filters.exciting import LAYERS, Excited, ExcitedLayer, ExcitedRun, Found, Network, excite
from cnnfigs.words import as_percent, percent, written_number

#: The layers that are shown when none are named.
SHOWN = {
    "convnet": LAYERS["convnet"],
    "mobilenet_v2": (
        "Conv1_relu",
        "block_3_expand_relu",
        "block_6_expand_relu",
        "block_10_expand_relu",
        "out_relu",
        "predictions",
    ),
}
#: Images with so many pixels on a side show them; larger ones are smoothed.
PIXELS_SHOWN = 24
#: Longest side of an image in the picture, in its own pixels: more make the page heavy and show hardly more.
PIXELS_KEPT = 60
#: Side of a made image, of a real piece, and the gap between them, in pixels.
SIDE, PIECE, GAP = 70, 70, 4


@dataclass(frozen=True)
class FilterImages(Picture):
    """What excites filters most at each depth of a network: an image made for each, and pieces of real images.

    The convnet's real images are all test digits, and its layers here are its convolutions and ``dense``. MobileNetV2's
    real image is the photo of the cat, its layers are its ReLU layers and ``predictions``; how many filters one of them
    has is looked up when the illustration is run.
    """

    network: Annotated[Network, Choice(*LAYERS), "the network"] = "convnet"
    layers: LayerNames = None
    filters: Annotated[
        tuple[int, ...], Several(Whole(0), 1, 4), "which filters of each layer, of the last layer which classes"
    ] = (0, 1, 2, 3)
    pieces: Annotated[int, Whole(1, 2), "how many real pieces to show for each filter"] = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        for layer in self.layers or ():
            require_layer("layers", layer, LAYERS[self.network])
        if self.network == "convnet":
            for layer in self.layers or SHOWN[self.network]:
                for each in self.filters:
                    require_filter(each, self.network, layer)

    def run(self) -> ExcitedRun:
        return excite(self.network, self.layers or SHOWN[self.network], self.filters, self.pieces)

    def draw(self, run: ExcitedRun) -> Figure:
        """Draw a row for each layer and a group for each filter: the made image, and the real pieces."""
        left, row_height = 106, SIDE + 40
        group = SIDE + GAP + self.pieces * (PIECE + GAP)
        pitch = min(group + 14, (720 - left) / len(self.filters))
        figure, axes = canvas(left + len(self.filters) * pitch - 6, 26 + row_height * len(run.layers))
        for column in range(len(self.filters)):
            x = left + column * pitch
            label(axes, x + SIDE / 2, 12, "made", name="accent", bold=True)
            label(axes, x + SIDE + GAP + PIECE / 2, 12, "found", name="input", bold=True)
        for row, layer in enumerate(run.layers):
            top = 26 + row * row_height
            for line, text in enumerate(_lines(layer)):
                name = "text" if line == 0 else "muted"
                label(axes, 2, top + 10 + 15 * line, text, align="left", size=SMALL, name=name, bold=line == 0)
            for column, excited in enumerate(layer.excited):
                x = left + column * pitch
                self._square(axes, excited.made.images[-1], x, top, SIDE, "accent")
                for number, piece in enumerate(excited.found):
                    self._square(axes, piece.crop, x + SIDE + GAP + number * (PIECE + GAP), top, PIECE, "input")
                label(axes, x + SIDE / 2, top + SIDE + 10, _number(excited.made.sums[-1]), size=SMALL)
                for number, piece in enumerate(excited.found):
                    middle = x + SIDE + GAP + number * (PIECE + GAP) + PIECE / 2
                    label(axes, middle, top + SIDE + 10, _number(piece.sum), size=SMALL)
                dead = excited.fires == 0 and not excited.name
                text = excited.name or f"filter {excited.filter}{': only zeros' if dead else ''}"
                name = "error" if dead else "muted"
                label(axes, x, top + SIDE + 25, text, align="left", size=SMALL, name=name, bold=dead)
        return figure

    def _square(self, axes: Axes, image: NDArray[np.float32], x: float, y: float, side: float, frame: str) -> None:
        scale = side / max(image.shape[:2])
        height, width = (scale * each for each in image.shape[:2])
        x, y = x + (side - width) / 2, y + (side - height) / 2
        if self.network == "convnet":
            digit(axes, stepped(image[..., 0], 16), x, y, width, frame=frame)
        elif max(image.shape[:2]) <= PIXELS_SHOWN:
            raster(axes, image, x, y, width, height, frame=frame)
        else:
            photo(axes, _at_most(image, PIXELS_KEPT), x, y, width, height, frame=frame)

    def describe(self, run: ExcitedRun) -> str:
        sentences = []
        for layer in run.layers:
            filters = "; ".join(
                f"{excited.name or f'filter {excited.filter}'}, made {_number(excited.made.sums[-1])}, found "
                + " and ".join(f"{_number(piece.sum)}{self._where(piece)}" for piece in excited.found)
                for excited in layer.excited
            )
            sentences.append(
                f"{layer.layer}, with made images of {layer.field_size}×{layer.field_size} pixels: {filters}."
            )
        what = (
            f"""in the first layer a few black and white squares, then strokes and corners, then strokes that meet, and
            for the answers loose drawings of digits; the real pieces, out of {run.searched:,} digits, have such
            strokes too"""
            if self.network == "convnet"
            else """in the first layer squares of colour, then spots and stripes, then rings and fans of
            fine stripes, and in the last rows a thicket of small parts; the real pieces are cut out of the photo of
            the cat"""
        )
        shown = f"They show {what}. " if self.layers is None else ""
        rows = "One row, for one layer" if len(run.layers) == 1 else f"A row for each of {len(run.layers)} layers"
        return f"""{rows}. For {len(self.filters)} filters stand side by side an
            image that was made to excite it and a real piece that excites it most, with the filter's sum below each.
            {shown}{" ".join(sentences)}"""

    def _where(self, piece: Found) -> str:
        if self.network == "convnet":
            return f" in test digit {piece.image}"
        return f" at row {piece.box[0]} and column {piece.box[1]}, {piece.box[2]} pixels high"

    def state_facts(self, run: ExcitedRun) -> dict[str, str]:
        facts = {"searched": f"{run.searched:,}", "filters": str(len(self.filters))}
        for layer in run.layers:
            facts[f"{layer.layer} field"] = str(layer.field_size)
            facts[f"{layer.layer} count"] = f"{layer.filters:,}"
            facts[f"{layer.layer} silent"] = f"{layer.silent:,}"
            for excited in layer.excited:
                facts |= _facts(layer, excited)
                facts[f"{layer.layer} {excited.filter} images"] = f"{round(excited.fires * run.searched):,}"
        every = [each for layer in run.layers for each in layer.excited]
        possible = [each.found[0].sum / each.possible for each in every if each.possible is not None]
        if possible:
            facts["possible least"] = as_percent(min(possible), 1)
            facts["possible most"] = as_percent(max(possible), 1)
        if run.views:
            last = [layer for layer in run.layers if layer.excited[0].found[0].place][-1]
            facts |= _facts_of_views(every, last) | {"views": str(run.views)}
        higher = [each.made.sums[-1] > each.found[0].sum for each in every]
        trained = trained_on("convnet") if self.network == "convnet" else TRAINED_ON_PHOTOS
        return facts | {"higher": str(sum(higher)), "compared": str(len(higher)), "trained": trained}


def _facts_of_views(every: list[Excited], last: ExcitedLayer) -> dict[str, str]:
    """Say how many made images are ahead of all views of the photo, and by how much in the last layer with maps."""
    seen = [(each.made.sums[-1], each.in_views, each.found[0].sum) for each in every if each.in_views is not None]
    times = [each.made.sums[-1] / each.in_views for each in last.excited if each.in_views]
    grown = [each.in_views / each.found[0].sum for each in last.excited if each.in_views]
    return {
        "above views": str(sum(made > largest for made, largest, _ in seen)),
        "last times": f"{min(times):.0f} to {max(times):.0f}",
        "last grown": f"{max(grown):.1f}",
    }


def _facts(layer: ExcitedLayer, excited: Excited) -> dict[str, str]:
    name = f"{layer.layer} {excited.filter}"
    return {
        f"{name} made": _number(excited.made.sums[-1]),
        f"{name} found": _number(excited.found[0].sum),
        f"{name} fires": as_percent(excited.fires) if excited.fires < 0.99 else percent(excited.fires),
    }


def _lines(layer: ExcitedLayer) -> tuple[str, ...]:
    """Write a layer's name, broken into lines, and how large the made images are: the found pieces may be smaller."""
    name = layer.layer
    lines = (name[: name.index("_expand")], name[name.index("_expand") :]) if "_expand" in name else (name,)
    return (*lines, f"made: {layer.field_size}×{layer.field_size}", "pixels")


def _number(value: float) -> str:
    return written_number(value, 1 if abs(value) >= 1 else 2)


def _at_most(image: NDArray[np.float32], side: int) -> NDArray[np.uint8]:
    """Turn an image into bytes, made smaller where it is larger than it is drawn."""
    scale = min(1.0, side / max(image.shape[:2]))
    height, width = (max(1, round(scale * size)) for size in image.shape[:2])
    return resized(as_bytes(image), height, width)
