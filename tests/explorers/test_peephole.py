"""Beat the peephole, played as readers do."""

import re

import pytest
from checks import PHONE
from exploring import touch

from cnnfigs.experiments.catalog import THREE, Hole, through_a_hole
from cnnfigs.experiments.records import path_of
from cnnfigs.experiments.results import results
from cnnfigs.models.variants import WINDOWS


def truth(opened):
    """The digits of this game, in order."""
    found = []
    for guesses in range(12):
        opened.element.evaluate("(element, guesses) => element.change({guesses})", "0" * (guesses + 1))
        found.append(int(re.search(r"it was (\d)", opened.told)[1]))
    opened.element.evaluate("element => element.change({guesses: ''})")
    return found


def lines(opened):
    """What the chart tells, by name and size of the hole."""
    label = opened.element.locator(".chart svg").get_attribute("aria-label")
    told = {
        name: dict(re.findall(r"(\d+)×\d+ (\d+)\s%", rest)) for name, rest in re.findall(r"([^.:]+): ([^.]*)\.", label)
    }
    return {name.strip(): {int(size): int(share) for size, share in line.items()} for name, line in told.items()}


def test_played_with_the_mouse(open_explorer):
    opened = open_explorer("peephole")
    digits = truth(opened)
    assert len(set(digits)) >= 6
    for number, digit in enumerate(digits):
        size = WINDOWS[number // 2]
        assert opened.element.locator(".behind .heading").inner_text() == f"{number + 1} of 12: a hole of {size}×{size}"
        # The first of each pair is told right, the second is not.
        guess = digit if number % 2 == 0 else (digit + 1) % 10
        opened.element.get_by_role("button", name=str(guess), exact=True).click()
        assert opened.told.startswith("Right: " if number % 2 == 0 else "No: ")
    assert "You read 6 of 12 right." in opened.told
    assert lines(opened)["you, two digits a hole"] == dict.fromkeys(WINDOWS, 50)
    assert opened.element.get_by_role("button", name="5", exact=True).is_disabled()
    opened.element.get_by_role("button", name="Other digits").click()
    assert opened.state["guesses"] == ""
    assert truth(opened) != digits


def test_the_networks_lines_are_those_of_the_records(open_explorer):
    opened = open_explorer("peephole", "guesses=111111111111")
    found = lines(opened)
    compared = 0
    for name, inked in (("every window votes", False), ("windows with ink vote", True)):
        for size in WINDOWS:
            hole = Hole(size, inked)
            seeds = [seed for seed in THREE if path_of(through_a_hole(hole, seed)).exists()]
            assert (size in found[name]) == bool(seeds)
            if seeds:
                share = 100 * results(lambda seed, hole=hole: through_a_hole(hole, seed), seeds).accuracy.mean()
                assert found[name][size] == pytest.approx(share, abs=0.51)
                compared += 1
    assert compared


def test_the_networks_lines_wait_until_all_is_told(open_explorer):
    opened = open_explorer("peephole", "guesses=11111111111")
    assert list(lines(opened)) == ["you, two digits a hole"]
    opened.element.get_by_role("button", name="1", exact=True).click()
    assert len(lines(opened)) == 3


def hole(opened):
    return opened.element.locator(".behind .window").evaluate(
        "frame => ['y', 'x', 'height', 'width'].map(name => Number(frame.getAttribute(name)))"
    )


def test_played_with_the_keyboard(open_explorer):
    opened = open_explorer("peephole")
    digits = truth(opened)
    keyboard = opened.page.keyboard
    opened.element.get_by_role("grid", name=re.compile("^The digit behind")).get_by_role("gridcell").focus()
    assert hole(opened) == [13, 13, 3, 3]
    keyboard.press("ArrowUp")
    keyboard.press("ArrowLeft")
    assert hole(opened) == [12, 12, 3, 3]
    assert re.fullmatch(
        r"The middle of the hole is in row 13, column 13\. Row by row: ((ink|paper) ?){9}\.", opened.told
    )
    keyboard.press("Home")
    assert hole(opened) == [12, 0, 3, 3]
    for digit in digits:
        keyboard.press(str(digit))
    assert "You read 12 of 12 right." in opened.told
    keyboard.press("7")
    assert len(opened.state["guesses"]) == 12


def test_what_is_not_in_the_hole_is_covered(open_explorer):
    opened = open_explorer("peephole")
    seen = opened.element.locator(".behind canvas").evaluate(
        """canvas => {
            const copy = new OffscreenCanvas(28, 28).getContext("2d");
            copy.drawImage(canvas, 0, 0);
            const {data} = copy.getImageData(0, 0, 28, 28);
            return Array.from({length: 784}, (_, at) => data[4 * at + 3] > 0 && [Math.floor(at / 28), at % 28])
                .filter(Boolean);
        }"""
    )
    assert seen == [[row, column] for row in (13, 14, 15) for column in (13, 14, 15)]


def test_moved_with_a_finger_on_a_phone(open_explorer):
    opened = open_explorer("peephole", viewport=PHONE, has_touch=True, is_mobile=True)
    grid = opened.element.get_by_role("grid")
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    middle = box["y"] + 0.5 * box["height"]
    touch(opened.page, [(box["x"] + along * box["width"], middle) for along in (0.5, 0.3, 0.1)])
    opened.page.wait_for_function(
        "([element]) => element.shadowRoot.querySelector('.behind .window').x.baseVal.value < 4",
        arg=[opened.element.element_handle()],
    )
    opened.element.get_by_role("button", name="4", exact=True).tap()
    opened.page.wait_for_function("([element]) => element.state.guesses === '4'", arg=[opened.element.element_handle()])


def test_nothing_leaves_the_page(open_explorer):
    opened = open_explorer("peephole")
    asked = []
    opened.page.on("request", lambda request: asked.append((request.method, request.url)))
    for digit in "123456789012":
        opened.element.get_by_role("button", name=digit, exact=True).click()
    # Other explorers of the page may come into view meanwhile, and load what they are made of.
    assert [each for each in asked if each[0] != "GET" or "/_static/" not in each[1]] == []
