"""The digit explorer and the pad, operated as readers do."""

import base64
import io
import math
import re
from itertools import pairwise

import keras
import numpy as np
import pytest
from checks import DESKTOP, PHONE
from exploring import SEVEN, answers, draw_with_mouse, ink, places, touch
from PIL import Image

from cnnfigs.drawing.networks import NETWORK_LOOKS
from cnnfigs.explorers.networks import some_digits
from cnnfigs.illustrations.filters.response_map import ResponseMap
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import load


def centre(opened):
    """The mean column of what the networks get."""
    return opened.element.evaluate(
        """({image}) =>
            image.reduce((sum, ink, at) => sum + ink * (at % 28), 0) / image.reduce((sum, ink) => sum + ink)"""
    )


@pytest.mark.parametrize(("name", "motion"), [("digit-pad", "reduce"), ("digit", "no-preference")])
def test_drawn_with_a_mouse_and_nothing_moves_by_itself(open_explorer, name, motion):
    opened = open_explorer(name, "digit=-1", reduced_motion=motion)
    assert opened.page.evaluate("document.getAnimations().length") == 0
    assert "The paper is blank" in opened.told
    draw_with_mouse(opened, SEVEN)
    assert answers(opened)["convnet"] == 7
    assert opened.told.startswith("convnet says 7, ")
    opened.element.get_by_role("button", name="Undo").click()
    assert ink(opened) == 0


def test_drawn_with_a_finger_on_a_phone(open_explorer):
    opened = open_explorer("digit", "digit=-1", viewport=PHONE, has_touch=True, is_mobile=True)
    corners = places(opened, SEVEN)
    before = opened.page.evaluate("scrollY")
    along = [
        (x1 + (x2 - x1) * part / 8, y1 + (y2 - y1) * part / 8)
        for (x1, y1), (x2, y2) in pairwise(corners)
        for part in range(9)
    ]
    touch(opened.page, along)
    assert opened.page.evaluate("scrollY") == before, "the page scrolled instead"
    assert answers(opened)["convnet"] == 7
    # The arrows and the maps answer to a finger too.
    opened.element.get_by_role("button", name="Move the digit right").tap()
    opened.page.wait_for_function("([element]) => element.state.right === 1", arg=[opened.element.element_handle()])
    opened.element.get_by_role("grid", name="Maps of conv2d_2").tap()
    opened.page.wait_for_function(
        "([element]) => element.told.textContent.startsWith('conv2d_2, map ')", arg=[opened.element.element_handle()]
    )


def test_maps_are_wide_enough_for_a_finger(open_explorer):
    opened = open_explorer("digit", viewport=PHONE, has_touch=True, is_mobile=True)
    for network in ("convnet", "dense, 131 units"):
        opened.choose("Look inside", network)
        maps = opened.element.locator(".sheet .cursor")
        sizes = [maps.nth(sheet).bounding_box() for sheet in range(maps.count())]
        assert all(min(size["width"], size["height"]) >= 23.5 for size in sizes), sizes


