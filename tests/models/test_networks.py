"""The networks are the ones that the tutorial counts by hand."""

import pytest

from cnnfigs.models.networks import NETWORKS, build

#: From the issue's and the textbook's own sums, not from Keras.
PARAMETERS = {
    "convnet": (3 * 3 * 1 * 32 + 32) + (3 * 3 * 32 * 64 + 64) + (3 * 3 * 64 * 128 + 128) + (1152 * 10 + 10),
    "dense_512": (784 * 512 + 512) + (512 * 10 + 10),
    "dense_131": (784 * 131 + 131) + (131 * 10 + 10),
    "unpooled": (3 * 3 * 1 * 32 + 32) + (3 * 3 * 32 * 64 + 64) + (3 * 3 * 64 * 128 + 128) + (61_952 * 10 + 10),
    "convnet_global_max": (3 * 3 * 1 * 32 + 32) + (3 * 3 * 32 * 64 + 64) + (3 * 3 * 64 * 128 + 128) + (128 * 10 + 10),
    # C1, S2, C3 with the 60 connections of the paper's table I, S4, C5, F6; the bitmaps are fixed.
    "lenet5": (25 * 6 + 6) + 2 * 6 + (25 * 60 + 16) + 2 * 16 + (25 * 16 * 120 + 120) + (120 * 84 + 84),
}


@pytest.mark.parametrize(("name", "parameters"), PARAMETERS.items())
def test_parameters(name, parameters):
    assert build(name).count_params() == parameters


def test_published_counts():
    assert PARAMETERS == {
        "convnet": 104_202,
        "dense_512": 407_050,
        "dense_131": 104_155,
        "unpooled": 712_202,
        "convnet_global_max": 93_962,
        "lenet5": 60_000,
    }


def test_every_network_reads_a_digit_and_gives_ten_probabilities():
    for name in NETWORKS:
        model = build(name)
        assert model.name == name
        assert model.input_shape == (None, 28, 28, 1)
        assert model.output_shape == (None, 10)
        assert model.layers[-1].activation.__name__ == "softmax"


def test_unknown_network_is_named_with_those_that_exist():
    with pytest.raises(ValueError, match=r"network: expected 'convnet'"):
        build("resnet")
