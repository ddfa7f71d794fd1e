"""An explorer in a page of the built site, as its tests use it."""

import re
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from fixtures import HANGS
from playwright.sync_api import Locator, Page

#: Go to a fragment of the page, and wait until the explorer has seen it.
FOLLOW = """fragment => new Promise(done => {
    addEventListener('hashchange', () => setTimeout(done), {once: true});
    const before = location.href;
    location.hash = fragment;
    if (location.href === before) ['popstate', 'hashchange'].forEach(kind => dispatchEvent(new Event(kind)));
})"""

#: Wait until an element has stayed where it is for a number of frames, which are slow where the machine is: a page that
#: scrolls smoothly hardly moves in the first of them. `wait_for_function` would not do: it takes the promise for a yes.
STAY = """async (element, frames) => {
    for (let [count, kept, place] = [0, 0]; kept < frames; count++) {
        if (count === 100 * frames) throw new Error("it does not come to rest");
        await new Promise(requestAnimationFrame);
        const {x, y, width, height} = element.getBoundingClientRect();
        const before = place;
        place = [x, y, width, height].join();
        kept = place === before ? kept + 1 : 0;
    }
}"""


@dataclass
class Opened:
    page: Page
    element: Locator
    name: str

    @property
    def told(self) -> str:
        """The sentence that is shown, and heard."""
        return self.element.locator(".told").inner_text()

    @property
    def complaint(self) -> str:
        return self.element.locator(".complaint").text_content()

    @property
    def state(self) -> dict[str, object]:
        return self.element.evaluate("element => element.state")

    def listen(self) -> None:
        """Hear from now on what a screen reader would: each new sentence of a status or an alert."""
        self.element.evaluate(
            """element => {
                element.heard = [];
                for (const live of element.shadowRoot.querySelectorAll("[role=status], [role=alert]")) {
                    const hear = () => live.textContent && element.heard.push(live.textContent);
                    new MutationObserver(hear).observe(live, {childList: true, characterData: true, subtree: true});
                }
            }"""
        )

    @property
    def heard(self) -> list[str]:
        """The sentences heard since this was asked last, in order."""
        return self.element.evaluate("element => element.heard.splice(0)")

    def come_to_rest(self) -> None:
        """Wait until all that loads beside it is there, and it stays where it is: then it can be pointed at."""
        self.page.wait_for_load_state("networkidle")
        self.page.evaluate("document.fonts.ready")
        self.element.evaluate(STAY, 20)

    def follow(self, fragment: str) -> None:
        """Go to a fragment of the page, and wait until the explorer has seen it."""
        self.page.evaluate(FOLLOW, fragment)

    def set(self, settings: str) -> None:
        self.follow(f"explore-{self.name}?{settings}")

    def choose(self, label: str, value: str) -> None:
        """Choose a value of a setting, in its list or among its buttons."""
        group = self.element.get_by_role("radiogroup", name=label, exact=True)
        if group.count():
            group.get_by_role("radio", name=value, exact=True).check()
        else:
            self.control(label).select_option(value)

    def control(self, label: str) -> Locator:
        return self.element.get_by_role("combobox", name=label, exact=True)

    def cell(self, grid: str, row: int, column: int) -> Locator:
        """A cell of a grid, counted from 0 as everywhere; padding is not counted."""
        return self.element.get_by_role("grid", name=grid, exact=True).get_by_role(
            "gridcell", name=f"row {row}, column {column}: "
        )

    def values(self, grid: str) -> list[list[float]]:
        """The numbers of a grid, as they are told."""
        cells = self.element.get_by_role("grid", name=grid, exact=True).evaluate(
            """grid => [...grid.querySelectorAll("[role=row]")].map(row =>
                [...row.querySelectorAll("[role=gridcell]")].map(cell => cell.getAttribute("aria-label")))"""
        )
        rows = [[name.rpartition(": ")[2] for name in row if name != "padding"] for row in cells]
        return [[float(value.replace("−", "-")) for value in row] for row in rows if row]


#: Whether none of some explorers is still at work: one that is says so with an ellipsis.
AT_REST = """names => names.every(name =>
    ![...document.querySelector(`cnn-${name}`).shadowRoot.querySelectorAll("[role=status]")]
        .some(({textContent}) => textContent.endsWith("…")))"""


@cache
def pages_of(site: Path, name: str) -> list[str]:
    """Return the pages that have an explorer, the playground first."""
    pages = [path.name for path in sorted(site.glob("*.html")) if f"<cnn-{name} " in path.read_text("utf-8")]
    if not pages:
        pytest.fail(f"explorer {name} stands on no page of {site}", pytrace=False)
    return sorted(pages, key=lambda page: page != "playground.html")


def touch(page, places):
    """Touch the first of some places, go along the others with a finger, rest there, and lift it.

    A finger that rests before it is lifted flings nothing; how long it rests is told by the events, not by a clock.
    """
    session = page.context.new_cdp_session(page)
    now = time.time()
    kinds = ["touchStart", *["touchMove"] * (len(places) - 1), "touchEnd"]
    for number, (kind, place) in enumerate(zip(kinds, [*places, None], strict=True)):
        points = [{"x": place[0], "y": place[1]}] if place else []
        moment = now + 0.02 * number + (1 if kind == "touchEnd" else 0)
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points, "timestamp": moment})


def wait_until(page, condition):
    """Wait until a condition of the test's own holds, while what the page does is heard of."""
    deadline = time.monotonic() + HANGS / 1000
    while not condition():
        assert time.monotonic() < deadline, "it hangs"
        page.wait_for_timeout(10)


#: Something that a reader did, by name of the explorer.
WORK = {
    "convolution": {"strides": 2},
    "pooling": {"way": "average"},
    "receptive-field": {"layers": "c5,p2s2"},
    "digit-pad": {"drawing": "40304030a030a03068b868b8"},
    "which-ink": {"drawing": "40304030a030a03068b868b8", "of": "3"},
    "digit": {"drawing": "40304030a030a03068b868b8", "right": 2},
    "hierarchy": {"depth": 2},
    "own-photo": {"layer": "block_1_depthwise_relu", "map": 5},
    "peephole": {"guesses": "123"},
    "train": {"images": "100", "drawing": "40304030a030a03068b868b8"},
    "design": {"blocks": "4k5s", "dense": "32"},
    "break": {"out": "ff", "filter": 7, "weights": "40_3_0.5"},
}

#: A seven, in pixels of the paper.
SEVEN = [(8, 6), (20, 6), (13, 23)]


def answers(opened):
    """What each network says, by its name: a digit."""
    told = opened.element.locator(".answers p").all_inner_texts()
    return {name: int(answer) for name, answer in (re.match(r"(.+): (\d), ", each).groups() for each in told)}


def places(opened, points):
    """Pixels of the paper as points of the window."""
    paper = opened.element.locator(".paper svg")
    paper.evaluate("paper => paper.scrollIntoView({block: 'center', behavior: 'instant'})")
    opened.come_to_rest()
    box = paper.bounding_box()
    return [(box["x"] + x / 28 * box["width"], box["y"] + y / 28 * box["height"]) for x, y in points]


def draw_with_mouse(opened, points, steps=12):
    mouse = opened.page.mouse
    first, *others = places(opened, points)
    mouse.move(*first)
    mouse.down()
    for place in others:
        mouse.move(*place, steps=steps)
    mouse.up()


def ink(opened):
    """How much ink the networks get."""
    return opened.element.evaluate("element => element.image.reduce((sum, ink) => sum + ink, 0)")
