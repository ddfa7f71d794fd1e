"""What captions say is seen by every reader: by one with scripts, by one without, and on paper."""

import ast
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(DOCS.glob("*.md"))
CAPTION = re.compile(r"^ +caption: \|\n((?:^ {6}.*\n|^\n)+)", flags=re.MULTILINE)
#: Only a reader for whom scripts run could see it; or only one for whom they do not.
SEEN_BY_SOME = re.compile(
    r"\bscripts?\b|JavaScript|\bexplorers?\b|\bin (?:its|their) place\b|\bpaper to draw on\b"
    r"|\byou can (?:draw|move|try|set)|\b(?:click|drag|hover|point at|press|tap|type)\b"
    r"|\bto be walked\b|\bwait behind\b",
    flags=re.IGNORECASE,
)


def captions(text):
    return [" ".join(found.split()) for found in CAPTION.findall(text)]


def test_there_are_captions():
    assert sum(len(captions(page.read_text("utf-8"))) for page in PAGES) > 100


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_caption_speaks_of_what_only_some_readers_see(page):
    for caption in captions(page.read_text("utf-8")):
        assert not SEEN_BY_SOME.search(caption), caption


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_page_says_where_scripts_run(page):
    """What only an explorer shows is said in its own words, which stand beside it."""
    assert "scripts run" not in page.read_text("utf-8")


@pytest.mark.parametrize(
    "caption",
    [
        "Six digits. Where scripts run, this is paper to draw on.",
        "One branch of the tree. The whole tree is here, to be walked through.",
        "Digits through holes. Twelve digits wait behind a hole.",
    ],
)
def test_a_caption_of_what_an_explorer_shows_is_found(caption):
    """Such captions there were, when explorers took the place of their figures."""
    assert SEEN_BY_SOME.search(caption)


#: The two colours of the map for signed values, as every page, picture and explorer calls them.
OTHER_NAMES = re.compile(r"\b(?:brown|violet)\b", flags=re.IGNORECASE)
#: Where a thing of the photo has that colour.
THINGS = ("brown fur", "anything that is brown")


def words_of(file):
    """The prose of a page, or the texts in code: with no comment, whose words nobody sees."""
    text = file.read_text("utf-8")
    if file.suffix == ".py":
        return " ".join(
            node.value
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        )
    return " ".join(text.split())


def test_above_and_below_zero_are_orange_and_purple_everywhere():
    """A reader who meets one colour under two names looks for a third."""
    package = DOCS.parent / "cnnfigs"
    photos = package / "looks.py"  # it names the colours that pieces of photos have
    for file in {*PAGES, *package.rglob("*.py"), *package.rglob("*.js")} - {photos}:
        words = words_of(file)
        for thing in THINGS:
            words = words.replace(thing, "")
        assert not OTHER_NAMES.search(words), file


def test_no_reference_to_a_page_whose_title_asks_is_followed_by_a_full_stop():
    """The title is written there: “see Why make the maps smaller?.”"""
    asking = [page.stem for page in PAGES if re.search(r"^# .*[?!]$", page.read_text("utf-8"), flags=re.MULTILINE)]
    assert asking
    names = "|".join(asking)
    for page in PAGES:
        found = re.search(rf"(?:\[\]\((?:{names})\.md\)|\{{doc\}}`(?:{names})`)[.?!,;:].*", page.read_text("utf-8"))
        assert not found, (page.stem, found[0])
