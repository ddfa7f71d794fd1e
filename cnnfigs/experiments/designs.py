"""Training of small designs on few digits, cheap enough for a whole grid of them.

All that decides a record is reached from :func:`train`: an edit there makes every record of a :class:`Designed` stale.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs import provenance
from cnnfigs.data import Bytes, manifest, mnist
from cnnfigs.errors import ParameterError
from cnnfigs.experiments.images import balanced_order, shifted
from cnnfigs.experiments.training import DIRECTIONS, packed, probabilities
from cnnfigs.experiments.trials import Trial
from cnnfigs.models.backend import load_keras
from cnnfigs.models.designs import Block, Design, Downsampling, Last, build
from cnnfigs.models.training import as_input

#: Training images, how often each is shown, how many are shown in one step, and the step size of Adam.
IMAGES, EPOCHS, BATCH, LEARNING_RATE = 10_000, 3, 64, 0.003
#: So many test images are asked about: all that there are.
TEST_IMAGES = 10_000
#: By how many pixels the test images are moved when they are asked about again.
MOVED = 4
#: What a record calls these.
ELSEWHERE = "moved 4"


@dataclass(frozen=True)
class Designed(Trial):
    """One training of one design.

    Parameters
    ----------
    seed
        Seed of the first weights, and of the choice and order of the images.
    design
        What is trained.
    """

    design: Design

    @property
    def title(self) -> str:
        """The design and the seed."""
        return f"design-{self.design}-seed_{self.seed}"

    def run(self) -> dict[str, Any]:
        """Train, and ask."""
        return train(self)

    def digest(self) -> str:
        """Digest the training, the data and the fields; the libraries' versions do not enter."""
        content = f"{_code()} {manifest()['mnist.npz']['sha256']} {json.dumps(self.description, sort_keys=True)}"
        return hashlib.sha256(content.encode()).hexdigest()

    def contradiction(self, outcome: dict[str, Any]) -> str:
        """Compare counts with each other, with the answers one by one, and with what was to be done."""
        try:
            return _contradiction(self, outcome)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return f"its outcome cannot be read: {type(error).__name__} {str(error)[:80]}"


def _contradiction(trial: Designed, outcome: dict[str, Any]) -> str:
    test, moved = outcome["test"], outcome["elsewhere"][ELSEWHERE]
    if outcome["parameters"] != trial.design.parameters:
        return f"parameters are {outcome['parameters']!r}, not {trial.design.parameters}"
    if outcome["steps"] != EPOCHS * -(-IMAGES // BATCH):
        return f"steps are {outcome['steps']!r}, not {EPOCHS * -(-IMAGES // BATCH)}"
    asked = TEST_IMAGES
    bits = base64.b64decode(test["bits"], validate=True)
    right = sum(byte.bit_count() for byte in bits)
    if test["asked"] != asked or len(bits) != -(-asked // 8) or right != test["right"]:
        return f"{test['right']!r} right answers are counted, and {right} are marked"
    if moved["asked"] != asked or not (0 <= moved["right"] <= asked and 0 <= moved["same"] <= asked):
        return f"{moved['right']!r} right and {moved['same']!r} same answers of {moved['asked']!r} cannot be"
    if abs(moved["right"] - right) > asked - moved["same"]:
        return f"{moved['right']!r} right answers to moved images do not go with {moved['same']!r} same answers"
    return ""


@cache
def _code() -> str:
    return provenance.digest(f"{__name__}:train", libraries=False)


def train(trial: Designed) -> dict[str, Any]:
    """Train one design, and ask it about all test images, where they are and moved.

    Returns
    -------
    dict
        ``parameters``; ``steps``; ``history`` with loss and accuracy of each pass over the training images; ``test``
        with the number asked, the number right, and ``bits`` that tell which; and ``elsewhere`` the same of the moved
        test images, without bits, and with the number that got the ``same`` answer as at home.
    """
    keras = load_keras()
    keras.backend.clear_session()
    keras.utils.set_random_seed(trial.seed)
    digits = mnist()
    model = build(trial.design)
    model.compile(keras.optimizers.Adam(LEARNING_RATE), "sparse_categorical_crossentropy", metrics=["accuracy"])
    chosen = balanced_order(digits.y_train, trial.seed)[:IMAGES]
    images, labels = as_input(digits.x_train[chosen]), digits.y_train[chosen]
    history = model.fit(images, labels, batch_size=BATCH, epochs=EPOCHS, verbose=0).history
    at_home = _answers(model, digits.x_test)
    away = _answers(model, moved(digits.x_test))
    right = at_home == digits.y_test
    return {
        "parameters": int(model.count_params()),
        "steps": int(model.optimizer.iterations),
        "history": {name: [float(value) for value in values] for name, values in history.items()},
        "test": {"asked": len(right), "right": int(right.sum()), "bits": packed(right)},
        "elsewhere": {
            ELSEWHERE: {
                "asked": len(away),
                "right": int((away == digits.y_test).sum()),
                "same": int((away == at_home).sum()),
            }
        },
    }


def _answers(model: Any, images: Bytes) -> NDArray[np.intp]:
    answers: NDArray[np.intp] = probabilities(model, images).argmax(axis=1)
    return answers


def moved(images: Bytes) -> Bytes:
    """Move images by four pixels: the first to the right, the next to the left, down, up, and so on.

    Each image is moved once, so that the answers are as many, and as independent, as those at home.

    Parameters
    ----------
    images
        Shape (n, height, width).
    """
    away = np.empty_like(images)
    for turn, (right, down) in enumerate(DIRECTIONS.values()):
        away[turn :: len(DIRECTIONS)] = shifted(images[turn :: len(DIRECTIONS)], MOVED * right, MOVED * down)
    return away


#: What the grid tries. Filters of the blocks from the first to the last: the same in all, or twice as many each time.
BLOCKS = (1, 2, 3)
FILTERS = ((8, 8, 8), (4, 8, 16), (4, 4, 4), (8, 16, 32))
KERNEL_SIZES = (3, 5)
DOWNSAMPLINGS: tuple[Downsampling, ...] = ("none", "max pooling", "average pooling", "strides")
ENDS: tuple[tuple[Last, int], ...] = (("flatten", 0), ("flatten", 32), ("global max", 0))
#: Designs that take more multiply-adds than this are left out: to train them takes too long.
MOST_MULTIPLY_ADDS = 2_000_000


@cache
def grid() -> tuple[Design, ...]:
    """Return every design of the grid, each once; what does not fit on a digit, or is too large, is left out.

    Examples
    --------
    >>> str(grid()[0]), len(grid())
    ('8k3', 198)
    """
    designs: dict[Design, None] = {}
    for filters in FILTERS:
        for count in BLOCKS:
            for downsampling in DOWNSAMPLINGS:
                for size in KERNEL_SIZES:
                    for last, dense in ENDS:
                        blocks = tuple(Block(each, size, downsampling) for each in filters[:count])
                        try:
                            designs[Design(blocks, last, dense)] = None
                        except ParameterError:  # the last maps are too small for the next window
                            continue
    return tuple(design for design in designs if design.multiply_adds <= MOST_MULTIPLY_ADDS)
