"""What the training of small designs found: the best for what they cost, and what is the best within a limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from cnnfigs.experiments.catalog import DESIGN_SEED
from cnnfigs.experiments.designs import (
    BATCH,
    ELSEWHERE,
    EPOCHS,
    IMAGES,
    LEARNING_RATE,
    MOVED,
    TEST_IMAGES,
    Designed,
    grid,
)
from cnnfigs.experiments.records import RECORDS, read
from cnnfigs.models.designs import Design
from cnnfigs.words import as_percent

#: Numbers of a design: what it costs, and how many images it reads right, in place and moved.
Number = Literal["parameters", "multiply_adds", "home", "moved"]


@dataclass(frozen=True)
class Reached:
    """A design that was trained.

    Attributes
    ----------
    design
        What was trained.
    parameters, multiply_adds
        What it costs.
    home, moved
        How many test images it read right where they are, and moved by four pixels.
    """

    design: Design
    parameters: int
    multiply_adds: int
    home: int
    moved: int


@dataclass(frozen=True)
class Challenge:
    """A task for a reader: the best design within limits.

    Attributes
    ----------
    title, words
        What it is called, and what is asked.
    best
        Which number is to be the best: the fewest parameters or multiply-adds, or the most images read right.
    most, least
        Limits of such numbers.
    """

    title: str
    words: str
    best: Number
    most: Mapping[str, int] = field(default_factory=dict)
    least: Mapping[str, int] = field(default_factory=dict)

    def allows(self, reached: Reached) -> bool:
        """Return whether a design keeps within the limits."""
        return all(getattr(reached, name) <= limit for name, limit in self.most.items()) and all(
            getattr(reached, name) >= limit for name, limit in self.least.items()
        )


@dataclass(frozen=True)
class Designs:
    """All designs of the grid.

    Attributes
    ----------
    reached
        What each reached, in the order of the grid.
    asked
        How many test images each was asked about, once where they are and once moved.
    conditions
        What they were trained on and asked about, in words.
    """

    reached: tuple[Reached, ...]
    asked: int
    conditions: str

    def front(self, cost: str, right: str = "home") -> tuple[Reached, ...]:
        """Return the designs to which no other is as cheap and better, the cheapest first."""
        front: list[Reached] = []
        for each in sorted(self.reached, key=lambda one: (getattr(one, cost), -getattr(one, right))):
            if not front or getattr(each, right) > getattr(front[-1], right):
                front.append(each)
        return tuple(front)

    def par(self, challenge: Challenge) -> Reached:
        """Return the best design within the limits of a challenge."""
        allowed = [each for each in self.reached if challenge.allows(each)]
        best = max if challenge.best in ("home", "moved") else min
        return best(allowed, key=lambda each: int(getattr(each, challenge.best)))


#: Limits of the challenges: parameters, the share of images read right, and multiply-adds.
FEW_PARAMETERS, WANTED, FEW_MULTIPLY_ADDS = 5_000, 0.97, 500_000

CHALLENGES: Mapping[str, Challenge] = MappingProxyType(
    {
        "small": Challenge(
            "small",
            f"Read as many digits as you can with at most {FEW_PARAMETERS:,} parameters.",
            "home",
            most={"parameters": FEW_PARAMETERS},
        ),
        "cheap": Challenge(
            "cheap",
            f"Read at least {as_percent(WANTED)} of the digits, with as few multiply-adds as you can.",
            "multiply_adds",
            least={"home": round(WANTED * TEST_IMAGES)},
        ),
        "moved": Challenge(
            "moved digits",
            f"Read as many digits as you can once they are moved by {MOVED} pixels, with at most "
            f"{FEW_MULTIPLY_ADDS:,} multiply-adds.",
            "moved",
            most={"multiply_adds": FEW_MULTIPLY_ADDS},
        ),
    }
)


@cache
def designs(folder: Path = RECORDS) -> Designs:
    """Read the records of the grid.

    Raises
    ------
    cnnfigs.experiments.records.RecordError
        If one is missing, stale or damaged.
    """
    outcomes = {design: read(Designed(DESIGN_SEED, design), folder) for design in grid()}
    reached = [
        Reached(
            design,
            design.parameters,
            design.multiply_adds,
            outcome["test"]["right"],
            outcome["elsewhere"][ELSEWHERE]["right"],
        )
        for design, outcome in outcomes.items()
    ]
    asked = outcomes[grid()[0]]["test"]["asked"]
    return Designs(
        tuple(reached),
        asked,
        f"trained on {IMAGES:,} images, each shown {EPOCHS} times, in steps of {BATCH} images with Adam at "
        f"{LEARNING_RATE:g}, from one seed, and asked about {asked:,} test images, in place and moved by {MOVED} "
        "pixels",
    )
