"""Loss, slope and steps, against Keras called anew, finite differences, and the definition."""

import keras
import numpy as np
import pytest
from svg_numbers import number, texts

from cnnfigs.data import mnist
from cnnfigs.illustrations.dense_and_loss.loss import CrossEntropy, FirstSteps, LossSlope
from cnnfigs.models.networks import build
from cnnfigs.models.training import RECIPE, as_input
from cnnfigs.models.weights import load


@pytest.mark.parametrize(("index", "other", "network"), [(18, 247, "dense_512"), (0, 8, "convnet")])
def test_losses_drawn_are_those_of_keras(index, other, network):
    indices = [index, other]
    probabilities = np.asarray(load(network)(as_input(mnist().x_test[indices])))
    labels = mnist().y_test[indices]
    expected = np.asarray(keras.losses.categorical_crossentropy(np.eye(10)[labels], probabilities))
    words = texts(CrossEntropy(index, other, network))
    losses = [number(text.removeprefix("loss ")) for text in words if text.startswith("loss ")]
    assert losses == pytest.approx(expected.tolist(), abs=6e-4)
    answers = [text.strip("“”") for text in words if text.startswith("“")]
    assert answers == [str(answer) for answer in probabilities.argmax(axis=1)]


def test_curve_is_the_negative_logarithm():
    run = CrossEntropy().result
    np.testing.assert_allclose(run.curve_losses, -np.log(run.curve_probabilities), atol=1e-6)


def test_default_shows_a_right_answer_and_a_wrong_one():
    run = CrossEntropy().result
    assert (run.answers == run.labels).tolist() == [True, False]


def loss_at(unit, digit, weight=None, images=1000):
    """The loss of the untrained network with one weight changed, evaluated by Keras on its own way."""
    keras.utils.set_random_seed(RECIPE.seed)
    model = build("dense_512")
    weights = model.get_weights()
    if weight is not None:
        weights[2][unit, digit] = weight
    model.set_weights(weights)
    model.compile(loss=RECIPE.loss)
    loss = model.evaluate(as_input(mnist().x_train[:images]), mnist().y_train[:images], batch_size=images, verbose=0)
    return weights[2][unit, digit], loss


def test_slope_is_what_small_changes_of_the_weight_give():
    run = LossSlope().result
    weight, loss = loss_at(run.unit, run.digit)
    assert run.weight == pytest.approx(weight, abs=1e-6)
    assert run.loss == pytest.approx(loss, abs=1e-5)
    _, above = loss_at(run.unit, run.digit, weight + 0.05)
    _, below = loss_at(run.unit, run.digit, weight - 0.05)
    assert run.slope == pytest.approx((above - below) / 0.1, rel=1e-2)


@pytest.mark.parametrize("learning_rate", [8.0, 2])
def test_step_is_the_learning_rate_times_the_slope_and_lowers_the_loss(learning_rate):
    picture = LossSlope(learning_rate)
    run = picture.result
    assert run.next_weight == pytest.approx(run.weight - learning_rate * run.slope, abs=1e-5)
    _, after = loss_at(run.unit, run.digit, run.next_weight)
    assert run.next_loss == pytest.approx(after, abs=1e-5)
    assert run.next_loss < run.loss
    words = texts(picture)
    assert f"before: loss {run.loss:.3f}" in words
    assert f"after: loss {after:.3f}" in words
    assert f"slope {run.slope:.4f}" in words


def test_curve_runs_through_both_ends_of_the_step():
    run = LossSlope().result
    order = np.argsort(run.weights)
    at = np.interp([run.weight, run.next_weight], run.weights[order], run.losses[order])
    assert at.tolist() == pytest.approx([run.loss, run.next_loss], abs=1e-3)


def test_first_steps_start_by_guessing_and_learn():
    run = FirstSteps().result
    keras.utils.set_random_seed(RECIPE.seed)
    start = build("dense_512")
    start.compile(loss=RECIPE.loss)
    first = start.evaluate(
        as_input(mnist().x_train[: RECIPE.batch_size]), mnist().y_train[: RECIPE.batch_size], verbose=0
    )
    assert run.losses[0] == pytest.approx(first, abs=1e-4)
    assert run.guess_loss == pytest.approx(np.log(10), abs=1e-6)
    assert f"guessing: {np.log(10):.2f}" in texts(FirstSteps())
    assert run.losses[0] > run.guess_loss - 0.2
    assert run.losses[-10:].max() < run.guess_loss / 2
    assert run.accuracy_before < 0.2
    assert run.accuracy_after > 0.9
