"""A trial: its description, which is also its identity."""

from __future__ import annotations

import base64
import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache, partial
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cnnfigs import provenance
from cnnfigs.data import manifest, mnist
from cnnfigs.experiments.images import Shuffle
from cnnfigs.experiments.training import ASKED_AGAIN, SIDE, SKIP, asked_elsewhere, perform
from cnnfigs.models.variants import TRAINABLE
from cnnfigs.parameters import require


@dataclass(frozen=True)
class Trial(ABC):
    """One independent piece of an experiment; its fields, which JSON can write down, are its identity."""

    seed: int

    @property
    @abstractmethod
    def title(self) -> str:
        """What a person calls it, short; words, figures and underscores."""

    @abstractmethod
    def run(self) -> dict[str, Any]:
        """Make the outcome, as JSON can write it down."""

    @abstractmethod
    def digest(self) -> str:
        """Digest all that decides the outcome: code, data and fields."""

    def contradiction(self, outcome: dict[str, Any]) -> str:
        """Return what in a recorded outcome cannot be, such as two numbers that disagree; "" if there is nothing."""
        return ""

    @property
    def description(self) -> dict[str, Any]:
        """The fields as JSON gives them back."""
        fields: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return fields

    @property
    def seedless(self) -> Self:
        """What it has in common with those that differ from it in their seed only; they take about as long."""
        return replace(self, seed=0)

    @property
    def name(self) -> str:
        """The name of its record: the title, and what tells it from all others."""
        identity = json.dumps([type(self).__name__, self.description], sort_keys=True)
        return f"{self.title}-{hashlib.sha256(identity.encode()).hexdigest()[:8]}"


@dataclass(frozen=True)
class Training(Trial):
    """One training of one network.

    Parameters
    ----------
    seed
        Seed of the first weights, of the order of the images, of the choice among them, and of a shuffle.
    network
        Name of a network that can be trained.
    images
        How many training images, the same for every network: balanced, and the fewer are among the more.
    steps
        How many steps of 128 images, a multiple of 100; without, the tutorial's recipe: all 60,000 images, of which
        the last 5,000 are held out and decide when to stop.
    canvas
        Height and width of the images, 28 or more.
    place
        Where on the canvas the digits' upper left corner lies, (right, down); without, in the middle.
    shuffle
        In which way the pixels of all images, also those of the test, are put into another order.
    random_shift
        By how many pixels at most each image is moved, each time it is shown in the training.
    learning_rate
        Step size of Adam; the tutorial's recipe has its own.
    asked
        What is asked beside the test images where they are: "shifts" by 1 to 8 pixels in four directions, "shifts and
        back" by 4 and 8, and "upper left".
    test_images
        How many of the test images are asked about.

    Raises
    ------
    ParameterError
        If a field is out of range.
    """

    network: str
    images: int = 10_000
    steps: int | None = 1_000
    canvas: int = SIDE
    place: tuple[int, int] | None = None
    shuffle: Shuffle = "none"
    random_shift: int = 0
    learning_rate: float = 0.001
    asked: tuple[str, ...] = ()
    test_images: int = 10_000

    def __post_init__(self) -> None:
        checks: Mapping[str, tuple[bool, str]] = {
            "network": (self.network in TRAINABLE, f"one of {', '.join(TRAINABLE)}"),
            "images": (
                1 <= self.images <= (60_000 if self.steps else 0) or self.images == 60_000,
                "1 to 60,000, and 60,000 without steps",
            ),
            "steps": (self.steps is None or (self.steps > 0 and self.steps % 100 == 0), "a multiple of 100, or None"),
            "canvas": (self.canvas >= SIDE, "28 or more"),
            "random_shift": (0 <= self.random_shift < SIDE, "0 to 27"),
            "learning_rate": (0 < self.learning_rate <= 1, "above 0, at most 1"),
            "asked": (
                {*self.asked} <= {"shifts", "shifts and back", "upper left"},
                "shifts, shifts and back, upper left",
            ),
            "test_images": (1 <= self.test_images <= 10_000, "1 to 10,000"),
        }
        for name, (good, expected) in checks.items():
            require(good, name, getattr(self, name), expected)

    @property
    def title(self) -> str:
        """Network, number of images and seed, and what else is unusual."""
        parts = [self.network, str(self.images), *([] if self.shuffle == "none" else self.shuffle.split())]
        parts += [f"canvas_{self.canvas}"] * (self.canvas != SIDE) + ["placed"] * (self.place is not None)
        parts += [f"shifted_{self.random_shift}"] * bool(self.random_shift)
        return "-".join([*parts, f"seed_{self.seed}"])

    def run(self) -> dict[str, Any]:
        """Train, and ask."""
        return perform(self, TRAINABLE[self.network], mnist())

    def contradiction(self, outcome: dict[str, Any]) -> str:
        """Compare counts with each other, with the answers one by one, and with what was to be asked."""
        try:
            return _contradiction(self, outcome)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return f"its outcome cannot be read: {type(error).__name__} {str(error)[:80]}"

    def digest(self) -> str:
        """Digest the network, the training, the data and the fields; the libraries' versions do not enter."""
        content = (
            f"{_code(self.network)} {manifest()['mnist.npz']['sha256']} {json.dumps(self.description, sort_keys=True)}"
        )
        return hashlib.sha256(content.encode()).hexdigest()


def _contradiction(trial: Training, outcome: dict[str, Any]) -> str:
    test, learned = outcome["test"], outcome["training"]
    if test["asked"] != trial.test_images:
        return f"test images asked are {test['asked']!r}, not {trial.test_images}"
    bits = base64.b64decode(test["bits"], validate=True)
    right = sum(byte.bit_count() for byte in bits)
    if len(bits) != -(-trial.test_images // 8) or right != test["right"]:
        return f"{test['right']!r} right answers are counted, and {right} are marked, on {8 * len(bits)} places"
    if -trial.test_images % 8 and bits[-1] & ((1 << -trial.test_images % 8) - 1):
        return "right answers are marked behind the last test image"
    if not 0 <= learned["right"] <= learned["asked"] == min(trial.images, ASKED_AGAIN):
        return f"{learned['right']!r} of {learned['asked']!r} training images cannot be right"
    if trial.steps is not None and outcome["steps"] != trial.steps:
        return f"steps are {outcome['steps']!r}, not {trial.steps}"
    places = {name for name, _ in asked_elsewhere(trial.asked, np.zeros((1, SIDE, SIDE), np.uint8), _unchanged)}
    if places != {*outcome["elsewhere"]}:
        return "places asked about are not those of the trial"
    images = -(-trial.test_images // SKIP)
    for place, counts in outcome["elsewhere"].items():
        right, same, asked, difference = (counts[name] for name in ("right", "same", "asked", "difference"))
        if asked != images or not (0 <= right <= images and 0 <= same <= images):
            return f"{right!r} right and {same!r} same answers of {asked!r} cannot be ({place})"
        if not 0 <= difference <= 1:
            return f"a probability cannot differ by {difference!r} ({place})"
    return ""


def _unchanged(images: NDArray[np.uint8], place: object = None) -> NDArray[np.uint8]:
    return images


@cache
def _code(network: str) -> str:
    """Digest the code that trains a network: only its own builder among the builders."""
    builder = TRAINABLE[network]
    arguments = builder.args if isinstance(builder, partial) else ()
    function = builder.func if isinstance(builder, partial) else builder
    targets = [f"{made.__module__}:{made.__qualname__}" for made in (function, perform)]
    return f"{provenance.digest(*targets, libraries=False)} {arguments}"
