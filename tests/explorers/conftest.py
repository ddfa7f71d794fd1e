"""Explorers in pages of the built site, in a real browser."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from checks import DESKTOP, Watch, open_page
from exploring import Opened, pages_of
from playwright.sync_api import Page

#: Tests that answer soon ask of explorers that all of them work, and that their numbers are right. What each does by
#: mouse, touch and keys, the thorough ones ask.
SOON = {
    "test_arithmetic.py",
    "test_backward.py",
    "test_every_explorer.py",
    "test_ink.py",
    "test_minified.py",
    "test_networks.py",
}
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent == HERE and item.path.name not in SOON:
            item.add_marker(pytest.mark.thorough)


#: Make the page as it is when it is opened with a fragment: an explorer that runs gives its place to a new one, and no
#: longer follows the address, nor writes it.
RENEW = """([name, fragment]) => {
    const element = document.querySelector(`cnn-${name}`);
    history.replaceState(null, "", location.pathname + fragment);
    scrollTo({top: 0, behavior: "instant"});
    if (!element.root) return;
    clearTimeout(element.writing);
    element.follow = element.note = () => {};
    const renewed = element.cloneNode(true);
    renewed.removeAttribute("style");
    element.replaceWith(renewed);
}"""


@dataclass
class Kept:
    """A tab with a page that tests share, one after the other."""

    page: Page
    watch: Watch
    address: str

    def renew(self, name: str, fragment: str, options: dict) -> None:
        self.page.bring_to_front()  # in a tab behind others, frames come seldom
        self.page.mouse.move(0, 0)
        self.page.set_viewport_size(options["viewport"])
        self.page.emulate_media(
            media="null", color_scheme=options["color_scheme"], reduced_motion=options.get("reduced_motion", "null")
        )
        if self.page.url.partition("#")[0] != self.address:
            open_page(self.page, self.address)
        self.page.evaluate(RENEW, [name, fragment])


@pytest.fixture(scope="module")
def kept_pages(tabs):
    """Tabs that stay open: address and options to the tab."""
    with ExitStack() as opened:
        pages = {}

        def of(address: str, origin: str, options: dict) -> Kept:
            key = repr((address, sorted(options.items())))
            if key not in pages:
                page = opened.enter_context(tabs.open(origin, **options))
                pages[key] = Kept(page, Watch(page, origin), address)
            return pages[key]

        yield of


@pytest.fixture
def open_explorer(browser, tabs, kept_pages, site, served):
    """Open the page of an explorer and wait until it runs; at the end, nothing may have gone wrong in any page.

    Without settings the page is opened as most readers do it, with nothing in the address, and looked through as far as
    to the explorer. Where nothing else is said, the page is one that other tests have had open, and the explorer a new
    one in it: to load a page costs more than most tests do.
    """
    watches = []
    opened = ExitStack()

    def start(
        name: str,
        settings: str = "",
        way: str = "served",
        wait: bool = True,
        clock: bool = False,
        load: bool = False,
        **options,
    ) -> Opened:
        origin = served if way == "served" else site.as_uri()
        options = {"viewport": DESKTOP, "color_scheme": "light", **options}
        address = f"{origin}/{pages_of(site, name)[0]}"
        fragment = f"#explore-{name}?{settings}" if settings else ""
        if load or clock or not wait or way != "served":
            if clock:  # the test turns the hands of the page's timers, which are those of its context
                page = opened.enter_context(browser.new_context(**options)).new_page()
                page.clock.install()
            else:
                page = opened.enter_context(tabs.open(origin, **options))
            watches.append(Watch(page, origin))
            if options.get("java_script_enabled", True):
                open_page(page, address + fragment)
            else:
                page.goto(address + fragment)
        else:
            kept = kept_pages(address, origin, options)
            page = kept.page
            watches.append(kept.watch)
            kept.renew(name, fragment, options)
        element = page.locator(f"cnn-{name}")
        if wait:
            element.evaluate("element => element.scrollIntoView({behavior: 'instant'})")
            element.locator(".explorer").wait_for()
        return Opened(page, element, name)

    yield start
    problems = [problem for watch in watches for problem in watch.problems]
    for watch in watches:
        watch.problems.clear()
    opened.close()
    assert problems == []
