"""No line of a page ends between a number and its percent sign, whoever typed or computed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes

from cnnfigs.sphinxext.site.goals import within
from cnnfigs.words import with_percent_kept

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

AS_TYPED = (nodes.FixedTextElement, nodes.literal, nodes.math, nodes.raw)


def keep(page: nodes.document) -> None:
    """Write every percent sign behind a space that does not break, but in code and formulas."""
    for text in [*page.findall(nodes.Text)]:
        kept = with_percent_kept(str(text))
        if kept != str(text) and not within(text, AS_TYPED):
            text.parent.replace(text, nodes.Text(kept))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Keep them in what is typed, before titles are collected, and in what is quoted, once it has become words."""
    app.connect("doctree-read", lambda app, page: keep(page), priority=100)
    app.connect("doctree-resolved", lambda app, page, name: keep(page))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
