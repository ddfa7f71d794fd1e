"""What the illustrations of windows share: how sizes are written, and a window on its input."""

from __future__ import annotations

from itertools import product
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cnnfigs.drawing.layout import Piece, matrix
from cnnfigs.drawing.pieces import Drawing, Mark
from cnnfigs.drawing.shapes import box, label, mesh, tiles
from cnnfigs.drawing.widths import IN_CELL
from cnnfigs.runs.windows.places import Slide
from cnnfigs.runs.windows.receptive_fields import Field
from cnnfigs.words import counted, written_number

#: Rows, or columns, under no window.
NOWHERE = np.array([], dtype=np.intp)


def square(array: NDArray[np.generic]) -> str:
    """Write the first two sizes of an array.

    Examples
    --------
    >>> square(np.zeros((5, 5)))
    '5×5'
    """
    return "×".join(str(size) for size in array.shape[:2])


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
    rows = f"{counted(before, 'row')} above and {after} below"
    return f"{rows}, {counted(before, 'column')} to the left and {after} to the right"


def place_on(
    image: NDArray[np.float32],
    cell: float,
    rows: NDArray[np.intp] = NOWHERE,
    columns: NDArray[np.intp] = NOWHERE,
    *,
    added: tuple[int, int] = (0, 0),
    numbers: Literal["all", "seen"] | None = None,
) -> Piece:
    """Make a piece of an image of ones and zeros with its padding and a window on it; smaller where room is little.

    Parameters
    ----------
    image
        Shape (size, size).
    cell
        Side of a cell, in pixels.
    rows, columns
        Cells of the image under the window; those below 0 and from `size` on are padding. No window without them.
    added
        Cells of padding before and after.
    numbers
        Whether the values are written into all cells, or those under the window, where they are large enough. Without
        them the middle of the window is marked.
    """
    side = (len(image) + sum(added)) * cell

    def paint(axes: Axes, x: float, y: float, scale: float) -> None:
        before, size, pitch = added[0], len(image), cell * scale
        left, top = x + before * pitch, y + before * pitch
        whole = size + sum(added)

        def block(row: float, column: float, cells: float, **look: Any) -> None:
            box(axes, left + column * pitch, top + row * pitch, cells * pitch, cells * pitch, **look)

        if sum(added):
            block(-before, -before, whole, edge=None, fill="padding-fill")
            mesh(axes, x, y, whole, whole, pitch, edge="padding")
        block(0, 0, size, edge=None, fill="background" if numbers else "input-fill")
        if numbers:
            tiles(axes, np.argwhere(image > 0), left, top, pitch)
        if len(rows):
            if np.ptp(rows) == len(rows) - 1:  # without gaps the window is one box
                block(rows[0], columns[0], len(rows), edge=None, fill="kernel-fill")
            else:
                tiles(axes, product(rows, columns), left, top, pitch, "kernel-fill")
        mesh(axes, left, top, size, size, pitch)
        if sum(added):
            block(-before, -before, whole, edge="padding", dashed=True)
        block(0, 0, size, edge="input", line_width=1.25)
        if len(rows):
            block(rows[0], columns[0], int(np.ptp(rows)) + 1, edge="kernel", line_width=2.25)
            if not numbers and len(rows) % 2:
                block(rows[len(rows) // 2], columns[len(rows) // 2], 1, edge=None, fill="kernel")
        if numbers and pitch > IN_CELL:
            for (row, column), value in np.ndenumerate(np.pad(image, added)):
                if numbers == "all" or (row - before in rows and column - before in columns):
                    middle = (x + (column + 0.5) * pitch, y + (row + 0.5) * pitch)
                    ink = bool(value)
                    label(axes, *middle, f"{value:g}", size=IN_CELL, name="text" if ink else "muted", bold=ink)

    return Drawing(side, side, paint, smallest=0.5)


def places_on(one: Slide, cell: float, gap: float, *, numbers: Literal["all", "seen"] | None = None) -> Piece:
    """Arrange the image of a :class:`Slide` once for each place of its window, each where its number stands."""
    inputs = [
        [place_on(one.image, cell, rows, columns, added=one.added, numbers=numbers) for columns in one.cells]
        for rows in one.cells
    ]
    return matrix(inputs, gap=gap)


def so_far(values: NDArray[Any], place: tuple[int, int]) -> NDArray[Any]:
    """Return an output that is made number by number as it is after one place: what comes later is not a number.

    Examples
    --------
    >>> so_far(np.array([[1.0, 2.0], [3.0, 4.0]]), (0, 1)).tolist()
    [[1.0, 2.0], [nan, nan]]
    """
    done = place[0] * values.shape[1] + place[1]
    return np.where(np.arange(values.size).reshape(values.shape) <= done, values, np.nan)


def if_done(value: float) -> str:
    """Write a number of :func:`so_far`, if there is one yet.

    Examples
    --------
    >>> if_done(-0.5), if_done(float("nan"))
    ('−0.5', '')
    """
    return "" if np.isnan(value) else written_number(value)


def field_mark(field: Field) -> Mark:
    """Frame what a unit can see of an image."""
    return Mark(*field.first, field.size, field.size)
