"""How well networks do that look through a hole, as a script for a browser."""

from __future__ import annotations

from cnnfigs.experiments.catalog import THREE, through_a_hole
from cnnfigs.experiments.records import path_of
from cnnfigs.experiments.results import results
from cnnfigs.explorers.inputs import script
from cnnfigs.models.variants import WINDOWS

#: What the lines are called, and the ends of the networks' names.
LINES = {"every window votes": "", "windows with ink vote": "_inked"}


def peephole_script() -> str:
    """Write the sizes of the holes, and the share of test images told right through each: the mean over all seeds."""
    return script(peephole={"windows": WINDOWS, "lines": {told: _line(end) for told, end in LINES.items()}})


def _line(end: str) -> list[float | None]:
    """Give a share for each size of hole, None where no training was recorded."""
    return [_share(f"peephole_{size}{end}") for size in WINDOWS]


def _share(network: str) -> float | None:
    seeds = [seed for seed in THREE if path_of(through_a_hole(network, seed)).exists()]
    if not seeds:
        return None
    return round(float(results(lambda seed: through_a_hole(network, seed), seeds).accuracy.mean()), 4)
