"""The gallery: every illustration on a wall of pictures, as its page shows it.

Nothing is computed for it. What the pages' cells made is kept while the pages are read; when the gallery is written, it
becomes a small picture file in each theme, which a browser loads when the reader comes near it. The gallery is read
again when an illustration or a page has come or gone, and written again when a picture has changed, and only then.

A card opens where it stands, without a script, and shows its picture large, its code and its parameters. The script
``gallery.js`` adds what chooses among the cards: words, a page or a group of pages, a kind. Exercises are links.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from docutils import nodes
from lxml import etree
from lxml import html as lxml_html
from sphinx import addnodes
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri
from sphinx.util.parallel import ParallelTasks, make_chunks, parallel_available

from cnnfigs import cache as runs
from cnnfigs import catalog, provenance
from cnnfigs.aside import aside
from cnnfigs.building.jobs import make
from cnnfigs.drawing.fonts import embed
from cnnfigs.drawing.palette import CHART, FILTER, VALUES, dark_filter, in_theme, variable
from cnnfigs.drawing.widths import TEXT, WIDTH, pixels
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
#: Builders whose pages a browser shows, which has both themes and runs scripts.
IN_BROWSER = ("html", "dirhtml")
#: Pixels from left to right and from top to bottom for the picture of a card, and of a card in a book.
CARD, COLUMN = (420, 240), (WIDTH, math.inf)
#: How small a drawing may be made before the one for a phone is preferred: its letters are then 9 pixels high.
READABLE = 9 / TEXT
#: Rows of a table that its picture shows, and the sizes of its text.
ROWS, LINE, LETTER = 9, 22, 7.2
#: Pixels for the sign that says that there are more columns.
MORE = 28.0

#: Of a picture so many times as high as wide, and too high to be read on a card, that shows the upper part, so wide.
TALL, WIDEST = 1.25, 384
#: What a card is called for each kind of illustration, and what the filter calls all of it.
KINDS = {"picture": "Pictures", "chart": "Charts", "table": "Tables", "animation": "Animations"}
#: Letters that a title has, unless a colon ends it.
SHORTEST = 16

_FRAME = re.compile(r"\bcnn-frame-(\d+)")
#: Where the beginning of a sentence can stand alone: not within a list of things.
_END = re.compile(
    r": |; |, (?=(?:and|as|asked|at|before|by|each|from|in|read|to|what|which|with|without)\b)"
    r"|, (?!or\b)(?!.*, (?:and|or)\b)|\.$"
)
_EXERCISE = "An exercise: "
#: An apostrophe as a typewriter has it.
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)|(?<=s)'(?= )")
_ROLE = re.compile(r":\w+:`~?([^`]+)`|``([^`]+)``|`([^`]+)`")


class cards(nodes.General, nodes.Element):  # noqa: N801 - docutils names its nodes so
    """The cards of one page: its name under ``page``, their illustrations' names under ``names``."""


class exercises(nodes.General, nodes.Element):  # noqa: N801
    """A list of exercises: their names under ``names``."""


class filters(nodes.General, nodes.Element):  # noqa: N801
    """What chooses among the cards, with a script: pages that have cards under ``pages``."""


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
        For each page, the HTML that its figures hold, by the figure's name.
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
        entries = catalog.entries()
        by_page: dict[str, list[str]] = {}
        asked = []
        for name in [*shown, *(name for name in entries if name not in shown)]:
            if entries[name].kind in catalog.ASKING:
                asked.append(name)
            else:
                by_page.setdefault(shown[name][0].page if name in shown else "", []).append(name)
        found: list[nodes.Node] = [filters(pages=[page for page in by_page if page])]
        for page, names in by_page.items():
            text = title(Path(self.env.srcdir, f"{page}.md")) if page else "On no page"
            found.append(self._section(page or "other", text, cards(page=page, names=names)))
        if asked:
            found.append(self._section("exercises", "Exercises", exercises(names=asked)))
        return found

    def _section(self, place: str, text: str, content: nodes.Node) -> nodes.section:
        # A section whose cards stand in one wall with all others has no box to lead to; its second id has one.
        section = nodes.section("", nodes.title(text, text), content, ids=[f"wall-{place}", f"gallery-{place}"])
        self.set_source_info(section)
        return section


def title(page: Path) -> str:
    """Return the first heading of a page."""
    heading = re.search(r"(?m)^# (.+)$", page.read_text(encoding="utf-8"))
    return heading[1].strip() if heading else page.stem


