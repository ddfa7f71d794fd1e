"""A picture of each page for those who share a link to it: its title and its first figure.

A page without a figure has its title above a convolution that is really computed.

They are drawn only where the site's address is set, since without it nothing can be shared. One that has been drawn is
kept, and drawn again when its words or the code that draws it have changed; the reader of a page loads none of them.
"""

from __future__ import annotations

import ast
import re
from functools import partial
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnfigs import catalog, provenance
from cnnfigs.files import kept, update

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata

#: Where they are, below the site.
FOLDER = "_static/cards"
#: Pixels, as those who show them ask for.
SIZE = (1200, 630)
WORDS = "A handwritten digit, a kernel of nine numbers, and the edges that a convolution with it finds"


def draw(title: str, **more: Any) -> bytes:
    """Draw a card as the content of a PNG file; ``more`` is what else :func:`cnnfigs.drawing.card.card` takes."""
    # A build in which nothing has changed draws nothing, and does not wait for matplotlib.
    import numpy as np

    from cnnfigs.arithmetic.reference import convolution
    from cnnfigs.data import mnist
    from cnnfigs.drawing.card import card

    digit = mnist().x_test[4] / 255
    vertical_edges = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])  # Sobel's
    edges = convolution(digit[..., np.newaxis], vertical_edges[..., np.newaxis, np.newaxis])
    return card(title, digit, vertical_edges, edges[..., 0], **more)


def draw_figure(title: str, entry: catalog.Entry, code: str, **more: Any) -> bytes:
    """Draw a card with the figure that a page's cell shows, as the content of a PNG file.

    Parameters
    ----------
    title
        What stands on it in large letters.
    entry, code
        The illustration, and the call that makes it.
    more
        What else :func:`cnnfigs.drawing.card.figure_card` takes.
    """
    from cnnfigs.building.finding import made
    from cnnfigs.drawing.card import figure_card
    from cnnfigs.drawing.widths import PHONE, WIDTH

    call = ast.parse(code, mode="eval").body
    assert isinstance(call, ast.Call)
    shown: Any = made(entry.module, entry.name, call) or entry.load()()
    # What moves is shown as it is at its end, when all has been done.
    draw = shown.drawn if entry.kind == "Picture" else lambda width: shown.frames(width)[-1]
    return figure_card(title, [draw(width) for width in (WIDTH, PHONE)], **more)


def words(env: BuildEnvironment, name: str) -> str:
    """Say what a page's card shows, for those who do not see it."""
    _, shown = _figure(env, name)
    described = re.search(r'aria-label="([^"]*)"', shown)
    return unescape(described[1]) if described else WORDS


def _figure(env: BuildEnvironment, name: str) -> tuple[tuple[catalog.Entry, catalog.Use] | None, str]:
    """Return a page's first picture, and what its figure holds; nothing where it has none."""
    if not hasattr(env, "gallery"):
        return None, ""
    # Not before, as it brings matplotlib.
    from cnnfigs.sphinxext.site.gallery import first_picture, gallery_of

    found = first_picture(env, name)
    shown = gallery_of(env).outputs.get(name, {}).get(found[1].label, "") if found else ""
    return (found if shown else None), shown


def card_address(name: str) -> str:
    """Return where a page's card is, below the site.

    Examples
    --------
    >>> card_address("pooling")
    '_static/cards/pooling.png'
    """
    return f"{FOLDER}/{name}.png"


def write_cards(app: Sphinx, exception: Exception | None) -> None:
    """Draw the cards that are not there yet."""
    if exception is not None or app.builder.name != "html" or not app.config.html_baseurl:
        return
    code = provenance.digest(f"{__name__}:draw", "cnnfigs.drawing.card:figure_card")
    for name in app.env.found_docs:
        title, work = app.env.titles[name].astext(), app.config.project
        above = work if work != title else ""
        found, shown = _figure(app.env, name)
        card = app.doctreedir.parent / "cards" / f"{name}.png"
        make = partial(draw_figure, title, found[0], found[1].code) if found else partial(draw, title)
        made = kept(card, f"{title}|{above}|{code}|{shown}", partial(make, above=above))
        update(Path(app.outdir, card_address(name)), made)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.connect("build-finished", write_cards)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
