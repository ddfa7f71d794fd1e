"""What stands in the pictures of feature maps is what the trained network's first layer holds and returns."""

import numpy as np
import pytest
from svg_numbers import number, numbers, texts

from cnnfigs.data import cat_photo, mnist
from cnnfigs.drawing.widths import PHONE, WIDTH
from cnnfigs.illustrations.filters.response_map import AllMaps, Channels, ResponseMap
from cnnfigs.models.weights import load


@pytest.fixture(scope="module")
def layer():
    return load("convnet").layers[0]


def first_maps(layer, index):
    image = mnist().x_test[index].astype(np.float32)[None, ..., None] / 255
    return image[0], np.asarray(layer(image))[0]


@pytest.mark.parametrize(("n", "index"), [(31, 4), (0, 0), (21, 7), (25, 4)])
def test_response_map_writes_what_the_layer_holds_and_returns(layer, n, index):
    picture = ResponseMap(n, index)
    kernel, bias = layer.get_weights()
    image, maps = first_maps(layer, index)
    answers = maps[:, :, n]

    written = texts(picture)
    np.testing.assert_allclose(numbers(picture), kernel[:, :, 0, n].ravel(), atol=0.005)
    (words,) = (text for text in written if text.startswith("bias "))
    assert number(words.removeprefix("bias ").removesuffix(", then ReLU")) == pytest.approx(bias[n], abs=0.0005)
    row, column = np.unravel_index(answers.argmax(), answers.shape)
    (words,) = (text for text in written if text.startswith("strongest: "))
    value, place = words.removeprefix("strongest: ").split(" at ")
    assert number(value) == pytest.approx(answers.max(), abs=0.005)
    assert place == f"row {row}, column {column}"
    assert "28×28×1" in written
    assert f"26×26: maps[:, :, {n}]" in written
    assert f"filter {n}" in written
    np.testing.assert_allclose(picture.result.response_map, answers, atol=1e-6)

    # The number can be worked out from the window that is drawn on the digit.
    window = image[row : row + 3, column : column + 3, 0]
    assert max(0, (window * kernel[:, :, 0, n]).sum() + bias[n]) == pytest.approx(answers.max(), abs=1e-5)
    assert picture.facts["zeros"] == str((answers == 0).sum())


@pytest.mark.parametrize("index", [4, 0])
def test_all_maps_are_those_of_the_layer_in_order(layer, index):
    picture = AllMaps(index)
    _, maps = first_maps(layer, index)
    assert numbers(picture) == list(range(32))
    np.testing.assert_allclose(picture.result.maps, maps, atol=1e-6)
    assert picture.facts["strongest"] == str(maps.max(axis=(0, 1)).argmax())
    assert picture.facts["not zero on paper"] == str((layer.get_weights()[1] > 0).sum())


def test_channels_are_counted_as_the_arrays_have_them(layer):
    picture = Channels()
    image, maps = first_maps(layer, 4)
    written = texts(picture)
    for array in (image, picture.result.colour, maps):
        count = array.shape[-1]
        assert f"{'×'.join(map(str, array.shape))}: {count} channel{'s' if count > 1 else ''}" in written
    face = picture.result.colour
    np.testing.assert_allclose(face[3, 7], cat_photo()[30:40, 155:165].mean(axis=(0, 1)) / 255, atol=1e-6)


@pytest.mark.parametrize("width", [WIDTH, PHONE])
def test_the_place_on_the_map_is_told_under_the_map(width):
    """A row and column of the map, below its heading, which comes after that of the input."""
    places = {text.get_text().split(":")[0]: text.get_position() for text in ResponseMap().drawn(width).axes[0].texts}
    assert places["strongest"][0] == places["feature map"][0]
    assert places["strongest"][1] > places["feature map"][1]
    assert sum(places["feature map"]) > sum(places["input"])
