"""A page calls an illustration once: what it shows it quotes by the figure's name, and what it quotes it uses."""

import ast

import pytest
from page_words import DOCS, quoted, sources

from cnnfigs.catalog import page_uses
from cnnfigs.illustrations.registry import all_illustrations

PAGES = [path.stem for path in sorted(DOCS.glob("*.md")) if "{fact}`" in path.read_text("utf-8")]


def made(call):
    return eval(call, dict(all_illustrations()))


def hidden(page):
    """What a page quotes without showing it."""
    for name, use in page_uses(page, (DOCS / f"{page}.md").read_text("utf-8")):
        if name == "quote":
            for each in ast.parse(use.code, mode="eval").body.keywords:
                yield each.arg, ast.unparse(each.value)


def test_there_are_pages_that_quote():
    assert len(PAGES) >= 14
    assert any(dict(hidden(page)) for page in PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_what_is_quoted_is_shown_or_named_once(page):
    named = {source for source, _ in quoted(page)}
    assert named <= sources(page).keys()
    shown = [made(call) for name, call in sources(page).items() if name not in dict(hidden(page))]
    for name, call in hidden(page):
        assert name in named, f"{page} quotes nothing of {name}"
        assert made(call) not in shown, f"{page} shows {call}: quote it by its figure's name"
