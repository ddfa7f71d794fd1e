"""A digit broken into its local patterns, by the filters of a trained first layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.data import mnist
from cnnfigs.drawing.shapes import arrow, box, digit, label, raster, window
from cnnfigs.drawing.style import NORMAL, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import Network
from cnnfigs.parameters import TestImage, Whole
from cnnfigs.runs.activations import test_digit
from cnnfigs.runs.filters.local_patterns import LocalPatternsRun, find_patterns
from cnnfigs.words import listed, with_article

#: Size of the digit, of a kernel and of a patch, in pixels.
DIGIT, KERNEL, PATCH = 336, 54, 54
#: Side of the plate that bears a letter, in pixels.
PLATE = 18
PLACES = 2
#: White around the digit, in pixels of the image.
MARGIN = 2


@dataclass(frozen=True)
class LocalPatterns(Picture):
    """A digit broken into local patterns: the windows where filters of the first layer answer most strongly.

    The network must begin with a Conv2D layer; a Keras model must read (28, 28, 1).
    """

    network: Network = "convnet"
    index: TestImage = 4
    patterns: Annotated[int, Whole(1, 5), "how many filters to show"] = 5

    def run(self) -> LocalPatternsRun:
        return find_patterns(self.network, test_digit(self.index), self.patterns, PLACES)

    def draw(self, run: LocalPatternsRun) -> Figure:
        """Draw the digit with the windows, and beside it each filter with what it found."""
        figure, axes = canvas(660, 388)
        label(axes, 4, 14, "the digit", align="left", name="input", bold=True)
        label(axes, 436, 14, "filter", name="kernel", bold=True)
        label(axes, 510, 14, "strongest places", align="left", bold=True)
        first_row, first_column, side = inked_square(run.image)
        shown = run.image[first_row : first_row + side, first_column : first_column + side]
        digit(axes, shown, 2, 32, DIGIT)
        pixel = DIGIT / side
        limit = max(abs(pattern.kernel).max() for pattern in run.patterns)
        corners = [place for pattern in run.patterns for place in pattern.places - (first_row, first_column)]
        plates = iter(plate_centres(shown, corners, run.patterns[0].kernel.shape, PLATE / pixel))
        for number, pattern in enumerate(run.patterns):
            name = "ABCDE"[number]
            height, width = pattern.kernel.shape
            for row, column in pattern.places:
                left, top = 2 + (column - first_column) * pixel, 32 + (row - first_row) * pixel
                window(axes, left, top, width * pixel, height * pixel)
                across, down = next(plates)
                badge(axes, 2 + across * pixel, 32 + down * pixel, name)
            top = 32 + number * 71
            badge(axes, 384, top + PATCH / 2, name)
            raster(axes, pattern.kernel, 409, top, KERNEL, limit=limit, signed=True, frame="kernel")
            arrow(axes, (474, top + PATCH / 2), (494, top + PATCH / 2))
            for place, (patch, value) in enumerate(zip(pattern.patches, pattern.values, strict=True)):
                left = 516 + place * (PATCH + 24)
                digit(axes, patch, left, top, PATCH, frame="kernel")
                label(axes, left + PATCH / 2, top + PATCH + 9, f"{value:.2f}", size=SMALL, name="output")
        return figure

    def describe(self, run: LocalPatternsRun) -> str:
        patterns = []
        for name, pattern in zip("ABCDE", run.patterns, strict=False):
            places = ", ".join(
                f"row {row} column {column} with {value:.2f}"
                for (row, column), value in zip(pattern.places, pattern.values, strict=True)
            )
            patterns.append(f"{name}, filter {pattern.channel}, {weights_in_words(pattern.kernel)}: {places}")
        height, width = run.patterns[0].kernel.shape
        article = with_article(int(mnist().y_test[self.index])).capitalize()
        return f"""{article} with small windows of {height}×{width} pixels on it, each with a letter beside it, and to
            the right {len(run.patterns)} of the {run.filters} filters of the network's first layer, each with the
            windows where it answers most strongly. A filter asks for ink where its weights are positive and for paper
            where they are negative, and in its windows there is much of that. For each, where its large weights are,
            then the upper left corners of its windows and its answers: {"; ".join(patterns)}."""

    def state_facts(self, run: LocalPatternsRun) -> dict[str, str]:
        height, width = run.patterns[0].kernel.shape
        return {
            "filters": str(run.filters),
            "shown": str(len(run.patterns)),
            "pixels in a window": str(height * width),
            "pixels": str(run.image.size),
        }


def inked_square(image: NDArray[np.float32]) -> tuple[int, int, int]:
    """Return the smallest square around the ink of an image: upper row, left column and side.

    Examples
    --------
    >>> image = np.zeros((28, 28), dtype=np.float32)
    >>> image[10:20, 12:14] = 1
    >>> inked_square(image)
    (8, 6, 14)
    """
    rows, columns = np.nonzero(image)
    side = min(int(max(np.ptp(rows), np.ptp(columns))) + 1 + 2 * MARGIN, *image.shape)
    starts = []
    for axis, ink in enumerate((rows, columns)):
        start = (int(ink.min()) + int(ink.max()) + 1 - side) // 2
        starts.append(min(max(0, start), image.shape[axis] - side))
    return starts[0], starts[1], side


def badge(axes: Axes, x: float, y: float, text: str) -> None:
    """Draw a letter on a small plate, centred at a place."""
    box(axes, x - PLATE / 2, y - PLATE / 2, PLATE, PLATE, edge="kernel", fill="kernel-fill")
    label(axes, x, y, text, size=NORMAL, bold=True)


def plate_centres(
    image: NDArray[np.float32], corners: list[NDArray[np.int64]], window: tuple[int, ...], plate: float
) -> list[tuple[float, float]]:
    """Find a place for the plate of each window: beside it, on no window and no other plate, and on little ink.

    Parameters
    ----------
    image
        Shape (height, width), 0 for paper to 1 for ink.
    corners
        Upper left corner of each window: row and column.
    window
        Height and width of a window.
    plate
        Side of a plate; as all sizes here in pixels of the image.

    Returns
    -------
    list of (float, float)
        Centre of each plate: x from the left and y from the top.

    Examples
    --------
    >>> plate_centres(np.zeros((9, 9), dtype=np.float32), [np.array([3, 3])], (3, 3), 1.0)
    [(4.5, 2.25)]
    """
    height, width = window
    gap = plate / 2 + 0.25
    placed: list[tuple[float, float]] = []
    for row, column in corners:
        across = (
            column + width / 2,
            column + plate / 2,
            column + width - plate / 2,
            column - gap,
            column + width + gap,
        )
        down = (row + height / 2, row + plate / 2, row + height - plate / 2, row - gap, row + height + gap)
        around = [(float(x), float(y)) for x in across for y in down if x in across[3:] or y in down[3:]]

        def cost(centre: tuple[float, float]) -> tuple[bool, float]:
            left, top = centre[0] - plate / 2, centre[1] - plate / 2
            inside = min(left, top) >= 0 and left + plate <= image.shape[1] and top + plate <= image.shape[0]
            covered = sum(overlap(left, top, plate, x, y, width, height) for y, x in corners)
            covered += sum(overlap(left, top, plate, x - plate / 2, y - plate / 2, plate, plate) for x, y in placed)
            ink = sum(image[y, x] * overlap(left, top, plate, x, y, 1, 1) for y, x in np.argwhere(image))
            return not inside, 100 * covered + float(ink)

        placed.append(min(around, key=cost))
    return placed


def overlap(left: float, top: float, side: float, x: float, y: float, width: float, height: float) -> float:
    """Return the area that a square shares with a rectangle.

    Examples
    --------
    >>> overlap(0, 0, 2, 1, 1, 5, 5), overlap(0, 0, 2, 3, 0, 5, 5)
    (1, 0)
    """
    across = min(left + side, x + width) - max(left, x)
    down = min(top + side, y + height) - max(top, y)
    return max(0, across) * max(0, down)


def weights_in_words(kernel: NDArray[np.float32]) -> str:
    """Say where the large weights of a kernel are, those of at least 0.4 times the largest.

    Examples
    --------
    >>> weights_in_words(np.array([[0.1, 1, 0.9], [0, 0.1, 0], [-1, -0.8, -0.7]]))
    'positive in the upper middle and upper right, negative in the whole lower row'
    """
    least = 0.4 * np.abs(kernel).max()
    signs = (("positive", kernel >= least), ("negative", kernel <= -least))
    parts = [f"{sign} in the {listed(named_cells(large))}" for sign, large in signs if large.any()]
    return ", ".join(parts) or "all zero"


def named_cells(marked: NDArray[np.bool_]) -> list[str]:
    """Name the marked cells of a grid: whole rows and columns first, then cell by cell.

    Examples
    --------
    >>> named_cells(np.array([[True, True, True], [False, True, False], [False, False, True]]))
    ['whole upper row', 'centre', 'lower right']
    >>> named_cells(np.eye(4, dtype=bool)[:1])
    ['column 0']
    """
    rows, columns = marked.shape
    if marked.all():
        return ["whole window"]
    vertical = ["upper", "middle", "lower"] if rows == 3 else [f"row {row}" for row in range(rows)]
    horizontal = ["left", "middle", "right"] if columns == 3 else [f"column {column}" for column in range(columns)]
    left = marked.copy()
    cells = []
    for axis, (lines, kind) in enumerate(((vertical, "row"), (horizontal, "column"))):
        for number, name in enumerate(lines):
            if marked.shape[1 - axis] > 1 and np.take(marked, number, axis).all():
                cells.append(f"whole {name} {kind}" if name[-1].isalpha() else f"whole {name}")
                left[(slice(None),) * axis + (number,)] = False
    for row, column in np.argwhere(left):
        names = [vertical[row]] * (rows > 1) + [horizontal[column]] * (columns > 1)
        cells.append("centre" if names == ["middle", "middle"] else " ".join(names))
    return cells
