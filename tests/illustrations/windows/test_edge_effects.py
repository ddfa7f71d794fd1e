"""The frame that zeros draw, against a convolution written out."""

import numpy as np
import pytest
from svg_numbers import numbers, texts

from cnnfigs.arithmetic.reference import convolution
from cnnfigs.data import cat_photo
from cnnfigs.illustrations.windows.edge_effects import FlatEdge, PhotoEdge
from cnnfigs.runs.windows.edge_effects import small_cat

KERNEL = np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]])


def answers(image, padding):
    return convolution(image[..., None], KERNEL[..., None, None], padding=padding)[..., 0]


@pytest.mark.parametrize("size", [3, 5, 6])
def test_drawn_numbers_are_those_of_the_reference(size):
    image = np.ones((size, size))
    expected = [np.pad(image, 1), KERNEL, answers(image, "valid"), answers(image, "same")]
    for phone in (False, True):
        assert numbers(FlatEdge(size), phone) == np.concatenate([each.flatten() for each in expected]).tolist()


def test_without_padding_there_is_nothing_and_with_zeros_a_ring():
    run = FlatEdge().result
    assert not run.valid.any()
    assert (run.same[0] > 0).all()
    assert not run.same[1:-1, 1:-1].any()


def test_photo_is_convolved_as_by_the_reference():
    run = PhotoEdge(30).result
    assert np.allclose(run.valid, answers(run.image, "valid"), atol=1e-5)
    assert np.allclose(run.same, answers(run.image, "same"), atol=1e-5)
    assert (run.same[1:-1, 1:-1] == run.valid).all()


def test_small_cat_has_the_photos_brightness():
    grey = cat_photo()[:, 75:375].mean(axis=(0, 1)) / 255 @ (0.299, 0.587, 0.114)
    assert small_cat(60).mean() == pytest.approx(grey, abs=0.01)
    assert small_cat(60).shape == (60, 60)


def test_border_answers_are_many_times_those_inside():
    facts = PhotoEdge().facts
    assert float(facts["border"]) > 3 * float(facts["inside"])
    assert int(facts["times"]) == pytest.approx(float(facts["border"]) / float(facts["inside"]), abs=0.6)
    assert "photo 60×60" in texts(PhotoEdge())
    assert "“valid” 58×58" in texts(PhotoEdge())


def test_descriptions_tell_the_values_along_the_border():
    rows = answers(np.ones((5, 5)), "same")[[0, 1, -1]].astype(int)
    first, second, last = (", ".join(map(str, row)) for row in rows)
    assert f"Its first row is {first}, its second {second}, its last {last}." in FlatEdge().description
    same = answers(small_cat(60), "same")
    sides = np.array([same[0].mean(), same[-1].mean(), same[:, 0].mean(), same[:, -1].mean()])
    assert (sides > 0).all()
    assert f"the mean is {', '.join(f'{side:.2f}' for side in sides)} along" in PhotoEdge().description


def test_photo_smaller_than_asked_is_refused():
    with pytest.raises(ValueError, match="size: expected 1 to 300, got 301"):
        small_cat(301)
