"""A filter of the second convolution: its slices, the filters whose maps they read, and what it finds in digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic.receptive import receptive_region
from cnnfigs.data import mnist
from cnnfigs.models.backend import load_keras
from cnnfigs.models.compiled import compiled, outputs
from cnnfigs.models.records import layer_records
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import resolve
from cnnfigs.runs.filters.local_patterns import first_convolution

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class SecondLayerFilter:
    """One filter of a second convolution."""

    network: str
    #: Number of the filter in its layer.
    channel: int
    #: The kernels of the first layer, shape (height, width, n).
    kernels: NDArray[np.float32]
    #: The filter's slices, shape (height, width, n): slice i reads the map that kernel i makes.
    slices: NDArray[np.float32]
    #: The filter's bias.
    bias: float
    #: What each slice adds to the answers, as a mean over the patches, shape (n,): with the bias they add up to the
    #: mean answer before ReLU.
    contributions: NDArray[np.float32]
    #: The numbers of the slices, those that add most first, shape (n,).
    order: NDArray[np.int64]
    #: What the filter answers to most strongly, one patch of a digit each, shape (m, rows, columns).
    patches: NDArray[np.float32]
    #: What it answers there, shape (m,).
    answers: NDArray[np.float32]
    #: How many digits it was shown.
    asked: int

    @property
    def answer(self) -> float:
        """The mean of the answers."""
        return float(self.answers.mean())

    @property
    def heaviest(self) -> int:
        """The slice with the largest weights, by the sum of their absolute values."""
        return int(np.abs(self.slices).sum(axis=(0, 1)).argmax())

    @property
    def ink(self) -> NDArray[np.float32]:
        """How much ink there is in each third of the patches, from the top and from the left: means, shape (3, 3)."""
        mean = self.patches.mean(axis=0)
        rows, columns = (np.array_split(np.arange(size), 3) for size in mean.shape)
        return np.array([[mean[np.ix_(row, column)].mean() for column in columns] for row in rows])


def second_layer_filter(network: str | keras.Model, channel: int, patches: int, asked: int) -> SecondLayerFilter:
    """Read one filter of a network's second convolution, and search the first test digits for its pattern.

    Parameters
    ----------
    network
        Name of one of the tutorial's networks, or a Keras Sequential model that begins with a Conv2D layer.
    channel
        Number of the filter.
    patches
        How many patches to keep, from different digits.
    asked
        How many digits to show.

    Raises
    ------
    ValueError
        If the network has no second convolution that reads the first one's maps, or no such filter.
    """
    keras = load_keras()
    model = resolve(network)
    first = first_convolution(model)
    second = next((each for each in model.layers if isinstance(each, keras.layers.Conv2D) and each is not first), None)
    if second is None or second.kernel.shape[2] != first.filters:
        raise ValueError(f"network: expected one with a second Conv2D that reads the first's maps, got {model.name!r}")
    if not channel < second.filters:
        raise ValueError(f"filter: expected 0 to {second.filters - 1} in {model.name}, got {channel}")
    kernel, bias = (np.asarray(weights) for weights in second.get_weights())
    slices = kernel[..., channel]

    images = as_input(mnist().x_test[:asked])
    maps = outputs(compiled(keras.Model(model.inputs, second.output[..., channel])), images)
    largest = maps.reshape(len(images), -1)
    best = largest.max(axis=1).argsort(kind="stable")[::-1][:patches]
    layers = layer_records(model)
    crops, added = [], []
    read = keras.ops.image.extract_patches(
        outputs(compiled(keras.Model(model.inputs, second.input)), images[best]),
        size=second.kernel_size,
        strides=second.strides[0],
        dilation_rate=second.dilation_rate[0],
        padding=second.padding,
    )
    for seen, number in zip(np.asarray(read), best, strict=True):
        place = [int(each) for each in np.unravel_index(largest[number].argmax(), maps.shape[1:])]
        rows, columns = receptive_region(layers, place, second.name)
        crops.append(images[number, rows.start : rows.stop, columns.start : columns.stop, 0])
        added.append((seen[*place].reshape(slices.shape) * slices).sum(axis=(0, 1)))
    contributions = np.stack(added).mean(axis=0)
    return SecondLayerFilter(
        network=model.name,
        channel=channel,
        kernels=np.asarray(first.kernel)[:, :, 0],
        slices=slices,
        bias=float(bias[channel]),
        contributions=contributions,
        order=contributions.argsort(kind="stable")[::-1],
        patches=np.stack(crops),
        answers=largest[best].max(axis=1),
        asked=len(images),
    )
