"""The covered output: numbers are said before they are shown, and each mistake is told by the rule behind it."""

import re

import numpy as np
import pytest
from checks import PHONE

#: A kernel without any symmetry.
KERNEL = np.array([[1.0, 2, 0], [-1, 0.5, 0], [0, 0, -2]])
WRITTEN = "kernel=1,2,0,-1,0.5,0,0,0,-2"


def say(opened, number):
    """Type a number for the marked place, and press Enter."""
    field = opened.element.locator(".said input")
    field.fill(f"{number:.4g}".replace("-", "−"))
    field.press("Enter")


def covered(opened):
    """Rows and columns of what is covered."""
    cells = opened.element.get_by_role("grid", name="output", exact=True).get_by_role("gridcell", name="covered")
    names = cells.evaluate_all("all => all.map(cell => cell.getAttribute('aria-label'))")
    return [tuple(map(int, re.findall(r"\d+", name))) for name in names]


def windows(image, side, strides=1):
    """Each window of an image: shape (places, places, side, side)."""
    return np.lib.stride_tricks.sliding_window_view(image, (side, side))[::strides, ::strides]


def point(opened, row, column):
    opened.cell("output", row, column).click()


@pytest.mark.parametrize("name", ["convolution", "pooling"])
def test_all_is_covered_until_it_is_said(open_explorer, name):
    opened = open_explorer(name, "size=5&strides=1")
    values = opened.values("output")
    side = len(values)
    button = opened.element.get_by_role("button", name="Cover the output")
    assert button.get_attribute("aria-pressed") == "false"
    assert opened.element.locator(".said").count() == 0 or not opened.element.locator(".said").is_visible()
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    assert opened.state["cover"] == "on"
    assert covered(opened) == [(row, column) for row in range(side) for column in range(side)]
    texts = opened.element.locator(".output svg text").all_text_contents()
    assert texts == ["?"] * side**2
    assert opened.told == "row 0, column 0: what will it be?"
    assert opened.element.locator(".told .chip").count() == 0, "the sum would tell"
    point(opened, 1, 2)
    assert len(covered(opened)) == side**2, "to point at it uncovers nothing"
    opened.listen()
    say(opened, values[1][2])
    assert [sentence.startswith("Right. row 1, column 2: ") for sentence in opened.heard] == [True]
    assert (1, 2) not in covered(opened)
    assert len(covered(opened)) == side**2 - 1
    button.click()
    assert opened.values("output") == values


def test_what_is_covered_stands_in_the_address(open_explorer):
    opened = open_explorer("convolution", "cover=on&size=4")
    assert len(covered(opened)) == 4
    opened.element.get_by_role("button", name="Cover the output").click()
    opened.page.wait_for_function("() => !location.hash.includes('cover')")
    assert covered(opened) == []


def test_by_keyboard_alone(open_explorer):
    opened = open_explorer("convolution", "cover=on&size=5&picture=ink&kernel=ones")
    keyboard = opened.page.keyboard
    sums = windows(np.array(opened.values("input")), 3).sum(axis=(2, 3)).astype(int)
    grid = opened.element.get_by_role("grid", name="output", exact=True)
    grid.locator("[tabindex='0']").focus()
    keyboard.press("ArrowDown")
    assert opened.told == "row 1, column 0: what will it be?"
    keyboard.type(str(sums[1, 0] + 50))  # the first figure leads from the grid to the line
    field = opened.element.locator(".said input")
    assert field.input_value() == str(sums[1, 0] + 50)
    assert opened.element.evaluate("({shadowRoot: {activeElement}}) => activeElement.labels[0].textContent") == (
        "Row 1, column 0 will be"
    )
    keyboard.press("Enter")
    assert opened.told == f"No, not {sums[1, 0] + 50}. It is smaller."
    keyboard.press("ControlOrMeta+a")
    keyboard.type(str(sums[1, 0]))
    keyboard.press("Enter")
    assert opened.told.startswith(f"Right. row 1, column 0: {sums[1, 0]} = ")
    keyboard.press("Enter")  # and on to the next
    assert opened.told == "row 1, column 1: what will it be?"
    assert field.input_value() == ""
    for key, place in (("ArrowRight", (1, 2)), ("ArrowUp", (0, 2)), ("ArrowLeft", (0, 1)), ("ArrowUp", (0, 1))):
        keyboard.press(key)
        assert opened.told.startswith(f"row {place[0]}, column {place[1]}: "), key
    keyboard.type("12")
    keyboard.press("ArrowLeft")  # within what is typed the caret moves
    assert opened.told.startswith("row 0, column 1: ")
    opened.element.get_by_role("button", name="Show it").press("Enter")
    assert opened.told.startswith(f"row 0, column 1: {sums[0, 1]} = ")


