"""What is found of knocked-out filters against Keras, in which their weights and biases are set to zero."""

import keras
import numpy as np
import pytest

from cnnfigs.data import mnist
from cnnfigs.illustrations.filters.knocked_out import WANTED, FiltersKnockedOut
from cnnfigs.models.export import packed, unpacked
from cnnfigs.models.weights import load
from cnnfigs.runs.filters.knocked_out import CONVOLUTIONS, EVERY, ONE_IN

DIGITS = np.rint(mnist().x_test[::20] / 85)[..., np.newaxis] / 3
LABELS = mnist().y_test[::20].astype(np.int64)


@pytest.fixture(scope="module")
def run():
    return FiltersKnockedOut().result


@pytest.fixture(scope="module")
def broken():
    """Ask the convnet with the weights of browsers and some of its filters left: answers, shape (n, 10)."""
    model = load("convnet")
    rounded = []
    for layer in model.layers:
        if layer.weights:
            kernel, bias = layer.get_weights()
            rounded += unpacked(packed(kernel, bias), kernel.shape)

    def ask(left, digits=DIGITS):
        weights = [array.copy() for array in rounded]
        first = 0
        for kernel, bias in zip(weights[0:6:2], weights[1:6:2], strict=True):
            gone = np.setdiff1d(np.arange(len(bias)), np.asarray(left) - first)
            kernel[..., gone], bias[gone] = 0, 0
            first += len(bias)
        model.set_weights(weights)
        return model.predict(digits.astype(np.float32), batch_size=500, verbose=0)

    return ask


def right(answers, labels=LABELS):
    return int((answers.argmax(axis=1) == labels).sum())


def test_every_filter_is_taken_out_once(run, broken):
    assert run.filters == (32, 64, 128)
    assert sorted(run.order) == [*range(224)]
    assert run.searched[-1] == right(broken(np.arange(224)))
    assert len(CONVOLUTIONS) == len(run.filters)


@pytest.mark.parametrize("left", [0, 7, 20, 40, 70, 120, 200, 223])
def test_the_search_reads_what_keras_reads(run, broken, left):
    assert run.searched[left] == right(broken(run.order[224 - left :]))


@pytest.mark.parametrize("left", [9, 40])
def test_what_goes_next_is_missed_least(run, broken, left):
    """By the loss in Keras, of all that are left."""
    assert left < 2 * ONE_IN, "one by one"
    kept = run.order[224 - left :]

    def loss(numbers):
        return float(keras.losses.sparse_categorical_crossentropy(LABELS, broken(numbers)).numpy().mean())

    losses = [loss(np.delete(kept, place)) for place in range(left)]
    assert losses[0] <= min(losses) * 1.0001


def test_without_each_single_filter(run, broken):
    for number in (0, 9, 31, 32, 60, 95, 96, 150, 223):
        assert run.alone[number] == right(broken(np.delete(np.arange(224), number)))


def test_without_the_first_half_of_each_convolution(run, broken):
    for half, (first, last) in zip(run.halves, ((0, 16), (32, 64), (96, 160)), strict=True):
        assert half == right(broken([*range(first), *range(last, 224)]))
    assert run.all_halves == right(broken([*range(16, 32), *range(64, 96), *range(160, 224)]))


def test_orders_of_chance(run, broken):
    """Any order: the same numbers drawn again, and read by Keras."""
    chance = np.random.default_rng(FiltersKnockedOut().seed)
    assert run.left.tolist() == [*range(224 - EVERY, 0, -EVERY)]
    assert run.random.shape == (FiltersKnockedOut().orders, len(run.left))
    for order in range(2):
        drawn = chance.permutation(224)
        for place in (0, 4, 9, 12):
            assert run.random[order, place] == right(broken(drawn[: run.left[place]]))


def test_the_fewest_are_the_fewest_of_the_search(run, broken):
    assert run.wanted == WANTED * len(LABELS)
    assert run.searched[run.fewest] >= run.wanted
    assert (run.searched[: run.fewest] < run.wanted).all()
    kept = run.order[224 - run.fewest :]
    bounds = ((0, 32), (32, 96), (96, 224))
    assert run.fewest_by_convolution == tuple(sum(low <= each < high for each in kept) for low, high in bounds)
    others = np.arange(10_000) % 20 > 0
    images = np.rint(mnist().x_test[others] / 85)[..., np.newaxis] / 3
    assert run.others == others.sum()
    assert abs(run.right_of_others - right(broken(kept, images), mnist().y_test[others])) <= 2
