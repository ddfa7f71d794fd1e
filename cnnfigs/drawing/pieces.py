"""What pictures are arranged from: words, arrays as images or numbers, charts, sheets, bars, arrows and signs.

Each is a :class:`cnnfigs.drawing.layout.Piece`: give it a size that it would like, and arrange it with the containers
there. Colours are names of the palette.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from numpy.typing import ArrayLike, NDArray

from cnnfigs.drawing import shapes
from cnnfigs.drawing.layout import (
    CLOSE,
    GAP,
    Align,
    Fitted,
    Piece,
    Place,
    column,
    either,
    grid,
    inset,
    matrix,
    row,
)
from cnnfigs.drawing.palette import CHART, color
from cnnfigs.drawing.style import POINTS_PER_INCH, measuring, text_width
from cnnfigs.drawing.widths import IN_CELL, PHONE, SIGN, TEXT, TITLE
from cnnfigs.words import typeset, written_number

#: Letters may be so much wider than ours where a reader has another font.
WIDER = 1.15
#: From one line of words to the next, in heights of the letters.
LINE = 1.35

Bounds = tuple[float, float, float, float]

_ALIGNED: dict[Align, Literal["left", "center", "right"]] = {"start": "left", "middle": "center", "end": "right"}


@dataclass(frozen=True, eq=False)
class Words(Piece):
    """A line of words, broken into several where there is too little room.

    Parameters
    ----------
    text
        What it says.
    name
        Its colour.
    size
        Height of the letters in pixels, at least 12.
    bold
        Whether it is bold.
    align
        Where its lines stand to each other.
    most
        How wide it may be, in pixels.
    """

    text: str
    name: str = "text"
    size: float = TEXT
    bold: bool = False
    align: Align = "start"
    most: float = math.inf

    def fit(self, room: float = math.inf) -> Fitted:
        lines = broken(typeset(self.text), min(room, self.most) / WIDER, self.size, self.bold)
        # On whole pixels, so that what stands beside and below is sharp, and its numbers are short.
        width = math.ceil(WIDER * max(text_width(line, self.size, self.bold) for line in lines))
        pitch = round(LINE * self.size)

        def paint(axes: Axes, x: float, y: float) -> None:
            at = x + {"start": 0, "middle": width / 2, "end": width}[self.align]
            for number, line in enumerate(lines):
                shapes.label(
                    axes,
                    at,
                    y + (number + 0.5) * pitch,
                    line,
                    align=_ALIGNED[self.align],
                    size=self.size,
                    name=self.name,
                    bold=self.bold,
                )

        return Fitted(width, pitch * len(lines), paint)


def broken(text: str, width: float, size: float = TEXT, bold: bool = False) -> list[str]:
    """Break words at their spaces into lines that are no wider than this, if each word allows.

    Examples
    --------
    >>> broken("one two three", 1), len(broken("one two three", 999))
    (['one', 'two', 'three'], 1)
    """
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold) <= width + 0.01:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def panel(
    title: str, piece: Piece, sub: str = "", *, note: str = "", name: str = "text", align: Align = "start"
) -> Piece:
    """Title a part of a picture: the one way to do it.

    Parameters
    ----------
    title
        What it is, in a word or two, bold and above the piece.
    piece
        The part.
    sub
        What is more to say of it, such as its shape: below the title, in the second rank.
    note
        What is to be read after it is seen: below the piece.
    name
        Colour of the title: ``"input"``, ``"kernel"`` or ``"output"`` for what is one.
    align
        How they stand to each other; a narrow part may be middled.
    """
    words = [Words(title, name, TITLE, bold=True, align=align)] if title else []
    words += [Words(sub, "muted", align=align)] if sub else []
    parts: list[Piece] = [column(*words, gap=1, align=align)] if words else []
    parts += [piece, *([Words(note, "muted", align=align)] if note else [])]
    return _Titled(tuple(parts), 1 if words else 0, align)


@dataclass(frozen=True, eq=False)
class _Titled(Piece):
    """A piece with its words, which break before they make it much wider than the piece; arrows point to the piece."""

    parts: tuple[Piece, ...]
    shown: int
    align: Align

    def fit(self, room: float = math.inf) -> Fitted:
        fitted = column(*self.parts, gap=CLOSE, align=self.align).fit(room)
        shown = self.parts[self.shown].fit(room)
        x, y = shown.middle
        left = {"start": x, "middle": fitted.middle[0], "end": fitted.width - shown.width + x}[self.align]
        above = sum(part.fit(room).height + CLOSE for part in self.parts[: self.shown])
        return replace(fitted, focus=(left, above + y))

    def turned(self) -> Piece:
        return replace(self, parts=tuple(part.turned() for part in self.parts))


@dataclass(frozen=True)
class Mark:
    """A frame around cells of an array, such as the window of a kernel.

    Parameters
    ----------
    row, column
        The first cell, from 0; it may lie outside and between cells.
    rows, columns
        How many cells.
    name
        Colour of its line.
    fill
        Colour of its ground, below numbers.
    line_width
        In pixels.
    dashed
        Whether its line is.
    """

    row: float
    column: float
    rows: float = 1
    columns: float = 1
    name: str = "kernel"
    fill: str | None = None
    line_width: float = 2.5
    dashed: bool = False

    def paint(self, axes: Axes, x: float, y: float, width: float, height: float) -> None:
        """Draw it on an array that begins there, with cells of this size."""
        place = (x + self.column * width, y + self.row * height, self.columns * width, self.rows * height)
        if not self.dashed and self.fill is None:
            shapes.window(axes, *place, self.name, line_width=self.line_width)
        else:
            shapes.box(axes, *place, edge=self.name, fill=self.fill, line_width=self.line_width, dashed=self.dashed)


@dataclass(frozen=True, eq=False)
class _Area(Piece):
    """An array that becomes smaller where there is too little room, in its proportions."""

    values: ArrayLike
    width: float
    marks: Sequence[Mark] = field(default=(), kw_only=True)
    smallest: float = field(default=24, kw_only=True)

    @property
    def shape(self) -> tuple[int, ...]:
        return np.shape(self.values)

    def fit(self, room: float = math.inf) -> Fitted:
        width = min(self.width, max(room, min(self.smallest, self.width)))
        height = width * self.shape[0] / self.shape[1]

        def paint(axes: Axes, x: float, y: float) -> None:
            self.show(axes, x, y, width)
            for mark in self.marks:
                mark.paint(axes, x, y, width / self.shape[1], height / self.shape[0])

        return Fitted(width, height, paint)

    @abstractmethod
    def show(self, axes: Axes, x: float, y: float, width: float) -> None:
        """Draw the array so wide."""


@dataclass(frozen=True, eq=False)
class Raster(_Area):
    """An array as an image with sharp cells, see :func:`cnnfigs.drawing.shapes.raster`.

    Parameters
    ----------
    values
        Shape (rows, columns), or colours (rows, columns, 3 or 4).
    width
        In pixels, where there is room.
    marks
        Frames around cells.
    smallest
        The least width.
    limit, signed, frame
        As for the function.
    """

    limit: float | None = field(default=None, kw_only=True)
    signed: bool = field(default=False, kw_only=True)
    frame: str | None = field(default="grid", kw_only=True)

    def show(self, axes: Axes, x: float, y: float, width: float) -> None:
        shapes.raster(axes, self.values, x, y, width, limit=self.limit, signed=self.signed, frame=self.frame)


@dataclass(frozen=True, eq=False)
class Digit(_Area):
    """A grey image, shape (height, width), 0 for paper to 1 for ink, as ink on paper."""

    frame: str | None = field(default="input", kw_only=True)

    def show(self, axes: Axes, x: float, y: float, width: float) -> None:
        shapes.digit(axes, self.values, x, y, width, frame=self.frame)


@dataclass(frozen=True, eq=False)
class Photo(_Area):
    """A photo, shape (rows, columns, 3 or 4), see :func:`cnnfigs.drawing.shapes.photo`; marks count its pixels."""

    frame: str | None = field(default="grid", kw_only=True)
    sharp: bool = field(default=False, kw_only=True)

    def show(self, axes: Axes, x: float, y: float, width: float) -> None:
        shapes.photo(axes, np.asarray(self.values), x, y, width, frame=self.frame, sharp=self.sharp)


@dataclass(frozen=True, eq=False)
class NumberGrid(Piece):
    """A grid of cells with their numbers, see :func:`cnnfigs.drawing.shapes.number_grid`.

    Parameters
    ----------
    values
        Shape (rows, columns).
    cell
        Side of a cell in pixels, where there is room; it becomes smaller as far as its numbers let it.
    write
        Turns a value into text; empty leaves the cell empty.
    fill
        One colour for all cells, or one for each, shape (rows, columns, 3 or 4); by default that of the map.
    signed, limit
        As in :class:`Raster`.
    frame, marks
        Colour of the frame around the whole, and frames around cells.
    size
        Height of the numbers in pixels, at least 12.
    """

    values: ArrayLike
    cell: float = 34
    write: Callable[[float], str] = "{:g}".format
    fill: str | NDArray[Any] | None = None
    signed: bool = False
    limit: float | None = None
    frame: str | None = None
    marks: Sequence[Mark] = ()
    size: float = IN_CELL

    def fit(self, room: float = math.inf) -> Fitted:
        array = np.asarray(self.values, dtype=float)
        rows, columns = array.shape
        texts = [[self.write(float(value)) for value in line] for line in array]
        needed = max(text_width(text, self.size) for line in texts for text in line) * WIDER + 2
        cell = max(min(self.cell, room / columns), needed, self.size + 2)

        def paint(axes: Axes, x: float, y: float) -> None:
            def grounds() -> None:
                for mark in self.marks:
                    if mark.fill:
                        replace(mark, name=mark.fill).paint(axes, x, y, cell, cell)

            fills = shapes.colored(array, self.limit, self.signed) if self.fill is None else self.fill
            shapes.cells(axes, texts, fills, x, y, cell, size=self.size, grounds=grounds)
            if self.frame:
                shapes.box(axes, x, y, columns * cell, rows * cell, edge=self.frame, line_width=2)
            for mark in self.marks:
                replace(mark, fill=None).paint(axes, x, y, cell, cell)

        return Fitted(columns * cell, rows * cell, paint)


@dataclass(frozen=True, eq=False)
class Sheets(Piece):
    """Feature maps as sheets one behind the other, the first in front.

    Parameters
    ----------
    maps
        Shape (height, width, sheets).
    side
        Width of a sheet in pixels.
    offset
        How far each sheet stands from the one before it, to the right and upwards.
    frame
        Colour of the frames.
    show
        Draws a sheet: gets axes, its number, x, y and side; as a map of activations by default.
    """

    maps: ArrayLike
    side: float
    offset: float = 4
    frame: str = "output"
    show: Callable[[Axes, int, float, float, float], None] | None = None

    def fit(self, room: float = math.inf) -> Fitted:
        array = np.asarray(self.maps, dtype=float)
        behind = self.offset * (array.shape[-1] - 1)
        side = min(self.side, max(room - behind, 16))
        height = side * array.shape[0] / array.shape[1]

        def paint(axes: Axes, x: float, y: float) -> None:
            for sheet in reversed(range(array.shape[-1])):
                left, top = x + sheet * self.offset, y + behind - sheet * self.offset
                if self.show:
                    self.show(axes, sheet, left, top, side)
                else:
                    shapes.raster(axes, array[..., sheet], left, top, side, frame=self.frame)

        return Fitted(side + behind, height + behind, paint)


@dataclass(frozen=True, eq=False)
class Bars(Piece):
    """Shares as bars below one another, names at their left and, where given, values at their right.

    Parameters
    ----------
    shares
        Shape (n,), values 0 to 1.
    names
        What each bar is.
    width
        Length of a bar that stands for 1, in pixels, where there is room.
    values
        What is written at the right of each bar.
    highlight
        Which bar is filled; the longest by default, none for -1.
    fill
        Colour of the bar that is highlighted.
    pitch
        From one bar to the next, in pixels.
    track
        Whether an empty bar shows how long 1 is.
    """

    shares: ArrayLike
    names: Sequence[str]
    width: float = 120
    values: Sequence[str] = ()
    highlight: int | None = None
    fill: str = "output"
    pitch: float = 20
    track: bool = True

    def fit(self, room: float = math.inf) -> Fitted:
        shares = np.asarray(self.shares, dtype=float)
        chosen = int(shares.argmax()) if self.highlight is None else self.highlight
        before = WIDER * max(text_width(name, TEXT, bold=True) for name in self.names) + CLOSE
        after = WIDER * max((text_width(value, TEXT, bold=True) for value in self.values), default=-CLOSE) + CLOSE
        width = min(self.width, max(room - before - after, 40))

        def paint(axes: Axes, x: float, y: float) -> None:
            for number, (share, name) in enumerate(zip(shares, self.names, strict=True)):
                top, strong = y + number * self.pitch, number == chosen
                middle, left = top + self.pitch / 2, x + before
                shapes.label(axes, left - CLOSE, middle, name, align="right", size=TEXT, bold=strong)
                if self.track:
                    shapes.box(axes, left, top + 3, width, self.pitch - 6, fill="surface", line_width=0.75)
                if share > 0:
                    fill = self.fill if strong else "muted"
                    shapes.box(axes, left, top + 3, width * share, self.pitch - 6, edge=None, fill=fill)
                if self.values:
                    text, right = self.values[number], left + (width if self.track else width * share)
                    shapes.label(axes, right + CLOSE, middle, text, align="left", size=TEXT, bold=strong)

        return Fitted(before + width + after, self.pitch * len(shares), paint)


@dataclass(frozen=True, eq=False)
class Chart(Piece):
    """A chart, which measures the words around its axes and leaves room for them.

    Parameters
    ----------
    plot
        Draws on the axes that it gets, and is told whether they are for a phone: names of rows then stand above their
        rows, and there are fewer ticks. It does not yet know how large the axes will be.
    width, height
        Of the whole, in pixels; narrower where there is too little room.
    narrow_height
        Its height on a phone; the same when it is not given.
    finish
        Draws what depends on how large the axes are, on them and from what `plot` returned; called each time they are
        measured.
    """

    plot: Callable[[Axes, bool], Any]
    width: float = 560
    height: float = 280
    narrow_height: float | None = None
    finish: Callable[[Axes, Any], None] | None = None

    def fit(self, room: float = math.inf) -> Fitted:
        width = min(self.width, max(room, 200))
        narrow = width <= PHONE
        height = self.height if not narrow or self.narrow_height is None else self.narrow_height
        # Not measured before it is drawn, since who arranges it asks only for its size.
        return Fitted(width, height, lambda axes, x, y: self._paint(axes, Place(x, y, width, height), narrow))

    def _paint(self, canvas: Axes, place: Place, narrow: bool) -> None:
        """Draw it once, and move its axes until the words around them have room."""
        made = canvas.get_figure(root=True)
        assert made is not None
        made.set_label(CHART)
        axes = made.add_axes(_inside(made, place, 60, 12, 8, 36))
        # Above the canvas, in the order of drawing.
        axes.set_zorder(len(made.get_axes()) - 1)
        plotted = self.plot(axes, narrow)
        for _ in range(2):  # ticks, and what stands at a place of the data, depend on the room that is left
            finished = self._finish(axes, plotted)
            axes.set_position(_inside(made, place, *_overhang(axes)))
            for each in finished:
                each.remove()
        self._finish(axes, plotted)

    def _finish(self, axes: Axes, plotted: Any) -> list[Artist]:
        """Draw what depends on the size of the axes, and return it."""
        before = set(axes.get_children())
        if self.finish:
            self.finish(axes, plotted)
        return [each for each in axes.get_children() if each not in before]


def _inside(made: Figure, place: Place, left: float, right: float, top: float, bottom: float) -> Bounds:
    """Return where axes stand in a figure, in its measure, with that much room around them at a place of it."""
    whole, high = made.get_size_inches() * POINTS_PER_INCH
    width, height = max(place.width - left - right, 40), max(place.height - top - bottom, 30)
    return (place.x + left) / whole, 1 - (place.y + top + height) / high, width / whole, height / high


def _overhang(axes: Axes) -> tuple[float, ...]:
    """Return how much room the words around axes need at the left, right, top and bottom, in whole pixels."""
    seen = axes.get_tightbbox(measuring())
    box, boxes = axes.bbox, [axes.bbox, *map(_widened, _words_of(axes)), *([] if seen is None else [seen])]
    around = Bbox.union(boxes)
    overhang = (box.x0 - around.x0, around.x1 - box.x1, around.y1 - box.y1, box.y0 - around.y0)
    return tuple(math.ceil(round(each, 6)) + 1 for each in overhang)


def _words_of(axes: Axes) -> list[Text]:
    """Return the words of a chart that are drawn; of its ticks those within the axes."""
    ticks = [
        label
        for axis, (low, high) in ((axes.xaxis, sorted(axes.get_xlim())), (axes.yaxis, sorted(axes.get_ylim())))
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks())
        if low <= tick.get_loc() <= high
        for label in (tick.label1, tick.label2)
    ]
    words = [*axes.texts, axes.title, axes.xaxis.label, axes.yaxis.label, *ticks]
    return [each for each in words if each.get_visible() and each.get_text().strip()]


def _widened(words: Text) -> Bbox:
    """Return where words stand if a reader's letters are wider."""
    box = words.get_window_extent(measuring())
    more = 0 if words.get_rotation() else (WIDER - 1) * box.width
    left = {"left": 0.0, "center": 0.5, "right": 1.0}[words.get_horizontalalignment()] * more
    return Bbox.from_extents(box.x0 - left, box.y0, box.x1 - left + more, box.y1)


