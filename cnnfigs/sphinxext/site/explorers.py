"""Explorers in pages: each stands below a figure, and lets the reader play with what the figure shows.

The figure stays as it is, so that its caption is true for all readers. The directive names it, stands below it (or
opens the page whose first figure it is), and holds the explorer's own words, such as a question to try. Without
JavaScript, on paper and in an ebook there is nothing of it::

    ```{explorer} convolution
    :for: fig-window-steps
    :settings: kernel=laplacian&padding=same

    How many zeros will there be?
    ```

A link ``{explore}`with strides 2 <convolution?strides=2>` `` sets an explorer of the same page. Both are checked when
the page is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import ReferenceRole, SphinxDirective

from cnnfigs.explorers import assets, registry
from cnnfigs.explorers.registry import EXPLORERS, Explorer
from cnnfigs.explorers.settings import check_settings

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata, OptionSpec
    from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

#: Where the scripts are, below the folder of static files.
FOLDER = "explorers"
#: What is noted of a page that has explorers: the names of all, and of those that the page sets to nothing else.
USED, UNCHANGED = "explorers", "explorers as they are"


class ExplorerNode(nodes.General, nodes.Element):
    """An explorer; left out where it cannot run."""


class QuestionNode(nodes.General, nodes.Element):
    """The words of an explorer; left out where it cannot run."""


class ExploreNode(nodes.Inline, nodes.TextElement):
    """A link that sets an explorer; plain text where it cannot run."""


def read_settings(name: str, query: str) -> tuple[Explorer, dict[str, str]]:
    """Find an explorer and check settings for it.

    Raises
    ------
    ValueError
        If either is not accepted; the message says what is.

    Examples
    --------
    >>> read_settings("convolution", "strides=2")[1]
    {'strides': '2'}
    """
    if name not in EXPLORERS:
        raise ValueError(f"there is no explorer {name!r}: expected {', '.join(EXPLORERS)}")
    return EXPLORERS[name], check_settings(name, EXPLORERS[name].settings, query)


class ExplorerDirective(SphinxDirective):
    """Puts an explorer and its words below a figure."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[OptionSpec] = {
        "for": directives.unchanged_required,
        "settings": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        """Leave a node, which :class:`CheckExplorers` compares with the page's figures."""
        for path in (Path(registry.__file__), *assets.SCRIPTS.iterdir()):
            self.env.note_dependency(str(path))  # the page tells their version, and the settings are checked anew
        try:
            explorer, settings = read_settings(self.arguments[0], self.options.get("settings", ""))
        except ValueError as error:
            logger.warning(str(error), location=self.get_location(), type="explorer")
            return []
        if "for" not in self.options:
            message = f"explorer {explorer.name} belongs to no figure: name one with :for:"
            logger.warning(message, location=self.get_location(), type="explorer")
            return []
        noted = self.env.metadata[self.env.docname]
        noted.setdefault(USED, []).append(explorer.name)
        if all(value == str(explorer.settings[setting].default) for setting, value in settings.items()):
            noted.setdefault(UNCHANGED, []).append(explorer.name)
        node = ExplorerNode(name=explorer.name, settings=settings, figure=self.options["for"])
        self.set_source_info(node)
        if not self.content:
            message = f"explorer {explorer.name} has no words: say in the directive what there is to do"
            logger.warning(message, location=self.get_location(), type="explorer")
        return [QuestionNode("", *self.parse_content_to_nodes()), node]


class ExploreRole(ReferenceRole):
    """Makes a link that sets an explorer of the page."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Read the target ``NAME?SETTINGS``."""
        name, _, query = self.target.partition("?")
        try:
            explorer, settings = read_settings(name, query)
        except ValueError as error:
            logger.warning(str(error), location=self.get_location(), type="explorer")
            return [nodes.Text(self.title)], []
        node = ExploreNode("", self.title, name=explorer.name, settings=settings)
        self.set_source_info(node)
        return [node], []


class CheckExplorers(SphinxTransform):
    """Looks whether each explorer stands below the figure that it names, and whether all that is named is there."""

    default_priority = 500

    def apply(self, **arguments: Any) -> None:
        """Complain of an explorer that stands elsewhere; take out one that has no figure, or stands there twice."""
        figures = {name: figure for figure in self.document.findall(nodes.figure) for name in figure["names"]}
        placed: set[str] = set()
        # One that opens a page stands above its figure, which is the page's first.
        above = next(self.document.findall(nodes.figure), None)
        for node in list(self.document.findall(nodes.Element)):
            if isinstance(node, nodes.figure):
                above = node
            if not isinstance(node, ExplorerNode):
                continue
            figure = figures.get(node["figure"])
            if figure is None:
                known = ", ".join(figures) or "none"
                complain(node, f"there is no figure {node['figure']!r} on this page: its figures are {known}")
            elif above is not figure:
                complain(node, f"explorer {node['name']} does not stand below the figure {node['figure']!r}")
            elif node["name"] in placed:
                complain(node, f"explorer {node['name']} stands on this page already: expected once")
            else:
                placed.add(node["name"])
                continue
            node.parent.remove(node)
        for link in self.document.findall(ExploreNode):
            if link["name"] not in placed:
                complain(link, f"there is no explorer {link['name']} on this page, so that a link cannot set it")


