"""A digit broken into its local patterns, by the filters of a trained first layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.drawing.shapes import arrow, box, digit, label, raster, window
from cnnfigs.drawing.style import NORMAL, SMALL, canvas
from cnnfigs.illustrations.base import Picture, require_whole
from cnnfigs.illustrations.networks import require_network, require_test_image
from cnnfigs.runs.activations import test_digit
from cnnfigs.runs.local_patterns import LocalPatternsRun, find_patterns

if TYPE_CHECKING:
    import keras

#: Size of the digit, of a kernel and of a patch, in pixels.
DIGIT, KERNEL, PATCH = 336, 54, 54
PLACES = 2
#: White around the digit, in pixels of the image.
MARGIN = 2


@dataclass(frozen=True)
class LocalPatterns(Picture):
    """A digit broken into local patterns: the windows where filters of the first layer answer most strongly.

    Parameters
    ----------
    network
        Name of one of the tutorial's convolutional networks, or a Keras model that begins with a Conv2D layer and
        reads (28, 28, 1).
    index
        Which of MNIST's test images, 0 to 9999.
    patterns
        How many filters to show, 1 to 5.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the network begins with another layer.
    """

    network: str | keras.Model = "convnet"
    index: int = 4
    patterns: int = 5

    def __post_init__(self) -> None:
        require_network(self.network)
        require_test_image(self.index)
        require_whole("patterns", self.patterns, 1, 5)

    def run(self) -> LocalPatternsRun:
        """Let the first layer look at the digit."""
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
        for number, pattern in enumerate(run.patterns):
            name = "ABCDE"[number]
            height, width = pattern.kernel.shape
            for row, column in pattern.places:
                left, top = 2 + (column - first_column) * pixel, 32 + (row - first_row) * pixel
                window(axes, left, top, width * pixel, height * pixel)
                badge(axes, left + 9, top + 9, name)
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
        """Say for each filter where it found its pattern and how strongly."""
        told = []
        for name, pattern in zip("ABCDE", run.patterns, strict=False):
            places = ", ".join(
                f"row {row} column {column} with {value:.2f}"
                for (row, column), value in zip(pattern.places, pattern.values, strict=True)
            )
            told.append(f"{name}, filter {pattern.channel}: {places}")
        height, width = run.patterns[0].kernel.shape
        return f"""A handwritten digit with small windows of {height}×{width} pixels on it, and beside it
            {len(run.patterns)} of the {run.filters} filters of the network's first layer, each with the windows where
            it answers most strongly. The windows of one filter show much the same thing, such as an edge of the stroke
            that runs in one direction; those of another filter show another thing. Upper left corners of the windows
            and answers: {"; ".join(told)}."""

    def state_facts(self, run: LocalPatternsRun) -> dict[str, str]:
        """Give how many filters there are and how many are shown."""
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
    box(axes, x - 9, y - 9, 18, 18, edge="kernel", fill="kernel-fill")
    label(axes, x, y, text, size=NORMAL, bold=True)
