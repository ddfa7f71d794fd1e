"""What the page says in words is what the numbers say."""

import numpy as np
import pytest
from page_words import says
from scipy import ndimage

from cnnfigs.data import mnist
from cnnfigs.illustrations.training_and_measured.disturbances import Disturbances, TurnedDigits
from cnnfigs.illustrations.training_and_measured.errors_by_group import ErrorsByGroup
from cnnfigs.illustrations.training_and_measured.pushed_digit import PushedDigit
from cnnfigs.statistics import wilson


def share(illustration, fact):
    return float(illustration.facts[fact].replace("\N{NO-BREAK SPACE}%", ""))


def test_network_is_patient_with_pens_and_not_with_places():
    ways = Disturbances()
    patient = ("pen thinner", "pen thicker", "paper light grey")
    assert min(share(ways, name) for name in patient) > 94
    assert max(share(ways, name) for name in ("moved 6 pixels", "turned 45°", "paper inverted")) < 70
    assert int(ways.facts["pen thinner times"]) > 3  # less is not nothing


def test_what_varied_in_the_training_is_not_what_the_network_bears_best():
    """Pens vary from digit to digit; grey paper and noise never occur. And yet these cost less."""
    assert says("limits", "a thinner pen hurts", "were never shown, and yet the mildest of both hurt less")
    images = mnist().x_train[:2000]
    pens = (images > 127).sum(axis=(1, 2))
    assert pens.std() / pens.mean() > 0.25
    assert (images[:, 0] == 0).mean() > 0.999  # paper is blank: neither grey nor noisy
    ways = {(each.kind, each.amount): each.accuracy for each in Disturbances().result.asked}
    never = min(ways["grey paper", 0.25], ways["noise", 0.2])
    assert never > max(ways["thinner", 2], ways["thicker", 3])


def test_moved_digits_are_moved_to_the_right_only():
    assert says("limits", "they are moved to the right only")
    run = Disturbances().result
    moved = next(each for each in run.asked if (each.kind, each.amount) == ("moved", 6))
    np.testing.assert_array_equal(moved.image[:, 6:], run.asked[0].image[:, :-6])


def test_ten_thousand_digits_tell_a_share_to_about_one_per_cent():
    widest = max(high - low for low, high in (wilson(count, 10_000) for count in (100, 3000, 5000)))
    assert 0.015 < widest < 0.02


def test_digits_of_the_data_are_centred_and_inverted_ones_never_seen():
    images = mnist().x_train[:1000]
    centres = np.array([ndimage.center_of_mass(image) for image in images])
    assert np.abs(centres - 13.5).max() < 1
    assert (images.mean(axis=(1, 2)) < 127).all()


def test_lines_begin_together_and_part():
    run = TurnedDigits().result
    gaps = [each.mean_probability - each.accuracy for each in run.asked]
    assert gaps[0] < 0.01
    assert max(gaps) > 0.6
    assert run.asked[-1].accuracy > min(each.accuracy for each in run.asked)
    assert min(each.mean_probability for each in run.asked) > 0.8


def test_students_digits_are_read_worse_by_every_training_of_every_network():
    assert says("limits", "times as many on average, and more in every one of the trainings")
    for network in ("convnet", "dense_512"):
        run = ErrorsByGroup(network=network).result
        students, employees = run.people
        assert (students.errors > employees.errors).all()
        least, most = ErrorsByGroup(network=network).facts["times by training"].split(" to ")
        ratios = sorted(students.errors / employees.errors)
        assert [float(least), float(most)] == pytest.approx([ratios[0], ratios[-1]], abs=0.051)
        assert run.interval[0] > 0


def test_most_errors_come_from_few_writers():
    run = ErrorsByGroup().result
    assert run.without_errors > len(run.by_writer) / 2
    assert run.made_by_worst(0.1) > 0.45
    assert run.by_writer[0] > 10 * run.whole.mean


def test_direction_counts_and_not_size():
    assert says("limits", "It is the *direction*", "The dense network falls earlier, half at")
    run = PushedDigit().result
    assert run.before.answer == run.label != run.after.answer
    assert run.at_random.answer == run.label
    convnet, dense = run.walks
    assert dense.median < convnet.median / 2
    for walk in run.walks:
        assert walk.right_at_random[int(walk.median)] > 0.95
    assert run.other_right > 0.8  # little carries over


def test_colours_of_what_is_added_are_on_the_strokes_and_around_them():
    run = PushedDigit().result
    assert run.before.image[run.added < 0].mean() > 0.5
    assert run.before.image[run.added > 0].mean() < 0.25
