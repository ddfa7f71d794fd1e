"""The trainings by the tutorial's recipe, and where the one whose weights the pages show stands among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.experiments.catalog import FIVE, by_recipe
from cnnfigs.experiments.conditions import conditions
from cnnfigs.experiments.findings import against_dense
from cnnfigs.experiments.results import results
from cnnfigs.models.weights import record


@dataclass(frozen=True)
class Trained:
    """One network, trained by the tutorial's recipe with several seeds.

    Attributes
    ----------
    network
        Its name.
    parameters
        How many it has.
    asked
        How many test images each training was asked about.
    seeds
        The seeds.
    errors
        Wrong answers in a thousand, shape (seeds,).
    low, high
        Ends of the 95 % Wilson interval of each, in a thousand, shape (seeds,).
    shown
        The seed of the training whose weights the pages show.
    conditions
        What it was trained on and asked about, to stand behind "The networks were".
    """

    network: str
    parameters: int
    asked: int
    seeds: tuple[int, ...]
    errors: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    shown: int
    conditions: str

    @property
    def mean(self) -> float:
        """The mean over the seeds."""
        return float(self.errors.mean())

    @property
    def of_shown(self) -> float:
        """Errors in a thousand of the training that the pages show."""
        return float(self.errors[self.seeds.index(self.shown)])

    @property
    def of_shown_interval(self) -> tuple[float, float]:
        """Its 95 % Wilson interval, in a thousand."""
        at = self.seeds.index(self.shown)
        return float(self.low[at]), float(self.high[at])

    @property
    def place(self) -> str:
        """Where the training that the pages show stands among all."""
        better = int((self.errors < self.of_shown).sum())
        worse = int((self.errors > self.of_shown).sum())
        whole = len(self.seeds)
        if not better:
            return f"the best of {whole}"
        if not worse:
            return f"the worst of {whole}"
        return f"better than {worse} of the {whole - 1} others"


@dataclass(frozen=True)
class Trainings:
    """All trainings of some networks, the convnet first, and what they were trained on and asked about."""

    networks: tuple[Trained, ...]
    conditions: str

    def of(self, network: str) -> Trained:
        """Return those of one network."""
        return next(each for each in self.networks if each.network == network)


def trainings() -> Trainings:
    """Read the records of the experiment that compares the convnet with dense networks."""
    findings = against_dense().findings
    found = [
        Trained(
            network=each.network,
            parameters=each.parameters,
            asked=each.test_images,
            seeds=each.seeds,
            errors=1000 * (1 - each.accuracy),
            low=1000 * (1 - each.high),
            high=1000 * (1 - each.low),
            shown=record(each.network)["recipe"]["seed"],
            conditions=_conditions(each.network),
        )
        for each in findings.measured
    ]
    return Trainings(tuple(found), findings.conditions)


def _conditions(network: str) -> str:
    return conditions([results(lambda seed: by_recipe(network, seed), FIVE)])
