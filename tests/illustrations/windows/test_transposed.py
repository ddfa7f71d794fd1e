"""Transposed convolution against spreading by hand, which uses no convolution at all."""

import numpy as np
import pytest
from svg_numbers import numbers, texts
from window_numbers import counted, spread_out

from cnnfigs.errors import ParameterError
from cnnfigs.illustrations.windows.transposed import RestoredShape, TransposedConvolution
from cnnfigs.runs.windows.places import ink


@pytest.mark.parametrize(("size", "kernel_size", "strides"), [(2, 3, 2), (3, 3, 2), (1, 3, 1), (3, 3, 1), (2, 1, 2)])
def test_drawn_numbers_are_spread_and_added(size, kernel_size, strides):
    image = np.arange(1, size * size + 1).reshape(size, size)
    made = strides * (size - 1) + max(kernel_size, strides)
    shares = [value for value in image.flatten() for _ in range(kernel_size**2)]
    total = spread_out(image, kernel_size, strides, made)
    for phone in (False, True):
        drawn = numbers(TransposedConvolution(size, kernel_size, strides), phone)
        assert drawn == [*image.flatten(), *shares, *total.flatten()]


def test_same_keeps_the_middle():
    picture = TransposedConvolution(3, 3, 2, "same")
    whole = spread_out(np.arange(1, 10).reshape(3, 3), 3, 2, 7)
    assert numbers(picture)[-36:] == whole[:6, :6].flatten().tolist()
    assert "sum 6×6" in texts(picture)


@pytest.mark.parametrize(
    ("size", "kernel_size", "strides", "back"), [(5, 3, 2, 5), (6, 3, 2, 5), (7, 2, 2, 6), (8, 1, 1, 8)]
)
def test_there_and_back(size, kernel_size, strides, back):
    picture = RestoredShape(size, kernel_size, strides)
    image = ink(0, size)
    small = counted(image, kernel_size, strides)
    restored = spread_out(small, kernel_size, strides, back)
    for phone in (False, True):
        assert numbers(picture, phone) == [*image.flatten(), *small.flatten(), *restored.flatten()]
    assert (": its shape is back" in picture.description) == (size == back)
    assert ("not even its shape" in picture.description) == (size != back)
    assert ("Here its values are back too" in picture.description) == np.array_equal(restored, image)


def test_values_are_not_restored():
    run = RestoredShape().result
    assert run.back.shape == run.image.shape
    assert (run.back != run.image).mean() > 0.5


def test_kernel_larger_than_the_input_is_refused():
    with pytest.raises(ParameterError, match=r"^kernel_size: expected a whole number from 1 to 3, got 4$"):
        RestoredShape(size=3, kernel_size=4)
