"""What limits and later networks rest on, in numbers."""

from __future__ import annotations

import numpy as np

from cnnfigs.models.backend import load_keras
from cnnfigs.runs.exercises.prediction import Mistake, Prediction
from cnnfigs.words import fixed, listed, written_number

#: Side of a digit.
SIDE = 28


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
        wrong=(
            Mistake("only one pixel had moved", (weight * step,), f"{weight:g}·{step:g}"),
            Mistake(
                "the steps partly cancelled, as steps at random do",
                (weight * step * float(np.sqrt(pixels)),),
                f"{weight:g}·{step:g}, times the root of {pixels}",
            ),
            Mistake("the weights did not matter", (step * pixels,), f"{pixels}·{step:g}"),
        ),
        given={"pixels": pixels},
    )


def normalized(first: tuple[float, ...], second: tuple[float, ...]) -> Prediction:
    """Normalise two vectors, each over its own numbers, and look at the first number of the first."""
    layer = load_keras().layers.LayerNormalization(axis=-1)
    values = np.array([first, second], dtype=np.float32)
    channel = values[:, 0]
    mean, spread = float(values[0].mean()), float(values[0].std())
    away = f"{written_number(first[0])} − {written_number(mean)}"
    return Prediction(
        right=(float(np.asarray(layer(values))[0, 0]),),
        wrong=(
            Mistake(
                "the mean and spread were those of the channel over the batch",
                (float((values[0, 0] - channel.mean()) / channel.std()),),
                f"({written_number(first[0])} − {written_number(float(channel.mean()))}) / "
                f"{written_number(float(channel.std()))}",
            ),
            Mistake("only the mean were taken away", (float(values[0, 0] - values[0].mean()),), away),
            Mistake(
                "it were divided by the squared spread",
                (float((values[0, 0] - values[0].mean()) / values[0].var()),),
                f"({away}) / {fixed(spread, 2)}²",
            ),
        ),
        given={"mean": mean, "spread": spread},
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
        wrong=(
            Mistake("there were no way around the units", (weight**blocks,), f"{weight:g} to the power {blocks}"),
            Mistake("the way around all of them were the only one", (1.0,), f"1 to the power {blocks}"),
            Mistake(
                "what the blocks add were summed up and not multiplied",
                (1 + blocks * weight,),
                f"1 + {blocks}·{weight:g}",
            ),
        ),
    )


def attended(products: tuple[float, ...], values: tuple[float, ...]) -> Prediction:
    """Let a patch attend to some others whose dot products with it, and values, are given."""
    layer = load_keras().layers.Attention()
    query = np.ones((1, 1, 1), dtype=np.float32)
    keys, offered = (np.array(each, dtype=np.float32).reshape(1, -1, 1) for each in (products, values))
    array, held = np.array(products), np.array(values)
    weighted = " + ".join(f"{product:g}·{value:g}" for product, value in zip(products, values, strict=True))
    return Prediction(
        right=(float(np.asarray(layer([query, offered, keys]))[0, 0, 0]),),
        wrong=(
            Mistake(
                "it took the value of the one that is most alike",
                (float(held[array.argmax()]),),
                f"{array.max():g} is the largest of {listed(f'{each:g}' for each in products)}",
            ),
            Mistake(
                "all had the same weight",
                (float(held.mean()),),
                f"({' + '.join(f'{each:g}' for each in values)}) / {len(values)}",
            ),
            Mistake(
                "the dot products themselves, divided by their sum, were the weights",
                (float((array * held).sum() / array.sum()),),
                f"({weighted}) / {array.sum():g}",
            ),
        ),
    )
