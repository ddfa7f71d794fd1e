"""Which ink matters, and the change that flips an answer: computed as Keras does it, used by mouse, finger and keys."""

import re

import numpy as np
import pytest
import tensorflow as tf
from checks import PHONE
from exploring import SEVEN, draw_with_mouse, ink
from forward_numbers import as_stored

from cnnfigs.models.weights import load

#: Of the largest number of a map: sums of 32 bits have another order in Keras.
TOLERANCE = 1e-4
#: What the probabilities of rounded weights may be off by: see test_networks.py.
STORED = 0.04

MAP = """(element, wanted) => wanted.map(([sample, digit]) => {
    element.change({sample, digit: -2, show: "matters", of: String(digit)});
    return [[...element.image], [...element.numbers]];
})"""
#: The same for images that are no drawings.
WEIGHED = """(element, wanted) => wanted.map(([image, of]) =>
    [...element.weighed(element.networks[0].copy(), image, of).numbers])"""
IMAGES = "({image, changed}) => [[...image], [...changed]]"
WATCH_LONG_TASKS = """() => {
    window.long = [];
    new PerformanceObserver(list => long.push(...list.getEntries().map(({duration}) => duration)))
        .observe({type: "longtask"});
}"""
FOUND = "({finding}) => finding.textContent"


def finding(opened, start):
    """Wait until it is told what was found."""
    opened.page.wait_for_function(
        "([element, start]) => element.finding.textContent.startsWith(start)",
        arg=[opened.element.element_handle(), start],
    )
    return opened.element.evaluate(FOUND)


def slopes(model, image, digit):
    """The gradient of what the last layer adds up for a digit, before softmax."""
    *_, last = model.layers
    pixels = tf.Variable(image.reshape(1, 28, 28, 1))
    with tf.GradientTape() as tape:
        values = pixels
        for layer in model.layers[:-1]:
            values = layer(values)
        chosen = (tf.reshape(values, (1, -1)) @ last.kernel + last.bias)[0, digit]
    return np.ravel(tape.gradient(chosen, pixels))


def test_the_map_is_the_gradient_of_keras(open_explorer):
    """Of images with some noise: on blank paper all numbers of a pooled window are equal, and any is the largest."""
    opened = open_explorer("which-ink")
    model = as_stored("convnet")
    wanted = [(sample, digit) for sample in (20, 3, 47) for digit in (4, 9)]
    found = opened.element.evaluate(MAP, wanted)
    noise = np.random.default_rng(1).uniform(0, 0.05, 784)
    images = [(np.array(image) + noise).astype(np.float32) for image, _ in found]
    told = [[image.tolist(), str(digit)] for image, (_, digit) in zip(images, wanted, strict=True)]
    for image, (_, digit), numbers in zip(images, wanted, opened.element.evaluate(WEIGHED, told), strict=True):
        expected = slopes(model, image, digit)
        assert np.abs(expected).max() > 0
        np.testing.assert_allclose(numbers, expected, rtol=0, atol=TOLERANCE * np.abs(expected).max())


@pytest.mark.parametrize("sample", [20, 37])
def test_keras_answers_the_changed_pixels_alike(open_explorer, sample):
    opened = open_explorer("which-ink", f"digit={sample}&show=flip&into=9")
    told = finding(opened, "Now ")
    image, changed = opened.element.evaluate(IMAGES)
    image, changed = (np.array(each, dtype=np.float32) for each in (image, changed))
    assert 0 <= changed.min() <= changed.max() <= 1
    most = float(re.search(r"more than ([\d.]+),", told)[1])
    assert np.abs(changed - image).max() == pytest.approx(most, abs=0.006)
    assert most < 0.4
    names = {"convnet": "convnet", "dense_131": "dense, 131 units"}
    for network, name in names.items():
        said, share = re.search(rf"{name} says (\d), (?:over )?([\d.]+)", told).groups()
        answer = load(network).predict(changed.reshape(1, 28, 28, 1), verbose=0)[0]
        assert answer.argmax() == int(said)
        assert answer.max() == pytest.approx(float(share) / 100, abs=STORED)
        if network == "convnet":
            assert int(said) == 9
            before = load(network).predict(image.reshape(1, 28, 28, 1), verbose=0)[0]
            assert before.argmax() == sample // 5


