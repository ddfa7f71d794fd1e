"""Where an answer comes from: Grad-CAM and occlusion side by side, and what is exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from cnnfigs.drawing.layout import Piece, column, either, grid, within
from cnnfigs.drawing.pieces import Digit, NumberGrid, Photo, hundredths, panel
from cnnfigs.drawing.shapes import blended, paled
from cnnfigs.drawing.widths import TEXT
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers, Part
from cnnfigs.illustrations.filters.layer_names import is_name, require_layer
from cnnfigs.illustrations.networks import TRAINED_ON_PHOTOS, trained_on
from cnnfigs.illustrations.photo.photo_answers import AnyPhoto, keep_photo, parts_in_words, photo_of
from cnnfigs.images import Bytes, as_bytes, smaller
from cnnfigs.looks import strong_places
from cnnfigs.models.imagenet import CLASSES, RELU_LAYERS, SHORT
from cnnfigs.parameters import Choice, Several, Such, TestImage, Whole
from cnnfigs.runs.filters.exciting import LAYERS
from cnnfigs.runs.photo.heat_maps import Heat, HeatRun, PlaceSums, digit_heat, photo_heat
from cnnfigs.words import as_percent, fixed, listed, signed, written, written_number

Floats = NDArray[np.float32]

#: What the colours of the maps say.
SPEAKS, HURTS = "green: speaks for it", "orange: hiding it hurts"
#: How wide the pictures of a photo are in the column and on a phone, and those of a digit.
COLUMN, PHONE, DIGIT = 172, 154, 150
#: From which share of the largest value on an occlusion map is called darkest.
DARK = 0.8
#: What is expected of a layer.
RELU = f"the name of a ReLU layer such as {RELU_LAYERS[-1]}"


@dataclass(frozen=True)
class PhotoHeat(Picture):
    """Which pixels of a photo MobileNetV2's answers come from, as Grad-CAM and occlusion tell it.

    The photo can have any size, be grey or in colour, with or without alpha.
    """

    image: AnyPhoto = None
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

    def draw(self, run: HeatRun) -> Piece:
        """Draw the photo for each class, both maps on it, and where they differ."""
        base, shown = paled(run.image), _small(run.image)
        rows = []
        for heat in run.heats:
            differ = f"correlation {written_number(heat.correlation, 2)}"
            pictures = (
                ("image", _size(run.image), shown, "input", ""),
                ("Grad-CAM", SPEAKS, _small(blended(base, heat.grad_cam, signed=False)), "grid", _cells(heat)),
                ("occlusion", HURTS, _small(blended(base, heat.occlusion, signed=True)), "grid", _ends(heat)),
                (
                    "where they differ",
                    "orange: only occlusion",
                    _small(blended(base, heat.disagreement, signed=True)),
                    "grid",
                    differ if heat.grad_cam.any() else "nothing to compare",
                ),
            )
            rows.append(
                [
                    [
                        within(width, panel(title, Photo(pixels, width, frame=frame), sub, note=note))
                        for title, sub, pixels, frame, note in pictures
                    ]
                    for width in (COLUMN, PHONE)
                ]
            )
        return either(*(_rows(run, panels, gap) for panels, gap in zip(zip(*rows, strict=True), (8, 12), strict=True)))

    def describe(self, run: HeatRun) -> Description:
        photo = "the cat" if self.image is None else "a photo"
        correlations = listed(written_number(heat.correlation, 2) for heat in run.heats)
        return Description(
            f"Where on {photo} MobileNetV2’s answers come from, by Grad-CAM and by occlusion, and where these differ; "
            f"rank correlation {correlations}.",
            [
                "For each class there are four pictures: the photo, the Grad-CAM map, the occlusion map, and where the "
                "two maps differ.",
                f"The Grad-CAM map, made of {_size(run.heats[0].weighed)} cells, lies as green clouds on the pale "
                "photo.",
                f"The occlusion map was made by covering the photo with a grey square at {run.patches} places: it is "
                "orange where that lowers the score and purple where it raises it.",
                *(
                    Part(
                        f"The score for {heat.name}",
                        (
                            *_told(heat),
                            *(
                                f"At the {part.name} Grad-CAM is on average {as_percent(part.grad_cam)} of its "
                                f"largest value, and the occlusion map is {written_number(part.occlusion)}; without "
                                f"the {part.name} the score is {written_number(part.hidden)} lower."
                                for part in heat.parts
                            ),
                        ),
                    )
                    for heat in run.heats
                ),
            ],
            [_shares(heat) for heat in run.heats],
        )

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

    def draw(self, run: HeatRun) -> Piece:
        """Draw the digit for each class, both maps on it, and the sums that make the score."""
        base, image = paled(run.image), run.image[..., 0]
        rows = []
        for heat in run.heats:
            cells = _sums(heat).cells
            maps = [
                Photo(as_bytes(blended(base, values, signed)), DIGIT, sharp=True)
                for values, signed in ((heat.grad_cam, False), (heat.occlusion, True))
            ]
            sums = NumberGrid(cells, DIGIT / len(cells), write=fixed, signed=True, size=TEXT)
            rows.append(
                [
                    panel("image", Digit(image, DIGIT), _size(image)),
                    panel("Grad-CAM", maps[0], SPEAKS, note=_cells(heat)),
                    panel("occlusion", maps[1], HURTS, note=_ends(heat)),
                    panel("exact", sums, "orange: speaks for it", note=f"together {fixed(float(cells.sum()))}"),
                ]
            )
        return _rows(run, [[within(DIGIT, each) for each in panels] for panels in rows], 20)

    def describe(self, run: HeatRun) -> Description:
        places, image = _size(_sums(run.heats[0]).cells), run.image[..., 0]
        return Description(
            f"Where on a digit the convnet’s scores for {listed(heat.name for heat in run.heats)} come from: by "
            "Grad-CAM, by occlusion, and exactly.",
            [
                "For each class there are four pictures: a digit, the Grad-CAM map, the occlusion map, and exact sums.",
                f"The Grad-CAM map, made of {_size(run.heats[0].weighed)} cells, lies as green clouds on the pale "
                "digit.",
                "The occlusion map was made by covering the digit with a square of paper of "
                f"{written((self.patch_size, self.patch_size))} pixels at {run.patches} places: it is orange where "
                "that lowers the score and purple where it raises it.",
                f"The last picture is a grid of {places} numbers: what each place of the last maps adds to the score, "
                "exactly; orange speaks for the class, purple against it.",
                *(
                    Part(
                        f"The score for {heat.name}",
                        (
                            *_told(heat),
                            f"What the places add makes {fixed(float(_sums(heat).cells.sum()))} together, with the "
                            f"bias {fixed(heat.score)}.",
                        ),
                    )
                    for heat in run.heats
                ),
            ],
            [
                Numbers("The digit", image, hundredths),
                *(
                    numbers
                    for heat in run.heats
                    for numbers in (
                        Numbers(f"What each place adds to the score for {heat.name}", _sums(heat).cells, fixed),
                        _shares(heat),
                        Numbers(f"The occlusion map for {heat.name}", heat.occlusion, hundredths),
                    )
                ),
            ],
        )

    def state_facts(self, run: HeatRun) -> dict[str, str]:
        facts = _facts(run) | {"trained": trained_on("convnet"), "index": str(self.index)}
        facts["patch"] = written((self.patch_size, self.patch_size))
        for heat in run.heats:
            sums = _sums(heat)
            facts[f"{heat.name} sum"] = fixed(float(sums.cells.sum()))
            facts[f"{heat.name} largest"] = fixed(float(sums.cells.max()))
            facts["places"] = str(sums.cells.size)
            facts["field"] = written((sums.field, sums.field))
            if heat.weighed.any() and heat.weighed.shape == sums.cells.shape:
                marked = float(sums.cells.flat[int(heat.weighed.argmax())])
                facts[f"{heat.name} marked"] = fixed(marked)
                facts[f"{heat.name} more than marked"] = str(int((sums.cells > marked).sum()))
        for one, other in permutations(run.heats, 2):
            lead = _sums(one).cells - _sums(other).cells
            facts[f"{one.name} over {other.name}"] = fixed(float(lead.sum()))
            facts[f"{one.name} over {other.name} places"] = str(int((lead > 0).sum()))
        return facts


def _sums(heat: Heat) -> PlaceSums:
    """Return the exact sums of a heat map, which each of the convnet's has."""
    assert heat.exact is not None
    return heat.exact


