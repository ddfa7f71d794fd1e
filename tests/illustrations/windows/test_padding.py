"""All places of a window, against Keras and by counting."""

import numpy as np
import pytest
from svg_numbers import drawing, numbers, texts
from window_numbers import counted

from cnnfigs.drawing.palette import variable
from cnnfigs.errors import ParameterError
from cnnfigs.illustrations.windows.padding import Padding

PATH = "{http://www.w3.org/2000/svg}path"
CASES = [(5, 3, "valid"), (5, 3, "same"), (6, 2, "same"), (4, 4, "valid"), (6, 5, "same"), (3, 1, "valid")]


@pytest.mark.parametrize(("size", "kernel_size", "padding"), CASES)
def test_drawn_numbers_are_those_of_keras(size, kernel_size, padding):
    expected = counted(np.ones((size, size)), kernel_size, padding=padding)
    picture = Padding(size, kernel_size, padding)
    for phone in (False, True):
        assert numbers(picture, phone) == expected.flatten().tolist()
        written = {*texts(picture, phone)}
        assert {f"input {size}×{size}", f"{expected.size} places"} <= written
        assert f"output {len(expected)}×{len(expected)}" in written


def corners(picture, colour, of, phone=False):
    """Corners of the shapes whose line or filling has a colour of the palette, with their sides."""
    shapes = [each for each in drawing(picture, phone).iter(PATH) if each.get(of) == variable(colour)]
    sides = [shape.get("d").split() for shape in shapes]
    return [(float(d[1]), float(d[2]), float(d[4])) for d in sides]


@pytest.mark.parametrize("phone", [False, True])
@pytest.mark.parametrize(("padding", "places"), [("valid", 9), ("same", 25)])
def test_every_place_is_drawn_once(padding, places, phone):
    picture = Padding(5, 3, padding)
    windows, inputs = corners(picture, "kernel", "stroke", phone), corners(picture, "input", "stroke", phone)
    assert len(windows) == len(inputs) == places
    cell = inputs[0][2] / 5
    # matplotlib begins a rectangle at its lower left corner; where the window stands on its own input, in cells
    at = {(round((w[0] - i[0]) / cell), round((w[1] - i[1]) / cell)) for w, i in zip(windows, inputs, strict=True)}
    assert len(at) == places
    reach = range(3) if padding == "valid" else range(-1, 4)
    assert {column for column, _ in at} == set(reach)


def test_middle_comes_to_every_cell_only_with_same_padding():
    for padding, cells in (("valid", 9), ("same", 25)):
        for phone in (False, True):
            assert len(corners(Padding(5, 3, padding), "kernel", "fill", phone)) == cells


def test_description_tells_the_numbers():
    description = Padding(5, 3, "same").description
    for part in ("25 places", "4 in the upper left corner", "6 in the middle of the upper edge", "9 in the middle"):
        assert part in description


def test_kernel_larger_than_the_input_is_refused():
    with pytest.raises(ParameterError, match="kernel_size: expected a whole number from 1 to 4, got 5"):
        Padding(size=4, kernel_size=5)
