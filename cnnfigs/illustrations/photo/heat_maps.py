"""Where an answer comes from: Grad-CAM and occlusion side by side, and what is exact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.drawing.shapes import blended, box, label, number_grid, paled, photo, raster
from cnnfigs.drawing.style import NORMAL, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.filters.layer_names import is_name, require_layer
from cnnfigs.illustrations.networks import TRAINED_ON_PHOTOS, trained_on
from cnnfigs.illustrations.photo.photo_answers import Photo, keep_photo, photo_of
from cnnfigs.images import as_bytes, resized
from cnnfigs.models.imagenet import CLASSES, RELU_LAYERS, SHORT
from cnnfigs.parameters import Choice, Several, Such, TestImage, Whole
from cnnfigs.runs.filters.exciting import LAYERS
from cnnfigs.runs.photo.heat_maps import Heat, HeatRun, PlaceSums, digit_heat, photo_heat
from cnnfigs.words import as_percent, fixed, listed, written, written_number

Floats = NDArray[np.float32]

HEADINGS = (
    ("image", "input", ""),
    ("Grad-CAM", "output", "green: speaks for it"),
    ("occlusion", "kernel", "orange: hiding it hurts"),
)
#: The last column: of a photo, where the two maps differ; of a digit, what the dense layer adds up.
DIFFERENCE = ("where they differ", "accent", "orange: only occlusion")
EXACT = ("exact", "accent", "orange: speaks for it")
#: What is expected of a layer.
RELU = f"the name of a ReLU layer such as {RELU_LAYERS[-1]}"


@dataclass(frozen=True)
class PhotoHeat(Picture):
    """Which pixels of a photo MobileNetV2's answers come from, as Grad-CAM and occlusion tell it.

    The photo can have any size, be grey or in colour, with or without alpha.
    """

    image: Photo = None
    classes: Annotated[
        tuple[int, ...],
        Several(Whole(0, CLASSES - 1), 1, 3),
        "which of the network's classes to ask for, Egyptian cat and plastic bag by default",
    ] = (285, 728)
    layer: Annotated[
        str,
        Such(is_name, RELU, wrong=(None, 3)),
        "the layer whose maps Grad-CAM weighs",
    ] = RELU_LAYERS[-1]
    patch_size: Annotated[int, Whole(8, SHORT), "side of the grey square that covers the photo, in pixels"] = 49
    strides: Annotated[int, Whole(8, SHORT), "from one place of the square to the next, in pixels"] = 16

    def __post_init__(self) -> None:
        super().__post_init__()
        keep_photo(self)
        require_layer("layer", self.layer, RELU_LAYERS)

    def run(self) -> HeatRun:
        return photo_heat(photo_of(self.image), self.classes, self.layer, self.patch_size, self.strides)

    def draw(self, run: HeatRun) -> Figure:
        """Draw a row for each class: the photo, both maps on it, and where they differ."""
        return _draw(run, 173, 8, DIFFERENCE, smooth=True)

    def describe(self, run: HeatRun) -> str:
        sentences = []
        for heat in run.heats:
            parts = "; ".join(
                f"at the {part.name} Grad-CAM is on average {as_percent(part.grad_cam)} of its largest value, the "
                f"occlusion map is {written_number(part.occlusion)} there on average, and without the {part.name} the "
                f"score is {written_number(part.hidden)} lower"
                for part in heat.parts
            )
            sentences.append(f"{_in_words(heat)} {parts[:1].upper()}{parts[1:]}{'.' if parts else ''}")
        what = "the cat" if self.image is None else "the photo"
        return f"""A row for each of {len(run.heats)} classes with four pictures of {what}: the photo; the Grad-CAM map,
            made of {written(run.heats[0].weighed.shape)} cells, as green clouds on it; the occlusion map, made by
            covering the photo with a grey square at {run.patches} places, orange where that lowers the score and
            purple where it raises it; and where the two maps differ. {" ".join(sentences)}"""

    def state_facts(self, run: HeatRun) -> dict[str, str]:
        return _facts(run) | {"trained": TRAINED_ON_PHOTOS}


@dataclass(frozen=True)
class DigitHeat(Picture):
    """Which pixels of a digit the convnet's answers come from: Grad-CAM, occlusion, and what the dense layer adds up.

    Occlusion covers the digit with a white square, place after place.
    """

    index: TestImage = 4
    classes: Annotated[tuple[int, ...], Several(Whole(0, 9), 1, 3), "which digits to ask for"] = (4, 9)
    layer: Annotated[str, Choice(*LAYERS["convnet"][:-1]), "the convolution whose maps Grad-CAM weighs"] = "conv2d_3"
    patch_size: Annotated[int, Whole(1, 28), "side of the square that covers the digit, in pixels"] = 5
    strides: Annotated[int, Whole(1, 28), "from one place of the square to the next, in pixels"] = 1

    def run(self) -> HeatRun:
        return digit_heat(self.index, self.classes, self.layer, self.patch_size, self.strides)

    def draw(self, run: HeatRun) -> Figure:
        """Draw a row for each class: the digit, both maps on it, and the sums that make the score."""
        return _draw(run, 140, 20, EXACT, smooth=False)

    def describe(self, run: HeatRun) -> str:
        sentences = []
        for heat in run.heats:
            sums = _sums(heat)
            rows = "; ".join(", ".join(map(_added, row)) for row in sums.cells)
            sentences.append(
                f"{_in_words(heat)} What each place adds, row by row: {rows}; together "
                f"{_added(float(sums.cells.sum()))}, with the bias {_added(heat.score)}."
            )
        return f"""A row for each of {len(run.heats)} classes with four pictures: a digit; the Grad-CAM
            map, made of {written(run.heats[0].weighed.shape)} cells, as green clouds on it; the occlusion map, made by
            covering the digit with a square of paper of {written((self.patch_size, self.patch_size))} pixels at
            {run.patches} places, orange where that lowers the score and purple where it raises
            it; and a grid of {written(_sums(run.heats[0]).cells.shape)} numbers, what each place of the last maps adds
            to the score, exactly. {" ".join(sentences)}"""

    def state_facts(self, run: HeatRun) -> dict[str, str]:
        facts = _facts(run) | {"trained": trained_on("convnet"), "index": str(self.index)}
        facts["patch"] = written((self.patch_size, self.patch_size))
        for heat in run.heats:
            sums = _sums(heat)
            facts[f"{heat.name} sum"] = _added(float(sums.cells.sum()))
            facts[f"{heat.name} largest"] = _added(float(sums.cells.max()))
            facts["places"] = str(sums.cells.size)
            facts["field"] = written((sums.field, sums.field))
            if heat.weighed.any() and heat.weighed.shape == sums.cells.shape:
                marked = float(sums.cells.flat[int(heat.weighed.argmax())])
                facts[f"{heat.name} marked"] = _added(marked)
                facts[f"{heat.name} more than marked"] = str(int((sums.cells > marked).sum()))
        return facts


def _sums(heat: Heat) -> PlaceSums:
    """Return the exact sums of a heat map, which each of the convnet's has."""
    assert heat.exact is not None
    return heat.exact


