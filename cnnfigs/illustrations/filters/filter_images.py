"""Images that excite filters most: made by gradient ascent, and beside them real ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from cnnfigs.drawing.layout import Piece, column, either, grid, matrix, overlay, row, within
from cnnfigs.drawing.pieces import Digit, Photo, Raster, Words, panel, space
from cnnfigs.drawing.shapes import stepped
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers, Part
from cnnfigs.illustrations.filters.layer_names import LayerNames, require_layer
from cnnfigs.illustrations.networks import TRAINED_ON_PHOTOS, layer_words, require_filter, trained_on
from cnnfigs.images import as_bytes, smaller
from cnnfigs.looks import piece_in_words, strong_places
from cnnfigs.parameters import Choice, Several, Whole
from cnnfigs.runs.filters.exciting import LAYERS, Excited, ExcitedLayer, ExcitedRun, Found, Network, excite
from cnnfigs.words import as_percent, counted, listed, percent, written, written_number

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
#: Images with so many pixels on a side show them, larger ones are smoothed; the smallest are exact.
PIXELS_SHOWN, EXACT = 24, 8
#: Longest side of an image in the picture, in its own pixels: more make the page heavy and show hardly more.
PIXELS_KEPT = 54
#: Longest side of an image in the picture, in pixels of the page.
SIDE = 69


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

    def draw(self, run: ExcitedRun) -> Piece:
        """Draw a row for each layer and a group for each filter: the made image, and the real pieces."""
        names = [layer_words(layer.layer) for layer in run.layers]
        sizes = [f"made: {written((layer.field_size,) * 2)} pixels" for layer in run.layers]
        groups = [self._groups(layer) for layer in run.layers]
        wide = [
            [column(Words(name, bold=True, most=96), Words(size, "muted", most=96), gap=1), *line]
            for name, size, line in zip(names, sizes, groups, strict=True)
        ]
        narrow = [
            panel(name, grid([column(self._heads(), group, gap=1) for group in line], gap=14), size)
            for name, size, line in zip(names, sizes, groups, strict=True)
        ]
        heads = [self._heads()] * len(self.filters)
        return either(matrix([[space(), *heads], *wide], gap=12), column(*narrow, gap=28))

    def _heads(self) -> Piece:
        """Name the images of a group."""
        heads = [Words("made", "accent", bold=True), *[Words("found", "input", bold=True)] * self.pieces]
        return row(*(overlay(space(SIDE), head) for head in heads), gap=4)

    def _groups(self, layer: ExcitedLayer) -> list[Piece]:
        """Arrange what was made and what was found for each filter, with its sums below."""
        groups = []
        for excited in layer.excited:
            images = [(excited.made.images[-1], excited.made.sums[-1], "accent")]
            images += [(piece.crop, piece.sum, "input") for piece in excited.found]
            shown = [
                column(self._square(image, shade), Words(_number(total)), gap=3, align="middle")
                for image, total, shade in images
            ]
            words = f"{_called(excited)}: only zeros" if _is_dead(excited) else _called(excited)
            name = Words(words, "error" if _is_dead(excited) else "muted", bold=_is_dead(excited))
            group = row(*shown, gap=4)
            groups.append(column(group, within(group.natural, name), gap=0))
        return groups

    def _square(self, image: NDArray[np.float32], frame: str) -> Piece:
        """Draw an image in the middle of a square."""
        height, width = image.shape[:2]
        side = SIDE * width / max(height, width)
        if self.network == "convnet":
            made: Piece = Digit(stepped(image[..., 0], 16), side, frame=frame)
        elif max(height, width) <= EXACT:
            made = Raster(image, side, frame=frame)
        else:
            sharp = max(height, width) <= PIXELS_SHOWN
            made = Photo(smaller(as_bytes(image), PIXELS_KEPT), side, frame=frame, sharp=sharp)
        return overlay(space(SIDE, SIDE), made)

    def describe(self, run: ExcitedRun) -> Description:
        what = (
            (
                "In the first layer they show a few black and white squares, then strokes and corners, then strokes "
                "that meet, and for the answers loose drawings of digits.",
                f"The real pieces, out of {run.searched:,} digits, have such strokes too.",
            )
            if self.network == "convnet"
            else (
                "In the first layer they show squares of colour, then spots and stripes, then rings and fans of fine "
                "stripes, and in the last rows a thicket of small parts.",
                "The real pieces are cut out of the photo of the cat.",
            )
        )
        every = [(layer, excited) for layer in run.layers for excited in layer.excited]
        count = len(every[0][1].found)
        found = ["found"] if count == 1 else [f"found {number + 1}" for number in range(count)]
        return Description(
            f"What excites {len(self.filters)} filters of {counted(len(run.layers), 'layer')} most: an image made for "
            "each, and a real piece.",
            [
                "For each filter stand side by side an image that was made to excite it and a real piece that excites "
                "it most, with the filter’s sum below each.",
                *(what if self.layers is None else ()),
                *(
                    Part(
                        f"{layer_words(layer.layer)}, with made images of {written((layer.field_size,) * 2)} pixels",
                        tuple(self._told(excited) for excited in layer.excited),
                    )
                    for layer in run.layers
                ),
            ],
            [
                Numbers(
                    "The filters’ sums",
                    [[excited.made.sums[-1], *(piece.sum for piece in excited.found)] for _, excited in every],
                    _number,
                    [f"{layer_words(layer.layer)}, {_called(excited)}" for layer, excited in every],
                    ["made", *found],
                )
            ],
        )

    def _told(self, excited: Excited) -> str:
        found = listed(f"{_number(piece.sum)}{self._where(piece)} ({_look(piece.crop)})" for piece in excited.found)
        zeros = "; it gives only zeros" if _is_dead(excited) else ""
        made = f"{_number(excited.made.sums[-1])} ({_look(excited.made.images[-1])})"
        return f"{_called(excited)}: made {made}, found {found}{zeros}."

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


def _look(image: NDArray[np.float32]) -> str:
    """Tell how an image looks, from 0 to 1: where the ink of a digit is, or the colours of a photo."""
    return strong_places(image[..., 0]) if image.shape[-1] == 1 else piece_in_words(255 * image)


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


def _called(excited: Excited) -> str:
    """Return what a filter is called: the class that it speaks for, or its number."""
    return excited.name or f"filter {excited.filter}"


def _is_dead(excited: Excited) -> bool:
    """Return whether a filter that is no class never comes above zero."""
    return excited.fires == 0 and not excited.name


def _number(value: float) -> str:
    return written_number(value, 1 if abs(value) >= 1 else 2)
