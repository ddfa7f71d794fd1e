"""A picture that stands for a page where a link to it is shared, or for the whole as the cover of a book."""

from __future__ import annotations

import io
import textwrap

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from numpy.typing import ArrayLike

from cnnfigs.drawing.palette import color
from cnnfigs.drawing.shapes import arrow, digit, label, number_grid, raster
from cnnfigs.drawing.style import POINTS_PER_INCH, canvas, style
from cnnfigs.words import written_number

MARGIN = 40


def card(
    title: str,
    image: ArrayLike,
    kernel: ArrayLike,
    output: ArrayLike,
    *,
    above: str = "",
    below: str = "",
    size: tuple[int, int] = (600, 315),
    scale: float = 2,
) -> bytes:
    """Draw a title above a convolution, as the content of a PNG file; the same bytes each time.

    Parameters
    ----------
    title
        What stands on it in large letters.
    image
        The convolution's input, shape (height, width), 0 for paper to 1 for ink.
    kernel
        Its kernel, shape (height, width).
    output
        Its output, shape (height, width).
    above, below
        What stands over the title and at the lower edge, in small letters.
    size
        Width and height; the smallest text is 13 high.
    scale
        Pixels of the file for each unit.
    """
    width, height = size
    with style():
        figure, axes = canvas(width, height)
        figure.patch.set(visible=True, facecolor=color("background"))
        room = width - 2 * MARGIN
        for words, at in ((above, MARGIN + 4), (below, height - MARGIN)):
            label(axes, MARGIN, at, words, size=13, name="muted", align="left")
        top = height * 0.514
        _title(axes, title, room, top)
        side = min(room / 4.2, height * 0.36)
        step = (room - side) / 2
        lefts = [MARGIN + number * step for number in range(3)]
        digit(axes, image, lefts[0], top, side)
        cell, inset = side * 0.24, side * 0.14
        number_grid(
            axes, kernel, lefts[1] + inset, top + inset, cell, write=_whole, fill="kernel-fill", size=cell * 0.5
        )
        raster(axes, output, lefts[2], top, side, signed=True, frame="output")
        for left, right in ((lefts[0] + side, lefts[1] + inset), (lefts[1] + side - inset, lefts[2])):
            arrow(axes, (left + 12, top + side / 2), (right - 12, top + side / 2))
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=scale * POINTS_PER_INCH, facecolor="auto", metadata={"Software": None})
    return buffer.getvalue()


def _whole(value: float) -> str:
    return written_number(value, decimals=0)


def _title(axes: Axes, title: str, width: float, bottom: float) -> None:
    """Write the title below the upper edge, in letters as large as the room allows."""
    figure = axes.figure
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[arg-type, no-untyped-call]
    text = axes.text(MARGIN, MARGIN + 22, "", va="top", fontweight="bold", color=color("text"), linespacing=1.15)
    for size in range(54 if bottom > width / 2 else 34, 10, -2):
        # The fewest lines that are not too wide, and of these the shortest.
        fitting = []
        for letters in range(len(title), 4, -1):
            lines = textwrap.wrap(title, letters, break_long_words=False)
            text.set(text="\n".join(lines), fontsize=size)
            box = text.get_window_extent(renderer)
            if box.width <= width and MARGIN + 22 + box.height + 12 <= bottom:
                fitting.append((len(lines), box.width, text.get_text()))
        if fitting:
            text.set_text(min(fitting)[2])
            return
