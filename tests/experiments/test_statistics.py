"""Intervals agree with published ones, with another library, and with what they promise."""

import numpy as np
import pytest
from scipy import stats

from cnnfigs.experiments.statistics import (
    amount_for,
    around_mean,
    mcnemar,
    paired_difference,
    standard_error,
    wilson,
    with_both_chances,
)


@pytest.mark.parametrize(
    ("right", "asked", "low", "high"),
    # R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998),
    # 857–872, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_published(right, asked, low, high):
    assert wilson(right, asked) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("right", "asked"), [(11, 10), (-1, 10), (0, 0)])
def test_impossible_counts_are_refused(right, asked):
    with pytest.raises(ValueError, match="must"):
        wilson(right, asked)


def test_students_sleep():
    """Student's own example: ten patients, hours of sleep more with one drug than with another.

    "The probable error of a mean", Biometrika 6 (1908), 1–25, section IX; the interval is R's, of ``t.test(extra ~
    group, data = sleep, paired = TRUE)``.
    """
    differences = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]
    assert around_mean(differences) == pytest.approx((0.7001142, 2.4598858), abs=1e-6)


def test_interval_of_a_mean_as_scipy_has_it():
    values = np.random.default_rng(1).normal(size=7)
    theirs = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    assert around_mean(values, confidence=0.9) == pytest.approx((theirs.low, theirs.high))
    assert around_mean(values[:1]) is None


@pytest.mark.parametrize("seeds", [3, 5])
@pytest.mark.parametrize(("of_images", "of_seeds"), [(0.04, 0.04), (0.05, 0.0), (0.0, 0.04)])
def test_an_interval_with_both_chances_holds_the_truth_at_least_as_often_as_it_says(seeds, of_images, of_seeds):
    """The one is right everywhere; the other is wrong as often as each image and each seed make it, by chance."""
    random = np.random.default_rng(1)
    truth, images, held, widths = 0.25, 400, 0, []
    for _ in range(1000):
        wrong = truth + random.normal(0, of_images, images) + random.normal(0, of_seeds, (seeds, 1))
        other = random.random((seeds, images)) >= wrong
        found = paired_difference(np.ones_like(other), other).interval
        held += found.low <= truth <= found.high
        widths.append(found.high - found.low)
    assert stats.binom.cdf(held, 1000, 0.95) > 0.001
    assert np.median(widths) < 2 * truth


def test_both_chances_are_wider_than_either():
    random = np.random.default_rng(2)
    for _ in range(100):
        seeds = int(random.integers(2, 9))
        images_error, seeds_error = random.random(2)
        both = with_both_chances(0.5, images_error, seeds_error, seeds)
        for alone in ((images_error, 0.0), (0.0, seeds_error)):
            low, high = with_both_chances(0.5, *alone, seeds)
            assert both.low <= low <= high <= both.high
        assert (both.low + both.high) / 2 == pytest.approx(0.5)


def test_seeds_alone_give_students_interval():
    values = np.random.default_rng(3).normal(size=5)
    theirs = stats.ttest_1samp(values, 0).confidence_interval()
    found = with_both_chances(values.mean(), 0.0, standard_error(values), 5)
    assert found == pytest.approx((theirs.low, theirs.high))
    assert np.isnan(standard_error(values[:1]))


def test_pairs_see_a_difference_that_overlapping_intervals_hide():
    """The reason for pairs: what is hard is hard for both."""
    one, other = np.arange(10_000) >= 200, np.arange(10_000) >= 230
    each = [wilson(int(right.sum()), right.size) for right in (one, other)]
    assert each[0].low < each[1].high
    found = paired_difference(one, other)
    assert found.mean > 1.96 * found.images_error


def test_a_difference_counted_by_hand():
    found = paired_difference([[1, 1, 0, 1], [1, 1, 1, 1]], [[1, 0, 0, 1], [0, 1, 1, 0]])
    assert found.mean == 3 / 8
    # Over seeds: 1/4 and 2/4, whose mean has the standard error 1/8. Over images: 1/2, 1/2, 0, 1/2, also 1/8.
    assert (found.seeds_error, found.images_error) == pytest.approx((1 / 8, 1 / 8))
    # Student's t with one degree of freedom is 12.7062.
    reach = 12.7062 * np.sqrt(2) / 8
    assert found.interval == pytest.approx((3 / 8 - reach, 3 / 8 + reach), abs=1e-4)
    assert paired_difference([1, 0], [0, 0]).interval is None


def test_what_does_not_pair_up_is_refused():
    with pytest.raises(ValueError, match=r"shapes are \(1, 3\) and \(1, 2\)"):
        paired_difference([1, 0, 1], [1, 0])


def test_mcnemar_counts_every_outcome():
    """All ways in which ten disagreements can fall, counted one by one: at most 2 or at least 8 for the one network."""
    ways = np.array([bin(number).count("1") for number in range(2**10)])
    one = np.array([1] * 8 + [0] * 2 + [1] * 90)
    other = np.array([0] * 8 + [1] * 2 + [1] * 90)
    assert mcnemar(one, other) == pytest.approx(((ways <= 2) | (ways >= 8)).mean())
    assert mcnemar(one, one) == 1


def test_the_amount_is_read_off_where_a_known_curve_has_it():
    """Accuracy that rises by a tenth with every factor of ten."""
    amounts = [100, 300, 1_000, 3_000, 10_000]
    accuracies = 0.1 * np.log10(amounts)
    for amount in (100, 170, 1_000, 9_999):
        assert amount_for(amounts, accuracies, 0.1 * np.log10(amount)) == pytest.approx(amount)
    assert amount_for(amounts, accuracies, 0.19) is None
    assert amount_for(amounts, accuracies, 0.41) is None
    # Where noise makes the curve fall, the first crossing counts.
    assert 100 < amount_for([100, 1_000, 10_000], np.array([0.5, 0.9, 0.8]), 0.8) < 1_000
