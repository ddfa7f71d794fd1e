"""The gallery as it is served: nothing is missing, and pictures come when the reader does."""

import checks
from checks import DESKTOP, Watch, open_page
from lxml import etree, html

from cnnfigs import catalog
from cnnfigs.illustrations.registry import all_illustrations

SVG = "{http://www.w3.org/2000/svg}"


def cards(site):
    found = html.parse(site / "gallery.html").xpath("//div[@class='cnn-card']")
    return {card.findtext("h3"): card for card in found}


def test_every_illustration_of_the_registry_has_a_card(site):
    assert sorted(cards(site)) == list(all_illustrations())


def test_cards_show_the_pictures_of_their_pages(site):
    """A picture on its card has the name of those of its page, and the texts of one: of the wide or the narrow one."""
    compared, shown_on = 0, catalog.uses()
    for name, card in cards(site).items():
        image = card.find(".//img[@class='only-light']")
        if image is None:
            assert catalog.entries()[name].kind == "Exercise"
            continue
        drawn = etree.parse(site / image.get("src")).getroot()
        uses = shown_on.get(name, ())
        if not uses or catalog.entries()[name].kind != "Picture":
            continue
        page = html.parse(site / f"{uses[0].page}.html")
        both = page.xpath(f"//*[@id='{uses[0].label}']//*[name()='svg'][@role='img']")
        assert {image.get("alt")} == {each.get("aria-label") for each in both}
        texts = [["".join(text.itertext()) for text in each.xpath(".//*[local-name()='text']")] for each in both]
        assert ["".join(text.itertext()) for text in drawn.iter(f"{SVG}text")] in texts
        compared += 1
    assert compared > 50


def test_pictures_are_loaded_when_they_come_into_sight_and_one_theme_only(site, served, tab):
    tab.set_viewport_size(DESKTOP)
    watch = Watch(tab, served)
    open_page(tab, f"{served}/gallery.html")
    first = [request for request in watch.requests if "gallery-" in request]
    pictures = len(list((site / "_images").glob("gallery-*-light.svg")))
    assert 0 < len(first) < pictures / 2
    height = tab.evaluate("document.documentElement.scrollHeight")
    for top in range(0, height, 600):
        tab.evaluate(f"window.scrollTo(0, {top})")
        # What is in sight begins to load, in whatever time, before the reader goes on.
        tab.wait_for_function(
            """[...document.querySelectorAll('img.only-light')].every(image => {
                const {top, bottom} = image.getBoundingClientRect();
                return image.complete || bottom < 0 || top > innerHeight;
            })"""
        )
    loaded = {request for request in watch.requests if "gallery-" in request}
    assert len(loaded) == pictures
    assert all("-light.svg" in request for request in loaded)
    assert tab.evaluate("[...document.querySelectorAll('img.only-light')].every(image => image.naturalWidth > 20)")
    assert checks.out_of_reach(tab) == []
