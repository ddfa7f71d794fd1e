"""Windows with gaps against Keras."""

import pytest
from svg_numbers import numbers, texts
from window_numbers import counted

from cnnfigs.illustrations.dilation import Dilation
from cnnfigs.runs.windows import ink


@pytest.mark.parametrize(
    ("size", "kernel_size", "dilation_rate", "index"), [(7, 3, 2, 0), (9, 3, 4, 1), (6, 2, 5, 2), (9, 5, 2, 3)]
)
def test_drawn_numbers_are_those_of_keras(size, kernel_size, dilation_rate, index):
    picture = Dilation(size, kernel_size, dilation_rate, index)
    image = ink(index, size)
    expected, written = [], texts(picture)
    for rate in (1, dilation_rate):
        made = counted(image, kernel_size, dilation_rate=rate)
        expected += [*image.flatten(), *made.flatten()]
        span = rate * (kernel_size - 1) + 1
        assert f"dilation_rate {rate}: the window spans {span}×{span}" in written
        assert f"output {len(made)}×{len(made)}" in written
    assert numbers(picture) == expected


def test_description_tells_the_cells_that_are_read():
    assert "with dilation rate 2 it reads rows and columns 1, 3, 5" in Dilation().description


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dilation_rate": 1}, "dilation_rate is 1: accepted is a whole number of 2 or more"),
        ({"dilation_rate": 4}, "dilation_rate is 4: accepted is .* a 3×3 window that fits"),
        ({"kernel_size": 8}, "kernel_size is 8"),
        ({"kernel_size": 1}, "kernel_size is 1"),
        ({"size": 10}, "size is 10"),
        ({"index": -1}, "index is -1"),
    ],
)
def test_out_of_range_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Dilation(**arguments)
