"""What is around an explorer stands still when it starts, in the site's font and in others."""

import pytest
from checks import DESKTOP, PHONE
from exploring import pages_of, wait_until

from cnnfigs.explorers.registry import EXPLORERS

every_explorer = pytest.mark.parametrize("name", EXPLORERS)


def hold(page, pattern):
    """Hold requests back; they are in the list that is returned."""
    held = []

    def keep(route):
        held.append(route)

    page.route(pattern, keep)
    return held


@every_explorer
@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_moves_when_it_starts(tabs, site, served, name, window):
    assert_nothing_moves(tabs, served, name, window, pages_of(site, name))


@every_explorer
@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_moves_in_another_font(without_our_font, site, served, name, window):
    """On one of its pages: what its settings on the others need in this font, test_room.py measures."""
    assert_nothing_moves(without_our_font, served, name, window, pages_of(site, name)[:1])


def assert_nothing_moves(tabs, served, name, window, addresses):
    """It is in view, its code is slow, and when it starts, what is around it stands still."""
    phone = {"has_touch": True, "is_mobile": True} if window == PHONE else {}
    for address in addresses:
        with tabs.open(served, viewport=window, **phone) as page:
            page.add_init_script(
                """window.moved = 0;
                const add = (entries) => entries.forEach(({value}) => window.moved += value);
                window.shifts = new PerformanceObserver(list => add(list.getEntries()));
                window.shifts.observe({type: 'layout-shift', buffered: true});
                // Some frames later it is known what has moved.
                window.settled = async () => {
                    await document.fonts.ready;
                    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
                    add(window.shifts.takeRecords());
                    return window.moved;
                };"""
            )
            held = hold(page, "**/explorers/core.js*")
            page.goto(f"{served}/{address}")
            element = page.locator(f"cnn-{name}")
            element.evaluate("element => scrollTo(0, element.getBoundingClientRect().top + scrollY - 120)")
            wait_until(page, held.__len__)
            before = page.evaluate("settled()")
            height = element.bounding_box()["height"]
            for route in held:
                route.continue_()
            element.locator(".explorer").wait_for()
            page.wait_for_function("performance.getEntriesByType('resource').every(({responseEnd}) => responseEnd)")
            moved = page.evaluate("settled()") - before
            assert element.bounding_box()["height"] == pytest.approx(height, abs=1), f"{address}: see loader.css"
            assert moved < 0.01, address
