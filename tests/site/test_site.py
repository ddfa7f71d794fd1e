"""The built site as a whole, in a real browser."""

import checks
import pytest
from checks import DESKTOP, Watch, open_page, pushed_sideways

from cnnfigs.checking import pictures
from cnnfigs.sphinxext.site.searching import WORDS


def test_links_lead_somewhere(site):
    assert checks.broken_links(site) == []


@pytest.mark.parametrize("way", ["served", "from disk"])
def test_search_finds_the_word_and_leads_to_it(tab, site, served, way):
    origin = served if way == "served" else site.as_uri()
    watch = Watch(tab, origin)
    found = checks.search(tab, f"{origin}/index.html", "convolutional")
    assert "A brief introduction to convolutional neural networks" in found
    tab.get_by_role("link", name=found[0], exact=True).last.click()
    tab.wait_for_load_state()
    assert "convolutional" in tab.locator("article").inner_text().lower()
    assert watch.problems == []


@pytest.mark.parametrize("word", WORDS)
def test_every_word_that_the_search_page_proposes_finds_pages_that_teach_first(tab, site, word):
    found = checks.search(tab, (site / "search.html").as_uri(), word)
    tab.wait_for_function("document.querySelector('ul.search > li').dataset.explained === ''")
    assert not found[0].startswith(("Gallery", "Bibliography", "Credits", "Contributing"))
    assert "glossary" not in tab.locator("ul.search > li:first-child > a").get_attribute("href")
    stem = word.split()[0].removesuffix("s").removesuffix("ing").lower()
    assert stem in tab.locator("ul.search > li:first-child .cnn-found mark").first.inner_text().lower()


@pytest.mark.parametrize("system", ["light", "dark"])
@pytest.mark.parametrize("chosen", ["auto", "light", "dark"])
def test_the_palette_has_the_pages_own_background(browser, served, system, chosen):
    context = browser.new_context(viewport=DESKTOP, color_scheme=system)
    context.add_init_script(f"localStorage.setItem('theme', '{chosen}')")
    page = context.new_page()
    open_page(page, f"{served}/index.html")
    ours, theirs = page.evaluate(
        """() => {
            const probe = document.body.appendChild(document.createElement('div'));
            return ['--cnn-background', '--color-background-primary'].map(name => {
                probe.style.color = `var(${name})`;
                return getComputedStyle(probe).color;
            });
        }"""
    )
    context.close()
    assert ours == theirs
    assert ours == (
        "rgb(19, 20, 22)" if chosen == "dark" or (chosen, system) == ("auto", "dark") else "rgb(255, 255, 255)"
    )


def test_the_first_file_of_the_maths_font_draws_every_sign_of_every_formula(site):
    """A page with a sign of the second file would load both: it is to be added to ``FORMULAS``, see `nox -s font`."""
    assert checks.signs_without_glyph(site, site / "_static/fonts/maths.woff2") == []


@pytest.mark.parametrize("address", ["index.html", "padding-and-strides.html"])
def test_pictures_grow_with_the_page_s_font(tab, site, address):
    """Who has set a larger font, or a window so wide that the theme takes one, gets larger letters in pictures too."""
    open_page(tab, (site / address).as_uri())
    sizes = """size => {
        document.documentElement.style.fontSize = size;
        return [...document.querySelectorAll("svg.cnn-figure")].filter(svg => svg.getClientRects().length).map(svg => {
            const [box, text] = [svg, svg.querySelector("text")].map(each => each.getBoundingClientRect());
            return [box.width, box.height, text.height];
        });
    }"""
    usual = tab.evaluate(sizes, "16px")
    # In a window with room for the same drawings; in this one those for a phone are shown, and are as legible.
    tab.set_viewport_size({"width": 2 * DESKTOP["width"], "height": DESKTOP["height"]})
    large = tab.evaluate(sizes, "32px")
    assert usual
    for before, after in zip(usual, large, strict=True):
        assert after == pytest.approx([2 * each for each in before], rel=0.02)
    # Without the theme's columns at the sides: where a browser's own setting makes letters large, it leaves them out.
    tab.set_viewport_size({"width": 960, "height": DESKTOP["height"]})
    assert len(tab.evaluate(sizes, "32px")) == len(usual)
    assert pushed_sideways(tab) == []
    for picture in tab.evaluate(pictures.LOOK):
        assert [*pictures.overlapping(picture)] == []
