"""What a filter is made of, and what it costs."""

from __future__ import annotations

import itertools

import numpy as np

from cnnfigs.models.backend import load_keras
from cnnfigs.runs.exercises.prediction import Mistake, Prediction
from cnnfigs.words import written_number


def filter_parameters(filters: int, channels: int, kernel_size: int) -> Prediction:
    """Count the parameters of a convolution."""
    layer = load_keras().layers.Conv2D(filters, kernel_size)
    layer.build((None, None, None, channels))
    area, window = kernel_size**2, f"{kernel_size}·{kernel_size}"
    return Prediction(
        right=(layer.count_params(),),
        wrong=(
            Mistake(
                "a filter were a single grid, however many maps it reads",
                (area * filters + filters,),
                f"({window} + 1)·{filters}",
            ),
            Mistake("a filter had no bias", (area * channels * filters,), f"{window}·{channels}·{filters}"),
            Mistake(
                "every slice had a bias of its own",
                ((area + 1) * channels * filters,),
                f"({window} + 1)·{channels}·{filters}",
            ),
        ),
    )


def filter_parts(filters: int, channels: int, kernel_size: int, size: int) -> Prediction:
    """Count a convolution's filters, the slices of them all, and the maps that it makes."""
    layer = load_keras().layers.Conv2D(filters, kernel_size)
    layer.build((None, size, size, channels))
    *_, read, made = layer.kernel.shape
    maps = layer.compute_output_shape((None, size, size, channels))[-1]
    slices = filters * channels
    product = f"{filters}·{channels} = {slices:,}"
    return Prediction(
        right=(made, read * made, maps),
        wrong=(
            Mistake("a filter were a single grid", (filters, filters, filters), f"{filters} of each"),
            Mistake(
                "every slice made a map of its own", (filters, slices, slices), f"{product} slices, each with a map"
            ),
            Mistake(
                "every slice were a filter",
                (slices, slices, filters),
                f"{product} slices, and as many filters",
            ),
        ),
    )


def shared_weights(size: int, filters: int, kernel_size: int) -> Prediction:
    """Count the parameters of a convolution on a grey image, which all places share."""
    layer = load_keras().layers.Conv2D(filters, kernel_size)
    layer.build((None, size, size, 1))
    places = layer.compute_output_shape((None, size, size, 1))[1]
    window, each = f"{kernel_size}·{kernel_size}", f"{filters}·{places}·{places}"
    return Prediction(
        right=(layer.count_params(),),
        wrong=(
            Mistake(
                "every place had weights of its own",
                ((kernel_size**2 + 1) * filters * places**2,),
                f"({window} + 1)·{each}",
            ),
            Mistake(
                "every number of the maps were joined to every pixel",
                ((size**2 + 1) * filters * places**2,),
                f"({size}·{size} + 1)·{each}",
            ),
            Mistake("a filter had no bias", (kernel_size**2 * filters,), f"{window}·{filters}"),
        ),
        given={"places": places},
    )


def grouped_parameters(groups: int, read: int, made: int, kernel_size: int) -> Prediction:
    """Count the parameters of a convolution whose filters read only some of the maps, each group others."""
    channels, filters, area = groups * read, groups * made, kernel_size**2
    layer = load_keras().layers.Conv2D(filters, kernel_size, groups=groups)
    layer.build((None, None, None, channels))
    window = f"{kernel_size}·{kernel_size}"
    return Prediction(
        right=(layer.count_params(),),
        wrong=(
            Mistake(
                "every filter read all maps",
                ((area * channels + 1) * filters,),
                f"({channels}·{window} + 1)·{filters}",
            ),
            Mistake(
                "every slice had a bias of its own",
                ((area + 1) * read * filters,),
                f"({window} + 1)·{read}·{filters}",
            ),
            Mistake("a filter were a single grid", ((area + 1) * filters,), f"({window} + 1)·{filters}"),
        ),
        given={"channels": channels, "filters": filters},
    )


