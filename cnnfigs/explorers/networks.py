"""Trained networks and digits to try them on, as scripts that a browser can load."""

import numpy as np

from cnnfigs.data import Bytes, mnist
from cnnfigs.explorers.inputs import encoded, script
from cnnfigs.models.export import network_script

#: How many test images of each digit ship with the explorers.
EACH = 5


def convnet_script() -> str:
    """Write the convnet."""
    return network_script("convnet")


def dense_131_script() -> str:
    """Write the dense network with as many parameters."""
    return network_script("dense_131")


def convnet_global_max_script() -> str:
    """Write the convnet that keeps only the largest number of each of its last maps."""
    return network_script("convnet_global_max")


def digits_script() -> str:
    """Write some digits, 28×28 numbers each, in base64: a byte each, 255 for 1."""
    return script(digits=encoded(some_digits()))


def some_digits() -> Bytes:
    """Return the first test images of each digit: zeros, ones and so on, shape (50, 28, 28)."""
    digits = mnist()
    return np.concatenate([digits.x_test[digits.y_test == digit][:EACH] for digit in range(10)])
