"""Windows with gaps against Keras."""

import pytest
from svg_numbers import numbers, texts
from window_numbers import counted

from cnnfigs.errors import ParameterError
from cnnfigs.illustrations.description import Part
from cnnfigs.illustrations.windows.dilation import Dilation
from cnnfigs.runs.windows.places import ink


@pytest.mark.parametrize(
    ("size", "kernel_size", "dilation_rate", "index"), [(7, 3, 2, 0), (9, 3, 4, 1), (6, 2, 5, 2), (9, 5, 2, 3)]
)
def test_drawn_numbers_are_those_of_keras(size, kernel_size, dilation_rate, index):
    picture = Dilation(size, kernel_size, dilation_rate, index)
    image = ink(index, size)
    expected = []
    for rate in (1, dilation_rate):
        made = counted(image, kernel_size, dilation_rate=rate)
        middle = len(made) // 2
        under = image[middle::rate, middle::rate][:kernel_size, :kernel_size]
        assert under.sum() == made[middle, middle]
        expected += [*under.flatten(), *made.flatten()]
        span = rate * (kernel_size - 1) + 1
        for phone in (False, True):
            assert {
                f"dilation rate {rate}",
                f"the window spans {span}×{span}",
                f"output {len(made)}×{len(made)}",
            } <= {*texts(picture, phone)}
    assert numbers(picture) == expected
    assert numbers(picture, phone=True) == expected


def test_description_tells_the_cells_that_are_read():
    rates = {part.heading: part.sentences for part in Dilation().told.sentences if isinstance(part, Part)}
    assert rates["Dilation rate 2"][0].startswith("The window reads rows and columns 1, 3, 5,")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dilation_rate": 4}, "dilation_rate: expected a rate at which a 3×3 window fits on the input, got 4"),
        ({"kernel_size": 8}, "kernel_size: expected a whole number from 2 to 7, got 8"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, message):
    with pytest.raises(ParameterError, match=f"^{message}$"):
        Dilation(**arguments)
