"""Images as arrays: the numbers drawn are the bytes of the data."""

import numpy as np
import pytest
from lxml import etree
from svg_numbers import numbers, texts

from cnnfigs.data import cat_photo, mnist
from cnnfigs.illustrations.image_arrays import ColorChannels, DigitNumbers


@pytest.mark.parametrize(("index", "row", "column", "size"), [(18, 4, 5, 8), (0, 20, 20, 8), (7, 0, 27, 1)])
def test_numbers_of_a_digit_are_its_bytes(index, row, column, size):
    picture = DigitNumbers(index, row, column, size)
    expected = mnist().x_test[index, row : row + size, column : column + size]
    assert numbers(picture) == expected.ravel().tolist()
    assert texts(picture)[0] == "28×28 pixels"


def test_facts_count_the_numbers_of_the_digit():
    facts = DigitNumbers(18).facts
    image = mnist().x_test[18]
    assert facts["digit"] == str(mnist().y_test[18])
    assert facts["numbers"] == str(28 * 28)
    assert facts["paper"] == str(sum(int(value) == 0 for value in image.ravel()))


@pytest.mark.parametrize(("row", "column", "size"), [(84, 144, 6), (0, 0, 6), (296, 447, 4)])
def test_numbers_of_the_photo_are_its_bytes_channel_by_channel(row, column, size):
    picture = ColorChannels(row, column, size)
    patch = cat_photo()[row : row + size, column : column + size]
    assert numbers(picture) == [int(value) for channel in range(3) for value in patch[..., channel].ravel()]
    assert [text for text in texts(picture) if text in ("red", "green", "blue")] == ["red", "green", "blue"]


@pytest.mark.parametrize(("row", "column"), [(84, 144), (0, 0), (294, 445)])
def test_surroundings_are_of_the_photo_and_hold_the_piece(row, column):
    run = ColorChannels(row, column).result
    rows, columns = slice(run.top, run.top + run.height), slice(run.left, run.left + run.width)
    # Every second pixel of every second row is kept.
    np.testing.assert_array_equal(run.surroundings, cat_photo()[rows, columns][::2, ::2])
    assert rows.start <= row <= row + 6 <= rows.stop
    assert columns.start <= column <= column + 6 <= columns.stop


def test_white_cells_stay_white_in_the_dark_theme():
    """A number on paper would not be seen on a cell that takes the colour of a dark page."""
    root = etree.fromstring(DigitNumbers().to_html())
    assert not [element for element in root.iter() if "background" in (element.get("fill") or "")]


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        (DigitNumbers, "index", 10_000),
        (DigitNumbers, "size", 9),
        (DigitNumbers, "row", 21),
        (DigitNumbers, "column", -1),
        (ColorChannels, "size", 0),
        (ColorChannels, "row", 295),
        (ColorChannels, "column", 446),
    ],
)
def test_bad_parameters_are_named(kind, field, value):
    with pytest.raises(ValueError, match=f"{field} is {value}: accepted is"):
        kind(**{field: value})
