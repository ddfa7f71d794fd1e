"""What a page says of itself in its head: to search engines, and to those who share a link to it.

The words are the page's own: its title, and its first paragraph as the description. The property names are those of
the Open Graph protocol (https://ogp.me). Where the site is published is ``html_baseurl``; without it nothing has an
address to be shared, and only the description is written.
"""

from __future__ import annotations

import textwrap
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from docutils import nodes

from cnnfigs.sphinxext.site import cards

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

#: Search engines cut longer descriptions.
LENGTH = 200


def description(page: nodes.document, length: int = LENGTH) -> str:
    """Return the first paragraph of a page in plain words, cut after a whole word."""
    for paragraph in page.findall(nodes.paragraph):
        # What a role, such as a quoted number, has become stands in the text; a picture's code cell does not.
        if isinstance(paragraph.parent, nodes.section) and (text := " ".join(paragraph.astext().split())):
            return textwrap.shorten(text, length, placeholder=" …")
    return ""


def tags(app: Sphinx, name: str, title: str, about: str) -> dict[str, str]:
    """Return a page's properties, empty ones left out."""
    address = app.config.html_baseurl
    properties = {"description": about}
    if address:
        properties |= {
            "og:title": title,
            "og:type": "article",
            "og:url": urljoin(address, app.builder.get_target_uri(name)),
            "og:site_name": app.config.project,
            "og:description": about,
            "og:image": urljoin(address, cards.card_address(name)),
            "og:image:width": str(cards.SIZE[0]),
            "og:image:height": str(cards.SIZE[1]),
            "og:image:alt": cards.words(app.env, name),
            "twitter:card": "summary_large_image",
        }
    return {key: value for key, value in properties.items() if value}


def write_tags(app: Sphinx, name: str, template: str, context: dict[str, Any], page: nodes.document | None) -> None:
    """Add the properties to the head of a page; generated pages, such as the search, have their own."""
    if page is None or app.builder.name != "html":
        return
    for key, value in tags(app, name, app.env.titles[name].astext(), description(page)).items():
        attribute = "property" if key.startswith("og:") else "name"
        context["metatags"] += f'\n<meta {attribute}="{key}" content="{escape(value)}" />'


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.setup_extension("cnnfigs.sphinxext.site.cards")
    app.connect("html-page-context", write_tags)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