@dataclass(frozen=True, eq=False)
class Arrow(Piece):
    """An arrow to the right, with words above it; downwards, with words beside it, where a row became a column.

    Parameters
    ----------
    text
        What happens on the way.
    name
        Colour of the words.
    length
        In pixels.
    down
        Whether it points down.
    """

    text: str = ""
    name: str = "muted"
    length: float = 30
    down: bool = False

    def fit(self, room: float = math.inf) -> Fitted:
        if self.down:
            words = Words(self.text, self.name).fit(max(room - 12 - 2 * CLOSE, 0)) if self.text else None
            # As far to the left as to the right, so that the arrow stands in the middle.
            aside = words.width + CLOSE if words else 0
            length = max(22.0, words.height if words else 0)

            def paint_down(axes: Axes, x: float, y: float) -> None:
                middle = x + 6 + aside
                shapes.arrow(axes, (middle, y), (middle, y + length))
                if words:
                    words.paint(axes, middle + 6 + CLOSE, y + (length - words.height) / 2)

            return Fitted(12 + 2 * aside, length, paint_down)
        words = Words(self.text, self.name, align="middle").fit(room) if self.text else None
        width = max(self.length, words.width if words else 0)
        above = words.height + 2 if words else 0

        def paint(axes: Axes, x: float, y: float) -> None:
            if words:
                words.paint(axes, x + (width - words.width) / 2, y)
            shapes.arrow(axes, (x, y + above + 5), (x + width, y + above + 5))

        # The arrow itself stands in the middle of what is beside it.
        return Fitted(width, 2 * above + 10, paint)

    def turned(self) -> Piece:
        return replace(self, down=True)


