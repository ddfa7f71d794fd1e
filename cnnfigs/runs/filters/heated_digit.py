"""Where Grad-CAM finds what speaks for the convnet's answer to a digit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnfigs.models.weights import load
from cnnfigs.runs.activations import test_digit
from cnnfigs.runs.filters.exciting import sums
from cnnfigs.runs.photo.heat_maps import enlarged, grad_cam

if TYPE_CHECKING:
    import keras

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class HeatedDigit:
    """A test digit, the convnet's answer, and the Grad-CAM map of it.

    Attributes
    ----------
    model
        The convnet.
    image
        Shape (28, 28, 1), values 0 to 1.
    before
        The ten probabilities.
    digit
        The answer.
    heat
        Shape (28, 28), values 0 or more.
    """

    model: keras.Model
    image: Floats
    before: Floats
    digit: int
    heat: Floats


def heated_digit(index: int) -> HeatedDigit:
    """Make the Grad-CAM map of the convnet's answer to a test image.

    Raises
    ------
    ValueError
        If the map marks nothing.
    """
    model = load("convnet")
    image = test_digit(index)
    before = np.asarray(model(image[np.newaxis], training=False))[0]
    digit = int(before.argmax())
    heat = enlarged(grad_cam(model, sums(model, "dense"), image, digit, "conv2d_3"), *image.shape[:2])
    if not heat.any():
        raise ValueError(f"index: expected a test image on which Grad-CAM marks something, got {index}")
    return HeatedDigit(model, image, before, digit, heat)
