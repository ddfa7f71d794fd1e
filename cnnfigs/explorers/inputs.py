"""What explorers compute with, as scripts that a browser can load: settings, colours and real inputs."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import cat_photo, mnist
from cnnfigs.drawing.palette import palette
from cnnfigs.explorers.kernels import KERNELS
from cnnfigs.explorers.registry import EXPLORERS
from cnnfigs.explorers.settings import as_json

#: The digit of the pages, among MNIST's test images.
DIGIT = 4


def script(**entries: Any) -> str:
    """Write values as a script that enters them in the explorers' namespace.

    Examples
    --------
    >>> print(script(answer=42), end="")
    Object.assign((window.cnn ??= {}), {"answer":42});
    """
    return f"Object.assign((window.cnn ??= {{}}), {json.dumps(entries, ensure_ascii=False, separators=(',', ':'))});\n"


def registry_script() -> str:
    """Write the settings of all explorers, and the colour maps."""
    settings = {
        explorer.name: {name: as_json(setting) for name, setting in explorer.settings.items()}
        for explorer in EXPLORERS.values()
    }
    return script(settings=settings, colorMaps=dict(palette().maps))


def inputs_script() -> str:
    """Write the classic kernels, and a digit and the cat's face of 28×28 pixels: in base64, 255 for 1."""
    return script(kernels=dict(KERNELS), inputs={"digit": encoded(mnist().x_test[DIGIT]), "cat": encoded(small_cat())})


def encoded(pixels: NDArray[np.uint8]) -> str:
    """Write the bytes of an array in base64."""
    return base64.b64encode(np.ascontiguousarray(pixels).tobytes()).decode()


def small_cat() -> NDArray[np.uint8]:
    """Give the cat's face, shape (28, 28, 3): means of 10×10 pixels, stretched so that they go from 0 to 255."""
    face = cat_photo()[10:290, 80:360].reshape(28, 10, 28, 10, 3).mean(axis=(1, 3))
    stretched: NDArray[np.uint8] = np.rint((face - face.min()) / np.ptp(face) * 255).astype(np.uint8)
    return stretched
