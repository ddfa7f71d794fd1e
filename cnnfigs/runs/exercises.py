"""What exercises ask for: the right answer from real layers, and wrong ones from the rules that people take for right.

The wrong rules are written out here, one expression each; none of them is used anywhere else.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import cat_photo, mnist
from cnnfigs.images import shifted
from cnnfigs.models.backend import load_keras
from cnnfigs.models.imagenet import fitted
from cnnfigs.models.networks import build
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import load
from cnnfigs.runs.activations import test_digit
from cnnfigs.runs.filters.exciting import sums
from cnnfigs.runs.photo.heat_maps import enlarged, grad_cam
from cnnfigs.runs.photo.photo_answers import ask, hide, part_mask
from cnnfigs.runs.training_and_measured.evaluation import answers_to, evaluate

#: An answer: a single number, a shape, a row of numbers, or a name.
Values = tuple[float | str, ...]

#: How many test images are moved to see how sure the network is of them, and from which probability on it counts.
MOVED, SURE = 1000, 0.99
#: Side of a digit.
SIDE = 28
#: How many of the images that a network learned from are shown to it again.
LEARNED = 3000


@dataclass(frozen=True)
class Prediction:
    """What is to be predicted, and what mistaken rules predict."""

    #: What the layers give.
    right: Values
    #: What each wrong rule gives. The rule is told as the end of a sentence with "if".
    wrong: dict[str, Values]
    #: Numbers that the question or its explanation needs.
    given: dict[str, float] = field(default_factory=dict)


def filter_parameters(filters: int, channels: int, kernel_size: int) -> Prediction:
    """Count the parameters of a convolution."""
    layer = load_keras().layers.Conv2D(filters, kernel_size)
    layer.build((None, None, None, channels))
    area = kernel_size**2
    return Prediction(
        right=(layer.count_params(),),
        wrong={
            "a filter were a single grid, however many maps it reads": (area * filters + filters,),
            "a filter had no bias": (area * channels * filters,),
            "every slice had a bias of its own": ((area + 1) * channels * filters,),
        },
    )


def filter_parts(filters: int, channels: int, kernel_size: int, size: int) -> Prediction:
    """Count a convolution's filters, the slices of them all, and the maps that it makes."""
    layer = load_keras().layers.Conv2D(filters, kernel_size)
    layer.build((None, size, size, channels))
    *_, read, made = layer.kernel.shape
    maps = layer.compute_output_shape((None, size, size, channels))[-1]
    return Prediction(
        right=(made, read * made, maps),
        wrong={
            "a filter were a single grid": (filters, filters, filters),
            "every slice made a map of its own": (filters, filters * channels, filters * channels),
            "every slice were a filter": (filters * channels, filters * channels, filters),
        },
    )


def shared_weights(size: int, filters: int, kernel_size: int) -> Prediction:
    """Count the parameters of a convolution on a grey image, which all places share."""
    layer = load_keras().layers.Conv2D(filters, kernel_size)
    layer.build((None, size, size, 1))
    places = layer.compute_output_shape((None, size, size, 1))[1]
    return Prediction(
        right=(layer.count_params(),),
        wrong={
            "every place had weights of its own": ((kernel_size**2 + 1) * filters * places**2,),
            "every number of the maps were joined to every pixel": ((size**2 + 1) * filters * places**2,),
            "a filter had no bias": (kernel_size**2 * filters,),
        },
        given={"places": places},
    )


def grouped_parameters(groups: int, read: int, made: int, kernel_size: int) -> Prediction:
    """Count the parameters of a convolution whose filters read only some of the maps, each group others."""
    channels, filters, area = groups * read, groups * made, kernel_size**2
    layer = load_keras().layers.Conv2D(filters, kernel_size, groups=groups)
    layer.build((None, None, None, channels))
    return Prediction(
        right=(layer.count_params(),),
        wrong={
            "every filter read all maps": ((area * channels + 1) * filters,),
            "every slice had a bias of its own": ((area + 1) * read * filters,),
            "a filter were a single grid": ((area + 1) * filters,),
        },
        given={"channels": channels, "filters": filters},
    )


