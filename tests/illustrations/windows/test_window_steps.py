"""Each product and each sum in the picture of the sliding window is what Keras and plain multiplication give."""

import keras
import numpy as np
import pytest
from svg_numbers import number, numbers, texts

from cnnfigs.data import mnist
from cnnfigs.errors import ParameterError
from cnnfigs.illustrations.windows.window_steps import WindowSteps


def expected(kernel_size, index=4, row=13, column=14, size=7):
    crop = (mnist().x_test[index, row : row + size, column : column + size] / 255).round(1)
    middle = (kernel_size - 1) / 2
    kernel = np.array([[(c > middle) * 1.0 - (c < middle) for c in range(kernel_size)]] * kernel_size)
    maps = keras.ops.conv(crop[None, ..., None], kernel[..., None, None], padding="valid")
    return crop, kernel, np.asarray(maps)[0, ..., 0]


@pytest.mark.parametrize(
    "parameters",
    [
        {"kernel_size": 3},
        {"kernel_size": 5, "steps": 2},
        {"kernel_size": 2, "size": 4, "index": 0, "row": 8, "column": 10},
        {"kernel_size": 4, "size": 5, "steps": 1},
    ],
)
def test_every_number_is_right(parameters):
    steps = parameters.get("steps", 4)
    crop, kernel, maps = expected(**{name: value for name, value in parameters.items() if name != "steps"})
    places = [divmod(step, maps.shape[1]) for step in [*range(steps - 1), maps.size - 1]]
    cells, products, sums = [*kernel.ravel()], [], []
    for row, column in places:
        patch = crop[row : row + len(kernel), column : column + len(kernel)]
        cells += [*crop.ravel(), *maps.ravel()[: row * maps.shape[1] + column + 1]]
        products += [*zip(patch.ravel(), kernel.ravel(), strict=True)]
        sums.append(maps[row, column])

    picture = WindowSteps(**parameters)
    for phone in (False, True):
        written = texts(picture, phone)
        assert sorted(numbers(picture, phone)) == pytest.approx(sorted(cells), abs=1e-9)
        drawn = [text.split("·") for text in written if "·" in text and text != "pixel · weight"]
        np.testing.assert_allclose([(number(a), number(b.strip("()"))) for a, b in drawn], products, atol=1e-9)
        words = [number(text.removeprefix("add up: ")) for text in written if text.startswith("add up: ")]
        assert words == pytest.approx(sums, abs=1e-9)
    # What is spelled out adds up.
    area = kernel.size
    for step, value in enumerate(words):
        terms = products[step * area : (step + 1) * area]
        assert sum(pixel * weight for pixel, weight in terms) == pytest.approx(value)


def test_description_holds_the_whole_map():
    tables = {each.title: each.texts for each in WindowSteps().told.numbers}
    for title, values in zip(("The input", "The weights", "The whole map"), expected(3), strict=True):
        np.testing.assert_allclose([[number(text) for text in line] for line in tables[title]], values, atol=1e-9)


@pytest.mark.parametrize(("field", "value"), [("row", 22), ("column", 22)])
def test_crop_that_leaves_the_image_is_refused(field, value):
    with pytest.raises(ParameterError, match=f"^{field}: expected a whole number from 0 to 21, got {value}$"):
        WindowSteps(**{field: value})


def test_kernel_larger_than_the_crop_is_refused():
    with pytest.raises(ParameterError, match=r"^size: expected a whole number from 5 to 7, got 4$"):
        WindowSteps(kernel_size=5, size=4)
