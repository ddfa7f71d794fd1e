"""Break it, as readers do it: what a broken network says is what Keras says, and the reference holds."""

import base64
import json
import re
import zlib

import numpy as np
import pytest
from checks import PHONE
from exploring import SEVEN, answers, draw_with_mouse, wait_until

from cnnfigs.data import mnist
from cnnfigs.explorers.breaking import asked_digits_script, breaking_script
from cnnfigs.illustrations.filters.knocked_out import FiltersKnockedOut
from cnnfigs.models.export import packed, unpacked
from cnnfigs.models.weights import load
from cnnfigs.runs.filters.knocked_out import CONVOLUTIONS
from cnnfigs.statistics import wilson

FILTERS = (32, 64, 128)
TOTAL = sum(FILTERS)
#: The most that the script of the digits may weigh, as it is: opened from a folder, nothing compresses it.
HEAVY = 60_000


@pytest.fixture(scope="module")
def digits():
    """Every twentieth test digit in four shades, made anew; and what each shows."""
    return np.rint(mnist().x_test[::20] / 85)[..., np.newaxis] / 3, mnist().y_test[::20]


@pytest.fixture
def convnet():
    """The convnet in Keras with weights of 8 bits, as browsers have it."""
    model = load("convnet")
    for layer in model.layers:
        if layer.weights:
            kernel, bias = layer.get_weights()
            layer.set_weights(unpacked(packed(kernel, bias), kernel.shape))
    return model


def without(model, out):
    """Set kernel and bias of some filters to zero."""
    first = 0
    for name, count in zip(CONVOLUTIONS, FILTERS, strict=True):
        kernel, bias = model.get_layer(name).get_weights()
        gone = [number - first for number in out if first <= number < first + count]
        kernel[..., gone], bias[gone] = 0, 0
        model.get_layer(name).set_weights([kernel, bias])
        first += count


def said(model, digits):
    return model.predict(digits[0].astype(np.float32), batch_size=500, verbose=0)


def right(model, digits):
    return int((said(model, digits).argmax(axis=1) == digits[1]).sum())


def written(out):
    return f"{sum(1 << int(number) for number in out):x}"


def score(opened):
    """Wait until the digits were asked; returns how many filters are left, and how many digits are right."""
    told = opened.element.locator("p[role=status]").filter(has_text=re.compile(r"filters left: \d+ of 500 right"))
    told.wait_for()
    found = re.match(
        r"(\d+) of 224 filters left: (\d+) of 500 right, ([\d.]+)\u00a0% \(([\d.]+) to ([\d.]+)\)", told.inner_text()
    )
    left, count, share, *reach = (float(each) for each in found.groups())
    assert share == pytest.approx(count / 5, abs=0.051)
    assert reach == pytest.approx([100 * end for end in wilson(int(count), 500)], abs=0.051)
    return int(left), int(count)


def ask(opened):
    opened.element.get_by_role("button", name="Ask 500 digits").click()
    return score(opened)


def test_the_digits_are_mnists_in_four_shades(digits):
    text = asked_digits_script()
    assert len(text.encode()) <= HEAVY
    asked = json.loads(text.partition("), ")[2].removesuffix(");\n"))["askedDigits"]
    labels, pixels = np.split(np.frombuffer(zlib.decompress(base64.b64decode(asked["packed"])), dtype=np.uint8), [500])
    fours = pixels.reshape(500, 7, 1, 28) >> np.array([6, 4, 2, 0], dtype=np.uint8)[:, np.newaxis]
    np.testing.assert_array_equal((fours & 3).reshape(500, 28, 28) / 3, digits[0][..., 0])
    np.testing.assert_array_equal(labels, digits[1])


