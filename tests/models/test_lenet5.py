"""LeNet-5 is the paper's: its counts, its table, its squashing, its sub-sampling, its distances, its loss."""

import keras
import numpy as np
import pytest
from scipy.signal import correlate2d

from cnnfigs.arithmetic.reference import average_pooling
from cnnfigs.data import mnist
from cnnfigs.models.lenet5 import BOUND, CONNECTIONS, bitmaps, lenet5_layers
from cnnfigs.models.networks import build
from cnnfigs.models.records import layer_records
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import load

#: Section II.B of the paper, in order.
PAPER = {"C1": 156, "S2": 12, "C3": 1_516, "S4": 32, "C5": 48_120, "F6": 10_164}
SHAPES = {"C1": (28, 28, 6), "S2": (14, 14, 6), "C3": (10, 10, 16), "S4": (5, 5, 16), "C5": (1, 1, 120), "F6": (84,)}

#: Table I of the paper, as printed: a row for each map of S2, a column for each of C3.
TABLE = """
X...XXX..XXXX.XX
XX...XXX..XXXX.X
XXX...XXX..X.XXX
.XXX..XXXX..X.XX
..XXX..XXXX.XX.X
...XXX..XXXX.XXX
"""


@pytest.fixture(scope="module")
def trained():
    return load("lenet5")


@pytest.fixture(scope="module")
def outputs(trained):
    """Name of a layer to its input and output for three digits."""
    images = as_input(mnist().x_test[:3])
    layers = trained.layers
    made = keras.Model(trained.inputs, [layer.output for layer in layers])([images])
    arrays = [images, *map(np.asarray, made)]
    return {layer.name: (arrays[place], arrays[place + 1]) for place, layer in enumerate(layers)}


def squash(sums):
    return 1.7159 * np.tanh(2 / 3 * sums)


def test_trainable_parameters_are_the_papers():
    model = build("lenet5")
    found = {layer.name: layer.count_params() for layer in model.layers if layer.count_params()}
    assert found == PAPER
    assert sum(PAPER.values()) == 60_000
    assert sum(np.prod(weight.shape) for weight in model.trainable_weights) == 60_000
    assert not model.non_trainable_weights


def test_shapes_are_the_papers():
    records = {record.name: record for record in layer_records(build("lenet5"))}
    assert {name: records[name].output_shape for name in SHAPES} == SHAPES
    assert records["rescaling"].output_shape == (32, 32, 1)
    assert [records[name].kernel_size for name in ("C1", "S2", "C3", "S4", "C5")] == [
        (5, 5),
        (2, 2),
        (5, 5),
        (2, 2),
        (5, 5),
    ]


def test_input_is_padded_paper_and_ink(outputs):
    images, _ = outputs["padding"]
    read = outputs["rescaling"][1]
    assert read.shape == (3, 32, 32, 1)
    assert read.min() == pytest.approx(-0.1)
    assert read.max() == pytest.approx(1.175, abs=0.01)
    np.testing.assert_allclose(read[:, 2:-2, 2:-2], images * 1.275 - 0.1, atol=1e-6)
    assert np.ptp(read[:, :2]) == 0


def test_connections_are_table_one(trained):
    printed = np.array([[cell == "X" for cell in row] for row in TABLE.split()])
    assert {(row, column) for column, maps in enumerate(CONNECTIONS) for row in maps} == set(
        map(tuple, np.argwhere(printed))
    )
    kernel = np.asarray(trained.get_layer("C3").kernel)
    assert kernel.shape == (5, 5, 6, 16)
    assert not kernel[:, :, ~printed].any()
    assert (np.abs(kernel[:, :, printed]).max(axis=(0, 1)) > 0).all()


def test_partial_convolution_is_a_sum_over_connected_maps(trained, outputs):
    layer = trained.get_layer("C3")
    maps, made = outputs["C3"]
    kernel, bias = np.asarray(layer.kernel), np.asarray(layer.bias)
    for number in (0, 7, 15):
        total = sum(correlate2d(maps[0, ..., each], kernel[..., each, number], "valid") for each in CONNECTIONS[number])
        np.testing.assert_allclose(made[0, ..., number], squash(total + bias[number]), atol=1e-4)


