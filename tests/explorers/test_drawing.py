"""Drawing as readers do who have just arrived: no settings in the address, and a sample on the paper."""

import re

import pytest
from checks import PHONE
from exploring import SEVEN, answers, draw_with_mouse, ink, places
from hands import HANDS, scaled

#: So many shapes may be misread: none or one is, as a rule, on clean paper.
ROOM = 3

PADS = ("digit-pad", "digit")


def misread(opened, way=lambda shape: shape):
    """Draw every shape with the mouse, each on the paper as the reader finds it; tell which were misread."""
    wrong, mouse = [], opened.page.mouse
    (left, top), (right, bottom) = places(opened, [(0, 0), (28, 28)])
    for digit, shape in HANDS:
        opened.element.evaluate("element => element.change(element.defaults)")
        for stroke in way(shape):
            (first, *others) = [(left + x / 28 * (right - left), top + y / 28 * (bottom - top)) for x, y in stroke]
            mouse.move(*first)
            mouse.down()
            for place in others:
                mouse.move(*place)
            mouse.up()
        told = answers(opened)["convnet"]
        if told != digit:
            wrong.append((digit, told))
    return wrong


def test_the_paper_is_on_the_first_screen_of_a_phone(served, tabs):
    """Whoever comes by a phone sees at once that there is something to draw on, without scrolling."""
    with tabs.open(served, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True) as page:
        page.goto(f"{served}/index.html")
        paper = page.locator("cnn-digit-pad .paper .raster").bounding_box()
        assert paper["y"] > 0
        assert paper["y"] + paper["height"] <= 740
        assert min(paper["width"], paper["height"]) > 200


def test_the_first_stroke_replaces_the_sample(open_explorer):
    opened = open_explorer("digit-pad")
    assert ink(opened) > 0, "a sample shows what is meant"
    assert len(HANDS) >= 28
    wrong = misread(opened)
    assert len(wrong) <= ROOM, wrong


def test_small_drawings_keep_their_strokes(open_explorer):
    opened = open_explorer("digit-pad")
    wrong = misread(opened, lambda shape: scaled(shape, 0.25, (8, 21)))
    assert len(wrong) <= ROOM, wrong


@pytest.mark.parametrize("name", PADS)
def test_a_digit_of_the_shelf_stays_under_the_pen(open_explorer, name):
    opened = open_explorer(name)
    opened.element.get_by_text("Take a digit of MNIST instead").click()
    shelf = opened.element.get_by_role("grid", name="Digits of MNIST").get_by_role("gridcell")
    shelf.focus()
    for key in ("Home", "PageUp", *["ArrowRight"] * 4, "Enter"):  # the very digit that is the sample
        opened.page.keyboard.press(key)
    assert (opened.state["digit"], answers(opened)["convnet"]) == (20, 4)
    # How much of the paper the networks would see as it is: the digit and the stroke.
    alone = inked(opened)
    draw_with_mouse(opened, [(2, 2), (2, 6)])
    assert opened.state["digit"] == 20
    assert inked(opened) > alone


def inked(opened):
    return opened.element.evaluate(
        """({state, strokes}) => {
            const paper = cnn.ink.drawn(cnn.ink.testDigits()[state.digit].image, strokes);
            return paper.filter(ink => ink > 0.5).length;
        }"""
    )


@pytest.mark.parametrize("name", PADS)
def test_undo_takes_back_all_that_is_done_to_the_paper(open_explorer, name):
    opened = open_explorer(name)
    undo = opened.element.get_by_role("button", name="Undo", exact=True)
    assert undo.is_disabled(), "there is nothing to be undone"
    states = [opened.state]
    draw_with_mouse(opened, SEVEN)
    states.append(opened.state)
    draw_with_mouse(opened, [(8, 15), (20, 15)])
    states.append(opened.state)
    for button in ("Clear", "Another test digit", "Another test digit"):
        opened.element.get_by_role("button", name=button).click()
        states.append(opened.state)
    assert len({str(state) for state in states}) == len(states)
    for state in states[-2::-1]:
        undo.click()
        assert opened.state == state
    assert undo.is_disabled()
    # A drawing that came with the address is taken back stroke by stroke.
    opened = open_explorer(name, "drawing=40304030a030-a03068b868b8")
    opened.element.get_by_role("button", name="Undo", exact=True).click()
    assert opened.state["drawing"] == "40304030a030"


@pytest.mark.parametrize("name", PADS)
def test_another_test_digit_is_another_digit(open_explorer, name):
    opened = open_explorer(name)
    seen = [answers(opened)["convnet"]]
    for _ in range(9):
        opened.element.get_by_role("button", name="Another test digit").click()
        seen.append(answers(opened)["convnet"])
    assert sorted(seen) == list(range(10))
    numbers = opened.element.get_by_role("button", name="Another test digit").evaluate(
        """(button) => {
            const {host} = button.getRootNode();
            return Array.from({length: 50}, () => (button.click(), host.state.sample));
        }"""
    )
    assert len({*numbers}) == 50, "all of them come"
    draw_with_mouse(opened, SEVEN)
    assert answers(opened)["convnet"] == 7, "it makes room for a drawing too"


