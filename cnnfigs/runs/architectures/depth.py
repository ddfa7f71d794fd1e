"""What changes from layer to layer: how many activations are zero, and how alike digits of one kind become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import mnist
from cnnfigs.models.backend import load_keras
from cnnfigs.models.compiled import compiled
from cnnfigs.models.training import Moment, as_input
from cnnfigs.models.weights import load

Floats = NDArray[np.float32]

#: Digits are shown to the network so many at a time.
AT_ONCE = 100


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
    reader = compiled(keras.Model(model.inputs, [layer.output for layer in layers]))
    data = mnist()
    train, test = as_input(data.x_train[:digits]), as_input(data.x_test[:digits])
    kinds, truth = data.y_train[:digits], data.y_test[:digits]
    shapes = [train.shape[1:], *(layer.output.shape[1:] for layer in layers)]
    sizes = [int(np.prod(shape)) for shape in shapes]

    # What a layer gives is added up where it is made: to be handed over takes longer. The image is read as it is too.
    def add_up(shown: Any, belongs: Any) -> list[Any]:
        """Add up the activations of each kind, for each layer in shape (10, size)."""
        layers = zip([shown, *reader(shown)], sizes, strict=True)
        return [belongs @ tf.reshape(maps, (-1, size)) for maps, size in layers]

    def look(shown: Any, means: Sequence[Any]) -> list[tuple[Any, Any]]:
        """Count how many activations of each map are not zero, and find the nearest mean, for each layer."""
        seen = []
        for maps, mean in zip([shown, *reader(shown)], means, strict=True):
            flat = tf.reshape(maps, (-1, mean.shape[-1]))
            # |a - m|² is |a|² - 2am + |m|², and |a|² is the same for every mean.
            distances = tf.reduce_sum(mean**2, axis=1) - 2 * tf.matmul(flat, mean, transpose_b=True)
            lit = tf.reduce_sum(tf.cast(maps > 0, tf.float32), axis=(1, 2))
            seen.append((lit, tf.argmin(distances, axis=1)))
        return seen

    add_up, look = (tf.function(each, autograph=False, reduce_retracing=True) for each in (add_up, look))
    batches = [slice(first, first + AT_ONCE) for first in range(0, digits, AT_ONCE)]
    belongs = (kinds == np.arange(10)[:, np.newaxis]).astype(np.float32)
    sums = [add_up(train[batch], belongs[:, batch]) for batch in batches]
    means = [tf.add_n(each) / belongs.sum(axis=1, keepdims=True) for each in zip(*sums, strict=True)]
    seen = [look(test[batch], means) for batch in batches]

    zeros, blank, right = np.zeros((3, len(sizes)))
    fired = []
    for number, (_, _, channels) in enumerate(shapes):
        lit, nearest = (np.concatenate([each[number][which] for each in seen]) for which in (0, 1))
        zeros[number] = digits - lit.sum(dtype=np.float64) / sizes[number]
        blank[number] = (lit == 0).sum() / channels
        right[number] = (nearest == truth).sum()
        fired.append(lit.any(axis=0))
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
