"""A small site with its contents as cards: what they hold, and what they say of pages."""

import io
import re
import sys

import pytest
from lxml import html
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils
from sphinx_here import own_suffixes

from cnnfigs import catalog

INDEX = """# All of it

{reading-hours}`all`

```{contents-cards}
```

```{toctree}
:hidden:
:caption: Learn

windows
words
```

```{toctree}
:hidden:
:caption: Judge

verdicts
```

```{toctree}
:hidden:
:caption: Look up

glossary
```
"""
GOALS = ":::{goals}\n- read.\n:::\n"
CELL = """```{{code-cell}} ipython3
---
mystnb:
  figure:
    name: fig-{name}
    caption: What it shows.
---
from {module} import {name}

{name}()
```
"""


def cell(name):
    return CELL.format(name=name, module=catalog.entries()[name].module)


PAGES = {
    "index": INDEX,
    "windows": "# On *windows*\n\nA window slides. It stops at < 3 edges.\n\n"
    + GOALS
    + cell("LayerTable")
    + cell("Padding"),
    "words": "# Of words\n\n" + "Very long " * 100 + "\n\n" + GOALS + "word " * 238 * 100,
    "verdicts": "# Verdicts\n\nOnly words.\n\n" + GOALS,
    "glossary": "# Glossary\n\nLook here.\n",
}


def write(folder, pages):
    (folder / "docs").mkdir(exist_ok=True)
    for name, text in pages.items():
        (folder / "docs" / f"{name}.md").write_text(f"---\nfile_format: mystnb\n---\n\n{text}", encoding="utf-8")


def build(folder, warnings=sys.stderr, **more):
    settings = {
        "extensions": ["myst_nb", "cnnfigs.sphinxext.site.goals", "cnnfigs.sphinxext.site.contents"],
        "myst_enable_extensions": ["colon_fence"],
        "nb_execution_mode": "cache",
        "nb_execution_cache_path": str(folder / "executed"),
        "nb_execution_timeout": 600,
        "html_theme": "basic",
        "numfig": True,
        **more,
    }
    docs, built, trees = (str(folder / name) for name in ("docs", "site", "trees"))
    with patch_docutils(), docutils_namespace(), own_suffixes():
        strict = warnings is sys.stderr
        app = Sphinx(docs, None, built, trees, "html", settings, status=None, warning=warnings, warningiserror=strict)
        app.build()
    assert app.statuscode == 0
    return folder / "site"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("contents")
    write(folder, PAGES)
    return build(folder)


def of_class(element, name):
    return element.xpath(f".//*[contains(concat(' ', @class, ' '), ' {name} ')]")


@pytest.fixture(scope="module")
def index(site):
    (section,) = html.parse(site / "index.html").xpath("//section[@id='all-of-it']")
    return section


@pytest.fixture(scope="module")
def cards(index):
    return {card.get("data-page"): card for group in of_class(index, "cnn-contents") for card in group}


def test_pages_with_goals_are_numbered_through_all_groups(index, cards):
    assert [of_class(card, "cnn-number")[0].text for card in cards.values()] == ["1", "2", "3"]
    assert list(cards) == ["windows", "words", "verdicts"]
    assert [each.get("start") for each in of_class(index, "cnn-contents")] == ["1", "3"]


def test_groups_have_their_captions(index):
    assert [heading.text for heading in index.iter("h3")] == ["Learn", "Judge", "Look up"]


def test_a_card_has_the_title_and_the_first_words_of_its_page(cards):
    (link,) = cards["windows"].iter("a")
    assert (link.text, link.get("href")) == ("On windows", "windows.html")
    assert cards["windows"].find(".//p").text == "A window slides. It stops at < 3 edges."
    assert len(cards["words"].find(".//p").text) <= 150


def test_a_card_says_what_its_page_says_of_the_time(site, cards):
    for name, card in cards.items():
        page = html.parse(site / f"{name}.html").find(".//body").text_content()
        told = re.search(r"Reading time: about (\d+ minutes?)\.", page)[1]
        assert of_class(card, "cnn-minutes")[0].text == told


def test_all_pages_take_as_long_as_all_cards_say(index, cards):
    minutes = sum(int(of_class(card, "cnn-minutes")[0].text.split()[0]) for card in cards.values())
    assert f"3 pages, about {round(minutes / 60)} hours" in index.text_content()


def test_a_card_shows_the_first_picture_of_its_page_and_no_table(site, cards):
    pictures = cards["windows"].findall(".//img")
    assert [each.get("class") for each in pictures] == ["only-light", "only-dark"]
    drawn = (site / pictures[0].get("src")).read_text("utf-8")
    assert "input" in drawn
    assert not cards["verdicts"].findall(".//img")


def test_pictures_of_cards_say_nothing_to_those_who_hear_the_words_beside_them(cards):
    (box,) = of_class(cards["windows"], "cnn-thumbnail")
    assert box.get("aria-hidden") == "true"
    assert {each.get("alt") for each in box.iter("img")} == {""}


def test_pages_without_goals_are_lines(index):
    (line,) = index.findall("ul/li")
    assert line.text_content() == "Glossary: Look here."


def test_a_picture_that_fails_is_named_and_its_card_is_there_without_it(tmp_path, monkeypatch):
    def draw(self, run):
        raise IndexError("out of\nrange")

    monkeypatch.setattr(catalog.entries()["Padding"].load(), "draw", draw)
    write(tmp_path, PAGES)
    warnings = io.StringIO()
    index = html.parse(build(tmp_path, warnings, nb_execution_mode="off") / "index.html")
    told = [line for line in warnings.getvalue().splitlines() if "cannot be shown" in line]
    (line,) = told
    assert "index.md" in line
    assert "WARNING: illustration Padding cannot be shown: IndexError: out of range" in line
    (card,) = index.xpath("//li[@data-page='windows']")
    assert card.findall(".//img") == []
    assert "On windows" in card.text_content()
