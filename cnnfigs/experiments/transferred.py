"""What the trainings with few crops of blood smears found: the records as curves and comparisons, ready to be drawn.

All comparisons are paired: the same test crops, the same seeds. Crops of one photo are not independent of each other,
so the chance that lies in the images is that of the photos.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnfigs.data.blood_cells import CHANGES, crops, part
from cnnfigs.experiments.catalog import CROP_SEEDS, CROPS, CROPS_APART
from cnnfigs.experiments.comparisons import Comparison, Pair
from cnnfigs.experiments.records import RECORDS, read, unpacked
from cnnfigs.experiments.transfer import WAYS, Transfer, Way
from cnnfigs.models.transfer import BATCH
from cnnfigs.statistics import standard_error, with_both_chances
from cnnfigs.words import counted, listed, span

#: What is compared with what.
STEPS: tuple[tuple[Way, Way], ...] = (("frozen", "scratch"), ("fine-tuned", "frozen"), ("fine-tuned", "scratch"))


@dataclass(frozen=True)
class Learned:
    """What one way learned from so many crops, with several seeds.

    Attributes
    ----------
    way
        Which.
    each
        How many crops with a platelet, and as many without.
    apart
        Whether no training photo showed a place of a test photo.
    seeds
        The seeds.
    right
        Whether each test crop was answered rightly, shape (seeds, crops).
    changed
        The same for the test crops in other colours, shape (changes, seeds, crops).
    training_accuracy
        Share of rightly answered training crops, shape (seeds,).
    parameters
        How many numbers the training could change.
    steps
        How many steps it took.
    interval
        Where the mean accuracy lies on other photos and with other seeds.
    """

    way: Way
    each: int
    apart: bool
    seeds: tuple[int, ...]
    right: NDArray[np.bool_]
    changed: NDArray[np.bool_]
    training_accuracy: NDArray[np.float64]
    parameters: int
    steps: int
    interval: Pair

    @property
    def accuracy(self) -> NDArray[np.float64]:
        """Share of rightly answered test crops, shape (seeds,)."""
        shares: NDArray[np.float64] = self.right.mean(axis=1)
        return shares

    @property
    def mean(self) -> float:
        """The mean over the seeds."""
        return float(self.right.mean())

    @property
    def training_mean(self) -> float:
        """Mean share of rightly answered training crops."""
        return float(self.training_accuracy.mean())

    def in_other_colors(self, change: str) -> float:
        """Return the share of right answers to the test crops changed so, a mean over the seeds."""
        return float(self.changed[CHANGES.index(change)].mean())

    def span_in_other_colors(self, change: str) -> tuple[float, float]:
        """Return the same of the seed with the fewest right answers, and of that with the most."""
        shares = self.changed[CHANGES.index(change)].mean(axis=1)
        return float(shares.min()), float(shares.max())


@dataclass(frozen=True)
class Transferred:
    """What all ways learned.

    Attributes
    ----------
    learned
        From each number of crops, the ways in their order; then those trained apart from the test.
    comparisons
        For each number of crops, frozen minus from scratch, fine-tuned minus frozen, and fine-tuned minus from scratch.
    leaks
        For each way, trained on all photos minus trained on those that show no place of a test photo.
    losses
        For each way trained on all crops, and each change of the colours, the changed crops minus the others.
    asked, photos
        How many crops were asked about, and from how many photos they come.
    conditions
        What the networks were trained on and asked about.
    """

    learned: tuple[Learned, ...]
    comparisons: tuple[Comparison, ...]
    leaks: tuple[Comparison, ...]
    losses: tuple[Comparison, ...]
    asked: int
    photos: int
    conditions: str

    def of(self, way: str, each: int, apart: bool = False) -> Learned:
        """Return what one way learned from so many crops."""
        return next(one for one in self.learned if (one.way, one.each, one.apart) == (way, each, apart))


@cache
def transferred(folder: Path = RECORDS) -> Transferred:
    """Read the records.

    Raises
    ------
    cnnfigs.experiments.records.RecordError
        If one is missing, stale or damaged.
    """
    pictures = crops(part("test")).pictures
    learned = [_learned(way, each, False, pictures, folder) for each in CROPS for way in WAYS]
    learned += [_learned(way, CROPS_APART, True, pictures, folder) for way in WAYS]
    found = {(one.way, one.each): one for one in learned if not one.apart}
    most = max(CROPS)
    comparisons = [
        _compared(f"{one} over {other} {each}", found[one, each].right, found[other, each].right, pictures)
        for each in CROPS
        for one, other in STEPS
    ]
    leaks = [_compared(one.way, found[one.way, most].right, one.right, pictures) for one in learned if one.apart]
    losses = [
        _compared(f"{way} {change}", found[way, most].changed[index], found[way, most].right, pictures)
        for way in WAYS
        for index, change in enumerate(CHANGES)
    ]
    asked, photos = len(pictures), len({*pictures})
    return Transferred(
        tuple(learned),
        tuple(comparisons),
        tuple(leaks),
        tuple(losses),
        asked,
        photos,
        f"trained on {span(CROPS)} crops with a platelet and as many without, "
        f"in {span(one.steps for one in learned)} steps of {BATCH} crops, with {counted(len(CROP_SEEDS), 'seed')}, "
        f"and asked about {asked} crops from {photos} test photos",
    )


def _learned(way: Way, each: int, apart: bool, pictures: Sequence[str], folder: Path) -> Learned:
    outcomes = [read(Transfer(seed, way, each, apart), folder) for seed in CROP_SEEDS]
    asked = len(pictures)
    right = np.stack([unpacked(one["test"]["bits"], asked) for one in outcomes])
    return Learned(
        way,
        each,
        apart,
        CROP_SEEDS,
        right,
        np.stack([[unpacked(one["elsewhere"][change]["bits"], asked) for one in outcomes] for change in CHANGES]),
        np.array([one["training"]["right"] / one["training"]["asked"] for one in outcomes]),
        outcomes[0]["parameters"],
        outcomes[0]["steps"],
        _interval(right, pictures),
    )


def _interval(values: ArrayLike, pictures: Sequence[str]) -> Pair:
    array = np.asarray(values, dtype=np.float64)
    errors = error_over_photos(array.mean(axis=0), pictures), standard_error(array.mean(axis=1))
    low, high = with_both_chances(float(array.mean()), *errors, len(array))
    return low, high


def _compared(name: str, one: NDArray[np.bool_], other: NDArray[np.bool_], pictures: Sequence[str]) -> Comparison:
    differences = one.astype(np.float64) - other
    each = differences.mean(axis=1)
    over_photos = error_over_photos(differences.mean(axis=0), pictures)
    return Comparison(name, float(differences.mean()), each, over_photos, standard_error(each), CROP_SEEDS)


def error_over_photos(values: NDArray[np.float64], pictures: Sequence[str]) -> float:
    """Estimate the standard error of a mean over crops when other photos were drawn, not other crops of the same.

    Parameters
    ----------
    values
        One for each crop, shape (crops,).
    pictures
        From which photo each crop comes.

    Examples
    --------
    >>> f"{error_over_photos(np.array([1.0, 2.0, 3.0]), 'abc'):.3f}, {standard_error([1.0, 2.0, 3.0]):.3f}"
    '0.577, 0.577'
    >>> f"{error_over_photos(np.array([1.0, 1.0, 2.0, 2.0, 3.0, 3.0]), 'aabbcc'):.3f}"
    '0.577'
    """
    names, groups = np.unique(np.asarray(list(pictures)), return_inverse=True)
    sums = np.bincount(groups, weights=values - values.mean())
    return float(np.sqrt((sums**2).sum() * len(names) / (len(names) - 1)) / len(values))


def photos_in_words(names: Sequence[str]) -> str:
    """Write names of photos by their numbers.

    Examples
    --------
    >>> photos_in_words(["BloodImage_00007", "BloodImage_00011"])
    '7 and 11'
    """
    return listed(int(name.rpartition("_")[2]) for name in names)
