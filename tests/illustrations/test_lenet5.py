"""The pictures of LeNet-5 against Keras called anew."""

import keras
import numpy as np
import pytest
from lxml import html
from svg_numbers import texts

from cnnfigs.data import mnist
from cnnfigs.illustrations.lenet5 import ConnectionTable, LeNet5, LeNet5Codes, LeNet5Table
from cnnfigs.models.lenet5 import bitmaps
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import load
from cnnfigs.runs.lenet5 import lenet5_codes


@pytest.fixture(scope="module")
def model():
    return load("lenet5")


@pytest.mark.parametrize("index", [4, 18])
def test_architecture_shows_what_the_network_computes(model, index):
    picture = LeNet5(index)
    image = as_input(mnist().x_test[index : index + 1])
    for name in ("C1", "S2", "C3", "S4", "C5", "F6", "softmax"):
        reader = keras.Model(model.inputs, model.get_layer(name).output)
        expected = np.asarray(reader([image]))[0]
        np.testing.assert_allclose(picture.result.outputs[name], expected, atol=1e-4)
    answer = model.predict(image, verbose=0)[0]
    assert picture.facts["answer"].endswith(str(answer.argmax()))
    drawn = texts(picture)
    assert [
        text for text in drawn if text in {"120", "84"} or (text.count("×") == 1 and text not in {"5×5", "2×2"})
    ] == ["32×32", "6@28×28", "6@14×14", "16@10×10", "16@5×5", "120", "84"]


@pytest.mark.parametrize("which", [0, 7])
def test_codes_and_distances_are_those_of_the_network(model, which):
    labels = mnist().y_test
    images = as_input(mnist().x_test[[np.flatnonzero(labels == digit)[which] for digit in range(10)]])
    codes = keras.Model(model.inputs, model.get_layer("F6").output).predict(images, verbose=0)
    distances = ((codes[:, None] - bitmaps().reshape(1, 10, 84)) ** 2).sum(axis=2)
    picture = LeNet5Codes(which)
    np.testing.assert_allclose(picture.result.codes.reshape(10, 84), codes, atol=1e-4)
    drawn = [text for text in texts(picture) if text.replace(".", "").isdigit()]
    assert drawn[::2] == [str(answer) for answer in distances.argmin(axis=1)]
    np.testing.assert_allclose(np.array(drawn[1::2], dtype=float), distances.min(axis=1), atol=0.051)


def test_codes_beyond_the_rarest_digit_are_refused():
    assert np.bincount(mnist().y_test).min() == 892
    with pytest.raises(ValueError, match="which is 892: accepted is a whole number from 0 to 891"):
        LeNet5Codes(892)
    with pytest.raises(ValueError, match="which is -1: accepted is a whole number from 0 to 891"):
        lenet5_codes(-1)


def test_connection_table_marks_every_slice_that_is_not_zero(model):
    kernel = np.asarray(model.get_layer("C3").kernel)
    connected = (np.abs(kernel).max(axis=(0, 1)) > 0).astype(int)
    drawn = texts(ConnectionTable())
    assert drawn.count("×") == connected.sum() == 60
    counts = drawn[drawn.index("0", drawn.index("5")) :]
    assert [int(text) for text in counts if text.isdigit()][1::2] == connected.sum(axis=0).tolist()
    assert ConnectionTable().facts["full parameters"] == f"{5 * 5 * 6 * 16 + 16:,}"


def test_table_gives_the_papers_numbers():
    """Section II.B: parameters and connections of each layer, and 340,908 connections in all."""
    rows = [[cell.text or "" for cell in row] for row in html.fragment_fromstring(LeNet5Table().to_html()).iter("tr")]
    counted = {row[0]: (row[-2], row[-1]) for row in rows[1:]}
    assert counted == {
        "C1": ("156", "122,304"),
        "S2": ("12", "5,880"),
        "C3": ("1,516", "151,600"),
        "S4": ("32", "2,000"),
        "C5": ("48,120", "48,120"),
        "F6": ("10,164", "10,164"),
        "output": ("0", "840"),
        "All": ("60,000", "340,908"),
    }
    for layer in LeNet5Table().result.layers:
        assert layer.derivation.total == layer.parameters
        product = layer.derivation.product.replace(",", "").replace("·", "*")
        assert eval(product or "0") == layer.parameters
