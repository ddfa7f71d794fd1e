"""Numbers of illustrations in the words of a page: none that is computed is ever typed.

An illustration that a page shows sends its facts with its picture, and the role ``{fact}`` finds them by the figure's
name: ``{fact}`fig-valid output` `` is the fact `output` of the illustration in figure `fig-valid`. Its cell is the only
place where it is called. What a page quotes without showing it, :func:`cnnfigs.sphinxext.reading.facts.quote` names.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from cnnfigs.drawing.notebook import FACTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

logger = logging.getLogger(__name__)


class Fact(SphinxRole):
    """A fact of an illustration that the page shows or quotes."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the fact as text; where nothing states it, warn at its line."""
        source, _, fact = " ".join(self.text.split()).partition(" ")
        known = facts_of(self.inliner.document)
        if source not in known:
            self._warn(f"there is no figure {source!r} with facts on this page", source, known)
        elif fact not in known[source]:
            self._warn(f"{source} states no fact {fact!r}", fact, known[source])
        else:
            return [nodes.Text(known[source][fact])], []
        return [], []

    def _warn(self, what: str, name: str, known: Iterable[str]) -> None:
        near = difflib.get_close_matches(name, known, n=3) or sorted(known)
        logger.warning(
            "%s: expected %s", what, " or ".join(near) or "one first", location=self.get_location(), type="facts"
        )


def facts_of(document: nodes.document) -> dict[str, dict[str, str]]:
    """Return the facts of a page whose cells have run, by the names of its figures and by those that it quotes."""
    by_figure: dict[str, dict[str, str]] = {}
    if "nb_renderer" not in document:
        return by_figure
    for cell in document["nb_renderer"].renderer.nb_client.notebook.cells:
        figure = cell.metadata.get("mystnb", {}).get("figure", {}).get("name", "")
        for output in cell.get("outputs", []):
            for name, facts in output.get("metadata", {}).get(FACTS, {}).items():
                by_figure[name or figure] = facts
    return by_figure


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the role."""
    app.add_role("fact", Fact())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