def test_without_random_filters_it_reads_what_keras_reads(open_explorer, convnet, digits):
    chance = np.random.default_rng(4)
    weights = convnet.get_weights()
    opened = open_explorer("break")
    assert ask(opened) == (TOTAL, right(convnet, digits))
    for count in (4, 15, 40, 90, 150):
        out = chance.choice(TOTAL, count, replace=False)
        opened.set(f"out={written(out)}")
        left, read = score(opened)
        convnet.set_weights(weights)
        without(convnet, out)
        assert left == TOTAL - count
        assert read == right(convnet, digits)
        # What it says of the digit on the paper, too.
        image = np.array(opened.element.evaluate("({image}) => [...image]"))
        ours = opened.element.evaluate("({networks: [{values}]}) => [...values.at(-1)]")
        np.testing.assert_allclose(ours, said(convnet, (image.reshape(1, 28, 28, 1), None))[0], atol=1e-5)


def test_without_a_whole_convolution_every_digit_gets_the_same_answer(open_explorer, convnet, digits):
    opened = open_explorer("break")
    ask(opened)
    opened.element.get_by_role("button", name="Knock out all of conv2d_2").click()
    without(convnet, range(32, 96))
    assert score(opened) == (TOTAL - 64, right(convnet, digits))
    assert len(set(said(convnet, digits).argmax(axis=1))) == 1
    opened.element.get_by_role("button", name="Put all of conv2d_2 back").click()
    assert score(opened)[0] == TOTAL


def test_edited_weights_are_those_of_keras(open_explorer, convnet, digits):
    """A weight in the middle of one slice, typed, and a bias."""
    opened = open_explorer("break", "filter=37&slice=5")
    ask(opened)
    weight = opened.element.get_by_role("spinbutton", name="weight in row 1, column 2")
    kernel, bias = convnet.get_layer("conv2d_2").get_weights()
    assert float(weight.input_value()) == pytest.approx(kernel[1, 2, 5, 5], abs=1e-3)
    weight.fill("-3.5")
    weight.press("Tab")
    opened.element.get_by_role("spinbutton", name="bias").fill("2")
    opened.element.get_by_role("spinbutton", name="bias").press("Enter")
    assert opened.state["weights"] == "37_165_-3.5,37_288_2"
    kernel[1, 2, 5, 5], bias[5] = -3.5, 2
    convnet.get_layer("conv2d_2").set_weights([kernel, bias])
    assert score(opened) == (TOTAL, right(convnet, digits))
    image = np.array(opened.element.evaluate("({image}) => [...image]"))
    ours = opened.element.evaluate("({networks: [{values}]}) => [...values.at(-1)]")
    np.testing.assert_allclose(ours, said(convnet, (image.reshape(1, 28, 28, 1), None))[0], atol=1e-5)
    opened.element.get_by_role("button", name="As it was trained").click()
    assert float(weight.input_value()) == pytest.approx(
        load("convnet").get_layer("conv2d_2").get_weights()[0][1, 2, 5, 5], abs=0.01
    )
    before = weight.input_value()
    for typed in ("", "100", "-1e9", "-99.9999"):
        opened.element.evaluate("element => element.complain('')")
        weight.fill(typed)
        weight.press("Tab")
        assert opened.complaint == "Weight: expected −100 to 100.", typed
        assert weight.input_value() == before
    weight.fill("-99.999")
    weight.press("Tab")
    assert (opened.complaint, weight.input_value()) == ("", "-99.999")


def test_what_is_changed_at_once_is_undone_at_once(open_explorer):
    """A selection took long to find: one press must not lose it."""
    some = {"out": written([3, 7, 40]), "weights": "40_3_0.5"}
    opened = open_explorer("break", "&".join(f"{name}={value}" for name, value in some.items()))

    def kept():
        return {name: opened.state[name] for name in some}

    def press(name):
        opened.element.get_by_role("button", name=name, exact=True).press("Enter")

    press("As it was trained")
    assert kept() == {"out": "0", "weights": ""}
    press("Undo that")
    assert kept() == some
    focused = opened.element.evaluate("({shadowRoot}) => shadowRoot.activeElement.textContent")
    assert focused == "As it was trained", "the same button, which keeps the focus"
    press("Knock out all of conv2d_1")
    press("Put all of conv2d_1 back")
    press("Undo that")
    press("Knock out all of conv2d_2")
    undo = opened.element.get_by_role("button", name="Undo that")
    assert undo.is_visible()
    # Who goes on from there has nothing to be undone at once; and where nothing changed, there is nothing either.
    opened.element.get_by_role("grid", name="Maps of conv2d_3").get_by_role("gridcell").press("Enter")
    assert undo.count() == 0
    opened.element.evaluate("element => element.change({out: '0', weights: ''})")
    press("As it was trained")
    assert undo.count() == 0