def test_nothing_is_shown_behind_the_last_map_of_a_sheet(open_explorer):
    """32 maps in rows of twelve leave four places, in which the page is seen."""
    opened = open_explorer("digit", viewport=PHONE, has_touch=True, is_mobile=True)
    sheet = opened.element.locator(".sheet").first
    pixels = np.asarray(Image.open(io.BytesIO(sheet.screenshot())).convert("RGB")).astype(int)
    height, width, _ = pixels.shape
    last_row = pixels[-height // 6]
    panel = opened.element.locator(".explorer").evaluate("each => getComputedStyle(each).backgroundColor")
    surface = [int(channel) for channel in re.findall(r"\d+", panel)]
    assert np.abs(last_row[int(width * 8.3 / 12) : int(width * 11.8 / 12)] - surface).max() <= 2
    assert np.abs(last_row[: width * 8 // 12] - surface).max() > 20


@pytest.mark.parametrize("name", ["digit", "digit-pad"])
def test_the_pen_does_not_cover_the_drawing(open_explorer, name):
    """What marks the place of the focus is about as large as the pen, in whatever unit it was written."""
    opened = open_explorer(name, "digit=-1")
    draw_with_mouse(opened, SEVEN)
    opened.page.keyboard.press("ArrowUp")
    paper = opened.element.locator(".paper .raster")
    pixels = np.asarray(Image.open(io.BytesIO(paper.screenshot())).convert("RGB")).astype(int)
    colored = (pixels.max(axis=-1) - pixels.min(axis=-1) > 40)[3:-3, 3:-3]
    rows, columns = np.nonzero(colored)
    assert len(rows), "the focus is seen"
    assert np.ptp(rows) < 24
    assert np.ptp(columns) < 24


def test_a_complaint_is_in_view_wherever_the_reader_is(open_explorer):
    opened = open_explorer("digit")
    assert opened.element.bounding_box()["height"] > DESKTOP["height"]
    opened.element.evaluate("element => element.scrollIntoView({block: 'start', behavior: 'instant'})")
    opened.element.evaluate("element => element.change({right: 99})")
    box = opened.element.locator(".complaint").bounding_box()
    assert box["y"] > 0
    assert box["y"] + box["height"] <= DESKTOP["height"] + 1


def test_by_keyboard_alone(open_explorer):
    opened = open_explorer("digit", "digit=-1")
    keyboard = opened.page.keyboard
    opened.element.get_by_role("button", name="Clear").focus()
    keyboard.press("Shift+Tab")
    # A stroke down: the pen is put on the paper, moved, and lifted.
    assert opened.element.evaluate("({shadowRoot}) => shadowRoot.activeElement.getAttribute('aria-label')").endswith(
        "up"
    )
    for _ in range(5):
        keyboard.press("ArrowRight")
    keyboard.press("Space")
    for _ in range(18):
        keyboard.press("ArrowDown")
    assert opened.told == "Pen at row 23, column 14, pen down."
    keyboard.press("Space")
    assert set(answers(opened).values()) == {1}
    stroke = opened.state["drawing"]
    keyboard.press("Home")
    keyboard.press("Enter")
    keyboard.press("ArrowDown")
    keyboard.press("Escape")
    assert opened.state["drawing"].startswith(f"{stroke}-")
    keyboard.press("Backspace")
    assert opened.state["drawing"] == stroke
    # Arrow keys on the arrows move the digit.
    before = centre(opened)
    opened.element.get_by_role("button", name="Move the digit up").focus()
    for _ in range(3):
        keyboard.press("ArrowRight")
    assert centre(opened) == pytest.approx(before + 3, abs=1e-4)
    assert opened.state["right"] == 3
    # From map to map, into the map, from number to number, and a term leads back to the layer before.
    opened.element.get_by_role("grid", name="Maps of conv2d_3").get_by_role("gridcell").focus()
    keyboard.press("ArrowRight")
    assert opened.told.startswith("conv2d_3, map 1, row ")
    opened.element.get_by_role("grid", name="The chosen map").get_by_role("gridcell").focus()
    keyboard.press("PageUp")
    keyboard.press("Home")
    keyboard.press("ArrowRight")
    assert opened.told.startswith("conv2d_3, map 1, row 0, column 1: ReLU(")
    opened.element.get_by_role("listitem").get_by_role("button").first.focus()
    keyboard.press("Enter")
    assert opened.told.startswith("max_pooling2d_2, map ")
    keyboard.press("Enter")
    assert opened.told.startswith("conv2d_2, map ")
    opened.element.get_by_role("button", name=re.compile("^Back to max_pooling2d_2")).focus()
    keyboard.press("Enter")
    keyboard.press("Enter")
    assert opened.told.startswith("conv2d_3, map 1, row 0, column 1: ReLU(")
    # All of the paper is cleared from the paper.
    opened.element.get_by_role("grid", name=re.compile("^Paper")).get_by_role("gridcell").focus()
    keyboard.press("Delete")
    assert ink(opened) == 0


def test_test_digits_are_answered_as_keras_answers_them(open_explorer):
    opened = open_explorer("digit")
    digits = as_input(some_digits())
    called = {look.name: network for network, look in NETWORK_LOOKS.items()}
    expected = {name: load(called[name]).predict(digits, verbose=0).argmax(axis=1) for name in answers(opened)}
    found = opened.element.evaluate(
        """element => Array.from({length: 50}, (_, digit) => {
            element.change({digit});
            return element.networks.map(network => network.values.at(-1).indexOf(Math.max(...network.values.at(-1))));
        })"""
    )
    np.testing.assert_array_equal(np.array(found).T, list(expected.values()))
    opened.element.get_by_text("Take a digit of MNIST instead").click()
    shelf = opened.element.get_by_role("grid", name="Digits of MNIST")
    box = shelf.bounding_box()
    shelf.click(position={"x": box["width"] * 0.35, "y": box["height"] * 0.5})
    assert opened.state["digit"] == 3 * 5 + 2
    assert set(answers(opened).values()) == {3}


def numbers_of(text):
    return [float(each) for each in re.findall(r"-?\d+(?:\.\d+)?", text.replace("−", "-").replace("- ", "-"))]


@pytest.mark.parametrize(
    ("unit", "size"),
    [
        ("conv2d_1,18,16,16", 3),
        ("conv2d_2,12,3,4", 8),
        ("max_pooling2d_2,6,1,1", 10),
        ("conv2d_3,6,1,1", 18),
        ("dense,4,0,0", 26),
    ],
)
def test_a_unit_is_spelled_out(open_explorer, unit, size):
    opened = open_explorer("digit", f"unit={unit}")
    opened.page.wait_for_function("([element]) => element.chosen", arg=[opened.element.element_handle()])
    layer, channel, row, column = unit.split(",")
    network = load("convnet")
    image = as_input(some_digits()[20:21])
    values = keras.Model(network.inputs, network.get_layer(layer).output)([image])
    where = (0, int(channel)) if layer == "dense" else (0, int(row), int(column), int(channel))
    value = float(np.asarray(values)[where])
    heading = opened.element.locator(".sum .heading").inner_text()
    assert numbers_of(heading.rpartition(": ")[2])[0] == pytest.approx(value, abs=0.03 * float(np.max(values)))
    formula = opened.element.locator(".formula").inner_text()
    assert f"It sees {size}×{size} pixels." in formula
    if layer.startswith("max"):
        assert formula.startswith("The largest of the 4 numbers")
        terms = opened.element.get_by_role("listitem").all_inner_texts()
        assert len(terms) == 4
        assert max(numbers_of(term.rpartition(": ")[2])[0] for term in terms) == pytest.approx(
            numbers_of(heading.rpartition(": ")[2])[0]
        )
        return
    # bias + products (+ others) = sum
    bias, *parts = numbers_of(re.sub(r"\((?!−)[^()]*\)|ReLU", "", formula).split("=")[0])
    total = numbers_of(formula.split("=")[1])[0]
    assert bias + math.fsum(parts) == pytest.approx(total, abs=0.002)
    more = opened.element.get_by_role("button", name=re.compile(r"^All [\d,]+$"))
    if more.is_visible():
        more.click()
    terms = [text.rpartition(": ")[2] for text in opened.element.get_by_role("listitem").all_inner_texts()]
    products = [numbers_of(term) for term in terms]
    assert len(terms) == {"conv2d_1": 9, "conv2d_2": 288, "conv2d_3": 576, "dense": 1152}[layer]
    for read, weight, product in products:
        assert read * weight == pytest.approx(product, abs=0.0011 + 0.0006 * (abs(read) + abs(weight)))
    assert bias + math.fsum(product for *_, product in products) == pytest.approx(total, abs=0.0006 * len(terms))


def test_pointing_shows_a_unit_and_pressing_keeps_it(open_explorer):
    opened = open_explorer("digit")
    heading = opened.element.locator(".sum .heading")
    sheet = opened.element.get_by_role("grid", name="Maps of conv2d_2")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    sheet.hover(position={"x": box["width"] / 32, "y": box["height"] / 8})
    assert heading.inner_text().startswith("conv2d_2, map 0, ")
    sheet.hover(position={"x": box["width"] * 3 / 32, "y": box["height"] / 8})
    assert heading.inner_text().startswith("conv2d_2, map 1, ")
    assert opened.state["unit"] == ""
    sheet.click(position={"x": box["width"] * 3 / 32, "y": box["height"] / 8})
    assert opened.state["unit"].startswith("conv2d_2,1,")
    sheet.hover(position={"x": box["width"] / 32, "y": box["height"] / 8})
    assert heading.inner_text().startswith("conv2d_2, map 1, ")
    sheet.click(position={"x": box["width"] * 3 / 32, "y": box["height"] / 8})
    sheet.hover(position={"x": box["width"] / 32, "y": box["height"] / 8})
    assert heading.inner_text().startswith("conv2d_2, map 0, ")


def test_explorer_and_figures_count_alike(open_explorer):
    """The strongest answer of a figure is, under the same numbers of map, row and column, the same in the explorer."""
    picture = ResponseMap()
    run = picture.result
    opened = open_explorer("digit", f"unit=conv2d_1,{picture.filter},{run.row},{run.column}")
    opened.page.wait_for_function("([element]) => element.chosen", arg=[opened.element.element_handle()])
    heading = opened.element.locator(".sum .heading").inner_text()
    assert heading.startswith(f"conv2d_1, map {picture.filter}, row {run.row}, column {run.column}: ")
    assert numbers_of(heading.rpartition(": ")[2])[0] == pytest.approx(run.strongest, rel=0.03)


def test_filters_are_switched_off_and_on(open_explorer):
    opened = open_explorer("digit", "unit=conv2d_1,18,16,16")
    switch = opened.element.get_by_role("button", name="Switch it off")
    switch.click()
    assert opened.state["off"] == "conv2d_1.18"
    assert switch.get_attribute("aria-pressed") == "true"
    assert "but its filter is switched off" in opened.element.locator(".formula").inner_text()
    model = load("convnet")
    kernel, bias = model.layers[0].get_weights()
    kernel[..., 18] = bias[18] = 0
    model.layers[0].set_weights([kernel, bias])
    expected = model.predict(as_input(some_digits()[20:21]), verbose=0)[0]
    found = opened.element.evaluate("({network}) => [...network.values.at(-1)]")
    np.testing.assert_allclose(found, expected, atol=0.02)
    opened.element.get_by_role("button", name="Switch all filters on").click()
    assert opened.state["off"] == ""
    opened.choose("Look inside", "dense, 131 units")
    assert opened.state["network"] == "dense_131"
    assert opened.complaint == ""
    assert opened.element.get_by_role("grid", name="Maps of dense_1").is_visible()


def test_unprepared_drawings_stay_where_they_are(open_explorer):
    drawing = "101040102850"  # a small seven in the upper left corner
    opened = open_explorer("digit", f"digit=-1&prepare=off&drawing={drawing}")
    where = centre(opened)
    assert where < 8
    opened.choose("Prepare the drawing", "on")
    assert 13 <= centre(opened) <= 15
    assert answers(opened)["convnet"] == 7


def test_the_address_keeps_a_drawing(open_explorer):
    opened = open_explorer("digit", "digit=-1")
    draw_with_mouse(opened, SEVEN)
    opened.page.wait_for_function("() => location.hash.includes('drawing=')")
    before = opened.element.evaluate("({image}) => [...image]")
    drawing = opened.state["drawing"]
    opened.page.reload()
    opened.element.locator(".explorer").wait_for()
    assert opened.state["drawing"] == drawing
    assert opened.element.evaluate("({image}) => [...image]") == before
    opened.set("unit=conv2d_9,1,1,1")
    assert opened.complaint == "convnet has no number conv2d_9,1,1,1: layer, map, row and column are wanted."
    assert opened.state["drawing"] == drawing


def test_a_full_paper_says_so(open_explorer):
    opened = open_explorer("digit-pad", "digit=-1")
    opened.set("digit=-1&drawing=" + "00e0e000" * 499)
    draw_with_mouse(opened, [(3, 3), (25, 25), (3, 25), (25, 3), (3, 3)])
    assert len(opened.state["drawing"]) <= 4000
    assert ink(opened) > 0


def test_the_digits_are_those_of_mnist(open_explorer):
    opened = open_explorer("digit-pad")
    shipped = np.frombuffer(base64.b64decode(opened.page.evaluate("cnn.digits")), dtype=np.uint8)
    np.testing.assert_array_equal(shipped.reshape(50, 28, 28), some_digits())


@pytest.mark.parametrize("window", [DESKTOP, {"width": 1280, "height": 800}, PHONE], ids=["desktop", "low", "phone"])
def test_what_is_told_of_a_map_is_in_view_wherever_it_is_touched(open_explorer, window):
    """The enlarged map and its sum, in the window of whoever points at a map of the first or of the last layer."""
    phone = {"has_touch": True, "is_mobile": True} if window == PHONE else {}
    opened = open_explorer("digit", viewport=window, **phone)
    for layer in ("conv2d_1", "max_pooling2d_1", "conv2d_2", "conv2d_3", "dense"):
        sheet = opened.element.get_by_role("grid", name=f"Maps of {layer}", exact=True)
        sheet.evaluate("sheet => sheet.scrollIntoView({block: 'center', behavior: 'instant'})")
        opened.come_to_rest()
        if window == PHONE:
            sheet.tap(position={"x": 10, "y": 10})
        else:
            sheet.hover(position={"x": 10, "y": 10})
        heading = opened.element.locator(".map .heading")
        opened.page.wait_for_function(
            "([heading, layer]) => heading.textContent.startsWith(`${layer}, `)", arg=[heading.element_handle(), layer]
        )
        for part in (".map", ".map .raster", ".sum .heading", ".sum .formula"):
            box = opened.element.locator(part).bounding_box()
            assert box["y"] >= 0, (layer, part)
            assert box["y"] + min(box["height"], 40) <= window["height"], (layer, part)
        box = opened.element.locator(".map .raster").bounding_box()
        assert box["y"] + box["height"] <= window["height"] + 1
        assert box["y"] >= sheet.bounding_box()["y"] + 10, "it does not cover what was touched"


def test_the_answers_stand_right_below_the_paper_on_a_phone(open_explorer):
    opened = open_explorer("digit", viewport=PHONE, has_touch=True, is_mobile=True)
    paper, answer, view = (
        opened.element.locator(part).first.bounding_box() for part in (".paper", ".answers p", ".view")
    )
    assert paper["y"] + paper["height"] <= answer["y"] < paper["y"] + paper["height"] + 40
    assert answer["y"] < view["y"]


def test_who_walks_by_keyboard_sees_the_map_that_has_the_focus(open_explorer):
    opened = open_explorer("digit", viewport={"width": 1280, "height": 700})
    opened.element.get_by_role("button", name="Move the digit right").focus()
    seen = 0
    for _ in range(18):
        opened.page.keyboard.press("Tab")
        opened.come_to_rest()
        focused = opened.element.evaluate(
            """({shadowRoot}) => {
                const sheet = shadowRoot.activeElement?.closest(".sheet");
                if (!sheet) return null;
                const {x, y, width, height} = shadowRoot.activeElement.getBoundingClientRect();
                return sheet.contains(shadowRoot.elementFromPoint(x + width / 2, y + height / 2));
            }"""
        )
        assert focused in (None, True)
        seen += focused is True
    assert seen == 6, "one stop for each layer"


def test_arrows_stop_where_the_digit_may_go_no_further(open_explorer):
    opened = open_explorer("digit", "right=11")
    right, up = (opened.element.get_by_role("button", name=f"Move the digit {name}") for name in ("right", "up"))
    assert right.is_enabled()
    right.press("Enter")
    assert opened.state["right"] == 12
    assert right.is_disabled()
    assert up.is_enabled()
    right.press("Enter")
    assert (opened.state["right"], opened.complaint) == (12, "")


def test_the_ten_squares_of_the_answer_are_named(open_explorer):
    opened = open_explorer("digit")
    for network in ("convnet", "dense, 131 units"):
        opened.choose("Look inside", network)
        sheet = opened.element.locator(".layer").last
        box, names = sheet.locator("canvas").bounding_box(), sheet.locator(".names span")
        assert names.all_inner_texts() == [str(digit) for digit in range(10)]
        for digit in range(10):
            name = names.nth(digit).bounding_box()
            middle = name["x"] + name["width"] / 2
            assert middle == pytest.approx(box["x"] + (digit + 0.46) * box["width"] / 10, abs=3)
