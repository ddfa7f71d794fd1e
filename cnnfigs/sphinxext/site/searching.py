"""What the search page shows of the pages that it finds: some words of theirs, and where on the page these are.

Sphinx' own search fetches each page for that, which browsers refuse on ``file://``. So the words of all pages stand in
one script, ``searchtexts.js``, which the search page loads once something is asked. Each page leaves its words in a
file when it is written, by whichever process does that, and what has not changed is there from the build before.

The index of words is Sphinx' own, which goes on with that of the build before. What it forgets then, or forgets to
forget, is put right before it is written: after any build it is the index of a build from nothing.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from docutils import nodes
from sphinx.search.en import SearchEnglish
from sphinx.util.index_entries import split_index_msg

from cnnfigs.sphinxext.site.goals import UNREAD, within
from cnnfigs.sphinxext.site.hosted import reading_order

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

#: The script, beside the search page.
SCRIPT = "searchtexts.js"
#: What the search page proposes to search for.
WORDS = ("filter", "padding", "parameters", "receptive field", "overfitting", "softmax")


class QuickEnglish(SearchEnglish):
    """English, in which the stem of a word is worked out once, and not again for each page that has it."""

    def __init__(self, options: dict[str, str]) -> None:
        super().__init__(options)
        self.stem = cache(self.stem)  # type: ignore[method-assign]


def texts(page: nodes.document) -> list[tuple[str, str]]:
    """Return what a page says, piece by piece: where it is, and its words; a word of a glossary is a piece."""
    pieces: dict[str, list[str]] = {}
    for node in page.findall(nodes.Element):
        if isinstance(node, nodes.term) and node["ids"]:
            explained = [child for child in node.parent.children if isinstance(child, nodes.definition)]
            pieces[node["ids"][0]] = [f"{node.astext()}:", *(each.astext() for each in explained)]
        elif isinstance(node, nodes.paragraph | nodes.caption) and not within(node, (*UNREAD, nodes.definition)):
            pieces.setdefault(_place(node), []).append(node.astext())
    return [(place, " ".join(" ".join(words).split())) for place, words in pieces.items()]


def _place(node: nodes.Node) -> str:
    """Return the id of the section around a node, or nothing for the words below the title of a page."""
    section = node.parent
    while section is not None and not isinstance(section, nodes.section):
        section = section.parent
    if section is None or not isinstance(section.parent, nodes.section):
        return ""
    return str(section["ids"][0])


def _folder(app: Sphinx) -> Path:
    return Path(app.doctreedir, "searchtexts")


def keep_texts(app: Sphinx, page: nodes.document, name: str) -> None:
    """Keep what a page says, with references and quoted numbers in it, until all pages are written."""
    if app.builder.name == "html":
        path = _folder(app) / f"{quote(name, safe='')}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(texts(page), ensure_ascii=False), encoding="utf-8")


def write_texts(app: Sphinx, exception: Exception | None) -> None:
    """Write what all pages say as one script; what is left of pages that are gone is deleted."""
    if exception is not None or app.builder.name != "html":
        return
    kept = {path.stem: path for path in _folder(app).glob("*.json")}
    said = {}
    for name in sorted(app.env.found_docs):
        if path := kept.pop(quote(name, safe=""), None):
            said[name] = json.loads(path.read_text("utf-8"))
    for path in kept.values():
        path.unlink()
    script = f"searchTexts({json.dumps(said, ensure_ascii=False, separators=(',', ':'))});\n"
    Path(app.outdir, SCRIPT).write_text(script, encoding="utf-8")


def add_proposals(app: Sphinx, name: str, template: str, context: dict[str, Any], page: nodes.document | None) -> None:
    """Give the search page what it shows before anything is asked: words to try, and the pages."""
    if name == "search" and app.builder.name == "html":
        root = app.config.root_doc
        context["proposals"] = WORDS
        context["pages"] = [(each, app.env.titles[each].astext()) for each in (root, *reading_order(app, root))]


def put_index_right(app: Sphinx) -> list[Any]:
    """Give the index the terms of the pages that are not written, and take the words from it that no page has any more.

    Sphinx reads back neither (its issue 12599). This happens where it asks for more pages, of which there are none.
    """
    index = getattr(app.builder, "indexer", None)
    if index is not None:
        for name, entries in app.env.domains.index_domain.entries.items():
            if name in index._titles and not {"nosearch", "no-search"} & app.env.metadata[name].keys():
                terms = {
                    (word, place, main)
                    for kind, value, place, main, _ in entries
                    for word in split_index_msg(kind, value)
                }
                index._index_entries[name] = sorted(terms)
        for words in (index._mapping, index._title_mapping):
            for word in [word for word, pages in words.items() if not pages]:
                del words[word]
    return []


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.add_search_language(QuickEnglish)
    app.connect("doctree-resolved", keep_texts, priority=900)
    app.connect("html-page-context", add_proposals)
    app.connect("html-collect-pages", put_index_right)
    app.connect("build-finished", write_texts)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
