"""What units of a large network see in a photo, and what it says to the photo in pieces, as a script for a browser.

All of it was computed by illustrations, whose kept results are read here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cnnfigs.data import cat_photo
from cnnfigs.explorers.inputs import script
from cnnfigs.illustrations.photo.scrambled import ScrambledCat
from cnnfigs.illustrations.photo.visual_hierarchy import HierarchyTree
from cnnfigs.images import jpeg, resized
from cnnfigs.models.imagenet import SHORT
from cnnfigs.runs.photo.photo_answers import SQUARE, Scramble, shuffled
from cnnfigs.runs.photo.visual_hierarchy import Level


def hierarchy_script() -> str:
    """Write the tree of units, the photo that they see, and the answers to the photo in shuffled tiles."""
    tree, scrambled = HierarchyTree().result, ScrambledCat().result
    # In the tree the answer is on top; here the image comes first.
    levels = [_level(level) for level in tree.levels[::-1]]
    for joined, lower in zip(tree.links[::-1], levels, strict=False):
        for link in joined:
            drives = {"unit": link.upper, "share": round(link.share, 5), "own": round(link.own, 5)}
            lower["units"][link.lower]["drives"].append(drives)
    tiles = [_tiles(change) for change in scrambled.changes if change.tile_size or change.change == "as it is"]
    return script(
        hierarchy={
            "photo": jpeg(tree.shown.photo, 75),
            "levels": levels,
            "square": jpeg(resized(cat_photo()[SQUARE], SHORT, SHORT), 75),
            "tiles": tiles,
        }
    )


def _level(level: Level) -> dict[str, Any]:
    units = [
        {
            "channel": unit.channel,
            "place": unit.place,
            "share": round(unit.share, 5),
            "own": round(unit.own, 5),
            "box": unit.box,
            "drives": [],
        }
        for unit in level.units
    ]
    return {"layer": level.layer, "shape": level.shape, "units": units}


def _tiles(change: Scramble) -> dict[str, Any]:
    """Return the orders of the tiles, and for each the probability of a cat, the best answer and its probability."""
    side = SHORT // change.tile_size if change.tile_size else 1
    numbers = np.arange(side * side).reshape(side, side, 1)
    answers = [
        {
            # Tiles of one cell each are shuffled as those of the photo were.
            "order": shuffled(numbers, 1, seed).ravel().tolist(),  # type: ignore[arg-type]
            "cats": round(answer.cats, 4),
            "name": answer.names[0],
            "probability": round(answer.probabilities[0], 4),
        }
        for seed, answer in enumerate(change.answers)
    ]
    return {"side": side, "answers": answers}