def heard_of(name):
    """What is heard of the networks, as a pattern."""
    networks = ("convnet",) if name == "digit-pad" else ("convnet", "convnet, global maximum", "dense, 131 units")
    return "; ".join(f"{network} says \\d, (?:over )?[\\d.]+\N{NO-BREAK SPACE}%" for network in networks)


@pytest.mark.parametrize("name", PADS)
def test_whoever_draws_by_keyboard_hears_the_answer_after_each_stroke(open_explorer, name):
    opened = open_explorer(name)
    keyboard = opened.page.keyboard
    opened.element.get_by_role("grid", name=re.compile("^Paper")).get_by_role("gridcell").focus()
    opened.listen()
    told = heard_of(name)

    def hear(*patterns):
        heard = opened.heard
        assert len(heard) == len(patterns), heard
        for pattern, sentence in zip(patterns, heard, strict=True):
            assert re.fullmatch(pattern, sentence), sentence

    for key in (*["ArrowRight"] * 5, "Space", *["ArrowDown"] * 18):
        keyboard.press(key)
    hear(
        *[rf"Pen at row 5, column {column}, pen up\." for column in range(10, 15)],
        r"Pen at row 5, column 14, pen down\.",
        *[rf"Pen at row {row}, column 14, pen down\." for row in range(6, 24)],
    )
    keyboard.press("Space")
    hear(rf"Pen up\. {told}\.")
    assert set(answers(opened).values()) == {1}
    # A second stroke, lifted by Escape; a third, which ends where the focus goes.
    keyboard.press("ArrowRight")
    keyboard.press("Enter")
    keyboard.press("Escape")
    hear(r"Pen at row 23, column 15, pen up\.", r"Pen at row 23, column 15, pen down\.", rf"Pen up\. {told}\.")
    keyboard.press("Space")
    keyboard.press("Tab")
    hear(r"Pen at row 23, column 15, pen down\.", rf"Pen up\. {told}\.")
    # What is undone and cleared is heard too.
    keyboard.press("Shift+Tab")
    keyboard.press("Delete")
    hear(rf"The paper is blank, and still a network must answer: {told}\.")
    keyboard.press("Backspace")
    hear(rf"{told}\.")


@pytest.mark.parametrize("name", PADS)
def test_an_answer_is_heard_after_each_stroke_of_a_mouse_too(open_explorer, name):
    """Also when it is the same: the second stroke goes over the first."""
    opened = open_explorer(name)
    opened.listen()
    for _ in range(2):
        draw_with_mouse(opened, SEVEN)
        opened.page.wait_for_function("([element]) => element.heard.length", arg=[opened.element.element_handle()])
        (heard,) = opened.heard
        assert re.fullmatch(rf"{heard_of(name)}\.", heard)


@pytest.mark.parametrize("name", PADS)
def test_the_bars_are_told_one_by_one(open_explorer, name):
    """That another digit comes close is not kept from those who hear."""
    opened = open_explorer(name)
    shares = "({networks: [{values}]}) => [...values.at(-1)]"
    close = 0
    for sample in range(50):
        opened.element.evaluate(
            "(element, sample) => element.change({sample, right: 4})", sample
        ) if name == "digit" else (opened.element.evaluate("(element, sample) => element.change({sample})", sample))
        label = opened.element.locator(".answers svg").first.get_attribute("aria-label")
        told = {int(digit): share for digit, share in re.findall(r"(\d) has (over 99\.9|[\d.]+)\xa0%", label)}
        found = dict(enumerate(opened.element.evaluate(shares)))
        assert list(told) == sorted(
            (digit for digit in found if found[digit] >= 0.0005), key=lambda digit: -found[digit]
        )
        for digit, share in told.items():
            assert float(share.removeprefix("over ")) == pytest.approx(
                100 * found[digit], abs=0.051 if "over" not in share else 0.11
            )
        close += len(told) > 1
    assert close, "some have more than one answer"


@pytest.mark.parametrize("name", PADS)
def test_one_pointer_draws(open_explorer, name):
    """A second finger, or a palm that lies on the paper, leaves the stroke as it is."""
    opened = open_explorer(name, viewport=PHONE, has_touch=True, is_mobile=True)
    finger = opened.page.context.new_cdp_session(opened.page)
    stroke = [(8, 6), (12, 6), (16, 6), (20, 6), (17, 12), (14, 18), (13, 23)]
    palm = (24, 25)
    (palm_x, palm_y), *way = places(opened, [palm, *stroke])

    def send(kind, *points):
        at = [{"x": x, "y": y, "id": number} for number, x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    send("touchStart", (1, *way[0]))
    for number, place in enumerate(way[1:]):
        send("touchMove", (1, *place))
        if number == 1:
            send("touchStart", (1, *place), (2, palm_x, palm_y))
        if number > 1:
            send("touchMove", (1, *place), (2, palm_x + number, palm_y))
    send("touchEnd", (1, *way[-1]))
    send("touchEnd")
    drawn = opened.element.evaluate("({state}) => cnn.ink.read(state.drawing)")
    assert len(drawn) == 1, "one stroke"
    right = [x for x, y in drawn[0] if y > 21]
    assert max(right) < 20, "the palm left no ink"
    assert answers(opened)["convnet"] == 7
