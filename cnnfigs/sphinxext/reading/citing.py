"""Citations that are written quickly.

For each of them sphinxcontrib-bibtex asks pybtex for what writes it as plain text, and pybtex looks through all
installed libraries for that, unless it has been told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pybtex.backends.plaintext import Backend  # type: ignore[import-untyped]
from pybtex.plugin import register_plugin  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    register_plugin("pybtex.backends", "plaintext", Backend, force=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
