"""How well networks do that look through a hole, as a script for a browser."""

from __future__ import annotations

from functools import partial

from cnnfigs.experiments.catalog import THREE, Hole, through_a_hole
from cnnfigs.experiments.records import path_of
from cnnfigs.experiments.results import results
from cnnfigs.explorers.inputs import script
from cnnfigs.models.variants import WINDOWS

#: What the lines are called, and whether only windows with ink vote.
LINES = {"every window votes": False, "windows with ink vote": True}


def peephole_script() -> str:
    """Write the sizes of the holes, and the share of test images read right through each: the mean over all seeds."""
    lines = {name: [_share(Hole(size, inked)) for size in WINDOWS] for name, inked in LINES.items()}
    return script(peephole={"windows": WINDOWS, "lines": lines})


def _share(hole: Hole) -> float | None:
    """Return the share read right through a hole; None where no training was recorded."""
    if not any(path_of(through_a_hole(hole, seed)).exists() for seed in THREE):
        return None
    return round(float(results(partial(through_a_hole, hole), THREE).accuracy.mean()), 4)
