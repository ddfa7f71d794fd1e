"""What size comes out, and how far a unit sees."""

from __future__ import annotations

import numpy as np

from cnnfigs.models.backend import load_keras
from cnnfigs.models.networks import build
from cnnfigs.runs.exercises.prediction import Mistake, Prediction


def same_size(size: int, kernel_size: int, strides: int) -> Prediction:
    """Compute the output size of a convolution with "same" padding and strides."""
    layer = load_keras().layers.Conv2D(1, kernel_size, strides=strides, padding="same")
    fitting = (size - kernel_size) // strides + 1
    return Prediction(
        right=(layer.compute_output_shape((None, size, size, 1))[1],),
        wrong=(
            Mistake('"same" kept the size whatever the strides', (size,), f"{size} stays {size}"),
            Mistake(
                "there were no padding",
                (fitting,),
                f"({size} − {kernel_size}) / {strides}, rounded down, + 1 = {fitting}",
            ),
            Mistake(
                "there were neither padding nor strides",
                (size - kernel_size + 1,),
                f"{size} − {kernel_size} + 1 = {size - kernel_size + 1}",
            ),
        ),
    )


def pooled_shape(size: int, channels: int) -> Prediction:
    """Compute the shape of maps of an odd size after a max pooling with windows of 2×2."""
    layer = load_keras().layers.MaxPooling2D(2)
    _, *right = layer.compute_output_shape((None, size, size, channels))
    half = size // 2
    return Prediction(
        right=tuple(right),
        wrong=(
            Mistake(
                "half a window counted as one",
                (half + 1, half + 1, channels),
                f"{size} / 2, rounded up, = {half + 1}",
            ),
            Mistake(
                "the window moved by one cell at a time",
                (size - 1, size - 1, channels),
                f"{size} − 2 + 1 = {size - 1}",
            ),
            Mistake(
                "pooling had halved the number of maps too",
                (half, half, channels // 2),
                f"{channels} / 2 = {channels // 2} maps",
            ),
        ),
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

    def twice(shrink: int, up: int) -> list[int]:
        """Shrink by the window and halve, rounding down or up, two times."""
        heights = [size]
        for _ in range(2):
            heights += [heights[-1] - shrink] if shrink else []
            heights += [(heights[-1] + up) // 2]
        return heights

    up, kept = twice(2, 1), twice(0, 0)
    return Prediction(
        right=tuple(shape[1:]),
        wrong=(
            Mistake("halves were rounded up", (up[-1], up[-1], second), _steps(up)),
            Mistake("a convolution kept the size", (kept[-1], kept[-1], second), _steps(kept)),
            Mistake(
                "every filter made a map of each map that it reads",
                (*shape[1:3], first * second),
                f"{first}·{second} = {first * second:,} maps",
            ),
        ),
        given=given,
    )


def _steps(sizes: list[int]) -> str:
    return " → ".join(map(str, sizes))


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
        wrong=(
            Mistake(
                "the steps of the second window were one pixel wide",
                (pooled + kernel_size - 1,),
                f"{pooled} + {kernel_size - 1} = {pooled + kernel_size - 1}",
            ),
            Mistake(
                "the sizes of the windows were multiplied",
                (kernel_size * pool_size * kernel_size,),
                f"{kernel_size}·{pool_size}·{kernel_size} = {kernel_size * pool_size * kernel_size}",
            ),
            Mistake("it saw only its own window", (kernel_size,), f"{kernel_size} cells in a row"),
        ),
        given={"pooled": pooled},
    )