def test_a_hovering_pointer_marks_nothing(open_explorer):
    """On its way from a number to the line it passes others."""
    opened = open_explorer("convolution", "cover=on&size=5")
    point(opened, 2, 2)
    opened.cell("output", 0, 1).hover()
    opened.cell("input", 0, 1).hover()
    opened.element.get_by_role("button", name="Check").hover()
    assert opened.told == "row 2, column 2: what will it be?"


def test_what_is_no_number_is_refused(open_explorer):
    opened = open_explorer("pooling", "cover=on")
    field = opened.element.locator(".said input")
    for typed in ("", "abc", "1/0", "<b>"):
        field.fill(typed)
        opened.element.get_by_role("button", name="Check").click()
        assert opened.complaint == f"Prediction: expected a number such as −1, 0.5 or 1/9, got “{typed}”."
    assert len(covered(opened)) == 16


def test_a_number_is_taken_as_precisely_as_it_is_said(open_explorer):
    opened = open_explorer("pooling", "cover=on&way=average")
    means = windows(np.array(opened.values("input")), 2, 2).mean(axis=(2, 3))
    row, column = np.argwhere(np.abs(means * 10 - np.round(means * 10)) > 0.2)[0]
    mean = means[row, column]
    point(opened, row, column)
    field = opened.element.locator(".said input")
    for typed, right in ((f"{mean + 0.02:.3f}", False), (f"{mean + 0.06:.1f}", False), (f"{mean:.3f}", True)):
        field.fill(typed)
        field.press("Enter")
        assert opened.told.startswith("Right. ") == right, typed
    opened.set("cover=off")
    opened.set("cover=on&way=average")
    point(opened, row, column)
    field.fill(f"{mean:.1f}")  # as it is written in a cell
    field.press("Enter")
    assert opened.told.startswith("Right. ")


def convolved(image, kernel, bias=0.0, strides=1):
    return (windows(image, len(kernel), strides) * kernel).sum(axis=(2, 3)) + bias


#: By rule: settings, and what the rule makes of the input.
CONVOLUTION = {
    "the bias were left out": (f"{WRITTEN}&bias=1", lambda image: convolved(image, KERNEL)),
    "there were no ReLU": (f"{WRITTEN}&relu=on", lambda image: convolved(image, KERNEL)),
    "there were a ReLU, which there is not": (WRITTEN, lambda image: np.maximum(convolved(image, KERNEL), 0)),
    "the kernel were turned by half a turn first, as in mathematics": (
        WRITTEN,
        lambda image: convolved(image, KERNEL[::-1, ::-1]),
    ),
    "the kernel's rows were its columns": (WRITTEN, lambda image: convolved(image, KERNEL.T)),
    "the pixels were added without their weights": (WRITTEN, lambda image: convolved(image, np.ones((3, 3)))),
    "no weight were negative": (WRITTEN, lambda image: convolved(image, np.abs(KERNEL))),
    "the weights were added without the pixels": (WRITTEN, lambda image: np.full((5, 5), KERNEL.sum())),
    "the sum were divided by the number of weights": (WRITTEN, lambda image: convolved(image, KERNEL) / 9),
    "row and column changed places": (WRITTEN, lambda image: convolved(image, KERNEL).T),
    "the window moved by 1": (f"{WRITTEN}&strides=2", lambda image: convolved(image, KERNEL)[:3, :3]),
    "the window moved by its own size": (WRITTEN, lambda image: convolved(image, KERNEL, strides=3)),
    "there were no padding": (f"{WRITTEN}&padding=same", lambda image: convolved(image, KERNEL)),
}


