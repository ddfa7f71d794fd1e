"""Each page with code cells as a notebook to download, which runs top to bottom where cnnfigs is installed.

The words are those of the page, with the numbers that its cells gave; the code is that of its cells. Cells that only
fetch numbers for the words are left out. The notebooks have no outputs: the reader's own run makes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import nbformat
from docutils import nodes
from myst_nb.core.read import MystMetadataParsingError, is_myst_markdown_notebook, read_myst_markdown_notebook
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from sphinx.errors import ConfigError

from cnnfigs.sphinxext.notebooks.markdown import Writer, escaped
from cnnfigs.sphinxext.site.explorers import ExplorerNode
from cnnfigs.sphinxext.site.tasks import FoldedNode, TaskNode, is_python
from cnnfigs.sphinxext.site.tours import TourNode

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.util.typing import ExtensionMetadata

#: Where they are, below the site.
FOLDER = "notebooks"

INSTALL = """\
# Where cnnfigs is not installed, such as on Colab, this installs it.
import importlib.util

if importlib.util.find_spec("cnnfigs") is None:
    %pip install --quiet "{requirement}\""""


@dataclass
class Cells:
    """The cells of a notebook while it is made."""

    cells: list[nbformat.NotebookNode] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def write(self, *blocks: str) -> None:
        """Add blocks of Markdown."""
        self.words += blocks

    def run(self, code: str, *, folded: bool = False) -> None:
        """Add a cell of code; of a folded one a notebook shows only that it is there."""
        self._end_words()
        metadata = {"jupyter": {"source_hidden": True}} if folded else {}
        self.cells.append(new_code_cell(code, metadata=metadata))  # type: ignore[no-untyped-call]

    def notebook(self) -> nbformat.NotebookNode:
        """Return the notebook; the same cells give the same one."""
        self._end_words()
        for number, cell in enumerate(self.cells, 1):
            cell.id = f"cell-{number}"
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
        notebook: nbformat.NotebookNode = new_notebook(cells=self.cells, metadata=metadata)  # type: ignore[no-untyped-call]
        nbformat.validate(notebook)
        return notebook

    def _end_words(self) -> None:
        if self.words:
            self.cells.append(new_markdown_cell("\n\n".join(self.words)))  # type: ignore[no-untyped-call]
            self.words = []


def is_needed(code: str) -> bool:
    """Return whether a cell does more than fetch numbers for the words of the page.

    Examples
    --------
    >>> is_needed("from cnnfigs.sphinxext.reading.facts import quote")
    False
    >>> is_needed("x = 3")
    True
    """
    return "from cnnfigs.sphinxext.reading.facts import" not in code


def has_cells(path: Path) -> bool:
    """Return whether a page has code cells."""
    if path.suffix != ".md":
        return False
    text = path.read_text("utf-8")
    return "{code-cell}" in text and bool(is_myst_markdown_notebook(text))


def source_cells(path: Path) -> list[nbformat.NotebookNode]:
    """Read the cells of a page; a page that cannot be read has none."""
    try:
        cells: list[nbformat.NotebookNode] = read_myst_markdown_notebook(path.read_text("utf-8"), path=path).cells
    except MystMetadataParsingError:  # the parser warns of it
        return []
    return cells