def test_another_network_is_another_question(open_explorer, convnet, digits):
    """Filter 0 out and a weight of filter 10, or filters 0 and 4 out and a weight of filter 0: spelled they are one."""
    opened = open_explorer("break", "out=1&weights=10_4_9")
    ask(opened)
    opened.set("out=11&weights=0_4_9")
    assert score(opened)[0] == TOTAL - 2


@pytest.mark.parametrize("weights", ["224_0_1", "0_10_1", "40_289_1", "999_0_1"])
def test_a_weight_that_does_not_exist_is_refused(open_explorer, weights):
    opened = open_explorer("break")
    before = opened.state
    opened.set(f"weights={weights}")
    assert re.fullmatch(r"There is no weight \d+ of filter \d+\.", opened.complaint)
    assert opened.state == before


def test_a_press_knocks_out_and_another_puts_back(open_explorer):
    opened = open_explorer("break")
    maps = opened.element.get_by_role("grid", name="Maps of conv2d_3")
    maps.scroll_into_view_if_needed()
    opened.come_to_rest()
    box = maps.bounding_box()
    place = (box["x"] + 2.5 * box["width"] / 12, box["y"] + 1.5 * box["height"] / 11)
    opened.page.mouse.click(*place)
    assert (opened.state["filter"], opened.state["out"]) == (32 + 64 + 14, written([32 + 64 + 14]))
    assert opened.element.get_by_text("conv2d_3: 127 of 128 filters left").is_visible()
    assert opened.element.get_by_text("Filter 14 of conv2d_3, out: slice 0 of 64").is_visible()
    opened.page.mouse.click(*place)
    assert opened.state["out"] == "0"
    assert opened.element.get_by_text("Filter 14 of conv2d_3: slice 0 of 64").is_visible()


def test_with_keys_alone(open_explorer):
    """Arrow keys look at a filter, Enter knocks it out; its weights come behind the sheets."""
    opened = open_explorer("break")
    cell = opened.element.get_by_role("grid", name="Maps of conv2d_2").get_by_role("gridcell")
    cell.focus()
    opened.page.keyboard.press("ArrowRight")
    assert (opened.state["filter"], opened.state["out"]) == (33, "0")
    opened.page.keyboard.press("Enter")
    assert opened.state["out"] == written([33])
    assert cell.get_attribute("aria-label") == "filter 1, out"
    slices = opened.element.get_by_role("grid", name="Slices of the kernel").get_by_role("gridcell")
    slices.focus()
    opened.page.keyboard.press("ArrowDown")
    assert opened.state["slice"] == 8
    assert slices.get_attribute("aria-label") == "slice 8"


