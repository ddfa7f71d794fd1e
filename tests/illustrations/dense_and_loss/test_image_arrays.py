"""Images as arrays: the numbers drawn are the bytes of the data."""

import numpy as np
import pytest
from lxml import etree
from matplotlib.colors import to_rgba
from svg_numbers import numbers, texts

from cnnfigs.data import cat_photo, mnist
from cnnfigs.drawing.palette import color
from cnnfigs.errors import ParameterError
from cnnfigs.illustrations.dense_and_loss.image_arrays import ColorChannels, DigitNumbers


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
    height, width, _ = run.surroundings.shape
    rows, columns = slice(run.top, run.top + height), slice(run.left, run.left + width)
    np.testing.assert_array_equal(run.surroundings, cat_photo()[rows, columns])
    assert rows.start <= row <= row + 6 <= rows.stop
    assert columns.start <= column <= column + 6 <= columns.stop


@pytest.mark.parametrize(("row", "column", "size"), [(84, 144, 6), (10, 60, 3), (290, 440, 6)])
def test_the_frame_in_the_photo_is_around_the_piece_and_hides_nothing_of_it(row, column, size):
    """Found by looking for the piece's own pixels in the photo as it is drawn."""
    picture = ColorChannels(row, column, size)
    image = next(each for each in picture.figure.axes[0].images if each.get_array().shape[0] > size)
    pixels, patch = np.asarray(image.get_array()), cat_photo()[row : row + size, column : column + size]
    sheets = np.lib.stride_tricks.sliding_window_view(pixels, (size, size), axis=(0, 1)).transpose(0, 1, 3, 4, 2)
    (place,) = np.argwhere((sheets == patch).all(axis=(2, 3, 4)))
    left, right, bottom, top = image.get_extent()
    step = (right - left) / pixels.shape[1]
    piece = np.array([left + place[1] * step, top + place[0] * step, size * step, size * step])
    frames = [
        each
        for each in picture.figure.axes[0].patches
        if each.get_edgecolor() == to_rgba(color("accent"))
        and left <= each.get_x() < each.get_x() + 1 < right
        and each.get_y() < bottom
    ]
    (frame,) = frames
    thick = frame.get_linewidth()
    ends = np.array([*frame.get_xy(), frame.get_width(), frame.get_height()])
    around = [*(piece[:2] - ends[:2]), *((ends[:2] + ends[2:]) - (piece[:2] + piece[2:]))]
    np.testing.assert_allclose(around, around[0], atol=1e-6)
    assert thick / 2 <= around[0] <= 3


def test_white_cells_stay_white_in_the_dark_theme():
    """A number on paper would not be seen on a cell that takes the colour of a dark page."""
    root = etree.fromstring(DigitNumbers().to_html())
    assert not [element for element in root.iter() if "background" in (element.get("fill") or "")]


@pytest.mark.parametrize(
    ("kind", "field", "most"),
    [
        (DigitNumbers, "row", 20),
        (DigitNumbers, "column", 20),
        (ColorChannels, "row", 294),
        (ColorChannels, "column", 445),
    ],
)
def test_piece_that_does_not_fit_is_refused(kind, field, most):
    kind(**{field: most})
    with pytest.raises(ParameterError, match=f"^{field}: expected a whole number from 0 to {most}, got {most + 1}$"):
        kind(**{field: most + 1})
