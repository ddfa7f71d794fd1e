"""Words of the glossary are linked where a page uses them for the first time, and nowhere twice."""

import re
from pathlib import Path

import pytest

from cnnfigs.checking.pages import Page
from cnnfigs.checking.sources import first_uses

DOCS = Path(__file__).parents[2] / "docs"
TERMS = re.findall(r"(?m)^(\w[\w -]*)\n  \S", (DOCS / "glossary.md").read_text("utf-8"))
TERM = re.compile(r"\{term\}`(?:[^`<]*<([^>`]+)>|([^`<]+))`")
#: The pages to read from front to back.
PAGES = [path for path in sorted(DOCS.glob("*.md")) if "\n:::{goals}\n" in path.read_text("utf-8")]


def prose(path):
    """Return a page's running text: no code, headings, captions or goals."""
    text = re.sub(r"(?ms)^(```+|:::+).*?^\1\s*$", "", path.read_text("utf-8").split("\n---\n", 1)[-1])
    return re.sub(r"(?m)^#.*$", "", text)


def linked(path):
    return [first or second for first, second in TERM.findall(prose(path))]


def test_there_are_terms_in_alphabetical_order_once_each():
    assert len(TERMS) >= 40
    assert [term.lower() for term in TERMS] == sorted({term.lower() for term in TERMS})


def test_every_term_but_few_is_linked_from_a_page():
    used = {term for path in PAGES for term in linked(path)}
    assert used <= set(TERMS)
    assert len(set(TERMS) - used) <= len(TERMS) / 4, set(TERMS) - used


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_links_each_term_once_at_its_first_use(path):
    assert len(linked(path)) >= 4, f"{path.name} links {len(linked(path))} words of the glossary"
    assert [str(mistake) for mistake in first_uses(Page(DOCS.parent, path))] == []
