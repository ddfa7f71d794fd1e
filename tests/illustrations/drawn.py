"""Illustrations with their usual parameters, each drawn once for all tests of a process; nothing of them is changed."""

from functools import cache

from lxml import etree, html
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from cnnfigs.drawing.style import style
from cnnfigs.drawing.widths import WIDTH
from cnnfigs.illustrations.base import Animation

SVG = "{http://www.w3.org/2000/svg}"


@cache
def shown(kind):
    """What an illustration of this kind puts into its page."""
    return kind().to_html()


def drawings(kind):
    """The SVG elements that a picture puts into its page: for the column, and for a phone where that is wide."""
    return html.fragment_fromstring(shown(kind), parser=etree.XMLParser()).findall(f".//{SVG}svg") or [
        etree.fromstring(shown(kind))
    ]


@cache
def drawing(picture, width=WIDTH):
    """The canvas on which a picture is drawn, and its words; ticks get theirs only when they are drawn.

    Of an animation it is the last frame, in which everything has been drawn.
    """
    figure = picture.frames(width)[-1] if isinstance(picture, Animation) else picture.drawn(width)
    words = [text.get_text() for text in figure.findobj(Text)]
    with style():
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
    return canvas, words
