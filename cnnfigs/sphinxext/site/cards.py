"""A picture of each page for those who share a link to it: its title above a convolution that is really computed.

They are drawn only where the site's address is set, since without it nothing can be shared. One that has been drawn is
kept, and drawn again when its words or the code that draws it have changed; the reader of a page loads none of them.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnfigs import provenance
from cnnfigs.files import kept, update

if TYPE_CHECKING:
    from sphinx.application import Sphinx
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
    code = provenance.digest(f"{__name__}:draw", f"{__name__}:write_cards")
    for name in app.env.found_docs:
        title, work = app.env.titles[name].astext(), app.config.project
        above = work if work != title else ""
        card = app.doctreedir.parent / "cards" / f"{name}.png"
        made = kept(card, f"{title}|{above}|{code}", partial(draw, title, above=above))
        update(Path(app.outdir, card_address(name)), made)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.connect("build-finished", write_cards)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