def _draw(run: HeatRun, width: float, gap: float, last: tuple[str, str, str], smooth: bool) -> Figure:
    """Draw a row of four pictures for each class."""
    height = width * run.image.shape[0] / run.image.shape[1]
    row_height, first = height + 32, 44
    figure, axes = canvas(4 * width + 3 * gap + 2, first + row_height * len(run.heats))
    base = paled(run.image)
    headings = (*HEADINGS, last)
    for column, (text, name, meaning) in enumerate(headings):
        middle = 1 + column * (width + gap) + width / 2
        label(axes, middle, 12, text, name=name, bold=True)
        if meaning:
            label(axes, middle, 30, meaning, size=SMALL, name="muted")
    for row, heat in enumerate(run.heats):
        top = first + row * row_height
        image = run.image if run.image.shape[-1] == 3 else np.repeat(1 - run.image, 3, axis=-1)
        pictures = (image, blended(base, heat.grad_cam, signed=False), blended(base, heat.occlusion, signed=True))
        texts = (
            f"{heat.name}: score {heat.score:.1f}",
            f"{written(heat.weighed.shape)} cells" if heat.grad_cam.any() else "nothing speaks for it",
            f"{_signed(-heat.occlusion.max())} to {_signed(-heat.occlusion.min())}",
        )
        for column, (pixels, text, (_, name, _)) in enumerate(zip(pictures, texts, HEADINGS, strict=True)):
            left = 1 + column * (width + gap)
            _place(axes, pixels, left, top, width, height, name, smooth)
            label(axes, left + width / 2, top + height + 12, text, size=SMALL)
        left = 1 + len(HEADINGS) * (width + gap)
        if heat.exact is None:
            _place(axes, blended(base, heat.disagreement, signed=True), left, top, width, height, last[1], smooth)
            text = f"correlation {written_number(heat.correlation, 2)}" if heat.grad_cam.any() else "nothing to compare"
        else:
            cells = heat.exact.cells
            number_grid(axes, cells, left, top, width / len(cells), write=_added, signed=True, size=NORMAL)
            box(axes, left, top, width, height, edge=last[1])
            text = f"together {_added(float(cells.sum()))}"
        label(axes, left + width / 2, top + height + 12, text, size=SMALL)
    return figure


