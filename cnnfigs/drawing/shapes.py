"""What pictures are made of: rasters, grids of numbers, stacks of maps, arrows and labels.

All functions draw on axes of :func:`cnnfigs.drawing.style.canvas`: positions and sizes are pixels from the upper left
corner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from matplotlib.patches import FancyArrowPatch, Patch, PathPatch, Rectangle
from matplotlib.path import Path
from numpy.typing import ArrayLike, NDArray

from cnnfigs.drawing.palette import VALUES, color, diverging, sequential, text_on, text_on_map
from cnnfigs.drawing.svg import PHOTO, SHARP
from cnnfigs.drawing.widths import IN_CELL, TEXT

if TYPE_CHECKING:
    from matplotlib.typing import ColorType

Align = Literal["left", "center", "right"]


def label(
    axes: Axes,
    x: float,
    y: float,
    text: str,
    *,
    align: Align = "center",
    size: float = TEXT,
    name: str = "text",
    bold: bool = False,
    ground: ColorType | None = None,
) -> None:
    """Write one line of text, centred vertically on `y`.

    Parameters
    ----------
    axes
        Axes of a canvas.
    x, y
        Where, in pixels.
    text
        One line: SVG keeps the alignment of single lines only.
    align
        Whether `x` is the left end, the centre or the right end.
    size
        Height in pixels, at least 12.
    name
        Its colour: a name of the palette.
    bold
        Whether it is bold.
    ground
        What it stands on, if that is the same in both themes: then it is black or white instead, whichever stands out
        more.

    Raises
    ------
    ValueError
        If the text has several lines or is too small to read.
    """
    if "\n" in text or size < IN_CELL:
        raise ValueError(f"text: expected one line of at least {IN_CELL} pixels, got {text!r} at size {size}")
    shade = color(name) if ground is None else text_on(ground)
    _write(axes, x, y, text, size, shade, ha=align, weight="bold" if bold else "normal")


def on_top(axes: Axes) -> int:
    """Return the `zorder` of what is drawn next, over all that is there: drawings lie in the order of their calls."""
    return len(axes.get_children())


def _write(axes: Axes, x: float, y: float, text: str, size: float, shade: str, **more: Any) -> None:
    settings: dict[str, Any] = {
        "ha": "center",
        "va": "center_baseline",
        "fontsize": size,
        "color": shade,
        "zorder": on_top(axes),
    }
    axes.text(x, y, text, **(settings | more))


def _add(axes: Axes, patch: Patch) -> None:
    patch.set(clip_on=False, zorder=on_top(axes))
    axes.add_artist(patch)  # other than `add_patch`, without asking how large it is


def _show(axes: Axes, image: NDArray[Any], x: float, y: float, width: float, height: float, *kinds: str) -> None:
    extent = (x, x + width, y + height, y)
    gid = " ".join(kinds) or None
    axes.imshow(image, extent=extent, aspect="auto", clip_on=False, zorder=on_top(axes), gid=gid)


def _kinds(colors: NDArray[Any]) -> list[str]:
    """Return the word for colours of a map, which have opacity and which the dark theme exchanges, if they are such."""
    return [VALUES] if colors.shape[-1] == 4 else []


def raster(
    axes: Axes,
    values: ArrayLike,
    x: float,
    y: float,
    width: float,
    height: float | None = None,
    *,
    limit: float | None = None,
    signed: bool = False,
    frame: str | None = "grid",
) -> None:
    """Draw an array as an image whose pixels stay sharp at every size.

    Parameters
    ----------
    axes
        Axes of a canvas.
    values
        Shape (rows, columns) for activations or signed values, (rows, columns, 4) for their colours as
        :func:`colored` gives them, or (rows, columns, 3) for RGB from 0 to 1, which is the same in both themes.
    x, y, width, height
        Place and size in pixels; `height` follows from the shape when it is not given.
    limit
        The value that gets the last colour of the map; the largest (absolute) value when it is not given.
    signed
        Whether zero is the middle of the colours instead of their beginning.
    frame
        Colour of a thin frame: a name of the palette, or None for no frame.
    """
    array = np.asarray(values, dtype=float)
    if height is None:
        height = width * array.shape[0] / array.shape[1]
    colors = colored(array, limit, signed)
    _show(axes, colors, x, y, width, height, *_kinds(colors))
    if frame is not None:
        box(axes, x, y, width, height, edge=frame)


def digit(axes: Axes, image: ArrayLike, x: float, y: float, width: float, *, frame: str | None = "input") -> None:
    """Draw a grey image, shape (height, width), 0 for paper to 1 for ink, as ink on paper."""
    grey = 1 - np.asarray(image, dtype=float)
    raster(axes, np.repeat(grey[..., np.newaxis], 3, axis=2), x, y, width, frame=frame)


def colored(array: NDArray[Any], limit: float | None = None, signed: bool = False) -> NDArray[Any]:
    """Turn values into colours of a map, shape (rows, columns, 4), from 0 to 1; what are colours already stay so.

    Examples
    --------
    >>> colored(np.zeros((2, 3))).shape
    (2, 3, 4)
    """
    if array.ndim == 3:
        return array
    if limit is None:
        limit = float(np.abs(array).max())
    # All zeros are drawn as zeros.
    scaled = array / (limit or 1.0)
    colormap: Colormap = diverging() if signed else sequential()
    rgba: NDArray[Any] = colormap((scaled + 1) / 2 if signed else scaled)
    return rgba


def box(
    axes: Axes,
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    edge: str | None = "grid",
    fill: str | None = None,
    line_width: float = 1,
    dashed: bool = False,
) -> None:
    """Draw a rectangle; `edge` and `fill` are names of the palette, or None."""
    _add(
        axes,
        Rectangle(
            (x, y),
            width,
            height,
            edgecolor="none" if edge is None else color(edge),
            facecolor="none" if fill is None else color(fill),
            linewidth=line_width,
            linestyle=(0, (3, 2)) if dashed else "solid",
        ),
    )


def arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], name: str = "muted") -> None:
    """Draw an arrow from start to end."""
    head = "-|>,head_length=5,head_width=2.5"
    _add(axes, FancyArrowPatch(start, end, arrowstyle=head, shrinkA=0, shrinkB=0, color=color(name), linewidth=1.5))


def number_grid(
    axes: Axes,
    values: ArrayLike,
    x: float,
    y: float,
    cell: float,
    *,
    write: Callable[[float], str] = "{:g}".format,
    fill: str | None = None,
    signed: bool = False,
    limit: float | None = None,
    size: float = IN_CELL,
) -> None:
    """Draw a grid of cells with their numbers inside.

    Parameters
    ----------
    axes
        Axes of a canvas.
    values
        Shape (rows, columns).
    x, y, cell
        Upper left corner, and side of a cell, in pixels.
    write
        Turns a value into text.
    fill
        One colour for all cells, a name of the palette; by default each value has its colour of the map.
    signed, limit
        As in :func:`raster`.
    size
        Height of the numbers in pixels.
    """
    array = np.asarray(values, dtype=float)
    texts = [[write(float(value)) for value in row] for row in array]
    cells(axes, texts, fill or colored(array, limit, signed), x, y, cell, size=size)


def cells(
    axes: Axes,
    texts: Sequence[Sequence[str]],
    fills: NDArray[Any] | str,
    x: float,
    y: float,
    width: float,
    height: float | None = None,
    *,
    edge: str = "grid",
    size: float = IN_CELL,
    grounds: Callable[[], None] | None = None,
) -> None:
    """Draw a grid of cells, each with its own text and colour.

    Parameters
    ----------
    axes
        Axes of a canvas.
    texts
        Rows of texts; an empty text leaves its cell empty.
    fills
        A colour for each cell: shape (rows, columns, 4), as :func:`colored` gives them, which the dark theme exchanges;
        or (rows, columns, 3), RGB from 0 to 1, as :func:`inked` gives them; or one name of the palette for all.
    x, y
        Upper left corner, in pixels.
    width, height
        Size of a cell, in pixels; a square when `height` is not given.
    edge
        Colour of the lines between the cells, a name of the palette.
    size
        Height of the texts in pixels.
    grounds
        Draws what lies on the cells and below their lines and texts.
    """
    height = width if height is None else height
    rows, columns = len(texts), len(texts[0])
    inks = np.full((rows, columns), color("text"))
    if isinstance(fills, str):
        box(axes, x, y, columns * width, rows * height, edge=None, fill=fills)
    else:
        # One image is lighter than a shape for each cell.
        raster(axes, fills, x, y, columns * width, rows * height, frame=None)
        for place in np.ndindex(rows, columns):
            inks[place] = (text_on_map if fills.shape[-1] == 4 else text_on)(tuple(fills[place]))
    if grounds:
        grounds()
    mesh(axes, x, y, rows, columns, width, height, edge=edge, line_width=0.75)
    for row, column in np.ndindex(rows, columns):
        if texts[row][column]:
            middle = (x + (column + 0.5) * width, y + (row + 0.5) * height)
            _write(axes, *middle, texts[row][column], size, str(inks[row, column]))


def inked(values: ArrayLike) -> NDArray[np.float64]:
    """Turn grey values, shape (rows, columns), 0 for paper to 1 for ink, into colours: ink on paper.

    Examples
    --------
    >>> inked([[0.0, 0.5, 1.0]])[..., 0].round(2).tolist()
    [[1.0, 0.5, 0.0]]
    """
    shades: NDArray[np.float64] = np.repeat(1 - np.asarray(values, dtype=float)[..., np.newaxis], 3, axis=-1)
    # Pure white is the page's colour in the palette and would turn dark with it: paper stays paper.
    return np.minimum(shades, 254 / 255)


def stepped(values: NDArray[Any], steps: int) -> NDArray[Any]:
    """Round to so many steps from 0 to 1: hardly anyone sees the difference, and the page is lighter.

    Examples
    --------
    >>> stepped(np.array([0.1, 0.3]), 2).tolist()
    [0.0, 0.5]
    """
    return np.round(values * steps) / steps


def tinted(values: NDArray[Any], channel: int) -> NDArray[np.float64]:
    """Turn the values of one channel of a colour image, shape (rows, columns), 0 to 1, into shades of its colour."""
    shades = np.zeros((*values.shape, 3))
    shades[..., channel] = values
    return shades


def paled(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Make an image grey and pale, to be seen through: shape (height, width, 1), values 0.5 to 1."""
    grey = image.mean(axis=-1, keepdims=True) if image.shape[-1] == 3 else 1 - image
    return np.asarray(0.5 + grey / 2, dtype=np.float32)


