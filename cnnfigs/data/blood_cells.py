"""Photos of stained blood smears, the boxes that people drew around the cells, and crops cut from them.

The data set is BCCD: 364 photos of 640 × 480 pixels with boxes around red cells, white cells and platelets, split by
its authors into pictures to train on, to choose by, and to test with. Not every cell has a box.

A *crop* is a small square cut from a photo, and the question is: does it hold a platelet?
"""

from __future__ import annotations

import csv
import io
import tomllib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import FOLDER, Bytes, checked
from cnnfigs.images import as_bytes
from cnnfigs.parameters import require

Part = Literal["train", "val", "test"]
Cell = Literal["RBC", "WBC", "Platelets"]

#: Ways to change the colours of a photo.
Change = Literal["grey", "darker", "half the stain", "twice the stain"]
CHANGES: tuple[Change, ...] = get_args(Change)

#: Height and width of the photos.
HEIGHT, WIDTH = 480, 640
#: Height and width of a crop: the smallest multiple of 16 that holds 98 of 100 platelets' boxes whole.
SIDE = 80
#: A platelet's middle lies at most so many pixels from the middle of its crop, right or left, and up or down.
JITTER = 8


@dataclass(frozen=True)
class Box:
    """A box that somebody drew around a cell: the first pixel that it holds and the first behind it, from 0."""

    cell: Cell
    left: int
    top: int
    right: int
    bottom: int

    def meets(self, left: int, top: int, side: int) -> bool:
        """Return whether a square with this upper left corner has a pixel in common with the box."""
        return self.left < left + side and left < self.right and self.top < top + side and top < self.bottom


@dataclass(frozen=True)
class Crops:
    """Squares cut from the photos: for each platelet's box one that holds it, and one from the same photo without.

    Attributes
    ----------
    images
        Shape (n, 80, 80, 3), uint8 RGB.
    labels
        1 where the crop holds a platelet, else 0; shape (n,), uint8. Every other crop is one that does.
    pictures
        Names of the photos that they were cut from, n of them.
    corners
        Column and row of their upper left corners in the photo, shape (n, 2).
    """

    images: Bytes
    labels: Bytes
    pictures: tuple[str, ...]
    corners: NDArray[np.int64]


@cache
def manifest() -> dict[str, dict[str, str]]:
    """Describe the data file as :func:`cnnfigs.data.manifest` describes the others."""
    return tomllib.loads((FOLDER / "blood_cells.toml").read_text(encoding="utf-8"))


@cache
def _archive() -> zipfile.ZipFile:
    name = "blood_cells.zip"
    remedy = f"restore it with `git checkout -- cnnfigs/data/{name}`"
    content = checked(FOLDER / name, manifest()[name]["sha256"], remedy).read_bytes()
    # In memory, so that processes forked from this one share no place in a file.
    return zipfile.ZipFile(io.BytesIO(content))


def part(name: Part) -> tuple[str, ...]:
    """Return the names of the photos in one part of the data set's own split.

    Examples
    --------
    >>> {name: len(part(name)) for name in ("train", "val", "test")}
    {'train': 205, 'val': 87, 'test': 72}
    """
    require(name in get_args(Part), "part", name, ", ".join(get_args(Part)))
    return tuple(_archive().read(f"splits/{name}.txt").decode("utf-8").split())


@cache
def all_pictures() -> tuple[str, ...]:
    """Return the names of all photos, in the order of their numbers."""
    return tuple(sorted(picture for name in get_args(Part) for picture in part(name)))


def photo(name: str) -> Bytes:
    """Load one photo, shape (480, 640, 3), uint8 RGB."""
    from PIL import Image

    with Image.open(io.BytesIO(_archive().read(f"JPEGImages/{name}.jpg"))) as image:
        return np.array(image.convert("RGB"))


@cache
def _boxes() -> dict[str, tuple[Box, ...]]:
    rows = csv.DictReader(io.StringIO(_archive().read("boxes.csv").decode("utf-8")))
    found: dict[str, list[Box]] = {}
    for row in rows:
        cell: Cell = row["cell"]  # type: ignore[assignment]
        sides = (int(row[side]) for side in ("left", "top", "right", "bottom"))
        found.setdefault(row["picture"], []).append(Box(cell, *sides))
    return {name: tuple(boxes) for name, boxes in found.items()}


def boxes(name: str, cell: Cell | None = None) -> tuple[Box, ...]:
    """Return the boxes in one photo, of one kind of cell or of all.

    Examples
    --------
    >>> boxes("BloodImage_00011", "Platelets")
    (Box(cell='Platelets', left=85, top=153, right=122, bottom=196),)
    """
    return tuple(box for box in _boxes().get(name, ()) if cell in (None, box.cell))


def crops(pictures: Sequence[str], seed: int = 1) -> Crops:
    """Cut crops from some photos: for each platelet's box one that holds it, then one of the same photo without.

    With both from one photo, its colours and brightness tell nothing of the answer.

    Parameters
    ----------
    pictures
        Names of the photos. What is cut from one does not depend on the others.
    seed
        Seed of the places.
    """
    images, labels, names, corners = [], [], [], []
    for name in pictures:
        platelets = boxes(name, "Platelets")
        if not platelets:
            continue
        random = np.random.default_rng([seed, all_pictures().index(name)])
        pixels = photo(name)
        for box in platelets:
            for label, (left, top) in ((1, _around(box, random)), (0, _beside(platelets, random))):
                images.append(pixels[top : top + SIDE, left : left + SIDE])
                labels.append(label)
                names.append(name)
                corners.append((left, top))
    return Crops(
        np.array(images, np.uint8).reshape(-1, SIDE, SIDE, 3),
        np.array(labels, np.uint8),
        tuple(names),
        np.array(corners, np.int64).reshape(-1, 2),
    )


def _around(box: Box, random: np.random.Generator) -> tuple[int, int]:
    """Place a crop so that a box's middle is near its own, and that it lies in the photo."""
    right, down = random.integers(-JITTER, JITTER, 2, endpoint=True)
    left = (box.left + box.right - SIDE) // 2 + int(right)
    top = (box.top + box.bottom - SIDE) // 2 + int(down)
    return min(max(left, 0), WIDTH - SIDE), min(max(top, 0), HEIGHT - SIDE)


def _beside(platelets: Sequence[Box], random: np.random.Generator) -> tuple[int, int]:
    """Place a crop anywhere in the photo where it meets no platelet's box."""
    while True:
        left = int(random.integers(0, WIDTH - SIDE, endpoint=True))
        top = int(random.integers(0, HEIGHT - SIDE, endpoint=True))
        if not any(box.meets(left, top, SIDE) for box in platelets):
            return left, top


def changed(images: Bytes, change: Change | None) -> Bytes:
    """Change the colours of photos, shape (..., 3).

    Grey is the mean of red, green and blue. Darker is two thirds of the light. Each layer of a stain lets the same
    share of light through: so half the stain gives the square root of that share, and twice the stain its square.

    Examples
    --------
    >>> [changed(np.array([51, 102, 255], np.uint8), each).tolist() for each in CHANGES[:3]]
    [[136, 136, 136], [34, 68, 170], [114, 161, 255]]
    """
    light = images / 255
    if change == "grey":
        light = np.broadcast_to(light.mean(axis=-1, keepdims=True), images.shape)
    elif change == "darker":
        light = light * 2 / 3
    elif change == "half the stain":
        light = np.sqrt(light)
    elif change == "twice the stain":
        light = light**2
    return as_bytes(light)