def rules_of(opened, true, wrong):
    """Say at some places what a wrong rule makes of them; return the rules that are told."""
    size = min(len(wrong), len(true))
    places = [place for place in np.ndindex(size, size) if abs(true[place[0]][place[1]] - wrong[place]) > 0.2]
    assert places, "the rule is right everywhere"
    found = []
    for place in places[:4]:
        point(opened, *place)
        say(opened, wrong[place])
        told = re.fullmatch(r"No, not \S+\. That would be right if (.*)\.", opened.told)
        assert told, opened.told
        found += told[1].split(", or if ")
    return found


@pytest.mark.parametrize("rule", CONVOLUTION)
def test_a_mistake_with_a_kernel_is_told_by_its_rule(open_explorer, rule):
    settings, computed = CONVOLUTION[rule]
    opened = open_explorer("convolution", settings)
    image, true = np.array(opened.values("input")), opened.values("output")
    opened.set(f"{settings}&cover=on")
    assert rule in rules_of(opened, true, computed(image))


def test_the_other_channel_that_was_forgotten_is_told(open_explorer):
    opened = open_explorer("convolution", f"picture=cat&channels=2&{WRITTEN},1,0,0,0,1,0,0,0,1")
    true, red = opened.values("output"), np.array(opened.values("red channel of the input"))
    opened.set(f"picture=cat&channels=2&{WRITTEN},1,0,0,0,1,0,0,0,1&cover=on")
    assert "only the channel red counted" in rules_of(opened, true, convolved(red, KERNEL))


POOLING = {
    "the mean were taken": ("", lambda seen: seen.mean(axis=(2, 3))),
    "the smallest number were taken": ("", lambda seen: seen.min(axis=(2, 3))),
    "the numbers were added": ("way=average", lambda seen: seen.sum(axis=(2, 3))),
    "the largest number were taken": ("way=average", lambda seen: seen.max(axis=(2, 3))),
    "the number at the upper left were taken": ("", lambda seen: seen[..., 0, 0]),
    "the number at the lower right were taken": ("way=pick+one", lambda seen: seen[..., 1, 1]),
}


@pytest.mark.parametrize("rule", POOLING)
def test_a_mistake_with_a_window_is_told_by_its_rule(open_explorer, rule):
    settings, computed = POOLING[rule]
    opened = open_explorer("pooling", settings)
    image, true = np.array(opened.values("input")), opened.values("output")
    opened.set(f"{settings}&cover=on")
    assert rule in rules_of(opened, true, computed(windows(image, 2, 2)))


def test_padding_that_counted_is_told(open_explorer):
    settings = "way=average&padding=same&pool_size=3&size=7&strides=1"
    opened = open_explorer("pooling", settings)
    image, true = np.array(opened.values("input")), opened.values("output")
    opened.set(f"{settings}&cover=on")
    with_zeros = windows(np.pad(image, 1), 3).mean(axis=(2, 3))
    assert "the zeros of the padding counted" in rules_of(opened, true, with_zeros)


def test_no_window_shows_what_it_keeps_before_it_is_said(open_explorer):
    opened = open_explorer("pooling", "cover=on")
    frames = opened.element.locator(".input svg > g:last-of-type > rect[stroke*=output]")
    assert frames.count() == 0
    opened.element.get_by_role("button", name="Show it").click()
    assert frames.count() == 1


def test_playing_uncovers_one_after_the_other_and_stops(open_explorer):
    opened = open_explorer("pooling", "cover=on&size=6", reduced_motion="no-preference", clock=True)
    play = opened.element.get_by_role("button", name="Play")
    play.click()
    left = []
    for _ in range(12):
        opened.page.clock.run_for(800)
        left.append(len(covered(opened)))
    assert left == [8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0, 0]
    assert play.is_visible(), "it has stopped"


def test_other_numbers_are_covered_anew(open_explorer):
    opened = open_explorer("pooling", "cover=on")
    opened.element.get_by_role("button", name="Show it").click()
    assert len(covered(opened)) == 15
    opened.page.set_viewport_size(PHONE)  # the same numbers in another layout stay
    narrow = "([element]) => element.width < 360"
    opened.page.wait_for_function(narrow, arg=[opened.element.element_handle()])
    assert len(covered(opened)) == 15
    opened.element.get_by_role("button", name="Move the digit up").click()
    assert len(covered(opened)) == 16
