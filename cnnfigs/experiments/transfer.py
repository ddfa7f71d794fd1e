"""Training with few crops of blood smears, in three ways: from scratch, on frozen features, and fine-tuned.

All that decides a record is reached from :func:`train`: an edit there makes every record of a :class:`Transfer` stale.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from cnnfigs import provenance
from cnnfigs.data import Bytes
from cnnfigs.data import manifest as weights_manifest
from cnnfigs.data.blood_cells import CHANGES, Change, Crops, changed, crops, manifest, part
from cnnfigs.data.blood_fields import away_from_test
from cnnfigs.experiments.training import packed
from cnnfigs.experiments.trials import Trial
from cnnfigs.models.backend import load_keras
from cnnfigs.models.compiled import compiled, outputs
from cnnfigs.models.transfer import (
    BATCH,
    VIEWS,
    as_input,
    as_it_is,
    fit_views,
    lower_half,
    small_convnet,
    upper_half,
    view,
)
from cnnfigs.parameters import require

Way = Literal["scratch", "frozen", "fine-tuned"]
WAYS: tuple[Way, ...] = get_args(Way)

#: How many steps each way takes; fine-tuning comes after those of the head alone.
SCRATCH_STEPS, HEAD_STEPS, FINE_STEPS = 300, 300, 100
#: Step sizes of Adam, from scratch, of a new head, and of layers that know something already.
LEARNING_RATE, FINE_RATE = 0.001, 0.0001


@dataclass(frozen=True)
class Transfer(Trial):
    """One training with crops of blood smears.

    Parameters
    ----------
    seed
        Seed of the first weights, of the choice of crops, and of their order.
    way
        Which network, and what of it is trained.
    each
        How many crops with a platelet, and as many without.
    apart
        Whether only photos are trained on that show no place which a test photo shows.

    Raises
    ------
    ParameterError
        If a field is out of range.
    """

    way: Way
    each: int
    apart: bool = False

    def __post_init__(self) -> None:
        require(self.way in WAYS, "way", self.way, ", ".join(WAYS))
        require(self.each >= 1, "each", self.each, "1 or more")

    @property
    def title(self) -> str:
        """Way, number of crops and seed."""
        name = f"platelets_{self.way.replace('-', '_')}-{self.each}"
        return f"{name}{'-apart' if self.apart else ''}-seed_{self.seed}"

    def run(self) -> dict[str, Any]:
        """Train, and ask."""
        return train(self)

    def digest(self) -> str:
        """Digest the training, the data and the fields; the libraries' versions do not enter."""
        data = [
            manifest()["blood_cells.zip"]["sha256"],
            weights_manifest()["mobilenet_v2_imagenet.weights.h5"]["sha256"],
        ]
        content = f"{_code()} {data} {json.dumps(self.description, sort_keys=True)}"
        return hashlib.sha256(content.encode()).hexdigest()

    def contradiction(self, outcome: dict[str, Any]) -> str:
        """Compare counts with each other, with the answers one by one, and with what was to be asked."""
        try:
            return _contradiction(self, outcome)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return f"its outcome cannot be read: {type(error).__name__} {str(error)[:80]}"


def expected_steps(way: Way) -> int:
    """Return how many steps a way takes.

    Examples
    --------
    >>> expected_steps("fine-tuned") - expected_steps("frozen") == FINE_STEPS
    True
    """
    return {"scratch": SCRATCH_STEPS, "frozen": HEAD_STEPS, "fine-tuned": HEAD_STEPS + FINE_STEPS}[way]


