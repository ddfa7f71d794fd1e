"""Paired comparisons between recorded trainings, and how a claim is judged by them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnfigs.experiments.catalog import Hole
from cnnfigs.experiments.images import Shuffle
from cnnfigs.experiments.records import RecordError, path_of
from cnnfigs.experiments.results import Results, paired, results
from cnnfigs.experiments.trials import Training
from cnnfigs.statistics import CONFIDENCE, paired_difference, standard_error, wilson, with_both_chances
from cnnfigs.words import as_percent, written_number

#: What counts as equal where a claim says that something makes no difference: one percentage point.
EQUAL = 0.01
#: With fewer seeds there is no interval and no verdict: from two, Student's t would reach thirteen standard errors far.
ENOUGH = 3

Pair = tuple[float, float]
Key = TypeVar("Key", bound=Hashable)
Verdict = Literal["holds", "partly", "not here", "too few seeds", "not yet measured"]


@dataclass(frozen=True)
class Comparison:
    """One paired difference between two accuracies, and what a claim asks of it.

    Attributes
    ----------
    name
        What is compared.
    difference
        The mean over the seeds, a share between −1 and 1.
    each
        The difference with each seed, shape (seeds,).
    images_error
        Standard error of the mean over images.
    seeds_error
        Standard error of the mean over seeds; not a number with a single one.
    seeds
        The seeds.
    needed
        The claim says that the difference is larger than this.
    words
        What is compared, in words that need no other picture, where these are more than its name.
    """

    name: str
    difference: float
    each: NDArray[np.float64]
    images_error: float
    seeds_error: float
    seeds: tuple[int, ...]
    needed: float = 0.0
    words: str = ""

    @cached_property
    def interval(self) -> Pair | None:
        """Where the difference lies on other images and with other seeds; None with fewer than three seeds."""
        if len(self.seeds) < ENOUGH:
            return None
        low, high = with_both_chances(self.difference, self.images_error, self.seeds_error, len(self.seeds))
        return low, high

    @property
    def is_shown(self) -> bool:
        """Whether the whole interval is larger than the claim needs."""
        return self.interval is not None and self.interval[0] > self.needed

    @property
    def is_refuted(self) -> bool:
        """Whether the whole interval is not larger than the claim needs."""
        return self.interval is not None and self.interval[1] <= self.needed


@dataclass(frozen=True)
class Measured:
    """One network, trained in one way with several seeds, and how well it reads the test images.

    Attributes
    ----------
    network
        Its name.
    images
        How many training images it saw.
    shuffle
        In which way the pixels of all images were put into another order.
    hole
        What it sees the digit through, if it sees it through one.
    seeds
        The seeds.
    accuracy
        Share of rightly answered test images, shape (seeds,).
    low, high
        Wilson interval of each seed's accuracy, shape (seeds,): how well the images pin down this one network.
    training_accuracy
        Share of rightly answered training images, shape (seeds,).
    parameters
        How many it has.
    test_images
        How many test images it was asked about.
    """

    network: str
    images: int
    shuffle: Shuffle
    hole: Hole | None
    seeds: tuple[int, ...]
    accuracy: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    training_accuracy: NDArray[np.float64]
    parameters: int
    test_images: int

    @property
    def mean(self) -> float:
        """Mean accuracy over the seeds."""
        return float(self.accuracy.mean())

    @property
    def training_mean(self) -> float:
        """Mean accuracy on training images over the seeds."""
        return float(self.training_accuracy.mean())

    @property
    def reach(self) -> float:
        """Half the width of the Wilson intervals, as a mean over the seeds."""
        return float((self.high - self.low).mean() / 2)

    @property
    def gaps(self) -> NDArray[np.float64]:
        """How much better it is on training images than on test images, shape (seeds,)."""
        return self.training_accuracy - self.accuracy

    @property
    def gap(self) -> float:
        """The mean of the gaps."""
        return float(self.gaps.mean())


@dataclass(frozen=True)
class Findings:
    """What an experiment measured and compared.

    Attributes
    ----------
    measured
        Each network, trained in each way.
    comparisons
        Paired differences.
    missing
        What has no record yet.
    conditions
        What the networks were trained on and asked about.
    """

    measured: tuple[Measured, ...]
    comparisons: tuple[Comparison, ...]
    missing: tuple[str, ...]
    conditions: str

    def of(self, network: str, images: int | None = None) -> Measured:
        """Return what was measured of one network, with one number of training images where there are several."""
        return next(each for each in self.measured if each.network == network and images in (None, each.images))


def verdict(comparisons: Sequence[Comparison]) -> Verdict:
    """Judge a claim by the comparisons that it promises something about, as :func:`rule` words it.

    Examples
    --------
    >>> seeds = (1, 2, 3)
    >>> clear, close = [compare_values("a", seeds, values) for values in ([0.2, 0.21, 0.2], [0.1, -0.1, 0.1])]
    >>> verdict([clear]), verdict([clear, close]), verdict([close])
    ('holds', 'partly', 'not here')
    >>> verdict([clear, compare_values("a", (1, 2), [0.2, 0.21])]), verdict([])
    ('too few seeds', 'not yet measured')
    """
    if not comparisons:
        return "not yet measured"
    if any(each.interval is None for each in comparisons):
        return "too few seeds"
    shown = [each.is_shown for each in comparisons]
    return "holds" if all(shown) else "partly" if any(shown) else "not here"


def rule() -> str:
    """Return in words the rule by which :func:`verdict` judges, with the numbers that it uses."""
    return (
        f"A comparison counts as shown if its whole {as_percent(CONFIDENCE)} interval lies above zero, or above "
        f"{written_number(-100 * EQUAL)} percentage point where the claim is that something makes no difference. The "
        "interval holds both chances: the root of the summed squares of the standard errors over images and over "
        "seeds, times Student’s t for so many seeds. A claim holds if all its comparisons are shown, partly if some "
        f"are, and not here if none is. With fewer than {ENOUGH} seeds in any of them there is no verdict: too few "
        "seeds."
    )


def compare(name: str, one: Results, other: Results, needed: float = 0.0, words: str = "") -> Comparison:
    """Compare two trainings image by image and seed by seed; the first minus the second."""
    first, second = paired(one, other)
    difference = paired_difference(first, second)
    return Comparison(
        name,
        difference.mean,
        first.mean(axis=1) - second.mean(axis=1),
        difference.images_error,
        difference.seeds_error,
        tuple(sorted({*one.seeds} & {*other.seeds})),
        needed,
        words,
    )


def compare_values(
    name: str,
    seeds: tuple[int, ...],
    differences: ArrayLike,
    needed: float = 0.0,
    images_error: float = 0.0,
    words: str = "",
) -> Comparison:
    """Compare by the differences with each seed, shape (seeds,), and what chance lies in the images, if any does."""
    each = np.asarray(differences, dtype=np.float64)
    return Comparison(name, float(each.mean()), each, images_error, standard_error(each), seeds, needed, words)


def compare_counts(
    name: str,
    seeds: tuple[int, ...],
    one: ArrayLike,
    other: ArrayLike,
    images: int,
    needed: float = 0.0,
    changed: ArrayLike = 1.0,
    words: str = "",
) -> Comparison:
    """Compare two accuracies of which it is not recorded image by image who was right; the first minus the second.

    The chance of the images is the largest that the counts allow, however the right answers are distributed.

    Parameters
    ----------
    name
        What is compared.
    seeds
        The seeds.
    one, other
        Accuracies on the same images, shape (seeds,).
    images
        How many images.
    needed, words
        As in :class:`Comparison`.
    changed
        Share of the images whose answers differ, shape (seeds,), where it is known.

    Examples
    --------
    >>> f"{compare_counts('a', (1,), [0.9], [0.8], 900).images_error:.4f}"
    '0.0180'
    >>> compare_counts("a", (1,), [0.9], [0.9], 900, changed=0.0).images_error
    0.0
    """
    first, second = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    return compare_values(name, seeds, first - second, needed, largest_error(first, second, images, changed), words)


def largest_error(one: NDArray[np.float64], other: NDArray[np.float64], images: int, changed: ArrayLike = 1.0) -> float:
    """Calculate the largest standard error over images that a difference can have; see :func:`compare_counts`.

    An image counts +1, 0 or −1. The share of those that are not 0 is at most the sum of the accuracies, or of the
    errors, and so is the mean of the squares.
    """
    not_zero = np.minimum(np.minimum(one + other, 2 - one - other), changed)
    variance = np.maximum(not_zero - (one - other) ** 2, 0)
    return float(np.sqrt(variance / images).mean())


def reverse(comparison: Comparison, needed: float = 0.0) -> Comparison:
    """Take the difference the other way round, as another claim may need it."""
    return replace(comparison, difference=-comparison.difference, each=-comparison.each, needed=needed)


def recorded(
    experiment: str, trainings: Mapping[Key, Callable[[int], Training]], seeds: Iterable[int], folder: Path
) -> tuple[dict[Key, Results], tuple[Key, ...]]:
    """Read what there is of some trainings.

    Parameters
    ----------
    experiment
        Name of the experiment, for the message.
    trainings
        Describes each training with a seed; the first is what the others are compared with.
    seeds
        Seeds to look for.
    folder
        Where the records are.

    Returns
    -------
    answers : dict
        Results of each training.
    missing : tuple
        Trainings without a record, or without one that shares a seed with the first.

    Raises
    ------
    cnnfigs.experiments.records.RecordError
        If the first has no record, or a record is stale or damaged.
    """
    first, *_ = trainings
    wanted = tuple(seeds)
    there = {key: {seed for seed in wanted if path_of(how(seed), folder).exists()} for key, how in trainings.items()}
    if not there[first]:
        network = trainings[first](wanted[0]).network
        raise RecordError(
            f"there is no record of {network!r} for the experiment {experiment!r} yet: "
            f"run `nox -s train -- {experiment}`"
        )
    answers = {key: results(how, wanted, folder) for key, how in trainings.items() if there[key] & there[first]}
    return answers, tuple(key for key in trainings if key not in answers)


def measured(answers: Results, hole: Hole | None = None) -> Measured:
    """Sum up one training with its Wilson intervals."""
    test_images = answers.right.shape[1]
    bounds = np.array([wilson(int(right), test_images) for right in answers.right.sum(axis=1)])
    training = answers.trials[0]
    return Measured(
        training.network,
        training.images,
        training.shuffle,
        hole,
        answers.seeds,
        answers.accuracy,
        bounds[:, 0],
        bounds[:, 1],
        answers.training_accuracy,
        answers.parameters,
        test_images,
    )
