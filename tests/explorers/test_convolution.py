"""The convolution explorer, operated as readers do."""

import io
import re
from urllib.parse import quote

import keras
import numpy as np
import pytest
from checks import PHONE
from exploring import touch
from PIL import Image


def expected(opened, kernel, bias=0.0, relu=False, **window):
    """Let Keras convolve the numbers that the explorer shows as its input."""
    image = np.array(opened.values("input"))[np.newaxis, ..., np.newaxis]
    kernel = np.array(kernel, dtype=float).reshape(*np.shape(kernel), 1, 1)
    made = keras.ops.conv(keras.ops.convert_to_tensor(image, "float64"), kernel, **window) + bias
    return np.asarray(keras.ops.relu(made) if relu else made)[0, ..., 0]


LEFT_RIGHT = [[-1, 0, 1]] * 3


AS_KERAS = {
    "": (LEFT_RIGHT, {}),
    "padding=same&strides=2&size=6": (LEFT_RIGHT, {"padding": "same", "strides": 2}),
    "size=8&strides=3&picture=cat": (LEFT_RIGHT, {"strides": 3}),
    "dilation_rate=2&bias=0.5&relu=on": (LEFT_RIGHT, {"dilation_rate": 2, "bias": 0.5, "relu": True}),
    "kernel=1,2,3,4&kernel_size=2&padding=same": ([[1, 2], [3, 4]], {"padding": "same"}),
    "kernel=laplacian&picture=ink": ([[0, 1, 0], [1, -4, 1], [0, 1, 0]], {}),
    "kernel=ones&kernel_size=5": (np.ones((5, 5)), {}),
}


def test_the_output_is_that_of_keras(open_explorer):
    opened = open_explorer("convolution")
    for settings, (kernel, window) in AS_KERAS.items():
        opened.set(settings)
        assert opened.complaint == ""
        made = expected(opened, kernel, **window)
        assert np.allclose(opened.values("output"), made, atol=0.0051), settings  # two decimals are told


def test_two_channels_are_added(open_explorer):
    opened = open_explorer("convolution", "channels=2&picture=cat&kernel=ones")
    red, green = (np.array(opened.values(f"{name} channel of the input")) for name in ("red", "green"))
    difference = (red - green)[np.newaxis, ..., np.newaxis]
    made = keras.ops.conv(keras.ops.convert_to_tensor(difference, "float64"), np.ones((3, 3, 1, 1)))[0, ..., 0]
    assert np.allclose(opened.values("output"), made, atol=0.0051)


def test_a_transposed_convolution_spreads(open_explorer):
    opened = open_explorer(
        "convolution", "operation=transposed&strides=2&size=3&picture=ink&kernel=sobel-vertical-edges"
    )
    image = np.array(opened.values("input"))[np.newaxis, ..., np.newaxis]
    kernel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=float).reshape(3, 3, 1, 1)
    made = keras.ops.conv_transpose(keras.ops.convert_to_tensor(image, "float64"), kernel, strides=2)
    assert np.allclose(opened.values("output"), np.asarray(made)[0, ..., 0])


def test_same_padding_is_uneven_as_in_keras(open_explorer):
    opened = open_explorer("convolution", "picture=ink&size=6&padding=same&strides=2")
    grid = opened.element.get_by_role("grid", name="input", exact=True)
    names = grid.get_by_role("gridcell").evaluate_all("cells => cells.map(cell => cell.getAttribute('aria-label'))")
    padded = {divmod(place, 7) for place, name in enumerate(names) if name == "padding"}
    assert padded == {(row, column) for row in range(7) for column in range(7) if 6 in (row, column)}
    assert "⌊(6 + 0 + 1 − 3) / 2⌋ + 1 = 3" in opened.element.locator(".formula").inner_text()
    told = [opened.element.get_by_label(f"Zeros {side}").input_value() for side in ("before", "after")]
    assert told == ["0", "1"]