def titles(entries: Iterable[catalog.Entry]) -> dict[str, str]:
    """Give each illustration a title: what its docstring begins with, as much of it as no other begins with.

    Examples
    --------
    >>> from cnnfigs.catalog import entries
    >>> titles([entries()["Padding"], entries()["GreyWall"]])
    {'Padding': 'Where a kernel can stand on its input', 'GreyWall': 'Padding is not neutral'}
    """
    beginnings = {entry.name: list(_beginnings(entry.line)) for entry in entries}
    count = Counter(begun for several in beginnings.values() for begun in several)
    return {
        name: next((begun for begun in several if count[begun] == 1), several[-1])
        for name, several in beginnings.items()
    }


def _beginnings(line: str) -> Iterator[str]:
    """Yield beginnings of a sentence that can be a title, longer and longer, the last of which is all of it."""
    sentence = line.removeprefix(_EXERCISE)
    for end in _END.finditer(sentence):
        begun = sentence[: end.start()]
        whole = end[0] == "."
        if whole or end[0] == ": " or (len(begun) >= SHORTEST and not begun.startswith("For ")):
            yield begun[:1].upper() + begun[1:]


def kind(entry: catalog.Entry, made: str) -> str:
    """Return which of :data:`KINDS` an illustration is, of which it is known what it shows; a chart says so itself.

    Examples
    --------
    >>> padding = catalog.entries()["Padding"]
    >>> kind(padding, padding.load()().to_html())
    'picture'
    """
    return "chart" if entry.kind == "Picture" and f'data-kind="{CHART}"' in made else entry.kind.lower()


