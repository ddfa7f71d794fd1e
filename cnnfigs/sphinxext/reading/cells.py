"""Code cells that fail: named by page and line, and never taken for good by a later build.

MyST-NB warns of a failing cell without saying which. Here the warning stands at the line of the page that failed and
carries the exception's own message. And since Sphinx does not read a page again that has not changed, a build with any
warning forgets what it has read: the next one reads all pages again (most of them from the cache of executed pages)
and warns again.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import yaml
from jupyter_cache import get_cache
from jupyter_cache.cache.main import JupyterCacheBase
from myst_nb.core.read import MystMetadataParsingError
from myst_nb.sphinx_ import NbMetadataCollector
from myst_nb.sphinx_ import Parser as NotebookParser
from nbclient.exceptions import DeadKernelError
from sphinx.application import ENV_PICKLE_FILENAME
from sphinx.util import logging

from cnnfigs.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata

logger = logging.getLogger(__name__)

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
#: A frame of a traceback that lies in our own code.
_OWN = re.compile(r"File (?:\S*/)?(cnnfigs/[\w/]+\.py):(\d+)")


class Parser(NotebookParser):  # type: ignore[misc]
    """MyST-NB's parser, which says what failed."""

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """Parse a page; a failing cell gives one warning."""
        env: BuildEnvironment = document.settings.env
        name = env.docname
        try:
            super().parse(inputstring, document)
        except MystMetadataParsingError as error:
            place = re.search(r"at line (\d+)", str(error))
            message = re.sub(r"ParseWarnings\(msg='(.*?)'.*", r"\1", str(error))
            warn(message, name, int(place[1]) if place else None)
            super().parse("# A page that cannot be read\n", document)
            return
        except DeadKernelError as error:
            warn(f"the Python process of the page's code cells ended: {error}", name, None)
            super().parse(with_metadata(inputstring, "mystnb", execution_mode="off"), document)
            return
        executed = NbMetadataCollector.get_exec_data(env, name)
        if executed:
            path = Path(env.mystnb_config.output_folder, f"{name}.ipynb")  # type: ignore[attr-defined]
            notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
            for line, text in complaints(notebook, inputstring):
                logger.info("%s:%s: the code cell says: %s", name, line, text)
            if not executed["succeeded"]:
                failed, message = failure(notebook, inputstring, executed["traceback"] or "")
                warn(f"the code cell failed: {message}", name, failed)


def warn(message: str, page: str, line: int | None) -> None:
    """Warn in one line."""
    logger.warning(" ".join(message.split()), location=(page, line) if line else page, type="cells", subtype="failed")


def complaints(notebook: nbformat.NotebookNode, page: str) -> Iterator[tuple[int, str]]:
    """Yield what code cells wrote to standard error, such as a damaged file that was made again, with line numbers."""
    for index, cell in enumerate(notebook.cells):
        for output in cell.outputs if cell.cell_type == "code" else []:
            if output.output_type == "stream" and output.name == "stderr":
                yield first_line(notebook, index, page), output.text.rstrip()


def failure(notebook: nbformat.NotebookNode, page: str, traceback: str) -> tuple[int | None, str]:
    """Find which line of a page failed, from 1, and why.

    Parameters
    ----------
    notebook
        The executed notebook.
    page
        The text that it was made from.
    traceback
        The traceback of the process that ran the notebook.
    """
    raised = re.findall(r"(?m)^nbclient\.exceptions\.(?!CellExecutionError)(.*)", traceback)
    last = None
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code" or cell.execution_count is None:
            continue
        last = first_line(notebook, index, page)
        for output in cell.outputs:
            if not raised and output.output_type == "error" and "raises-exception" not in cell.metadata.get("tags", []):
                frames = _COLOURS.sub("", "\n".join(output.traceback))
                inner = re.search(rf"In\[{cell.execution_count}\], line (\d+)", frames)
                message = f"{output.ename}: {output.evalue}"
                # Where a parameter was refused says nothing more; the page's line is the one to mend.
                if (own := _OWN.findall(frames)) and output.ename != ParameterError.__name__:
                    message += f" (at {':'.join(own[-1])})"
                return last + (int(inner[1]) - 1 if inner else 0), message
    # No cell raised anything: the last one to start took too long.
    return last, raised[-1] if raised else traceback


def first_line(notebook: nbformat.NotebookNode, index: int, page: str) -> int:
    """Return the line of the page, from 1, on which a cell's code begins, below its options."""
    fence: int = notebook.metadata.source_map[index]
    lines, code = page.splitlines(), notebook.cells[index].source.splitlines()
    for start in range(fence, len(lines)):
        if lines[start : start + len(code)] == code:
            return start + 1
    return fence + 1


def with_metadata(page: str, key: str, **entries: str) -> str:
    r"""Add entries to a mapping in the front matter of a page; every line of the page keeps its number.

    Examples
    --------
    >>> print(with_metadata("---\nfile_format: mystnb\n# a comment\n---\nText.", "mystnb", execution_mode="off"))
    ---
    {"file_format": "mystnb", "mystnb": {"execution_mode": "off"}}
    <BLANKLINE>
    ---
    Text.
    """
    lines = page.split("\n")
    end = next(number for number, line in enumerate(lines) if number and line.startswith("---"))
    metadata = yaml.safe_load("\n".join(lines[1:end]))
    metadata[key] = {**(metadata.get(key) or {}), **entries}
    if key == "kernelspec":
        default = {"name": "python3", "display_name": "Python 3", "language": "python"}
        metadata[key] = {**default, **metadata[key]}
    # One line, whatever stood there: flow style, and quoted so that line breaks are escaped.
    one_line = yaml.safe_dump(
        metadata, default_flow_style=True, default_style='"', sort_keys=False, allow_unicode=True, width=sys.maxsize
    )
    return "\n".join([lines[0], one_line.rstrip("\n"), *[""] * (end - 2), *lines[end:]])


def create_database(app: Sphinx) -> None:
    """Create the database of executed pages, and delete the oldest of too many, before parallel readers race for it."""
    config = app.env.mystnb_config  # type: ignore[attr-defined]
    if config.execution_mode == "cache":
        cache = get_cache(config.execution_cache_path)
        cache.truncate_caches()
        cache.db.dispose()
        # With each page that is added Jupyter's cache looks for the oldest, in two steps: what another reader adds
        # between them is deleted as if it were too old, and is run again next time.
        JupyterCacheBase.truncate_caches = leave_all


def leave_all(cache: JupyterCacheBase) -> None:
    """Delete none of the executed pages."""


def replace_warnings(app: Sphinx, config: Config) -> None:
    """Silence MyST-NB's two warnings for a failing cell, which name no line: ours takes their place."""
    config.suppress_warnings = [*config.suppress_warnings, "mystnb.exec"]


def forget_after_warnings(app: Sphinx, exception: Exception | None) -> None:
    """Make the next build read every page again, so that what was wrong is told again."""
    if exception is not None or app._warncount:
        (app.doctreedir / ENV_PICKLE_FILENAME).unlink(missing_ok=True)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.setup_extension("myst_nb")
    app.add_source_parser(Parser, override=True)
    app.connect("config-inited", replace_warnings)
    app.connect("builder-inited", create_database, priority=900)  # after MyST-NB has settled its configuration
    app.connect("build-finished", forget_after_warnings)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