def test_by_touch_on_a_phone_and_what_was_drawn(open_explorer):
    opened = open_explorer("break", viewport=PHONE, has_touch=True, is_mobile=True)
    maps = opened.element.get_by_role("grid", name="Maps of conv2d_1")
    maps.scroll_into_view_if_needed()
    opened.come_to_rest()
    box = maps.bounding_box()
    assert box["width"] / 12 >= 24, "a finger finds one of them"
    opened.element.evaluate("element => element.change({filter: 40})")
    slice_ = opened.element.get_by_role("grid", name="Slices of the kernel").get_by_role("gridcell").bounding_box()
    assert min(slice_["width"], slice_["height"]) >= 24
    opened.element.evaluate("element => element.change({filter: 0})")
    opened.page.touchscreen.tap(box["x"] + box["width"] / 24, box["y"] + box["height"] / 6)
    assert opened.state["out"] == "1"
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_digit_that_is_read_wrongly_can_be_looked_at(open_explorer, convnet, digits):
    out = range(0, 24)
    opened = open_explorer("break", f"out={written(out)}")
    _, count = ask(opened)
    without(convnet, out)
    found = said(convnet, digits).argmax(axis=1)
    missed = np.flatnonzero(found != digits[1])
    assert len(missed) == 500 - count > 0
    wrong = opened.element.get_by_role("grid", name="Digits that are read wrongly")
    first = wrong.get_by_role("gridcell")
    assert first.get_attribute("aria-label") == f"{digits[1][missed[0]]}, read as {found[missed[0]]}"
    # Which it is, and as what it was read, is told beside it: the paper is far away.
    below = wrong.locator("xpath=ancestor::*[contains(@class, 'panel')]").get_by_role("status")
    first.press("ArrowRight")
    assert below.inner_text() == f"{digits[1][missed[1]]}, read as {found[missed[1]]}: Enter takes it."
    box = wrong.bounding_box()
    opened.page.mouse.click(box["x"] + 10, box["y"] + 10)
    assert below.inner_text() == f"{digits[1][missed[0]]}, read as {found[missed[0]]}: it is on the paper now."
    assert opened.state["digit"] == 50 + missed[0]
    assert answers(opened) == {"convnet": found[missed[0]]}
    # Its address brings it back, although it brings the digits later.
    opened = open_explorer("break", f"out={written(out)}&digit={50 + missed[0]}", load=True)
    wait_until(opened.page, lambda: answers(opened) == {"convnet": found[missed[0]]})


def test_a_drawing_is_read_by_the_broken_network(open_explorer, convnet):
    opened = open_explorer("break", f"out={written(range(96, 224))}")
    draw_with_mouse(opened, SEVEN)
    without(convnet, range(96, 224))
    blank = np.zeros((1, 28, 28, 1))
    assert answers(opened) == {"convnet": said(convnet, (blank, None))[0].argmax()}


def test_the_score_stands_beside_what_the_search_reached(open_explorer):
    run = FiltersKnockedOut().result
    kept = run.order[TOTAL - run.fewest :]
    opened = open_explorer("break")
    opened.element.get_by_text(f"A search came down to {run.fewest}.").wait_for()
    ask(opened)
    opened.set(f"out={written(set(range(TOTAL)) - {*kept.tolist()})}")
    assert score(opened) == (run.fewest, run.searched[run.fewest])
    told = opened.element.get_by_text(
        f"Your fewest: {run.fewest}. The search reads {run.searched[run.fewest]} with"
    ).inner_text()
    near = int(run.left[run.left >= run.fewest].min())
    reads = run.random[:, list(run.left).index(near)]
    assert told.endswith(f"; by chance, {near} read {round(reads.mean(), 1):g}, from {reads.min()} to {reads.max()}.")
    # One fewer, and it is not enough; what was reached stays.
    opened.set(f"out={written(set(range(TOTAL)) - {*kept[1:].tolist()})}")
    assert score(opened)[0] == run.fewest - 1
    assert opened.element.get_by_text(f"Too few: {run.wanted} are wanted. Your fewest: {run.fewest}.").is_visible()


def test_the_script_has_what_the_run_found():
    run = FiltersKnockedOut().result
    told = json.loads(breaking_script().partition("), ")[2].removesuffix(");\n"))["breaking"]
    assert (told["asked"], told["wanted"], told["searched"]) == (500, 475, run.searched.tolist())
    assert told["kilobytes"] == round(len(asked_digits_script()) / 1000)
    assert [*told["random"]] == [*map(str, run.left)]


def test_the_weights_of_a_filter_are_seen_beside_its_map(open_explorer):
    opened = open_explorer("break")
    maps = opened.element.get_by_role("grid", name="Maps of conv2d_3")
    maps.evaluate("maps => maps.scrollIntoView({block: 'end', behavior: 'instant'})")
    opened.come_to_rest()
    weight = opened.element.get_by_role("spinbutton", name="weight in row 0, column 0")
    assert weight.bounding_box()["y"] > 0
