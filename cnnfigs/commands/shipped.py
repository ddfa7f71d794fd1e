"""What ships with the package, each file checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cnnfigs.data import FOLDER, DataError, blood_cells, checked, manifest, mnist_writers
from cnnfigs.models.networks import NETWORKS
from cnnfigs.models.weights import REMEDY, WEIGHTS, StaleWeightsError, record

#: See LICENSE-CONTENT.md: the weights are trained on MNIST.
WEIGHTS_LICENCE = "CC BY-SA 4.0"


@dataclass(frozen=True)
class Shipped:
    """One file that ships.

    Attributes
    ----------
    name
        Its name.
    what, licence
        What it is, and under which licence.
    sha256
        The checksum that it should have.
    size
        In bytes; 0 if it is missing.
    problem
        What is wrong with it; empty if nothing is.
    """

    name: str
    what: str
    licence: str
    sha256: str
    size: int
    problem: str


def check_shipped() -> Iterator[Shipped]:
    """Check every data file, and the weights of every network, against the checksum that was written down for it."""
    for name, entry in {**manifest(), **mnist_writers.manifest(), **blood_cells.manifest()}.items():
        remedy = f"restore it with `git checkout -- cnnfigs/data/{name}`"
        yield _shipped(FOLDER / name, entry["what"], entry["licence"], entry["sha256"], remedy)
    for network in NETWORKS:
        try:
            recorded = record(network)
        except (DataError, StaleWeightsError) as error:
            yield Shipped(network, "weights", WEIGHTS_LICENCE, "unknown", 0, str(error))
            continue
        for moment, file in recorded["weights"].items():
            what = f"Weights of {network}, {moment.replace('_', ' ')}, {recorded['parameters']:,} parameters"
            yield _shipped(WEIGHTS / file["file"], what, WEIGHTS_LICENCE, file["sha256"], REMEDY)


def _shipped(path: Path, what: str, licence: str, sha256: str, remedy: str) -> Shipped:
    try:
        checked(path, sha256, remedy)
        problem = ""
    except DataError as error:
        problem = str(error)
    size = path.stat().st_size if path.is_file() else 0
    return Shipped(path.name, what, licence, sha256, size, problem)
