"""Conv2D is the cross-correlation of SciPy, and with a turned kernel SciPy's convolution."""

import numpy as np
from scipy.signal import convolve2d, correlate2d
from svg_numbers import numbers

from cnnfigs.illustrations.filters.flipped_kernel import FlippedKernel


def test_results_are_those_of_scipy():
    run = FlippedKernel().result
    np.testing.assert_array_equal(run.correlation, correlate2d(run.image, run.kernel, mode="valid"))
    np.testing.assert_array_equal(run.convolution, convolve2d(run.image, run.kernel, mode="valid"))
    assert (run.correlation != run.convolution).any()


def test_every_number_is_right():
    image = np.zeros((5, 5))
    image[2, 2] = 1
    kernel = np.arange(1.0, 10).reshape(3, 3)
    expected = [
        *image.ravel(),
        *kernel.ravel(),
        *correlate2d(image, kernel, mode="valid").ravel(),
        *image.ravel(),
        *kernel.ravel(),
        *np.rot90(kernel, 2).ravel(),
        *convolve2d(image, kernel, mode="valid").ravel(),
    ]
    assert numbers(FlippedKernel()) == expected


def test_the_turned_kernel_stands_between_the_kernel_and_the_result():
    """In the lower row all three are seen, from left to right, where the upper has only two."""
    axes = FlippedKernel().figure.axes[0]
    digits = [text for text in axes.texts if text.get_text() in "123456789"]
    half = axes.get_ylim()[0] / 2
    rows = []
    for lower in (False, True):
        here = [(*text.get_position(), text.get_text()) for text in digits if (text.get_position()[1] > half) == lower]
        columns = sorted({x for x, *_ in here})
        # The input's only 1, and then three columns of numbers for each grid.
        grids = [columns[:1], *(columns[start : start + 3] for start in range(1, len(columns), 3))]
        rows.append(
            ["".join(each for y, x, each in sorted((y, x, each) for x, y, each in here if x in grid)) for grid in grids]
        )
    assert rows == [["1", "123456789", "987654321"], ["1", "123456789", "987654321", "123456789"]]