def test_random_changes_of_that_size_flip_nothing(open_explorer):
    """As the page says: it is the direction, and not the size."""
    opened = open_explorer("which-ink", "show=flip&into=9")
    finding(opened, "Now ")
    image, changed = map(np.array, opened.element.evaluate(IMAGES))
    signs = np.random.default_rng(9).choice([-1, 1], (200, 784))
    noisy = np.clip(image + np.abs(changed - image).max() * signs, 0, 1)
    answers = load("convnet").predict(noisy.reshape(-1, 28, 28, 1), verbose=0).argmax(axis=1)
    assert (answers == 4).mean() > 0.9


def test_the_page_says_of_the_map_what_it_shows(open_explorer):
    """On the page: much of the strength lies on paper; with a 9, it is strong between the upper ends of the 4."""
    opened = open_explorer("which-ink")
    found = [opened.element.evaluate(MAP, [[20, digit]])[0] for digit in range(10)]
    for image, numbers in found:
        strength = np.abs(numbers)
        assert strength[np.array(image) <= 0.5].sum() > strength.sum() / 2
    image, numbers = (np.reshape(each, (28, 28)) for each in found[9])
    upper = image[:9] > 0.5
    between = np.array(
        [row.nonzero()[0][0] < column < row.nonzero()[0][-1] for row in upper if row.any() for column in range(28)]
    )
    gap = between.reshape(-1, 28) & ~upper[upper.any(axis=1)]
    inside = numbers[:9][upper.any(axis=1)][gap]
    assert inside.mean() > np.abs(numbers).mean()


