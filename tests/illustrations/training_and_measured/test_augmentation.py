"""The random versions stay within the limits, and the answers below them are the network's."""

import numpy as np
from scipy import ndimage
from svg_numbers import texts

from cnnfigs.data import mnist
from cnnfigs.illustrations.training_and_measured.augmentation import Augmentation
from cnnfigs.models.weights import load
from cnnfigs.runs.training_and_measured.augmentation import augmentation


def digit(index):
    return mnist().x_test[index].astype(np.float32) / 255


def made(rotation, translation, zoom, seed=1, count=20):
    layers = augmentation(rotation, translation, zoom, seed)
    return np.asarray(layers(np.repeat(digit(4)[None, ..., None], count, axis=0), training=True))[..., 0]


def test_answers_are_the_networks():
    picture = Augmentation()
    run = picture.result
    np.testing.assert_array_equal(run.images[0], digit(4))
    probabilities = np.asarray(load("convnet")(run.images[..., None]))
    expected = []
    for each in probabilities:
        share = f"{100 * each.max():.1f}\N{NO-BREAK SPACE}%" if each.max() < 0.9995 else "over 99.9\N{NO-BREAK SPACE}%"
        expected += [f"“{each.argmax()}”", share]
    for phone in (False, True):
        assert [text for text in texts(picture, phone) if "“" in text or "%" in text] == expected
    assert picture.facts["wrong"] == str((probabilities[1:].argmax(axis=1) != mnist().y_test[4]).sum())


def test_no_change_is_no_error_more():
    picture = Augmentation(rotation=0, translation=0, zoom=0, count=2)
    np.testing.assert_allclose(picture.result.images[1:], np.stack([digit(4)] * 2), atol=1e-6)
    assert picture.facts["augmented errors"] == picture.facts["errors"]


def test_versions_are_turned_within_the_limit():
    angles = np.arange(-30, 31, 0.5)
    candidates = np.stack([ndimage.rotate(digit(4), angle, reshape=False, order=1) for angle in angles])
    versions = made(30, 0, 0)
    distances = np.abs(versions[:, None] - candidates[None]).mean(axis=(2, 3))
    assert distances.min(axis=1).max() < 0.005
    result = angles[distances.argmin(axis=1)]
    assert result.min() < -10
    assert result.max() > 10


def test_versions_are_moved_within_the_limit():
    centre = ndimage.center_of_mass(digit(4))
    moves = np.array([ndimage.center_of_mass(each) for each in made(0, 0.1, 0)]) - centre
    assert np.abs(moves).max() <= 2.8 + 0.01
    assert (moves.max(axis=0) > 1).all()
    assert (moves.min(axis=0) < -1).all()


def test_versions_are_zoomed_within_the_limit():
    ink = np.array([each.sum() for each in made(0, 0, 0.2)]) / digit(4).sum()
    assert ink.min() > 0.75**2 * 0.9
    assert ink.max() < 1.25**2 * 1.1
    assert ink.min() < 0.9 < 1.1 < ink.max()


def test_seed_decides():
    np.testing.assert_array_equal(made(30, 0.1, 0.1, seed=3), made(30, 0.1, 0.1, seed=3))
    assert np.abs(made(30, 0.1, 0.1, seed=3) - made(30, 0.1, 0.1, seed=4)).max() > 0.1
