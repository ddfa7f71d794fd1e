"""The gallery as it is served: nothing is missing, pictures come when the reader does, and filters find them."""

import io

import checks
import pytest
from checks import DESKTOP, PHONE, Watch, open_page
from lxml import etree, html
from paper_sheets import half_empty
from pypdf import PdfReader

from cnnfigs import catalog, provenance
from cnnfigs.drawing.pieces import Chart
from cnnfigs.illustrations.registry import all_illustrations
from cnnfigs.sphinxext.site.gallery import KINDS

SVG = "{http://www.w3.org/2000/svg}"


def cards(site):
    found = html.parse(site / "gallery.html").xpath("//details[@class='cnn-card']")
    return {card.xpath(".//*[@class='cnn-place']/@id")[0]: card for card in found}


def test_every_illustration_of_the_registry_has_a_card_and_every_exercise_a_link(site):
    exercises = html.parse(site / "gallery.html").xpath("//ul[@class='cnn-exercises']/li")
    shown = catalog.uses()
    assert all(
        len(item.xpath("a/@href")) == len({use.page for use in shown.get(item.get("id"), ())}) for item in exercises
    )
    asked = {item.get("id") for item in exercises}
    assert asked == {name for name, entry in catalog.entries().items() if entry.kind in catalog.ASKING}
    assert sorted([*cards(site), *asked]) == list(all_illustrations())
    titles = [card.find("summary").text_content() for card in cards(site).values()]
    assert len(set(titles)) == len(titles)


def test_cards_show_the_pictures_of_their_pages(site):
    """A picture on its card has the name of those of its page, and the texts of one: of the wide or the narrow one."""
    compared, shown_on = 0, catalog.uses()
    for name, card in cards(site).items():
        image = card.find(".//img[@class='only-light']")
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


def test_a_card_is_of_the_kind_that_its_code_can_draw(site):
    """Two ways to know a chart: what has been drawn says so on the card, and what its code reaches."""
    kinds = {name: card.get("data-kind") for name, card in cards(site).items()}
    for name, entry in catalog.entries().items():
        if entry.kind == "Picture":
            reached = provenance.dependencies(f"{entry.module}:{name}.draw")
            assert kinds[name] == ("chart" if reached.covers(Chart.__module__, Chart.__name__) else "picture"), name
        elif name in kinds:
            assert kinds[name] == entry.kind.lower()
    assert {*kinds.values()} == {*KINDS}


def test_pictures_are_loaded_when_they_come_into_sight_and_one_theme_only(site, served, tab):
    tab.set_viewport_size(DESKTOP)
    watch = Watch(tab, served)
    open_page(tab, f"{served}/gallery.html")
    tab.locator(".cnn-card img.only-light").first.wait_for()
    first = [request for request in watch.requests if "gallery-" in request]
    pictures = len(list((site / "_images").glob("gallery-*-light.svg")))
    assert 0 < len(first) < pictures / 5
    height = tab.evaluate("document.documentElement.scrollHeight")
    for top in range(0, height, 600):
        tab.evaluate(f"window.scrollTo(0, {top})")
        # What is in sight is loaded, in whatever time, before the reader goes on.
        tab.evaluate(
            """() => new Promise(done => {
                const boxes = [...document.querySelectorAll(".cnn-card .cnn-thumbnail")];
                const isThere = box => {
                    const {top, bottom} = box.getBoundingClientRect();
                    return bottom < 0 || top > innerHeight || box.querySelector("img.only-light")?.complete;
                };
                const look = () => boxes.every(isThere) ? done() : requestAnimationFrame(look);
                look();
            })"""
        )
    # Nothing has moved while they came, since each had its place.
    assert tab.evaluate("document.documentElement.scrollHeight") == height
    loaded = {request for request in watch.requests if "gallery-" in request}
    assert len(loaded) == pictures
    assert all("-light.svg" in request or "gallery.js" in request for request in loaded)
    assert tab.evaluate("[...document.querySelectorAll('img.only-light')].every(image => image.naturalWidth > 20)")
    assert checks.out_of_reach(tab) == []


@pytest.fixture
def gallery(site, tab):
    tab.set_viewport_size(DESKTOP)
    open_page(tab, (site / "gallery.html").as_uri())
    return tab


def seen(tab) -> set[str]:
    """Return the names of the cards that are shown."""
    return set(
        tab.evaluate(
            """[...document.querySelectorAll(".cnn-card")].filter(card => card.getClientRects().length)
                .map(card => card.querySelector(".cnn-place").id)"""
        )
    )


def first_uses(page: str) -> set[str]:
    """Return the pictures and tables that a page is first to show."""
    entries = catalog.entries()
    return {n for n, uses in catalog.uses().items() if uses[0].page == page and entries[n].kind not in catalog.ASKING}