def multiplied(size: int, channels: int, filters: int, kernel_size: int) -> Prediction:
    """Count the multiply-adds of a convolution, by letting a layer of ones add up ones."""
    layer = load_keras().layers.Conv2D(filters, kernel_size, use_bias=False, kernel_initializer="ones")
    sums = np.asarray(layer(np.ones((1, size, size, channels), dtype=np.float32)), dtype=np.float64)
    weights, places = kernel_size**2 * channels * filters, sums.shape[1] * sums.shape[2]
    return Prediction(
        right=(round(float(sums.sum())),),
        wrong={
            "each weight were used once": (weights,),
            "each pixel were read once by each filter": (size**2 * channels * filters,),
            "windows stood over the edge too": (weights * size**2,),
        },
        given={"weights": weights, "side": sums.shape[1], "places": places},
    )


def contributions(numbers: tuple[float, ...], slopes: tuple[float, ...]) -> Prediction:
    """Find the unit that contributes most to a score: the score without it is smaller by the most."""
    layer = load_keras().layers.Dense(1, use_bias=False)
    values = np.array([numbers], dtype=np.float32)
    layer.build(values.shape)
    layer.set_weights([np.array(slopes, dtype=np.float32)[:, np.newaxis]])
    without = np.repeat(values, len(numbers), axis=0) * (1 - np.eye(len(numbers), dtype=np.float32))
    lost = (np.asarray(layer(values)) - np.asarray(layer(without)))[:, 0]
    most, strongest, steepest = (int(np.argmax(each)) for each in (lost, numbers, slopes))
    return Prediction(
        right=(str(most), float(lost[most])),
        wrong={
            "only its number counted": (str(strongest), float(numbers[strongest])),
            "only the slope counted": (str(steepest), float(slopes[steepest])),
            "the largest number were the one that contributes": (str(strongest), float(lost[strongest])),
        },
    )


def best_possible(kernel: tuple[tuple[float, ...], ...], bias: float) -> Prediction:
    """Search the image of paper and ink, from 0 to 1, that gives a filter its largest sum."""
    weights = np.array(kernel, dtype=np.float32)
    layer = load_keras().layers.Conv2D(1, weights.shape)
    layer.build((None, *weights.shape, 1))
    layer.set_weights([weights[..., np.newaxis, np.newaxis], np.array([bias], dtype=np.float32)])
    # A sum is largest where each pixel is at one of its ends: so all images of ink and paper are enough.
    images = np.array(list(itertools.product((0, 1), repeat=weights.size)), dtype=np.float32)
    sums = np.asarray(layer(images.reshape(-1, *weights.shape, 1)))
    return Prediction(
        right=(float(sums.max()),),
        wrong={
            "all of it were ink": (float(weights.sum() + bias),),
            "only the pixel with the largest weight were ink": (float(weights.max() + bias),),
            "negative weights helped as much": (float(np.abs(weights).sum() + bias),),
            "the bias did not count": (float(weights[weights > 0].sum()),),
        },
    )


def separable_parameters(filters: int, channels: int, kernel_size: int) -> Prediction:
    """Count the parameters of a depthwise separable convolution."""
    layer = load_keras().layers.SeparableConv2D(filters, kernel_size)
    layer.build((None, 2 * kernel_size, 2 * kernel_size, channels))
    area = kernel_size**2
    return Prediction(
        right=(layer.count_params(),),
        wrong={
            "every filter had a window of its own for each map": (area * channels * filters + filters,),
            "nothing mixed the maps": (area * channels,),
            "all maps shared one window": (area + channels * filters + filters,),
        },
    )


def dense_parameters(size: int, channels: int, units: int) -> Prediction:
    """Count the parameters of a dense layer behind an image."""
    keras = load_keras()
    layers = keras.layers
    model = keras.Sequential([keras.Input((size, size, channels)), layers.Flatten(), layers.Dense(units)])
    numbers = size**2 * channels
    return Prediction(
        right=(model.count_params(),),
        wrong={
            "a pixel were one number, whatever its colour": (size**2 * units + units,),
            "a unit had no bias": (numbers * units,),
            "all units had one bias together": (numbers * units + 1,),
        },
    )


