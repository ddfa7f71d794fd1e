"""What explorers compute with, as scripts that a browser can load: settings, colours and real inputs."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic.reference import convolution
from cnnfigs.data import cat_photo, mnist
from cnnfigs.drawing.networks import network_look
from cnnfigs.drawing.palette import palette
from cnnfigs.explorers.kernels import KERNELS
from cnnfigs.explorers.registry import EXPLORERS, NETWORKS, SMALL
from cnnfigs.explorers.settings import as_json
from cnnfigs.explorers.stacks import stacks
from cnnfigs.images import jpeg, resized
from cnnfigs.models.export import weights

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
    """Write the settings and titles of all explorers, what their networks are called, and the colour maps."""
    settings = {
        explorer.name: {name: as_json(setting) for name, setting in explorer.settings.items()}
        for explorer in EXPLORERS.values()
    }
    titles = {explorer.name: explorer.title for explorer in EXPLORERS.values()}
    names = {network: network_look(network).name for network in (*NETWORKS, *SMALL)}
    maps = {name: each for name, each in {**palette().maps, **palette().dark_maps}.items() if "errors" not in name}
    return script(settings=settings, titles=titles, networkNames=names, colorMaps=maps)


def inputs_script() -> str:
    """Write the classic kernels, a trained filter, and a digit and the cat's face: 28×28 bytes in base64, 255 for 1."""
    pictures = {"digit": encoded(mnist().x_test[DIGIT]), "cat": encoded(small_cat())}
    return script(kernels=dict(KERNELS), filter=trained_filter(), inputs=pictures)


def trained_filter() -> dict[str, Any]:
    """Return weights and bias of the filter of the convnet's first layer that answers most strongly to the digit."""
    kernel, bias = weights("convnet")["conv2d_1"]
    maps = convolution(mnist().x_test[DIGIT][..., np.newaxis] / 255, kernel, bias)
    strongest = int(maps.max(axis=(0, 1)).argmax())
    chosen = kernel[..., strongest].ravel().tolist()
    return {"weights": [round(weight, 6) for weight in chosen], "bias": round(float(bias[strongest]), 6)}


def photo_script() -> str:
    """Write stacks of layers, and the photo that they look at: 224×224 pixels, as a data address."""
    photo = jpeg(resized(cat_photo()[:300, 75:375], 224, 224), 60)
    return script(stacks={name: [stack.picture, stack.layers] for name, stack in stacks().items()}, photo=photo)


def encoded(pixels: NDArray[np.uint8]) -> str:
    """Write the bytes of an array in base64."""
    return base64.b64encode(np.ascontiguousarray(pixels).tobytes()).decode()


def small_cat() -> NDArray[np.uint8]:
    """Return the cat's face, shape (28, 28, 3): means of 10×10 pixels, stretched so that they go from 0 to 255."""
    face = cat_photo()[10:290, 80:360].reshape(28, 10, 28, 10, 3).mean(axis=(1, 3))
    stretched: NDArray[np.uint8] = np.rint((face - face.min()) / np.ptp(face) * 255).astype(np.uint8)
    return stretched
