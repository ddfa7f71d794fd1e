"""What batch normalisation does to the sums of a trained convolution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import mnist
from cnnfigs.models.backend import load_keras
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import load


@dataclass(frozen=True)
class Spread:
    """How the values of one channel are spread over a batch."""

    #: Their mean and standard deviation.
    mean: float
    deviation: float
    #: The share of them above zero, 0 to 1: what a ReLU lets through.
    positive: float
    #: The share of them in each bin, shape (bins,).
    shares: NDArray[np.float64]


@dataclass(frozen=True)
class Channel:
    """One channel before and after batch normalisation."""

    n: int
    before: Spread
    after: Spread


@dataclass(frozen=True)
class Normalization:
    """Some channels of a convolution over a batch, before and after batch normalisation."""

    #: Name of the convolution in the network.
    layer: str
    #: How many training digits are in the batch.
    images: int
    #: How many values each channel has: images times places.
    values: int
    #: The channels, in the order of their means before.
    channels: tuple[Channel, ...]
    #: How many channels the convolution has.
    count: int
    #: Edges of the bins, shape (bins + 1,), the same before and after; what lies outside is in no bin.
    edges: NDArray[np.float64]
    #: The largest absolute mean over all channels afterwards.
    largest_mean: float


def normalized_channels(images: int, channels: int, edges: NDArray[np.float64]) -> Normalization:
    """Normalise the sums of the convnet's second convolution, before its ReLU, over a batch of training digits.

    Parameters
    ----------
    images
        How many digits the batch has: the first ones.
    channels
        How many channels to keep: evenly spaced among all when these are put in the order of their means.
    edges
        Edges of the bins to count the values in.
    """
    keras = load_keras()
    model = load("convnet")
    layer = model.get_layer("conv2d_2")
    reader = keras.Model(model.inputs, model.get_layer("max_pooling2d_1").output)
    inputs = reader([as_input(mnist().x_train[:images])])
    sums = keras.layers.Conv2D.from_config({**layer.get_config(), "activation": "linear"})
    sums.build(inputs.shape)
    sums.set_weights(layer.get_weights())
    before = sums(inputs)
    after = np.asarray(keras.layers.BatchNormalization()(before, training=True)).reshape(-1, layer.filters)
    before = np.asarray(before).reshape(-1, layer.filters)
    order = np.argsort(before.mean(axis=0))
    kept = order[np.linspace(0, len(order) - 1, channels).round().astype(int)]
    return Normalization(
        layer=layer.name,
        images=images,
        values=len(before),
        channels=tuple(
            Channel(int(n), _spread(before[:, n], edges), _spread(after[:, n], edges)) for n in kept.tolist()
        ),
        count=layer.filters,
        edges=edges,
        largest_mean=float(np.abs(after.mean(axis=0, dtype=np.float64)).max()),
    )


def _spread(values: NDArray[np.float32], edges: NDArray[np.float64]) -> Spread:
    return Spread(
        mean=float(values.mean(dtype=np.float64)),
        deviation=float(values.std(dtype=np.float64)),
        positive=float((values > 0).mean()),
        shares=np.histogram(values, edges)[0] / len(values),
    )
