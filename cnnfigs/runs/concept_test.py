"""What the concept test asks about: for each item, which of its options is so, found out by real layers and networks.

An option is a claim. Most claims are what a mistaken rule predicts; each is put to the test like the right one, so that
no key is written by hand. What experiments recorded is asked in ``cnnfigs.experiments.concept``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import mnist
from cnnfigs.models.backend import load_keras
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import load
from cnnfigs.runs.activations import test_digit
from cnnfigs.runs.filters.heated_digit import heated_digit
from cnnfigs.runs.training_and_measured.certainty import NONE_UPSIDE_DOWN
from cnnfigs.runs.training_and_measured.disturbances import Kind, disturbed
from cnnfigs.runs.training_and_measured.evaluation import answers_to, evaluate

if TYPE_CHECKING:
    import keras

Images = NDArray[np.float32]

#: From which probabilities on an answer counts as sure, and as surer than that.
SURE, SURER = 0.99, 0.999
#: How far a share may be from another that counts as the same.
CLOSE = 0.03
#: How far a probability is from another that counts as higher.
APART = 0.1
#: Side of the square of paper that covers a part of a digit.
COVER = 9


@dataclass(frozen=True)
class Asked:
    """What an item asks, put to the test."""

    #: Whether what each option claims is so, by the option's name.
    holds: dict[str, bool]
    #: Numbers that the item, its options or its explanations need.
    given: dict[str, float] = field(default_factory=dict)


def predicted(right: Any, predictions: dict[str, Any]) -> dict[str, bool]:
    """Compare predictions with what is so; `predictions` has the right rule too.

    Examples
    --------
    >>> predicted(9, {"counted": 3 * 3, "added": 3 + 3})
    {'counted': True, 'added': False}
    """
    return {name: bool(np.array_equal(right, each)) for name, each in predictions.items()}


def filter_depth(filters: int, channels: int, kernel_size: int) -> Asked:
    """Count the weights of one filter: those that can change one map."""
    layer = _convolution(filters, channels, kernel_size)
    weights = layer.kernel[..., 0].shape
    count, area = int(np.prod(weights)), kernel_size**2
    predictions = {
        "deep": area * channels,
        "flat": area,
        "as deep as there are filters": area * filters,
        "the whole layer": area * channels * filters,
    }
    return Asked(predicted(count, predictions), {name: float(each) for name, each in predictions.items()})


def zeroed(filters: int, channels: int, kernel_size: int, slices: tuple[int, ...]) -> Asked:
    """Set slices of some filters to zero, and count the maps that change.

    An answer is how many maps change, and of how many.

    Parameters
    ----------
    filters, channels, kernel_size
        The convolution.
    slices
        How many slices of each filter are set to zero, of the first filters.
    """
    layer = _convolution(filters, channels, kernel_size)
    image = np.random.default_rng(0).random((1, 2 * kernel_size, 2 * kernel_size, channels)).astype(np.float32)
    before = np.asarray(layer(image))
    kernel, bias = layer.get_weights()
    for number, count in enumerate(slices):
        kernel[:, :, :count, number] = 0
    layer.set_weights([kernel, bias])
    changed = (np.asarray(layer(image)) != before).any(axis=(0, 1, 2))
    predictions = {
        "own map": (len(slices), filters),
        "a map for each slice": (sum(slices), filters * channels),
        "different maps": (sum(slices), filters),
        "no map": (sum(count == channels for count in slices), filters),
        "all maps": (filters, filters),
    }
    return Asked(
        predicted((int(changed.sum()), len(changed)), predictions),
        {
            f"{name} {part}": float(each)
            for name, pair in predictions.items()
            for part, each in zip("ab", pair, strict=True)
        },
    )


def read_size(made: int, kernel_size: int) -> Asked:
    """Find the sizes of which a convolution with strides of 2 and "same" padding makes a wanted one.

    Each rule is a size that is made of another one; an answer is all sizes of which it makes the wanted one.
    """
    layer = load_keras().layers.Conv2D(1, kernel_size, strides=2, padding="same")
    tried = range(kernel_size, 4 * made)
    rules: dict[str, Callable[[int], int]] = {
        "rounded up": lambda size: -(-size // 2),
        "rounded down": lambda size: size // 2,
        "inside": lambda size: (size - kernel_size) // 2 + 1,
        "kept": lambda size: size,
        "two left out": lambda size: -(-size // 3),
    }
    read = [size for size in tried if int(layer.compute_output_shape((None, size, size, 1))[1]) == made]
    predictions = {name: [size for size in tried if rule(size) == made] for name, rule in rules.items()}
    sizes = {f"{name} {place}": float(size) for name, each in predictions.items() for place, size in enumerate(each)}
    return Asked(predicted(read, predictions), {"made": made, "kernel_size": kernel_size, **sizes})


#: Kernels whose weights add up to zero: what is above against what is below, and what is left against what is right.
ABOVE_BELOW = ((1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (-1.0, -1.0, -1.0))
LEFT_RIGHT = ((1.0, 0.0, -1.0),) * 3


def flat_image(kernel: tuple[tuple[float, ...], ...], axis: int, size: int, value: float) -> Asked:
    """Count where a kernel whose weights add up to zero answers on an image of equal pixels, with "same" padding.

    Parameters
    ----------
    kernel
        Its weights.
    axis
        Along which the kernel compares: 0 for what is above and below, 1 for left and right.
    size, value
        Side of the image, and what each of its pixels is.
    """
    weights = np.array(kernel, dtype=np.float32)
    layer = load_keras().layers.Conv2D(1, weights.shape, padding="same", use_bias=False)
    layer.build((None, size, size, 1))
    layer.set_weights([weights[..., np.newaxis, np.newaxis]])
    answers = np.asarray(layer(np.full((1, size, size, 1), value, dtype=np.float32)))[0, ..., 0]
    border = np.ones((size, size), dtype=bool)
    border[1:-1, 1:-1] = False
    across = np.zeros_like(border)
    np.moveaxis(across, axis, 0)[[0, -1]] = True
    found = np.abs(answers) > 1e-6
    places = {
        "nowhere": np.zeros_like(border),
        "two sides": across,
        "border": border,
        "everywhere": np.ones_like(border),
    }
    return Asked(
        predicted(found, places), {"size": size, "value": value, **{k: float(v.sum()) for k, v in places.items()}}
    )


def halved(sizes: tuple[int, ...], poolings: int) -> Asked:
    """Find the sizes of which several poolings read all: the last pixel alone is lit, to see whether it gets through.

    Each rule is a number that a size has to be a multiple of; an answer is all sizes that are.
    """
    keras = load_keras()

    def is_read(size: int) -> bool:
        model = keras.Sequential(
            [keras.Input((size, size, 1)), *(keras.layers.MaxPooling2D(2) for _ in range(poolings))]
        )
        image = np.zeros((1, size, size, 1), dtype=np.float32)
        image[0, -1, -1] = 1
        return bool(np.asarray(model(image)).any())

    rules = {"whole": 2**poolings, "sum": 2 * poolings, "cells": 2 * 2, "even": 2}
    predictions = {name: [size for size in sizes if size % each == 0] for name, each in rules.items()}
    return Asked(
        predicted([size for size in sizes if is_read(size)], predictions),
        {"poolings": poolings}
        | {f"{name} {place}": float(size) for name, each in predictions.items() for place, size in enumerate(each)},
    )


def moved_map(index: int, n: int, rows: int, columns: int) -> Asked:
    """Move a digit, and look where the strongest number of one map behind the first pooling is then.

    Raises
    ------
    ValueError
        If the digit loses ink on the way, or the strongest number stands in the map twice.
    """
    image = test_digit(index)
    moved = np.roll(image, (rows, columns), axis=(0, 1))
    if np.count_nonzero(image[-rows:]) or np.count_nonzero(image[:, -columns:]):
        raise ValueError(f"index: expected a digit that can move by {rows} and {columns}, got {index}")
    convolution, pooling, *_ = load("convnet").layers
    maps = np.asarray(pooling(convolution(np.stack([image, moved]))))
    before, after = maps[..., n]
    strongest = float(before.max())
    if np.isclose(before, strongest, atol=1e-4).sum() > 1:
        raise ValueError(f"n: expected a map whose strongest number stands there once, got {n}")
    row, column = (int(each) for each in np.unravel_index(int(before.argmax()), before.shape))
    stands = {(int(y), int(x)) for y, x in np.argwhere(np.isclose(after, strongest, atol=1e-5))}
    size = int(pooling.pool_size[0])
    claimed = {
        "moves along": (row + rows // size, column + columns // size),
        "as many cells": (row + rows, column + columns),
        "stays": (row, column),
        "one cell": (row + 1, column + 1),
    }
    return Asked(
        {name: stands == {place} for name, place in claimed.items()},
        {
            **{
                f"{name} {axis}": float(at)
                for name, place in claimed.items()
                for axis, at in zip(("row", "column"), place, strict=True)
            },
            **{"strongest": strongest, "rows": rows, "columns": columns, "map": n},
            "digit": int(mnist().y_test[index]),
        },
    )


def there_and_back(row: tuple[float, ...], kernel: tuple[float, float]) -> Asked:
    """Convolve a row of numbers with strides 2, and send the result through the transposed convolution."""
    layers = load_keras().layers
    weights = np.array(kernel, dtype=np.float32).reshape(2, 1, 1)
    there, back = (each(1, 2, strides=2, use_bias=False) for each in (layers.Conv1D, layers.Conv1DTranspose))
    for layer in (there, back):
        layer.build((None, None, 1))
        layer.set_weights([weights])
    small = there(np.array(row, dtype=np.float32).reshape(1, -1, 1))
    given, half = np.asarray(small)[0, :, 0], np.asarray(small)[0, :, 0] / sum(kernel)
    predictions = {
        "spread": (given[:, np.newaxis] * np.array(kernel)).reshape(-1),
        "undone": np.array(row),
        "shared": np.repeat(half, 2),
        "gaps": np.stack([given, 0 * given], axis=1).reshape(-1),
        "turned": (given[:, np.newaxis] * np.array(kernel[::-1])).reshape(-1),
    }
    numbers = {
        f"{name} {place}": float(each)
        for name, values in {**predictions, "small": given, "row": row, "kernel": kernel}.items()
        for place, each in enumerate(values)
    }
    return Asked(predicted(np.asarray(back(small))[0, :, 0], predictions), numbers)


def far_ahead(digit: int, other: Images) -> Asked:
    """Compare the convnet's ten numbers before softmax, and its largest probability, for a digit and another picture.

    Parameters
    ----------
    digit
        Which of MNIST's test images is the digit, P.
    other
        The other picture, Q, shape (28, 28), values 0 to 1.
    """
    keras = load_keras()
    model = load("convnet")
    images = np.stack([test_digit(digit), other[..., np.newaxis]])
    *_, last = model.layers
    before = keras.Model(model.inputs[0], last.input)(images, training=False)
    numbers = np.asarray(before) @ np.asarray(last.kernel) + np.asarray(last.bias)
    p, q = (float(each) for each in np.asarray(model(images, training=False)).max(axis=1))
    higher = {"P": p - q > APART, "Q": q - p > APART}
    given = {
        f"{letter} {place}": float(number)
        for letter, each in zip("PQ", numbers, strict=True)
        for place, number in enumerate(sorted(each, reverse=True))
    }
    return Asked(
        {
            "larger": higher["P"],
            "unsure": higher["P"],
            "ahead": higher["Q"],
            "below zero": higher["Q"],
            "alike": abs(p - q) < CLOSE,
        },
        {**given, "P": p, "Q": q},
    )


def upside_down(index: int) -> Images:
    """Turn one of the test digits by 180° that are none when they stand on their heads."""
    digits = mnist()
    turned = digits.x_test[np.isin(digits.y_test, NONE_UPSIDE_DOWN), ::-1, ::-1]
    image: Images = as_input(turned[index : index + 1])[0, ..., 0]
    return image


def sure_elsewhere(kind: Kind, amount: float) -> Asked:
    """Count how many of the convnet's sure answers are right, on test digits as they are and on disturbed ones."""
    digits = mnist()
    images, labels = as_input(digits.x_test), digits.y_test
    usual, sure_usual = _right_when_sure(evaluate("convnet").probabilities, labels, SURE)
    if kind == "moved":  # those that lose no ink
        whole = ~images[:, :, -int(amount) :].any(axis=(1, 2, 3))
        images, labels = images[whole], labels[whole]
    answers = answers_to("convnet", disturbed(images, kind, amount))
    there, sure_there = _right_when_sure(answers, labels, SURE)
    surer, _ = _right_when_sure(answers, labels, SURER)
    counted, others = (_right_when_sure(answers[half::2], labels[half::2], SURE)[0] for half in (0, 1))
    mean, accuracy = float(answers.max(axis=1).mean()), float((answers.argmax(axis=1) == labels).mean())
    return Asked(
        {
            "count": abs(counted - others) < CLOSE,
            "the same": there >= SURE - CLOSE,
            "higher": surer >= SURE - CLOSE,
            "mean": abs(mean - accuracy) < CLOSE,
        },
        {
            "usual": usual,
            "sure usual": sure_usual,
            "there": there,
            "sure there": sure_there,
            "shown": len(labels),
            "surer": surer,
            "mean": mean,
            "accuracy": accuracy,
            "amount": amount,
        },
    )


