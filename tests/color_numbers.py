"""A filter over three channels and a small photo, written out for tests of what is made of them."""

import numpy as np

from cnnfigs.data import cat_photo

CROSS = np.array([[0.0, 1, 0], [1, 1, 1], [0, 1, 0]])
KERNEL = np.stack([CROSS, -CROSS, np.zeros((3, 3))], axis=-1)


def small_photo():
    """The mean of each block of 10×10 pixels, as NumPy computes it."""
    photo = cat_photo()[:300, :450].astype(np.float64) / 255
    return photo.reshape(30, 10, 45, 10, 3).mean(axis=(1, 3)).round(1)
