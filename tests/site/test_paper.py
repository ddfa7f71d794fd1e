"""Pages that a reader prints: nothing of the screen's furniture is on them, and no sheet stays half empty."""

import io

import pytest
from checks import DESKTOP, open_page
from paper_sheets import half_empty
from pypdf import PdfReader

PRINTED = ("index", "convolution", "pooling")


@pytest.fixture(params=PRINTED)
def page(request, site, tab):
    tab.set_viewport_size(DESKTOP)
    open_page(tab, (site / f"{request.param}.html").as_uri())
    return tab


def test_nothing_that_one_steers_with_is_printed(page):
    page.emulate_media(media="print")
    seen = page.evaluate(
        """() => [...document.body.querySelectorAll("*")]
            .filter(each => each.checkVisibility() && each.getClientRects().length)
            .filter(each => /fixed|sticky/.test(getComputedStyle(each).position) || each.matches("button, input"))
            .map(each => each.outerHTML.slice(0, 80))"""
    )
    page.emulate_media(media="screen")
    assert seen == []


def test_no_sheet_but_the_last_is_half_empty(page):
    printed = PdfReader(io.BytesIO(page.pdf(format="A4", print_background=True)))
    assert 2 < len(printed.pages) < 16
    assert set(half_empty(printed)) <= {len(printed.pages)}