def sign(text: str, name: str = "text") -> Piece:
    """Draw a sign between two parts, such as + or =, large enough to be the point."""
    return Words(text, name, size=SIGN, align="middle")


@dataclass(frozen=True, eq=False)
class Drawing(Piece):
    """Something of a kind of its own, drawn with :mod:`cnnfigs.drawing.shapes`.

    Parameters
    ----------
    width, height
        Its size in pixels.
    paint
        Draws it: gets axes, x, y and a scale, by which to multiply lengths.
    smallest
        By how much it can be made smaller, where there is too little room.
    """

    width: float
    height: float
    paint: Callable[[Axes, float, float, float], None]
    smallest: float = 1

    def fit(self, room: float = math.inf) -> Fitted:
        scale = min(1.0, max(room / self.width, self.smallest))
        return Fitted(self.width * scale, self.height * scale, lambda axes, x, y: self.paint(axes, x, y, scale))


def space(width: float = 0, height: float = 0) -> Piece:
    """Keep a place empty, such as the corner of a matrix."""
    return Drawing(max(width, 0.01), height, lambda *_: None)


def swatch(name: str, text: str, *, dashed: bool = False, line: bool = False, fill: str | None = None) -> Piece:
    """Explain a colour: a small square, filled with it or with another, or a piece of a line, and its words."""

    def paint(axes: Axes, x: float, y: float, scale: float) -> None:
        if line:
            axes.plot(
                [x, x + 20],
                [y + 7, y + 7],
                color=color(name),
                linestyle="dashed" if dashed else "solid",
                zorder=shapes.on_top(axes),
            )
        else:
            shapes.box(axes, x + 3, y, 14, 14, edge=name, fill=None if dashed else fill or name, dashed=dashed)

    return row(Drawing(20, 14, paint), Words(text), gap=CLOSE)


