"""One convolution by itself agrees with the plainest form of convolution, and says what does not fit."""

import numpy as np
import pytest

from cnnfigs.arithmetic.reference import convolution
from cnnfigs.data import cat_photo
from cnnfigs.runs.filters.convolving import convolve, small_photo


@pytest.mark.parametrize("arguments", [{}, {"padding": "same"}, {"strides": 2}, {"dilation_rate": 2}])
def test_maps_are_those_of_the_reference(arguments):
    random = np.random.default_rng(1)
    image, kernel, bias = random.normal(size=(9, 8, 3)), random.normal(size=(3, 2, 3, 4)), random.normal(size=4)
    np.testing.assert_allclose(
        convolve(image, kernel, bias, **arguments), convolution(image, kernel, bias, **arguments), atol=1e-12
    )


def test_image_and_kernel_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"image and kernel: expected .*, got \(5, 5, 2\) and \(3, 3, 1, 1\)$"):
        convolve(np.zeros((5, 5, 2)), np.zeros((3, 3, 1, 1)))
    with pytest.raises(ValueError, match=r", got \(5, 5\) and \(3, 3, 1, 1\)$"):
        convolve(np.zeros((5, 5)), np.zeros((3, 3, 1, 1)))


@pytest.mark.parametrize("block", [3, 10])
def test_small_photo_is_the_mean_of_each_block(block):
    small = small_photo(block)
    assert small.shape == (300 // block, 451 // block, 3)
    last = cat_photo()[-block:, (451 // block - 1) * block : 451 // block * block] / 255
    np.testing.assert_allclose(small[-1, -1], last.mean(axis=(0, 1)), atol=1e-12)