def _place(
    axes: Axes, pixels: Floats, x: float, y: float, width: float, height: float, frame: str, smooth: bool
) -> None:
    if smooth:
        small = resized(as_bytes(pixels), round(height), round(width), bicubic=True)
        photo(axes, small, x, y, width, height, frame=frame)
    else:
        raster(axes, pixels.round(2), x, y, width, height, frame=frame)


def _added(value: float) -> str:
    """Write what a place adds to a score.

    Examples
    --------
    >>> _added(1.0), _added(-2.91)
    ('1.0', '−2.9')
    """
    return fixed(value)


def _signed(value: float) -> str:
    text = written_number(value)
    return text if text.startswith("−") or text == "0" else f"+{text}"


def _in_words(heat: Heat) -> str:
    place = np.unravel_index(int(heat.occlusion.argmax()), heat.occlusion.shape)
    if not heat.grad_cam.any():
        cam = "the Grad-CAM map is zero everywhere: no cell speaks for this class."
    else:
        row, column = np.unravel_index(int(heat.grad_cam.argmax()), heat.grad_cam.shape)
        cam = f"""Grad-CAM is largest at row {row} and column {column}; rank correlation of both maps
            {heat.correlation:.2f}."""
    return f"""{heat.name}, score {heat.score:.1f}: a single square lowers the score by up to {heat.fall:.1f} and
        raises it by up to {max(0.0, heat.rise):.1f}; the mean of the squares that cover a pixel lowers it most at row
        {place[0]} and column {place[1]}, by {heat.occlusion.max():.1f}; {cam}"""


def _facts(run: HeatRun) -> dict[str, str]:
    facts = {"patches": str(run.patches), "cells": written(run.heats[0].weighed.shape)}
    for heat in run.heats:
        facts[f"{heat.name} score"] = f"{heat.score:.1f}"
        facts[f"{heat.name} correlation"] = written_number(heat.correlation, 2)
        facts[f"{heat.name} falls"] = written_number(heat.fall)
        facts[f"{heat.name} rises"] = written_number(max(0.0, heat.rise))
        for part in heat.parts:
            facts[f"{heat.name} {part.name} grad_cam"] = as_percent(part.grad_cam)
            facts[f"{heat.name} {part.name} occlusion"] = written_number(part.occlusion)
            facts[f"{heat.name} {part.name} hidden"] = written_number(part.hidden)
            facts[f"{heat.name} {part.name} pieces"] = listed(map(written_number, part.hidden_piece), "or")
    return facts
