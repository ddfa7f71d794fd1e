"""Experiment: how well digits are told apart by windows that vote without knowing where they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes

from cnnfigs.data import Bytes, mnist
from cnnfigs.drawing.charts import lines, plain, seed_dots
from cnnfigs.drawing.layout import Piece, column, either, grid, inset
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Digit, panel
from cnnfigs.experiments.catalog import Hole
from cnnfigs.experiments.comparisons import Findings, Measured
from cnnfigs.experiments.findings import Peephole as Experiment
from cnnfigs.experiments.findings import peephole
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.training_and_measured.measuring import (
    all_seeds_in_words,
    compared,
    comparison_facts,
    seeds_in_words,
    way,
)
from cnnfigs.models.variants import WINDOWS
from cnnfigs.parameters import Whole
from cnnfigs.words import as_percent, listed

#: Pixels of the picture for one of a digit seen through a hole.
HOLE = 3
#: Whether only windows with ink vote, and what the line is called and coloured.
KINDS = {False: ("all windows vote", "series-1"), True: ("only those with ink", "series-2")}
GUESSING = "guessing"
#: Colour and dashes of each line.
LOOKS = {**{name: (shade, "solid") for name, shade in KINDS.values()}, GUESSING: ("muted", "dashed")}


@dataclass(frozen=True)
class ThroughAHoleRun(Experiment):
    """What the experiment found, and a digit, shape (28, 28), 0 to 255."""

    image: Bytes


@dataclass(frozen=True)
class ThroughAHole(Picture):
    """Right answers of networks that see a digit through windows only, by the windows' size."""

    index: Annotated[int, Whole(0, 9_999), "which of MNIST's test images to show through the windows"] = 18

    def run(self) -> ThroughAHoleRun:
        """Read the records of the experiment."""
        experiment = peephole()
        return ThroughAHoleRun(experiment.findings, experiment.gains, mnist().x_test[self.index])

    def draw(self, run: ThroughAHoleRun) -> Piece:
        """Draw a line for each way of voting, and a digit through the middle window of each size."""
        holes = []
        for size in WINDOWS:
            first = (28 - size) // 2
            seen = run.image[first : first + size, first : first + size]
            holes.append(panel(f"{size}×{size}", Digit(seen / 255, HOLE * size, frame="kernel"), align="middle"))
        return column(
            lines("right answers, %", partial(self._plot, run), LOOKS, 300),
            # In the column each stands below its place in the chart.
            panel(
                "A digit through the hole",
                either(inset(grid(holes, gap=0.6, align="middle"), left=36), grid(holes, gap=32, align="middle")),
                name="kernel",
            ),
            gap=24,
        )

    def _plot(self, run: ThroughAHoleRun, axes: Axes, narrow: bool) -> dict[str, float]:
        ends = {GUESSING: 10.0}
        for inked, (name, shade) in KINDS.items():
            rows = _voting(run.findings, inked)
            places = [WINDOWS.index(hole.size) for hole in rows]
            axes.plot(places, [100 * each.mean for each in rows.values()], color=color(shade))
            for place, each in zip(places, rows.values(), strict=True):
                seed_dots(axes, np.full(len(each.seeds), place), 100 * each.accuracy, shade)
            if rows:
                ends[name] = 100 * each.mean
        axes.axhline(10, color=color("muted"), linestyle="dashed", linewidth=1.5)
        axes.set_xlim(-0.5, len(WINDOWS) - 0.5)
        axes.set_ylim(0, 103)
        axes.set_xticks(range(len(WINDOWS)), [f"{size}" if narrow else f"{size}×{size}" for size in WINDOWS])
        axes.set_xlabel("side of the window, pixels" if narrow else "window, pixels")
        plain(axes)
        axes.tick_params(axis="x", length=0)
        return ends

    def describe(self, run: ThroughAHoleRun) -> Description:
        shares = {inked: _voting(run.findings, inked) for inked in KINDS}
        means = [
            [{hole.size: each.mean for hole, each in rows.items()}.get(size, np.nan) for size in WINDOWS]
            for rows in shares.values()
        ]
        return Description(
            "Right answers of networks that see a digit through windows only: the larger the window, the more digits "
            "are read, and even small ones are far above guessing.",
            [
                "Each window votes, and no network knows where its windows are.",
                *(
                    f"{name[0].upper()}{name[1:]}: "
                    + ", ".join(f"{hole.size}×{hole.size} {as_percent(each.mean, 1)}" for hole, each in rows.items())
                    + "."
                    for (name, _), rows in zip(KINDS.values(), shares.values(), strict=True)
                    if rows
                ),
                "A dashed line marks guessing, 10 %.",
                "Then a digit through the middle window of each size: a few pixels at first, then a piece of a stroke, "
                "at last the whole.",
            ],
            [
                Numbers(
                    "Right answers, means over the seeds, by the size of the window",
                    means,
                    lambda share: "–" if np.isnan(share) else as_percent(share, 1),
                    rows=[name for name, _ in KINDS.values()],
                    columns=[f"{size}×{size}" for size in WINDOWS],
                )
            ],
        )

    def state_facts(self, run: ThroughAHoleRun) -> dict[str, str]:
        findings = run.findings
        facts = {
            "seeds": seeds_in_words(findings.measured[0].seeds)
            if len({each.seeds for each in findings.measured}) == 1
            else all_seeds_in_words([(_named(hole), each.seeds) for hole, each in _by_hole(findings).items()]),
            "conditions": findings.conditions,
            "sizes": listed(f"{size}×{size}" for size in WINDOWS),
        }
        for hole, each in _by_hole(findings).items():
            facts[f"{hole}"] = as_percent(each.mean, 1)
            facts[f"{hole} parameters"] = f"{each.parameters:,}"
        for comparison in findings.comparisons:
            facts |= comparison_facts(comparison, comparison.name)
            facts[f"{comparison.name} way"] = way(comparison, "better than", "worse than", "too close to call beside")
        for inked in KINDS:
            rows, name = _voting(findings, inked), "best inked" if inked else "best"
            if rows:
                hole, best = max(rows.items(), key=lambda row: row[1].mean)
                facts[name], facts[f"{name} accuracy"] = f"{hole.size}×{hole.size}", as_percent(best.mean, 1)
            else:
                facts[name] = facts[f"{name} accuracy"] = "not yet measured"
        facts |= {f"{each.name} gain": compared(each) for each in run.gains}
        several = [each for each in run.gains if each.name != "28"]  # of a single window there is nothing to choose
        clear = [f"{each.name}×{each.name}" for each in several if way(each, "more", "less", "") != ""]
        facts["gains"] = f"clear at {listed(clear)} only" if clear else "too close to call at every size"
        return facts


def _by_hole(findings: Findings) -> dict[Hole, Measured]:
    return {each.hole: each for each in findings.measured if each.hole}


def _voting(findings: Findings, inked: bool) -> dict[Hole, Measured]:
    return {hole: each for hole, each in _by_hole(findings).items() if hole.inked == inked}


def _named(hole: Hole) -> str:
    return f"{hole.size}×{hole.size}" + (" with ink only" if hole.inked else "")
