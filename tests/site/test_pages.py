"""Every page of the built site, in a real browser."""

from collections import Counter
from dataclasses import dataclass

import checks
import pytest
from browsers import CODE
from checks import DESKTOP, LIMIT, PHONE, Watch, open_page
from playwright.sync_api import Page

#: What takes long is asked on the phone; `nox -s thorough` asks on the desktop too.
DESKTOP_TOO = pytest.param(DESKTOP, marks=pytest.mark.thorough)


@dataclass
class Opened:
    page: Page
    watch: Watch
    first_requests: list[str]


@pytest.fixture(scope="session")
def opened(browser, site, served, name):
    """A page of the site, loaded once from the server; tests set the window and theme that they need."""
    context = browser.new_context(viewport=DESKTOP, color_scheme="light")
    page = context.new_page()
    watch = Watch(page, served)
    open_page(page, f"{served}/{name}")
    yield Opened(page, watch, list(watch.requests))
    context.close()


def test_served_without_any_complaint_under_a_strict_policy(opened):
    assert opened.watch.problems == []
    assert opened.watch.requests


def test_first_load_is_light(opened, served, site):
    weights = checks.weight(opened.first_requests, served, site)
    assert sum(weights.values()) <= LIMIT, weights


def test_the_maths_font_is_loaded_where_there_are_formulas_only(opened):
    loaded = any("maths.woff2" in request for request in opened.first_requests)
    assert loaded == (opened.page.locator("math").count() > 0)


def test_pictures_have_words(opened):
    assert checks.pictures_without_words(opened.page) == []


def test_ids_are_unique(opened):
    assert checks.double_ids(opened.page) == []


def test_no_line_can_end_between_a_number_and_its_percent_sign(opened):
    """In all words of the page, but in code, formulas and drawings, whose lines are not broken."""
    found = opened.page.evaluate(
        """() => {
            const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            const found = [];
            while (words.nextNode()) {
                const { parentElement, textContent } = words.currentNode;
                if (parentElement.closest("code, pre, math, svg, script, style, noscript")) continue;
                found.push(...textContent.match(/.{0,20}\\d ?%(?!\\w)/g) ?? []);
            }
            const alone = [...document.querySelectorAll("[aria-label], [alt]")]
                .flatMap((each) => [each.getAttribute("aria-label"), each.getAttribute("alt")])
                .filter((text) => /\\d ?%(?!\\w)/.test(text ?? ""));
            return [...found, ...alone];
        }"""
    )
    assert found == []


@pytest.mark.parametrize("window", [DESKTOP_TOO, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing(opened, window):
    opened.page.set_viewport_size(window)
    assert checks.axe_violations(opened.page) == []


@pytest.mark.thorough
@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_in_the_dark(opened, window):
    """The themes differ in colours alone, and these are what it is asked about."""
    opened.page.set_viewport_size(window)
    opened.page.emulate_media(color_scheme="dark")
    assert checks.axe_violations(opened.page, "color-contrast", "link-in-text-block") == []


def test_all_can_be_reached_on_a_phone(opened):
    opened.page.set_viewport_size(PHONE)
    assert checks.out_of_reach(opened.page) == []


def test_no_picture_and_no_table_is_pushed_sideways_on_a_phone(opened):
    opened.page.set_viewport_size(PHONE)
    assert checks.pushed_sideways(opened.page) == []


@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_numbers_of_lists_are_whole_and_descriptions_begin_where_lines_begin(opened, window):
    opened.page.set_viewport_size(window)
    assert checks.cut_numbers(opened.page) == []
    aligned = "[...document.querySelectorAll('.cnn-description')].map((each) => getComputedStyle(each).textAlign)"
    assert set(opened.page.evaluate(aligned)) <= {"start", "left"}


@pytest.mark.parametrize("window", [DESKTOP_TOO, PHONE], ids=["desktop", "phone"])
def test_pictures_are_heard_by_name_and_their_descriptions_can_be_walked(opened, window):
    """In the tree that screen readers walk: each name once, each sentence in a list, each number in a cell."""
    opened.page.set_viewport_size(window)
    names = checks.heard(opened.page)
    shown = opened.page.evaluate(
        """() => {
            const seen = (selector) => [...document.querySelectorAll(selector)].filter(e => e.getClientRects().length);
            const words = (element) => element.textContent.replace(/\\s+/g, ' ').trim();
            return {
                pictures: seen('svg.cnn-figure').map(svg => svg.getAttribute('aria-label').replace(/\\s+/g, ' ')),
                sentences: seen('.cnn-description li').filter(li => !li.querySelector('ul')).map(words),
                numbers: seen('.cnn-numbers td').map(words).filter(Boolean),
            };
        }"""
    )
    images = names.get("image", []) + names.get("img", [])
    assert all(1 <= len(name) <= 160 for name in shown["pictures"])
    assert not [name for name in shown["pictures"] if images.count(name) != shown["pictures"].count(name)]
    assert not {*shown["sentences"]} - {*names.get("StaticText", [])}
    assert len(names.get("listitem", [])) >= len(shown["sentences"])
    cells = Counter(names.get("cell", []) + names.get("gridcell", []))
    assert not Counter(shown["numbers"]) - cells


def test_nothing_is_cut_on_paper(opened):
    assert checks.cut_on_paper(opened.page) == []


def test_every_text_is_drawn_with_a_font_of_the_site(opened):
    assert checks.foreign_fonts(opened.page, CODE) == []
