"""The records of some trials as arrays, for illustrations: seeds first, so that two of them pair up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.experiments.records import RECORDS, path_of, read, unpacked
from cnnfigs.experiments.training import DIRECTIONS, SKIP
from cnnfigs.experiments.trials import Training
from cnnfigs.parameters import require


@dataclass(frozen=True)
class Results:
    """What the same training gave with several seeds.

    Attributes
    ----------
    trials
        The trainings, in the order of their seeds.
    right
        Whether each test image was answered rightly, shape (seeds, images).
    training_accuracy
        Share of rightly answered training images, at most 10,000 of which were asked about; shape (seeds,).
    parameters
        Parameters of the network.
    steps
        Steps of each training, shape (seeds,).
    histories
        Loss and accuracy in the course of each training, by seed: after every 100 steps or, by the tutorial's recipe,
        after every epoch, there also on the held-out images (``val_``).
    elsewhere
        Accuracy by place, such as "right 4", "right 4 and back", "upper left"; each of shape (seeds,).
    same
        Share of the images that got the same answer there as at home; by place, each of shape (seeds,).
    difference
        Largest difference of a probability between there and home; by place, each of shape (seeds,).
    images_elsewhere
        How many images the network was asked about in each other place.
    """

    trials: tuple[Training, ...]
    right: NDArray[np.bool_]
    training_accuracy: NDArray[np.float64]
    parameters: int
    steps: NDArray[np.int64]
    histories: dict[str, dict[str, list[float]]]
    elsewhere: dict[str, NDArray[np.float64]]
    same: dict[str, NDArray[np.float64]]
    difference: dict[str, NDArray[np.float64]]
    images_elsewhere: int

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds, in rising order."""
        return tuple(trial.seed for trial in self.trials)

    @property
    def accuracy(self) -> NDArray[np.float64]:
        """Share of rightly answered test images, shape (seeds,)."""
        shares: NDArray[np.float64] = self.right.mean(axis=1)
        return shares

    @property
    def at_home(self) -> NDArray[np.float64]:
        """Accuracy on those test images that are also asked about elsewhere, shape (seeds,)."""
        shares: NDArray[np.float64] = self.right[:, ::SKIP].mean(axis=1)
        return shares

    def only(self, seeds: Iterable[int]) -> NDArray[np.bool_]:
        """Return ``right`` of some of the seeds, in their order."""
        return self.right[[self.seeds.index(seed) for seed in seeds]]


def moved_by(length: int, back: bool = False) -> list[str]:
    """Name the four places so many pixels away; of images that were moved there, and perhaps back again.

    Examples
    --------
    >>> moved_by(4), moved_by(4, back=True)[0]
    (['right 4', 'left 4', 'down 4', 'up 4'], 'right 4 and back')
    """
    return [f"{way} {length}{' and back' if back else ''}" for way in DIRECTIONS]


def results(describe: Callable[[int], Training], seeds: Iterable[int], folder: Path = RECORDS) -> Results:
    """Read the records of one training with several seeds; seeds whose record is not there are left out.

    Parameters
    ----------
    describe
        Describes the training with a seed, such as ``lambda seed: usual("convnet", seed)``.
    seeds
        Seeds to look for.
    folder
        Where the records are.

    Raises
    ------
    cnnfigs.experiments.records.RecordError
        If a record is stale or damaged, or none is there.
    """
    trials = [describe(seed) for seed in sorted(seeds)]
    there = [trial for trial in trials if path_of(trial, folder).exists()]
    outcomes = [read(trial, folder) for trial in there or trials[:1]]
    places = {place: [outcome["elsewhere"][place] for outcome in outcomes] for place in outcomes[0]["elsewhere"]}

    def elsewhere(value: Callable[[dict[str, Any]], float]) -> dict[str, NDArray[np.float64]]:
        return {place: np.array([value(each) for each in counts]) for place, counts in places.items()}

    return Results(
        trials=tuple(there),
        right=np.stack([unpacked(each["test"]["bits"], each["test"]["asked"]) for each in outcomes]),
        training_accuracy=np.array([each["training"]["right"] / each["training"]["asked"] for each in outcomes]),
        parameters=outcomes[0]["parameters"],
        steps=np.array([each["steps"] for each in outcomes]),
        histories={str(trial.seed): each["history"] for trial, each in zip(there, outcomes, strict=True)},
        elsewhere=elsewhere(lambda counts: counts["right"] / counts["asked"]),
        same=elsewhere(lambda counts: counts["same"] / counts["asked"]),
        difference=elsewhere(lambda counts: counts["difference"]),
        images_elsewhere=next((counts[0]["asked"] for counts in places.values()), 0),
    )


def paired(one: Results, other: Results) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which answers of two trainings were right, with the seeds that both have; each (seeds, images).

    Raises
    ------
    ParameterError
        If they have no seed in common.
    """
    shared = sorted({*one.seeds} & {*other.seeds})
    require(bool(shared), "seeds", (one.seeds, other.seeds), "two with a seed in common")
    return one.only(shared), other.only(shared)
