"""A number that two pages give under one name is one number."""

from pathlib import Path

import pytest
from page_words import quoted, sources

from cnnfigs.illustrations.registry import all_illustrations
from cnnfigs.models.variants import TRAINABLE

DOCS = Path(__file__).parents[2] / "docs"


def of_networks():
    """What each page quotes of a network: the fact's name, and the illustration that states it, as it is called."""
    for page in sorted(DOCS.glob("*.md")):
        calls = sources(page.stem)
        for source, fact in quoted(page.stem):
            if fact.split()[0] in TRAINABLE:
                yield page.stem, fact, calls[source]


def by_name():
    """The facts that several illustrations state on pages, each with them."""
    named = {}
    for page, fact, source in of_networks():
        named.setdefault(fact, {}).setdefault(source, page)
    return {fact: sources for fact, sources in named.items() if len(sources) > 1}


def state(source, fact):
    return eval(source, dict(all_illustrations())).facts[fact]


def test_pages_quote_networks():
    assert len({page for page, _, _ in of_networks()}) >= 7
    assert by_name()


@pytest.mark.parametrize("fact", by_name())
def test_a_fact_of_a_network_is_the_same_wherever_it_is_quoted(fact):
    told = {(page, source): state(source, fact) for source, page in by_name()[fact].items()}
    assert len(set(told.values())) == 1, told
