"""Experiment: what it helps to have learned from photos, when there are few crops of blood smears to learn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from cnnfigs.data.blood_cells import CHANGES
from cnnfigs.drawing.charts import lines, plain
from cnnfigs.drawing.layout import CLOSE, Piece, column, grid
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Photo, Words, panel
from cnnfigs.drawing.tables import Cell, number_table
from cnnfigs.experiments.catalog import CROPS, CROPS_APART
from cnnfigs.experiments.comparisons import Comparison
from cnnfigs.experiments.transfer import FINE_RATE, LEARNING_RATE, WAYS
from cnnfigs.experiments.transferred import STEPS, Learned, Transferred, transferred
from cnnfigs.illustrations.base import Picture, Table
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.training_and_measured.measuring import (
    compared,
    comparison_facts,
    points,
    seeds_in_words,
    way,
)
from cnnfigs.parameters import Whole
from cnnfigs.runs.photo.blood import ColorsRun, in_other_colors
from cnnfigs.statistics import CONFIDENCE
from cnnfigs.words import as_percent, listed

#: What each way is called.
WAY_NAMES: Mapping[str, str] = MappingProxyType(
    {"scratch": "from scratch", "frozen": "frozen features", "fine-tuned": "fine-tuned"}
)
#: Colour and dashes of each way's line, and how far its marks stand aside, so that none covers another.
_LOOKS = {"scratch": ("series-2", "dashed"), "frozen": ("series-1", "solid"), "fine-tuned": ("series-3", "dashdot")}
_ASIDE = {"scratch": 0.94, "frozen": 1.0, "fine-tuned": 1.06}
MOST = max(CROPS)


@dataclass(frozen=True)
class FewCrops(Picture):
    """Right answers by the number of crops learned from: from scratch, on frozen features, and fine-tuned."""

    def run(self) -> Transferred:
        return transferred()

    def draw(self, run: Transferred) -> Piece:
        """Draw a line for each way through the means, and bars for their intervals."""
        looks = {WAY_NAMES[name]: look for name, look in _LOOKS.items()}
        return lines("right answers, %", partial(self._plot, run), looks, 360, 320)

    def _plot(self, run: Transferred, axes: Axes, narrow: bool) -> dict[str, float]:
        ends = {}
        for name in WAYS:
            rows = [run.of(name, each) for each in CROPS]
            shade, dashes = color(_LOOKS[name][0]), _LOOKS[name][1]
            at = [each * _ASIDE[name] for each in CROPS]
            axes.plot(at, [100 * row.mean for row in rows], "o", color=shade, linestyle=dashes, markersize=6)
            for place, row in zip(at, rows, strict=True):
                axes.plot([place, place], 100 * np.array(_cut(row.interval)), color=shade, linewidth=3)
            ends[WAY_NAMES[name]] = 100 * rows[-1].mean
        axes.set_xscale("log")
        axes.set_xticks(CROPS, [str(each) for each in CROPS])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlim(0.85 * min(CROPS), 1.15 * MOST)
        low = 100 * min(row.interval[0] for row in run.learned if not row.apart)
        axes.set_ylim(5 * np.floor(low / 5), 100)
        axes.set_xlabel("crops with a platelet, and as many without")
        plain(axes)
        return ends

    def describe(self, run: Transferred) -> Description:
        ways = [
            f"{WAY_NAMES[name].capitalize()}: {as_percent(run.of(name, min(CROPS)).mean, 1)} with {min(CROPS)} crops "
            f"of each kind, {as_percent(run.of(name, MOST).mean, 1)} with {MOST}."
            for name in WAYS
        ]
        return Description(
            f"Right answers by the number of crops of each kind, {min(CROPS)} to {MOST}, for three ways to learn.",
            [
                "There is a line for each way, and at each number of crops a bar: the 95 % interval of the mean, for "
                "other photos and other seeds.",
                *ways,
            ],
            [
                Numbers(
                    "Right answers, means over the seeds",
                    [[run.of(name, each).mean for each in CROPS] for name in WAYS],
                    partial(as_percent, decimals=1),
                    rows=[WAY_NAMES[name] for name in WAYS],
                    columns=[f"{each} crops" for each in CROPS],
                ),
                *(
                    Numbers(
                        f"{WAY_NAMES[name].capitalize()}: ends of the intervals",
                        np.array([_cut(run.of(name, each).interval) for each in CROPS]).T,
                        partial(as_percent, decimals=1),
                        rows=["from", "to"],
                        columns=[f"{each} crops" for each in CROPS],
                    )
                    for name in WAYS
                ),
            ],
        )

    def state_facts(self, run: Transferred) -> dict[str, str]:
        facts = {
            "asked": str(run.asked),
            "photos": str(run.photos),
            "fewest": str(min(CROPS)),
            "most": str(MOST),
            "seeds": seeds_in_words(run.learned[0].seeds),
            "conditions": run.conditions,
            "confidence": as_percent(CONFIDENCE),
            "one": points(1 / run.asked).removeprefix("+"),
            "slowly": f"{FINE_RATE:g}",
            "usual rate": f"{LEARNING_RATE:g}",
            "times slower": f"{LEARNING_RATE / FINE_RATE:.0f}",
        }
        for each in run.learned:
            name = f"{each.way} {each.each}{' apart' if each.apart else ''}"
            facts |= {name: as_percent(each.mean, 1), f"{name} training": as_percent(each.training_mean, 1)}
        return facts


@dataclass(frozen=True)
class WaysToLearn(Table):
    """The three ways to learn: with what each begins, what it trains, and how many numbers that changes."""

    def run(self) -> Transferred:
        return transferred()

    def tabulate(self, run: Transferred) -> list[list[Cell]]:
        """Return a row for each way."""
        heads = [Cell("Way"), Cell("Begins with"), Cell("Trains"), Cell("Numbers that change", number=True)]
        return [heads] + [
            [
                Cell(WAY_NAMES[name].capitalize(), heading=True),
                *map(Cell, words),
                Cell(f"{run.of(name, MOST).parameters:,}", number=True),
            ]
            for name, words in _rows()
        ]

    def describe(self, run: Transferred) -> Description:
        return Description(
            "Three ways to learn from few crops: from scratch, on frozen features, and fine-tuned.",
            [
                f"{WAY_NAMES[name].capitalize()} begins with {begins}; it trains {trains}, "
                f"{run.of(name, MOST).parameters:,} numbers."
                for name, (begins, trains) in _rows()
            ],
        )

    def state_facts(self, run: Transferred) -> dict[str, str]:
        facts = {f"{name} numbers": f"{run.of(name, MOST).parameters:,}" for name in WAYS}
        return facts | {f"{name} steps": str(run.of(name, MOST).steps) for name in WAYS}


def _rows() -> list[tuple[str, tuple[str, str]]]:
    return [
        ("scratch", ("small random numbers", "a small convnet, all of it")),
        ("frozen", ("MobileNetV2, trained on ImageNet", "a new head alone")),
        ("fine-tuned", ("that, with its new head", "the head, the last three blocks and the convolution behind them")),
    ]


@dataclass(frozen=True)
class TransferCompared(Table):
    """The three ways to learn compared with each other, for each number of crops."""

    def run(self) -> Transferred:
        return transferred()

    def tabulate(self, run: Transferred) -> list[list[Cell]]:
        """Return a row for each number of crops."""
        heads = ("Crops of each kind", *(_difference(*pair) for pair in STEPS))
        return number_table(
            heads,
            [
                (str(each), *(compared(_of(run.comparisons, f"{one} over {other} {each}")) for one, other in STEPS))
                for each in CROPS
            ],
        )

    def describe(self, run: Transferred) -> Description:
        return Description(
            "Differences between the ways to learn, in percentage points with 95 % intervals, by the number of crops.",
            [
                f"With {each} crops of each kind: "
                + "; ".join(
                    f"{_difference(one, other)}: {compared(_of(run.comparisons, f'{one} over {other} {each}'))}"
                    for one, other in STEPS
                )
                + "."
                for each in CROPS
            ],
        )

    def state_facts(self, run: Transferred) -> dict[str, str]:
        facts: dict[str, str] = {}
        for comparison in run.comparisons:
            facts |= comparison_facts(comparison, comparison.name)
            facts[f"{comparison.name} verdict"] = way(comparison, "better", "worse", "too close to call")
        for one, other in STEPS:
            shown = [each for each in CROPS if _of(run.comparisons, f"{one} over {other} {each}").is_shown]
            facts[f"{one} over {other} shown"] = listed(shown) if shown else "none"
        for comparison in run.leaks:
            facts |= comparison_facts(comparison, f"leak {comparison.name}")
            facts[f"leak {comparison.name} verdict"] = way(comparison, "a gain", "a loss", "too close to call")
        facts["apart"] = str(CROPS_APART)
        return facts


@dataclass(frozen=True)
class ColorsAsked:
    """A crop in several colours, and what the networks say to all test crops changed so."""

    shown: ColorsRun
    found: Transferred


@dataclass(frozen=True)
class OtherColors(Picture):
    """A crop in other colours, and how many of the test crops changed so the three ways answer rightly."""

    index: Annotated[int, Whole(0, 68), "which of the test crops with a platelet"] = 8

    def run(self) -> ColorsAsked:
        return ColorsAsked(in_other_colors(self.index), transferred())

    def draw(self, run: ColorsAsked) -> Piece:
        """Draw the crop in each colour, and the shares of right answers below it."""
        cells = [
            panel(
                name,
                column(
                    Photo(pixels, 100, frame="input"),
                    column(*(Words(f"{_SHORT[each]} {_share(run.found, each, name)}") for each in WAYS), gap=2),
                    gap=CLOSE,
                ),
            )
            for name, pixels in zip(run.shown.names, run.shown.crops, strict=True)
        ]
        return grid(cells, gap=18, align="start")

    def describe(self, run: ColorsAsked) -> Description:
        return Description(
            "A crop with a platelet in five colours, and the right answers to all test crops changed so, for three "
            "ways to learn.",
            [
                "The crop is shown as it is, grey, darker, with half the stain, paler, and with twice the stain, "
                "stronger in colour.",
                *(
                    f"{name}: " + listed(f"{WAY_NAMES[each]} {_share(run.found, each, name)}" for each in WAYS) + "."
                    for name in run.shown.names
                ),
            ],
            [
                Numbers(
                    "Right answers, means over the seeds",
                    [[_value(run.found, each, name) for name in run.shown.names] for each in WAYS],
                    partial(as_percent, decimals=0),
                    rows=[WAY_NAMES[each] for each in WAYS],
                    columns=run.shown.names,
                )
            ],
        )

    def state_facts(self, run: ColorsAsked) -> dict[str, str]:
        facts = {"conditions": run.found.conditions, "crops": str(MOST), "guessing": as_percent(0.5)}
        for name in run.shown.names:
            for each in WAYS:
                facts[f"{each} {name}"] = _share(run.found, each, name)
        for each in WAYS:
            least, most = map(as_percent, run.found.of(each, MOST).span_in_other_colors("grey"))
            facts |= {f"{each} grey least": least, f"{each} grey most": most}
        for comparison in run.found.losses:
            facts |= comparison_facts(comparison, f"loss {comparison.name}", 0)
        return facts


_SHORT = {"scratch": "scratch", "frozen": "frozen", "fine-tuned": "tuned"}


def _value(found: Transferred, name: str, change: str) -> float:
    learned: Learned = found.of(name, MOST)
    return learned.in_other_colors(change) if change in CHANGES else learned.mean


def _share(found: Transferred, name: str, change: str) -> str:
    return as_percent(_value(found, name, change))


def _of(comparisons: tuple[Comparison, ...], name: str) -> Comparison:
    return next(each for each in comparisons if each.name == name)


def _difference(one: str, other: str) -> str:
    return f"{WAY_NAMES[one].capitalize()} − {WAY_NAMES[other]}"


def _cut(pair: tuple[float, float]) -> tuple[float, float]:
    """Cut an interval of a share at all: no more than all answers can be right."""
    return pair[0], min(pair[1], 1.0)
