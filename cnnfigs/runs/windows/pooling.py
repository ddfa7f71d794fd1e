"""What pooling does to numbers, to feature maps, and to a digit that moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic import Layer
from cnnfigs.data import mnist
from cnnfigs.models.backend import load_keras
from cnnfigs.models.networks import build
from cnnfigs.models.records import layer_records
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import load
from cnnfigs.runs.activations import most_telling, test_digit

#: The ways to make a map smaller that are compared, by what pages call them.
WAYS = ("maximum", "average", "pick one")


def downsample(maps: NDArray[np.float32], way: str, pool_size: int, strides: int) -> NDArray[np.float32]:
    """Make maps smaller with a layer of Keras.

    Parameters
    ----------
    maps
        Shape (n, height, width, channels).
    way
        "maximum" and "average" are Keras' pooling layers; "pick one" is what strides alone do: a 1×1 pooling, whose
        windows are one number each.
    pool_size, strides
        As Keras names them; "pick one" uses the strides alone.

    Returns
    -------
    numpy.ndarray
        Shape (n, smaller height, smaller width, channels).

    Raises
    ------
    ValueError
        If the way is not one of these.
    """
    layers = load_keras().layers
    if way not in WAYS:
        raise ValueError(f"way: expected {', '.join(map(repr, WAYS))}, got {way!r}")
    if way == "pick one":
        layer = layers.MaxPooling2D(pool_size=1, strides=strides)
    else:
        kind = layers.MaxPooling2D if way == "maximum" else layers.AveragePooling2D
        layer = kind(pool_size=pool_size, strides=strides)
    pooled: NDArray[np.float32] = np.asarray(layer(maps))
    return pooled


@dataclass(frozen=True)
class PooledNumbers:
    """A grid of numbers, and its largest or mean number in each window."""

    #: Shape (size, size).
    numbers: NDArray[np.float32]
    #: Shape (smaller, smaller).
    pooled: NDArray[np.float32]


def pool_numbers(size: int, pool_size: int, strides: int, way: str, seed: int) -> PooledNumbers:
    """Pool a grid of random whole numbers from 0 to 9."""
    numbers = np.random.default_rng(seed).integers(0, 10, (size, size)).astype(np.float32)
    pooled = downsample(numbers[np.newaxis, ..., np.newaxis], way, pool_size, strides)[0, ..., 0]
    return PooledNumbers(numbers, pooled)


@dataclass(frozen=True)
class PooledMaps:
    """First-layer maps of the convnet for a digit, made smaller in several ways."""

    #: Shape (26, 26, 32).
    maps: NDArray[np.float32]
    #: Their numbers, the most telling first, shape (32,); see :func:`cnnfigs.runs.activations.most_telling`.
    order: NDArray[np.intp]
    #: Way to the smaller maps, shape (13, 13, 32).
    pooled: dict[str, NDArray[np.float32]]
    #: Way to the share of a map's largest value that its smaller map still has, mean over the maps that are not
    #: all zero.
    kept_peak: dict[str, float]
    #: Way to the share of the maps' numbers that the smaller maps do not depend on by the way's definition alone.
    unseen: dict[str, float]


def first_maps(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the maps of the trained convnet's first layer, shape (n, 26, 26, 32), for images (n, 28, 28, 1)."""
    maps: NDArray[np.float32] = np.asarray(load("convnet").get_layer("conv2d_1")(images))
    return maps


def pool_maps(index: int) -> PooledMaps:
    """Make the first layer's maps of a test digit smaller, by 2×2 windows with strides 2."""
    maps = first_maps(test_digit(index)[np.newaxis])
    pooled = {way: downsample(maps, way, 2, 2)[0] for way in WAYS}
    peaks = maps[0].max(axis=(0, 1))
    lit = peaks > 0
    kept = {way: float((small.max(axis=(0, 1))[lit] / peaks[lit]).mean()) for way, small in pooled.items()}
    return PooledMaps(maps[0], most_telling(maps[0]), pooled, kept, {way: _unseen(way) for way in WAYS})


def _unseen(way: str) -> float:
    """Find which share of a map can never matter: each number is made the largest once, to see whether it shows."""
    ones = np.eye(26 * 26, dtype=np.float32).reshape(-1, 26, 26, 1)
    shows = downsample(ones, way, 2, 2).reshape(len(ones), -1).max(axis=1) > 0
    return float(1 - shows.mean())


@dataclass(frozen=True)
class PoolingShift:
    """How much smaller maps change when the digit moves by one pixel."""

    #: Way, and "no pooling", to the change of the maps: the mean absolute difference, divided by the mean of the
    #: maps.
    change: dict[str, float]
    #: The mean absolute difference by itself.
    absolute: dict[str, float]
    #: Pearson's correlation of the maps before and after, which does not depend on how large their numbers are.
    correlation: dict[str, float]
    #: Over how many digits, each moved in four directions, these are the means.
    digits: int


def shift_one_pixel(digits: int) -> PoolingShift:
    """Move test digits by one pixel up, down, left and right, and compare the first layer's maps, pooled and not."""
    images = as_input(mnist().x_test[:digits])
    maps = first_maps(images)
    moved = [first_maps(np.roll(images, step, axis)) for axis in (1, 2) for step in (-1, 1)]
    pairs = {"no pooling": (maps, moved)}
    pairs |= {way: (downsample(maps, way, 2, 2), [downsample(each, way, 2, 2) for each in moved]) for way in WAYS}
    change, absolute, correlation = {}, {}, {}
    for way, (before, after) in pairs.items():
        absolute[way] = float(np.mean([np.abs(each - before).mean() for each in after]))
        change[way] = absolute[way] / float(np.abs(before).mean())
        correlation[way] = float(np.mean([np.corrcoef(before.ravel(), each.ravel())[0, 1] for each in after]))
    return PoolingShift(change, absolute, correlation, digits)


@dataclass(frozen=True)
class PoolingAndConvolution:
    """A pooling and a convolution of the convnet, side by side."""

    #: Records of the two layers.
    convolution: Layer
    pooling: Layer
    #: How many of the input's maps change one map of the output; measured.
    convolution_reads: int
    pooling_reads: int


def compare_layers() -> PoolingAndConvolution:
    """Compare the convnet's first pooling with the convolution behind it."""
    model = build("convnet")
    layers = {layer.name: layer for layer in layer_records(model)}
    names = ("conv2d_2", "max_pooling2d_1")
    reads = []
    for name in names:
        layer = model.get_layer(name)
        height, width, channels = layers[name].input_shape
        # In each image another one of the maps is lit; the first image has none.
        images = np.zeros((channels + 1, height, width, channels), dtype=np.float32)
        images[np.arange(channels) + 1, :, :, np.arange(channels)] = 1
        outputs = np.asarray(
            layer.call(images) if name.startswith("max") else layer.convolution_op(images, layer.kernel)
        )
        changed = np.abs(outputs[1:] - outputs[:1]).max(axis=(1, 2)) > 0
        reads.append(int(changed.sum(axis=0).max()))
    return PoolingAndConvolution(layers[names[0]], layers[names[1]], *reads)
