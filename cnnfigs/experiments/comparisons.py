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
from cnnfigs.experiments.statistics import around_mean, paired_difference, wilson
from cnnfigs.experiments.trials import Training

#: What counts as equal where a claim says that something makes no difference: one percentage point.
EQUAL = 0.01
#: From two seeds, Student's t gives intervals that are thirteen times the standard error to each side.
ENOUGH = 3
#: Standard errors to each side of a 95 % interval of a mean over thousands of images.
REACH = 1.96

Pair = tuple[float, float]
Verdict = Literal["holds", "partly", "not here", "not yet measured"]


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
    over_images
        Where the mean would lie on other images; None where that is not known.
    over_seeds
        Where it would lie with other seeds; None with a single one.
    seeds
        The seeds.
    needed
        The claim says that the difference is larger than this.
    """

    name: str
    difference: float
    each: NDArray[np.float64]
    over_images: Pair | None
    over_seeds: Pair | None
    seeds: tuple[int, ...]
    needed: float = 0.0

    @property
    def intervals(self) -> tuple[Pair, ...]:
        """The intervals that decide: an interval over fewer than three seeds does only where there is no other."""
        both = (self.over_images, self.over_seeds)
        if self.over_images is not None and len(self.seeds) < ENOUGH:
            both = (self.over_images, None)
        return tuple(pair for pair in both if pair is not None)

    @property
    def widest(self) -> Pair | None:
        """The wider interval, which decides; None if there is none."""
        return max(self.intervals, key=lambda pair: pair[1] - pair[0], default=None)

    @property
    def is_shown(self) -> bool:
        """Whether the difference, and each interval with both ends, is larger than the claim needs."""
        return min([self.difference, *(low for low, _ in self.intervals)]) > self.needed

    @property
    def is_refuted(self) -> bool:
        """Whether the difference, and each interval with both ends, is not larger than the claim needs."""
        return max([self.difference, *(high for _, high in self.intervals)]) <= self.needed


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
    """

    measured: tuple[Measured, ...]
    comparisons: tuple[Comparison, ...]
    missing: tuple[str, ...]

    def of(self, network: str, condition: str = "") -> Measured:
        """Return what was measured of one network under one condition."""
        return next(each for each in self.measured if (each.network, each.condition) == (network, condition))


def verdict(comparisons: Sequence[Comparison]) -> Verdict:
    """Judge a claim by the comparisons that it promises something about.

    It holds if all of them are shown, holds partly if some are, and does not hold here if none is.

    Examples
    --------
    >>> clear, close = [compare_values("a", (1, 2), values) for values in ([0.2, 0.21], [0.1, -0.1])]
    >>> verdict([clear]), verdict([clear, close]), verdict([close]), verdict([])
    ('holds', 'partly', 'not here', 'not yet measured')
    """
    shown = [each.is_shown for each in comparisons]
    if not shown:
        return "not yet measured"
    return "holds" if all(shown) else "partly" if any(shown) else "not here"


def compare(name: str, one: Results, other: Results, needed: float = 0.0) -> Comparison:
    """Compare two trainings image by image and seed by seed; the first minus the second."""
    first, second = paired(one, other)
    found = paired_difference(first, second)
    return Comparison(
        name,
        found.mean,
        first.mean(axis=1) - second.mean(axis=1),
        _pair(found.over_images),
        _pair(found.over_seeds),
        tuple(sorted({*one.seeds} & {*other.seeds})),
        needed,
    )


def compare_values(name: str, seeds: tuple[int, ...], differences: ArrayLike, needed: float = 0.0) -> Comparison:
    """Compare by the differences with each seed alone, shape (seeds,)."""
    each = np.asarray(differences, dtype=np.float64)
    return Comparison(name, float(each.mean()), each, None, _pair(around_mean(each)), seeds, needed)


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

    The interval over images is the widest that the counts allow, however the right answers are distributed.

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
    >>> low, high = compare_counts("a", (1,), [0.9], [0.8], 900).over_images
    >>> f"{low:.3f} {high:.3f}"
    '0.065 0.135'
    >>> compare_counts("a", (1,), [0.9], [0.9], 900, changed=0.0).over_images
    (0.0, 0.0)
    """
    first, second = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    found = compare_values(name, seeds, first - second, needed)
    reach = widest_reach(first, second, asked, changed)
    return replace(found, over_images=(found.difference - reach, found.difference + reach))


def widest_reach(one: NDArray[np.float64], other: NDArray[np.float64], asked: int, changed: ArrayLike = 1.0) -> float:
    """Tell how far a 95 % interval over images reaches to each side of a difference, at most; see compare_counts.

    An image counts +1, 0 or −1. The share of those that are not 0 is at most the sum of the accuracies, or of the
    errors, and so is the mean of the squares.
    """
    not_zero = np.minimum(np.minimum(one + other, 2 - one - other), changed)
    variance = np.maximum(not_zero - (one - other) ** 2, 0)
    return float(REACH * np.sqrt(variance / asked).mean())


def reverse(comparison: Comparison, needed: float = 0.0) -> Comparison:
    """Take the difference the other way round, as another claim may need it."""
    return replace(
        comparison,
        difference=-comparison.difference,
        each=-comparison.each,
        over_images=_turned(comparison.over_images),
        over_seeds=_turned(comparison.over_seeds),
        needed=needed,
    )


def _turned(pair: Pair | None) -> Pair | None:
    return None if pair is None else (-pair[1], -pair[0])


def _pair(interval: tuple[float, float] | None) -> Pair | None:
    return None if interval is None else (float(interval[0]), float(interval[1]))


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
