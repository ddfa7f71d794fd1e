"""A filter of three slices: the sums, the bias and the map are what Keras returns."""

import keras
import numpy as np
import pytest
from color_numbers import KERNEL, small_photo
from svg_numbers import numbers

from cnnfigs.illustrations.filters.color_filter import ColorFilter


@pytest.mark.parametrize("phone", [False, True])
@pytest.mark.parametrize(("row", "column"), [(21, 24), (0, 0), (25, 40)])
def test_every_number_is_right(row, column, phone):
    crop = small_photo()[row : row + 5, column : column + 5]
    maps = np.asarray(keras.ops.conv(crop[None], KERNEL[..., None], padding="valid"))[0, ..., 0] - 1
    by_channel = [
        np.asarray(keras.ops.conv(crop[None, ..., [c]], KERNEL[:, :, [c], None], padding="valid"))[0, 1, 1, 0]
        for c in range(3)
    ]
    # Each sum stands twice: beside its slice and in the addition.
    cells = [*crop.ravel(), *KERNEL.ravel(), *by_channel, *by_channel, -1, maps[1, 1], *maps.ravel()]
    picture = ColorFilter(row, column)
    # Sums of five tenths and the like may be a rounding of binary fractions away from a tenth.
    assert sorted(numbers(picture, phone)) == pytest.approx(sorted(cells), abs=1e-9)
    assert sum(by_channel) - 1 == pytest.approx(maps[1, 1])


def test_map_of_the_photo_is_that_of_a_layer_with_relu():
    layer = keras.layers.Conv2D(1, 3, activation="relu", dtype="float64")
    layer.build((None, 30, 45, 3))
    layer.set_weights([KERNEL[..., None], np.array([-1.0])])
    response = np.asarray(layer(small_photo()[None]))[0, ..., 0]
    picture = ColorFilter()
    np.testing.assert_allclose(picture.result.response, response, atol=1e-9)
    assert int(picture.facts["positive"]) == (picture.result.response > 0).sum()
    assert picture.facts["parameters"] == str(layer.count_params())