def sure_here(kind: Kind, amount: float) -> Asked:
    """Count on half of all disturbed test digits how many sure answers are right, and look at the other half."""
    digits = mnist()
    images, labels = as_input(digits.x_test), digits.y_test
    known = evaluate("convnet").probabilities
    usual, sure_usual = _right_when_sure(known, labels, SURE)
    answers = answers_to("convnet", disturbed(images, kind, amount))
    (counted, sure), (there, _) = (_right_when_sure(answers[half::2], labels[half::2], SURE) for half in (0, 1))
    usual_all, every = (float((each.argmax(axis=1) == labels)[::2].mean()) for each in (known, answers))
    claimed = {"counted": counted, "usual": usual, "itself": SURE, "every answer": every}
    return Asked(
        {name: abs(share - there) < CLOSE for name, share in claimed.items()},
        {
            **claimed,
            "there": there,
            "labelled": len(labels[::2]),
            "sure": sure,
            "sure usual": sure_usual,
            "usual all": usual_all,
        },
    )


def _right_when_sure(answers: Images, labels: NDArray[np.uint8], limit: float) -> tuple[float, int]:
    """Return the share of right answers among the sure ones, and how many these are."""
    sure = answers.max(axis=1) >= limit
    return float((answers.argmax(axis=1) == labels)[sure].mean()), int(sure.sum())