def multiplied(size: int, channels: int, filters: int, kernel_size: int) -> Prediction:
    """Count the multiply-adds of a convolution, by letting a layer of ones add up ones."""
    layer = load_keras().layers.Conv2D(filters, kernel_size, use_bias=False, kernel_initializer="ones")
    sums = np.asarray(layer(np.ones((1, size, size, channels), dtype=np.float32)), dtype=np.float64)
    weights, places = kernel_size**2 * channels * filters, sums.shape[1] * sums.shape[2]
    each = f"{kernel_size}·{kernel_size}·{channels}·{filters}"
    return Prediction(
        right=(round(float(sums.sum())),),
        wrong=(
            Mistake("each weight were used once", (weights,), each),
            Mistake(
                "each pixel were read once by each filter",
                (size**2 * channels * filters,),
                f"{size}·{size}·{channels}·{filters}",
            ),
            Mistake("windows stood over the edge too", (weights * size**2,), f"{size}·{size}·{weights:,}"),
        ),
        given={"weights": weights, "side": sums.shape[1], "places": places},
    )


def best_possible(weights: tuple[float, ...], bias: float) -> Prediction:
    """Search the image of paper and ink, from 0 to 1, that gives a filter its largest sum.

    Parameters
    ----------
    weights
        Of a window of 2×2, row by row.
    bias
        Added to each sum.
    """
    kernel = np.array(weights, dtype=np.float32).reshape(2, 2)
    layer = load_keras().layers.Conv2D(1, 2)
    layer.build((None, 2, 2, 1))
    layer.set_weights([kernel[..., np.newaxis, np.newaxis], np.array([bias], dtype=np.float32)])
    # A sum is largest where each pixel is at one of its ends: so all images of ink and paper are enough.
    images = np.array(list(itertools.product((0, 1), repeat=kernel.size)), dtype=np.float32)
    sums = np.asarray(layer(images.reshape(-1, 2, 2, 1)))
    positive = [weight for weight in weights if weight > 0]
    return Prediction(
        right=(float(sums.max()),),
        wrong=(
            Mistake("all of it were ink", (sum(weights) + bias,), _added(*weights, bias)),
            Mistake(
                "only the pixel with the largest weight were ink", (max(weights) + bias,), _added(max(weights), bias)
            ),
            Mistake(
                "negative weights helped as much",
                (sum(map(abs, weights)) + bias,),
                _added(*map(abs, weights), bias),
            ),
            Mistake("the bias did not count", (sum(positive),), _added(*positive)),
        ),
    )


def _added(*numbers: float) -> str:
    first, *others = numbers
    signs = (f" {'−' if each < 0 else '+'} {written_number(abs(each))}" for each in others)
    return written_number(first) + "".join(signs)


def separable_parameters(filters: int, channels: int, kernel_size: int) -> Prediction:
    """Count the parameters of a depthwise separable convolution."""
    layer = load_keras().layers.SeparableConv2D(filters, kernel_size)
    layer.build((None, 2 * kernel_size, 2 * kernel_size, channels))
    area, window = kernel_size**2, f"{kernel_size}·{kernel_size}"
    return Prediction(
        right=(layer.count_params(),),
        wrong=(
            Mistake(
                "every filter had a window of its own for each map",
                (area * channels * filters + filters,),
                f"({window}·{channels} + 1)·{filters}",
            ),
            Mistake("nothing mixed the maps", (area * channels,), f"{window}·{channels}"),
            Mistake(
                "all maps shared one window",
                (area + channels * filters + filters,),
                f"{window} + ({channels} + 1)·{filters}",
            ),
        ),
    )


def dense_parameters(size: int, channels: int, units: int) -> Prediction:
    """Count the parameters of a dense layer behind an image."""
    keras = load_keras()
    layers = keras.layers
    model = keras.Sequential([keras.Input((size, size, channels)), layers.Flatten(), layers.Dense(units)])
    numbers = size**2 * channels
    return Prediction(
        right=(model.count_params(),),
        wrong=(
            Mistake(
                "a pixel were one number, whatever its colour",
                (size**2 * units + units,),
                f"({size}·{size} + 1)·{units}",
            ),
            Mistake("a unit had no bias", (numbers * units,), f"{size}·{size}·{channels}·{units}"),
            Mistake("all units had one bias together", (numbers * units + 1,), f"{size}·{size}·{channels}·{units} + 1"),
        ),
    )
