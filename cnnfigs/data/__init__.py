"""The inputs that ship with the package: MNIST, a photo of a cat, and weights and classes of an ImageNet network.

Each file is checked against its checksum in ``manifest.toml`` before it is read, so that nobody explains a picture
that comes from a broken file: where one is missing or altered, all functions raise a :class:`DataError`.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnnfigs.errors import CnnfigsError

FOLDER = Path(__file__).parent

Bytes = NDArray[np.uint8]


class DataError(CnnfigsError, RuntimeError):
    """A shipped data file is missing or is not the one that the manifest describes."""


@dataclass(frozen=True)
class Mnist:
    """The MNIST database of handwritten digits, as published.

    Attributes
    ----------
    x_train, x_test
        Images, shapes (60000, 28, 28) and (10000, 28, 28), uint8: 0 is paper, 255 is ink.
    y_train, y_test
        The digits 0 to 9 that they show, shapes (60000,) and (10000,), uint8.
    """

    x_train: Bytes
    y_train: Bytes
    x_test: Bytes
    y_test: Bytes


@cache
def manifest() -> Mapping[str, Mapping[str, Any]]:
    """Describe every data file: what it is, its origin, licence and sha256, by file name."""
    return tomllib.loads((FOLDER / "manifest.toml").read_text(encoding="utf-8"))


def checked(path: Path, sha256: str, remedy: str) -> Path:
    """Return `path` if the file's content has the checksum that it should have.

    Parameters
    ----------
    path
        The file.
    sha256
        That checksum, in hexadecimal.
    remedy
        What a person can do if it has another, as the end of a sentence.
    """
    if not path.is_file():
        raise DataError(f"{path} is missing: {remedy}")
    with path.open("rb") as file:
        actual = hashlib.file_digest(file, "sha256").hexdigest()
    if actual != sha256:
        raise DataError(f"{path} is damaged or altered: expected sha256 {sha256}, got {actual}; {remedy}")
    return path


def _shipped(name: str) -> Path:
    return checked(FOLDER / name, manifest()[name]["sha256"], f"restore it with `git checkout -- cnnfigs/data/{name}`")


@cache
def mnist() -> Mnist:
    """Load all of MNIST.

    Examples
    --------
    >>> digits = mnist()
    >>> digits.x_train.shape, digits.y_test.shape
    ((60000, 28, 28), (10000,))
    """
    with np.load(_shipped("mnist.npz"), allow_pickle=False) as arrays:
        loaded = {name: arrays[name] for name in ("x_train", "y_train", "x_test", "y_test")}
    for array in loaded.values():
        array.setflags(write=False)
    return Mnist(**loaded)


@cache
def mnist_labels(part: Literal["train", "test"]) -> Bytes:
    """Load the digits that MNIST's images show, without the images, which take half a second.

    Parameters
    ----------
    part
        The 60,000 training images or the 10,000 test images.

    Returns
    -------
    ndarray of uint8
        Shape (60000,) or (10000,), values 0 to 9.

    Examples
    --------
    >>> mnist_labels("train").shape, int(mnist_labels("test")[4])
    ((60000,), 4)
    """
    with np.load(_shipped("mnist.npz"), allow_pickle=False) as arrays:
        labels: Bytes = arrays[f"y_{part}"]
    labels.setflags(write=False)
    return labels


@cache
def cat_photo() -> Bytes:
    """Load the photo of the cat, shape (300, 451, 3), uint8 RGB."""
    from PIL import Image

    with Image.open(_shipped("chelsea.png")) as image:
        photo = np.array(image.convert("RGB"))
    photo.setflags(write=False)
    return photo


def imagenet_weights() -> Path:
    """Return the path of the MobileNetV2 weights, for ``keras.applications.MobileNetV2(weights=...)``."""
    return _shipped("mobilenet_v2_imagenet.weights.h5")


@cache
def imagenet_classes() -> tuple[str, ...]:
    """Load the names of ImageNet's 1,000 classes, in the order of the network's answers.

    Examples
    --------
    >>> imagenet_classes()[281:286]
    ('tabby', 'tiger cat', 'Persian cat', 'Siamese cat', 'Egyptian cat')
    """
    return tuple(_shipped("imagenet_classes.txt").read_text(encoding="utf-8").splitlines())
