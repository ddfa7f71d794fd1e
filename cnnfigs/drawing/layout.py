"""Arranging instead of placing: pieces know how large they are, containers put them beside and below each other.

The same pieces are fitted into the text column and into a phone. A piece is asked with :meth:`Piece.fit` for what it
is in a certain room; it may become narrower than its natural width, break its words, or be arranged in another way.
The leaves, what can be seen, are in :mod:`cnnfigs.drawing.pieces`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cnnfigs.drawing.style import POINTS_PER_INCH, canvas
from cnnfigs.drawing.widths import PHONE, WIDTH

Align = Literal["start", "middle", "end"]

#: Pixels between two parts of a picture, between what belongs together, and around the whole.
GAP, CLOSE, MARGIN = 20, 6, 3
#: Pixels from left to right that a picture has room for in the text column.
COLUMN = WIDTH - 2 * MARGIN

Paint = Callable[[Axes, float, float], None]


@dataclass(frozen=True)
class Place:
    """Where a named part stands: its upper left corner and its size, in pixels."""

    x: float
    y: float
    width: float
    height: float

    def moved(self, x: float, y: float) -> Place:
        """Return the place that much farther to the right and down."""
        return replace(self, x=self.x + x, y=self.y + y)

    @property
    def middle(self) -> tuple[float, float]:
        """Its centre."""
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True)
class Fitted:
    """A piece in a certain room.

    Parameters
    ----------
    width, height
        Its size, in pixels.
    paint
        Draws it, its upper left corner at the given x and y, on axes of :func:`cnnfigs.drawing.style.canvas`.
    places
        Where its named parts stand, counted from its upper left corner.
    focus
        What arrows beside, above and below it point to, if not its middle: that of an array among its words.
    """

    width: float
    height: float
    paint: Paint
    places: Mapping[str, Place] = field(default_factory=dict)
    focus: tuple[float, float] | None = None

    @property
    def middle(self) -> tuple[float, float]:
        """Its focus, or else its centre."""
        return self.focus or (self.width / 2, self.height / 2)


class Piece(ABC):
    """A part of a picture, which knows its natural size and draws itself."""

    @abstractmethod
    def fit(self, room: float = math.inf) -> Fitted:
        """Return it as it is where there are `room` pixels from left to right; wider only if it cannot be less."""

    @cached_property
    def natural(self) -> float:
        """How wide it is where nothing limits it, in pixels."""
        return self.fit().width

    @cached_property
    def least(self) -> float:
        """How narrow it can be, in pixels."""
        return self.fit(0).width

    def turned(self) -> Piece:
        """Return what stands in its place where a row has become a column: an arrow points down."""
        return self


def laid_out(piece: Piece, width: float = WIDTH) -> Figure:
    """Draw a piece on a figure that is as large as it, and at most `width` pixels wide if that can be.

    Raises
    ------
    ValueError
        If it does not fit into the text column.
    """
    return frames_laid_out([piece], width)[0]


def two_drawings(piece: Piece) -> tuple[Figure, Figure | None]:
    """Draw a piece for the text column, and for a phone if it is too wide for one."""
    wide = laid_out(piece)
    return wide, laid_out(piece, PHONE) if wide.get_figwidth() * POINTS_PER_INCH > PHONE else None


def frames_laid_out(pieces: Sequence[Piece], width: float = WIDTH) -> list[Figure]:
    """Draw pieces that are shown in one place, each on a figure of its own, all as large as the largest needs."""
    fitted = [piece.fit(width - 2 * MARGIN) for piece in pieces]
    width, height = max(each.width for each in fitted), max(each.height for each in fitted)
    figures = []
    for each in fitted:
        figure, axes = canvas(math.ceil(width + 2 * MARGIN), math.ceil(height + 2 * MARGIN))
        each.paint(axes, MARGIN, MARGIN)
        figures.append(figure)
    return figures


def row(*pieces: Piece, gap: float = GAP, align: Align = "middle") -> Piece:
    """Put pieces beside each other; where there is too little room, each gets a share of it."""
    return Row(pieces, gap, align)


def column(*pieces: Piece, gap: float = GAP, align: Align = "start") -> Piece:
    """Put pieces below each other."""
    return Column(pieces, gap, align)


def flow(*pieces: Piece, gap: float = GAP, align: Align = "middle", below: Align = "middle") -> Piece:
    """Put pieces beside each other where there is room, and else below each other, arrows turned down.

    Parameters
    ----------
    align, below
        How the pieces of the row stand to each other, and those of the column.
    """
    return either(row(*pieces, gap=gap, align=align), column(*(each.turned() for each in pieces), gap=gap, align=below))


def either(*pieces: Piece) -> Piece:
    """Show the first piece that fits the room at its natural width, or the last one."""
    return Either(pieces)


def grid(pieces: Sequence[Piece], columns: int | None = None, gap: float = GAP, align: Align = "start") -> Piece:
    """Put pieces of one kind beside and below each other: as many in a row as there is room for, at most `columns`.

    The last row is as full as can be: eight pieces in room for five become two rows of four, and not five and three,
    where `columns` is a multiple of that.
    """
    return Wrapped(tuple(pieces), columns or len(pieces), gap, align)


def matrix(
    rows: Sequence[Sequence[Piece]], gap: float = GAP, between: float | None = None, align: Align = "middle"
) -> Piece:
    """Put pieces into rows and columns that stand exactly below each other; `between` the rows if other than `gap`."""
    return Matrix(tuple(map(tuple, rows)), gap, gap if between is None else between, align)


def named(name: str, piece: Piece) -> Piece:
    """Give a piece a name by which :func:`joined` finds its place."""
    return Named(name, piece)


def joined(piece: Piece, join: Callable[[Axes, Mapping[str, Place]], None], *, behind: bool = True) -> Piece:
    """Draw something between the named parts of a piece, such as the lines of a tree.

    Parameters
    ----------
    piece
        With parts of :func:`named`.
    join
        Gets the axes, and where each part stands.
    behind
        Whether the parts cover it.
    """
    return Joined(piece, join, behind)


def inset(piece: Piece, left: float = 0, top: float = 0, right: float = 0, bottom: float = 0) -> Piece:
    """Keep room free around a piece, in pixels."""
    return Inset(piece, left, top, right, bottom)


def within(width: float, piece: Piece) -> Piece:
    """Give a piece room for so many pixels at most, so that its words break there."""
    return Within(piece, width)


def overlay(*pieces: Piece, align: Align = "middle") -> Piece:
    """Draw pieces on each other, the last on top, as `align` says in both directions."""
    return Overlay(pieces, align)


def _shift(align: Align, free: float) -> float:
    return {"start": 0.0, "middle": free / 2, "end": free}[align]


def _aligned(align: Align, sizes: Sequence[float], middles: Sequence[float]) -> list[float]:
    """Return where each of several pieces begins; where they are middled, their middles stand in one line if they can.

    Examples
    --------
    >>> _aligned("end", [100, 20], [50, 10]), _aligned("middle", [100, 20], [60, 10])
    ([0, 80], [0.0, 50.0])
    """
    largest = max(sizes)
    if align != "middle":
        return [_shift(align, largest - size) for size in sizes]
    line = middles[sizes.index(largest)]
    return [float(min(max(line - middle, 0), largest - size)) for size, middle in zip(sizes, middles, strict=True)]


def _painted(
    parts: Sequence[tuple[Fitted, float, float]],
    width: float,
    height: float,
    focus: tuple[float, float] | None = None,
) -> Fitted:
    """Make one of parts at their places."""

    def paint(axes: Axes, x: float, y: float) -> None:
        for part, left, top in parts:
            part.paint(axes, x + left, y + top)

    places = {name: each.moved(left, top) for part, left, top in parts for name, each in part.places.items()}
    return Fitted(width, height, paint, places, focus)


@dataclass(frozen=True, eq=False)
class Row(Piece):
    """Pieces beside each other."""

    pieces: tuple[Piece, ...]
    gap: float
    align: Align

    def fit(self, room: float = math.inf) -> Fitted:
        widths = [piece.natural for piece in self.pieces]
        gaps = self.gap * (len(widths) - 1)
        if sum(widths) + gaps > room:
            widths = _shares(widths, [piece.least for piece in self.pieces], max(room - gaps, 0))
        fitted = [piece.fit(width) for piece, width in zip(self.pieces, widths, strict=True)]
        height = max(each.height for each in fitted)
        tops = _aligned(self.align, [each.height for each in fitted], [each.middle[1] for each in fitted])
        parts, left = [], 0.0
        for each, top in zip(fitted, tops, strict=True):
            parts.append((each, left, top))
            left += each.width + self.gap
        width = left - self.gap
        tallest = next(each for each in fitted if each.height == height)
        return _painted(parts, width, height, (width / 2, tallest.middle[1]))


@dataclass(frozen=True, eq=False)
class Column(Piece):
    """Pieces below each other."""

    pieces: tuple[Piece, ...]
    gap: float
    align: Align

    def fit(self, room: float = math.inf) -> Fitted:
        fitted = [piece.fit(room) for piece in self.pieces]
        width = max(each.width for each in fitted)
        lefts = _aligned(self.align, [each.width for each in fitted], [each.middle[0] for each in fitted])
        parts, top = [], 0.0
        for each, left in zip(fitted, lefts, strict=True):
            parts.append((each, left, top))
            top += each.height + self.gap
        height = top - self.gap
        widest = next(each for each in fitted if each.width == width)
        return _painted(parts, width, height, (widest.middle[0], height / 2))


@dataclass(frozen=True, eq=False)
class Either(Piece):
    """The first of several pieces that fits."""

    pieces: tuple[Piece, ...]

    def fit(self, room: float = math.inf) -> Fitted:
        *others, last = self.pieces
        for piece in others:
            fitted = piece.fit()
            if fitted.width <= room:
                return fitted
        return last.fit(room)

    def turned(self) -> Piece:
        return Either(tuple(piece.turned() for piece in self.pieces))


@dataclass(frozen=True, eq=False)
class Wrapped(Piece):
    """Pieces in rows, as many to a row as there is room for."""

    pieces: tuple[Piece, ...]
    columns: int
    gap: float
    align: Align

    def fit(self, room: float = math.inf) -> Fitted:
        widest = max(piece.natural for piece in self.pieces)
        most = self.columns if room == math.inf else max(1, int((room + self.gap) // (widest + self.gap)))
        columns = min(self.columns, most)
        # Fewer to a row where the rows are then equally full.
        columns = next((fewer for fewer in range(columns, columns // 2, -1) if self.columns % fewer == 0), columns)
        fitted = [piece.fit(min(widest, room)) for piece in self.pieces]
        width = max(each.width for each in fitted)
        parts, top = [], 0.0
        for start in range(0, len(fitted), columns):
            line = fitted[start : start + columns]
            height = max(each.height for each in line)
            for number, each in enumerate(line):
                left = number * (width + self.gap)
                parts.append((each, left + (width - each.width) / 2, top + _shift(self.align, height - each.height)))
            top += height + self.gap
        return _painted(parts, min(columns, len(fitted)) * (width + self.gap) - self.gap, top - self.gap)


@dataclass(frozen=True, eq=False)
class Matrix(Piece):
    """Pieces in rows and columns."""

    rows: tuple[tuple[Piece, ...], ...]
    gap: float
    between: float
    align: Align

    def fit(self, room: float = math.inf) -> Fitted:
        columns = list(zip(*self.rows, strict=True))
        widths = [max(piece.natural for piece in column) for column in columns]
        gaps = self.gap * (len(widths) - 1)
        if sum(widths) + gaps > room:
            least = [max(piece.least for piece in column) for column in columns]
            widths = _shares(widths, least, max(room - gaps, 0))
        fitted = [[piece.fit(width) for piece, width in zip(line, widths, strict=True)] for line in self.rows]
        widths = [max(each.width for each in column) for column in zip(*fitted, strict=True)]
        parts, top = [], 0.0
        for line in fitted:
            height, left = max(each.height for each in line), 0.0
            tops = _aligned("middle", [each.height for each in line], [each.middle[1] for each in line])
            for number, (each, width) in enumerate(zip(line, widths, strict=True)):
                # What is first in a row names it, and stands at the left.
                aside = 0 if number == 0 else _shift(self.align, width - each.width)
                parts.append((each, left + aside, top + tops[number]))
                left += width + self.gap
            top += height + self.between
        return _painted(parts, sum(widths) + gaps, top - self.between)


@dataclass(frozen=True, eq=False)
class Named(Piece):
    """A piece that can be found."""

    name: str
    piece: Piece

    def fit(self, room: float = math.inf) -> Fitted:
        fitted = self.piece.fit(room)
        return replace(fitted, places={**fitted.places, self.name: Place(0, 0, fitted.width, fitted.height)})

    def turned(self) -> Piece:
        return Named(self.name, self.piece.turned())


@dataclass(frozen=True, eq=False)
class Joined(Piece):
    """A piece with something between its parts."""

    piece: Piece
    join: Callable[[Axes, Mapping[str, Place]], None]
    behind: bool

    def fit(self, room: float = math.inf) -> Fitted:
        fitted = self.piece.fit(room)

        def paint(axes: Axes, x: float, y: float) -> None:
            places = {name: each.moved(x, y) for name, each in fitted.places.items()}
            if self.behind:
                self.join(axes, places)
            fitted.paint(axes, x, y)
            if not self.behind:
                self.join(axes, places)

        return replace(fitted, paint=paint)


@dataclass(frozen=True, eq=False)
class Inset(Piece):
    """A piece with free room around it."""

    piece: Piece
    left: float
    top: float
    right: float
    bottom: float

    def fit(self, room: float = math.inf) -> Fitted:
        fitted = self.piece.fit(max(0, room - self.left - self.right))
        width, height = fitted.width + self.left + self.right, fitted.height + self.top + self.bottom
        focus = fitted.focus and (fitted.focus[0] + self.left, fitted.focus[1] + self.top)
        return _painted([(fitted, self.left, self.top)], width, height, focus)


@dataclass(frozen=True, eq=False)
class Within(Piece):
    """A piece with so much room at most."""

    piece: Piece
    width: float

    def fit(self, room: float = math.inf) -> Fitted:
        return self.piece.fit(min(self.width, room))

    def turned(self) -> Piece:
        return Within(self.piece.turned(), self.width)


@dataclass(frozen=True, eq=False)
class Overlay(Piece):
    """Pieces on each other."""

    pieces: tuple[Piece, ...]
    align: Align

    def fit(self, room: float = math.inf) -> Fitted:
        fitted = [piece.fit(room) for piece in self.pieces]
        width, height = max(each.width for each in fitted), max(each.height for each in fitted)
        parts = [
            (each, _shift(self.align, width - each.width), _shift(self.align, height - each.height)) for each in fitted
        ]
        return _painted(parts, width, height)


def _shares(natural: Sequence[float], least: Sequence[float], room: float) -> list[float]:
    """Share the room in proportion to what each would take, none below what it needs.

    Examples
    --------
    >>> _shares([100, 300], [0, 0], 200)
    [50.0, 150.0]
    >>> _shares([100, 300], [80, 0], 200)
    [80, 120.0]
    """
    widths = dict(enumerate(natural))
    free = set(widths)
    while free:
        left = room - sum(widths[each] for each in widths.keys() - free)
        whole = sum(natural[each] for each in free) or 1
        short = {each for each in free if natural[each] * left / whole < least[each]}
        if not short:
            widths |= {each: max(0.0, natural[each] * left / whole) for each in free}
            break
        widths |= {each: least[each] for each in short}
        free -= short
    return [widths[each] for each in range(len(natural))]
