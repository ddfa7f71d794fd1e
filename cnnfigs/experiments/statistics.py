"""How sure a measured accuracy is, and whether one network is better than another.

There are two sources of chance, and each interval here shows one of them. *Images*: 10,000 test images are a sample of
all digits that could be written. *Seeds*: another seed gives another network. Two networks are compared by the
differences between pairs, on the same images and with the same seeds, never by whether two intervals overlap: what is
hard about an image or a seed is hard for both, and cancels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """From where to where a value lies, with a confidence of 95 % unless told otherwise."""

    low: float
    high: float


def wilson(right: int, asked: int, confidence: float = CONFIDENCE) -> Interval:
    """Say how well the images that were asked about pin down the accuracy of one network.

    Parameters
    ----------
    right, asked
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
        If there are more right than asked, or none asked.

    Examples
    --------
    >>> low, high = wilson(9_900, 10_000)
    >>> f"{low:.4f} {high:.4f}"
    '0.9879 0.9918'
    """
    found = stats.binomtest(right, asked).proportion_ci(confidence, method="wilson")
    return Interval(float(found.low), float(found.high))


def around_mean(values: ArrayLike, confidence: float = CONFIDENCE) -> Interval | None:
    """Say where the mean of many more values like these would lie, by Student's t.

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
    array = np.asarray(values, dtype=np.float64)
    if array.size < 2:
        return None
    reach = stats.t.ppf((1 + confidence) / 2, array.size - 1) * stats.sem(array)
    return Interval(float(array.mean() - reach), float(array.mean() + reach))


@dataclass(frozen=True)
class Difference:
    """How much better one network is than another.

    Attributes
    ----------
    mean
        Its accuracy minus the other's, a share between −1 and 1.
    over_images
        Where the mean would lie on other images, with these seeds.
    over_seeds
        Where the mean would lie with other seeds, on these images; None with a single seed.
    seeds
        How many seeds were paired.
    """

    mean: float
    over_images: Interval
    over_seeds: Interval | None
    seeds: int


def paired_difference(one: ArrayLike, other: ArrayLike, confidence: float = CONFIDENCE) -> Difference:
    """Compare two networks by their answers to the same images, seed by seed.

    Parameters
    ----------
    one, other
        Whether each answer was right: shape (seeds, images), of the same seeds and images.
    confidence
        Between 0 and 1.

    Raises
    ------
    ValueError
        If the shapes differ, or there are fewer than two images.

    Examples
    --------
    >>> paired_difference([[1, 1, 1, 0]], [[1, 0, 1, 0]]).mean
    0.25
    """
    first, second = np.atleast_2d(np.asarray(one, dtype=bool)), np.atleast_2d(np.asarray(other, dtype=bool))
    if first.shape != second.shape or first.shape[1] < 2:
        raise ValueError(
            f"shapes are {first.shape} and {second.shape}: accepted are two alike, (seeds, 2 or more images)"
        )
    differences = first.astype(np.float64) - second
    over_images = around_mean(differences.mean(axis=0), confidence)
    assert over_images is not None
    over_seeds = around_mean(differences.mean(axis=1), confidence)
    return Difference(float(differences.mean()), over_images, over_seeds, len(differences))


def mcnemar(one: ArrayLike, other: ArrayLike) -> float:
    """Give the probability of so uneven a count, or a more uneven one, if two networks were equally good.

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
    return float(stats.binomtest(only_one, only_one + only_other).pvalue)


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
