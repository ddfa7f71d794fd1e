"""Whatever words come from outside, they stay words: in a caption, a table, a heading."""

import pytest
from lxml import html

from cnnfigs.commands.report.document import captioned
from cnnfigs.drawing.document import document, scrolling
from cnnfigs.drawing.tables import Cell, html_table

WORDS = """<b>bold</b> & "quoted" 'so' <script>alert(1)</script>"""

#: What makes markup of some words, and where they are to be found again.
PLACES = {
    "a caption": (lambda words: captioned("<svg></svg>", words), "//figcaption"),
    "a region's name": (lambda words: scrolling("<p></p>", words), "//@aria-label"),
    "a page's title": (lambda words: document(words, "<p></p>", "light"), "//title"),
    "a cell": (lambda words: html_table([[Cell("n")], [Cell(words)]], "numbers"), "//td"),
    "a heading": (lambda words: html_table([[Cell(words)], [Cell("1")]], "numbers"), "//thead//th"),
    "a table's description": (lambda words: html_table([[Cell("n")], [Cell("1")]], words), "//table/@aria-label"),
}


@pytest.mark.parametrize("place", PLACES)
def test_words_stay_words(place):
    make, where = PLACES[place]
    (result,) = html.document_fromstring(make(WORDS)).xpath(where)
    assert (result if isinstance(result, str) else result.text_content()) == WORDS
