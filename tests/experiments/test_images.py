"""What is done to the images does what it says."""

import numpy as np
import pytest
from scipy import ndimage

from cnnfigs.data import mnist
from cnnfigs.experiments.images import (
    balanced_order,
    on_canvas,
    pixel_order,
    randomly_shifted,
    reordered,
    shifted,
)


def test_amounts_are_balanced_and_nested():
    labels = mnist().y_train
    order = balanced_order(labels, seed=3)
    np.testing.assert_array_equal(np.sort(order), np.arange(60_000))
    for amount in (100, 300, 1_000, 3_000, 10_000, 30_000):
        np.testing.assert_array_equal(np.bincount(labels[order[:amount]], minlength=10), amount // 10)


def test_seeds_choose_other_images():
    labels = mnist().y_train
    first, second = (balanced_order(labels, seed)[:1_000] for seed in (1, 2))
    assert len(np.intersect1d(first, second)) < 100


@pytest.mark.parametrize(("right", "down"), [(0, 0), (3, 0), (-8, 0), (0, 5), (0, -1), (2, -7)])
def test_shifts_as_scipy_has_them(right, down):
    images = mnist().x_test[:5]
    expected = ndimage.shift(images, (0, down, right), order=0, mode="constant")
    np.testing.assert_array_equal(shifted(images, right, down), expected)


def test_a_canvas_keeps_all_ink_where_it_is_put():
    images = mnist().x_test[:5]
    canvas = on_canvas(images, 44, right=16, down=3)
    np.testing.assert_array_equal(canvas[:, 3:31, 16:44], images)
    assert canvas.sum() == images.sum()


@pytest.mark.parametrize("direction", [(8, 0), (-8, 0), (0, 8), (0, -8)])
def test_shifts_on_the_canvas_cut_nothing(direction):
    canvas = on_canvas(mnist().x_test, 44, 8, 8)
    assert shifted(canvas, *direction).sum() == canvas.sum()


def test_shifts_by_eight_cut_what_the_pilot_said():
    """Without a canvas an eighth of the ink is lost, on the average over directions."""
    images = mnist().x_test
    lost = [1 - shifted(images, *each).sum() / images.sum() for each in ((8, 0), (-8, 0), (0, 8), (0, -8))]
    assert np.mean(lost) == pytest.approx(0.12, abs=0.01)


def test_random_shifts_reach_every_place_evenly():
    dots = np.zeros((40_000, 9, 9), dtype=np.uint8)
    dots[:, 4, 4] = 1
    moved = randomly_shifted(dots, 2, np.random.default_rng(1))
    counts = moved.sum(axis=0)
    assert counts.sum() == 40_000
    assert (counts[2:7, 2:7] > 40_000 / 25 * 0.85).all()


@pytest.mark.parametrize("shuffle", ["none", "pixels", "within blocks", "blocks"])
def test_every_pixel_has_one_place(shuffle):
    order = pixel_order(shuffle, 28, seed=1)
    np.testing.assert_array_equal(np.sort(order.ravel()), np.arange(784))
    assert (order == np.arange(784).reshape(28, 28)).all() == (shuffle == "none")
    if shuffle != "none":
        assert not np.array_equal(order, pixel_order(shuffle, 28, seed=2))


def blocks(order):
    """The 49 blocks of an order of pixels, each as a 4×4 array."""
    return [order[row : row + 4, column : column + 4] for row in range(0, 28, 4) for column in range(0, 28, 4)]


def test_shuffled_within_blocks_each_pixel_stays_in_its_block():
    straight = blocks(np.arange(784).reshape(28, 28))
    mixed = blocks(pixel_order("within blocks", 28, seed=1))
    for one, other in zip(straight, mixed, strict=True):
        np.testing.assert_array_equal(np.sort(other.ravel()), one.ravel())
    # Each block has an order of its own.
    assert len({tuple(block.ravel() - block.min()) for block in mixed}) > 40


def test_shuffled_blocks_stay_whole():
    straight = {tuple(block.ravel()) for block in blocks(np.arange(784).reshape(28, 28))}
    assert {tuple(block.ravel()) for block in blocks(pixel_order("blocks", 28, seed=1))} == straight


def test_one_order_for_all_images():
    images = mnist().x_test[:3]
    order = pixel_order("pixels", 28, seed=1)
    mixed = reordered(images, order)
    for row, column in ((0, 0), (13, 20)):
        source = np.unravel_index(order[row, column], (28, 28))
        np.testing.assert_array_equal(mixed[:, row, column], images[:, source[0], source[1]])
