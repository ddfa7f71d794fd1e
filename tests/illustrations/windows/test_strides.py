"""Strides against Keras, and against strides 1."""

import numpy as np
import pytest
from svg_numbers import numbers, texts
from window_numbers import counted

from cnnfigs.data import mnist
from cnnfigs.errors import ParameterError
from cnnfigs.illustrations.windows.strides import Strides
from cnnfigs.runs.windows.places import ink

CASES = [
    {},
    {"padding": "same"},
    {"size": 6, "padding": "same"},
    {"size": 8, "kernel_size": 2, "strides": 3, "index": 2},
    {"size": 8, "strides": 3, "padding": "same"},
    {"size": 4, "strides": 1},
]


@pytest.mark.parametrize("arguments", CASES)
def test_drawn_numbers_are_those_of_keras(arguments):
    picture = Strides(**arguments)
    image = ink(picture.index, picture.size)
    some = counted(image, picture.kernel_size, picture.strides, picture.padding)
    every = counted(image, picture.kernel_size, 1, picture.padding)
    for phone in (False, True):
        drawn = numbers(picture, phone)
        assert drawn[-every.size - some.size :] == [*some.flatten(), *every.flatten()]
        # Those under the window; on a phone the cells of many large inputs are too small for them.
        seen = np.reshape(drawn[: -every.size - some.size], (some.size, -1))
        assert seen.shape[1] == picture.kernel_size**2 or (phone and picture.size == 8 and not seen.size)
        assert not seen.size or seen.sum(axis=1).tolist() == some.flatten().tolist()
        words = " ".join(texts(picture, phone))
        assert f"output {len(some)}×{len(some)} strides {picture.strides}" in words


@pytest.mark.parametrize("arguments", CASES)
def test_framed_numbers_are_the_output(arguments):
    run = Strides(**arguments).result
    assert (run.every.output[np.ix_(run.kept, run.kept)] == run.slide.output).all()


def test_uneven_padding_moves_the_windows():
    facts = Strides(size=6, padding="same").facts
    assert (facts["before"], facts["after"], facts["output"]) == ("0", "1", "3×3")
    assert Strides(size=6, padding="same").result.kept == (1, 3, 5)
    assert Strides(size=5, padding="same").result.kept == (0, 2, 4)


@pytest.mark.parametrize("index", [0, 7, 9_999])
def test_ink_is_a_part_of_the_digit(index):
    digit = mnist().x_test[index] >= 128
    parts = np.lib.stride_tricks.sliding_window_view(digit, (5, 5)).reshape(-1, 25)
    assert (parts == ink(index, 5).flatten()).all(axis=1).any()
    assert len(np.unique(counted(ink(index, 5), 3))) >= 4


@pytest.mark.parametrize("size", [2, 29])
def test_part_larger_than_the_digit_is_refused(size):
    with pytest.raises(ValueError, match=f"size: expected 3 to 28, got {size}"):
        ink(0, size)


def test_more_places_than_there_is_room_for_are_refused():
    with pytest.raises(ParameterError, match=r"^strides: expected a whole number from 2 to 4, got 1$"):
        Strides(size=8, strides=1)