def groups(env: BuildEnvironment, home: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the captions of a page's tables of contents, with the pages below each."""
    for toctree in env.get_doctree(home).findall(addnodes.toctree):
        yield toctree.get("caption") or "", toctree["includefiles"]


def first_picture(env: BuildEnvironment, page: str) -> tuple[catalog.Entry, catalog.Use] | None:
    """Return the first illustration of a page that is a numbered figure and a picture, if it has one."""
    for name, use in catalog.page_uses(page, Path(env.doc2path(page)).read_text(encoding="utf-8")):
        entry = catalog.entries().get(name)
        if entry is not None and entry.kind not in (*catalog.ASKING, "Table") and use.label:
            return entry, use
    return None


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
        """Keep what the figures of a page hold."""
        outputs: dict[str, str] = {}
        for figure in doctree.findall(nodes.figure):
            for raw in figure.findall(nodes.raw):
                text = raw.astext()
                if raw.get("format") == "html" and "cnn-" in text[:200]:
                    outputs.update(dict.fromkeys([*figure["names"], *figure["ids"]], text))
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
        home = env.config.root_doc
        grouped = list(groups(env, home)) if home in env.found_docs else []
        shown = _digest([sorted(gallery.outputs.items()), grouped])
        if not gallery.pages or shown == gallery.shown:
            return []
        gallery.shown = shown
        draw_ahead(app, env)
        return sorted(gallery.pages)


def visit_filters(self: HTML5Translator, node: filters) -> None:
    """Write the form, which is shown where scripts run."""
    env = self.builder.env
    if self.builder.name not in IN_BROWSER:
        raise nodes.SkipNode
    pages, home = dict.fromkeys(node["pages"]), env.config.root_doc
    named = {page: f'<option value="{page}">{escape(env.titles[page].astext())}</option>' for page in pages}
    options = ['<option value="">All pages</option>']
    for caption, several in groups(env, home) if home in env.found_docs else ():
        inner = "".join(named.pop(page) for page in several if page in named)
        if inner and caption:
            whole = f'<option value="{_plain(caption)}">All of “{escape(caption)}”</option>'
            inner = f'<optgroup label="{escape(caption)}">{whole}{inner}</optgroup>'
        options.append(inner)
    options[1:1] = named.values()
    kinds = "".join(f'<option value="{name}">{several}</option>' for name, several in KINDS.items())
    self.body.append(
        '<form class="cnn-chooser" role="search">\n'
        '<label>Words <input type="search" name="words" autocomplete="off" spellcheck="false"></label>\n'
        f'<label>Topic <select name="topic">{"".join(options)}</select></label>\n'
        f'<label>Kind <select name="kind"><option value="">All kinds</option>{kinds}</select></label>\n'
        '<button type="reset">Show all</button>\n'
        '<p role="status"></p>\n</form>\n'
    )
    raise nodes.SkipNode


def _plain(caption: str) -> str:
    return caption.lower().replace(" ", "-")


def visit_cards(self: HTML5Translator, node: cards) -> None:
    """Write the cards and their pictures."""
    builder, page = self.builder, node["page"]
    env = builder.env
    shown = catalog.uses(Path(env.srcdir))
    home = env.config.root_doc
    around = [caption for caption, pages in groups(env, home) if page in pages] if home in env.found_docs else []
    self.body.append(f'<div class="cnn-cards" data-topic="{" ".join([page, *map(_plain, around)])}">\n')
    named = titles(catalog.entries().values())
    for name in node["names"]:
        try:
            entry, several = catalog.entries()[name], shown.get(name, ())
            self.body.append(_card(builder, self.docnames[0], entry, named[name], several))
        except Exception as error:  # whatever its code does: the other cards are written
            cannot_be_shown(name, error, node)
    self.body.append("</div>\n")
    raise nodes.SkipNode


def cannot_be_shown(name: str, error: Exception, location: nodes.Node | str) -> None:
    """Say in a line why an illustration is missing in a card."""
    reason = " ".join(f"{type(error).__name__}: {error}".split())
    logger.warning(f"illustration {name} cannot be shown: {reason}", location=location, type="gallery")


def _card(builder: Any, docname: str, entry: catalog.Entry, called: str, several: tuple[catalog.Use, ...]) -> str:
    """Write a card. What is heard first of it is its title, which stands below the picture."""
    made = made_by(builder.env, entry, several)
    here = builder.get_target_uri(docname)
    shown = thumbnail(builder, here, f"gallery-{entry.name}", made, waits=True)
    links = ", ".join(_links(builder, here, several))
    call = several[0].code if several else f"{entry.name}()"
    code = builder.highlighter.highlight_block(f"from {entry.module} import {entry.name}\n\n{call}", "python")
    return (
        f'<details class="cnn-card" data-kind="{kind(entry, made)}">\n'
        f'<summary><span class="cnn-title">{_inline(called)}</span>{shown}</summary>\n'
        f'<div class="cnn-more"><span class="cnn-place" id="{entry.name}"></span><p>{_inline(entry.line)}</p>\n'
        f'<div class="highlight-python notranslate">{code}</div>\n{_parameters(entry)}'
        f"<p>{f'On {links}' if links else 'On no page'}</p>\n</div>\n</details>\n"
    )


def _links(builder: Any, here: str, several: tuple[catalog.Use, ...]) -> Iterator[str]:
    """Link each page that shows an illustration, there where it shows it first."""
    first: dict[str, catalog.Use] = {}
    for use in several:
        first.setdefault(use.page, use)
    for page, use in first.items():
        address = relative_uri(here, builder.get_target_uri(page)) + (f"#{use.label}" if use.label else "")
        yield f'<a class="reference internal" href="{address}">{escape(builder.env.titles[page].astext())}</a>'


def visit_exercises(self: HTML5Translator, node: exercises) -> None:
    """Write a list of links to the pages that ask them, each under what it is about."""
    builder, entries = self.builder, catalog.entries()
    here, shown = builder.get_target_uri(self.docnames[0]), catalog.uses(Path(builder.env.srcdir))
    there = [name for name in node["names"] if name in entries]  # a module may have gone since the page was read
    named = titles(entries[name] for name in there)
    self.body.append('<ul class="cnn-exercises">\n')
    for name in there:
        links = ", ".join(_links(builder, here, shown.get(name, ()))) or "on no page"
        self.body.append(f'<li id="{name}">{_inline(named[name])}: {links}</li>\n')
    self.body.append("</ul>\n")
    raise nodes.SkipNode


def thumbnail(builder: Any, here: str, stem: str, made: str, *, decorative: bool = False, waits: bool = False) -> str:
    """Write the picture files of a card, and return the HTML that shows the one of the reader's theme.

    Parameters
    ----------
    builder, here
        Sphinx' builder, and the address of the page that shows it.
    stem
        What its files are called.
    made
        What the figure holds.
    decorative
        Whether it says nothing to those who hear the page, since the words beside it are enough.
    waits
        Whether a script, where there is one, fetches it when it is wanted: browsers themselves fetch a wall of pictures
        for several screens beforehand. Until then an empty drawing keeps its place.
    """
    in_browser = builder.name in IN_BROWSER
    described, width, height, drawn = _pictures(builder, stem, made, decorative)
    folder = Path(builder.outdir, builder.imagedir)
    alt, hidden = ("", ' aria-hidden="true"') if decorative else (escape(described), "")
    tall = waits and height > max(TALL * width, CARD[1] / READABLE)
    if tall:
        width, height = min(width, WIDEST), CARD[1]
    size = f'width="{round(width)}" height="{round(height)}"'
    images = ""
    for theme in THEMES if in_browser else THEMES[:1]:
        path = folder / f"{stem}-{theme}.svg"
        update(path, drawn[theme].encode())
        images += (
            f'<img class="only-{theme}" src="{relative_uri(here, f"{builder.imagedir}/{path.name}")}" '
            f'alt="{alt}" {size} loading="lazy" decoding="async">'
        )
    if in_browser and waits:
        # It has the room that the picture will have.
        box = f'{size} viewBox="0 0 {round(width)} {round(height)}"'
        images = f'<svg aria-hidden="true" {box}></svg><noscript>{images}</noscript>'
    return f'<span class="cnn-thumbnail{" cnn-tall" if tall else ""}"{hidden}>{images}</span>'


def draw_ahead(app: Sphinx, env: BuildEnvironment) -> None:
    """Make the pictures of the gallery on all processors, since its page is written by one process."""
    if app.parallel < 2 or not parallel_available:
        return
    shown = {name: first_output(env, several) for name, several in catalog.uses(Path(env.srcdir)).items()}

    def draw(names: Sequence[str]) -> None:
        for name in names:
            with suppress(Exception):  # whatever is wrong with it, the gallery's own writing says so
                _pictures(app.builder, f"gallery-{name}", shown[name], decorative=False)

    _code(_caches(app.builder) / ".reached")
    tasks = ParallelTasks(app.parallel)
    for part in make_chunks([name for name, output in shown.items() if output], app.parallel, len(shown)):
        tasks.add_task(draw, part)
    tasks.join()


def _pictures(builder: Any, stem: str, made: str, decorative: bool) -> tuple[str, float, float, dict[str, str]]:
    """Return :func:`pictures` of what a figure holds, made anew only if something has changed."""
    room = CARD if builder.name in IN_BROWSER and not decorative else COLUMN
    caches = _caches(builder)
    made_from = f"{_code(caches / '.reached')} {room} {made}"
    packed = kept(caches / f"{stem}-{builder.name}", made_from, lambda: json.dumps(pictures(made, room)).encode())
    described, width, height, drawn = json.loads(packed)
    return described, width, height, drawn


def _caches(builder: Any) -> Path:
    return Path(builder.doctreedir).parent / "pictures"


@cache
def _code(file: Path) -> str:
    """Digest the code that makes pictures of what figures hold, once a process."""
    return provenance.remembered(file, f"{__name__}:pictures")


def made_by(env: BuildEnvironment, entry: catalog.Entry, several: tuple[catalog.Use, ...]) -> str:
    """Return what the first use of an illustration shows on its page; where that is not to be found, make it."""
    if output := first_output(env, several):
        return output
    logger.verbose("gallery: %s is in no numbered figure, it is made", entry.name)
    from cnnfigs.building.finding import job_of  # it imports illustrations, and with them matplotlib

    illustration = entry.load()()
    job = job_of(illustration)
    if job is not None and not runs.is_kept(job.key):
        # Not here: Sphinx forks its writers, and a fork of a process in which TensorFlow has worked waits for ever.
        aside(make, job)
    return illustration.to_html()


def first_output(env: BuildEnvironment, several: tuple[catalog.Use, ...]) -> str:
    """Return what the first of some uses that is a numbered figure shows; empty where none is."""
    outputs = gallery_of(env).outputs
    return next((shown for use in several if (shown := outputs.get(use.page, {}).get(use.label))), "")


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
    >>> _inline("One digit's way, and the digits' mean")
    'One digit’s way, and the digits’ mean'
    """

    def code(match: re.Match[str]) -> str:
        name = match[1].rpartition(".")[2] if match[1] else match[2] or match[3]
        return f"<code>{name}</code>"

    return _ROLE.sub(code, escape(_APOSTROPHE.sub("\N{RIGHT SINGLE QUOTATION MARK}", typeset(text))))


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
    for name in ("class", "role", "aria-label", "data-kind"):
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


def look_for_old_pictures(app: Sphinx, env: BuildEnvironment, reads: list[str]) -> None:
    """Have old pictures deleted where some page is read: when an illustration has gone, the gallery is."""
    if reads:
        app.connect("build-finished", remove_old_pictures)


def remove_old_pictures(app: Sphinx, exception: Exception | None) -> None:
    """Delete pictures of illustrations that are no more."""
    if exception is None and gallery_of(app.env).pages and hasattr(app.builder, "imagedir"):
        for path in Path(app.outdir, app.builder.imagedir).glob("gallery-*-*.svg"):
            if path.name.split("-")[1] not in catalog.entries():
                path.unlink()


def add_style(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Link the style sheet and the script of the gallery there, and on no other page."""
    if doctree is not None and any(doctree.findall(filters)):
        app.add_css_file("gallery.css")
        app.add_js_file("gallery.js", loading_method="defer")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.setup_extension("cnnfigs.sphinxext.reading.outputs")
    for node, visit in ((filters, visit_filters), (cards, visit_cards), (exercises, visit_exercises)):
        app.add_node(node, html=(visit, None))
    app.add_directive("gallery", GalleryDirective)
    app.add_env_collector(Collector)
    app.connect("html-page-context", add_style, priority=400)  # before style sheets are sorted out
    app.connect("env-before-read-docs", look_for_old_pictures)
    return {"env_version": 2, "parallel_read_safe": True, "parallel_write_safe": True}
