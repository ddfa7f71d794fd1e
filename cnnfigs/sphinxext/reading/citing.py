"""Citations that are written quickly, and everywhere where they have changed.

sphinxcontrib-bibtex writes the whole list of references anew whenever a page is read, which takes a second; here that
is done only when what is cited, or the list, has changed. Then pages are written again on which that is to be seen, the
list among them; there none is. And for each citation it asks pybtex for what writes it as plain text, for which pybtex
looks through all installed libraries, unless it has been told.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pybtex.backends.plaintext import Backend  # type: ignore[import-untyped]
from pybtex.plugin import register_plugin  # type: ignore[import-untyped]
from sphinxcontrib.bibtex.domain import BibtexDomain, get_docnames

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

#: Where the domain remembers what its citations were made from, and what they say, by their key.
MADE_FROM, SAID = "made_from", "said"


class RememberedCitations(BibtexDomain):
    """The domain of citations, which keeps them from one build to the next."""

    def clear_doc(self, docname: str) -> None:
        """Forget a page; with a list of references its citations go, which are to be made anew."""
        before = len(self.citations)
        super().clear_doc(docname)
        if len(self.citations) < before:
            self.data.pop(MADE_FROM, None)

    def env_updated(self) -> Iterable[str]:
        """Make the citations, unless they would become the same as before; name the pages that show what is new."""
        config, pages = self.env.config, list(get_docnames(self.env))  # type: ignore[no-untyped-call]
        made_from = repr(
            [
                list(self.get_all_cited_keys(pages)),  # type: ignore[no-untyped-call]
                sorted((ref.docname, target.key) for ref in self.citation_refs for target in ref.targets),
                list(self.bibliographies),
                self.bibdata.bibfiles,
                [config.bibtex_tooltips, config.bibtex_tooltips_style],
            ]
        )
        if self.data.get(MADE_FROM) == made_from:
            return set()
        super().env_updated()
        said = {each.key: f"{each.formatted_entry.label} {each.formatted_entry.text!r}" for each in self.citations}
        before = self.data.get(SAID, {})
        self.data.update({MADE_FROM: made_from, SAID: said})
        changed = {key for key in {*said, *before} if said.get(key) != before.get(key)}
        lists = {each.docname for each in self.bibliographies}
        return {ref.docname for ref in self.citation_refs if changed & {target.key for target in ref.targets}} | lists


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.setup_extension("sphinxcontrib.bibtex")
    app.add_domain(RememberedCitations, override=True)
    register_plugin("pybtex.backends", "plaintext", Backend, force=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
