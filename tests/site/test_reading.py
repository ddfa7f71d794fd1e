"""How long the built pages take to read: one sitting each, and a table of all of them in the test's report."""

import re
from pathlib import Path

import pytest
from lxml import html

from cnnfigs.checking.pages import Page
from cnnfigs.sphinxext.site.goals import MINUTES_A_FIGURE, STEP, WORDS_A_MINUTE, count_words

ROOT = Path(__file__).parents[2]
#: A page is one sitting of 10 to 15 minutes.
SITTING = 15
PAGES = {path.stem: Page(ROOT, path) for path in sorted((ROOT / "docs").glob("*.md"))}
#: What the goals' reading time leaves out too: code, formulas, and pictures and tours, whose words are a choice.
UNREAD = (
    "ancestor::pre or ancestor::math or ancestor::*[local-name()='svg'] or ancestor::script or ancestor::style "
    "or ancestor::*[@class='cnn-tour']"
)


def reading_order() -> list[str]:
    """Pages that are read from front to back, in their order."""
    listed = re.findall(r"(?m)^[a-z][a-z0-9-]*$", PAGES["index"].text.split("```{toctree}", 1)[1])
    return [name for name in listed if any(True for _ in PAGES[name].directives("goals"))]


def read(site: Path, name: str) -> tuple[int, int]:
    """Count the words and the figures of a page."""
    (article,) = html.parse(site / f"{name}.html").getroot().xpath("//article")
    words = 0
    for text in article.xpath(f".//text()[not({UNREAD})]"):
        parent = text.getparent().getparent() if text.is_tail else text.getparent()
        around = [element.get("class") or "" for element in (parent, *parent.iterancestors())]
        nearest = next((kind for kind in around if "cell_output" in kind or "caption" in kind), "caption")
        words += count_words(text) if "caption" in nearest else 0
    return words, len(article.xpath(".//figure"))


def minutes(words: int, figures: int) -> float:
    return words / WORDS_A_MINUTE + figures * MINUTES_A_FIGURE


def table(site: Path) -> list[str]:
    """Lay out page, minutes, words, figures, and the words of the glossary that it is the first to link."""
    known: set[str] = set()
    lines = [f"{'page':28} {'minutes':>7} {'words':>6} {'figures':>7}  terms that it is the first to link"]
    for name in reading_order():
        roles = [piece for each in PAGES[name].paragraphs for piece in each.pieces if piece.role == "term"]
        terms = {re.sub(r"^.*<(.*)>$", r"\1", " ".join(piece.text.split())) for piece in roles}
        words, figures = read(site, name)
        new = sorted(terms - known, key=str.lower)
        lines.append(f"{name:28} {minutes(words, figures):7.1f} {words:6,} {figures:7}  {len(new)}: {', '.join(new)}")
        known |= terms
    return lines


@pytest.fixture(scope="module", autouse=True)
def report(site, pytestconfig):
    """Print the table, whatever the tests say."""
    reporter = pytestconfig.pluginmanager.get_plugin("terminalreporter")
    for line in ["", *table(site)] if reporter else []:
        reporter.write_line(line)


@pytest.mark.parametrize("page", reading_order())
def test_a_page_is_one_sitting(site, page):
    """As the page itself says, in steps of five minutes."""
    (told,) = html.parse(site / f"{page}.html").getroot().xpath("//*[contains(@class, 'cnn-reading-time')]")
    assert int(re.findall(r"\d+", told.text_content())[0]) <= SITTING


@pytest.mark.parametrize("page", reading_order())
def test_the_table_counts_as_the_page_does(site, page):
    (told,) = html.parse(site / f"{page}.html").getroot().xpath("//*[contains(@class, 'cnn-reading-time')]")
    shown = int(re.findall(r"\d+", told.text_content())[0])
    assert abs(minutes(*read(site, page)) - shown) < 0.6 * STEP
