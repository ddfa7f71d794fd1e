"""What the illustrations of windows share: how sizes are written, and a window drawn on its input."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cnnfigs.drawing.layout import Piece
from cnnfigs.drawing.pieces import Drawing, Mark
from cnnfigs.drawing.shapes import arrow, box, label, mesh
from cnnfigs.drawing.style import SMALL
from cnnfigs.runs.windows.receptive_fields import Field


def square(array: NDArray[np.generic]) -> str:
    """Write the first two sizes of an array.

    Examples
    --------
    >>> square(np.zeros((5, 5)))
    '5×5'
    """
    return "×".join(str(size) for size in array.shape[:2])


def listed_rows(values: NDArray[np.generic]) -> str:
    """Write a grid of numbers row by row, as a sentence says it.

    Examples
    --------
    >>> listed_rows(np.array([[1.0, 0.5], [0.0, 2.0]]))
    '1, 0.5; 0, 2'
    """
    return "; ".join(", ".join(f"{value:g}" for value in row) for row in values)


def unbroken(formula: str) -> str:
    r"""Keep a formula on one line of the page.

    Examples
    --------
    >>> unbroken("5 − 3")
    '5\xa0−\xa03'
    """
    return formula.replace(" ", "\N{NO-BREAK SPACE}")


def padding_in_words(added: tuple[int, int]) -> str:
    """Write how many cells are added to each axis.

    Examples
    --------
    >>> padding_in_words((0, 1))
    '0 rows above and 1 below, 0 columns to the left and 1 to the right'
    """
    before, after = added
    rows = f"{before} {_plural('row', before)} above and {after} below"
    return f"{rows}, {before} {_plural('column', before)} to the left and {after} to the right"


def _plural(noun: str, count: int) -> str:
    return noun if count == 1 else f"{noun}s"


def place_on(
    image: NDArray[np.float32],
    cell: float,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    *,
    added: tuple[int, int] = (0, 0),
    numbers: bool = False,
) -> Piece:
    """Make a piece of an image with its padding and a window on it, see :func:`draw_place`; small where room is."""
    side = (len(image) + sum(added)) * cell

    def paint(axes: Axes, x: float, y: float, scale: float) -> None:
        draw_place(axes, image, x, y, cell * scale, rows, columns, added=added, numbers=numbers)

    return Drawing(side, side, paint, smallest=1 if numbers else 0.5)


def draw_place(
    axes: Axes,
    image: NDArray[np.float32],
    x: float,
    y: float,
    cell: float,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    *,
    added: tuple[int, int] = (0, 0),
    numbers: bool = False,
) -> None:
    """Draw an image of ones and zeros with its padding and a window on it.

    Parameters
    ----------
    axes
        Axes of a canvas.
    image
        Shape (size, size).
    x, y, cell
        Upper left corner of the padded image, and side of a cell, in pixels.
    rows, columns
        Cells of the image under the window; those below 0 and from `size` on are padding.
    added
        Cells of padding before and after.
    numbers
        Whether the values are written into the cells. Otherwise the middle of the window is marked.
    """
    before, size = added[0], len(image)
    left, top = x + before * cell, y + before * cell
    whole = size + sum(added)
    if sum(added):
        box(axes, x, y, whole * cell, whole * cell, edge=None, fill="padding-fill")
        mesh(axes, x, y, whole, whole, cell, edge="padding")
    box(axes, left, top, size * cell, size * cell, edge=None, fill="background" if numbers else "input-fill")
    if numbers:
        for row, column in np.argwhere(image > 0):
            box(axes, left + column * cell, top + row * cell, cell, cell, edge=None, fill="input-fill")
    if np.ptp(rows) == len(rows) - 1:  # without gaps the window is one box
        span = len(rows) * cell
        box(axes, left + columns[0] * cell, top + rows[0] * cell, span, span, edge=None, fill="kernel-fill")
    else:
        for row in rows:
            for column in columns:
                box(axes, left + column * cell, top + row * cell, cell, cell, edge=None, fill="kernel-fill")
    mesh(axes, left, top, size, size, cell)
    if sum(added):
        box(axes, x, y, whole * cell, whole * cell, edge="padding", dashed=True)
    box(axes, left, top, size * cell, size * cell, edge="input", line_width=1.25)
    span = (np.ptp(rows) + 1) * cell
    box(axes, left + columns[0] * cell, top + rows[0] * cell, span, span, edge="kernel", line_width=2.25)
    if numbers:
        for row, column in np.ndindex(whole, whole):
            inside = before <= row < before + size and before <= column < before + size
            value = image[row - before, column - before] if inside else 0
            middle = (x + (column + 0.5) * cell, y + (row + 0.5) * cell)
            label(axes, *middle, f"{value:g}", size=SMALL, name="text" if value else "muted", bold=bool(value))
    elif len(rows) % 2:
        row, column = rows[len(rows) // 2], columns[len(rows) // 2]
        box(axes, left + column * cell, top + row * cell, cell, cell, edge=None, fill="kernel")


def field_mark(field: Field) -> Mark:
    """Frame what a unit can see of an image."""
    return Mark(*field.first, field.size, field.size)


def arrow_right(axes: Axes, x: float, y: float, length: float = 28) -> None:
    """Draw an arrow to the right."""
    arrow(axes, (x, y), (x + length, y))