def blended(base: NDArray[np.float32], values: NDArray[np.float32], signed: bool) -> NDArray[np.float32]:
    """Lay a map over a pale image: the more, the larger the absolute value; shape (height, width, 3)."""
    limit = float(np.abs(values).max()) or 1.0
    strength = 0.85 * np.abs(values[..., np.newaxis]) / limit
    colors = colored(values, limit, signed)[..., :3]
    return np.asarray((1 - strength) * base + strength * colors, dtype=np.float32)


def window(
    axes: Axes,
    x: float,
    y: float,
    width: float,
    height: float | None = None,
    name: str = "kernel",
    *,
    line_width: float = 2.5,
) -> None:
    """Draw a frame that stands out on a raster, whose colours stay, in both themes: a line with an edge around it."""
    height = width if height is None else height
    box(axes, x, y, width, height, edge="background", line_width=2 * line_width)
    box(axes, x, y, width, height, edge=name, line_width=line_width)


def mesh(
    axes: Axes,
    x: float,
    y: float,
    rows: int,
    columns: int,
    cell: float,
    height: float | None = None,
    *,
    edge: str = "grid",
    line_width: float = 0.5,
) -> None:
    """Draw the lines of a grid of empty cells, as one shape; square ones when their `height` is not given."""
    height = cell if height is None else height
    right, bottom = x + columns * cell, y + rows * height
    across = [((x, y + row * height), (right, y + row * height)) for row in range(rows + 1)]
    down = [((x + column * cell, y), (x + column * cell, bottom)) for column in range(columns + 1)]
    ends = [end for line in (*across, *down) for end in line]
    lines = Path(ends, [Path.MOVETO, Path.LINETO] * (len(ends) // 2))
    _add(axes, PathPatch(lines, edgecolor=color(edge), facecolor="none", linewidth=line_width))


def tiles(
    axes: Axes, places: Iterable[tuple[float, float]], x: float, y: float, cell: float, fill: str = "input-fill"
) -> None:
    """Fill square cells, given as (row, column) of a grid that begins there, as one shape."""
    corners = [(x + column * cell, y + row * cell) for row, column in places]
    if corners:
        squares = [
            Path(
                [(left, top), (left + cell, top), (left + cell, top + cell), (left, top + cell), (left, top)],
                closed=True,
            )
            for left, top in corners
        ]
        _add(axes, PathPatch(Path.make_compound_path(*squares), edgecolor="none", facecolor=color(fill)))


def photo(
    axes: Axes,
    pixels: NDArray[np.uint8],
    x: float,
    y: float,
    width: float,
    height: float | None = None,
    *,
    frame: str | None = "grid",
    sharp: bool = False,
) -> None:
    """Draw a photo: in pages it is embedded with fewer bytes than :func:`raster` needs, and not quite every pixel.

    Parameters
    ----------
    axes
        Axes of a canvas.
    pixels
        Shape (rows, columns, 3), RGB from 0 to 255; or (rows, columns, 4), colours of a map, as :func:`raster` says.
    x, y, width, height
        Place and size in pixels; `height` follows from the shape when it is not given.
    frame
        Colour of a thin frame: a name of the palette, or None for no frame.
    sharp
        Whether its pixels are to be seen.
    """
    if height is None:
        height = width * pixels.shape[0] / pixels.shape[1]
    _show(axes, pixels, x, y, width, height, PHOTO, *([SHARP] if sharp else []), *_kinds(pixels))
    if frame is not None:
        box(axes, x, y, width, height, edge=frame)


def raster_sheet(
    axes: Axes,
    arrays: Sequence[ArrayLike],
    corners: Sequence[tuple[int, int]],
    cell: int,
    *,
    limit: float | None = None,
    signed: bool = False,
    frame: str | None = "grid",
) -> None:
    """Draw many small arrays as :func:`raster` does, but as one image, which is lighter than one for each.

    Parameters
    ----------
    axes
        Axes of a canvas.
    arrays
        Each of shape (rows, columns), all in the same scale of colours, or all of shape (rows, columns, 3) for RGB.
    corners
        Upper left corner of each array, in whole pixels.
    cell
        Side of a cell, in whole pixels.
    limit, signed, frame
        As in :func:`raster`; the limit is that of all arrays together.
    """
    values = [np.asarray(array, dtype=float) for array in arrays]
    if limit is None:
        limit = max(float(np.abs(array).max()) for array in values)
    first = np.min(corners, axis=0)
    offsets = np.asarray(corners) - first
    # One pixel of the image is the largest square that fits all corners and cells.
    unit = int(np.gcd.reduce([cell, *offsets.ravel()]))
    places = [
        (slice(y // unit, (y + array.shape[0] * cell) // unit), slice(x // unit, (x + array.shape[1] * cell) // unit))
        for (x, y), array in zip(offsets, values, strict=True)
    ]
    sheet = np.zeros((max(rows.stop for rows, _ in places), max(columns.stop for _, columns in places), 4))
    colors = [colored(array, limit, signed) for array in values]
    for place, array in zip(places, colors, strict=True):
        sheet[place] = 1
        sheet[place][..., : array.shape[-1]] = np.kron(array, np.ones((cell // unit, cell // unit, 1)))
    left, top = map(float, first)
    _show(axes, sheet, left, top, sheet.shape[1] * unit, sheet.shape[0] * unit, *_kinds(colors[0]))
    if frame is not None:
        outlines = [
            Path([(x, y), (x + w * cell, y), (x + w * cell, y + h * cell), (x, y + h * cell), (x, y)], closed=True)
            for (x, y), (h, w) in zip(corners, (array.shape[:2] for array in values), strict=True)
        ]
        lines = Path.make_compound_path(*outlines)
        _add(axes, PathPatch(lines, edgecolor=color(frame), facecolor="none", linewidth=1))
