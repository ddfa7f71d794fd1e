"""The room that a page keeps for an explorer until it starts: at every width, zoom and rotation, and in other fonts."""

import pytest
from checks import DESKTOP, PHONE
from exploring import AT_REST, pages_of

from cnnfigs.explorers.registry import EXPLORERS

#: Widths of windows: phones upright and turned, tablets, a window of 1,280 pixels at a zoom of 200 % and more.
WIDTHS = (320, 360, 400, 480, 540, 590, 640, 690, 740, 800, 1024, 1280, 1800)
#: So much may be left empty: a share of what is shown, or else so many pixels.
SHARE, LEAST = 0.2, 64

every_explorer = pytest.mark.parametrize("name", EXPLORERS)
every_pointer = pytest.mark.parametrize("finger", [False, True], ids=["mouse", "finger"])


def pytest_generate_tests(metafunc):
    """Run the tests that ask for an address on every page that has explorers; where no site is built, once, to fail."""
    if "address" in metafunc.fixturenames:
        pages = sorted(metafunc.config.getoption("site").glob("*.html"))
        names = [path.name for path in pages if " data-scripts=" in path.read_text("utf-8")]
        metafunc.parametrize("address", names or ["index.html"])


#: What is kept for some explorers at this width, and what is needed: at most a frame after the width has changed.
ROOM = """async names => {
    const frame = () => new Promise(requestAnimationFrame);
    for (let count = 0; count < 3; count++) await frame();
    return names.map(name => {
        const element = document.querySelector(`cnn-${name}`);
        element.style.minHeight = "";
        const kept = parseFloat(getComputedStyle(element).minHeight);
        element.style.minHeight = "0";
        return [kept, element.getBoundingClientRect().height];
    });
}"""


def assert_room_fits(tabs, site, served, address, finger):
    names = [name for name in EXPLORERS if address in pages_of(site, name)]
    assert names
    problems = []
    with tabs.open(served, viewport=DESKTOP, has_touch=finger, is_mobile=finger) as page:
        page.goto(f"{served}/{address}")
        for name in names:
            element = page.locator(f"cnn-{name}")
            element.evaluate("element => element.scrollIntoView({behavior: 'instant'})")
            element.locator(".explorer").wait_for()
        page.evaluate("document.fonts.ready")
        page.wait_for_function(AT_REST, arg=names)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            for name, (kept, needed) in zip(names, page.evaluate(ROOM, names), strict=True):
                if not needed - 1 <= kept <= needed + max(SHARE * needed, LEAST):
                    problems.append(f"{name} at {width}: {kept / 16:g}rem are kept, {needed / 16:g}rem are needed")
    assert problems == [], "see loader.css"


@every_pointer
def test_what_is_kept_is_what_is_needed(tabs, site, served, address, finger):
    assert_room_fits(tabs, site, served, address, finger)


def test_what_is_kept_is_what_is_needed_in_another_font(without_our_font, site, served, address):
    assert_room_fits(without_our_font, site, served, address, finger=False)


@every_explorer
def test_a_phone_that_is_turned_leaves_nothing_empty(open_explorer, name):
    opened = open_explorer(name, load=True, viewport=PHONE, has_touch=True, is_mobile=True)
    assert_nothing_is_empty_at(opened, {"width": PHONE["height"], "height": PHONE["width"]})
    assert_nothing_is_empty_at(opened, PHONE)


@every_explorer
def test_a_zoom_of_200_percent_leaves_nothing_empty(open_explorer, name):
    """Zoomed, a window has half as many pixels."""
    opened = open_explorer(name, load=True)
    assert_nothing_is_empty_at(opened, {side: length // 2 for side, length in DESKTOP.items()})


def assert_nothing_is_empty_at(opened, window):
    opened.page.set_viewport_size(window)
    opened.page.wait_for_function(
        "([element]) => element.clientWidth <= innerWidth && element.getBoundingClientRect().height"
        " - element.shadowRoot.firstElementChild.getBoundingClientRect().height < 1",
        arg=[opened.element.element_handle()],
    )
