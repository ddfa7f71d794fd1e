"""Two small networks that learn from a few small digits: as they are, with their pixels shuffled, and from fewer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data.small_digits import SIDE, as_small_input, small_digits
from cnnfigs.models.backend import load_keras
from cnnfigs.models.records import layer_records
from cnnfigs.models.small import RECIPE, SMALL_NETWORKS
from cnnfigs.models.weights import as_json


@dataclass(frozen=True)
class SmallTraining:
    """One training of one of the networks."""

    network: str
    #: How many digits it learned from.
    images: int
    #: Whether the pixels of all digits were put in another order, the same for all.
    shuffled: bool
    #: The loss on the digits learned from, the mean over each so many steps while the weights changed.
    loss: NDArray[np.float64]
    #: How many test digits it got right before the first step, and after each so many.
    right: NDArray[np.int64]
    #: Which ones it got right after the last.
    marks: NDArray[np.bool_]
    #: The weights of its first layer before the first step and after the last, filters or units last: of a convolution
    #: shape (3, 3, filters), of a dense layer (14, 14, units).
    before: NDArray[np.float32]
    after: NDArray[np.float32]


@dataclass(frozen=True)
class SmallTrainings:
    """Both networks, trained in several ways from the same start."""

    trainings: tuple[SmallTraining, ...]
    #: Parameters of each network.
    parameters: dict[str, int]
    #: The layers of each network, as its record has them.
    layers: dict[str, list[dict[str, Any]]]
    #: How many test digits there are.
    test: int
    #: Steps of each training, digits in each step, and after how many steps the test digits were asked.
    steps: int
    batch_size: int
    interval: int
    learning_rate: float

    def of(self, network: str, images: int, *, shuffled: bool = False) -> SmallTraining:
        """Return one of the trainings."""
        wanted = (network, images, shuffled)
        return next(each for each in self.trainings if (each.network, each.images, each.shuffled) == wanted)


def train_small(images: int, fewer: int, seed: int) -> SmallTrainings:
    """Train both networks on some digits, on these with their pixels shuffled, and on fewer.

    Parameters
    ----------
    images, fewer
        How many digits to learn from: the first ones. The number of steps is the same for both.
    seed
        Seed of the first weights, of the batches, and of the pixels' order.
    """
    ways = ((images, False), (images, True), (fewer, False))
    trainings = tuple(each for network in SMALL_NETWORKS for each in _trained(network, ways, seed))
    models = {name: build() for name, build in SMALL_NETWORKS.items()}
    return SmallTrainings(
        trainings,
        {name: model.count_params() for name, model in models.items()},
        {name: [as_json(record) for record in layer_records(model)] for name, model in models.items()},
        len(small_digits().y_test),
        RECIPE.steps,
        RECIPE.batch_size,
        RECIPE.interval,
        RECIPE.learning_rate,
    )


def _trained(network: str, ways: Sequence[tuple[int, bool]], seed: int) -> Iterator[SmallTraining]:
    """Train a network in several ways, each from the same start: on how many digits, and whether shuffled."""
    keras = load_keras()
    import tensorflow as tf

    digits = small_digits()
    build = SMALL_NETWORKS[network]
    model = build()
    optimizer = keras.optimizers.SGD(RECIPE.learning_rate)  # it remembers nothing from one training to the next
    optimizer.build(model.trainable_variables)

    def step(batch: tuple[Any, Any]) -> Any:
        images, labels = batch
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, model(images, training=True)))
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        return loss

    def learn(images: Any, labels: Any) -> Any:
        return tf.map_fn(step, (images, labels), parallel_iterations=1, fn_output_signature=tf.float32)

    def shuffled_places(count: int) -> Any:
        return tf.autograph.experimental.do_not_convert(lambda _: tf.random.shuffle(tf.range(count)))

    def read(images: Any) -> Any:
        return tf.argmax(model(images, training=False), axis=1)

    # So small a network's steps take less time than to be called one by one: all up to the next question are one call.
    learn, read = (tf.function(each, autograph=False) for each in (learn, read))

    def first_weights() -> NDArray[np.float32]:
        kernel: NDArray[np.float32] = next(layer for layer in model.layers if layer.weights).get_weights()[0]
        return kernel.reshape(*((SIDE, SIDE) if kernel.ndim == 2 else kernel.shape[:2]), -1)

    for images, shuffled in ways:
        keras.utils.set_random_seed(seed)
        model.set_weights(build().get_weights())
        order = np.random.default_rng(seed).permutation(SIDE * SIDE) if shuffled else np.arange(SIDE * SIDE)
        seen, asked = (
            as_small_input(shades.reshape(-1, SIDE * SIDE)[:, order].reshape(-1, SIDE, SIDE))
            for shades in (digits.x_train[:images], digits.x_test)
        )
        # As Keras' fit draws it: with a fixed seed the digits come in the same order each time round.
        drawn = next(iter(tf.data.Dataset.range(1).map(shuffled_places(images))))
        batches = np.resize(drawn, (RECIPE.steps // RECIPE.interval, RECIPE.interval, RECIPE.batch_size))
        before, marks, losses = first_weights(), [read(asked).numpy() == digits.y_test], []
        for chosen in batches:
            losses.append(learn(seen[chosen], digits.y_train[chosen]).numpy().mean(dtype=np.float64))
            marks.append(read(asked).numpy() == digits.y_test)
        yield SmallTraining(
            network,
            images,
            shuffled,
            np.array(losses),
            np.array([each.sum() for each in marks]),
            marks[-1],
            before,
            first_weights(),
        )
