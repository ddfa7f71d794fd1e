"""Paired comparisons between recorded trainings, and how a claim is judged by them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnfigs.experiments.records import RecordError, path_of
from cnnfigs.experiments.results import Results, paired, results
from cnnfigs.experiments.trials import Training
from cnnfigs.statistics import CONFIDENCE, paired_difference, standard_error, wilson, with_both_chances

#: What counts as equal where a claim says that something makes no difference: one percentage point.
EQUAL = 0.01
#: With fewer seeds there is no interval and no verdict: from two, Student's t would reach thirteen standard errors far.
ENOUGH = 3

Pair = tuple[float, float]
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
    """

    name: str
    difference: float
    each: NDArray[np.float64]
    images_error: float
    seeds_error: float
    seeds: tuple[int, ...]
    needed: float = 0.0

    @property
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
    """One network, trained under one condition with several seeds, asked about the test images.

    Attributes
    ----------
    network
        Its name.
    condition
        What differs: a number of images, a shuffle, a window; "" if nothing does.
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
    asked
        How many test images were asked about.
    """

    network: str
    condition: str
    seeds: tuple[int, ...]
    accuracy: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    training_accuracy: NDArray[np.float64]
    parameters: int
    asked: int

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
        Each network under each condition.
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

    def of(self, network: str, condition: str = "") -> Measured:
        """Return what was measured of one network under one condition."""
        return next(each for each in self.measured if (each.network, each.condition) == (network, condition))


def verdict(comparisons: Sequence[Comparison]) -> Verdict:
    """Judge a claim by the comparisons that it promises something about; :func:`rule` says it in words.

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
    """Say in words by which rule :func:`verdict` judges, with the numbers that it uses."""
    return (
        f"A comparison is shown if its whole {100 * CONFIDENCE:.0f} % interval lies above zero, or above "
        f"−{100 * EQUAL:g} percentage point where the claim is that something makes no difference. The "
        "interval holds both chances: the root of the summed squares of the standard errors over images and over "
        "seeds, times Student’s t for so many seeds. A claim holds if all its comparisons are shown, partly if some "
        f"are, and not here if none is. With fewer than {ENOUGH} seeds in any of them there is no verdict: too few "
        "seeds."
    )


def compare(name: str, one: Results, other: Results, needed: float = 0.0) -> Comparison:
    """Compare two trainings image by image and seed by seed; the first minus the second."""
    first, second = paired(one, other)
    found = paired_difference(first, second)
    return Comparison(
        name,
        found.mean,
        first.mean(axis=1) - second.mean(axis=1),
        found.images_error,
        found.seeds_error,
        tuple(sorted({*one.seeds} & {*other.seeds})),
        needed,
    )


def compare_values(
    name: str, seeds: tuple[int, ...], differences: ArrayLike, needed: float = 0.0, images_error: float = 0.0
) -> Comparison:
    """Compare by the differences with each seed, shape (seeds,), and what chance lies in the images, if any does."""
    each = np.asarray(differences, dtype=np.float64)
    return Comparison(name, float(each.mean()), each, images_error, standard_error(each), seeds, needed)


def compare_counts(
    name: str,
    seeds: tuple[int, ...],
    one: ArrayLike,
    other: ArrayLike,
    asked: int,
    needed: float = 0.0,
    changed: ArrayLike = 1.0,
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
    asked
        How many images.
    needed
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
    return compare_values(name, seeds, first - second, needed, largest_error(first, second, asked, changed))


def largest_error(one: NDArray[np.float64], other: NDArray[np.float64], asked: int, changed: ArrayLike = 1.0) -> float:
    """Give the largest standard error over images that a difference can have; see :func:`compare_counts`.

    An image counts +1, 0 or −1. The share of those that are not 0 is at most the sum of the accuracies, or of the
    errors, and so is the mean of the squares.
    """
    not_zero = np.minimum(np.minimum(one + other, 2 - one - other), changed)
    variance = np.maximum(not_zero - (one - other) ** 2, 0)
    return float(np.sqrt(variance / asked).mean())


def reverse(comparison: Comparison, needed: float = 0.0) -> Comparison:
    """Take the difference the other way round, as another claim may need it."""
    return replace(comparison, difference=-comparison.difference, each=-comparison.each, needed=needed)


def recorded(
    experiment: str, described: Mapping[str, Callable[[int], Training]], seeds: Iterable[int], folder: Path
) -> tuple[dict[str, Results], tuple[str, ...]]:
    """Read what there is of some trainings.

    Parameters
    ----------
    experiment
        Name of the experiment, for the message.
    described
        Describes each training with a seed; the first is what the others are compared with.
    seeds
        Seeds to look for.
    folder
        Where the records are.

    Returns
    -------
    found : dict
        Results by name.
    missing : tuple of str
        Names of those without a record, or without one that shares a seed with the first.

    Raises
    ------
    cnnfigs.experiments.records.RecordError
        If the first has no record, or a record is stale or damaged.
    """
    first, *_ = described
    wanted = tuple(seeds)
    there = {name: {seed for seed in wanted if path_of(how(seed), folder).exists()} for name, how in described.items()}
    if not there[first]:
        raise RecordError(
            f"there is no record of {first!r} for the experiment {experiment!r} yet: run `nox -s train -- {experiment}`"
        )
    named = [name for name in described if there[name] & there[first]]
    found = {name: results(described[name], wanted, folder) for name in named}
    return found, tuple(name for name in described if name not in named)


def measured(network: str, found: Results, condition: str = "") -> Measured:
    """Sum up one training with its Wilson intervals."""
    asked = found.right.shape[1]
    bounds = np.array([wilson(int(right), asked) for right in found.right.sum(axis=1)])
    return Measured(
        network,
        condition,
        found.seeds,
        found.accuracy,
        bounds[:, 0],
        bounds[:, 1],
        found.training_accuracy,
        found.parameters,
        asked,
    )
