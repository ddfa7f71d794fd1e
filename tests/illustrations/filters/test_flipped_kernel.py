"""Conv2D is the cross-correlation of SciPy, and with a turned kernel SciPy's convolution."""

import numpy as np
import pytest
from scipy.signal import convolve2d, correlate2d
from svg_numbers import numbers

from cnnfigs.illustrations.filters.flipped_kernel import FlippedKernel


def test_results_are_those_of_scipy():
    run = FlippedKernel().result
    np.testing.assert_array_equal(run.correlation, correlate2d(run.image, run.kernel, mode="valid"))
    np.testing.assert_array_equal(run.convolution, convolve2d(run.image, run.kernel, mode="valid"))
    assert (run.correlation != run.convolution).any()


@pytest.mark.parametrize("phone", [False, True])
def test_every_number_is_right(phone):
    """In order: the turned kernel stands between the kernel and the result in the second row alone."""
    image = np.zeros((5, 5))
    image[2, 2] = 1
    kernel = np.arange(1.0, 10).reshape(3, 3)
    expected = [
        *image.ravel(),
        *kernel.ravel(),
        *correlate2d(image, kernel, mode="valid").ravel(),
        *kernel.ravel(),
        *np.rot90(kernel, 2).ravel(),
        *convolve2d(image, kernel, mode="valid").ravel(),
    ]
    assert numbers(FlippedKernel(), phone) == expected
