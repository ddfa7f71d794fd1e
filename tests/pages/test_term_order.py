"""A term is explained before it is used: in reading order, the first page with a word of the glossary links it."""

import re
from functools import cache
from pathlib import Path

import pytest

from cnnfigs.checking.pages import Page

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
CONTENTS = (DOCS / "index.md").read_text("utf-8").split("```{toctree}", 1)[1]
#: Pages that are read from front to back.
ORDER = [
    name
    for name in re.findall(r"(?m)^[a-z][a-z0-9-]*$", CONTENTS)
    if "\n:::{goals}\n" in (DOCS / f"{name}.md").read_text("utf-8")
]
TERMS = re.findall(r"(?m)^(\w[\w -]*)\n  \S", (DOCS / "glossary.md").read_text("utf-8"))
#: Words of the glossary that are everyday words too: where a page uses one so, and means nothing else.
EVERYDAY = {
    "computer-vision": {"filter"},
}


def forms(term: str) -> re.Pattern[str]:
    """Match a term, in singular and plural, and where it begins a sentence."""
    first = f"[{term[0].lower()}{term[0].upper()}]{re.escape(term[1:])}"
    return re.compile(rf"(?<![\w-]){first}(?:s|es)?(?![\w-])")


@cache
def page(name: str) -> tuple[str, frozenset[str]]:
    """Return what a page says without links of terms, and the terms that it links."""
    words, linked = [], set()
    for paragraph in Page(ROOT, DOCS / f"{name}.md").paragraphs:
        for piece in paragraph.pieces:
            if piece.role == "term":
                linked.add(re.sub(r"^.*<(.*)>$", r"\1", " ".join(piece.text.split())))
            elif piece.kind == "text":
                words.append(piece.text)
        words.append("\n")
    return " ".join(words), frozenset(linked)


@pytest.mark.parametrize("name", ORDER)
def test_no_word_of_the_glossary_is_used_before_a_page_has_linked_it(name):
    known = {term for each in ORDER[: ORDER.index(name) + 1] for term in page(each)[1]}
    words, _ = page(name)
    early = [term for term in TERMS if term not in known | EVERYDAY.get(name, set()) and forms(term).search(words)]
    assert early == []


def test_what_is_an_everyday_word_is_used_so():
    for name, terms in EVERYDAY.items():
        assert [term for term in terms if not forms(term).search(page(name)[0])] == []
