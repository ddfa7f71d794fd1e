"""Numbers of illustrations that a page quotes without showing them; those that it shows send their facts themselves."""

from __future__ import annotations

from typing import Protocol

from cnnfigs.drawing.notebook import FACTS


class HasFacts(Protocol):
    """Anything that states facts, as illustrations do."""

    @property
    def facts(self) -> dict[str, str]:
        """The numbers that a page may quote, as text."""


def quote(**sources: HasFacts) -> None:
    """Make the facts of illustrations known to a page that does not show them.

    ``quote(errors=ErrorTable())`` in a hidden cell lets the page say ``{fact}`errors convnet accuracy` ``.

    Parameters
    ----------
    **sources
        Illustrations, each under the name that the page calls it by.
    """
    from IPython.display import display

    facts = {name: source.facts for name, source in sources.items()}
    display({"text/plain": ", ".join(facts)}, metadata={FACTS: facts}, raw=True)  # type: ignore[no-untyped-call]
