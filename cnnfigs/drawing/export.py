"""Figures and animations as files: what other programs open, in the colours of either theme; see ``formats.py``.

A figure is drawn with the palette's light values; for a dark file each is exchanged for its dark one, as the page's
style sheet does. The frames of an animation are figures of one size, which Pillow or ffmpeg joins.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from matplotlib.colors import to_hex, to_rgba, to_rgba_array
from matplotlib.figure import Figure
from PIL import Image

from cnnfigs.drawing.formats import Format, Look
from cnnfigs.drawing.palette import palette
from cnnfigs.drawing.style import POINTS_PER_INCH
from cnnfigs.drawing.svg import darken_values, file_svg

#: How long a frame is shown: as on the page, see ``animation.css``.
SECONDS = 1.2

_COLORS = ("color", "facecolor", "edgecolor", "markerfacecolor", "markeredgecolor")


def picture_file(figures: Sequence[Figure], description: str, form: Format, look: Look) -> bytes:
    """Return a drawing as the content of a file, the same bytes each time.

    Parameters
    ----------
    figures
        Drawn with the light values of the palette: one, or the frames of what moves; where nothing can move, the last
        is shown. They are changed for a dark file.
    description
        What it shows; SVG, PNG and PDF keep it.
    form
        The file's format, one of those for what is shown.
    look
        How it is to look.
    """
    if form == "svg":
        return file_svg(figures[-1], description, look.theme, look.transparent).encode()
    if form in ("png", "pdf"):
        figures = figures[-1:]
    if look.theme == "dark":
        for figure in figures:
            _darken(figure)
    if form in ("png", "pdf"):
        return _drawn(figures[-1], description, form, look)
    return _film(figures, look) if form == "mp4" else _joined(figures, form, look)


def _drawn(figure: Figure, description: str, form: Format, look: Look) -> bytes:
    metadata = {
        "png": {"Description": description, "Software": None},
        "pdf": {"Title": description, "Creator": None, "Producer": None, "CreationDate": None},
    }
    return _saved(figure, form, look, metadata=metadata[form])


def _saved(figure: Figure, form: str, look: Look, **settings: Any) -> bytes:
    buffer = io.BytesIO()
    _fill(figure, look)
    figure.savefig(buffer, format=form, dpi=_dots(figure, look), facecolor="auto", **settings)
    return buffer.getvalue()


def _dots(figure: Figure, look: Look) -> float:
    """Return how many pixels a file has for each of the figure's inches."""
    return look.pixels_per_pixel(figure.get_figwidth() * POINTS_PER_INCH) * POINTS_PER_INCH


def _fill(figure: Figure, look: Look) -> None:
    if not look.transparent:
        figure.patch.set(visible=True, facecolor=getattr(palette(), look.theme)["background"])


def _joined(figures: Sequence[Figure], form: Format, look: Look) -> bytes:
    """Draw figures and let Pillow join them; GIF gets one set of colours for all, so that still parts stand still."""
    drawn = [_saved(figure, "png", look) for figure in figures]
    images = [Image.open(io.BytesIO(content)).convert("RGBA" if look.transparent else "RGB") for content in drawn]
    buffer = io.BytesIO()
    if form == "gif":
        width, height = images[0].size
        together = Image.new("RGB", (width, height * len(images)))
        for number, image in enumerate(images):
            together.paste(image, (0, number * height))
        colors = together.quantize(256)
        images = [image.quantize(palette=colors, dither=Image.Dither.NONE) for image in images]
    moving = {"save_all": True, "append_images": images[1:], "duration": round(1000 * SECONDS), "loop": 0}
    images[0].save(
        buffer,
        format=form,
        lossless=True,
        method=6,
        minimize_size=True,
        optimize=True,
        **(moving if images[1:] else {}),
    )
    return buffer.getvalue()


def _film(figures: Sequence[Figure], look: Look) -> bytes:
    from matplotlib.animation import FFMpegWriter

    with TemporaryDirectory() as folder:
        path = Path(folder, "film.mp4")
        # Several pictures to a second, since players handle fewer badly.
        writer = FFMpegWriter(fps=5)
        with writer.saving(figures[0], path, _dots(figures[0], look)):
            for figure in figures:
                _fill(figure, look)
                writer.fig = figure
                for _ in range(round(5 * SECONDS)):
                    writer.grab_frame(facecolor="auto")
        return path.read_bytes()


def _darken(figure: Figure) -> None:
    """Exchange each light value of the palette for its dark one, wherever a figure uses it."""
    dark = {value: palette().dark[name] for name, value in palette().light.items()}
    darken_values(figure)
    figure.draw_without_rendering()  # the ticks of axes are made when they are drawn
    for artist in figure.findobj():
        for name in _COLORS:
            get, put = getattr(artist, f"get_{name}", None), getattr(artist, f"set_{name}", None)
            if get is None or put is None:
                continue
            colors = to_rgba_array(get())  # empty for "none"
            exchanged = [to_rgba(dark.get(to_hex(each), each), each[3]) for each in colors]
            if exchanged and not np.array_equal(colors, exchanged):
                put(exchanged if len(exchanged) > 1 else exchanged[0])
