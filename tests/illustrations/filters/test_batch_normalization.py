"""Sums, means and spreads are those that NumPy finds in the network's maps."""

import numpy as np
import pytest
from svg_numbers import texts

from cnnfigs.data import mnist
from cnnfigs.illustrations.filters.batch_normalization import BatchNormalization
from cnnfigs.models.backend import load_keras
from cnnfigs.models.weights import load


@pytest.fixture(scope="module")
def sums():
    """The second convolution before its ReLU, shape (values, channels): windows times weights, without a layer."""
    keras = load_keras()
    model = load("convnet")
    maps = mnist().x_train[:128].astype(np.float32)[..., None] / 255
    for layer in model.layers[:2]:
        maps = layer(maps)
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(maps), (3, 3), axis=(1, 2))
    kernel, bias = model.get_layer("conv2d_2").get_weights()
    assert isinstance(model.get_layer("conv2d_2"), keras.layers.Conv2D)
    return (np.einsum("nrcmij,ijmf->nrcf", windows, kernel, optimize=True) + bias).reshape(-1, 64)


def test_means_and_spreads_are_those_of_the_sums(sums):
    picture = BatchNormalization()
    run = picture.result
    assert run.values == len(sums) == 128 * 11 * 11
    order = np.argsort(sums.mean(axis=0))
    assert [channel.n for channel in run.channels] == [order[0], order[32], order[-1]]
    for channel in run.channels:
        values = sums[:, channel.n].astype(np.float64)
        # Keras adds 0.001 to the variance, so that nothing is divided by zero.
        after = (values - values.mean()) / np.sqrt(values.var() + 0.001)
        for spread, expected in ((channel.before, values), (channel.after, after)):
            assert spread.mean == pytest.approx(expected.mean(), abs=1e-4)
            assert spread.deviation == pytest.approx(expected.std(), abs=1e-4)
            assert spread.positive == pytest.approx((expected > 0).mean(), abs=1e-3)
            np.testing.assert_allclose(spread.shares, np.histogram(expected, run.edges)[0] / len(expected), atol=2e-3)
    assert run.largest_mean < 1e-4


def test_picture_tells_them(sums):
    picture = BatchNormalization()
    words = [text for text in texts(picture) if text.startswith("mean")]
    numbers = [
        [float(part.split()[1].replace("−", "-")) for part in text.split(", ")] for text in words
    ]  # before and after of each channel
    channels = [channel.n for channel in picture.result.channels]
    np.testing.assert_allclose(numbers[::2], [(sums[:, n].mean(), sums[:, n].std()) for n in channels], atol=0.006)
    np.testing.assert_allclose(numbers[1::2], [(0, 1)] * len(channels), atol=0.006)