def spelled_out(sentence):
    """Read "row 2, column 3: 1.4 = 0.5 × 1 + 1 × −1": the place, the sum, and the sum of what is written out."""
    row, column, total, terms = re.match(
        r"row (\d+), column (\d+): (\S+) = ([^;]*)", sentence.replace("−", "-")
    ).groups()
    products = [[float(factor) for factor in term.split(" × ")] for term in terms.split(" + ")]
    return (int(row), int(column)), float(total), sum(np.prod(product) for product in products)


def test_by_keyboard_alone(open_explorer):
    opened = open_explorer("convolution", "more=off")
    keyboard = opened.page.keyboard
    opened.control("Input").focus()
    keyboard.press("ArrowDown")
    assert opened.state["picture"] == "cat"
    keyboard.press("ArrowUp")
    # Tab leads through the controls to the input, the kernel and the output: one stop each.
    stops = []
    for _ in range(12):
        keyboard.press("Tab")
        stops.append(
            opened.element.evaluate(
                "({shadowRoot: {activeElement: at}}) => at?.getAttribute('aria-label') ?? at?.textContent.slice(0, 13)"
            )
        )
        if stops[-1] == "More settings":
            break
    assert stops[-8:] == [
        "row 0, column 0: 0",
        "weight in row 0, column 0",
        stops[-6],
        "Back",
        "Play",
        "Step",
        "Cover the out",
        "More settings",
    ]
    assert stops[-6].startswith("row 1, column 1: ")
    # In the output the arrow keys go from cell to cell, and each is spelled out.
    for _ in range(5):
        keyboard.press("Shift+Tab")
    for key, place in (
        ("ArrowRight", (1, 2)),
        ("ArrowDown", (2, 2)),
        ("End", (2, 4)),
        ("Home", (2, 0)),
        ("Control+End", (4, 4)),
    ):
        keyboard.press(key)
        found, total, added = spelled_out(opened.told)
        assert found == place
        assert total == pytest.approx(added, abs=0.0051)
        assert total == opened.values("output")[place[0]][place[1]]
    # A weight is written anew.
    keyboard.press("Shift+Tab")
    keyboard.press("ArrowDown")
    keyboard.press("ArrowRight")
    keyboard.type("−2.5")
    keyboard.press("Tab")
    kernel = np.array(LEFT_RIGHT, dtype=float)
    kernel[1, 1] = -2.5
    assert np.allclose(opened.values("output"), expected(opened, kernel), atol=0.0051)