def hundredths(value: float) -> str:
    """Write a number of a cell with two decimals.

    Examples
    --------
    >>> hundredths(-0.126)
    '−0.13'
    """
    return written_number(value, 2)


def titled_rows(rows: Sequence[tuple[str, Sequence[Piece]]], gap: float = 8, between: float = GAP) -> Piece:
    """Put rows of equal pieces below each other, each with its title at the left; on a phone above, its pieces wrapped.

    Parameters
    ----------
    rows
        Title and pieces of each row, the same number in each.
    gap, between
        Pixels between pieces, and between rows.
    """
    wide = matrix([[Words(title, bold=True), *pieces] for title, pieces in rows], gap=gap, between=between)
    narrow = column(*(panel(title, grid(pieces, gap=gap)) for title, pieces in rows), gap=between)
    return either(wide, narrow)


@dataclass(frozen=True, eq=False)
class Stage:
    """A stage of a :class:`Pipeline`.

    Parameters
    ----------
    title
        What it is, in a word or two.
    piece
        What comes out of it; turned on a phone.
    lines
        What is more to say of it, such as its window and its shape.
    name
        Colour of the title.
    """

    title: str
    piece: Piece
    lines: Sequence[str] = ()
    name: str = "text"

    def words(self, align: Align) -> Piece:
        """Return title and lines."""
        title = Words(self.title, self.name, TITLE, bold=True, align=align)
        return column(title, *(Words(line, "muted", align=align) for line in self.lines), gap=1, align=align)


