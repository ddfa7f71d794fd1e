"""The two widths of every picture and table, and how a page shows the one that fits; nothing slow is imported here."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import etree

#: Pixels of the text column, which no picture exceeds, and of a phone.
WIDTH, PHONE = 720, 328
#: Text sizes in pixels: of words, of titles, of numbers in cells, and of signs between parts.
TEXT, TITLE, IN_CELL, SIGN = 13, 14, 12, 24
#: A picture's first tag in HTML, a size in it, and how many pixels high the page's font is if nobody changes it.
_FIGURE = re.compile(r'<svg [^>]*class="cnn-figure"[^>]*>')
_SIZE = re.compile(r'\b(?<!-)(width|height)="([\d.]+)"')
ROOT_FONT_SIZE = 16


def growing(markup: str) -> str:
    """Size the pictures in a page's HTML by the page's font, so that their text grows with it.

    Parameters
    ----------
    markup
        HTML with pictures of :func:`inline_svg`, whose sizes are in pixels.

    Examples
    --------
    >>> growing('<svg class="cnn-figure" width="720" height="100" viewBox="0 0 720 100"/>')
    '<svg class="cnn-figure" width="45rem" height="6.25rem" viewBox="0 0 720 100"/>'
    """

    def size(match: re.Match[str]) -> str:
        return f'{match[1]}="{float(match[2]) / ROOT_FONT_SIZE:g}rem"'

    return _FIGURE.sub(lambda tag: _SIZE.sub(size, tag[0]), markup)


def two_widths(wide: str, narrow: str, width: float) -> str:
    """Return HTML that shows one of two, as there is room: `wide` needs so many pixels at the page's usual font size.

    Without the rules of :func:`widths_css` it shows both.
    """
    start = math.ceil(width / ROOT_FONT_SIZE)
    both = f'<div class="cnn-wide">{wide}</div><div class="cnn-narrow">{narrow}</div>'
    return f'<div class="cnn-widths cnn-from-{start}">{both}</div>'


def look(markup: str | None = None, unit: float | None = None) -> str:
    """Return the style sheet of pictures, tables and descriptions; see :func:`widths_css`."""
    sheet = Path(__file__).with_name("figures.css").read_text(encoding="utf-8")
    return f"{sheet}{widths_css(markup, unit)}\n"


def widths_css(markup: str | None = None, unit: float | None = None) -> str:
    """Return the rules that show the one of :func:`two_widths` for which there is room, without any script.

    Parameters
    ----------
    markup
        Only for what is in it; for all there can be by default.
    unit
        Pixels for one unit of width where pictures are sized in pixels; in a page they follow the page's font.
    """
    starts: Iterable[int] = range(1, math.ceil(WIDTH / ROOT_FONT_SIZE) + 1)
    if markup is not None:
        starts = sorted({int(number) for number in re.findall(r"\bcnn-from-(\d+)", markup)})
    rules = [".cnn-widths{container-type:inline-size}.cnn-narrow{display:none}"]
    for start in starts:
        least = f"{start}rem" if unit is None else f"{start * unit:g}px"
        each = f".cnn-from-{start}>"
        rules.append(f"@container (width<{least}){{{each}.cnn-wide{{display:none}}{each}.cnn-narrow{{display:block}}}}")
    # Paper has room for the column, though its pixels are fewer.
    shown = ".cnn-widths>.cnn-wide{display:block!important}.cnn-widths>.cnn-narrow{display:none!important}"
    rules.append(f"@media print{{{shown}}}")
    return "\n".join(rules)


def pixels(root: etree._Element) -> tuple[float, float]:
    """Return width and height of a picture in pixels, however they are written."""
    width, height = map(float, root.get("viewBox").split()[2:])
    return width, height
