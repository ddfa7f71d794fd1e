"""A pushed digit fools a forward pass in NumPy too, and it was pushed down the slope that finite differences find."""

import numpy as np
import pytest
from forward_numbers import layers_of, values_in_numpy

from cnnfigs.data import mnist
from cnnfigs.errors import ParameterError
from cnnfigs.illustrations.training_and_measured.pushed_digit import NETWORKS, PushedDigit
from cnnfigs.models.weights import load
from cnnfigs.runs.training_and_measured.pushing import LEVEL, changed, lead_slope, walk


@pytest.fixture(scope="module")
def digits():
    return mnist().x_test[:12].astype(np.float32)[..., None] / 255, mnist().y_test[:12].astype(np.int64)


def probabilities(network, images):
    """What the network answers, in double precision and without Keras."""
    layers = layers_of(load(network))
    return values_in_numpy(layers, images.astype(np.float64))[layers[-1][0]]


def lead(network, image, label):
    """The logit of the right digit minus the largest other one, up to what softmax takes away."""
    logs = np.log(probabilities(network, image[None])[0])
    return logs[label] - np.delete(logs, label).max()


@pytest.mark.parametrize("network", NETWORKS)
def test_slopes_are_those_of_finite_differences(network, digits):
    images, labels = digits
    # On blank paper all numbers of a pooled window are equal, and none of them is *the* largest: noise decides.
    noise = np.random.default_rng(1).uniform(0, 0.05, size=images[4].shape).astype(np.float32)
    image = images[4] + noise
    gradient, _ = lead_slope(network)(image[np.newaxis], labels[4:5])
    slope = gradient[0, ..., 0]
    # The steepest pixels, some in the middle, and one that counts little.
    order = np.argsort(-np.abs(slope), axis=None)[[0, 1, 2, 10, 30, 100, 300]]
    for row, column in zip(*np.unravel_index(order, slope.shape), strict=True):
        step = np.zeros((28, 28, 1))
        step[row, column] = 1e-5
        difference = (lead(network, image + step, labels[4]) - lead(network, image - step, labels[4])) / 2e-5
        assert difference == pytest.approx(slope[row, column], rel=0.02, abs=1e-3)


def test_numpy_answers_as_the_picture_says():
    run = PushedDigit().result
    for network, seen in (
        (NETWORKS[0], run.before),
        (NETWORKS[0], run.after),
        (NETWORKS[0], run.at_random),
        (NETWORKS[1], run.other),
    ):
        answers = probabilities(network, seen.image[None, ..., None])[0]
        assert answers.argmax() == seen.answer
        assert answers.max() == pytest.approx(seen.probability, abs=1e-4)


def test_no_pixel_changes_further_than_is_said():
    run = PushedDigit().result
    assert np.abs(run.added).max() == run.levels
    np.testing.assert_allclose(run.after.image, run.before.image + run.added * LEVEL, atol=1e-6)
    assert run.after.image.min() >= 0
    assert run.after.image.max() <= 1
    assert np.abs(run.at_random.image - run.before.image).max() == pytest.approx(run.levels * LEVEL, abs=1e-6)


@pytest.mark.thorough
def test_a_walk_stops_at_the_first_wrong_answer(digits):
    images, labels = digits
    path = walk("convnet", images, labels, 60)
    assert (path.levels > 0).all()
    for image, label, level, end in zip(images, labels, path.levels, path.images, strict=True):
        assert probabilities("convnet", end[None])[0].argmax() != label
        assert np.abs(end - image).max() <= level * LEVEL + 1e-6
        # One level less, and the answer is right.
        before = walk("convnet", image[None], np.array([label]), int(level) - 1)
        assert not before.levels.any()
        assert probabilities("convnet", before.images)[0].argmax() == label


def test_shares_follow_from_the_levels():
    for each in PushedDigit().result.walks:
        counted = [np.mean((each.levels == 0) | (each.levels > level)) for level in range(each.most + 1)]
        np.testing.assert_allclose(each.right, counted)
        assert each.right[0] == each.right_at_random[0] == 1


def test_pixels_stay_between_paper_and_ink():
    image = np.array([[0.0, 0.5, 1.0]], dtype=np.float32)
    np.testing.assert_allclose(changed(image, np.array([[-51, 51, 51]], np.float32)), [[0, 0.7, 1]], atol=1e-6)


def test_a_digit_that_is_answered_wrongly_is_refused():
    wrong = int(
        np.flatnonzero(
            probabilities("convnet", mnist().x_test[:400, ..., None] / 255).argmax(axis=1) != mnist().y_test[:400]
        )[0]
    )
    with pytest.raises(ParameterError, match=rf"^index: expected a digit that is answered rightly.*got {wrong}$"):
        _ = PushedDigit(index=wrong, digits=10, most=16).result
