"""Maps move with the digit just as far as the pictures say, measured again without the project's own shifting."""

import numpy as np
import pytest
from lxml import html
from svg_numbers import number, texts

from cnnfigs.data import mnist
from cnnfigs.illustrations.filters.equivariance import Equivariance, ShiftTable
from cnnfigs.images import shifted
from cnnfigs.models.backend import load_keras
from cnnfigs.models.weights import load


@pytest.fixture(scope="module")
def model():
    return load("convnet")


def digits(*indices):
    return mnist().x_test[list(indices)].astype(np.float32)[..., None] / 255


@pytest.mark.parametrize(("rows", "columns", "n", "index"), [(2, 4, 31, 4), (0, 1, 3, 4), (3, 0, 22, 4), (0, 0, 0, 0)])
def test_first_layer_moves_exactly_with_the_digit(model, rows, columns, n, index):
    picture = Equivariance(rows, columns, n, index)
    image = digits(index)
    # Rolling is moving, as the rows and columns that come round are paper in this digit.
    before, after = (np.asarray(model.layers[0](each)) for each in (image, np.roll(image, (rows, columns), (1, 2))))
    moved = before[0, : 26 - rows, : 26 - columns]
    np.testing.assert_array_equal(moved, after[0, rows:, columns:])
    assert "largest: 0" in texts(picture)
    assert "largest: 0" in texts(picture, phone=True)
    run = picture.result
    np.testing.assert_array_equal(run.difference, np.zeros((26 - rows, 26 - columns)))
    np.testing.assert_allclose(run.moved_map, after[0, ..., n], atol=1e-6)
    assert picture.facts["compared"] == f"{26 - rows}×{26 - columns}"


def test_the_difference_is_seen_where_there_is_one(model):
    """The comparison can fail: a layer whose weights are not shared does not follow the digit."""
    keras = load_keras()
    keras.utils.set_random_seed(1)
    image = digits(4)
    dense = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(26 * 26), keras.layers.Reshape((26, 26))])
    before, after = np.asarray(dense(image))[0], np.asarray(dense(shifted(image, 2, 4)))[0]
    assert np.abs(before[:-2, :-4] - after[2:, 4:]).max() > 0.1


def test_table_says_which_layers_follow_which_shift(model):
    keras = load_keras()
    rows = html.fragment_fromstring(ShiftTable().to_html()).findall(".//table[@class='cnn-table']/tbody/tr")
    written = {row[0].text_content(): [cell.text_content() for cell in row[1:]] for row in rows}
    image = digits(4)
    names = ("convolution 1", "max pooling 1", "convolution 2", "max pooling 2", "convolution 3")
    for name, layer in zip(names, model.layers, strict=False):
        reader = keras.Model(model.inputs, layer.output)
        step = {26: 1, 13: 2, 11: 2, 5: 4, 3: 4}[layer.output.shape[1]]
        before = np.asarray(reader(image))[0]
        for shift, cell in zip((1, 2, 3, 4), written[name], strict=True):
            after = np.asarray(reader(np.roll(image, shift, axis=2)))[0]
            result = []
            for cells in {shift // step, -(-shift // step)}:
                width = before.shape[1] - cells
                result.append(np.abs(before[:, :width] - after[:, cells:]).max() / before.max())
            assert number(cell.removesuffix("\N{NO-BREAK SPACE}%")) == pytest.approx(100 * min(result), abs=0.51)
            assert (cell == "0\N{NO-BREAK SPACE}%") == (shift % step == 0)


def test_errors_are_counted_on_whole_digits(model):
    picture = ShiftTable(images=300)
    images, labels = digits(*range(300)), mnist().y_test[:300]
    whole = images[:, :, 24:].sum(axis=(1, 2, 3)) == 0
    images, labels = images[whole], labels[whole]
    assert picture.facts["images"] == str(len(images))
    rows = html.fragment_fromstring(picture.to_html()).findall(".//table[@class='cnn-table']/tbody/tr")
    counted = [int(cell.text_content()) for cell in rows[-1][1:]]
    expected = [
        int((np.asarray(model(np.roll(images, shift, axis=2))).argmax(axis=1) != labels).sum())
        for shift in (1, 2, 3, 4)
    ]
    assert counted == expected
    assert picture.facts["errors 4"] == str(expected[-1])
