"""The look of every figure: matplotlib's settings, and a canvas whose unit is one pixel of the page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from cnnfigs.drawing.fonts import FAMILY, register
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.widths import TEXT, WIDTH

#: From which matplotlib makes ids; it also tells whether the style is on.
SALT = "cnnfigs"

# One point of matplotlib's becomes one pixel of the page.
POINTS_PER_INCH = 72


@contextmanager
def style() -> Iterator[None]:
    """Draw and save figures in the project's style while the context lasts."""
    settings: dict[Any, Any] = {
        "axes.edgecolor": color("grid"),
        "axes.facecolor": "none",
        "axes.labelcolor": color("text"),
        "axes.labelsize": TEXT,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "figure.dpi": POINTS_PER_INCH,
        "figure.facecolor": "none",
        # matplotlib's own font has what ours lacks, and measures the same on every machine too.
        "font.family": [FAMILY, "DejaVu Sans"],
        "font.size": TEXT,
        "image.interpolation": "none",
        "image.composite_image": False,
        "lines.linewidth": 2,
        "path.simplify": False,
        "savefig.dpi": POINTS_PER_INCH,
        "savefig.facecolor": "none",
        "svg.fonttype": "none",
        "svg.hashsalt": SALT,
        "text.color": color("text"),
        # Letters are as wide as they were designed, not rounded to whole pixels, as in a browser's SVG.
        "text.hinting": "none",
        "xtick.color": color("grid"),
        "xtick.labelcolor": color("text"),
        "xtick.labelsize": TEXT,
        "ytick.color": color("grid"),
        "ytick.labelcolor": color("text"),
        "ytick.labelsize": TEXT,
    }
    register()
    with mpl.rc_context(settings):
        yield


def figure(width: float, height: float) -> Figure:
    """Return an empty figure of this size in pixels.

    Raises
    ------
    ValueError
        If it is wider than the text column.
    """
    if not 0 < width <= WIDTH:
        raise ValueError(f"width: expected more than 0 to {WIDTH} pixels, got {width}")
    made = Figure(figsize=(width / POINTS_PER_INCH, height / POINTS_PER_INCH))
    made.patch.set_visible(False)
    return made


@cache
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return how many pixels wide a line of text is, in the font of the figures.

    Examples
    --------
    >>> 2 * text_width("3 + 4", 12) == text_width("3 + 4", 24)
    True
    """
    # To enter the style takes longer than to measure, and a picture has hundreds of words.
    with nullcontext() if mpl.rcParams["svg.hashsalt"] == SALT else style():
        font = FontProperties(size=size, weight="bold" if bold else "normal")
        width: float = measuring().get_text_width_height_descent(text, font, ismath=False)[0]  # type: ignore[no-untyped-call]
    return width


@cache
def measuring() -> RendererAgg:
    """Return what measures texts, the same for all figures; to make it takes longer than to ask it."""
    made: RendererAgg = FigureCanvasAgg(Figure(dpi=POINTS_PER_INCH)).get_renderer()  # type: ignore[no-untyped-call]
    return made


def canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """Return an empty figure and axes that fill it, measured in pixels from the upper left corner.

    Examples
    --------
    >>> picture, axes = canvas(200, 100)
    >>> [float(edge) for edge in (*axes.get_xlim(), *axes.get_ylim())]
    [0.0, 200.0, 100.0, 0.0]
    """
    made = figure(width, height)
    axes = made.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_autoscale_on(False)
    axes.set(xlim=(0, width), ylim=(height, 0))
    return made, axes