def _rows(run: HeatRun, panels: Sequence[Sequence[Piece]], gap: float) -> Piece:
    """Put the four pictures of each class beside each other, on a phone two and two, and the classes below."""
    return column(
        *(
            panel(f"{heat.name}: score {heat.score:.1f}", grid(each, columns=4, gap=gap))
            for heat, each in zip(run.heats, panels, strict=True)
        ),
        gap=28,
    )


def _small(pixels: Floats) -> Bytes:
    """Return a photo with so many pixels as it is drawn with on a phone, which are light and enough in the column."""
    return smaller(as_bytes(pixels), PHONE)


def _size(array: Floats) -> str:
    return written(array.shape[:2])


def _cells(heat: Heat) -> str:
    return f"{_size(heat.weighed)} cells" if heat.grad_cam.any() else "nothing speaks for it"


def _ends(heat: Heat) -> str:
    """Write by how much the mean change of the score is negative and positive at most."""
    return f"{signed(-heat.occlusion.max())} to {signed(-heat.occlusion.min())}"


def _shares(heat: Heat) -> Numbers:
    largest = heat.weighed.max() or 1
    return Numbers(f"The cells of Grad-CAM for {heat.name}, by the largest", heat.weighed / largest, hundredths)


def _told(heat: Heat) -> tuple[str, ...]:
    """Tell what both maps say of a class."""
    hidden = np.unravel_index(int(heat.occlusion.argmax()), heat.occlusion.shape)
    largest = np.unravel_index(int(heat.grad_cam.argmax()), heat.grad_cam.shape)
    return (
        f"It is {heat.score:.1f}.",
        f"Grad-CAM is largest at row {largest[0]} and column {largest[1]}: {strong_places(heat.grad_cam)}; the rank "
        f"correlation of both maps is {heat.correlation:.2f}."
        if heat.grad_cam.any()
        else "The Grad-CAM map is zero everywhere: no cell speaks for this class.",
        f"A single square lowers the score by up to {heat.fall:.1f} and raises it by up to {max(0.0, heat.rise):.1f}.",
        f"The mean of the squares that cover a pixel lowers it most at row {hidden[0]} and column {hidden[1]}, by "
        f"{heat.occlusion.max():.1f}. Of all that is lowered: {strong_places(heat.occlusion)}.",
        *_darkest(heat),
    )


def _darkest(heat: Heat) -> tuple[str, ...]:
    """Tell where occlusion is darkest on the cat, and what of it is there."""
    if not heat.parts or heat.occlusion.max() <= 0:
        return ()
    rows, columns = np.nonzero(heat.occlusion >= DARK * heat.occlusion.max())
    top, left = int(rows.min()), int(columns.min())
    inside = parts_in_words((top, left, int(rows.max()) - top + 1, int(columns.max()) - left + 1))
    where = f"rows {top} to {rows.max()} and columns {left} to {columns.max()}"
    return (
        f"The map is darkest, {as_percent(DARK)} of that or more, within {where}{f': on {inside}' if inside else ''}.",
    )


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
