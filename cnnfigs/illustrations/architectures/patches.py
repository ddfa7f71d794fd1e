"""How a vision transformer begins: patches of a photo as vectors, and what one patch attends to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cnnfigs.data import cat_photo
from cnnfigs.drawing.layout import Piece, column, either, matrix, overlay, row
from cnnfigs.drawing.pieces import Drawing, Mark, Photo, Pipeline, Raster, Stage, Words, hundredths, panel
from cnnfigs.drawing.shapes import colored, inked, mesh, raster
from cnnfigs.drawing.widths import TITLE
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.networks import TRAINED_ON_PHOTOS
from cnnfigs.illustrations.photo.photo_answers import part_around
from cnnfigs.looks import piece_in_words
from cnnfigs.models.imagenet import LONG, SHORT
from cnnfigs.parameters import Several, Whole
from cnnfigs.runs.architectures.patches import PATCH, SIDE, PatchVectors, attention, patch_vectors
from cnnfigs.runs.architectures.patches import Attention as AttentionRun
from cnnfigs.runs.photo.photo_answers import SQUARE
from cnnfigs.words import as_percent

LAST = SIDE - 1
#: How much ink there is in the grey of a patch that is left out of the scale.
NEUTRAL = 0.25

ProjectionSeed = Annotated[int, Whole(0), "seed of the projection's weights, which are not trained"]


@dataclass(frozen=True)
class PhotoPatches(Picture):
    """A photo cut into patches, and one patch flattened into a row of numbers and projected to a shorter one."""

    row: Annotated[int, Whole(0, LAST), "row of the patch"] = 6
    column: Annotated[int, Whole(0, LAST), "column of the patch"] = 5
    seed: ProjectionSeed = 1

    def run(self) -> PatchVectors:
        return patch_vectors(self.row, self.column, self.seed)

    def draw(self, run: PatchVectors) -> Piece:
        """Draw the photo in patches, one of them large, its numbers, and its vector."""
        side = 240

        def cut(axes: Axes, x: float, y: float, scale: float) -> None:
            cell = side * scale / SIDE
            mesh(axes, x, y, SIDE, SIDE, cell, edge="background", line_width=1.5)
            Mark(self.row, self.column).paint(axes, x, y, cell, cell)

        photo = overlay(Photo(run.photo, side), Drawing(side, side, cut, smallest=0.5))
        return Pipeline(
            [
                Stage("photo", photo, [f"{run.patches} patches"], "input"),
                Stage("one patch", Photo(run.patch, 96, frame="kernel"), [f"{PATCH}×{PATCH}×3"], "kernel"),
                Stage(
                    "flattened",
                    _folded(run.flattened, 24, 108, "grid"),
                    [f"{run.flattened.size} numbers", "one row, folded"],
                ),
                Stage(
                    "projected",
                    _folded(run.vector, 4, 36, "output"),
                    [f"{run.vector.size} numbers", "untrained"],
                    "output",
                ),
            ]
        )

    def describe(self, run: PatchVectors) -> Description:
        return Description(
            f"A photo cut into {run.patches} patches; one patch becomes a row of {run.flattened.size} numbers, and "
            f"these a vector of {run.vector.size}.",
            [
                f"The photo of a cat's face is cut into {run.patches} square patches.",
                f"The patch in row {self.row}, column {self.column} is drawn large: {PATCH}×{PATCH} pixels of three "
                f"colours, {piece_in_words(run.patch)}{self._on_the_cat()}.",
                f"Its {run.flattened.size} numbers are laid out in one row, here folded.",
                f"A dense layer that is not trained makes {run.vector.size} numbers of them.",
            ],
            [
                Numbers("The patch flattened, and folded as it is drawn", run.flattened.reshape(-1, 24), hundredths),
                Numbers("The vector of the patch, folded", run.vector.reshape(-1, 4), hundredths),
            ],
        )

    def _on_the_cat(self) -> str:
        """Say in which part of the cat the middle of the patch lies; the patches cut a square from the photo."""
        middle = tuple(
            (cut.start + (at + 0.5) * (cut.stop - cut.start) / SIDE) * shown / whole
            for at, cut, shown, whole in zip(
                (self.row, self.column), SQUARE, (SHORT, LONG), cat_photo().shape, strict=False
            )
        )
        around = part_around((middle[0], middle[1]))
        return f"; it lies on {around}" if around else ""

    def state_facts(self, run: PatchVectors) -> dict[str, str]:
        return {
            "patches": str(run.patches),
            "side": str(PATCH),
            "flattened": str(run.flattened.size),
            "vector": str(run.vector.size),
            "parameters": f"{run.parameters:,}",
            "agreement": _agreement(run.largest_difference),
        }


@dataclass(frozen=True)
class PatchAttention(Picture):
    """What patches of a photo attend to, from projected pixels and from what a trained network found there."""

    patches: Annotated[
        tuple[tuple[int, int], ...],
        Several(Several(Whole(0, LAST), 2, 2, again=True), 1, 4, again=True),
        "row and column of each asking patch",
    ] = ((6, 5), (2, 12))
    seed: ProjectionSeed = 1

    def run(self) -> AttentionRun:
        return attention(self.patches, self.seed)

    def draw(self, run: AttentionRun) -> Piece:
        """Draw a row for each asking patch: where it is, and the two maps of weights."""
        titles = (
            ("one patch asks", "", "kernel"),
            ("untrained", "projected pixels", "text"),
            ("trained", "vectors of MobileNetV2", "output"),
        )
        heads = [
            column(Words(title, name, TITLE, bold=True), Words(sub or " ", "muted"), gap=1)
            for title, sub, name in titles
        ]
        rows = []
        for place, *maps in zip(run.patches, run.untrained, run.trained, strict=True):
            mark = Mark(*place)
            # A photo's marks count its pixels.
            step = len(run.photo) / SIDE
            asking = Photo(run.photo, 220, marks=[Mark(place[0] * step, place[1] * step, step, step)])
            rows.append([asking, *(Raster(_shades(weights, *place), 220, marks=[mark]) for weights in maps)])
        narrow = [
            column(
                panel(titles[0][0], photo, name=titles[0][2]),
                row(
                    *(
                        panel(title, each, sub, name=name)
                        for (title, sub, name), each in zip(titles[1:], maps, strict=True)
                    ),
                    gap=10,
                    align="end",
                ),
                gap=10,
            )
            for photo, *maps in rows
        ]
        return either(matrix([heads, *rows], gap=16, align="start"), column(*narrow, gap=28))

    def describe(self, run: AttentionRun) -> Description:
        sentences, numbers = [], []
        for place, *both in zip(run.patches, run.untrained, run.trained, strict=True):
            asking = f"the patch in row {place[0]}, column {place[1]}"
            for name, weights in zip(("untrained", "trained"), both, strict=True):
                sentences.append(
                    f"With {name} vectors {asking} gives itself {as_percent(weights[place])} and, of the places "
                    f"farther away, most to {_strongest(weights, *place)}."
                )
                numbers.append(
                    Numbers(f"Per cent of the weight that {asking} gives, {name}", 100 * weights, "{:.1f}".format)
                )
        return Description(
            "Where patches of a photo attend to: the first one asked gives itself "
            f"{as_percent(run.untrained[0][run.patches[0]])} of its weight with untrained vectors, "
            f"{as_percent(run.trained[0][run.patches[0]])} with trained ones.",
            [
                "The photo of the cat's face with the asking patch marked stands before two maps of "
                f"{SIDE}×{SIDE} places, strong where this patch attends to; so for each of {len(run.patches)} asked.",
                *sentences,
            ],
            numbers,
        )

    def state_facts(self, run: AttentionRun) -> dict[str, str]:
        row, column = run.patches[0]
        facts = {"even share": as_percent(1 / SIDE**2, 1), "row": str(row), "column": str(column)}
        facts |= {"trained": TRAINED_ON_PHOTOS, "field": f"{run.field}×{run.field}", "photo": f"{run.side}×{run.side}"}
        for name, weights in (("untrained", run.untrained[0]), ("trained", run.trained[0])):
            facts[f"{name} itself"] = as_percent(weights[row, column])
            facts[f"{name} farther"] = as_percent(_farther(weights, row, column).max())
        return facts


def _folded(values: NDArray[np.float32], columns: int, width: float, frame: str) -> Piece:
    """Return a row of numbers folded, as a raster of cells higher or wider than square."""
    folded, height = values.reshape(-1, columns), 144

    def paint(axes: Axes, x: float, y: float, scale: float) -> None:
        raster(axes, folded, x, y, width * scale, height * scale, signed=True, frame=frame)

    return Drawing(width, height, paint)


def _shades(weights: NDArray[np.float32], row: int, column: int) -> NDArray[np.float64]:
    """Return the colours of weights; most weight lies on few places, so the asking one is left out, and is grey."""
    others = weights.copy()
    others[row, column] = 0
    shades = colored(weights, max(float(others.max()), 1e-6))
    shades[row, column, :3] = inked([[NEUTRAL]])[0, 0]
    return shades


def _agreement(difference: float) -> str:
    """Say how closely two ways of computing agree; where they add in the same order, to the last digit.

    Examples
    --------
    >>> _agreement(0.0), _agreement(4.8e-7)
    ('it gives exactly the same numbers', 'the largest difference is 0.0000005, which is rounding')
    """
    if difference == 0:
        return "it gives exactly the same numbers"
    written = np.format_float_positional(difference, precision=1, fractional=False, trim="-")
    return f"the largest difference is {written}, which is rounding"


def _farther(weights: NDArray[np.float32], row: int, column: int) -> NDArray[np.float32]:
    """Return the weights with zeros in place of the asking patch and its neighbours."""
    farther = weights.copy()
    farther[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2] = 0
    return farther


def _strongest(weights: NDArray[np.float32], row: int, column: int) -> str:
    r"""Describe the place with the most weight that is no neighbour of the asking one.

    Examples
    --------
    >>> weights = np.zeros((5, 5), dtype=np.float32)
    >>> weights[0, 1], weights[3, 4] = 0.5, 0.25
    >>> _strongest(weights, 0, 0)
    'row 3, column 4, with 25\xa0%'
    """
    far = _farther(weights, row, column)
    place = np.unravel_index(far.argmax(), far.shape)
    return f"row {place[0]}, column {place[1]}, with {as_percent(far[place])}"
