"""The frames of the sliding window against Keras, and what the style sheet needs of them."""

import re
from pathlib import Path

import numpy as np
import pytest
from lxml import etree
from svg_numbers import number
from window_numbers import counted

from cnnfigs.drawing.animation import FRAME_COUNTS, picture, playable
from cnnfigs.errors import ParameterError
from cnnfigs.illustrations.windows.window_animation import WindowAnimation
from cnnfigs.runs.windows.places import ink

SVG = "{http://www.w3.org/2000/svg}"
SHEET = (Path(__file__).parents[3] / "docs" / "_static" / "animation.css").read_text(encoding="utf-8")
CASES = [{}, {"size": 6, "strides": 2, "padding": "same"}, {"strides": 2, "index": 2}, {"size": 4, "kernel_size": 2}]


def written(element):
    return ["".join(text.itertext()) for text in element.iter(f"{SVG}text")]


@pytest.mark.parametrize("arguments", CASES)
def test_each_frame_counts_what_keras_counts(arguments):
    shown = WindowAnimation(**arguments)
    image = ink(shown.index, shown.size)
    output = counted(image, shown.kernel_size, shown.strides, shown.padding).flatten()
    frames = [
        each for each in etree.fromstring(shown.to_html()).iter(f"{SVG}g") if "cnn-frame" in each.get("class", "")
    ]
    assert len(frames) == len(output)
    for place, frame in enumerate(frames):
        *done, words = written(frame)
        assert [number(text) for text in done] == output[: place + 1].tolist()
        terms, total = words.split(" = ")
        assert sum(map(number, terms.split(" + "))) == number(total) == output[place]
        assert terms.count("+") + 1 == shown.kernel_size**2


@pytest.mark.parametrize("arguments", CASES)
def test_window_of_each_frame_covers_the_cells_that_it_adds(arguments):
    """The numbers under the drawn window, found by their places, are the ones that are added up."""
    root = etree.fromstring(WindowAnimation(**arguments).to_html())
    (svg,) = root.iter(f"{SVG}svg")
    cells = {}
    for text in (text for group in svg.findall(f"{SVG}g") if group.get("class") is None for text in group):
        cells[float(text.get("x")), float(text.get("y"))] = number(text.text)
    for frame in (each for each in svg.iter(f"{SVG}g") if "cnn-frame" in each.get("class", "")):
        window = frame.find(f"{SVG}rect")
        left, top, side = (float(window.get(name)) for name in ("x", "y", "width"))
        under = [value for (x, y), value in cells.items() if left < x < left + side and top < y < top + side]
        terms = written(frame)[-1].split(" = ")[0].split(" + ")
        assert sorted(under) == sorted(map(number, terms))


def test_without_the_style_sheet_it_is_a_still_picture():
    root = etree.fromstring(WindowAnimation().to_html())
    frames = [each for each in root.iter(f"{SVG}g") if "cnn-frame" in each.get("class", "")]
    assert [frame.get("visibility") for frame in frames] == [None] + ["hidden"] * 8
    assert root.find("fieldset").get("hidden") is not None


def test_it_holds_under_a_strict_policy_and_is_small():
    source = WindowAnimation().to_html()
    root = etree.fromstring(source)
    assert not root.xpath("//@style | //*[local-name()='style' or local-name()='script' or local-name()='animate']")
    assert len(source.encode()) < 12_000


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
        playable(picture(10, 10, "nothing"), "Move", ["a", "b", "c"], "group")


def test_input_of_the_picture_is_the_digit():
    root = etree.fromstring(WindowAnimation().to_html())
    (svg,) = root.iter(f"{SVG}svg")
    bold, paper = (group for group in svg.findall(f"{SVG}g") if group.get("class") is None)
    assert len(bold) == np.count_nonzero(ink(0, 5))
    assert len(paper) == 25 - len(bold)


def test_windows_that_do_not_fit_are_refused():
    with pytest.raises(ParameterError, match=r"^strides: expected what lets 2 or 3 windows stand side by side, got 1$"):
        WindowAnimation(size=7)
