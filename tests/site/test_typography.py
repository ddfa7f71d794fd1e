"""One typography on all pages: in prose, tables, pictures and what is read aloud of them."""

import re

import pytest
from lxml import html

from cnnfigs.explorers.assets import SCRIPTS

#: Code, formulas, what others have published and numbered, and the cells of a drawing for a phone, which have no
#: room for a comma: `test_grammar.py` reads them too.
NOT_OURS = (
    ".//script|.//style|.//pre|.//code|.//math|.//*[@role='listitem' or contains(@class, 'sidenote')]"
    "|.//*[@class='cnn-narrow']//*[name()='text'][@font-size='12px']"
)
WRONG = {
    "a line can end before a percent sign": r"\d ?%(?!\w)",
    "a hyphen stands for a minus": r"(?<![\w–-])-\d",
    "thousands without a comma": r"(?<![\d.,])[1-9]\d{3,}(?![\d-])",
    "a letter stands for ×": r"\d ?x ?\d",
}
#: Numbers that are names, not counts, have no comma: years, those of sources with a letter, digits and maps by number;
#: and shapes as Keras prints them.
NAMES = (
    r"\b(?:1[4-9]|20)\d\ds?\b|(?<=, )(?:19|20)\d\d[ab]\b|\b(?:digits?|image|map|unit|channel)s? \d+"
    r"|\(None(?:, \d+)+\)|\d[\d,]*[–-]\d+"
)


def words(page):
    """Give each text of a page, and each that only a screen reader tells."""
    (article,) = page.xpath("//article[@role='main']|//main//article")[:1] or page.xpath("//body")
    for each in article.xpath(NOT_OURS):
        each.drop_tree()
    for element in article.iter("*"):
        yield from (text for text in (element.text, element.tail) if text and text.strip())
        if element.tag != "a":  # whose title is what it cites
            yield from (element.get(name) for name in ("aria-label", "alt", "title") if element.get(name))


def mistakes(page):
    return [
        (what, text[max(0, match.start() - 30) : match.end() + 10])
        for text in words(page)
        for what, pattern in WRONG.items()
        for match in re.finditer(pattern, re.sub(NAMES, "…", text))
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("95 % and 95%", "a line can end before a percent sign"),
        ("from -1 to 2", "a hyphen stands for a minus"),
        ("it has 1152 numbers", "thousands without a comma"),
        ("it has 2016b of them", "thousands without a comma"),
        ("28x28 pixels", "a letter stands for ×"),
    ],
)
def test_another_typography_is_seen(text, what):
    for page in (
        f"<article role='main'><p>{text}</p></article>",
        f"<article role='main'><p title='{text}'>x</p></article>",
    ):
        assert {mistake for mistake, _ in mistakes(html.document_fromstring(page))} == {what}
    assert mistakes(html.document_fromstring(f"<article role='main'><code>{text}</code></article>")) == []


def test_all_pages_write_numbers_in_one_way(site):
    pages = sorted(site.glob("*.html"))
    assert len(pages) > 10
    wrong = {page.name: mistakes(html.parse(str(page)).getroot()) for page in pages if page.name != "bibliography.html"}
    assert {name: found for name, found in wrong.items() if found} == {}


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.js")), ids=lambda path: path.stem)
def test_scripts_write_no_percent_sign_at_the_end_of_a_line(script):
    text = script.read_text("utf-8")
    words = text.replace('width: "100%"', "")  # of an element, and not to be read
    assert re.findall(r"(?<!\\u00a0)%[`\"']", words) == []
    assert ('replace("-", "−")' in text) == (script.name == "explorer.js")