@dataclass
class PageWriter:
    """Makes the notebook of the page with a name."""

    app: Sphinx
    name: str
    sources: dict[str, None] = field(default_factory=dict)

    def notebook(self, page: nodes.document) -> nbformat.NotebookNode:
        """Return the notebook of the page with this tree."""
        source = source_cells(Path(self.app.env.doc2path(self.name)))
        code = {index: cell.source for index, cell in enumerate(source) if cell.cell_type == "code"}
        cells, writer = Cells(), Writer(self._link, self._equation_number)
        for node in self._pieces(page):
            if isinstance(node, nodes.Element) and "cell_index" in node:
                index = node["cell_index"]
                for earlier in [number for number in code if number < index]:  # not shown on the page
                    if is_needed(hidden := code.pop(earlier)):
                        cells.run(hidden)
                cells.run(code.pop(index, ""))
                cells.write(*self._caption(node, writer))
                continue
            if isinstance(node, nodes.section):
                writer.depth = _depth(node)
                continue
            if isinstance(node, TaskNode):
                _task(cells, writer, node)
                continue
            if isinstance(node, FoldedNode):
                cells.write(_summary(node), *writer.blocks(node))
                continue
            if isinstance(node, TourNode):  # what it leads through is not here
                continue
            if isinstance(node, ExplorerNode):
                if address := self._own_address(self.name):
                    cells.write(f"*On [the page]({address}#explore-{node['name']}) you can play with this picture.*")
                continue
            cells.write(*filter(None, writer.blocks(node)))
            if isinstance(node, nodes.title) and writer.depth == 1:
                cells.write(self._about())
                if self.app.config.site_repository:
                    cells.run(INSTALL.format(requirement=requirement(self.app.config)))
        for hidden in filter(is_needed, code.values()):
            cells.run(hidden)
        if self.sources:
            cells.write("## Sources", "\n".join(f"- {escaped(source)}" for source in self.sources))
        return cells.notebook()

    def _pieces(self, node: nodes.Element) -> Iterator[nodes.Node]:
        """Yield what stands on the page in order: cells, and what goes between them."""
        for child in node.children:
            if isinstance(child, nodes.section):
                yield child
                yield from self._pieces(child)
            elif isinstance(child, nodes.Element) and "cell_index" not in child and _holds_cell(child):
                yield from self._pieces(child)
            else:
                yield child

    def _about(self) -> str:
        address = self._own_address(self.name)
        work = f"[{self.app.config.project}]({address})" if address else self.app.config.project
        return (
            f"*This notebook is a page of {work}: the same words, and the code of its pictures to run and to change."
            " It needs the Python package `cnnfigs`.*"
        )

    def _own_address(self, name: str) -> str:
        base = self.app.config.html_baseurl
        return urljoin(base, self.app.builder.get_target_uri(name)) if base else ""

    def _caption(self, cell: nodes.Element, writer: Writer) -> Iterator[str]:
        numbers = self.app.env.toc_fignumbers.get(self.name, {})
        for figure in cell.findall(nodes.figure):
            for child in figure.children:
                if isinstance(child, nodes.caption):
                    digits = next(
                        (each[id_] for each in numbers.values() for id_ in figure["ids"] if id_ in each), None
                    )
                    number = self.app.config.numfig_format["figure"] % ".".join(map(str, digits)) if digits else ""
                    yield f"**{number}** {writer.inline(child)}".removeprefix("**** ")
                elif isinstance(child, nodes.legend):
                    yield from writer.blocks(child)

    def _link(self, node: nodes.Element) -> str:
        address: str = node.get("refuri", "")
        if not node.get("internal"):
            return address
        if source := node.get("reftitle"):  # a citation, whose source stands in full below
            self.sources[source] = None
            return ""
        target, _, place = address.partition("#")
        name = target.removesuffix(self.app.builder.link_suffix)  # type: ignore[attr-defined]
        if name in notebook_pages(self.app):
            return f"{name}.ipynb"
        return self._own_address(name) + f"#{place}" * bool(place) if name and self.app.config.html_baseurl else ""

    def _equation_number(self, node: nodes.math_block) -> str:
        numbers = self.app.env.toc_fignumbers.get(self.name, {}).get("displaymath", {})
        digits = next((numbers[id_] for id_ in node["ids"] if id_ in numbers), None)
        return ".".join(map(str, digits)) if digits else str(node.get("number") or "")


def _task(cells: Cells, writer: Writer, task: nodes.Element, *, folded: bool = False) -> None:
    """Write a task, or its solution: what is listed in Python is there to run."""
    for node in task.children:
        if isinstance(node, FoldedNode):
            cells.write(_summary(node))
            _task(cells, writer, node, folded=True)
        elif is_python(node):
            cells.run(node.astext().strip("\n"), folded=folded)
        else:
            cells.write(*filter(None, writer.blocks(node)))


def _summary(folded: FoldedNode) -> str:
    return f"**{escaped(folded['summary'])}**"


def _depth(section: nodes.Element) -> int:
    depth, node = 0, section
    while isinstance(node, nodes.section):
        depth, node = depth + 1, node.parent
    return depth


def _holds_cell(node: nodes.Element) -> bool:
    return any("cell_index" in inner for inner in node.findall(nodes.container))


def requirement(config: Config) -> str:
    """Return where the package is, as pip wants it."""
    return f"cnnfigs[keras] @ git+{config.site_repository}@{config.site_branch}"


def notebook_pages(app: Sphinx) -> frozenset[str]:
    """Return the names of the pages that have a notebook."""
    return app.env.notebook_pages  # type: ignore[attr-defined, no-any-return]


def find_pages(app: Sphinx, builder: Any) -> None:
    """Look which pages have code cells, before any is written."""
    names = (name for name in app.env.found_docs if has_cells(Path(app.env.doc2path(name))))
    app.env.notebook_pages = frozenset(names)  # type: ignore[attr-defined]


def write_notebook(app: Sphinx, name: str, template: str, context: dict[str, Any], page: nodes.document | None) -> None:
    """Write the notebook of a page, and give the template the links to it."""
    if page is None or app.builder.name != "html" or name not in notebook_pages(app):
        return
    path = Path(app.outdir, FOLDER, f"{name}.ipynb")
    path.parent.mkdir(parents=True, exist_ok=True)
    notebook = PageWriter(app, name).notebook(page)
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    context["notebook"] = {
        "path": f"{FOLDER}/{name}.ipynb",
        "services": {words: address.format(page=name) for words, address in app.config.notebook_services.items()},
    }


def write_requirements(app: Sphinx, exception: Exception | None) -> None:
    """Write beside the notebooks what they need, as those who run them for others expect it."""
    if exception is None and app.builder.name == "html" and app.config.site_repository:
        path = Path(app.outdir, FOLDER, "requirements.txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(requirement(app.config) + "\n", encoding="utf-8")


def check_services(app: Sphinx, config: Config) -> None:
    """Refuse an address that would be the same for all pages."""
    for words, address in config.notebook_services.items():
        if "{page}" not in address:
            raise ConfigError(f"notebook_services[{words!r}]: expected an address with {{page}} in it, got {address!r}")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.setup_extension("cnnfigs.sphinxext.site.hosted")
    app.add_config_value("notebook_services", {}, "html", [dict])
    app.connect("config-inited", check_services)
    app.connect("write-started", find_pages)
    app.connect("html-page-context", write_notebook)
    app.connect("build-finished", write_requirements)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