def softmax_shares(lead: int, added: int) -> Prediction:
    """Add the same to all logits, of which the first is ahead of the two others."""
    keras = load_keras()
    logits = np.array([1 + lead, 1, 1], dtype=np.float32)

    def first(changed: NDArray[np.float32]) -> float:
        return float(keras.ops.softmax(changed)[0])

    more = logits + added
    return Prediction(
        right=(first(more),),
        wrong={
            "softmax divided each logit by the sum of the logits": (float(more[0] / more.sum()),),
            "the others had stayed as they were": (first(logits + np.array([added, 0, 0], dtype=np.float32)),),
            "the answer were sure as soon as its logit is large": (1.0,),
        },
        given={"before": first(logits)},
    )


def same_size(size: int, kernel_size: int, strides: int) -> Prediction:
    """Compute the output size of a convolution with "same" padding and strides."""
    layer = load_keras().layers.Conv2D(1, kernel_size, strides=strides, padding="same")
    return Prediction(
        right=(layer.compute_output_shape((None, size, size, 1))[1],),
        wrong={
            '"same" kept the size whatever the strides': (size,),
            "there were no padding": ((size - kernel_size) // strides + 1,),
            "there were neither padding nor strides": (size - kernel_size + 1,),
        },
    )


def grey_wall(value: float, kernel_size: int) -> Prediction:
    """Take the mean under a window that hangs over the corner of an image of equal pixels."""
    layer = load_keras().layers.Conv2D(1, kernel_size, padding="same", use_bias=False)
    layer.build((None, None, None, 1))
    layer.set_weights([np.full((kernel_size, kernel_size, 1, 1), 1 / kernel_size**2)])
    size = 2 * kernel_size
    means = np.asarray(layer(np.full((1, size, size, 1), value, dtype=np.float32)))[0, ..., 0]
    inside = (kernel_size + 1) // 2
    return Prediction(
        right=(float(means[0, 0]),),
        wrong={
            "padding were neutral": (value,),
            "the window hung over one edge and not over two": (value * inside / kernel_size,),
            "a window that hangs over gave nothing": (0.0,),
        },
        given={"inside": inside**2, "middle": float(means[kernel_size, kernel_size])},
    )


def there_and_back(size: int, seed: int) -> Prediction:
    """Convolve a row of numbers with strides 2, and send the result through the transposed convolution.

    Both have the kernel 1, 1.
    """
    layers = load_keras().layers
    there = layers.Conv1D(1, 2, strides=2, use_bias=False, kernel_initializer="ones")
    back = layers.Conv1DTranspose(1, 2, strides=2, use_bias=False, kernel_initializer="ones")
    row = np.random.default_rng(seed).permutation(np.arange(1, 10))[:size]
    small = there(row.reshape(1, -1, 1).astype(np.float32))
    restored = np.asarray(back(small))[0, :, 0]
    sums = np.asarray(small)[0, :, 0]
    return Prediction(
        right=tuple(restored.tolist()),
        wrong={
            "it undid the convolution": tuple(row.tolist()),
            "it shared each sum out in equal parts": tuple(np.repeat(sums / 2, 2).tolist()),
            "it put zeros between the sums, and no more": tuple(
                np.stack([sums, 0 * sums], axis=1).reshape(-1).tolist()
            ),
        },
        given={
            **{f"number {position}": int(number) for position, number in enumerate(row)},
            **{f"sum {position}": float(number) for position, number in enumerate(sums)},
        },
    )


def pooled_step(seed: int) -> Prediction:
    """Move a row of eight numbers by one, and pool it in windows of two.

    Of its two numbers that are not 0, the first stays in its window and the second goes over into the next one.
    """
    layers = load_keras().layers
    generator = np.random.default_rng(seed)
    row = np.zeros(8, dtype=np.float32)
    row[[2 * int(generator.integers(0, 2)), 5]] = generator.permutation(np.arange(1, 10))[:2]
    moved = np.roll(row, 1)
    before, after = (np.asarray(layers.MaxPooling1D(2)(each.reshape(1, -1, 1)))[0, :, 0] for each in (row, moved))
    return Prediction(
        right=tuple(after.tolist()),
        wrong={
            "pooling were invariant: a small step changed nothing": tuple(before.tolist()),
            "pooling were equivariant: its output moved as its input did": tuple(np.roll(before, 1).tolist()),
            "pooling took the mean of each window": tuple(moved.reshape(-1, 2).mean(axis=1).tolist()),
        },
        given={
            **{f"number {position}": float(number) for position, number in enumerate(row)},
            **{f"before {position}": float(number) for position, number in enumerate(before)},
        },
    )


def pooled_shape(size: int, channels: int) -> Prediction:
    """Compute the shape of maps of an odd size after a max pooling with windows of 2×2."""
    layer = load_keras().layers.MaxPooling2D(2)
    _, *right = layer.compute_output_shape((None, size, size, channels))
    half = size // 2
    return Prediction(
        right=tuple(right),
        wrong={
            "half a window counted as one": (half + 1, half + 1, channels),
            "the window moved by one cell at a time": (size - 1, size - 1, channels),
            "pooling had halved the number of maps too": (half, half, channels // 2),
        },
    )


def halvings(size: int) -> Prediction:
    """Follow an image of another size through the convnet's first four layers."""
    layers = build("convnet").layers[:4]
    shape: tuple[int, ...] = (1, size, size, 1)
    given: dict[str, float] = {}
    for layer in layers:
        shape = layer.compute_output_shape(shape)
        given[layer.name] = shape[1]
    first, second = (layers[place].filters for place in (0, 2))

    def twice(shrink: int, up: int) -> int:
        """Shrink by the window and halve, rounding down or up, two times."""
        height = size
        for _ in range(2):
            height = (height - shrink + up) // 2
        return height

    up, kept = twice(2, 1), twice(0, 0)
    return Prediction(
        right=tuple(shape[1:]),
        wrong={
            "halves were rounded up": (up, up, second),
            "a convolution kept the size": (kept, kept, second),
            "every filter made a map of each map that it reads": (*shape[1:3], first * second),
        },
        given=given,
    )


def field_size(kernel_size: int, pool_size: int) -> Prediction:
    """Measure how far a unit sees behind a convolution, a max pooling and a convolution, along one axis.

    One pixel after the other is lit, to see which of them reach the unit.
    """
    keras = load_keras()
    layers = keras.layers
    size = 4 * kernel_size * pool_size
    options = {"kernel_initializer": "ones", "use_bias": False}
    model = keras.Sequential(
        [
            keras.Input((size, 1)),
            layers.Conv1D(1, kernel_size, **options),
            layers.MaxPooling1D(pool_size),
            layers.Conv1D(1, kernel_size, **options),
        ]
    )
    answers = np.asarray(model(np.eye(size, dtype=np.float32)[..., np.newaxis], training=False))[..., 0]
    seen = int((answers[:, answers.shape[1] // 2] > 0).sum())
    pooled = kernel_size + pool_size - 1
    return Prediction(
        right=(seen,),
        wrong={
            "the steps of the second window were one pixel wide": (pooled + kernel_size - 1,),
            "the sizes of the windows were multiplied": (kernel_size * pool_size * kernel_size,),
            "it saw only its own window": (kernel_size,),
        },
        given={"pooled": pooled},
    )


def moved_digit(index: int, n: int, rows: int, columns: int) -> Prediction:
    """Move a digit, and look for the strongest number of one first map and at the probability of the answer.

    Raises
    ------
    ValueError
        If the digit loses ink on the way.
    """
    model = load("convnet")
    image = test_digit(index)
    moved = shifted(image, rows, columns)
    if np.count_nonzero(moved) < np.count_nonzero(image):
        lost = f"rows is {rows} and columns is {columns}: test image {index} would lose ink"
        raise ValueError(f"{lost}: expected a smaller shift or another image")
    maps = np.asarray(model.layers[0](np.stack([image, moved])))[..., n]
    before, after = (np.unravel_index(int(each.argmax()), each.shape) for each in maps)
    probabilities = np.asarray(model(np.stack([image, moved]), training=False))
    digit = int(probabilities[0].argmax())
    sure, still = (float(each) for each in probabilities[:, digit])
    old, new = (tuple(int(number) for number in place) for place in (before, after))
    return Prediction(
        right=(*new, still),
        wrong={
            "an equivariant layer made the answer invariant": (*new, sure),
            "the maps stayed where they were, and only the answer changed": (*old, still),
            "the whole network were invariant": (*old, sure),
        },
        given={
            "row": old[0],
            "column": old[1],
            "digit": digit,
            "sure": sure,
            "answer": int(probabilities[1].argmax()),
        },
    )


def sure_answers(columns: int) -> Prediction:
    """Move test digits to the right, and count how many of the network's sure answers are right."""
    images, labels = as_input(mnist().x_test[:MOVED]), mnist().y_test[:MOVED]
    whole = ~images[:, :, -columns:].any(axis=(1, 2, 3))
    moved = shifted(images[whole], 0, columns)
    probabilities = answers_to("convnet", moved)
    sure = probabilities.max(axis=1) >= SURE
    count = int(sure.sum())
    return Prediction(
        right=(int((probabilities.argmax(axis=1) == labels[whole])[sure].sum()),),
        wrong={
            "99 % meant to be right 99 times in a hundred": (round(SURE * count),),
            "99 % were as good as certain": (count,),
            "a network could only guess where it was not trained": (round(count / 10),),
        },
        given={"moved": len(moved), "asked": count},
    )


def overfitting_gap(larger: str, smaller: str) -> Prediction:
    """Take two networks' errors on test images minus those on images that they learned from, in a thousand."""
    digits = mnist()
    images, labels = as_input(digits.x_train[:LEARNED]), digits.y_train[:LEARNED]
    gaps, parameters = [], []
    given: dict[str, float] = {}
    for name in (larger, smaller):
        answers = answers_to(name, images).argmax(axis=1)
        learned = 1000 * float((answers != labels).mean())
        tested = evaluate(name)
        gaps.append(1000 * tested.errors / len(tested.labels) - learned)
        parameters.append(tested.parameters)
        given |= {
            f"{name} learned": learned,
            f"{name} test": learned + gaps[-1],
            f"{name} parameters": tested.parameters,
        }
    times = parameters[0] / parameters[1]
    return Prediction(
        right=(gaps[0],),
        wrong={
            "overfitting grew in proportion to the number of parameters": (times * gaps[1],),
            "the same training gave the same overfitting": (gaps[1],),
            "overfitting shrank in proportion to the number of parameters": (gaps[1] / times,),
        },
        given=given | {"times": times, "gap": gaps[1]},
    )


def covered_heat(index: int, side: int) -> Prediction:
    """Cover the hottest square of a digit's Grad-CAM map with paper, and ask the convnet again.

    Raises
    ------
    ValueError
        If the map marks nothing.
    """
    model = load("convnet")
    image = test_digit(index)
    before = np.asarray(model(image[np.newaxis], training=False))[0]
    digit = int(before.argmax())
    heat = enlarged(grad_cam(model, sums(model, "dense"), image, digit, "conv2d_3"), *image.shape[:2])
    if not heat.any():
        raise ValueError(f"index: expected a test image on which Grad-CAM marks something, got {index}")
    inside = np.lib.stride_tricks.sliding_window_view(heat, (side, side)).sum(axis=(2, 3))
    row, column = np.unravel_index(int(inside.argmax()), inside.shape)
    covered = image.copy()
    covered[row : row + side, column : column + side] = 0
    after = np.asarray(model(covered[np.newaxis], training=False))[0]
    share, sure = float(inside.max() / heat.sum()), float(before[digit])
    return Prediction(
        right=(float(after[digit]),),
        wrong={
            "each share of the heat were the same share of the answer": (sure * (1 - share),),
            "the hottest place were the reason, and the network had to guess without it": (1 / len(before),),
            "the network could see no such digit without it": (0.0,),
        },
        given={"digit": digit, "sure": sure, "heat": share, "ink": 1 - float(covered.sum() / image.sum())},
    )


def missing_part(part: str) -> Prediction:
    """Cover one part of the cat with grey, and ask for the probability of a cat."""
    photo = fitted(cat_photo())
    covered = np.where(part_mask((part,), 0), hide(photo, "grey"), photo)
    whole, left = (ask(each, 1).answer.cats for each in (photo, covered))
    return Prediction(
        right=(left,),
        wrong={
            f"a cat without its {part} were no cat": (0.0,),
            "each of the three kinds of parts held a third of the answer": (whole * 2 / 3,),
            "the network did not look at them": (whole,),
        },
        given={"whole": whole},
    )


def small_steps(weight: float, step: float) -> Prediction:
    """Move every pixel of a digit a little, each in the direction in which it makes one unit's sum larger."""
    keras = load_keras()
    pixels = SIDE * SIDE
    layer = keras.layers.Dense(1, use_bias=False)
    layer.build((None, pixels))
    signs = np.where(np.arange(pixels) % 2, 1, -1)
    layer.set_weights([(weight * signs).astype(np.float32)[:, np.newaxis]])
    grey = np.full((1, pixels), 0.5, dtype=np.float32)
    before, after = (float(np.asarray(layer(each))[0, 0]) for each in (grey, (grey + step * signs).astype(np.float32)))
    return Prediction(
        right=(after - before,),
        wrong={
            "only one pixel had moved": (weight * step,),
            "the steps partly cancelled, as steps at random do": (weight * step * float(np.sqrt(pixels)),),
            "the weights did not matter": (step * pixels,),
        },
        given={"pixels": pixels},
    )


def normalized(first: tuple[float, ...], second: tuple[float, ...]) -> Prediction:
    """Normalise two vectors, each over its own numbers, and look at the first number of the first."""
    layer = load_keras().layers.LayerNormalization(axis=-1)
    values = np.array([first, second], dtype=np.float32)
    channel = values[:, 0]
    return Prediction(
        right=(float(np.asarray(layer(values))[0, 0]),),
        wrong={
            "the mean and spread were those of the channel over the batch": (
                float((values[0, 0] - channel.mean()) / channel.std()),
            ),
            "only the mean were taken away": (float(values[0, 0] - values[0].mean()),),
            "it were divided by the squared spread": (float((values[0, 0] - values[0].mean()) / values[0].var()),),
        },
        given={"mean": float(values[0].mean()), "spread": float(values[0].std())},
    )


def slope_through_blocks(weight: float, blocks: int) -> Prediction:
    """Build a stack of blocks with one unit each and skips, and take the slope of its output along its input."""
    keras = load_keras()
    import tensorflow as tf

    layers = keras.layers
    image = keras.Input((1,))
    value = image
    for _ in range(blocks):
        unit = layers.Dense(1, use_bias=False, kernel_initializer=keras.initializers.Constant(weight))
        value = layers.Add()([unit(value), value])
    model = keras.Model(image, value)
    begin = tf.constant([[1.0]])
    with tf.GradientTape() as tape:
        tape.watch(begin)
        end = model(begin)
    return Prediction(
        right=(float(np.asarray(tape.gradient(end, begin))[0, 0]),),
        wrong={
            "there were no way around the units": (weight**blocks,),
            "the way around all of them were the only one": (1.0,),
            "what the blocks add were summed up and not multiplied": (1 + blocks * weight,),
        },
    )


def attended(products: tuple[float, ...], values: tuple[float, ...]) -> Prediction:
    """Let a patch attend to some others whose dot products with it, and values, are given."""
    layer = load_keras().layers.Attention()
    query = np.ones((1, 1, 1), dtype=np.float32)
    keys, offered = (np.array(each, dtype=np.float32).reshape(1, -1, 1) for each in (products, values))
    array, held = np.array(products), np.array(values)
    return Prediction(
        right=(float(np.asarray(layer([query, offered, keys]))[0, 0, 0]),),
        wrong={
            "it took the value of the one that is most alike": (float(held[array.argmax()]),),
            "all had the same weight": (float(held.mean()),),
            "the dot products themselves, divided by their sum, were the weights": (
                float((array * held).sum() / array.sum()),
            ),
        },
    )