def test_filters_choose_by_page_kind_and_words_and_the_address_says_how(gallery):
    everything = seen(gallery)
    status = gallery.get_by_role("status")
    assert status.inner_text() == f"{len(everything)} in all"
    gallery.get_by_label("Topic").select_option("pooling")
    assert seen(gallery) == first_uses("pooling")
    # The page is asked for its address: it is a moment until another process has heard of a new one.
    assert gallery.evaluate("location.hash") == "#pictures?topic=pooling"
    gallery.get_by_label("Kind").select_option("table")
    tables = {name for name in first_uses("pooling") if catalog.entries()[name].kind == "Table"}
    assert seen(gallery) == tables
    assert status.inner_text() == f"{len(tables)} of {len(everything)}"
    gallery.get_by_role("button", name="Show all").click()
    gallery.wait_for_function("document.querySelector('[role=status]').textContent.endsWith('in all')")
    assert seen(gallery) == everything
    assert gallery.evaluate("location.hash") == ""
    gallery.get_by_role("searchbox", name="Words").fill("CAT tiles")
    assert seen(gallery) == {"ScrambledCat"}
    assert gallery.locator("section:has(> .cnn-cards) > h2:visible").count() == 1
    gallery.get_by_role("searchbox", name="Words").fill("no such picture")
    assert seen(gallery) == set()


def test_a_group_of_pages_is_a_topic(gallery):
    choices = gallery.evaluate(
        """[...document.querySelectorAll("optgroup")].map(group => [...group.children].map(each => each.value))"""
    )
    assert len(choices) > 3
    for whole, *pages in choices:
        gallery.get_by_label("Topic").select_option(whole)
        assert seen(gallery) == set().union(*map(first_uses, pages))


def test_an_address_with_filters_shows_what_it_asks_for_and_leaves_out_what_there_is_not(site, tab):
    address = (site / "gallery.html").as_uri()
    open_page(tab, f"{address}#pictures?topic=pooling&words=maximum&kind=<b>")
    assert tab.get_by_label("Topic").input_value() == "pooling"
    assert tab.get_by_label("Kind").input_value() == ""
    assert seen(tab)
    assert seen(tab) < first_uses("pooling")
    # Who comes for one that the filters hide sees it, and all others.
    tab.evaluate("location.hash = '#Timeline'")
    tab.wait_for_function("document.getElementById('Timeline').closest('details').open")
    assert len(seen(tab)) == len(cards(site))
    tab.wait_for_function(
        """() => {
            const {top} = document.getElementById("Timeline").closest("details").getBoundingClientRect();
            return 0 <= top && top < 60;
        }"""
    )


@pytest.mark.parametrize("scripts", [True, False])
def test_a_card_opens_by_its_address_and_by_keyboard(browser, site, scripts):
    context = browser.new_context(viewport=PHONE, java_script_enabled=scripts)
    tab = context.new_page()
    tab.goto(f"{(site / 'gallery.html').as_uri()}#Padding")
    code = tab.get_by_text("from cnnfigs.illustrations.windows.padding import Padding")
    code.wait_for(state="visible")
    assert tab.locator("form.cnn-chooser").is_visible() == scripts
    other = tab.locator("details:has(#Strides)")
    other.locator("summary").first.focus()
    tab.keyboard.press("Enter")
    other.locator("pre").wait_for(state="visible")
    assert other.get_by_role("link").first.is_visible()
    context.close()


def test_a_tall_picture_shows_its_upper_part_large_enough(gallery):
    """The timeline is several times as high as wide: all of it in a card would be a grey strip."""
    card = gallery.locator(".cnn-card:has(#Timeline)")
    card.scroll_into_view_if_needed()
    image = card.locator(".cnn-thumbnail img:visible")
    image.wait_for()
    shown = image.bounding_box()
    natural = image.evaluate("({naturalWidth, naturalHeight}) => naturalHeight / naturalWidth")
    assert natural > 1.25
    assert shown["height"] / shown["width"] < 1
    card.locator("summary").click()
    shown = image.bounding_box()
    assert image.evaluate("each => getComputedStyle(each).objectFit") == "contain", "an open card shows all of it"


def test_cards_are_printed_whole_and_with_the_words_in_their_pictures(gallery):
    """In the order of the wall, three in a line at most; the filters, which paper has not, are left out."""
    printed = PdfReader(io.BytesIO(gallery.pdf(format="A4", print_background=True)))
    assert set(half_empty(printed)) <= {len(printed.pages)}
    words = " ".join("".join(page.extract_text() for page in printed.pages).split())
    assert "Show all" not in words
    assert words.count("28×28×1") >= 3, "what stands in pictures is printed too"


def test_the_wall_is_short_on_a_phone(gallery):
    """With two pictures side by side, each with its title, the whole page is a third of what it was as a column."""
    gallery.set_viewport_size(PHONE)
    height = gallery.evaluate("document.documentElement.scrollHeight")
    assert height < 170 * len(seen(gallery))


@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_wall_stands_where_it_stays_before_any_script_comes(browser, served, window):
    """Neither the filters nor the button for the theme move what is there already."""
    walls = []
    for script in ("**/*.js*", "**/no-such-file"):
        context = browser.new_context(viewport=window)
        context.route(script, lambda route: route.abort())
        page = context.new_page()
        open_page(page, f"{served}/gallery.html")
        places = "[...document.querySelectorAll('.cnn-card')].slice(0, 9).map(card => card.getBoundingClientRect())"
        walls.append(page.evaluate(f"{places}.map(({{x, y, width}}) => [x, y, width])"))
        context.close()
    assert walls[0] == walls[1]
