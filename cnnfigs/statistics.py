"""How sure a measured accuracy is, and whether one network is better than another.

There are two sources of chance. *Images*: 10,000 test images are a sample of all digits that could be written. *Seeds*:
another seed gives another network. Two networks are compared by the differences between pairs, on the same images and
with the same seeds, never by whether two intervals overlap: what is hard about an image or a seed is hard for both, and
cancels. Whether one is better is asked of an interval that holds both chances.

SciPy's statistics are imported where they are needed, since that takes longer than a page that needs none of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnfigs.parameters import require

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """From where to where a value lies, with a confidence of 95 % by default."""

    low: float
    high: float


def wilson(right: int, answers: int, confidence: float = CONFIDENCE) -> Interval:
    """Calculate how well so many answers pin down the accuracy of one network.

    Parameters
    ----------
    right, answers
        How many answers were right, of how many.
    confidence
        Between 0 and 1.

    Returns
    -------
    Interval
        Shares between 0 and 1, after E. B. Wilson, "Probable inference, the law of succession, and statistical
        inference", Journal of the American Statistical Association 22 (1927), 209–212.

    Raises
    ------
    ValueError
        If more are right than there are, or there are none.

    Examples
    --------
    >>> low, high = wilson(9_900, 10_000)
    >>> f"{low:.4f} {high:.4f}"
    '0.9879 0.9918'
    """
    from scipy import stats

    interval = stats.binomtest(right, answers).proportion_ci(confidence, method="wilson")
    return Interval(float(interval.low), float(interval.high))


def around_mean(values: ArrayLike, confidence: float = CONFIDENCE) -> Interval | None:
    """Calculate where the mean of many more values like these would lie, by Student's t.

    Parameters
    ----------
    values
        Independent values, such as one accuracy for each seed, or one difference for each image; shape (n,).
    confidence
        Between 0 and 1.

    Returns
    -------
    Interval or None
        None for a single value, which says nothing of its spread.

    Examples
    --------
    >>> low, high = around_mean([1.0, 2.0, 3.0])
    >>> f"{low:.2f} {high:.2f}"
    '-0.48 4.48'
    """
    from scipy import stats

    array = np.asarray(values, dtype=np.float64)
    if array.size < 2:
        return None
    # SciPy's ttest_1samp gives the same, with a warning where all values are equal.
    reach = stats.t.ppf((1 + confidence) / 2, array.size - 1) * stats.sem(array)
    return Interval(float(array.mean() - reach), float(array.mean() + reach))


def standard_error(values: ArrayLike) -> float:
    """Estimate the standard error of the mean of independent values, shape (n,); not a number for a single value.

    Examples
    --------
    >>> f"{standard_error([1.0, 2.0, 3.0]):.3f}"
    '0.577'
    """
    from scipy import stats

    array = np.asarray(values, dtype=np.float64)
    return float(stats.sem(array)) if array.size > 1 else float("nan")


def with_both_chances(
    mean: float, images_error: float, seeds_error: float, seeds: int, confidence: float = CONFIDENCE
) -> Interval:
    """Calculate where a mean lies on other images and with other seeds.

    The two chances are independent, so their standard errors are added as squares. Student's t is that of the number
    of seeds, which is cautious: the images are many, and alone would need a smaller one.

    Parameters
    ----------
    mean
        What was measured.
    images_error, seeds_error
        Standard error of the mean over images, and over seeds; 0 or more.
    seeds
        How many there were, 2 or more.
    confidence
        Between 0 and 1.

    Examples
    --------
    >>> low, high = with_both_chances(2.0, 0.0, standard_error([1.0, 2.0, 3.0]), 3)
    >>> f"{low:.2f} {high:.2f}"
    '-0.48 4.48'
    """
    from scipy.special import stdtrit  # what `scipy.stats.t` asks, in a fifth of the time that it takes to import

    reach = float(stdtrit(seeds - 1, (1 + confidence) / 2)) * float(np.hypot(images_error, seeds_error))
    return Interval(mean - reach, mean + reach)


@dataclass(frozen=True)
class Difference:
    """How much better one network is than another.

    Attributes
    ----------
    mean
        Its accuracy minus the other's, a share between −1 and 1.
    images_error
        Standard error of the mean over images, with these seeds.
    seeds_error
        Standard error of the mean over seeds, on these images; not a number with a single seed.
    seeds
        How many seeds were paired.
    """

    mean: float
    images_error: float
    seeds_error: float
    seeds: int

    @property
    def interval(self) -> Interval | None:
        """Where the mean lies on other images and with other seeds; None with a single seed."""
        if self.seeds < 2:
            return None
        return with_both_chances(self.mean, self.images_error, self.seeds_error, self.seeds)


def paired_difference(one: ArrayLike, other: ArrayLike) -> Difference:
    """Compare two networks by their answers to the same images, seed by seed.

    Parameters
    ----------
    one, other
        Whether each answer was right: shape (seeds, images), of the same seeds and images.

    Raises
    ------
    ParameterError
        If the shapes differ, or there are fewer than two images.

    Examples
    --------
    >>> paired_difference([[1, 1, 1, 0]], [[1, 0, 1, 0]]).mean
    0.25
    """
    first, second = np.atleast_2d(np.asarray(one, dtype=bool)), np.atleast_2d(np.asarray(other, dtype=bool))
    alike = first.shape == second.shape and first.shape[1] >= 2
    require(alike, "shapes", (first.shape, second.shape), "two alike, (seeds, 2 or more images)")
    differences = first.astype(np.float64) - second
    return Difference(
        float(differences.mean()),
        standard_error(differences.mean(axis=0)),
        standard_error(differences.mean(axis=1)),
        len(differences),
    )


def mcnemar(one: ArrayLike, other: ArrayLike) -> float:
    """Calculate the probability of so uneven a count, or a more uneven one, if two networks were equally good.

    Only images count that one network got right and the other wrong; of those, either would be right on half.

    Parameters
    ----------
    one, other
        Whether each answer was right: shape (images,).

    Returns
    -------
    float
        The exact two-sided probability. After Q. McNemar, "Note on the sampling error of the difference between
        correlated proportions or percentages", Psychometrika 12 (1947), 153–157.

    Examples
    --------
    >>> mcnemar([1, 1, 1, 1, 0, 1], [0, 0, 0, 0, 0, 1])
    0.125
    """
    first, second = np.asarray(one, dtype=bool), np.asarray(other, dtype=bool)
    only_one, only_other = int((first & ~second).sum()), int((second & ~first).sum())
    if only_one + only_other == 0:
        return 1.0
    from scipy.stats import binomtest

    return float(binomtest(only_one, only_one + only_other).pvalue)


def amount_for(amounts: Sequence[int], accuracies: NDArray[np.float64], wanted: float) -> float | None:
    """Read off a curve how many examples give a wanted accuracy, between two amounts on a logarithmic scale.

    Parameters
    ----------
    amounts
        Numbers of examples, rising.
    accuracies
        The accuracy with each of them, shape (amounts,).
    wanted
        The accuracy to be reached.

    Returns
    -------
    float or None
        The amount where the curve first reaches it; None if it lies before the first or after the last amount.

    Examples
    --------
    >>> round(amount_for([100, 10_000], np.array([0.8, 0.9]), 0.85))
    1000
    """
    reached = np.flatnonzero(accuracies >= wanted)
    if not len(reached) or (reached[0] == 0 and accuracies[0] > wanted):
        return None
    last = max(int(reached[0]), 1)
    between = slice(last - 1, last + 1)
    exponent = np.interp(wanted, accuracies[between], np.log10(np.asarray(amounts[between], dtype=np.float64)))
    return float(10**exponent)