def two_places(index: int) -> Asked:
    """Cover two places of a digit, one at a time, and then all but each of them.

    They are the hottest of its Grad-CAM map, and the one that is missed most.

    Raises
    ------
    ValueError
        If the map marks nothing; or if the hottest place alone is not enough for the answer, or the other one is.
    """
    shown = heated_digit(index)
    model, image, before, digit, heat = shown.model, shown.image, shown.before, shown.digit, shown.heat
    last = image.shape[0] - COVER + 1
    places = [(row, column) for row in range(last) for column in range(last)]
    squares = np.zeros((len(places), *image.shape), dtype=bool)
    for square, (row, column) in zip(squares, places, strict=True):
        square[row : row + COVER, column : column + COVER] = True
    covered, alone = (np.asarray(model(np.where(kept, image, 0), training=False)) for kept in (~squares, squares))
    left = covered[:, digit]
    heats = np.array([heat[square[..., 0]].sum() for square in squares]) / heat.sum()
    hottest = int(heats.argmax())
    apart = [at for at, place in enumerate(places) if max(np.abs(np.subtract(place, places[hottest]))) >= COVER]
    missed = min(apart, key=lambda at: left[at])
    if [int(alone[at].argmax()) == digit for at in (hottest, missed)] != [True, False]:
        raise ValueError(f"index: expected a digit of which the hottest place alone is enough, got {index}")
    lost = {name: float(before[digit] - left[at]) for name, at in (("hot", hottest), ("cold", missed))}
    return Asked(
        {
            "covered": lost["cold"] > lost["hot"] + 0.5,
            "hot": lost["hot"] > lost["cold"],
            # What is enough would be what is missed.
            "enough": lost["hot"] > lost["cold"],
            "shares": abs(lost["hot"] / (lost["hot"] + lost["cold"]) - heats[hottest] / heats[[hottest, missed]].sum())
            < 0.1,
        },
        {
            "digit": digit,
            "before": float(before[digit]),
            "hot heat": float(heats[hottest]),
            "cold heat": float(heats[missed]),
            **{
                f"{name} {state} {what}": float(value)
                for name, at in (("hot", hottest), ("cold", missed))
                for state, answers in (("covered", covered), ("alone", alone))
                for what, value in (("answer", answers[at].argmax()), ("sure", answers[at].max()))
            },
        },
    )


def _convolution(filters: int, channels: int, kernel_size: int) -> keras.Layer:
    """Return a convolution with weights and biases at random, none of them zero."""
    layer = load_keras().layers.Conv2D(filters, kernel_size)
    layer.build((None, 2 * kernel_size, 2 * kernel_size, channels))
    generator = np.random.default_rng(1)
    layer.set_weights([generator.uniform(0.1, 1, each.shape).astype(np.float32) for each in layer.get_weights()])
    return layer
