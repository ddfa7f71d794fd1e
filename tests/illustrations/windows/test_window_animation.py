"""The frames of the sliding window against Keras, and what the style sheet needs of them."""

import gzip
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from lxml import etree
from svg_numbers import number
from window_numbers import counted

from cnnfigs.drawing.animation import FRAME_COUNTS, playable
from cnnfigs.drawing.palette import variable
from cnnfigs.errors import ParameterError
from cnnfigs.illustrations.windows.window_animation import WindowAnimation
from cnnfigs.runs.windows.places import ink

SVG = "{http://www.w3.org/2000/svg}"
SHEET = (Path(__file__).parents[3] / "docs" / "_static" / "animation.css").read_text(encoding="utf-8")
CASES = [{}, {"size": 6, "strides": 2, "padding": "same"}, {"strides": 2, "index": 2}, {"size": 4, "kernel_size": 2}]


def frames(shown):
    """The elements that are seen in each frame, for each width, in the order in which they are drawn."""
    found = []
    for svg in etree.fromstring(shown.to_html()).iter(f"{SVG}svg"):
        parts = [(re.search(r"cnn-frame-(\d+)", each.get("class", "")), each) for each in svg]
        count = max(int(match[1]) for match, _ in parts if match)
        found += [
            [
                element
                for match, part in parts
                if not match or int(match[1]) == frame
                for element in (part if match else [part])
            ]
            for frame in range(1, count + 1)
        ]
    return found


def written(elements):
    return ["".join(each.itertext()) for each in elements if each.tag == f"{SVG}text"]


def cells(shown):
    """How many cells its padded input has."""
    return np.pad(shown.result.image, shown.result.added).size


@pytest.mark.parametrize("arguments", CASES)
def test_each_frame_counts_what_keras_counts(arguments):
    shown = WindowAnimation(**arguments)
    image = ink(shown.index, shown.size)
    output = counted(image, shown.kernel_size, shown.strides, shown.padding).flatten()
    seen = frames(shown)
    assert len(seen) in (len(output), 2 * len(output))
    for number_, frame in enumerate(seen):
        place = number_ % len(output)
        title, *texts = written(frame)
        padded, (second, *done, words) = texts[: cells(shown)], texts[cells(shown) :]
        assert title == f"input {shown.size}×{shown.size}"
        assert second.startswith("output ")
        assert sum(map(number, padded)) == image.sum()
        assert [number(text) for text in done] == output[: place + 1].tolist()
        terms, total = words.split(" = ")
        assert sum(map(number, terms.split(" + "))) == number(total) == output[place]
        assert terms.count("+") + 1 == shown.kernel_size**2


def corner(path):
    """Left, top and side of a square; matplotlib begins it at its lower left corner or at its upper one."""
    _, x, y, _, side, _, down, *_ = path.get("d").split()
    return float(x), min(float(y), float(y) + float(down)), float(side)


@pytest.mark.parametrize("arguments", CASES)
def test_window_of_each_frame_covers_the_cells_that_it_adds(arguments):
    """The numbers under the drawn window, found by their places, are the ones that are added up."""
    shown = WindowAnimation(**arguments)
    for frame in frames(shown):
        texts = [each for each in frame if each.tag == f"{SVG}text"]
        at = [(float(each.get("x")), float(each.get("y")), each.text) for each in texts[1 : 1 + cells(shown)]]
        (window,) = (each for each in frame if each.get("stroke") == variable("kernel"))
        left, top, side = corner(window)
        under = [number(text) for x, y, text in at if left < x < left + side and top < y < top + side]
        terms = written(frame)[-1].split(" = ")[0].split(" + ")
        assert sorted(under) == sorted(map(number, terms))


@pytest.mark.parametrize("arguments", CASES)
def test_the_cell_that_is_made_is_framed(arguments):
    shown = WindowAnimation(**arguments)
    for frame in frames(shown):
        (mark,) = (each for each in frame if each.get("stroke") == variable("output"))
        left, top, side = corner(mark)
        *texts, words = (each for each in frame if each.tag == f"{SVG}text")
        last = texts[-1]
        assert left < float(last.get("x")) < left + side
        assert top < float(last.get("y")) < top + side
        assert last.text == words.text.split(" = ")[1]


