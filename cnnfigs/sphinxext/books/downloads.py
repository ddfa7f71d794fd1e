"""The ePub and the PDF on the first page, if they have been made.

They are made from the same pages as the site, each by a session of its own. A site that is built without them has no
link to them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata

#: Where they are, below the site.
FOLDER = "books"
FORMS = {".epub": "ePub", ".pdf": "PDF"}


def files_of(app: Sphinx) -> dict[str, str]:
    """Return the files that have been made, and what the links to them say."""
    folder = Path(app.confdir, app.config.books_folder)
    files = sorted(path for path in folder.glob("*") if path.suffix in FORMS)
    return {path.name: f"{FORMS[path.suffix]}, {in_megabytes(path.stat().st_size)}" for path in files}


def in_megabytes(size: int) -> str:
    """Write a number of bytes.

    Examples
    --------
    >>> in_megabytes(4_260_000)
    '4.3 MB'
    """
    return f"{size / 1e6:.1f} MB"


def newly_made(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Name the first page, to be written again, if the links on it would be others."""
    if app.builder.name != "html":
        return []
    now = files_of(app)
    before = getattr(env, "books_made", {})
    env.books_made = now  # type: ignore[attr-defined]
    return [app.config.root_doc] if now != before else []


def offer(app: Sphinx, name: str, template: str, context: dict[str, Any], page: nodes.document | None) -> None:
    """Give the template of the first page the links."""
    if page is not None and app.builder.name == "html" and name == app.config.root_doc:
        context["books"] = {f"{FOLDER}/{file}": words for file, words in files_of(app).items()}


def copy(app: Sphinx, exception: Exception | None) -> None:
    """Copy the files into the site."""
    if exception is not None or app.builder.name != "html":
        return
    to = Path(app.outdir, FOLDER)
    shutil.rmtree(to, ignore_errors=True)
    for file in files_of(app):
        to.mkdir(exist_ok=True)
        shutil.copy2(Path(app.confdir, app.config.books_folder, file), to / file)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.setup_extension("cnnfigs.sphinxext.site.hosted")
    app.add_config_value("books_folder", "books", "html", [str])
    app.connect("env-updated", newly_made)
    app.connect("html-page-context", offer)
    app.connect("build-finished", copy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
