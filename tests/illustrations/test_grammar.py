"""One way of writing and drawing in all pictures: every SVG is read, in both widths."""

import re

import drawn
import pytest
from drawn import SVG

from cnnfigs.drawing.palette import variable
from cnnfigs.drawing.widths import IN_CELL, SIGN, TEXT, TITLE
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.registry import all_illustrations

PICTURES = [name for name, kind in all_illustrations().items() if issubclass(kind, Picture)]
#: Names of code, which are written as code is.
CODE = re.compile(r"[\w.]+\[[^]]*\]|[\w.]+\([^)]*\)|\w+=\w+")
#: The number of a map, which is its name and no count: it is written as code counts maps.
NAME = re.compile(r"\bmap \d+")
THOUSANDS = "thousands without a comma"
#: What is written in another way than in the rest, and how to find it.
UNLIKE = {
    "a straight quotation mark or apostrophe": re.compile(r"['\"]"),
    "a hyphen for a minus": re.compile(r"(?<![\w.])-\d"),
    THOUSANDS: re.compile(r"(?<![\d.,])(?!(?:19|20)\d\d\b)\d{4,}(?!\d*[.]\d)"),
    "an exponent as computers print it": re.compile(r"\d[eE][+-]?\d"),
    "a percent sign at its number": re.compile(r"\d%"),
    "a name of code": re.compile(r"\b[a-z]+\d?_[a-z0-9_]+"),
    "a letter x for times": re.compile(r"\d\s?x\s?\d"),
}


@pytest.fixture(scope="module", params=PICTURES)
def drawings(request):
    return drawn.drawings(all_illustrations()[request.param])


def texts(root):
    return [("".join(text.itertext()), text) for text in root.iter(f"{SVG}text")]


def size(text):
    return float(text.get("font-size").removesuffix("px"))


def test_words_and_numbers_are_written_in_one_way(drawings):
    found = {
        (words, what)
        for root in drawings
        for words, text in texts(root)
        for what, pattern in UNLIKE.items()
        if pattern.search(NAME.sub("", CODE.sub("", words)))
        # A cell of a table on a phone has no room for the comma.
        if not (what == THOUSANDS and root is drawings[-1] and size(text) == IN_CELL)
    }
    assert found == set()


def test_letters_have_one_of_few_sizes(drawings):
    sizes = {size(text) for root in drawings for _, text in texts(root)}
    assert sizes <= {IN_CELL, TEXT, TITLE, SIGN}


def test_what_is_titled_input_or_output_has_the_colour_of_its_role(drawings):
    """A title is bold; the same word within a sentence is text."""
    for root in drawings:
        for words, text in texts(root):
            role = words.split()[0] if words.split() else ""
            if role in ("input", "kernel", "output") and text.get("font-weight") in ("bold", "700"):
                assert text.get("fill") == variable(role), words


def test_a_phone_shows_the_words_of_the_column(drawings):
    """What is arranged in another way, its words broken elsewhere, is the same picture; ticks may be fewer."""
    column, phone = (
        {*re.findall(r"[^\W\d]{3,}", " ".join(words for words, _ in texts(root)))}
        for root in (drawings[0], drawings[-1])
    )
    assert column - phone == set()
