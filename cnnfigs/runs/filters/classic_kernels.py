"""The kernels that people wrote by hand before networks learned theirs, on a photo and on a digit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import cat_photo
from cnnfigs.models.backend import load_keras
from cnnfigs.runs.activations import test_digit

#: Name to the kernel's whole numbers, what they are divided by, and the bias. The layer lays the numbers on the image
#: as they stand here.
CLASSIC: Mapping[str, tuple[tuple[tuple[int, int, int], ...], int, float]] = MappingProxyType(
    {
        "identity": (((0, 0, 0), (0, 1, 0), (0, 0, 0)), 1, 0),
        "sharpen": (((0, -1, 0), (-1, 5, -1), (0, -1, 0)), 1, 0),
        "box blur": (((1, 1, 1), (1, 1, 1), (1, 1, 1)), 9, 0),
        "Gaussian blur": (((1, 2, 1), (2, 4, 2), (1, 2, 1)), 16, 0),
        "Prewitt, vertical edges": (((-1, 0, 1), (-1, 0, 1), (-1, 0, 1)), 1, 0),
        "Prewitt, horizontal edges": (((-1, -1, -1), (0, 0, 0), (1, 1, 1)), 1, 0),
        "Sobel, vertical edges": (((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)), 1, 0),
        "Sobel, horizontal edges": (((-1, -2, -1), (0, 0, 0), (1, 2, 1)), 1, 0),
        "Laplacian": (((0, 1, 0), (1, -4, 1), (0, 1, 0)), 1, 0),
        "emboss": (((-2, -1, 0), (-1, 0, 1), (0, 1, 2)), 4, 0.5),
    }
)


@dataclass(frozen=True)
class KernelResult:
    """What one kernel makes of the photo and of the digit."""

    name: str
    #: The kernel's whole numbers, shape (3, 3), and what they are divided by.
    numbers: NDArray[np.int64]
    divisor: int
    #: What is added in every place.
    bias: float
    #: The sum of the weights: 1 keeps the brightness, 0 answers to differences alone.
    total: int
    #: What the layer returns, shapes (40, 40) and (26, 26).
    photo: NDArray[np.float32]
    digit: NDArray[np.float32]


@dataclass(frozen=True)
class ClassicKernelsRun:
    """What several kernels make of the same two images, and the images: (42, 42) and (28, 28), values 0 to 1."""

    photo: NDArray[np.float32]
    digit: NDArray[np.float32]
    results: tuple[KernelResult, ...]


def classic_kernels(names: tuple[str, ...], index: int) -> ClassicKernelsRun:
    """Lay classic kernels on the cat's face and on a digit, each as the only filter of a convolution.

    Parameters
    ----------
    names
        Names of :data:`CLASSIC`.
    index
        Which of MNIST's test images, 0 to 9999.
    """
    keras = load_keras()
    photo, digit = small_grey_photo(), test_digit(index)[..., 0]
    results = []
    for name in names:
        numbers, divisor, bias = CLASSIC[name]
        layer = keras.layers.Conv2D(filters=1, kernel_size=3)
        layer.build((None, None, None, 1))
        weights = np.array(numbers) / divisor
        layer.set_weights([weights[..., np.newaxis, np.newaxis], np.array([bias])])
        made = [np.asarray(layer(image[np.newaxis, ..., np.newaxis]))[0, ..., 0] for image in (photo, digit)]
        results.append(KernelResult(name, np.array(numbers), divisor, bias, round(weights.sum()), *made))
    return ClassicKernelsRun(photo, digit, tuple(results))


def small_grey_photo() -> NDArray[np.float32]:
    """Return the cat's face in grey, shape (42, 42): each number is the mean of 7×7 pixels.

    Grey is the luma of ITU-R recommendation BT.601, 0.299 red + 0.587 green + 0.114 blue, stretched so that the darkest
    number is 0, black, and the lightest 1, white.
    """
    face = cat_photo()[:294, 78:372] @ (0.299, 0.587, 0.114)
    small = face.reshape(42, 7, 42, 7).mean(axis=(1, 3))
    return np.asarray((small - small.min()) / np.ptp(small), dtype=np.float32)
