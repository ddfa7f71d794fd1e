"""One training of an experiment, and what it is asked afterwards.

All that decides a record is reached from :func:`perform`: an edit here or in ``images`` makes every record stale.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import Mnist
from cnnfigs.experiments.images import (
    balanced_order,
    on_canvas,
    pixel_order,
    randomly_shifted,
    reordered,
    shifted,
)
from cnnfigs.models.backend import load_keras
from cnnfigs.models.training import Recipe, as_input, fit
from cnnfigs.models.variants import on_canvas as network_on_canvas

if TYPE_CHECKING:
    import keras

    from cnnfigs.experiments.trials import Training

Images = NDArray[np.uint8]

#: Height and width of MNIST's images.
SIDE = 28
#: Images per step, and steps after which the history is noted.
BATCH, NOTED = 128, 100
#: At most so many of the training images are asked about after the training.
ASKED_AGAIN = 10_000
#: Elsewhere, one test image of so many is asked about.
SKIP = 2
#: Directions and lengths of the shifts, in pixels.
DIRECTIONS = {"right": (1, 0), "left": (-1, 0), "down": (0, 1), "up": (0, -1)}
LENGTHS = range(1, 9)


def perform(trial: Training, builder: Callable[[], keras.Model], digits: Mnist) -> dict[str, Any]:
    """Train one network and ask it about the test images, once.

    Parameters
    ----------
    trial
        What to do.
    builder
        Builds the network, untrained.
    digits
        The images.

    Returns
    -------
    dict
        ``parameters``; ``steps`` of the training; ``history`` after every 100 steps or, by the tutorial's recipe, after
        every epoch; ``training`` with the number of training images asked about again, at most 10,000, and answered
        rightly; ``test`` with the number asked, the number right, and ``bits`` that tell which; and for each place
        ``elsewhere`` the same of every second test image, without bits, and with the number that got the ``same``
        answer as at home and the largest ``difference`` of a probability.
    """
    keras = load_keras()
    keras.backend.clear_session()
    keras.utils.set_random_seed(trial.seed)
    model = builder()
    if trial.canvas != SIDE:
        model = network_on_canvas(model, trial.canvas)

    order = pixel_order(trial.shuffle, SIDE, trial.seed)
    middle = (trial.canvas - SIDE) // 2
    home = trial.place or (middle, middle)

    def prepared(images: Images, place: tuple[int, int] = home) -> Images:
        if trial.shuffle != "none":
            images = reordered(images, order)
        return images if trial.canvas == SIDE else on_canvas(images, trial.canvas, *place)

    if trial.steps is None:
        trained = prepared(digits.x_train), digits.y_train
        history = fit(model, as_input(trained[0]), trained[1], Recipe(seed=trial.seed)).history
    else:
        chosen = balanced_order(digits.y_train, trial.seed)[: trial.images]
        trained = prepared(digits.x_train[chosen]), digits.y_train[chosen]
        model.compile(
            keras.optimizers.Adam(trial.learning_rate), "sparse_categorical_crossentropy", metrics=["accuracy"]
        )
        history = fit_steps(model, *trained, trial.steps, trial.random_shift, trial.seed)

    pictures, labels = digits.x_test[: trial.test_images], digits.y_test[: trial.test_images]
    at_home = probabilities(model, prepared(pictures))
    right = at_home.argmax(axis=1) == labels
    again = probabilities(model, trained[0][:ASKED_AGAIN]).argmax(axis=1) == trained[1][:ASKED_AGAIN]
    elsewhere = {}
    before = at_home[::SKIP]
    for name, shown in asked_elsewhere(trial.asked, pictures[::SKIP], prepared):
        answers = probabilities(model, shown)
        elsewhere[name] = {
            "asked": len(answers),
            "right": int((answers.argmax(axis=1) == labels[::SKIP]).sum()),
            "same": int((answers.argmax(axis=1) == before.argmax(axis=1)).sum()),
            "difference": float(np.abs(answers - before).max()),
        }
    return {
        "parameters": int(model.count_params()),
        "steps": int(model.optimizer.iterations),
        "history": {name: [float(value) for value in values] for name, values in history.items()},
        "training": {"asked": len(again), "right": int(again.sum())},
        "test": {"asked": len(right), "right": int(right.sum()), "bits": packed(right)},
        "elsewhere": elsewhere,
    }


def fit_steps(
    model: keras.Model, images: Images, labels: NDArray[np.uint8], steps: int, random_shift: int, seed: int
) -> dict[str, list[float]]:
    """Train for a fixed number of steps of 128 images; all are shown in a random order, over and over.

    Parameters
    ----------
    model
        The network, compiled.
    images, labels
        Shapes (n, height, width) and (n,).
    steps
        How many, a multiple of 100.
    random_shift
        Each time an image is shown it is moved by as many pixels at most, right or left and up or down.
    seed
        Seed of the order and of the moves.

    Returns
    -------
    dict
        Mean loss and accuracy of every 100 steps.
    """
    random = np.random.default_rng(seed)
    rounds = -(-steps * BATCH // len(images))
    stream = np.concatenate([random.permutation(len(images)) for _ in range(rounds)])[: steps * BATCH]
    history: dict[str, list[float]] = {"accuracy": [], "loss": []}
    for chosen in np.split(stream, steps // NOTED):
        shown = randomly_shifted(images[chosen], random_shift, random) if random_shift else images[chosen]
        made = model.fit(as_input(shown), labels[chosen], batch_size=BATCH, shuffle=False, verbose=0).history
        for name, values in history.items():
            values += made[name]
    return history


def asked_elsewhere(
    asked: tuple[str, ...], pictures: Images, prepared: Callable[..., Images]
) -> Iterator[tuple[str, Images]]:
    """Give the test images in other places, each with a name: "right 4", "right 4 and back", "upper left"."""
    if "shifts" in asked:
        for name, (right, down) in DIRECTIONS.items():
            for length in LENGTHS:
                yield f"{name} {length}", shifted(prepared(pictures), right * length, down * length)
    if "shifts and back" in asked:
        for name, (right, down) in DIRECTIONS.items():
            for length in LENGTHS[3::4]:
                away = shifted(prepared(pictures), right * length, down * length)
                yield f"{name} {length} and back", shifted(away, -right * length, -down * length)
    if "upper left" in asked:
        yield "upper left", prepared(pictures, (0, 0))


def probabilities(model: keras.Model, images: Images) -> NDArray[np.float32]:
    """Ask a network about images of shape (n, height, width); returns shape (n, 10)."""
    answers: NDArray[np.float32] = model.predict(as_input(images), batch_size=500, verbose=0)
    return answers


def packed(bits: NDArray[np.bool_]) -> str:
    """Write truth values as text, eight in a byte, in base64.

    Examples
    --------
    >>> packed(np.array([True, False, True]))
    'oA=='
    """
    return base64.b64encode(np.packbits(bits).tobytes()).decode("ascii")
