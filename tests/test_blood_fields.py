"""Pairs of photos that show the same place do, and the others are far from it."""

import numpy as np
import pytest

from cnnfigs.data.blood_cells import HEIGHT, WIDTH, part, photo
from cnnfigs.data.blood_fields import SMALLER, across, away_from_test, pairs


def overlapping(pair, right, down):
    """Cut what both photos show, in full size, if the second is moved so."""
    height, width = HEIGHT - abs(down), WIDTH - abs(right)
    one, other = (photo(name).mean(axis=2) for name in (pair.one, pair.other))
    first = one[max(down, 0) :, max(right, 0) :][:height, :width]
    second = other[max(-down, 0) :, max(-right, 0) :][:height, :width]
    return first, second


def alike(pair, right, down):
    return float(np.corrcoef(*(each[::4, ::4].ravel() for each in overlapping(pair, right, down)))[0, 1])


@pytest.mark.parametrize("number", range(0, 34, 3))
def test_a_pair_is_alike_in_full_size_at_its_shift_and_at_no_other(number):
    pair = pairs()[number]
    here = max(
        alike(pair, pair.right + x, pair.down + y)
        for x in range(-SMALLER, SMALLER + 1, 4)
        for y in range(-SMALLER, SMALLER + 1, 4)
    )
    assert here > 0.75
    assert alike(pair, pair.right // 2 + 60, pair.down // 2 - 60) < 0.6


def test_between_pairs_and_all_others_lies_a_gap():
    assert len(pairs()) == 34
    assert min(pair.correlation for pair in pairs()) > 0.84


def test_what_is_away_from_the_test_shows_no_place_of_it():
    assert len(across(part("train"), part("test"))) == 8
    assert across(away_from_test(), part("test")) == ()
    assert {*away_from_test()} < {*part("train")}
    assert len(part("train")) - len(away_from_test()) == 8
