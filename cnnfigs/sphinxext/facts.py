"""Numbers of illustrations in the prose of a page."""

from __future__ import annotations

from typing import Protocol


class HasFacts(Protocol):
    """Anything that states facts, as illustrations do."""

    @property
    def facts(self) -> dict[str, str]:
        """The numbers that a page may quote, as text."""


def quote(**sources: HasFacts) -> None:
    """Make the facts of illustrations known to the page, for the role ``{glue:text}``.

    ``quote(errors=ErrorTable())`` lets the page's prose and captions say ``{glue:text}`errors convnet accuracy` ``,
    since a number that is computed is never typed.

    Parameters
    ----------
    **sources
        Illustrations, each under the name that the page calls it by.
    """
    from myst_nb import glue

    for name, source in sources.items():
        for fact, value in source.facts.items():
            glue(f"{name} {fact}", value, display=False)
