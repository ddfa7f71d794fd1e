"""A page for each explorer, that others can show in a frame: ``embed/NAME.html``.

It holds the explorer and a link to the page of the tutorial that explains it, which takes along what is set. Like any
other page it works from a folder, loads its own files only, and gets its own policy (:mod:`.security`). What others put
into their page is what the explorer's button "Copy embed code" copies.

Those who open a page with a frame in it have not asked for the explorer. One whose networks would make the first load
larger than :data:`LIMIT` begins with a button, and loads nothing of its own before that is pressed.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from cnnfigs.explorers import registry
from cnnfigs.explorers.registry import EXPLORERS, Explorer
from cnnfigs.files import update
from cnnfigs.sphinxext.site.explorers import FOLDER as FILES
from cnnfigs.sphinxext.site.explorers import UNCHANGED, USED, element, runs_here, skip, version_of
from cnnfigs.sphinxext.site.hosted import reading_order

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata
    from sphinx.writers.html5 import HTML5Translator

#: Where the pages are, below the site's folder.
FOLDER = "embed"
#: So many bytes, compressed, the files of an explorer may have that starts by itself. With the page, its styles and its
#: fonts that makes at most 150 kB.
LIMIT = 100_000

_LOADER = '<script defer src="../_static/explorers/loader.js"></script>'
_START = """\
<div class="start">
<p><strong>{title}</strong></p>
<button type="button">Start</button> <span role="status">This loads {size}.</span>
</div>"""
_STARTS = """
<script>
const start = document.querySelector(".start button");
start.addEventListener("click", () => {{
  start.nextElementSibling.textContent = "Loading …";
  document.head.append(Object.assign(document.createElement("script"), {{ src: "../_static/explorers/loader.js" }}));
}}, {{ once: true }});
</script>"""

_PAGE = """\
<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width,initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<meta name="robots" content="noindex" />
<meta name="description" content="{title}: an explorer of the tutorial {project}." />
<title>{title}</title>
<link rel="icon" href="../_static/favicon.svg" type="image/svg+xml" />
<link rel="stylesheet" href="../_static/fonts/fonts.css" />
<link rel="stylesheet" href="../_static/palette.css" />
<link rel="stylesheet" href="../_static/explorers/loader.css" />
<style>
body {{ display: flex; flex-direction: column; min-height: 100vh; margin: 0; background: var(--cnn-background);
  color: var(--cnn-text); font: 1rem/1.5 "Tutorial Sans", system-ui, sans-serif; }}
main {{ flex: 1; }}
h1 {{ position: absolute; width: 1px; height: 1px; margin: 0; overflow: hidden; clip-path: inset(50%); }}
.still {{ padding: 0 1.25rem; }}
@media (scripting: enabled) {{ .still {{ display: none; }} }}
[data-scripts] {{ min-height: 0; margin: 0; }}
.start {{ padding: 1rem 1.25rem; }}
.start:has(+ :defined) {{ display: none; }}
@media (scripting: none) {{ .start {{ display: none; }} }}
button {{ min-height: 2.25rem; padding: 0.25rem 0.875rem; color: var(--cnn-background); background: var(--cnn-accent);
  border: 0; border-radius: 0.25rem; font: inherit; cursor: pointer; }}
:focus-visible {{ outline: 2px solid var(--cnn-accent); outline-offset: 2px; }}
footer {{ display: flex; flex-wrap: wrap; gap: 0 1rem; padding: 0.5rem 1.25rem; color: var(--cnn-muted);
  font-size: 0.875rem; line-height: 1.75rem; }}
