"""The kernels written in the gallery make the pictures beside them, and are those that SciPy knows by their names."""

import numpy as np
import pytest
from scipy import ndimage
from svg_numbers import number, texts

from cnnfigs.illustrations.filters.classic_kernels import ClassicKernels
from cnnfigs.models.backend import load_keras
from cnnfigs.runs.filters.classic_kernels import CLASSIC


@pytest.fixture(scope="module")
def gallery():
    return ClassicKernels()


@pytest.fixture(scope="module")
def cards(gallery):
    """What stands on each card: name, the nine numbers, what they are divided by, their sum, and the bias."""
    written = texts(gallery)
    assert len(written) == 11 * len(CLASSIC)
    result = []
    for start in range(0, len(written), 11):
        name, note, *cells = written[start : start + 11]
        entries = {"÷": 1, "sum": None, "+": 0}
        for part in note.split(", "):
            word, value = part.split(" ")
            entries[word] = number(value)
        result.append((name, np.array([number(cell) for cell in cells]).reshape(3, 3), entries))
    return result


def test_written_numbers_make_what_is_drawn(gallery, cards):
    keras = load_keras()
    run = gallery.result
    for (name, kernel, text), result in zip(cards, run.results, strict=True):
        assert name == result.name
        for image, drawn in ((run.photo, result.photo), (run.digit, result.digit)):
            layer = keras.layers.Conv2D(1, 3)
            layer.build((None, *image.shape, 1))
            layer.set_weights([kernel.reshape(3, 3, 1, 1) / text["÷"], np.array([text["+"]])])
            np.testing.assert_allclose(np.asarray(layer(image[None, ..., None]))[0, ..., 0], drawn, atol=1e-5)
        assert text["sum"] == pytest.approx((kernel / text["÷"]).sum())


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("identity", lambda image: image),
        ("box blur", lambda image: ndimage.uniform_filter(image, 3)),
        (
            "Gaussian blur",
            lambda image: ndimage.convolve1d(ndimage.convolve1d(image, [0.25, 0.5, 0.25], 0), [0.25, 0.5, 0.25], 1),
        ),
        ("sharpen", lambda image: image - ndimage.laplace(image)),
        ("Prewitt, vertical edges", lambda image: ndimage.prewitt(image, axis=1)),
        ("Prewitt, horizontal edges", lambda image: ndimage.prewitt(image, axis=0)),
        ("Sobel, vertical edges", lambda image: ndimage.sobel(image, axis=1)),
        ("Sobel, horizontal edges", lambda image: ndimage.sobel(image, axis=0)),
        ("Laplacian", lambda image: ndimage.laplace(image)),
        (
            "emboss",
            lambda image: (
                0.5 + ndimage.correlate(image, np.add.outer(np.arange(-1, 2), np.arange(-1, 2)).astype(float)) / 4
            ),
        ),
    ],
)
def test_results_are_those_of_scipy(gallery, name, known):
    run = gallery.result
    (result,) = (each for each in run.results if each.name == name)
    for image, drawn in ((run.photo, result.photo), (run.digit, result.digit)):
        expected = known(image.astype(float))[1:-1, 1:-1]
        np.testing.assert_allclose(drawn, expected, atol=1e-5)


def test_edges_in_one_direction_are_blind_to_the_other():
    """A vertical edge is what its name says: bright beside dark, not above it."""
    run = ClassicKernels(("Sobel, vertical edges", "Sobel, horizontal edges")).result
    stripes = np.tile([0.0, 0.0, 1.0, 1.0], (4, 1))
    vertical, horizontal = (
        ndimage.correlate(stripes, result.numbers.astype(float))[1:-1, 1:-1] for result in run.results
    )
    assert vertical.all()
    assert not horizontal.any()


def test_values_beyond_the_picture_are_told(gallery):
    facts = gallery.facts
    (result,) = (each for each in gallery.result.results if each.name == "sharpen")
    assert number(facts["sharpen photo smallest"]) == pytest.approx(result.photo.min(), abs=0.005)
    assert number(facts["sharpen photo smallest"]) < 0
    assert number(facts["sharpen photo largest"]) > 1
    assert facts["count"] == "10"