def test_what_the_page_says_of_flips(open_explorer):
    """How near digits are to this 4, and that the dense network rarely follows the convnet to the same digit."""
    opened = open_explorer("which-ink", "show=flip&into=9")
    sizes = {}
    for into in (9, 8, 0, 1, 2, 3, 5, 6, 7):
        opened.element.evaluate("(element, into) => element.change({into})", into)
        sizes[into] = float(re.search(r"more than ([\d.]+),", finding(opened, f"Now convnet says {into}"))[1])
    assert sorted(sizes, key=sizes.get)[:2] == [9, 8]
    assert max(sizes, key=sizes.get) == 1
    says = []
    for digit in range(0, 50, 5):
        into = 9 if digit != 45 else 4
        opened.element.evaluate("(element, [digit, into]) => element.change({digit, into})", [digit, into])
        told = finding(opened, f"Now convnet says {into}")
        says.append((int(re.search(r"dense, 131 units says (\d)", told)[1]), digit // 5, into))
    assert sum(dense == into for dense, _, into in says) <= 1
    assert sum(dense == digit for dense, digit, _ in says) > len(says) / 2


def test_by_keyboard_and_by_ear(open_explorer):
    opened = open_explorer("which-ink", "show=nothing")
    assert not opened.element.locator(".three").is_visible()
    button = opened.element.get_by_role("button", name="Which ink matters")
    button.focus()
    opened.listen()
    opened.page.keyboard.press("Enter")
    assert button.get_attribute("aria-pressed") == "true"
    (heard,) = opened.heard
    place = r"[\d.]+ in row \d+, column \d+, on (ink|paper)"
    most = rf"What convnet adds up for 4 grows most with more ink there: \+{place}; and falls most there: −{place}\. "
    assert re.fullmatch(most + r"\d+\xa0% of all strength lies on the ink, the rest on paper\.", heard)
    opened.choose("For the digit", "9")
    (heard,) = opened.heard
    assert heard.startswith("What convnet adds up for 9 ")
    opened.element.get_by_role("grid", name="A number for each pixel").get_by_role("gridcell").focus()
    opened.page.keyboard.press("ArrowDown")
    (heard,) = opened.heard
    assert re.fullmatch(r"row 1, column 0: [+−]?[\d.]+", heard)
    opened.element.get_by_role("button", name="Turn it into a 9").focus()
    opened.page.keyboard.press("Space")
    told = finding(opened, "Now convnet says 9")
    assert opened.heard == ["Searching …", told]
    opened.page.wait_for_function("() => location.hash.includes('of=9')")
    assert (opened.state["of"], opened.state["show"]) == ("9", "flip")
    opened.choose("Another digit", "4")
    assert finding(opened, "convnet says 4") == "convnet says 4 already."
    opened.page.keyboard.press("Tab")
    opened.page.keyboard.press("Enter")  # once more, and it is put away
    opened.page.keyboard.press("Enter")
    assert opened.state["show"] == "flip"


def test_whoever_draws_by_keyboard_hears_of_the_ink_once_the_pen_is_up(open_explorer):
    opened = open_explorer("which-ink", "digit=-1&show=matters")
    opened.element.get_by_role("grid", name=re.compile("^Paper")).get_by_role("gridcell").focus()
    opened.listen()
    for key in ("Space", *["ArrowDown"] * 3, *["ArrowRight"] * 3):
        opened.page.keyboard.press(key)
        opened.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        (heard,) = opened.heard
        assert heard.startswith("Pen at row "), heard
    opened.page.keyboard.press("Escape")
    told, found = opened.heard
    assert told.startswith("Pen up. convnet says ")
    assert found.startswith("What convnet adds up for ")


def test_with_a_finger_and_a_drawing_of_ones_own(open_explorer):
    opened = open_explorer("which-ink", "digit=-1&show=nothing", viewport=PHONE, has_touch=True, is_mobile=True)
    opened.element.get_by_role("button", name="Turn it into a 9").tap()
    opened.page.wait_for_function("([element]) => element.state.show === 'flip'", arg=[opened.element.element_handle()])
    draw_with_mouse(opened, SEVEN)
    told = finding(opened, "Now convnet says 9")
    assert ink(opened) > 0
    image, changed = map(np.array, opened.element.evaluate(IMAGES))
    assert 0 < np.abs(changed - image).max() <= 0.5
    again = opened.element.get_by_role("button", name="Turn it into a 9")
    again.tap()
    opened.page.wait_for_function("([element]) => element.shown.hidden", arg=[opened.element.element_handle()])
    again.tap()
    assert finding(opened, "Now convnet says 9") == told, "the same drawing, the same change"


def test_the_digit_explorer_asks_the_network_that_is_looked_into(open_explorer):
    opened = open_explorer("digit", "network=dense_131&show=flip&into=9")
    told = finding(opened, "Now dense, 131 units says 9")
    assert "To the same ink convnet says " in told
    assert (
        opened.element.evaluate(
            "({network, answers}) => network.values.at(-1).indexOf(Math.max(...network.values.at(-1)))"
        )
        == 4
    )
    opened.set("network=convnet&show=matters&off=conv2d_1.18")
    assert finding(opened, "What convnet adds up for ")


def test_a_long_search_leaves_the_page_smooth(open_explorer):
    """No part takes more than a twentieth of a second, which a reader would feel; on a busy machine one of three."""
    opened = open_explorer("which-ink", "show=nothing")
    opened.page.evaluate(WATCH_LONG_TASKS)
    found = []
    for into in (0, 1, 2):
        opened.element.evaluate("(element, into) => element.change({show: 'flip', into})", into)
        finding(opened, f"Now convnet says {into}")
        found.append(opened.page.evaluate("long.splice(0)"))
    assert [] in found, found
