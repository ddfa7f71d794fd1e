"""A dense layer, against Keras called anew and against plain NumPy."""

import keras
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from svg_numbers import number, numbers, texts

from cnnfigs.data import mnist
from cnnfigs.drawing.style import style
from cnnfigs.drawing.widths import PHONE, WIDTH
from cnnfigs.errors import ParameterError
from cnnfigs.illustrations.dense_and_loss.dense_layer import SHOWN, DenseLayer, DenseUnit, Relu
from cnnfigs.models.networks import build
from cnnfigs.models.training import RECIPE, as_input
from cnnfigs.models.weights import load


def read(network, index):
    """What goes into ReLU and what comes out, for all units, from a network cut open in another way."""
    model = load(network)
    image = as_input(mnist().x_test[index : index + 1])
    opened = keras.models.clone_model(model)
    opened.set_weights(model.get_weights())
    opened.get_layer("dense_1").activation = keras.activations.linear
    cut = keras.Model(opened.inputs, opened.get_layer("dense_1").output)
    before = np.asarray(cut([image]))[0]
    after = np.asarray(keras.Model(model.inputs, model.get_layer("dense_1").output)([image]))[0]
    return before, after


@pytest.mark.parametrize(("index", "unit", "network"), [(18, 374, "dense_512"), (3, 25, "dense_131")])
def test_sum_of_a_unit_is_that_of_keras(index, unit, network):
    picture = DenseUnit(index, unit, network)
    terms, words = texts(picture)[-2:]
    total, bias = (number(term) for term in terms.removeprefix("sum of the products ").split(", bias "))
    together = number(words.removeprefix("together "))
    kernel, biases = load(network).get_layer("dense_1").get_weights()
    pixels = (mnist().x_test[index] / 255).ravel()
    assert total == pytest.approx(pixels @ kernel[:, unit].astype(float), abs=6e-4)
    assert bias == pytest.approx(biases[unit], abs=6e-4)
    before, after = read(network, index)
    assert together == pytest.approx(before[unit], abs=6e-4)
    assert picture.result.output == pytest.approx(after[unit], abs=1e-5)


def test_printed_terms_add_up():
    """Rounding must not make a wrong sum of a right one."""
    facts = DenseUnit().facts
    assert number(facts["sum"]) + number(facts["bias"]) == pytest.approx(number(facts["total"]), abs=1e-9)


def test_weights_where_no_image_has_ink_are_those_of_the_start():
    """What the page says of them is true: the pixels are counted, and training did not move their weights."""
    keras.utils.set_random_seed(RECIPE.seed)
    start = build("dense_512").get_layer("dense_1").get_weights()[0]
    end = load("dense_512").get_layer("dense_1").get_weights()[0]
    blank = ~mnist().x_train[: -RECIPE.validation_images].any(axis=0).ravel()
    assert DenseUnit().facts["never inked"] == str(blank.sum())
    np.testing.assert_array_equal(start[blank], end[blank])
    assert (start[~blank] != end[~blank]).any()


@pytest.mark.parametrize("network", ["dense_512", "dense_131"])
def test_sums_of_the_layer_are_those_of_keras(network):
    picture = DenseLayer(18, network)
    before, _ = read(network, 18)
    assert numbers(picture) == pytest.approx(before[:SHOWN].tolist(), abs=6e-3)


def test_parameters_of_the_layer_are_those_that_keras_counts():
    layer = build("dense_512").get_layer("dense_1")
    assert DenseLayer().facts["parameters"] == f"784·512 + 512 = {layer.count_params():,}"


def test_relu_tells_how_many_units_fall_silent():
    picture = Relu()
    before, after = read("dense_512", 18)
    words = texts(picture)
    assert f"{(before <= 0).sum()} of 512 units:" in words
    assert f"{(after > 0).sum()} units:" in words
    np.testing.assert_allclose(picture.result.outputs, after, atol=1e-5)
    np.testing.assert_allclose(picture.result.pre_activations, before, atol=1e-5)
    np.testing.assert_array_equal(np.maximum(picture.result.pre_activations, 0), picture.result.outputs)


@pytest.mark.parametrize("width", [WIDTH, PHONE])
def test_what_relu_is_said_to_do_stands_where_it_does_it(width):
    """What is said of sums below zero stands left of zero, what is said of others right of it."""
    figure = Relu().drawn(width)
    with style():
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
    _, axes = figure.axes
    said = {True: [], False: []}
    for text in axes.texts:
        ends = axes.transData.inverted().transform(text.get_window_extent(canvas.get_renderer()))[:, 0]
        assert max(ends) < 0 or min(ends) > 0, text.get_text()
        said[max(ends) < 0].append(text.get_text())
    assert " ".join(said[True]) == f"{Relu().facts['zeros']} of 512 units: sum below zero, output 0"
    assert " ".join(said[False]) == f"{Relu().facts['positive']} units: the sum goes on as it is"


def test_units_are_those_of_the_network_asked_for():
    with pytest.raises(ParameterError, match=r"^unit: expected a whole number from 0 to 130, got 131$"):
        DenseUnit(unit=131, network="dense_131")
