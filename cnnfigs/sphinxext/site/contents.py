"""The contents as cards: the directive ``contents-cards``, which stands on the page that holds the tables of contents.

::

    ```{contents-cards}
    ```

A page to be read, one with goals, gets a numbered card with its first picture, its first words and its reading time;
the others are a line. Groups are the captions of the page's tables of contents, in their order. The role
``{reading-hours}`` with the text ``all`` tells how long all of them take.
"""

from __future__ import annotations

import re
import textwrap
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.osutil import relative_uri

from cnnfigs.sphinxext.site.gallery import (
    IN_BROWSER,
    cannot_be_shown,
    first_picture,
    groups,
    made_by,
    show_on,
    thumbnail,
)
from cnnfigs.sphinxext.site.goals import time
from cnnfigs.sphinxext.site.head import description
from cnnfigs.words import counted

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata
    from sphinx.writers.html5 import HTML5Translator

#: Characters that a card quotes of its page.
LENGTH = 150

PROGRESS = '<p class="cnn-progress" hidden><span></span> <button type="button">Forget what I have read</button></p>\n'


class contents_cards(nodes.General, nodes.Element):  # noqa: N801 - docutils names its nodes so
    """Where the cards are written."""


class reading_hours(nodes.Inline, nodes.Element):  # noqa: N801
    """Where the time that all pages take is written."""


class ReadingHours(SphinxRole):
    """``{reading-hours}`all```: how many pages are read, and for how long."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Keep the place; pages are counted when all are known."""
        return [reading_hours()], []


class ContentsCards(SphinxDirective):
    """``{contents-cards}``: a card for each page of the tables of contents."""

    def run(self) -> list[nodes.Node]:
        """Keep the place; the cards are written when all pages are known."""
        show_on(self.env, self.env.docname)
        return [contents_cards()]


def visit_hours(self: HTML5Translator, node: reading_hours) -> None:
    """Write the sum of what the pages promise, to the hour."""
    env = self.builder.env
    times = [time(env, name) for _, pages in groups(env, self.docnames[0]) for name in pages]
    read = list(filter(None, times))
    hours = max(1, round(sum(read) / 60))
    self.body.append(f"{counted(len(read), 'page')}, about {counted(hours, 'hour')}")
    raise nodes.SkipNode


def visit_cards(self: HTML5Translator, node: contents_cards) -> None:
    """Write the groups and their cards; site.js shows above them which pages have been read in this browser.

    A book has its own contents.
    """
    # To register another visitor for books would be to register none of the others for them.
    if self.builder.name not in IN_BROWSER:
        raise nodes.SkipNode
    self.body.append(PROGRESS)
    builder, home = self.builder, self.docnames[0]
    number = 0
    for caption, pages in groups(builder.env, home):
        cards, lines = [], []
        for name in pages:
            if time(builder.env, name):
                number += 1
                cards.append(_card(builder, home, name, number))
            else:
                lines.append(f"<li>{_link(builder, home, name)}: {_words(builder.env, name)}</li>\n")
        if caption:
            self.body.append(f"<h3>{escape(caption)}</h3>\n")
        if cards:
            start = number - len(cards) + 1
            self.body.append(f'<ol class="cnn-contents" start="{start}">\n{"".join(cards)}</ol>\n')
        if lines:
            self.body.append(f"<ul>\n{''.join(lines)}</ul>\n")
    raise nodes.SkipNode


def _words(env: BuildEnvironment, name: str) -> str:
    """Return a page's first sentences, as far as there is room; pages that they name are called by their titles."""
    page = env.get_doctree(name)
    for link in page.findall(addnodes.pending_xref):
        if not link.astext() and (named := env.titles.get(link["reftarget"])):
            link += nodes.Text(named.astext())
    sentences = re.split(r"(?<=[.?!]) ", description(page, 2 * LENGTH))
    shown = [sentences.pop(0)]
    while sentences and len(" ".join([*shown, sentences[0]])) <= LENGTH:
        shown.append(sentences.pop(0))
    return escape(textwrap.shorten(" ".join(shown), LENGTH, placeholder=" …"))


def _link(builder: Any, home: str, name: str) -> str:
    address = relative_uri(builder.get_target_uri(home), builder.get_target_uri(name))
    return f'<a class="reference internal" href="{address}">{escape(builder.env.titles[name].astext())}</a>'


def _card(builder: Any, home: str, name: str, number: int) -> str:
    return (
        f'<li data-page="{escape(name)}"><span class="cnn-number" aria-hidden="true">{number}</span>'
        f"{_picture(builder, home, name)}<div>{_link(builder, home, name)}<p>{_words(builder.env, name)}</p>"
        f'<p class="cnn-minutes">{counted(time(builder.env, name), "minute")}</p></div></li>\n'
    )


def _picture(builder: Any, home: str, name: str) -> str:
    """Show the page's first illustration that is a picture; it says nothing that the words do not."""
    if (found := first_picture(builder.env, name)) is None:
        return ""
    entry, use = found
    try:
        made = made_by(builder.env, entry, (use,))
        return thumbnail(builder, builder.get_target_uri(home), f"page-{name}", made, decorative=True)
    except Exception as error:  # whatever its code does: the other cards are written
        cannot_be_shown(entry.name, error, home)
        return ""


def skip(self: nodes.NodeVisitor, node: nodes.Element) -> None:
    """Write nothing."""
    raise nodes.SkipNode


def remove_old_pictures(app: Sphinx, exception: Exception | None) -> None:
    """Delete pictures of pages that are no more."""
    if exception is None and hasattr(app.builder, "imagedir"):
        for path in Path(app.outdir, app.builder.imagedir).glob("page-*-*.svg"):
            if path.stem.removeprefix("page-").rpartition("-")[0] not in app.env.found_docs:
                path.unlink()


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.setup_extension("cnnfigs.sphinxext.site.gallery")
    app.add_node(contents_cards, html=(visit_cards, None), text=(skip, None))
    app.add_node(reading_hours, html=(visit_hours, None), text=(skip, None))
    app.add_directive("contents-cards", ContentsCards)
    app.connect("build-finished", remove_old_pictures)
    app.add_role("reading-hours", ReadingHours())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
