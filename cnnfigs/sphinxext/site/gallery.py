"""The gallery: every illustration as a card, with the picture that its page shows.

Nothing is computed for it. What the pages' cells made is kept while the pages are read; when the gallery is written, it
becomes a small picture file in each theme, which a browser loads when the reader comes near it. The gallery is read
again when an illustration or a page has come or gone, and written again when a picture has changed, and only then.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Set
from copy import deepcopy
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from docutils import nodes
from lxml import etree
from lxml import html as lxml_html
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

from cnnfigs import catalog
from cnnfigs.drawing.fonts import embed
from cnnfigs.drawing.palette import FILTER, VALUES, dark_filter, in_theme, variable
from cnnfigs.drawing.style import TEXT
from cnnfigs.drawing.svg import pixels
from cnnfigs.drawing.widths import WIDTH
from cnnfigs.files import kept, update
from cnnfigs.words import typeset

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata
    from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

SVG = "{http://www.w3.org/2000/svg}"
THEMES = ("light", "dark")
#: Pixels from left to right and from top to bottom for the picture of a card, and of a card in a book.
CARD, COLUMN = (326, 416), (WIDTH, math.inf)
#: How small a drawing may be made before the one for a phone is preferred: its letters are then 9 pixels high.
READABLE = 9 / TEXT
#: Rows of a table that its picture shows, and the sizes of its text.
ROWS, LINE, LETTER = 9, 22, 7.2
#: Pixels for the sign that says that there are more columns.
MORE = 28.0

_FRAME = re.compile(r"\bcnn-frame-(\d+)")
_ROLE = re.compile(r":\w+:`~?([^`]+)`|``([^`]+)``|`([^`]+)`")


class cards(nodes.General, nodes.Element):  # noqa: N801 - docutils names its nodes so
    """The cards of one page: their illustrations' names under ``names``."""


@dataclass
class Gallery:
    """What is kept with the pages from one build to the next.

    Attributes
    ----------
    pages
        Pages that hold a gallery.
    words
        Digest of what the cards say, when these pages were last read.
    shown
        Digest of the pictures, when they were last written.
    outputs
        For each page, the HTML that its figures hold, by the figure's name, and its exercises by their number.
    """

    pages: set[str] = field(default_factory=set)
    words: str = ""
    shown: str = ""
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)


def gallery_of(env: BuildEnvironment) -> Gallery:
    """Return what is kept with the pages."""
    if not hasattr(env, "gallery"):
        env.gallery = Gallery()  # type: ignore[attr-defined]
    return env.gallery  # type: ignore[attr-defined, no-any-return]


def show_on(env: BuildEnvironment, page: str) -> None:
    """Have a page that shows others' pictures read and written again when these have changed."""
    gallery = gallery_of(env)
    gallery.pages.add(page)
    gallery.words = words(env)


class GalleryDirective(SphinxDirective):
    """``{gallery}``: a section for each page, and in it a card for each illustration that the page is first to show."""

    def run(self) -> list[nodes.Node]:
        """Make the sections; the cards are filled in when the page is written."""
        show_on(self.env, self.env.docname)
        shown = catalog.uses(Path(self.env.srcdir))
        by_page: dict[str, list[str]] = {}
        for name in [*shown, *(name for name in catalog.entries() if name not in shown)]:
            by_page.setdefault(shown[name][0].page if name in shown else "", []).append(name)
        return [self._section(page, names) for page, names in by_page.items()]

    def _section(self, page: str, names: list[str]) -> nodes.section:
        text = title(Path(self.env.srcdir, f"{page}.md")) if page else "On no page"
        section = nodes.section("", nodes.title(text, text), cards(names=names), ids=[f"gallery-{page or 'other'}"])
        self.set_source_info(section)
        return section


def title(page: Path) -> str:
    """Return the first heading of a page."""
    heading = re.search(r"(?m)^# (.+)$", page.read_text(encoding="utf-8"))
    return heading[1].strip() if heading else page.stem


