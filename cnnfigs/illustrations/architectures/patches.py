"""How a vision transformer begins: patches of a photo as vectors, and what one patch attends to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.drawing.shapes import arrow, colored, inked, label, mesh, photo, raster, window
from cnnfigs.drawing.style import SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import TRAINED_ON_PHOTOS
from cnnfigs.parameters import Several, Whole
from cnnfigs.runs.architectures.patches import PATCH, SIDE, PatchVectors, attention, patch_vectors
from cnnfigs.runs.architectures.patches import Attention as AttentionRun
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

    def draw(self, run: PatchVectors) -> Figure:
        """Draw the photo in patches, one of them large, its numbers, and its vector."""
        figure, axes = canvas(640, 296)
        side, top = 240, 30
        cell = side / SIDE
        label(axes, 4 + side / 2, 12, f"{run.patches} patches", name="input", bold=True)
        photo(axes, run.photo, 4, top, side)
        mesh(axes, 4, top, SIDE, SIDE, cell, edge="background", line_width=1.5)
        x, y = 4 + self.column * cell, top + self.row * cell
        window(axes, x, y, cell)
        middle = top + side / 2
        label(axes, 332, middle - 64, "one patch", name="kernel", bold=True)
        photo(axes, run.patch, 284, middle - 48, 96, frame="kernel")
        arrow(axes, (4 + side + 8, middle), (278, middle))
        label(axes, 332, middle + 64, f"{PATCH}×{PATCH}×3", size=SMALL, name="muted")
        arrow(axes, (388, middle), (412, middle))
        numbers = run.flattened.reshape(-1, 24)
        label(axes, 466, middle - 92, "flattened", bold=True)
        raster(axes, numbers, 420, middle - 76, 92, 124, signed=True, frame="grid")
        label(axes, 466, middle + 64, f"{run.flattened.size} numbers", size=SMALL, name="muted")
        arrow(axes, (520, middle), (546, middle))
        label(axes, 588, middle - 92, "projected", name="output", bold=True)
        raster(axes, run.vector.reshape(-1, 4), 570, middle - 76, 36, 124, signed=True, frame="output")
        label(axes, 588, middle + 64, f"{run.vector.size} numbers", size=SMALL, name="muted")
        label(axes, 466, middle + 82, "(one row, folded)", size=SMALL, name="muted")
        label(axes, 588, middle + 82, "(untrained)", size=SMALL, name="muted")
        return figure

    def describe(self, run: PatchVectors) -> str:
        return f"""The photo of a cat's face, cut into {run.patches} square patches. The patch in row {self.row}, column
            {self.column} is drawn large: {PATCH}×{PATCH} pixels of three colours. Its
            {run.flattened.size} numbers are laid out in one row, here folded, and a dense layer that is not trained
            makes {run.vector.size} numbers of them."""

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

    def draw(self, run: AttentionRun) -> Figure:
        """Draw a row for each asking patch: where it is, and the two maps of weights."""
        side, step, height = 180, 200, 208
        figure, axes = canvas(2 * step + side + 8, 44 + height * len(run.patches) - 20)
        titles = (
            ("one patch asks", "kernel", ""),
            ("untrained", "text", "projected pixels"),
            ("trained", "output", "MobileNetV2's vectors"),
        )
        for column, (title, shade, below) in enumerate(titles):
            middle = 4 + column * step + side / 2
            label(axes, middle, 10, title, name=shade, bold=True)
            if below:
                label(axes, middle, 27, below, size=SMALL, name="muted")
        cell = side / SIDE
        for number, ((row, column), *maps) in enumerate(zip(run.patches, run.untrained, run.trained, strict=True)):
            top = 42 + number * height
            photo(axes, run.photo, 4, top, side)
            window(axes, 4 + column * cell, top + row * cell, cell)
            for place, weights in enumerate(maps, start=1):
                left = 4 + place * step
                # Most weight lies on few places: without the asking one itself, the others can be told apart.
                others = weights.copy()
                others[row, column] = 0
                shades = colored(weights, max(float(others.max()), 1e-6))
                shades[row, column, :3] = inked([[NEUTRAL]])[0, 0]
                raster(axes, shades, left, top, side, frame="grid")
                window(axes, left + column * cell, top + row * cell, cell)
        return figure

    def describe(self, run: AttentionRun) -> str:
        sentences = []
        for (row, column), untrained, trained in zip(run.patches, run.untrained, run.trained, strict=True):
            ways = "; ".join(
                f"{name} it gives itself {as_percent(weights[row, column])} and, of the places farther away, most to "
                f"{_strongest(weights, row, column)}"
                for name, weights in (("with untrained vectors", untrained), ("with trained vectors", trained))
            )
            sentences.append(f"The patch in row {row}, column {column}: {ways}")
        return f"""{len(run.patches)} rows, each with the photo of the cat's face, one patch marked, and two maps of
            {SIDE}×{SIDE} places, strong where this patch attends to. {". ".join(sentences)}."""

    def state_facts(self, run: AttentionRun) -> dict[str, str]:
        row, column = run.patches[0]
        facts = {"even share": as_percent(1 / SIDE**2, 1), "row": str(row), "column": str(column)}
        facts |= {"trained": TRAINED_ON_PHOTOS, "field": f"{run.field}×{run.field}", "photo": f"{run.side}×{run.side}"}
        for name, weights in (("untrained", run.untrained[0]), ("trained", run.trained[0])):
            facts[f"{name} itself"] = as_percent(weights[row, column])
            facts[f"{name} farther"] = as_percent(_farther(weights, row, column).max())
        return facts


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
