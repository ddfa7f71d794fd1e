"""One convolution by itself, computed by a real Keras layer with a kernel that is given."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnfigs.data import cat_photo
from cnnfigs.models.backend import load_keras

Floats = NDArray[np.float64]


def convolve(image: ArrayLike, kernel: ArrayLike, bias: ArrayLike | None = None, **arguments: Any) -> Floats:
    """Show one image to a Conv2D layer that has this kernel and this bias.

    Parameters
    ----------
    image
        Shape (height, width, channels).
    kernel
        Shape (kernel height, kernel width, channels, filters), as Keras keeps it.
    bias
        Shape (filters,); no bias when it is not given.
    **arguments
        Further ones of Keras' Conv2D: `padding`, `strides`, `activation` and so on.

    Returns
    -------
    ndarray of float64
        The maps, shape (height, width, filters).

    Raises
    ------
    ValueError
        If image and kernel do not fit.

    Examples
    --------
    >>> image, kernel = np.arange(9.0).reshape(3, 3, 1), np.ones((2, 2, 1, 1))
    >>> convolve(image, kernel)[..., 0]
    array([[ 8., 12.],
           [20., 24.]])
    """
    keras = load_keras()
    image, kernel = np.asarray(image, dtype=np.float64), np.asarray(kernel, dtype=np.float64)
    if image.ndim != 3 or kernel.ndim != 4 or image.shape[-1] != kernel.shape[2]:
        raise ValueError(
            "image and kernel: expected shapes (height, width, channels) and (kernel height, kernel width, channels, "
            f"filters) with as many channels, got {image.shape} and {kernel.shape}"
        )
    weights = [kernel] if bias is None else [kernel, np.asarray(bias, dtype=np.float64)]
    layer = keras.layers.Conv2D(
        kernel.shape[-1], kernel.shape[:2], use_bias=bias is not None, dtype="float64", **arguments
    )
    layer.build((None, *image.shape))
    layer.set_weights(weights)
    maps: Floats = np.asarray(layer(image[np.newaxis]))[0]
    return maps


def small_photo(block: int) -> Floats:
    """Make the photo of the cat smaller: each block of pixels becomes one, their average, by Keras' pooling.

    Returns
    -------
    ndarray of float64
        Shape (300 // block, 451 // block, 3), RGB from 0 to 1.
    """
    keras = load_keras()
    photo = cat_photo().astype(np.float64)[np.newaxis] / 255
    smaller: Floats = np.asarray(keras.layers.AveragePooling2D(block, dtype="float64")(photo))[0]
    return smaller
