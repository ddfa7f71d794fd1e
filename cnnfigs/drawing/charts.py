"""What charts have in common: their grid, the names at the ends of lines, and dots for single measurements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import Affine2D, ScaledTranslation
from numpy.typing import ArrayLike, NDArray

from cnnfigs.drawing.layout import CLOSE, COLUMN, Piece, column, either, overlay, row
from cnnfigs.drawing.layout import grid as grid_of
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Chart, Drawing, Words, panel, space
from cnnfigs.drawing.shapes import on_top
from cnnfigs.drawing.style import POINTS_PER_INCH
from cnnfigs.drawing.widths import PHONE

#: Length of the piece of a line before its name, in pixels: enough to tell its dashes.
PIECE = 24
#: From one line of a name to the next.
LINE = 16


def spread(heights: ArrayLike, gap: float) -> NDArray[np.float64]:
    """Move labels so far apart that they do not touch, and no farther; their order stays.

    Parameters
    ----------
    heights
        Where they should be, shape (n,).
    gap
        Least distance of two neighbours.

    Examples
    --------
    >>> spread([1.0, 0.0, 5.0], 2.0).tolist()
    [1.5, -0.5, 5.0]
    """
    from scipy.optimize import isotonic_regression

    wanted = np.asarray(heights, dtype=np.float64)
    order = np.argsort(wanted, kind="stable")
    # Without the gaps, to be apart is to rise; what falls is taken together at its mean.
    gaps = gap * np.arange(len(wanted))
    placed = np.empty_like(wanted)
    placed[order] = isotonic_regression(wanted[order] - gaps).x + gaps
    return placed


def grid(axes: Axes, axis: Literal["both", "x", "y"] = "both") -> None:
    """Draw pale lines at the ticks of a chart, below all else."""
    axes.grid(axis=axis, color=color("padding-fill"), linewidth=1)
    axes.set_axisbelow(True)


def plain(axes: Axes) -> None:
    """Give a chart the grid and ticks of all experiments."""
    axes.tick_params(length=3)
    grid(axes)


def named_rows(
    axes: Axes,
    places: Sequence[float],
    names: Sequence[str],
    values: Sequence[str] = (),
    *,
    narrow: bool,
    above: float = 18,
) -> None:
    """Name the rows of a chart at their left and write their values at their right; on a phone, above the rows.

    Parameters
    ----------
    places
        Where each row is on the y-axis.
    names, values
        What each row is called, and what is written of it.
    narrow
        Whether the chart is for a phone.
    above
        How far above a row its name stands there, in pixels.
    """
    axes.set_yticks([] if narrow else places, [] if narrow else names)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")

    def write(x: float, place: float, text: str, align: Literal["left", "right"], aside: float) -> None:
        axes.annotate(
            text,
            (x, place),
            xycoords=axes.get_yaxis_transform(),
            xytext=(aside, above if narrow else 0),
            textcoords="offset points",
            ha=align,
            va="center_baseline",
            annotation_clip=False,
            # A line of the chart would cross it.
            bbox={"facecolor": color("background"), "edgecolor": "none", "pad": 1} if narrow else None,
        )

    for place, name, value in zip_longest(places, names, values, fillvalue=""):
        if narrow:
            write(0, float(place), str(name), "left", 6)
        if value:
            write(1, float(place), str(value), "right" if narrow else "left", 0 if narrow else 12)


def labels_at_end(axes: Axes, ends: Mapping[str, float], looks: Mapping[str, tuple[str, str]]) -> None:
    """Write the names of lines at their right ends, each behind a piece of its line, not on top of each other.

    Parameters
    ----------
    axes
        Whose limits are set.
    ends
        Height of each line at its end, by the line's name.
    looks
        Colour and dashes of each line.
    """
    made = axes.get_figure(root=True)
    assert made is not None
    low, high = axes.get_ylim()
    gap = LINE * (high - low) / axes.bbox.height
    for (name, _), height in zip(ends.items(), spread([*ends.values()], gap), strict=True):
        shade, dashes = looks[name]
        at_end = (
            Affine2D().scale(1 / POINTS_PER_INCH)
            + made.dpi_scale_trans
            + ScaledTranslation(1, height, axes.get_yaxis_transform())  # type: ignore[arg-type]
        )
        axes.plot([8, 8 + PIECE], [0, 0], color=color(shade), linestyle=dashes, transform=at_end, clip_on=False)
        axes.text(
            8 + PIECE + 5,
            0,
            name,
            color=color(shade),
            va="center_baseline",
            transform=at_end,
            clip_on=False,
        )


def key(looks: Mapping[str, tuple[str, str]]) -> Piece:
    """Explain lines by their colour and dashes, where there is no room at their ends."""

    def entry(name: str, shade: str, dashes: str) -> Piece:
        def paint(axes: Axes, x: float, y: float, scale: float) -> None:
            axes.plot([x, x + PIECE], [y + 7, y + 7], color=color(shade), linestyle=dashes, zorder=on_top(axes))

        return row(Drawing(PIECE, 14, paint), Words(name, shade), gap=CLOSE)

    entries = [entry(name, *look) for name, look in looks.items()]
    widest = space(max(each.natural for each in entries))
    return grid_of([overlay(widest, each, align="start") for each in entries], gap=CLOSE)


def lines(
    title: str,
    plot: Callable[[Axes, bool], Mapping[str, float]],
    looks: Mapping[str, tuple[str, str]],
    height: float = 340,
    narrow_height: float = 260,
) -> Piece:
    """Arrange a chart of lines: their names stand at their ends, and on a phone above the chart.

    Parameters
    ----------
    title
        What its y-axis is.
    plot
        Draws on axes, and is told whether they are for a phone; returns where each line ends, by its name.
    looks
        Colour and dashes of each line, by its name, in the order of the key.
    height, narrow_height
        Of the chart, in pixels.
    """

    def name_ends(axes: Axes, ends: Mapping[str, float]) -> None:
        labels_at_end(axes, ends, looks)

    wide, narrow = Chart(plot, COLUMN, height, finish=name_ends), Chart(plot, PHONE, narrow_height)
    return either(panel(title, wide), panel(title, column(key(looks), narrow, gap=CLOSE)))


def seed_dots(axes: Axes, x: ArrayLike, y: ArrayLike, shade: str, size: float = 6) -> None:
    """Draw one open dot for each seed."""
    axes.plot(
        x, y, "o", markersize=size, markerfacecolor=color("background"), markeredgecolor=color(shade), clip_on=False
    )
