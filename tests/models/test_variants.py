"""The experiments' own networks have the sizes and fields that the experiments speak of, and do what they say."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from cnnfigs.arithmetic import multiply_adds
from cnnfigs.arithmetic.receptive import receptive_field
from cnnfigs.models.networks import NETWORKS, build
from cnnfigs.models.records import layer_records
from cnnfigs.models.variants import PADDING, PEEPHOLES, TRAINABLE, WINDOWS, on_canvas, own_layers, peephole

CONVOLUTIONS = (3 * 3 * 1 * 32 + 32) + (3 * 3 * 32 * 64 + 64) + (3 * 3 * 64 * 128 + 128)
#: Parameters and side of the field of the units before the answer.
SIZES = {
    "convnet": (104_202, 18),
    "convnet_mean_pooling": (104_202, 18),
    "convnet_pick_one": (104_202, 18),
    "convnet_strided": (113_162, 15),
    "convnet_global_average": (CONVOLUTIONS + 128 * 10 + 10, 18),
    "convnet_global_max_padded": (CONVOLUTIONS + 128 * 10 + 10, 18),
}


@pytest.mark.parametrize(("name", "parameters", "field"), [(name, *sizes) for name, sizes in SIZES.items()])
def test_parameters_and_fields(name, parameters, field):
    model = TRAINABLE[name]()
    assert model.count_params() == parameters
    # Which of four a unit passes on changes nothing about which four it sees.
    layers = [
        replace(layer, class_name=layer.class_name.replace("PickOne", "MaxPooling2D")) for layer in layer_records(model)
    ]
    assert receptive_field(layers, "conv2d_3").size == (field, field)


def test_one_of_four_costs_what_their_maximum_costs():
    costs = [
        [multiply_adds(layer) for layer in layer_records(TRAINABLE[f"convnet{name}"]())] for name in ("", "_pick_one")
    ]
    assert costs[0] == costs[1]


@pytest.mark.parametrize("size", WINDOWS)
def test_holes_have_the_field_of_their_window(size):
    for name in (f"peephole_{size}", f"peephole_{size}_inked"):
        model = PEEPHOLES[name]()
        assert model.name == name
        assert model.count_params() == (size * size * 64 + 64) + (64 * 10 + 10)


def test_all_answer_with_ten_probabilities_and_the_tutorials_networks_are_among_them():
    assert TRAINABLE.items() >= NETWORKS.items()
    noise = np.random.default_rng(1).random((3, 28, 28, 1), dtype=np.float32)
    for name in TRAINABLE.keys() - NETWORKS.keys():
        model = TRAINABLE[name]()
        assert model.name == name
        answers = np.asarray(model(noise))
        assert answers.shape == (3, 10)
        np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("side", [4, 5, 11])
def test_one_of_each_two_by_two_is_passed_on(side):
    maps = np.random.default_rng(1).random((2, side, side, 8), dtype=np.float32)
    picked = np.asarray(own_layers().PickOne()(maps))
    assert picked.shape == keras.layers.MaxPooling2D(2)(maps).shape
    for number in range(8):
        row, column = divmod(number % 4, 2)
        even = side // 2 * 2
        np.testing.assert_array_equal(picked[..., number], maps[:, row:even:2, column:even:2, number])


def windows_of(image, size):
    return np.lib.stride_tricks.sliding_window_view(image, (size, size)).reshape(-1, size * size)


@pytest.mark.parametrize("blank_windows", [True, False])
@pytest.mark.parametrize("size", [3, 11])
def test_the_mean_of_the_windows_votes_decides(size, blank_windows):
    """Window by window in NumPy: the votes come first there, the mean comes first in the network."""
    model = peephole(size, blank_windows)
    random = np.random.default_rng(1)
    model.set_weights([random.normal(0, 0.3, each.shape) for each in model.get_weights()])
    image = np.zeros((28, 28), dtype=np.float32)
    image[5:20, 10:22] = random.random((15, 12)) * (random.random((15, 12)) < 0.4)
    kernel, bias, weights, last_bias = (array.astype(np.float64) for array in model.get_weights())
    windows = windows_of(image, size).astype(np.float64)
    if not blank_windows:
        windows = windows[windows.any(axis=1)]
    votes = np.maximum(windows @ kernel.reshape(size * size, -1) + bias, 0) @ weights + last_bias
    expected = np.exp(votes.mean(axis=0))
    answer = np.asarray(model(image[np.newaxis, ..., np.newaxis]))[0]
    np.testing.assert_allclose(answer, expected / expected.sum(), rtol=1e-4)


def test_a_blank_image_has_no_inked_window_and_gets_an_answer_all_the_same():
    answer = np.asarray(peephole(7, blank_windows=False)(np.zeros((1, 28, 28, 1), dtype=np.float32)))
    np.testing.assert_allclose(answer, 0.1, rtol=1e-5)


def test_on_a_canvas_the_layers_are_the_same_and_the_weights_others():
    model = on_canvas(build("convnet"), 44)
    assert model.input_shape == (None, 44, 44, 1)
    assert [layer.name for layer in model.layers] == [layer.name for layer in build("convnet").layers]
    # 44, 42, 21, 19, 9, 7.
    assert model.count_params() == CONVOLUTIONS + 7 * 7 * 128 * 10 + 10


def test_with_padding_no_unit_that_sees_the_digit_is_lost():
    """On the canvas of 44 and with shifts by multiples of 4 the answer stays, exactly; with others it need not."""
    model = on_canvas(TRAINABLE["convnet_global_max_padded"](), 44)
    assert PADDING >= 18 - 1
    sizes = [layer.output.shape[1] for layer in model.layers[:6]]
    assert sizes == [82, 80, 40, 38, 19, 17]  # even before both poolings: no row is dropped
    noise = np.random.default_rng(1).random((2, 28, 28, 1), dtype=np.float32)

    def answer(right, down):
        canvas = np.zeros((2, 44, 44, 1), dtype=np.float32)
        canvas[:, down : down + 28, right : right + 28] = noise
        return np.asarray(model(canvas))

    middle = answer(8, 8)
    for place in ((0, 0), (16, 16), (12, 8), (4, 16)):
        np.testing.assert_allclose(answer(*place), middle, atol=1e-6)
    assert np.abs(answer(9, 8) - middle).max() > 1e-5
