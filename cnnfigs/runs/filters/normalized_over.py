"""Which numbers go into the mean and the spread that a normalising layer uses, found by changing one at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.models.backend import load_keras

SEED = 1
#: What a value must change by to count: far above rounding, far below what a number in the mean does.
LEAST = 1e-4


@dataclass(frozen=True)
class Reading:
    """What one normalised number depends on."""

    #: The layer.
    name: str
    #: Shape (images, places, channels): whether the number changes with this one.
    reads: NDArray[np.bool_]


@dataclass(frozen=True)
class NormalizedOver:
    """What the same number depends on in several layers."""

    #: Image, place and channel of the number.
    chosen: tuple[int, int, int]
    readings: tuple[Reading, ...]


def normalized_over(images: int, places: int, channels: int) -> NormalizedOver:
    """Change the numbers of a small batch one at a time, and see whether one normalised number changes.

    Parameters
    ----------
    images, places, channels
        Shape of the batch; the number that is looked at stands in its first image.
    """
    layers = load_keras().layers
    values = np.random.default_rng(SEED).normal(size=(images, places, channels)).astype(np.float32)
    chosen = (0, places // 2, channels // 2)
    ways: dict[str, Any] = {
        "batch normalisation, in training": lambda batch: layers.BatchNormalization()(batch, training=True),
        "batch normalisation, in use": lambda batch: layers.BatchNormalization()(batch, training=False),
        "layer normalisation, always": layers.LayerNormalization(axis=-1),
    }
    return NormalizedOver(chosen, tuple(Reading(name, _reads(way, values, chosen)) for name, way in ways.items()))


def _reads(way: Any, values: NDArray[np.float32], chosen: tuple[int, int, int]) -> NDArray[np.bool_]:
    before = np.asarray(way(values))[chosen]
    reads = np.zeros(values.shape, dtype=bool)
    for place in np.ndindex(*values.shape):
        changed = values.copy()
        changed[place] += 1
        reads[place] = abs(np.asarray(way(changed))[chosen] - before) > LEAST
    return reads