#: By the colour of the chips: what is in them, in the order of the sentence.
CHIPS = """told => Object.fromEntries(["input", "kernel", "output"].map(kind => {
    const probe = document.createElement("i");
    probe.style.color = `var(--cnn-${kind}-fill)`;
    document.body.append(probe);
    const fill = getComputedStyle(probe).color;
    probe.remove();
    const chips = [...told.querySelectorAll(".chip > span")];
    return [kind, chips.filter(chip => getComputedStyle(chip).backgroundColor === fill).map(chip => chip.textContent)];
}))"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_sum_is_shown_in_the_colours_of_its_parts(open_explorer, theme):
    opened = open_explorer("convolution", "kernel=1,2,0,-1,0.5,0,0,0,0&bias=1", color_scheme=theme)
    image = np.array(opened.values("input"))
    opened.cell("output", 2, 2).hover()
    chips = opened.element.locator(".told").evaluate(CHIPS)
    products = [
        (value, weight) for value, weight in zip([*image[2, 2:4], *image[3, 2:4]], [1, 2, -1, 0.5], strict=True)
    ]
    products = [(value, weight) for value, weight in products if value]
    assert [float(text) for text in chips["input"]] == [value for value, _ in products]
    weights = [float(text.replace("−", "-")) for text in chips["kernel"]]
    assert weights == [*(weight for _, weight in products), 1]
    assert [float(text.replace("−", "-")) for text in chips["output"]] == [opened.values("output")[2][2]]
    assert sum(value * weight for value, weight in products) + 1 == pytest.approx(opened.values("output")[2][2])
    # What is seen is what is heard.
    terms = [f"{value:g} × {weight:g}".replace("-", "−") for value, weight in products]
    assert f" = {' + '.join(terms)} + 1 (bias)" in opened.told.replace("\u00a0", " ")


SIDES = """element => ["input", "kernel", "output"].flatMap(kind =>
    [...element.shadowRoot.querySelectorAll(`.${kind} [role=gridcell]`)]
        .map(cell => (cell.querySelector("rect") ?? cell).getBoundingClientRect())
        .flatMap(({width, height}) => [width, height]))"""


@pytest.mark.parametrize("name", ["convolution", "pooling"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_all_cells_are_of_one_size(open_explorer, name, width):
    opened = open_explorer(name, viewport={"width": width, "height": 900})
    for settings in ("", "size=6&padding=same", "size=7&strides=3"):
        opened.set(settings)
        sides = np.array(opened.element.evaluate(SIDES))
        assert np.ptp(sides) <= 1, (settings, sides.min(), sides.max())  # lines between cells are shared
        assert sides.min() >= 24, "it can be hit"
    opened.element.evaluate("element => element.change(element.defaults)")


def test_pointing_lights_the_window_and_what_a_cell_goes_into(open_explorer):
    opened = open_explorer("convolution", "picture=ink&size=5&kernel=ones")
    opened.cell("output", 2, 2).hover()
    assert opened.told.startswith("row 2, column 2: ")
    opened.cell("input", 0, 0).hover()
    assert opened.told == "input, row 0, column 0: goes into 1 number of the 9 of the output"
    opened.cell("input", 2, 2).hover()
    assert opened.told == "input, row 2, column 2: goes into 9 of the 9 of the output"


def test_nothing_plays_unasked_and_playing_can_be_stopped(open_explorer):
    opened = open_explorer("convolution", reduced_motion="no-preference", clock=True)
    first = opened.told
    opened.page.clock.run_for(10_000)
    assert opened.told == first
    opened.element.get_by_role("button", name="Play").click()
    opened.page.wait_for_function(
        "([element, told]) => element.shadowRoot.querySelector('.told').textContent !== told",
        arg=[opened.element.element_handle(), first],
    )
    opened.element.get_by_role("button", name="Pause").click()
    stopped = opened.told
    opened.page.clock.run_for(10_000)
    assert opened.told == stopped
    opened.element.get_by_role("button", name="Step").click()
    assert opened.told != stopped


def test_reduced_motion_leaves_single_steps(open_explorer):
    opened = open_explorer("convolution", reduced_motion="reduce")
    assert opened.element.get_by_role("button", name="Play").count() == 0
    places = []
    for _ in range(25):
        places.append(opened.told.partition(":")[0])
        opened.element.get_by_role("button", name="Step").click()
    assert len(set(places)) == 25
    assert opened.told.partition(":")[0] == places[0]
    opened.element.get_by_role("button", name="Back").click()
    assert opened.told.partition(":")[0] == places[-1]


def test_by_touch_on_a_phone(open_explorer):
    opened = open_explorer("convolution", "picture=drawing&size=4", viewport=PHONE, has_touch=True, is_mobile=True)
    before = np.array(opened.values("input"))
    opened.cell("input", 1, 1).tap()
    after = np.array(opened.values("input"))
    assert np.argwhere(before != after).tolist() == [[1, 1]]
    opened.cell("output", 1, 0).tap()
    assert opened.told.startswith("row 1, column 0: ")
    opened.control("Strides").select_option("2")
    assert np.shape(opened.values("output")) == (1, 1)


def test_a_finger_draws_a_stroke(open_explorer):
    opened = open_explorer(
        "convolution", "picture=drawing&drawing=" + "0" * 25 + "&size=5", viewport=PHONE, has_touch=True
    )
    opened.cell("input", 2, 2).scroll_into_view_if_needed()
    scrolled = opened.page.evaluate("scrollY")
    middles = []
    for column in range(5):
        box = opened.cell("input", 2, column).bounding_box()
        middles.append({"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2})
    finger = opened.page.context.new_cdp_session(opened.page)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": middles[:1]})
    for middle in middles[1:]:
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [middle]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert opened.values("input") == [[int(row == 2)] * 5 for row in range(5)]
    assert opened.page.evaluate("scrollY") == scrolled


#: A stroke along the upper edge and down the right one, in shares of the grid.
STROKE = [(0.05, 0.05), (0.9, 0.1), (0.9, 0.9)]


def test_a_mouse_draws_a_stroke_and_selects_no_text(open_explorer):
    opened = open_explorer("convolution", "picture=drawing&drawing=" + "0" * 25 + "&size=5")
    opened.cell("input", 0, 0).hover()  # until the page stands still
    box = opened.element.get_by_role("grid", name="input", exact=True).bounding_box()
    mouse = opened.page.mouse
    first, *others = [(box["x"] + across * box["width"], box["y"] + down * box["height"]) for across, down in STROKE]
    mouse.move(*first)
    mouse.down()
    for place in others:
        mouse.move(*place, steps=12)
    assert opened.page.evaluate("getSelection().toString()") == ""
    mouse.up()
    assert opened.values("input")[0] == [1] * 5
    assert opened.values("input")[4][4] == 1


def test_the_grid_that_has_the_focus_is_seen(open_explorer):
    opened = open_explorer("convolution")
    ring = "element => getComputedStyle(element.closest('.grid')).outlineStyle"
    grids = [opened.element.get_by_role("grid", name=name, exact=True) for name in ("input", "output")]
    grids[1].locator("[tabindex='0']").focus()
    opened.page.keyboard.press("ArrowRight")
    assert [grid.evaluate(ring) for grid in grids] == ["none", "solid"]
    opened.cell("input", 1, 1).click()
    assert [grid.evaluate(ring) for grid in grids] == ["none", "none"], "who points needs no ring"


def test_the_address_keeps_what_is_set(open_explorer):
    opened = open_explorer("convolution")
    opened.choose("Padding", "same")
    opened.control("Strides").select_option("2")
    opened.page.wait_for_function("() => location.hash.includes('strides=2')")
    fragment = opened.page.evaluate("location.hash")
    assert fragment == "#explore-convolution?strides=2&padding=same"
    opened = open_explorer("convolution", fragment.partition("?")[2])
    assert (opened.state["strides"], opened.state["padding"]) == (2, "same")
    opened.follow("explore-other?x=1;explore-convolution?strides=3")
    opened.choose("Padding", "same")
    opened.page.wait_for_function("() => location.hash.includes('same')")
    assert opened.page.evaluate("location.hash") == "#explore-other?x=1;explore-convolution?strides=3&padding=same"


def test_a_link_of_the_page_sets_the_explorer(open_explorer):
    opened = open_explorer("convolution")
    opened.page.locator("a.cnn-explore[href*='explore-convolution?kernel=1,0']").first.click()
    opened.page.wait_for_function(
        "([element]) => element.state.kernel.startsWith('1,0,0')", arg=[opened.element.element_handle()]
    )
    image = np.array(opened.values("input"))
    assert np.array_equal(opened.values("output"), image[:5, :5])


def test_a_weight_that_is_no_number_is_refused(open_explorer):
    opened = open_explorer("convolution")
    before = opened.values("output")
    cell = opened.element.get_by_label("weight in row 0, column 0")
    for typed in ("abc", "", "1e9", "<b>", "--1", "12345", "NaN", "1/0", "1/", "/3", "99999/2", "1/2/3", "."):
        opened.element.evaluate("element => element.complain('')")
        cell.fill(typed)
        cell.press("Tab")
        assert "expected a number such as −1, 0.5 or 1/9, got" in opened.complaint, typed
        assert cell.input_value() == "−1"
        assert opened.values("output") == before


@pytest.mark.parametrize(
    ("typed", "weight"),
    [
        ("1/9", 1 / 9),
        ("+1", 1),
        ("0.1111111", 1 / 9),
        ("−2/3", -2 / 3),
        ("-1 / 4", -0.25),
        (".5", 0.5),
        ("2.", 2),
        ("0,25", 0.25),
    ],
)
def test_weights_are_taken_as_people_write_them(open_explorer, typed, weight):
    opened = open_explorer("convolution", "kernel=" + ",".join("0" * 9))
    cell = opened.element.get_by_label("weight in row 1, column 1")
    cell.fill(typed)
    cell.press("Tab")
    assert opened.complaint == ""
    assert float(opened.state["kernel"].split(",")[4]) == pytest.approx(weight, abs=0.00005)
    image = np.array(opened.values("input"))
    assert np.allclose(opened.values("output"), weight * image[1:-1, 1:-1], atol=0.0052)


def test_a_complaint_about_a_weight_ends_when_it_is_written_anew(open_explorer):
    opened = open_explorer("convolution")
    cell = opened.element.get_by_label("weight in row 0, column 0")
    cell.fill("abc")
    cell.press("Tab")
    assert "expected a number" in opened.complaint
    cell.press_sequentially("1")
    assert opened.complaint == ""
    opened.element.evaluate("element => element.complain('Something else.')")
    cell.press("ControlOrMeta+a")
    cell.press_sequentially("-")  # not yet a number
    assert opened.complaint == ""


REFUSED = {
    "size=2": "A window that spans 3 cells does not fit on 2: the output would be empty.",
    "strides=2&dilation_rate=2": "Strides and dilation rate cannot both be more than 1. It is the same in Keras.",
    "kernel=1,2,3": "The kernel has 3 numbers: with its size and channels it needs 9.",
    "picture=drawing&drawing=01": "A drawing is a square: it has 1, 4, 9, 16, … cells.",
    "picture=upload": "There is no picture of yours here: choose “upload”, and then a file.",
    "operation=transposed&padding=explicit&before=5&after=5&size=2": "nothing is left of the output",
}


def test_what_cannot_be_is_refused_in_a_sentence(open_explorer):
    opened = open_explorer("convolution")
    before = (opened.state, opened.values("output"))
    for settings, complaint in REFUSED.items():
        opened.element.evaluate("element => element.complain('')")
        opened.set(settings)
        assert complaint in opened.complaint
        assert (opened.state, opened.values("output")) == before


def png(width, height):
    content = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).save(content, "PNG")
    return content.getvalue()


BAD_FILES = {
    "empty.png": (b"", "This file is empty: choose a picture."),
    "letter.png": (b"Dear reader, I am no picture.", "no picture that the browser can read"),
    "picture.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "no picture that"),
    "wide.png": (png(20_000, 2), "This picture has 20,000×2 pixels: choose one of at most 10,000 in a row."),
    "cut.png": (png(300, 300)[:200], "no picture that the browser can read"),
}


def test_a_bad_file_is_refused(open_explorer, tmp_path):
    opened = open_explorer("convolution", "more=on")
    before = (opened.state, opened.values("input"))
    for name, (content, complaint) in BAD_FILES.items():
        choose(opened, tmp_path / name, content)
        assert complaint in opened.complaint
        assert (opened.state, opened.values("input")) == before
    large = tmp_path / "large.png"
    with large.open("wb") as file:
        file.truncate(50_000_000)
    choose(opened, large)
    assert opened.complaint == "This file has 50 MB: choose a picture of at most 20 MB."


def choose(opened, path, content=None):
    if content is not None:
        path.write_bytes(content)
    opened.element.evaluate("element => element.complain('')")
    opened.element.locator("input[type=file]").set_input_files(path)
    opened.page.wait_for_function(
        "element => element.complaint.textContent || element.state.picture === 'upload'",
        arg=opened.element.element_handle(),
    )


def test_a_picture_of_the_readers_is_convolved(open_explorer, tmp_path):
    opened = open_explorer("convolution", "more=on&kernel=top-bottom")
    choose(opened, tmp_path / "gradient.png", png(64, 64))
    image = np.array(opened.values("input"))
    assert (np.diff(image, axis=0) > 0).all()
    assert np.ptp(image, axis=1).max() == 0
    assert np.allclose(opened.values("output"), expected(opened, np.transpose(LEFT_RIGHT)), atol=0.0051)


def test_upload_opens_the_chooser(open_explorer, tmp_path):
    """The list shows the picture that is there until another is chosen, also if none is."""
    opened = open_explorer("convolution")
    before = opened.state
    shown = opened.control("Input").input_value()
    with opened.page.expect_file_chooser() as asked:
        opened.control("Input").select_option("upload")
    assert (opened.state, opened.control("Input").input_value(), opened.complaint) == (before, shown, "")
    file = tmp_path / "gradient.png"
    file.write_bytes(png(64, 64))
    asked.value.set_files(file)
    opened.page.wait_for_function(
        "([element]) => element.state.picture === 'upload'", arg=[opened.element.element_handle()]
    )
    assert opened.control("Input").input_value() == "upload"
    image = np.array(opened.values("input"))
    assert np.ptp(image) > 0
    assert np.ptp(image, axis=1).max() == 0


def frames(opened, grid):
    """Boxes of frames in a grid, by colour: row, column, height and width in cells."""
    return opened.element.get_by_role("grid", name=grid, exact=True).evaluate(
        r"""grid => {
            const size = grid.querySelector("[role=gridcell] rect").width.baseVal.value;
            const found = [...grid.querySelectorAll(":scope > g:last-of-type > rect")].map(rect => [
                rect.getAttribute("stroke").match(/cnn-(\w+)/)[1],
                ["y", "x", "height", "width"].map(name => Math.round(rect.getAttribute(name) / size)),
            ]);
            return found.filter(([color]) => color !== "background");
        }"""
    )


def test_pointing_at_the_input_leaves_the_window_and_what_it_told(open_explorer):
    opened = open_explorer("convolution", clock=True, reduced_motion="no-preference")
    opened.cell("output", 2, 1).hover()
    window, told = ["kernel", [2, 1, 3, 3]], opened.told
    assert frames(opened, "input") == [window]
    opened.cell("input", 6, 6).hover()
    assert opened.told.startswith("input, row 6, column 6: ")
    assert frames(opened, "input") == [window, ["input", [6, 6, 1, 1]]]
    opened.control("Strides").hover()
    assert opened.told == told
    assert frames(opened, "input") == [window]
    # While it plays too.
    opened.element.get_by_role("button", name="Play").click()
    opened.page.clock.run_for(1000)
    opened.cell("input", 6, 6).hover()
    opened.page.clock.run_for(1000)
    opened.control("Strides").hover()
    opened.page.wait_for_function(
        "([element]) => element.told.textContent.startsWith('row ')", arg=[opened.element.element_handle()]
    )
    at = [int(number) for number in re.findall(r"\d+", opened.told)[:2]]
    assert frames(opened, "input") == [["kernel", [*at, 3, 3]]]


DRAGS = {"strides=1": 1, "strides=2": 2, "dilation_rate=2": 1, "padding=same": 1}


@pytest.mark.parametrize("settings", DRAGS)
def test_the_window_is_dragged_over_the_input(open_explorer, settings):
    opened = open_explorer("convolution", f"{settings}&size=7")
    opened.cell("output", 0, 0).hover()
    mouse, last = opened.page.mouse, len(opened.values("output")) - 1
    corner = frames(opened, "input")[0][1]
    first = opened.cell("input", 0, 0)  # a cell of the window, in all of these
    first.hover()
    mouse.down()
    opened.cell("input", DRAGS[settings], 0).hover()
    assert opened.told.startswith("row 1, column 0: ")
    opened.cell("input", DRAGS[settings], 2 * DRAGS[settings]).hover()
    assert opened.told.startswith("row 1, column 2: ")
    opened.cell("input", 6, 6).hover()
    mouse.up()
    assert opened.told.startswith(f"row {last}, column {last}: "), "it stays on the input"
    opened.cell("input", 0, 0).hover()
    opened.control("Strides").hover()
    assert opened.told.startswith(f"row {last}, column {last}: ")
    assert corner != frames(opened, "input")[0][1]


def test_a_press_outside_the_window_drags_nothing(open_explorer):
    opened = open_explorer("convolution")
    opened.cell("output", 0, 0).hover()
    opened.cell("input", 6, 6).hover()
    opened.page.mouse.down()
    opened.cell("input", 5, 5).hover()
    opened.page.mouse.up()
    opened.control("Strides").hover()
    assert opened.told.startswith("row 0, column 0: ")


def middle(cell):
    box = cell.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_window_is_dragged_with_a_finger_and_the_page_stays(open_explorer):
    opened = open_explorer("convolution", viewport=PHONE, has_touch=True, is_mobile=True)
    opened.cell("output", 0, 0).tap()
    opened.cell("input", 2, 2).scroll_into_view_if_needed()
    scrolled = opened.page.evaluate("scrollY")
    touch(opened.page, [middle(opened.cell("input", at, at)) for at in (1, 2, 3)])
    opened.page.wait_for_function(
        "([element]) => element.told.textContent.startsWith('row 2, column 2: ')", arg=[opened.element.element_handle()]
    )
    assert opened.page.evaluate("scrollY") == scrolled


def test_a_second_finger_draws_nothing(open_explorer):
    blank = "picture=drawing&drawing=" + "0" * 25 + "&size=5"
    opened = open_explorer("convolution", blank, viewport=PHONE, has_touch=True)
    opened.cell("input", 2, 2).scroll_into_view_if_needed()
    opened.come_to_rest()
    finger = opened.page.context.new_cdp_session(opened.page)

    def send(kind, *cells):
        points = [
            dict(zip("xy", middle(opened.cell("input", *cell)), strict=True), id=at) for at, cell in enumerate(cells)
        ]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", (1, 0))
    send("touchStart", (1, 0), (4, 4))
    for column in range(1, 4):
        send("touchMove", (1, column), (4, 4 - column))
    send("touchEnd")
    assert np.argwhere(opened.values("input")).tolist() == [[1, column] for column in range(4)]


def test_who_draws_is_told_how_and_can_clear(open_explorer):
    opened = open_explorer("convolution")
    clear = opened.element.get_by_role("button", name="Clear the drawing")
    cursor = "grid => getComputedStyle(grid).cursor"
    grid = opened.element.get_by_role("grid", name="input", exact=True)
    assert clear.count() == 0
    assert "Point at a number" in opened.element.locator(".hint").inner_text()
    assert "kernel" in opened.element.locator(".hint").inner_text(), "weights can be typed"
    opened.control("Input").select_option("drawing")
    assert "Draw on the input" in opened.element.locator(".hint").inner_text()
    assert grid.evaluate(cursor) == "crosshair"
    assert np.any(opened.values("input"))
    clear.click()
    assert not np.any(opened.values("input"))


def test_markup_in_an_address_stays_text(open_explorer):
    opened = open_explorer("convolution")
    opened.set(f"kernel={quote('<img src=x>')}")
    assert "<img src=x>" in opened.complaint
    assert opened.element.evaluate("element => element.shadowRoot.querySelectorAll('img').length") == 0
