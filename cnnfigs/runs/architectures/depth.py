"""What changes from layer to layer: how many activations are zero, and how alike digits of one kind become."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import mnist
from cnnfigs.models.backend import load_keras
from cnnfigs.models.training import Moment, as_input
from cnnfigs.models.weights import load

Floats = NDArray[np.float32]

#: Digits are shown to the network so many at a time: the maps of more take more memory.
AT_ONCE = 500


@dataclass(frozen=True)
class Depth:
    """How one layer's activations are spread, over many digits."""

    #: Its name; "pixels" for the image itself.
    layer: str
    #: How many activations it has.
    numbers: int
    #: The share of them that is exactly zero.
    zeros: float
    #: The share of maps that are zero everywhere.
    blank: float
    #: How many of its filters give zero everywhere for every one of the digits.
    never: int
    #: The share of digits whose activations lie nearer to the mean of their own kind than to that of any other kind.
    nearest: float


@dataclass(frozen=True)
class DepthRun:
    """The convnet's layers, trained and as it was before training."""

    #: How many test digits were shown; and as many training digits, for the means.
    digits: int
    #: From the image to the last convolution.
    trained: tuple[Depth, ...]
    initial: tuple[Depth, ...]


def with_depth(digits: int) -> DepthRun:
    """Measure every layer of the convnet with the first test digits, with and without training."""
    return DepthRun(digits, measure("trained", digits), measure("initial", digits))


def measure(moment: Moment, digits: int) -> tuple[Depth, ...]:
    """Measure every layer up to the last convolution.

    A digit is given to the kind whose mean is nearest, by the plain distance of all activations; the means are those of
    as many training digits. Nothing is trained for that: it tells how well the kinds lie apart as they are.

    Parameters
    ----------
    moment
        When in the network's training.
    digits
        How many test digits, the first ones.
    """
    keras = load_keras()
    import tensorflow as tf

    model = load("convnet", moment)
    layers = [layer for layer in model.layers if len(layer.output.shape) == 4]
    # The image is read as it is, and then what each layer makes of it.
    reader = tf.function(keras.Model(model.inputs, [layer.output for layer in layers]))
    data = mnist()
    train, test = as_input(data.x_train[:digits]), as_input(data.x_test[:digits])
    kinds, truth = data.y_train[:digits], data.y_test[:digits]
    sizes = [int(np.prod(shape)) for shape in (train.shape[1:], *(layer.output.shape[1:] for layer in layers))]

    means = [np.zeros((10, size), dtype=np.float32) for size in sizes]
    for first in range(0, digits, AT_ONCE):
        shown = train[first : first + AT_ONCE]
        belongs = (kinds[first : first + AT_ONCE] == np.arange(10)[:, np.newaxis]).astype(np.float32)
        for mean, values in zip(means, [shown, *reader([shown])], strict=True):
            mean += belongs @ np.asarray(values).reshape(len(shown), -1)
    counts = np.bincount(kinds, minlength=10).astype(np.float32)[:, np.newaxis]
    means = [mean / counts for mean in means]

    zeros, blank, right = np.zeros((3, len(sizes)))
    fired = [np.zeros(channels, dtype=bool) for channels in (1, *(layer.output.shape[-1] for layer in layers))]
    for first in range(0, digits, AT_ONCE):
        shown = test[first : first + AT_ONCE]
        for number, values in enumerate([shown, *reader([shown])]):
            maps = np.asarray(values)
            flat = maps.reshape(len(shown), -1)
            # |a - m|² is |a|² - 2am + |m|², and |a|² is the same for every mean.
            distances = (means[number] ** 2).sum(axis=1) - 2 * flat @ means[number].T
            right[number] += (distances.argmin(axis=1) == truth[first : first + AT_ONCE]).sum()
            zeros[number] += (flat == 0).mean(axis=1).sum()
            on = (maps > 0).any(axis=(1, 2))
            blank[number] += (~on).mean(axis=1).sum()
            fired[number] |= on.any(axis=0)
    names = ["pixels", *(layer.name for layer in layers)]
    return tuple(
        Depth(
            layer=name,
            numbers=sizes[number],
            zeros=float(zeros[number] / digits),
            blank=float(blank[number] / digits),
            never=int((~fired[number]).sum()),
            nearest=float(right[number] / digits),
        )
        for number, name in enumerate(names)
    )
