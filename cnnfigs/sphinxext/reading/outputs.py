"""What cells show as it is to stand in a page: in a notebook it would bring a style of its own, which the page has."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnnfigs.drawing.notebook import IN_PAGE

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def begin(app: Sphinx) -> None:
    """Let the cells' kernels know, by the environment that they inherit, that what they show stands in a page."""
    os.environ[IN_PAGE] = "1"


def end(app: Sphinx, error: Exception | None) -> None:
    """Let what comes after the build in this process show itself as anywhere."""
    os.environ.pop(IN_PAGE, None)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.connect("builder-inited", begin, priority=90)  # before a process is started
    app.connect("build-finished", end)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