@dataclass(frozen=True, eq=False)
class Pipeline(Piece):
    """Stages with an arrow from each to the next, their words in one line above them.

    Where they do not fit into one row, they become several of about the same width. On a phone they stand below one
    another, with their words beside them.

    Parameters
    ----------
    stages
        In the order in which they are computed.
    gap
        Pixels between a stage and an arrow.
    arrow
        Length of an arrow, in pixels.
    """

    stages: Sequence[Stage]
    gap: float = 6
    arrow: float = 20

    def fit(self, room: float = math.inf) -> Fitted:
        if room <= PHONE:
            return self._down().fit(room)
        lines = self._lines(room)
        narrower = room
        # Neither one row nor rows of one stage become narrower.
        while 1 < len(lines) < len(self.stages) and len(fewer := self._lines(narrower := narrower - 10)) == len(lines):
            lines = fewer
        rows = [self._across(line, begins=number == 0) for number, line in enumerate(lines)]
        return column(*rows, gap=GAP).fit(room)

    def _lines(self, room: float) -> list[list[Stage]]:
        """Put as many stages into each row as there is room for, and at least one."""
        lines: list[list[Stage]] = [[]]
        left = 0.0
        for stage in self.stages:
            width = max(stage.words("middle").natural, stage.piece.natural)
            before = self.arrow + 2 * self.gap if left else 0
            if lines[-1] and left + before + width > room:
                lines.append([])
                left, before = 0, self.arrow + self.gap
            lines[-1].append(stage)
            left += before + width
        return lines

    def _across(self, stages: Sequence[Stage], begins: bool) -> Piece:
        words = [stage.words("middle") for stage in stages]
        said, shown = ([each.fit().height for each in pieces] for pieces in (words, [stage.piece for stage in stages]))
        parts: list[Piece] = []
        for stage, above, word_height, height in zip(stages, words, said, shown, strict=True):
            if parts or not begins:
                # Its head and its tail are 10 pixels high.
                parts.append(inset(Arrow(length=self.arrow), bottom=max(shown) / 2 - 5))
            aside = (max(shown) - height) / 2
            parts.append(
                column(
                    inset(above, bottom=max(said) - word_height),
                    inset(stage.piece, top=aside, bottom=aside),
                    gap=CLOSE,
                    align="middle",
                )
            )
        return row(*parts, gap=self.gap, align="end")

    def _down(self) -> Piece:
        rows: list[list[Piece]] = []
        for stage in self.stages:
            if rows:
                rows.append([space(), Arrow(down=True)])
            rows.append([stage.words("start"), stage.piece.turned()])
        return matrix(rows, gap=14, between=CLOSE)