def _contradiction(trial: Transfer, outcome: dict[str, Any]) -> str:
    test, learned = outcome["test"], outcome["training"]
    asked, steps = test["asked"], expected_steps(trial.way)
    if outcome["steps"] != steps:
        return f"steps are {outcome['steps']!r}, not {steps}"
    if not isinstance(asked, int) or asked < 2:
        return f"test crops asked are {asked!r}"
    for name, counts in [("the test", test), *outcome["elsewhere"].items()]:
        bits = base64.b64decode(counts["bits"], validate=True)
        right = sum(byte.bit_count() for byte in bits)
        if counts["asked"] != asked or len(bits) != -(-asked // 8) or right != counts["right"]:
            return f"{counts['right']!r} right answers are counted, and {right} are marked ({name})"
        if -asked % 8 and bits[-1] & ((1 << -asked % 8) - 1):
            return f"right answers are marked behind the last crop ({name})"
    if {*outcome["elsewhere"]} != {*CHANGES}:
        return "changes asked about are not those of the trial"
    if not 0 <= learned["right"] <= learned["asked"] == 2 * trial.each:
        return f"{learned['right']!r} of {learned['asked']!r} training crops cannot be right"
    return ""


@cache
def _code() -> str:
    return provenance.digest(f"{__name__}:train", libraries=False)


def train(trial: Transfer) -> dict[str, Any]:
    """Train one network with some crops, and ask it about all test crops.

    Returns
    -------
    dict
        ``parameters``, how many the training could change; ``steps``; ``training`` and ``test`` with the number of
        crops asked, the number right and, for the test, ``bits`` that tell which; ``elsewhere`` the same of the test
        crops for each change of their colours, and with the number that got the ``same`` answer as without it.
    """
    keras = load_keras()
    # MobileNetV2 is built once a process, and that draws random numbers: the seed is set behind it.
    upper = upper_half()
    keras.utils.set_random_seed(trial.seed)
    own = training_crops(trial.apart)
    chosen, random = choose(own, trial.each, trial.seed), np.random.default_rng([trial.seed, 1])
    shown: Callable[[NDArray[Any]], NDArray[np.float32]]
    if trial.way == "scratch":
        model = small_convnet()
        fit_views(
            model, as_input, views_of_crops(trial.apart), own.labels, (chosen, SCRATCH_STEPS, LEARNING_RATE), random
        )
        steps, shown = SCRATCH_STEPS, as_input
    else:
        head = keras.Sequential([keras.Input((1280,)), keras.layers.Dense(2)])
        model = keras.Sequential([upper, head])
        views, features = views_of_maps(trial.apart), views_of_features(trial.apart)
        fit_views(head, as_it_is, features, own.labels, (chosen, HEAD_STEPS, LEARNING_RATE), random)
        steps, shown = HEAD_STEPS, as_it_is
        upper.trainable = trial.way == "fine-tuned"
        if upper.trainable:
            fit_views(model, as_it_is, views, own.labels, (chosen, FINE_STEPS, FINE_RATE), random)
            steps += FINE_STEPS

    def answers(images: NDArray[Any]) -> NDArray[np.intp]:
        given: NDArray[np.intp] = model.predict(shown(images), batch_size=BATCH, verbose=0).argmax(axis=1)
        return given

    asked_again = (views_of_crops if trial.way == "scratch" else views_of_maps)(trial.apart)[0, chosen]
    test = tested_crops if trial.way == "scratch" else tested_maps
    truth = crops(part("test")).labels
    at_home = answers(test(None))
    elsewhere = {}
    for change in CHANGES:
        changed_answers = answers(test(change))
        same = int((changed_answers == at_home).sum())
        elsewhere[change] = {**_counts(changed_answers == truth), "same": same}
    return {
        "parameters": sum(int(np.prod(each.shape)) for each in model.trainable_variables),
        "steps": steps,
        "training": {"asked": len(chosen), "right": int((answers(asked_again) == own.labels[chosen]).sum())},
        "test": _counts(at_home == truth),
        "elsewhere": elsewhere,
    }


def _counts(right: NDArray[np.bool_]) -> dict[str, Any]:
    return {"asked": len(right), "right": int(right.sum()), "bits": packed(right)}


def choose(own: Crops, each: int, seed: int) -> NDArray[np.intp]:
    """Draw crops to train on, half of them with a platelet; the fewer are among the more.

    Returns
    -------
    ndarray of int
        Their numbers, shape (2 · each,): of each platelet the crop that holds it, and the one from the same photo that
        does not.
    """
    platelets = len(own.labels) // 2
    require(each <= platelets, "each", each, f"at most {platelets}")
    drawn = np.random.default_rng(seed).permutation(platelets)[:each]
    return np.concatenate([2 * drawn, 2 * drawn + 1])


@cache
def training_crops(apart: bool) -> Crops:
    """Cut the crops that there are to train on."""
    return crops(away_from_test() if apart else part("train"))


@cache
def views_of_crops(apart: bool) -> Bytes:
    """Show the training crops in all views, shape (8, crops, 80, 80, 3)."""
    return np.stack([view(training_crops(apart).images, number) for number in range(VIEWS)])


@cache
def views_of_maps(apart: bool) -> NDArray[np.float32]:
    """Compute what MobileNetV2's lower half makes of the training crops in all views, shape (8, crops, 6, 6, 160)."""
    if apart:
        every, names = training_crops(False), {*training_crops(True).pictures}
        kept = [index for index, name in enumerate(every.pictures) if name in names]
        return views_of_maps(False)[:, kept]
    return np.stack([lower_half(each) for each in views_of_crops(apart)])


@cache
def views_of_features(apart: bool) -> NDArray[np.float32]:
    """Compute what the untouched upper half makes of that, shape (8, crops, 1280)."""
    read = compiled(upper_half())
    return np.stack([outputs(read, each) for each in views_of_maps(apart)])


@cache
def tested_crops(change: Change | None) -> Bytes:
    """Cut the crops to test with, in other colours or as they are."""
    return changed(crops(part("test")).images, change)


@cache
def tested_maps(change: Change | None) -> NDArray[np.float32]:
    """Compute what MobileNetV2's lower half makes of them."""
    return lower_half(tested_crops(change))
