"""A picture that stands for a page where a link to it is shared, or for the whole as the cover of a book.

A page with a figure of its own has that beside its title or below it, wherever it is larger; others have a convolution.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from PIL import Image

from cnnfigs.drawing.export import picture_file
from cnnfigs.drawing.formats import Look
from cnnfigs.drawing.layout import Place
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.shapes import arrow, digit, label, number_grid, raster
from cnnfigs.drawing.style import POINTS_PER_INCH, canvas, style
from cnnfigs.words import written_number

MARGIN = 40
#: Width and height of what is shared, and how many pixels of the file are one of its units.
SIZE, SCALE = (600, 315), 2
#: Pixels around what stands on it, and letters of a line of small text beside a figure.
EDGE, BESIDE = 24, 24
#: Where a figure can stand on it, each with how wide the title beside or above it may be, and where that has to end.
PLACES = (
    (Place(214, 20, 370, 275), 168, 275),
    (Place(EDGE, 112, 552, 190), 552, 104),
)


def figure_card(title: str, drawings: Sequence[Figure], *, above: str = "") -> bytes:
    """Draw a title and a figure, as the content of a PNG file of 1200 by 630 pixels; the same bytes each time.

    Parameters
    ----------
    title
        What stands on it in large letters.
    drawings
        The figure, drawn for several widths: that one is shown which can be the largest.
    above
        What stands over the title, in small letters, where there is room.
    """
    fits = [(_scale(drawing, place), drawing, place, room) for drawing in drawings for place, *room in PLACES]
    scale, drawing, place, (width, bottom) = max(fits, key=lambda fit: fit[0])
    with style():
        canvas_figure, axes = canvas(*SIZE)
        canvas_figure.patch.set(visible=True, facecolor=color("background"))
        lines = textwrap.wrap(above, BESIDE if place.x > width else len(above) or 1)
        for number, line in enumerate(lines):
            label(axes, EDGE, EDGE + 16 * number, line, size=12, name="muted", align="left")
        top = EDGE - 8 + 16 * len(lines) + (8 if lines else 0)
        _title(axes, title, EDGE, top, width, bottom, 30)
        buffer = io.BytesIO()
        canvas_figure.savefig(buffer, format="png", dpi=SCALE * POINTS_PER_INCH, facecolor="auto")
        wide, _ = _size(drawing)
        shown = picture_file([drawing], "", "png", Look(width=round(wide * scale * SCALE)))
    with Image.open(buffer) as card, Image.open(io.BytesIO(shown)) as picture:
        at = ((place.middle[0] * SCALE - picture.width / 2), (place.middle[1] * SCALE - picture.height / 2))
        card.paste(picture.convert("RGBA"), (round(at[0]), round(at[1])))
        made = io.BytesIO()
        card.convert("RGB").save(made, "png", optimize=True)
    return made.getvalue()


def _size(drawing: Figure) -> tuple[float, float]:
    width, height = drawing.get_size_inches() * POINTS_PER_INCH
    return width, height


def _scale(drawing: Figure, place: Place) -> float:
    """Return how large a figure is shown there; not larger than on its page by more than a quarter."""
    width, height = _size(drawing)
    return min(place.width / width, place.height / height, 1.25)


def card(
    title: str,
    image: ArrayLike,
    kernel: ArrayLike,
    output: ArrayLike,
    *,
    above: str = "",
    below: str = "",
    size: tuple[int, int] = SIZE,
    scale: float = SCALE,
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
        _title(axes, title, MARGIN, MARGIN + 22, room, top, 54 if top > room / 2 else 34)
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


def _title(axes: Axes, title: str, left: float, top: float, width: float, bottom: float, largest: int) -> None:
    """Write the title from a corner on, in letters as large as the room allows."""
    figure = axes.figure
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[arg-type, no-untyped-call]
    text = axes.text(left, top, "", va="top", fontweight="bold", color=color("text"), linespacing=1.15)
    for size in range(largest, 10, -2):
        # The fewest lines that are not too wide, and of these the shortest.
        fitting = []
        for letters in range(len(title), 4, -1):
            lines = textwrap.wrap(title, letters, break_long_words=False)
            text.set(text="\n".join(lines), fontsize=size)
            box = text.get_window_extent(renderer)
            if box.width <= width and top + box.height + 12 <= bottom:
                fitting.append((len(lines), box.width, text.get_text()))
        if fitting:
            text.set_text(min(fitting)[2])
            return
