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
    digits = small_digits()
    build = SMALL_NETWORKS[network]
    model = build()
    model.compile(
        keras.optimizers.SGD(RECIPE.learning_rate),  # it remembers nothing from one training to the next
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        # So small a network's steps take less time than to be called one by one.
        steps_per_execution=min(images for images, _ in ways) // RECIPE.batch_size,
    )

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
        before, untrained = first_weights(), model.evaluate(asked, digits.y_test, batch_size=1000, verbose=0)[1]
        steps = images // RECIPE.batch_size  # of an epoch
        history = model.fit(
            seen,
            digits.y_train[:images],
            batch_size=RECIPE.batch_size,
            epochs=RECIPE.steps // steps,
            validation_data=(asked, digits.y_test),
            validation_batch_size=1000,
            validation_freq=RECIPE.interval // steps,
            verbose=0,
        ).history
        shares = np.array([untrained, *history["val_accuracy"]])
        yield SmallTraining(
            network,
            images,
            shuffled,
            np.array(history["loss"]).reshape(-1, RECIPE.interval // steps).mean(axis=1),
            np.rint(shares * len(digits.y_test)).astype(np.int64),
            model.predict(asked, batch_size=1000, verbose=0).argmax(axis=1) == digits.y_test,
            before,
            first_weights(),
        )