def test_without_the_style_sheet_it_is_a_still_picture():
    root = etree.fromstring(WindowAnimation().to_html())
    parts = [each for each in root.iter(f"{SVG}g") if "cnn-frame" in each.get("class", "")]
    assert {each.get("class").split()[-1] for each in parts} == {f"cnn-frame-{number}" for number in range(1, 10)}
    for each in parts:
        assert each.get("visibility") == (None if "cnn-frame-1" in each.get("class").split() else "hidden")
    assert root.find(".//fieldset").get("hidden") is not None


@pytest.mark.parametrize("arguments", CASES)
def test_what_all_frames_show_is_written_once(arguments):
    root = etree.fromstring(WindowAnimation(**arguments).to_html())
    for svg in root.iter(f"{SVG}svg"):
        parts = [each for each in svg if each.get("class") is not None]
        moving = Counter(etree.tostring(each) for part in parts for each in part)
        count = len({part.get("class") for part in parts})
        assert count in FRAME_COUNTS
        assert max(moving.values()) < count


def test_it_holds_under_a_strict_policy_and_is_small():
    source = WindowAnimation().to_html()
    root = etree.fromstring(source)
    assert not root.xpath("//@style | //*[local-name()='style' or local-name()='script' or local-name()='animate']")
    assert len(gzip.compress(source.encode())) < 3_000


def test_every_place_can_be_chosen_and_says_what_it_shows():
    root = etree.fromstring(WindowAnimation().to_html())
    choices = root.findall(".//input")
    assert [choice.get("value") for choice in choices] == ["play", "pause", *map(str, range(1, 10))]
    assert len({choice.get("name") for choice in choices}) == 1
    assert [choice.get("value") for choice in choices if choice.get("checked")] == ["pause"]
    names = [choice.get("aria-label") for choice in choices[2:]]
    output = counted(ink(0, 5), 3)
    for place, name in enumerate(names):
        row, column = divmod(place, 3)
        assert name == f"{place + 1}: row {row}, column {column}: {output[row, column]:g}"


def test_two_on_a_page_do_not_share_their_buttons():
    one, other = (re.search(r'name="([^"]+)"', WindowAnimation(index=index).to_html())[1] for index in (0, 1))
    assert one != other


@pytest.mark.parametrize("count", FRAME_COUNTS)
def test_style_sheet_has_a_rhythm_for_each_number_of_frames(count):
    share = re.search(rf"@keyframes cnn-one-of-{count} {{ 0% {{ visibility: visible; }} ([\d.]+)%, 100%", SHEET)[1]
    assert float(share) == pytest.approx(100 / count, abs=1e-3)
    assert f".cnn-frames-{count} {{ --name: cnn-one-of-{count}; --count: {count}; }}" in SHEET


def test_style_sheet_has_a_rule_for_each_frame():
    for frame in range(1, max(FRAME_COUNTS) + 1):
        assert f".cnn-frame-{frame} {{ --before: {frame - 1}; }}" in SHEET
        assert f'[value="{frame}"]:checked) .cnn-frame.cnn-frame-{frame}' in SHEET


def test_number_of_frames_without_a_rhythm_is_refused():
    with pytest.raises(ValueError, match="frames: expected 4 or 9 of them, got 3"):
        playable("<svg/>", "Move", ["a", "b", "c"], "group")


def test_input_of_the_picture_is_the_digit():
    first = frames(WindowAnimation())[0]
    texts = [each for each in first if each.tag == f"{SVG}text"][1:26]
    assert [number(each.text) for each in texts] == ink(0, 5).flatten().tolist()
    assert [each.text for each in texts if each.get("font-weight")] == ["1"] * np.count_nonzero(ink(0, 5))


def test_windows_that_do_not_fit_are_refused():
    with pytest.raises(ParameterError, match=r"^strides: expected what lets 2 or 3 windows stand side by side, got 1$"):
        WindowAnimation(size=7)