def complain(node: nodes.Element, message: str) -> None:
    """Warn, with the page and the line."""
    logger.warning(message, location=node, type="explorer")


def runs_here(builder: Any) -> bool:
    """Return whether what is being written is a site, whose pages run scripts; an ebook is not."""
    return isinstance(builder, StandaloneHTMLBuilder) and not builder.embedded


def version_of(builder: Any) -> str:
    """Return the version of the explorers' files, which are written before the first page."""
    version: str = builder.explorers_version
    return version


def visit_explorer(self: HTML5Translator, node: ExplorerNode) -> None:
    """Write the explorer's element."""
    if not runs_here(self.builder):
        raise nodes.SkipNode
    explorer = EXPLORERS[node["name"]]
    written = element(explorer, version_of(self.builder), node["settings"], tour=node.get("tour", False))
    self.body.append(f"{written}\n")
    raise nodes.SkipNode


def element(explorer: Explorer, version: str, settings: Mapping[str, str], *, tour: bool = False) -> str:
    """Write the element of an explorer, which is empty until it starts; the page may have a tour of it."""
    attributes = {
        "id": f"explore-{explorer.name}",
        "data-scripts": " ".join(explorer.files),
        "data-tour": "here" if tour else "",
        "data-version": version,
        "data-settings": urlencode(settings),
    }
    words = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items() if value)
    return f"<cnn-{explorer.name}{words}></cnn-{explorer.name}>"


def visit_question(self: HTML5Translator, node: QuestionNode) -> None:
    """Open the box with the explorer's words."""
    if not runs_here(self.builder):
        raise nodes.SkipNode
    self.body.append('<div class="cnn-question">\n')


def depart_question(self: HTML5Translator, node: QuestionNode) -> None:
    """Close it."""
    self.body.append("</div>\n")


def skip(self: nodes.NodeVisitor, node: nodes.Element) -> None:
    """Leave out what only an explorer makes sense of."""
    raise nodes.SkipNode


def visit_explore(self: HTML5Translator, node: ExploreNode) -> None:
    """Open the link."""
    if runs_here(self.builder):
        address = f"#explore-{node['name']}?{urlencode(node['settings'], safe=',')}"
        self.body.append(f'<a class="reference internal cnn-explore" href="{escape(address)}">')


def depart_explore(self: HTML5Translator, node: ExploreNode) -> None:
    """Close it."""
    if runs_here(self.builder):
        self.body.append("</a>")


def show_children(self: nodes.NodeVisitor, node: nodes.Element) -> None:
    """Write the words of a link, and nothing around them."""


def write_scripts(app: Sphinx, env: BuildEnvironment) -> None:
    """Write the explorers' files where Sphinx takes static files from, outside of the sources.

    The folder is theirs alone, so that a book that is built after the site takes none of them. All pages have been read
    by then, so that results which explorers share with a page are kept already. Without an explorer on any page nothing
    is computed.
    """
    if runs_here(app.builder) and any(USED in metadata for metadata in env.metadata.values()):
        folder = app.doctreedir.parent / "static-explorers"
        app.builder.explorers_version = assets.write_assets(folder / FOLDER)  # type: ignore[attr-defined]
        if str(folder) not in app.config.html_static_path:
            app.config.html_static_path.append(str(folder))


def add_loader(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Load what starts the explorers, on the pages that have some."""
    if doctree is not None and runs_here(app.builder) and any(True for _ in doctree.findall(ExplorerNode)):
        app.add_js_file(f"{FOLDER}/loader.js", defer="defer")
        app.add_css_file(f"{FOLDER}/loader.css")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive and the role."""
    app.setup_extension("cnnfigs.sphinxext.site.embeds")
    elsewhere, nowhere = (show_children, show_children), (skip, None)
    for node, html, other in (
        (ExplorerNode, (visit_explorer, None), nowhere),
        (QuestionNode, (visit_question, depart_question), nowhere),
        (ExploreNode, (visit_explore, depart_explore), elsewhere),
    ):
        app.add_node(node, html=html, latex=other, text=other, man=other, texinfo=other)
    app.add_directive("explorer", ExplorerDirective)
    app.add_role("explore", ExploreRole())
    app.add_transform(CheckExplorers)
    app.connect("env-updated", write_scripts)
    app.connect("html-page-context", add_loader, priority=400)  # before what is not needed is left out
    return {"version": "1", "env_version": 2, "parallel_read_safe": True, "parallel_write_safe": True}
