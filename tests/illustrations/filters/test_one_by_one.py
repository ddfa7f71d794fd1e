"""A 1×1 convolution is the same weighted sum of the channels at every pixel."""

import keras
import numpy as np
import pytest
from PIL import Image
from svg_numbers import number, numbers, texts

from cnnfigs.data import cat_photo
from cnnfigs.illustrations.filters.one_by_one import OneByOne

WEIGHTS = np.array([[0.299, 0.587, 0.114], [1.0, -1.0, 0.0]])


def small_photo():
    photo = cat_photo()[:300, :450].astype(np.float64) / 255
    return photo.reshape(60, 5, 90, 5, 3).mean(axis=(1, 3)).round(2)


@pytest.mark.parametrize(("row", "column"), [(47, 52), (0, 0), (59, 89)])
def test_every_number_is_right(row, column):
    pixel = small_photo()[row, column]
    picture = OneByOne(row, column)
    cells = [value for weights in WEIGHTS for pair in zip(pixel, weights, strict=True) for value in pair]
    for phone in (False, True):
        assert numbers(picture, phone) == pytest.approx(cells)
        sums = [text.removeprefix("add up: ") for text in texts(picture, phone) if text.startswith("add up: ")]
        assert [*map(number, sums)] == pytest.approx(WEIGHTS @ pixel, abs=0.005)


def test_maps_are_those_of_keras():
    maps = keras.ops.conv(small_photo()[None], WEIGHTS.T[None, None], padding="valid")
    np.testing.assert_allclose(OneByOne().result.maps, np.asarray(maps)[0], atol=1e-12)


def test_brightness_is_what_others_call_grey():
    """Pillow turns colour into grey with the same weights."""
    photo = (OneByOne().result.photo * 255).round().astype(np.uint8)
    grey = np.asarray(Image.fromarray(photo).convert("L")) / 255
    np.testing.assert_allclose(OneByOne().result.maps[..., 0], grey, atol=2 / 255)


def test_brightness_weights_add_up_to_one():
    assert OneByOne().result.kernel[..., 0].sum() == pytest.approx(1)
