"""Figures and animations as files: what other programs open, in the colours of either theme; see ``formats.py``.

A figure is drawn with the palette's light values; for a dark file each is exchanged for its dark one, as the page's
style sheet does. An animation is one SVG with its frames on each other (:mod:`cnnfigs.drawing.animation`); matplotlib
draws them one by one, Pillow or ffmpeg joins them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from lxml import etree
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgba, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Outline
from PIL import Image

from cnnfigs.drawing.fonts import embed
from cnnfigs.drawing.formats import Format, FormatError, Look, Theme
from cnnfigs.drawing.palette import palette
from cnnfigs.drawing.style import POINTS_PER_INCH, canvas
from cnnfigs.drawing.svg import SVG, background, file_svg

#: How long a frame is shown: as on the page, see ``animation.css``.
SECONDS = 1.2

_COLORS = ("color", "facecolor", "edgecolor", "markerfacecolor", "markeredgecolor")
_VARIABLE = re.compile(r"var\(--cnn-([\w-]+), #\w+\)")
_FRAME = re.compile(r"\bcnn-frame-(\d+)")


def picture_file(figure: Figure, description: str, form: Format, look: Look) -> bytes:
    """Return a figure as the content of a file, the same bytes each time.

    Parameters
    ----------
    figure
        Drawn with the light values of the palette. It is changed for a dark file that is not SVG.
    description
        What it shows; SVG, PNG and PDF keep it.
    form
        The file's format, one of those for what stands still.
    look
        How it is to look.
    """
    if form == "svg":
        return file_svg(figure, description, look.theme, look.transparent).encode()
    if look.theme == "dark":
        _darken(figure)
    return _drawn(figure, description, form, look) if form in ("png", "pdf") else _joined([figure], form, look)


def animation_file(svg: etree._Element, description: str, form: Format, look: Look) -> bytes:
    """Return an animation as the content of a file; where nothing can move, its last frame.

    Parameters
    ----------
    svg
        A picture with frames, made with :mod:`cnnfigs.drawing.animation`.
    description, form, look
        As for :func:`picture_file`; films too.
    """
    count = max(int(number) for number in _FRAME.findall(etree.tostring(svg, encoding="unicode")))
    figures = [_frame(svg, number, look.theme) for number in range(1, count + 1)]
    if form == "svg":
        return _still(svg, description, count, look)
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


def _still(svg: etree._Element, description: str, frame: int, look: Look) -> bytes:
    """Return one frame as an SVG document in plain colours."""
    root = deepcopy(svg)
    colors = getattr(palette(), look.theme)
    for element in list(root.iter()):
        number = _FRAME.search(element.attrib.pop("class", ""))
        if number and int(number[1]) != frame:
            element.getparent().remove(element)
            continue
        element.attrib.pop("visibility", None)
        for name, value in element.attrib.items():
            element.set(name, _VARIABLE.sub(lambda match: colors[match[1]], value))
    for name in ("role", "aria-label"):
        del root.attrib[name]
    title = etree.Element(f"{SVG}title")
    title.text = description
    root[:0] = [title, *([] if look.transparent else [background(root, look.theme)])]
    embed(root)
    told: str = etree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{told}\n'.encode()


def _frame(svg: etree._Element, number: int, theme: Theme) -> Figure:
    """Draw one frame with matplotlib."""
    figure, axes = canvas(float(svg.get("width")), float(svg.get("height")))
    for element, attributes in _shown(svg, number, {}):
        _draw(axes, element, attributes, theme)
    return figure


def _shown(
    element: etree._Element, frame: int, inherited: dict[str, str]
) -> Iterator[tuple[etree._Element, dict[str, str]]]:
    """Give what a frame shows, with the attributes that it has or inherits."""
    number = _FRAME.search(element.get("class", ""))
    if number and int(number[1]) != frame:
        return
    attributes = inherited | {str(name): str(value) for name, value in element.attrib.items()}
    if element.tag in (f"{SVG}svg", f"{SVG}g"):
        for child in element:
            yield from _shown(child, frame, attributes)
    else:
        yield element, attributes


def _draw(axes: Axes, element: etree._Element, attributes: dict[str, str], theme: Theme) -> None:
    def paint(name: str, default: str) -> str:
        return _VARIABLE.sub(lambda match: str(getattr(palette(), theme)[match[1]]), attributes.get(name, default))

    tag = etree.QName(element).localname
    x, y, width, height = (float(attributes.get(name, 0)) for name in ("x", "y", "width", "height"))
    above = len(axes.get_children())
    if tag == "text":
        anchors = {"start": "left", "middle": "center", "end": "right"}
        axes.text(
            x,
            y,
            element.text or "",
            ha=anchors[attributes.get("text-anchor", "start")],
            va="baseline",
            color=paint("fill", "#000000"),
            fontsize=float(attributes["font-size"]),
            fontweight=attributes.get("font-weight", "normal"),
            zorder=above,
        )
        return
    dashes = tuple(float(length) for length in attributes.get("stroke-dasharray", "").split())
    line: dict[str, Any] = {
        "facecolor": paint("fill", "#000000"),
        "edgecolor": paint("stroke", "none"),
        "linewidth": float(attributes.get("stroke-width", 1)),
        "linestyle": (0, dashes) if dashes else "solid",
        "zorder": above,
    }
    if tag == "rect":
        axes.add_patch(Rectangle((x, y), width, height, **line))
    elif tag == "path":
        axes.add_patch(PathPatch(_outline(attributes["d"]), **line))
    else:
        raise FormatError(f"frames hold an SVG element {tag!r}: what can be drawn to a file are g, path, rect and text")


def _outline(data: str) -> Outline:
    """Read the ``d`` of an SVG path made of straight lines.

    Source: W3C, Scalable Vector Graphics 2, section 9.3, "Path data".
    """
    vertices: list[tuple[float, float]] = []
    codes: list[Any] = []
    x = y = 0.0
    start = (0.0, 0.0)
    for letter, told in re.findall(r"([A-Za-z])([^A-Za-z]*)", data):
        numbers = [float(number) for number in re.findall(r"-?\d*\.?\d+", told)]
        kind, relative = letter.upper(), letter.islower()
        if kind == "Z":
            x, y = start
            vertices.append(start)
            codes.append(Outline.CLOSEPOLY)
            continue
        if kind not in "MLHV":
            raise FormatError(
                f"a path of a frame has the command {letter!r}: what can be drawn to a file are M L H V Z"
            )
        for at in range(0, len(numbers), 2 if kind in "ML" else 1):
            across = numbers[at] if kind != "V" else None
            down = numbers[at + 1] if kind in "ML" else numbers[at] if kind == "V" else None
            x = x if across is None else across + x * relative
            y = y if down is None else down + y * relative
            moves = kind == "M" and at == 0
            start = (x, y) if moves else start
            vertices.append((x, y))
            codes.append(Outline.MOVETO if moves else Outline.LINETO)
    return Outline(vertices, codes)
