"""``{quizzes}``: links to the quiz files of the teacher's kit, below words of its own, if these have been made.

``nox -s kit`` makes them from the built site, and the next build offers them. Without files there are neither words nor
links.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from cnnfigs.sphinxext.site.explorers import skip

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.builders import Builder
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata
    from sphinx.writers.html5 import HTML5Translator

#: Where the files are, below the sources as below the site.
FOLDER = "kit"
#: What the files are called, and for what they are.
FORMS = {
    "quiz-moodle.xml": "Moodle XML",
    "quiz-gift.txt": "GIFT",
    "quiz-qti21.zip": "QTI 2.1",
    "quiz-qti12.zip": "QTI 1.2, for Canvas and others",
}
#: What is noted of a page that has the directive.
USED = "quizzes"


class QuizzesNode(nodes.General, nodes.Element):
    """Words, and below them links to the files that have been made."""


class QuizzesDirective(SphinxDirective):
    """Leaves a node, and notes the page."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Read the words."""
        self.env.metadata[self.env.docname][USED] = True
        return [QuizzesNode("", *self.parse_content_to_nodes())]


def made(builder: Builder) -> dict[str, int]:
    """Return the files that have been made, and how many bytes they have."""
    paths = (Path(builder.confdir, FOLDER, name) for name in FORMS)
    return {path.name: path.stat().st_size for path in paths if path.is_file()} if builder.name == "html" else {}


def newly_made(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Name the pages with links, to be written again, if these would be others."""
    if app.builder.name != "html":
        return []
    now, before = made(app.builder), getattr(env, "quizzes_made", {})
    env.quizzes_made = now  # type: ignore[attr-defined]
    return [page for page, notes in env.metadata.items() if USED in notes] if now != before else []


def visit(self: HTML5Translator, node: QuizzesNode) -> None:
    """Write the words where there are files."""
    if not made(self.builder):
        raise nodes.SkipNode


def depart(self: HTML5Translator, node: QuizzesNode) -> None:
    """Write a link to each file."""
    links = (
        f'<li><a href="{FOLDER}/{name}" download>{FORMS[name]}</a>, {size / 1000:,.0f} kB</li>'
        for name, size in made(self.builder).items()
    )
    self.body.append(f'<ul class="simple">\n{"".join(links)}\n</ul>\n')


def copy(app: Sphinx, error: Exception | None) -> None:
    """Copy the files into the site."""
    if error is not None or app.builder.name != "html":
        return
    to = Path(app.outdir, FOLDER)
    shutil.rmtree(to, ignore_errors=True)
    for name in made(app.builder):
        to.mkdir(exist_ok=True)
        shutil.copy2(Path(app.confdir, FOLDER, name), to / name)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    other = (skip, None)
    app.add_node(QuizzesNode, html=(visit, depart), latex=other, text=other, man=other, texinfo=other)
    app.add_directive("quizzes", QuizzesDirective)
    app.connect("env-updated", newly_made)
    app.connect("build-finished", copy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
