"""What charts have in common: their grid, the names at the ends of lines, and dots for single measurements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import Affine2D, ScaledTranslation
from numpy.typing import ArrayLike, NDArray

from cnnfigs.drawing.palette import color
from cnnfigs.drawing.style import NORMAL, POINTS_PER_INCH, SMALL

#: Length of the piece of a line before its name, in pixels: two dashes of a dashed one.
PIECE = 19


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


def plain(axes: Axes, rows: bool = False) -> None:
    """Give a chart the grid and ticks of all experiments; `rows` have names, and no lines, at the left."""
    axes.tick_params(labelsize=SMALL, length=3)
    grid(axes)
    if rows:
        axes.tick_params(axis="y", length=0, labelsize=NORMAL)
        axes.grid(visible=False, axis="y")


def labels_at_end(
    axes: Axes, x: float, ends: Mapping[str, float], looks: Mapping[str, tuple[str, str]], gap: float
) -> None:
    """Write the names of lines at their right ends, each behind a piece of its line, not on top of each other."""
    made = axes.get_figure(root=True)
    assert made is not None
    for (name, _), height in zip(ends.items(), spread([*ends.values()], gap), strict=True):
        shade, dashes = looks[name]
        at_end = (
            Affine2D().scale(1 / POINTS_PER_INCH) + made.dpi_scale_trans + ScaledTranslation(x, height, axes.transData)  # type: ignore[arg-type]
        )
        axes.plot([0, PIECE], [0, 0], color=color(shade), linestyle=dashes, transform=at_end, clip_on=False)
        axes.text(
            PIECE + 4,
            0,
            name,
            color=color(shade),
            fontsize=NORMAL,
            va="center_baseline",
            transform=at_end,
            clip_on=False,
        )


def seed_dots(axes: Axes, x: ArrayLike, y: ArrayLike, shade: str, size: float = 6) -> None:
    """Draw one open dot for each seed."""
    axes.plot(
        x, y, "o", markersize=size, markerfacecolor=color("background"), markeredgecolor=color(shade), clip_on=False
    )