@pytest.mark.parametrize("name", ["S2", "S4"])
def test_subsampling_is_a_learned_multiple_of_the_sum(trained, outputs, name):
    coefficient, bias = trained.get_layer(name).get_weights()
    maps, made = outputs[name]
    sums = 4 * average_pooling(maps[0], 2, 2)
    np.testing.assert_allclose(made[0], squash(coefficient * sums + bias), atol=1e-4)
    assert coefficient.shape == bias.shape == (maps.shape[-1],)


def test_scaled_tanh_keeps_one_and_minus_one():
    scaled_tanh = lenet5_layers().scaled_tanh
    values = np.array([-10.0, -1.0, 0.0, 1.0, 10.0])
    np.testing.assert_allclose(np.asarray(scaled_tanh(values)), squash(values), rtol=1e-6)
    assert float(scaled_tanh(1.0)) == pytest.approx(1, abs=1e-4)


def test_output_is_the_squared_distance_to_each_bitmap(outputs):
    codes, penalties = outputs["output"]
    centers = bitmaps().reshape(10, 84)
    for image, digit in np.ndindex(3, 10):
        assert penalties[image, digit] == pytest.approx(((codes[image] - centers[digit]) ** 2).sum(), rel=1e-4)
    assert (outputs["softmax"][1].argmax(axis=1) == penalties.argmin(axis=1)).all()


def test_bitmaps_are_ten_different_ones_of_plus_and_minus_one():
    centers = bitmaps()
    assert centers.shape == (10, 12, 7)
    assert set(np.unique(centers)) == {-1, 1}
    distances = ((centers[:, None] - centers[None]) ** 2).sum(axis=(2, 3))
    assert distances[~np.eye(10, dtype=bool)].min() >= 30


def test_loss_is_equation_nine():
    """The mean over images of the right digit's penalty and log(exp(-j) + sum of exp(-penalties))."""
    keras.utils.set_random_seed(3)
    model = build("lenet5")
    model.compile(loss="sparse_categorical_crossentropy")
    images, labels = as_input(mnist().x_test[:64]), mnist().y_test[:64].astype(int)
    # Weights so that some penalties are below the bound's reach and others far above.
    trained = load("lenet5")
    for share in (0.0, 1.0):
        model.set_weights(
            [
                (1 - share) * one + share * other
                for one, other in zip(model.get_weights(), trained.get_weights(), strict=True)
            ]
        )
        penalties = keras.Model(model.inputs, model.get_layer("output").output).predict(images, verbose=0).astype(float)
        right = penalties[np.arange(64), labels]
        expected = right + np.log(np.exp(-BOUND) + np.exp(-penalties).sum(axis=1))
        assert model.evaluate(images, labels, verbose=0) == pytest.approx(expected.mean(), rel=1e-3)


def test_first_weights_are_within_the_papers_range():
    keras.utils.set_random_seed(1)
    model = build("lenet5")
    for name, read in (("C1", 25), ("C5", 400), ("F6", 120)):
        kernel = model.get_layer(name).get_weights()[0]
        assert 0.9 * 2.4 / read < np.abs(kernel).max() <= 2.4 / read
    for name in ("S2", "S4"):
        assert np.abs(model.get_layer(name).get_weights()[0]).max() <= 2.4 / 4
    kernel = np.abs(np.asarray(model.get_layer("C3").kernel)).max(axis=(0, 1, 2))
    for number, maps in enumerate(CONNECTIONS):
        assert 0.8 * 2.4 / (25 * len(maps)) < kernel[number] <= 2.4 / (25 * len(maps)) + 1e-7


def test_saved_model_is_found_again(tmp_path, trained):
    trained.save(tmp_path / "lenet5.keras")
    again = keras.models.load_model(tmp_path / "lenet5.keras")
    images = as_input(mnist().x_test[:5])
    np.testing.assert_array_equal(again.predict(images, verbose=0), trained.predict(images, verbose=0))