a {{ display: inline-block; color: var(--cnn-accent); }}
</style>
{loader}
</head>
<body>
<script>
// Who shows this in a page of one theme asks for the same: embed/NAME.html?theme=light.
document.body.dataset.theme = new URLSearchParams(location.search).get("theme") ?? "auto";
</script>
<main>
<h1>{title}</h1>
<p class="still">This explorer needs JavaScript. The tutorial shows in pictures what it is about.</p>
{shown}
</main>
<footer>
<a href="../{page}.html{place}" target="_blank" rel="noopener">Open the tutorial</a>
<span>{project}</span>
</footer>
<script>
// The tutorial opens with what is set here.
const tutorial = document.querySelector("footer a");
const place = tutorial.hash;
for (const sign of ["pointerdown", "focus", "click"]) {{
  tutorial.addEventListener(sign, () => (tutorial.hash = location.hash || place));
}}
</script>{starts}
</body>
</html>
"""


def write_page(explorer: Explorer, shown: str, page: str, project: str, language: str = "en", size: int = 0) -> str:
    """Write the page of an explorer.

    Parameters
    ----------
    explorer
        Whose page it is.
    shown
        Its element, as HTML.
    page
        The page of the tutorial that explains it.
    project, language
        What the tutorial is called, and the language of its words.
    size
        How many bytes its files have, compressed.
    """
    words = {"title": explorer.title, "project": project, "language": language, "page": page}
    written = {name: escape(text) for name, text in words.items()}
    loader, starts = _LOADER, ""
    if size > LIMIT:
        shown = f"{_START.format(title=written['title'], size=f'{size / 1e6:.1f} MB')}\n{shown}"
        loader, starts = "", _STARTS.format()
    place = f"#explore-{explorer.name}"
    return _PAGE.format(shown=shown, place=place, loader=loader, starts=starts, **written)


def size_of(folder: Path, files: Iterable[str]) -> int:
    """Return how many bytes files have when a server compresses them."""
    return sum(len(gzip.compress((folder / name).read_bytes(), 6)) for name in files)


def homes(app: Sphinx) -> dict[str, str]:
    """Return the page that explains each explorer: the first in reading order that shows it as it is by itself.

    Then an address says the same of the explorer there and in a frame.
    """
    pages = [app.config.root_doc, *reading_order(app, app.config.root_doc)]
    found: dict[str, str] = {}
    for note in (UNCHANGED, USED):
        for page in pages:
            for name in app.env.metadata[page].get(note, []):
                found.setdefault(name, page)
    return {name: found[name] for name in EXPLORERS if name in found}


def write_pages(app: Sphinx, error: Exception | None) -> None:
    """Write a page for each explorer that stands on a page; what is left of others is deleted."""
    if error is not None or app.builder.name != "html" or not runs_here(app.builder):
        return
    folder = Path(app.outdir, FOLDER)
    found = homes(app)
    for name, page in found.items():
        explorer = EXPLORERS[name]
        shown = element(explorer, version_of(app.builder), {})
        size = size_of(Path(app.outdir, "_static", FILES), explorer.files)
        content = write_page(explorer, shown, page, app.config.project, app.config.language, size)
        update(folder / f"{name}.html", content.encode())
    for path in folder.glob("*.html"):
        if path.stem not in found:
            path.unlink()


class EmbedsNode(nodes.General, nodes.Element):
    """Words, and below them a list of the explorers' own pages; left out where they cannot run."""


class EmbedsDirective(SphinxDirective):
    """``{embeds}``: a list of the explorers' own pages, below words of its own."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Leave a node, and read the page again when explorers come or go."""
        self.env.note_dependency(registry.__file__)
        return [EmbedsNode("", *self.parse_content_to_nodes())]


def visit_embeds(self: HTML5Translator, node: EmbedsNode) -> None:
    """Write the words where explorers run."""
    if not runs_here(self.builder):
        raise nodes.SkipNode


def depart_embeds(self: HTML5Translator, node: EmbedsNode) -> None:
    """Write a link to each page."""
    links = (
        f'<li><a href="{FOLDER}/{name}.html">{escape(explorer.title)}</a>: <code>{FOLDER}/{name}.html</code></li>'
        for name, explorer in EXPLORERS.items()
    )
    self.body.append(f'<ul class="simple">\n{"".join(links)}\n</ul>\n')


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    other = (skip, None)
    app.add_node(EmbedsNode, html=(visit_embeds, depart_embeds), latex=other, text=other, man=other, texinfo=other)
    app.add_directive("embeds", EmbedsDirective)
    app.connect("build-finished", write_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
