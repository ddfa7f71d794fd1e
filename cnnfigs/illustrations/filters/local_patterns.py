"""A digit broken into its local patterns, by the filters of a trained first layer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cnnfigs.data import mnist_labels
from cnnfigs.drawing.layout import Piece, column, flow, matrix, row
from cnnfigs.drawing.pieces import Arrow, Digit, Drawing, Raster, Words, hundredths, panel, space
from cnnfigs.drawing.shapes import box, digit, label, window
from cnnfigs.drawing.widths import TEXT, TITLE
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers, Part
from cnnfigs.illustrations.networks import Network
from cnnfigs.parameters import TestImage, Whole
from cnnfigs.runs.activations import test_digit
from cnnfigs.runs.filters.local_patterns import LocalPatternsRun, find_patterns
from cnnfigs.words import listed, with_article

#: Size of the digit, and of a kernel and a patch, in pixels.
DIGIT, KERNEL = 340, 56
#: Side of the plate that bears a letter, in pixels, and the letters.
PLATE, LETTERS = 18, "ABCDE"
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

    def draw(self, run: LocalPatternsRun) -> Piece:
        """Draw the digit with the windows, then each filter with what it found."""
        limit = max(abs(pattern.kernel).max() for pattern in run.patterns)

        def found(patch: NDArray[np.float32], value: float) -> Piece:
            return column(Digit(patch, KERNEL, frame="kernel"), Words(f"{value:.2f}", "output"), gap=1, align="middle")

        heading = Words("strongest places", size=TITLE, bold=True)
        filters = matrix(
            [
                [space(), Words("filter", "kernel", TITLE, bold=True), space(), heading],
                *[
                    [
                        Drawing(PLATE, PLATE, partial(plate, name)),
                        Raster(pattern.kernel, KERNEL, limit=limit, signed=True, frame="kernel"),
                        Arrow(length=24),
                        row(*map(found, pattern.patches, pattern.values), gap=18),
                    ]
                    for name, pattern in zip(LETTERS, run.patterns, strict=False)
                ],
            ],
            gap=12,
            between=8,
        )
        return flow(
            panel("the digit", Drawing(DIGIT, DIGIT, partial(draw_digit, run), smallest=0.9), name="input"),
            filters,
            gap=32,
        )

    def describe(self, run: LocalPatternsRun) -> Description:
        patterns = []
        for name, pattern in zip(LETTERS, run.patterns, strict=False):
            places = listed(
                f"row {row}, column {column}, with {value:.2f}"
                for (row, column), value in zip(pattern.places, pattern.values, strict=True)
            )
            patterns.append(
                Part(
                    f"{name}, filter {pattern.channel}",
                    (
                        f"Its large weights: {weights_in_words(pattern.kernel)}.",
                        f"Its windows begin at {places}.",
                    ),
                )
            )
        height, width = run.patterns[0].kernel.shape
        article = with_article(int(mnist_labels("test")[self.index])).capitalize()
        return Description(
            f"{article} broken into local patterns: small windows where {len(run.patterns)} filters of the first layer "
            "answer most strongly.",
            [
                f"On the digit stand windows of {height}×{width} pixels, each with a letter beside it.",
                f"Then come {len(run.patterns)} of the {run.filters} filters of the network’s first layer, each with "
                "its letter and with what it saw where it answers most strongly.",
                "A filter asks for ink where its weights are positive and for paper where they are negative, and in "
                "its windows there is much of that.",
                *patterns,
            ],
            [
                *(
                    Numbers(f"Filter {pattern.channel}, {name}", pattern.kernel, hundredths)
                    for name, pattern in zip(LETTERS, run.patterns, strict=False)
                ),
                Numbers("The digit", run.image, hundredths),
            ],
        )

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


def draw_digit(run: LocalPatternsRun, axes: Axes, x: float, y: float, scale: float) -> None:
    """Draw the digit with all windows, each with its letter beside it."""
    first_row, first_column, side = inked_square(run.image)
    shown = run.image[first_row : first_row + side, first_column : first_column + side]
    pixel = DIGIT * scale / side
    digit(axes, shown, x, y, DIGIT * scale)
    height, width = run.patterns[0].kernel.shape
    corners = [place - (first_row, first_column) for pattern in run.patterns for place in pattern.places]
    centres = plate_centres(shown, corners, (height, width), PLATE / pixel)
    letters = [name for name, pattern in zip(LETTERS, run.patterns, strict=False) for _ in pattern.places]
    for (top, left), (across, down), name in zip(corners, centres, letters, strict=True):
        window(axes, x + left * pixel, y + top * pixel, width * pixel, height * pixel)
        plate(name, axes, x + across * pixel - PLATE / 2, y + down * pixel - PLATE / 2)


def plate(text: str, axes: Axes, x: float, y: float, scale: float = 1) -> None:
    """Draw a letter on a small plate."""
    box(axes, x, y, PLATE, PLATE, edge="kernel", fill="kernel-fill")
    label(axes, x + PLATE / 2, y + PLATE / 2, text, size=TEXT, bold=True)


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
    for top, left in corners:
        across = (left + width / 2, left + plate / 2, left + width - plate / 2, left - gap, left + width + gap)
        down = (top + height / 2, top + plate / 2, top + height - plate / 2, top - gap, top + height + gap)
        around = [(float(x), float(y)) for x in across for y in down if x in across[3:] or y in down[3:]]

        def cost(centre: tuple[float, float]) -> tuple[bool, float]:
            left, top = centre[0] - plate / 2, centre[1] - plate / 2
            inside = min(left, top) >= 0 and left + plate <= image.shape[1] and top + plate <= image.shape[0]
            covered = sum(overlap(left, top, plate, x, y, width, height) for y, x in corners)
            covered += sum(overlap(left, top, plate, x - plate / 2, y - plate / 2, plate, plate) for x, y in placed)
            rows, columns = (slice(max(0, int(start)), max(0, int(start + plate) + 1)) for start in (top, left))
            ink = sum(
                value * overlap(left, top, plate, columns.start + x, rows.start + y, 1, 1)
                for (y, x), value in np.ndenumerate(image[rows, columns])
            )
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
    for down, across in np.argwhere(left):
        names = [vertical[down]] * (rows > 1) + [horizontal[across]] * (columns > 1)
        cells.append("centre" if names == ["middle", "middle"] else " ".join(names))
    return cells
