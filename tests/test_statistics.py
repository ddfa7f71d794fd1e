"""Intervals agree with published ones, with another library, and with what they promise."""

import math
import re
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cnnfigs.statistics import (
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


@given(st.data(), st.floats(0.5, 0.999))
def test_wilson_ends_where_the_share_found_is_just_likely_enough(data, confidence):
    """Wilson's definition: there the share that was found is z standard errors of the true share away from it."""
    asked = data.draw(st.integers(1, 500))
    right = data.draw(st.integers(0, asked))
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    for end in wilson(right, asked, confidence):
        assert abs(right / asked - end) == pytest.approx(z * math.sqrt(max(end * (1 - end), 0) / asked), abs=1e-6)


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


@given(st.floats(-10, 10), st.floats(-10, 10), st.floats(0.1, 0.99))
def test_the_interval_of_two_values_is_cauchys(one, other, confidence):
    """Student's t with one degree of freedom is Cauchy's distribution, whose quantiles are tangents."""
    reach = math.tan(math.pi * confidence / 2) * abs(one - other) / 2
    middle = (one + other) / 2
    assert around_mean([one, other], confidence) == pytest.approx((middle - reach, middle + reach), abs=1e-9)
    assert standard_error([one, other]) == pytest.approx(abs(one - other) / 2)
    both = with_both_chances(middle, 0.0, abs(one - other) / 2, 2, confidence)
    assert both == pytest.approx((middle - reach, middle + reach), abs=1e-9)


def test_values_in_single_precision_are_added_up_in_double():
    values = np.random.default_rng(4).normal(0.9, 0.01, 1000).astype(np.float32)
    assert around_mean(values) == around_mean(values.astype(np.float64))
    assert standard_error(values) == standard_error(values.astype(np.float64))


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
    with pytest.raises(ValueError, match=r"^shapes: expected two alike, .+, got \(\(1, 3\), \(1, 2\)\)$"):
        paired_difference([1, 0, 1], [1, 0])


def test_an_answer_is_right_or_wrong_however_it_is_written():
    assert paired_difference([[2, 0]], [[1, 0]]).mean == 0
    assert paired_difference([[1, 0]], [[2, 0]]).mean == 0
    assert mcnemar([2, 2], [1, 1]) == mcnemar([1, 1], [2, 2]) == 1


def test_what_is_refused_is_told_with_what_is_accepted():
    for one, other, shapes in (
        ([[1, 0], [1, 1]], [1, 0], "((2, 2), (1, 2))"),
        ([[1], [0]], [[0], [0]], "((2, 1), (2, 1))"),
    ):
        told = f"shapes: expected two alike, (seeds, 2 or more images), got {shapes}"
        with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
            paired_difference(one, other)


def test_a_difference_knows_how_many_seeds_it_has():
    assert paired_difference([[1, 1, 0]] * 3, [[1, 0, 0]] * 3).seeds == 3
    assert paired_difference([[1, 1, 0]] * 2, [[1, 0, 1], [1, 1, 1]]).interval is not None


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
    # An amount that was measured is given as it is, the first where the curve stands still or falls again.
    for accuracies, wanted, amount in (
        ([0.5, 0.9, 0.8], 0.9, 1_000),
        ([0.5, 0.8, 0.9], 0.9, 10_000),
        ([0.5, 0.9, 0.9], 0.9, 1_000),
        ([0.5, 0.8, 0.9], 0.5, 100),
    ):
        assert amount_for([100, 1_000, 10_000], np.array(accuracies), wanted) == pytest.approx(amount)
