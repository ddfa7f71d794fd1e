"""Every page as some readers have it: without the site's text font, and opened from disk."""

import checks
import pytest
from checks import DESKTOP, PHONE, Watch, open_page

from cnnfigs.checking import pictures


@pytest.mark.thorough
def test_nothing_is_cut_or_overlaps_in_another_font(without_our_font, served, name):
    with without_our_font.open(served, viewport=DESKTOP, color_scheme="light", reduced_motion="reduce") as page:
        open_page(page, f"{served}/{name}")
        problems = []
        for window in (DESKTOP, PHONE):
            page.set_viewport_size(window)
            for picture in page.evaluate(pictures.LOOK):
                problems += pictures.overlapping(picture)
        problems += checks.pushed_sideways(page)
        problems += checks.out_of_reach(page)
        problems += checks.cut_on_paper(page)
    assert problems == []


@pytest.fixture(scope="module")
def tab_for_files(browser, site):
    """One tab for all pages from disk, since to open another costs more than to load a page."""
    context = browser.new_context(viewport=DESKTOP, color_scheme="light")
    page = context.new_page()
    yield page, Watch(page, site.as_uri())
    context.close()


@pytest.mark.thorough
def test_opened_from_disk_without_any_complaint(tab_for_files, site, name):
    page, watch = tab_for_files
    before = len(watch.requests)
    open_page(page, (site / name).as_uri())
    assert (site / name).as_uri() in watch.requests[before:]
    problems, watch.problems = watch.problems, []
    assert problems == []
