"""What windows of ones count, by keras.ops and by hand, to compare pictures with."""

import keras
import numpy as np


def counted(image, kernel_size, strides=1, padding="valid", dilation_rate=1):
    """The sums under a window of ones: keras.ops on one image, shape (size, size)."""
    kernel = np.ones((kernel_size, kernel_size, 1, 1), dtype="float32")
    images = np.asarray(image, dtype="float32")[None, ..., None]
    made = keras.ops.conv(images, kernel, strides=strides, padding=padding, dilation_rate=dilation_rate)
    return np.asarray(made)[0, ..., 0]


def spread_out(image, kernel_size, strides, size):
    """Each number copied to its window of a larger image, added up by hand."""
    made = np.zeros((size, size))
    for (row, column), value in np.ndenumerate(image):
        made[row * strides :, column * strides :][:kernel_size, :kernel_size] += value
    return made