def turning(piece: Piece, below: Piece) -> Piece:
    """Show one piece, or another one where a row has become a column."""
    return _Turning(piece, below)


@dataclass(frozen=True, eq=False)
class _Turning(Piece):
    """A piece that has another in its place where a row has become a column."""

    piece: Piece
    below: Piece

    def fit(self, room: float = math.inf) -> Fitted:
        return self.piece.fit(room)

    def turned(self) -> Piece:
        return self.below


def strip(values: ArrayLike, length: float, *, thickness: float = 12, frame: str = "output") -> Piece:
    """Draw a row of numbers, shape (n,), as a strip: upright among pieces in a row, and lying in a column."""
    array = np.asarray(values, dtype=float)

    def upright(axes: Axes, x: float, y: float, scale: float) -> None:
        shapes.raster(axes, array[:, np.newaxis], x, y, thickness * scale, length * scale, frame=frame)

    def lying(axes: Axes, x: float, y: float, scale: float) -> None:
        shapes.raster(axes, array[np.newaxis], x, y, length * scale, thickness * scale, frame=frame)

    return turning(Drawing(thickness, length, upright), Drawing(length, thickness, lying, smallest=0.5))


def boxed(piece: Piece, edge: str = "grid", fill: str = "surface", width: float = 0) -> Piece:
    """Put a piece into a box that is at least so wide, for what is a thing of its own, such as a layer."""
    return _Boxed(piece, edge, fill, width)


