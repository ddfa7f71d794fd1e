"""Photos of blood smears: crops cut from them, two that show the same place, and a crop in other colours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnfigs.data import Bytes
from cnnfigs.data.blood_cells import CHANGES, HEIGHT, SIDE, WIDTH, Box, Part, boxes, changed, crops, part, photo
from cnnfigs.data.blood_fields import Pair, across, away_from_test, pairs
from cnnfigs.images import resized
from cnnfigs.parameters import require

#: Photos are shown at half their size.
HALF = 2
#: Two boxes whose middles are so near, in pixels, hold the same cell: half a platelet.
SAME = 20


@dataclass(frozen=True)
class CropsRun:
    """A photo of a blood smear, its boxes, and crops of other photos."""

    #: Its name.
    name: str
    #: Shape (240, 320, 3), RGB from 0 to 255.
    photo: Bytes
    #: Its boxes around platelets and white cells, in pixels of the whole photo.
    boxes: tuple[Box, ...]
    #: How many red cells have a box in it.
    red_cells: int
    #: Crops with a platelet, and without; each of shape (crops, 80, 80, 3).
    holding: Bytes
    empty: Bytes
    #: For each part of the data set how many photos and platelets it has.
    parts: tuple[tuple[str, int, int], ...]


def show_crops(name: str, count: int) -> CropsRun:
    """Show a photo with its boxes, and some crops from the training part."""
    require(bool(boxes(name)), "name", name, "the name of a photo with boxes, such as BloodImage_00011")
    cut = crops(part("train"))
    drawn = 2 * np.random.default_rng(1).permutation(len(cut.labels) // 2)[:count]
    names: tuple[Part, ...] = ("train", "val", "test")
    return CropsRun(
        name,
        half(photo(name)),
        tuple(box for box in boxes(name) if box.cell != "RBC"),
        len(boxes(name, "RBC")),
        cut.images[drawn],
        cut.images[drawn + 1],
        tuple((each, len(part(each)), sum(len(boxes(one, "Platelets")) for one in part(each))) for each in names),
    )


@dataclass(frozen=True)
class SamePlaceRun:
    """Photos that show the same place of a smear."""

    #: How many pairs there are.
    pairs: int
    #: How many of them have one photo to train on and one to test with, and which.
    across: tuple[Pair, ...]
    #: How many platelets of the test photos can be seen in a training photo too, of how many.
    seen: int
    platelets: int
    #: Training photos and their platelets, all and those that show no place of a test photo.
    photos: tuple[int, int]
    training_platelets: tuple[int, int]
    #: The photo to train on and the one to test with of one pair, each (240, 320, 3).
    training: Bytes
    test: Bytes
    #: Names of the two.
    names: tuple[str, str]
    #: Upper left corner, (column, row), and size, (width, height), of what both show, in pixels of each whole photo.
    corners: tuple[tuple[int, int], tuple[int, int]]
    size: tuple[int, int]


def same_place() -> SamePlaceRun:
    """Find the photos that show the same place, and what of the test the training shows."""
    leaks = across(part("train"), part("test"))
    chosen = max(leaks, key=lambda pair: len(_cells_in_common(pair)))
    test = {*part("test")}
    first_is_test = chosen.one in test
    seen = {
        (pair.one, one) if pair.one in test else (pair.other, other)
        for pair in leaks
        for one, other in _cells_in_common(pair)
    }
    right, down = chosen.right, chosen.down
    of_one = max(right, 0), max(down, 0)
    of_other = max(-right, 0), max(-down, 0)
    names = (chosen.other, chosen.one) if first_is_test else (chosen.one, chosen.other)
    away = away_from_test()
    return SamePlaceRun(
        len(pairs()),
        leaks,
        len(seen),
        _platelets(part("test")),
        (len(part("train")), len(away)),
        (_platelets(part("train")), _platelets(away)),
        half(photo(names[0])),
        half(photo(names[1])),
        names,
        (of_other, of_one) if first_is_test else (of_one, of_other),
        (WIDTH - abs(right), HEIGHT - abs(down)),
    )


def _platelets(names: tuple[str, ...]) -> int:
    return sum(len(boxes(name, "Platelets")) for name in names)


def _cells_in_common(pair: Pair) -> list[tuple[Box, Box]]:
    """Find the boxes of two photos that hold the same platelet."""
    found = []
    for one in boxes(pair.one, "Platelets"):
        for other in boxes(pair.other, "Platelets"):
            right = (one.left + one.right - other.left - other.right) / 2 - pair.right
            down = (one.top + one.bottom - other.top - other.bottom) / 2 - pair.down
            if max(abs(right), abs(down)) <= SAME:
                found.append((one, other))
    return found


@dataclass(frozen=True)
class ColorsRun:
    """A crop in several colours."""

    #: What was done to each.
    names: tuple[str, ...]
    #: Shape (colours, 80, 80, 3), RGB from 0 to 255.
    crops: Bytes


def in_other_colors(index: int) -> ColorsRun:
    """Show a test crop with a platelet as it is, and changed in each way."""
    cut = crops(part("test"))
    platelets = len(cut.labels) // 2
    require(0 <= index < platelets, "index", index, f"0 to {platelets - 1}")
    crop = cut.images[2 * index]
    shown = np.stack([crop, *(changed(crop, change) for change in CHANGES)])
    return ColorsRun(("as it is", *CHANGES), shown)


def half(pixels: Bytes) -> Bytes:
    """Make a photo half as large."""
    return resized(pixels, pixels.shape[0] // HALF, pixels.shape[1] // HALF)


def side_at_half() -> float:
    """Return the side of a crop on a photo at half its size."""
    return SIDE / HALF
