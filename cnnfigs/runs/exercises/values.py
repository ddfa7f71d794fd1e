"""Numbers that one can compute in the head."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnnfigs.models.backend import load_keras
from cnnfigs.runs.exercises.prediction import Mistake, Prediction
from cnnfigs.words import listed


def softmax_shares(lead: int, added: int) -> Prediction:
    """Add the same to all logits, of which the first is ahead of the two others."""
    keras = load_keras()
    logits = np.array([1 + lead, 1, 1], dtype=np.float32)

    def first(changed: NDArray[np.float32]) -> float:
        return float(keras.ops.softmax(changed)[0])

    more = logits + added
    one, two, three = (f"{value:g}" for value in more)
    return Prediction(
        right=(first(more),),
        wrong=(
            Mistake(
                "softmax divided each logit by the sum of the logits",
                (float(more[0] / more.sum()),),
                f"{one} / ({one} + {two} + {three})",
            ),
            Mistake(
                "the others had stayed as they were",
                (first(logits + np.array([added, 0, 0], dtype=np.float32)),),
                f"the softmax of {one}, 1 and 1",
            ),
            Mistake(
                "the answer were sure as soon as its logit is large",
                (1.0,),
                f"{one} is large, so nothing is left to the others",
            ),
        ),
        given={"before": first(logits)},
    )


def grey_wall(value: float, kernel_size: int) -> Prediction:
    """Take the mean under a window that hangs over the corner of an image of equal pixels."""
    layer = load_keras().layers.Conv2D(1, kernel_size, padding="same", use_bias=False)
    layer.build((None, None, None, 1))
    layer.set_weights([np.full((kernel_size, kernel_size, 1, 1), 1 / kernel_size**2)])
    size = 2 * kernel_size
    means = np.asarray(layer(np.full((1, size, size, 1), value, dtype=np.float32)))[0, ..., 0]
    inside, cells = (kernel_size + 1) // 2, kernel_size**2
    return Prediction(
        right=(float(means[0, 0]),),
        wrong=(
            Mistake("padding were neutral", (value,), f"{cells}·{value:g} / {cells}"),
            Mistake(
                "the window hung over one edge and not over two",
                (value * inside / kernel_size,),
                f"{inside * kernel_size}·{value:g} / {cells}",
            ),
            Mistake("a window that hangs over gave nothing", (0.0,), f"0·{value:g} / {cells}"),
        ),
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
        wrong=(
            Mistake("it undid the convolution", tuple(row.tolist()), f"from {sums[0]:g} back to {row[0]} and {row[1]}"),
            Mistake(
                "it shared each sum out in equal parts",
                tuple(np.repeat(sums / 2, 2).tolist()),
                f"{sums[0]:g} / 2 = {sums[0] / 2:g}, twice",
            ),
            Mistake(
                "it put zeros between the sums, and no more",
                tuple(np.stack([sums, 0 * sums], axis=1).reshape(-1).tolist()),
                f"{sums[0]:g}, and a 0 behind it",
            ),
        ),
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
    first, second = (float(number) for number in row[row > 0])
    return Prediction(
        right=tuple(after.tolist()),
        wrong=(
            Mistake(
                "pooling were invariant: a small step changed nothing",
                tuple(before.tolist()),
                f"the {first:g} and the {second:g} stay where they were",
            ),
            Mistake(
                "pooling were equivariant: its output moved as its input did",
                tuple(np.roll(before, 1).tolist()),
                f"the {first:g} and the {second:g} both move on by one",
            ),
            Mistake(
                "pooling took the mean of each window",
                tuple(moved.reshape(-1, 2).mean(axis=1).tolist()),
                f"(0 + {first:g}) / 2 = {first / 2:g} and ({second:g} + 0) / 2 = {second / 2:g}",
            ),
        ),
        given={
            **{f"number {position}": float(number) for position, number in enumerate(row)},
            **{f"before {position}": float(number) for position, number in enumerate(before)},
        },
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
    all_numbers, all_slopes = (listed(f"{value:g}" for value in each) for each in (numbers, slopes))
    return Prediction(
        right=(str(most), float(lost[most])),
        wrong=(
            Mistake(
                "only its number counted",
                (str(strongest), float(numbers[strongest])),
                f"{numbers[strongest]:g} is the largest of {all_numbers}",
            ),
            Mistake(
                "only the slope counted",
                (str(steepest), float(slopes[steepest])),
                f"{slopes[steepest]:g} is the largest of {all_slopes}",
            ),
            Mistake(
                "the largest number were the one that contributes",
                (str(strongest), float(numbers[strongest] * slopes[strongest])),
                f"{numbers[strongest]:g}·{slopes[strongest]:g} = {numbers[strongest] * slopes[strongest]:g}",
            ),
        ),
    )