def words(env: BuildEnvironment) -> str:
    """Digest all that the cards say; that takes a second, so it is kept as long as the files look the same."""
    folder = Path(env.srcdir)
    files = [*(catalog.PACKAGE / "illustrations").rglob("*.py"), *folder.glob("*.md")]
    glance = sorted((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in files)

    def digest() -> bytes:
        shown = catalog.uses(folder)
        titles = [
            title(folder / f"{page}.md") for page in sorted({use.page for uses in shown.values() for use in uses})
        ]
        return _digest([*catalog.entries().values(), *shown.items(), *titles]).encode()

    return kept(Path(env.doctreedir).parent / "gallery", repr(glance), digest).decode()


def _digest(what: object) -> str:
    return hashlib.sha256(repr(what).encode()).hexdigest()


class Collector(EnvironmentCollector):
    """Keeps what the figures of pages hold, and has the gallery read or written again when that is due."""

    def get_outdated_docs(
        self, app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
    ) -> list[str]:
        """Read the gallery again if an illustration, its words or its page has changed."""
        pages = gallery_of(env).pages - removed
        return sorted(pages) if pages and gallery_of(env).words != words(env) else []

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Keep what the figures and the exercises of a page hold."""
        outputs: dict[str, str] = {}
        for figure in doctree.findall(nodes.figure):
            for raw in figure.findall(nodes.raw):
                text = raw.astext()
                if raw.get("format") == "html" and "cnn-" in text[:200]:
                    outputs.update(dict.fromkeys([*figure["names"], *figure["ids"]], text))
        exercises = (raw for raw in doctree.findall(nodes.raw) if 'class="cnn-exercise"' in raw.astext()[:100])
        outputs.update({_exercise(number): raw.astext() for number, raw in enumerate(exercises)})
        if outputs:
            gallery_of(app.env).outputs[app.env.docname] = outputs

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        """Forget a page."""
        gallery_of(env).outputs.pop(docname, None)
        gallery_of(env).pages.discard(docname)

    def merge_other(self, app: Sphinx, env: BuildEnvironment, docnames: Set[str], other: BuildEnvironment) -> None:
        """Take over the pages of a parallel reader."""
        here, there = gallery_of(env), gallery_of(other)
        here.outputs.update({name: outputs for name, outputs in there.outputs.items() if name in docnames})
        if pages := there.pages & docnames:
            here.pages |= pages
            here.words = there.words

    def get_updated_docs(self, app: Sphinx, env: BuildEnvironment) -> list[str]:
        """Write the gallery again if a picture has changed."""
        gallery = gallery_of(env)
        shown = _digest(sorted(gallery.outputs.items()))
        if not gallery.pages or shown == gallery.shown:
            return []
        gallery.shown = shown
        return sorted(gallery.pages)


def _exercise(number: int) -> str:
    return f"exercise {number}"


def visit_cards(self: HTML5Translator, node: cards) -> None:
    """Write the cards and their pictures."""
    builder = self.builder
    shown = catalog.uses(Path(builder.env.srcdir))
    self.body.append('<div class="cnn-cards">\n')
    for name in node["names"]:
        try:
            self.body.append(_card(builder, self.docnames[0], catalog.entries()[name], shown.get(name, ())))
        except Exception as error:  # whatever its code does: the other cards are written
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            logger.warning(f"illustration {name} cannot be shown: {reason}", location=node, type="gallery")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def _card(builder: Any, docname: str, entry: catalog.Entry, several: tuple[catalog.Use, ...]) -> str:
    made = made_by(builder.env, entry, several)
    here = builder.get_target_uri(docname)
    shown = _question(made) if entry.kind == "Exercise" else thumbnail(builder, here, f"gallery-{entry.name}", made)
    places: dict[str, str] = {}
    for use in several:
        anchor = f"#{use.label}" if use.label else ""
        places.setdefault(use.page, relative_uri(here, builder.get_target_uri(use.page)) + anchor)
    titles = {page: builder.env.titles[page].astext() for page in places}
    links = ", ".join(
        f'<a class="reference internal" href="{address}">{escape(titles[page])}</a>' for page, address in places.items()
    )
    call = several[0].code if several else f"{entry.name}()"
    code = builder.highlighter.highlight_block(f"from {entry.module} import {entry.name}\n\n{call}", "python")
    return (
        f'<div class="cnn-card" id="{entry.name}">\n<h3>{entry.name}</h3>\n<p>{_inline(entry.line)}</p>\n'
        f"{shown}\n"
        f'<div class="highlight-python notranslate">{code}</div>\n{_parameters(entry)}'
        f"<p>{f'On {links}' if links else 'On no page'}</p>\n</div>\n"
    )


def thumbnail(builder: Any, here: str, stem: str, made: str, decorative: bool = False) -> str:
    """Write the picture files of a card, and return the HTML that shows the one of the reader's theme.

    A decorative one says nothing to those who hear the page: the words beside it are enough.
    """
    in_browser = builder.name in ("html", "dirhtml")
    described, width, height, drawn = pictures(made, CARD if in_browser and not decorative else COLUMN)
    folder = Path(builder.outdir, builder.imagedir)
    images = []
    alt, hidden = ("", ' aria-hidden="true"') if decorative else (escape(described), "")
    for theme in THEMES if in_browser else THEMES[:1]:
        path = folder / f"{stem}-{theme}.svg"
        update(path, drawn[theme].encode())
        images.append(
            f'<img class="only-{theme}" src="{relative_uri(here, f"{builder.imagedir}/{path.name}")}" '
            f'alt="{alt}" width="{round(width)}" height="{round(height)}" '
            'loading="lazy" decoding="async">'
        )
    return f'<div class="cnn-thumbnail"{hidden}>{"".join(images)}</div>'


def made_by(env: BuildEnvironment, entry: catalog.Entry, several: tuple[catalog.Use, ...]) -> str:
    """Return what the first use of an illustration shows on its page; where that is not to be found, make it."""
    for use in several:
        name = use.label
        if entry.kind == "Exercise":
            text = Path(env.srcdir, f"{use.page}.md").read_text(encoding="utf-8")
            exercises = {each.name for each in catalog.entries().values() if each.kind == "Exercise"}
            asked = [found for each, found in catalog.page_uses(use.page, text) if each in exercises]
            name = _exercise(asked.index(use))
        if name in gallery_of(env).outputs.get(use.page, {}):
            return gallery_of(env).outputs[use.page][name]
    logger.verbose("gallery: %s is in no numbered figure, it is made", entry.name)
    return entry.load()().to_html()


def _question(made: str) -> str:
    """Return an exercise without its solution."""
    exercise = lxml_html.fragment_fromstring(made)
    return "".join(lxml_html.tostring(exercise.find(tag), encoding="unicode").strip() for tag in ("p", "ol"))


def _parameters(entry: catalog.Entry) -> str:
    if not entry.parameters:
        return "<p>It has no parameters.</p>\n"
    rows = "".join(
        f"<dt><code>{each.name}={escape(each.default or '…')}</code></dt><dd>{escape(each.declared.sentence)}</dd>"
        for each in entry.parameters
    )
    return f'<details class="cnn-code"><summary>Parameters</summary><dl>{rows}</dl></details>\n'


def _inline(text: str) -> str:
    r"""Write the words of a docstring as HTML.

    Examples
    --------
    >>> _inline("``\"valid\"`` or a name in :data:`cnnfigs.runs.x.NAMES`")
    '<code>&quot;valid&quot;</code> or a name in <code>NAMES</code>'
    """

    def code(match: re.Match[str]) -> str:
        name = match[1].rpartition(".")[2] if match[1] else match[2] or match[3]
        return f"<code>{name}</code>"

    return _ROLE.sub(code, escape(typeset(text)))


def pictures(made: str, room: tuple[float, float] = CARD) -> tuple[str, float, float, dict[str, str]]:
    """Make of what a figure holds a picture as a file, in each theme.

    Parameters
    ----------
    made
        HTML of a picture, an animation or a table.
    room
        Pixels from left to right and from top to bottom. Where the letters of the drawing for the column become too
        small there, it is the one for a phone, if its letters are larger.

    Returns
    -------
    tuple of (str, float, float, dict)
        What it shows, its width and height in pixels, and SVG documents by theme.
    """
    root = _largest(etree.fromstring(f"<div>{made}</div>"), room)
    if root is None:
        table = lxml_html.fragment_fromstring(made, create_parent=True).find(".//table")
        described, root = table.get("aria-label", ""), _table(table, room[0] / READABLE)
    else:
        described = root.get("aria-label", "")
    for element in list(_hidden_frames(root)):
        element.getparent().remove(element)
    for element in root.iter():
        element.attrib.pop("visibility", None)
    for name in ("class", "role", "aria-label"):
        root.attrib.pop(name, None)
    embed(root)
    width, height = pixels(root)
    root.set("width", f"{width:g}")
    root.set("height", f"{height:g}")
    values = [each for each in root.iter(f"{SVG}image", f"{SVG}g") if each.attrib.pop("class", "") == VALUES]
    drawn = {"light": in_theme(etree.tostring(root, encoding="unicode"), "light") + "\n"}
    for image in values:
        image.set("filter", f"url(#{FILTER})")
    if values:
        root.append(etree.fromstring(dark_filter().replace("<filter", f'<filter xmlns="{SVG[1:-1]}"', 1)))
    drawn["dark"] = in_theme(etree.tostring(root, encoding="unicode"), "dark") + "\n"
    return described, width, height, drawn


def _largest(made: etree._Element, room: tuple[float, float]) -> etree._Element | None:
    """Return the drawing that has to be made least smaller, with all that it shows of the others."""

    def scale(drawing: etree._Element) -> float:
        return min(READABLE, *(limit / side for limit, side in zip(room, pixels(drawing), strict=True)))

    drawings = made.findall(f".//{SVG}svg")
    if not drawings:
        return None
    largest = max(drawings, key=scale)
    here, elsewhere = ({each.get("id"): each for each in root.iter(f"{SVG}image")} for root in (largest, made))
    shown = dict.fromkeys(each.get("href", "").removeprefix("#") for each in largest.iter(f"{SVG}use"))
    missing = [elsewhere[name] for name in shown if name in elsewhere and name not in here]
    if missing:
        etree.SubElement(largest, f"{SVG}defs").extend(map(deepcopy, missing))
    return largest


def _hidden_frames(root: etree._Element) -> Iterator[etree._Element]:
    """Yield all frames of an animation but the last, in which everything has been done."""
    frames = [(element, _FRAME.search(element.get("class", ""))) for element in root.iter(f"{SVG}g")]
    numbers = [int(match[1]) for _, match in frames if match]
    for element, match in frames:
        if match and int(match[1]) < max(numbers):
            yield element


def _table(table: Any, most: float) -> etree._Element:
    """Draw the first rows of a table, and as many of its columns as have room in so many pixels."""
    rows = [[cell.text_content() for cell in row] for row in table.iter("tr")]
    right = [cell.get("class") == "cnn-number" for cell in next(table.iter("tr"))]
    shown = rows if len(rows) <= ROWS else [*rows[: ROWS - 1], ["…"]]
    widths = [
        max(len(row[column]) for row in rows if column < len(row)) * LETTER + 16 for column in range(len(rows[0]))
    ]
    if sum(widths) > most:
        fit = max(int(np.searchsorted(np.cumsum(widths), most - MORE)), 1)
        widths, right = [*widths[:fit], MORE], [*right[:fit], False]
        shown = [[*row[:fit], "…"] if len(row) > 1 else row for row in shown]
    width, height = sum(widths), LINE * len(shown) + 8
    root = etree.Element(
        f"{SVG}svg",
        width=f"{width:g}",
        height=f"{height:g}",
        viewBox=f"0 0 {width:g} {height:g}",
        nsmap={None: SVG[1:-1]},
    )
    group = etree.SubElement(root, f"{SVG}g", {"font-size": "12", "fill": variable("text")})
    for number, row in enumerate(shown):
        bottom = LINE * (number + 1)
        left = 0.0
        for text, at_right, column in zip(row, right, widths, strict=False):
            x = left + column - 8 if at_right else left + 8
            cell = etree.SubElement(group, f"{SVG}text", x=f"{x:g}", y=f"{bottom - 6:g}")
            if at_right:
                cell.set("text-anchor", "end")
            if number == 0:
                cell.set("font-weight", "bold")
            cell.text = text
            left += column
        line = f"M 0 {bottom} H {width:g}"
        stroke = variable("grid") if number == 0 else variable("padding-fill")
        etree.SubElement(root, f"{SVG}path", d=line, stroke=stroke, fill="none")
    return root


def remove_old_pictures(app: Sphinx, exception: Exception | None) -> None:
    """Delete pictures of illustrations that are no more."""
    if exception is None and gallery_of(app.env).pages and hasattr(app.builder, "imagedir"):
        for path in Path(app.outdir, app.builder.imagedir).glob("gallery-*-*.svg"):
            if path.name.split("-")[1] not in catalog.entries():
                path.unlink()


def add_style(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Link the style sheet of the gallery there, and on no other page."""
    if page in gallery_of(app.env).pages:
        app.add_css_file("gallery.css")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.setup_extension("cnnfigs.sphinxext.reading.outputs")
    app.add_node(cards, html=(visit_cards, None))
    app.add_directive("gallery", GalleryDirective)
    app.add_env_collector(Collector)
    app.connect("html-page-context", add_style, priority=400)  # before style sheets are sorted out
    app.connect("build-finished", remove_old_pictures)
    return {"env_version": 2, "parallel_read_safe": True, "parallel_write_safe": True}
