"""Explorers in pages of the built site, in a real browser."""

from contextlib import ExitStack

import pytest
from checks import DESKTOP, Watch, open_page
from exploring import Opened, pages_of


@pytest.fixture
def open_explorer(browser, tabs, site, served):
    """Open the page of an explorer and wait until it runs; at the end, nothing may have gone wrong in any page.

    Without settings the page is opened as most readers do it, with nothing in the address, and looked through as far as
    to the explorer.
    """
    watches = []
    opened = ExitStack()

    def start(
        name: str, settings: str = "", way: str = "served", wait: bool = True, clock: bool = False, **options
    ) -> Opened:
        origin = served if way == "served" else site.as_uri()
        options = {"viewport": DESKTOP, "color_scheme": "light", **options}
        if clock:  # the test turns the hands of the page's timers, which are those of its context
            page = opened.enter_context(browser.new_context(**options)).new_page()
            page.clock.install()
        else:
            page = opened.enter_context(tabs.open(origin, **options))
        watches.append(Watch(page, origin))
        address = f"{origin}/{pages_of(site, name)[0]}" + (f"#explore-{name}?{settings}" if settings else "")
        if options.get("java_script_enabled", True):
            open_page(page, address)
        else:
            page.goto(address)
        element = page.locator(f"cnn-{name}")
        if wait:
            element.evaluate("element => element.scrollIntoView({behavior: 'instant'})")
            element.locator(".explorer").wait_for()
        return Opened(page, element, name)

    yield start
    problems = [problem for watch in watches for problem in watch.problems]
    opened.close()
    assert problems == []
