"""What textbooks claim, and the comparisons that each claim promises something about."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnnfigs.experiments.catalog import EXPERIMENTS, all_trials
from cnnfigs.experiments.comparisons import Comparison, Measured, Verdict, compare_values, reverse, verdict
from cnnfigs.experiments.findings import (
    Reading,
    against_dense,
    downsampling,
    fewer_examples,
    moved_digits,
    neighborhood,
    other_corner,
    overfitting,
    peephole,
)
from cnnfigs.experiments.records import RECORDS, path_of

#: Digits that are not told apart are guessed, more often wrongly than rightly.
HALF = 0.5
#: The convnets that were trained in one corner, as the claim says; another network was trained in the middle.
CORNERED = ("convnet", "convnet_global_max")


@dataclass(frozen=True)
class Claim:
    """A claim and what was measured about it.

    Attributes
    ----------
    name
        What it is called for short.
    comparisons
        What it promises something about; each says what it needs.
    reading
        How many images a dense network needs, where the claim is about that.
    """

    name: str
    comparisons: tuple[Comparison, ...]
    reading: Reading | None = None

    @property
    def verdict(self) -> Verdict:
        """Whether it holds."""
        return verdict(self.comparisons)

    @property
    def ordered(self) -> tuple[Comparison, ...]:
        """The comparisons, the one that speaks least for the claim first."""
        return tuple(sorted(self.comparisons, key=_margin))


@dataclass(frozen=True)
class Claims:
    """All claims, and how many of the trials behind them are recorded.

    Attributes
    ----------
    claims
        The claims.
    recorded, planned
        Numbers of trials.
    """

    claims: tuple[Claim, ...]
    recorded: int
    planned: int


def claims(folder: Path = RECORDS) -> Claims:
    """Judge all claims by the records.

    Raises
    ------
    cnnfigs.experiments.records.RecordError
        If an experiment has no record at all.
    """
    examples, shifts, hood = fewer_examples(folder=folder), moved_digits(folder), neighborhood(folder)
    ways, hole = downsampling(folder), peephole(folder).findings
    corners = other_corner(folder).corners
    trials = all_trials(name for name in EXPERIMENTS if name != "designs")  # no claim rests on these
    return Claims(
        (
            Claim("errors", against_dense(folder).findings.comparisons),
            Claim("examples", examples.findings.comparisons, next(iter(examples.readings), None)),
            Claim("moved", shifts.better),
            Claim("small shifts", shifts.small),
            Claim("anywhere", tuple(each.comparison for each in corners if each.network in CORNERED)),
            Claim("augmentation", shifts.helped),
            Claim("neighbours", tuple(reverse(each) for each in hood.shuffled["convnet"])),
            Claim("order", hood.shuffled["dense_512"]),
            Claim("maximum", tuple(each for each in ways.comparisons if each.name != "unpooled")),
            Claim("overfitting", overfitting(folder).comparisons),
            Claim(
                "small window",
                tuple(_less_than_half(each) for each in hole.measured if each.hole and each.hole.size == 7),
            ),
            Claim("larger window", hole.comparisons),
        ),
        recorded=sum(path_of(trial, folder).exists() for trial in trials),
        planned=len(trials),
    )


def _less_than_half(network: Measured) -> Comparison:
    """Compare a network with one that is right on half the images."""
    which = "only windows with ink" if network.hole and network.hole.inked else "all windows"
    words = f"half of the digits minus those read ({which} vote)"
    error = float(np.sqrt(network.accuracy * (1 - network.accuracy) / network.test_images).mean())
    return compare_values(
        "half minus those right", network.seeds, HALF - network.accuracy, images_error=error, words=words
    )


def _margin(comparison: Comparison) -> float:
    """Return how far the end of the interval that speaks least for a claim is above what the claim needs."""
    low = comparison.difference if comparison.interval is None else comparison.interval[0]
    return low - comparison.needed