@dataclass(frozen=True, eq=False)
class _Boxed(Piece):
    """A piece in the middle of a box."""

    piece: Piece
    edge: str
    fill: str
    width: float

    def fit(self, room: float = math.inf) -> Fitted:
        inner = self.piece.fit(max(room - 2 * CLOSE, 0))
        width, height = max(self.width, inner.width + 2 * CLOSE), inner.height + 2 * CLOSE

        def paint(axes: Axes, x: float, y: float) -> None:
            shapes.box(axes, x, y, width, height, edge=self.edge, fill=self.fill, line_width=1.5)
            inner.paint(axes, x + (width - inner.width) / 2, y + CLOSE)

        return Fitted(width, height, paint, inner.places)


@dataclass(frozen=True, eq=False)
class Tiles(Piece):
    """Many small arrays in rows, as one image, which is lighter than one for each; on a phone fewer to a row.

    Parameters
    ----------
    arrays
        Shape (rows, columns, arrays), all in the same scale of colours, or (rows, columns, 3, arrays) for RGB, 0 to 1.
    cell
        Side of a cell, in whole pixels.
    columns
        How many stand in a row, where there is room; the rows are equally full if that can be.
    gap
        Pixels between two of them.
    names
        What is written below each.
    marked
        Which of the names are written in bold in the colour of errors.
    limit, signed, frame
        As in :class:`Raster`.
    """

    arrays: ArrayLike
    cell: int
    columns: int
    gap: int = 4
    names: Sequence[str] = ()
    marked: Sequence[str] = ()
    limit: float | None = None
    signed: bool = False
    frame: str | None = "output"

    def fit(self, room: float = math.inf) -> Fitted:
        array = np.asarray(self.arrays, dtype=float)
        height, width, count = (*(side * self.cell for side in array.shape[:2]), array.shape[-1])
        words = max((text_width(name, TEXT) for name in self.names), default=0) * WIDER
        across = max(width, math.ceil(words)) + self.gap
        # Cells and gaps that have a large common divisor make a small image.
        down = height + self.gap + (math.ceil(LINE * TEXT / self.gap) * self.gap if self.names else 0)
        most = self.columns if room == math.inf else max(1, min(self.columns, int((room + self.gap) // across)))
        columns = next((fewer for fewer in range(most, most // 2, -1) if self.columns % fewer == 0), most)

        def paint(axes: Axes, x: float, y: float) -> None:
            aside = (across - self.gap - width) // 2
            left, top = round(x) + aside, round(y)
            places = [divmod(number, columns) for number in range(count)]
            corners = [(left + column * across, top + row * down) for row, column in places]
            arrays = [array[..., number] for number in range(count)]
            shapes.raster_sheet(
                axes, arrays, corners, self.cell, limit=self.limit, signed=self.signed, frame=self.frame
            )
            for name, (start, upper) in zip(self.names, corners, strict=False):
                middle = upper + height + LINE * TEXT / 2
                marked = name in self.marked
                shade = "error" if marked else "muted"
                shapes.label(axes, start + width / 2, middle, name, size=TEXT, name=shade, bold=marked)

        rows = -(-count // columns)
        return Fitted(min(columns, count) * across - self.gap, rows * down - self.gap, paint)
