"""Experiment: how well digits are told apart by windows that vote without knowing where they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.figure import Figure

from cnnfigs.data import Bytes, mnist
from cnnfigs.drawing.charts import labels_at_end, plain, seed_dots
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.style import NORMAL, SMALL, figure
from cnnfigs.experiments.catalog import Hole
from cnnfigs.experiments.comparisons import Findings, Measured
from cnnfigs.experiments.findings import Peephole as Experiment
from cnnfigs.experiments.findings import peephole
from cnnfigs.illustrations.base import Picture
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

#: Width of the card around a hole, in pixels.
CARD = 5
#: Whether only windows with ink vote, and what the line is called and coloured.
KINDS = {False: ("all windows vote", "series-1"), True: ("only those with ink", "series-2")}


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

    def draw(self, run: ThroughAHoleRun) -> Figure:
        """Draw a line for each way of voting, and below it a digit through the middle window of each size."""
        width, height, left, step = 700, 440, 56, 80
        made = figure(width, height)
        axes = made.add_axes((left / width, 160 / height, 6 * step / width, (height - 176) / height))
        ends, looks = {}, {}
        for inked, (name, shade) in KINDS.items():
            rows = _voting(run.findings, inked)
            columns = [WINDOWS.index(hole.size) for hole in rows]
            axes.plot(columns, [100 * each.mean for each in rows.values()], color=color(shade))
            for column, each in zip(columns, rows.values(), strict=True):
                seed_dots(axes, np.full(len(each.seeds), column), 100 * each.accuracy, shade, 6)
            if rows:
                ends[name], looks[name] = 100 * each.mean, (shade, "solid")
        axes.set_xlim(-0.5, len(WINDOWS) - 0.5)
        axes.set_ylim(0, 103)
        axes.set_xticks(range(len(WINDOWS)), [f"{size}×{size}" for size in WINDOWS])
        axes.set_ylabel("right answers, %", fontsize=NORMAL)
        plain(axes)
        axes.tick_params(axis="x", length=0, labelsize=NORMAL)
        axes.axhline(10, color=color("padding"), linestyle=(0, (4, 3)), linewidth=1.5)
        axes.text(len(WINDOWS) - 0.4, 10, "guessing", color=color("muted"), va="center_baseline", fontsize=NORMAL)
        labels_at_end(axes, len(WINDOWS) - 0.4, ends, looks, 6.5)
        for column, size in enumerate(WINDOWS):
            side, first = 2.5 * size, (28 - size) // 2
            seen = run.image[first : first + size, first : first + size]
            x, y = left + step * (column + 0.5) - side / 2, 74 - side / 2
            # A card around the hole: black ink would melt into a dark page.
            around = side + 2 * CARD
            card = made.add_axes(((x - CARD) / width, (y - CARD) / height, around / width, around / height))
            card.set(xticks=[], yticks=[], facecolor=color("padding"))
            card.spines[:].set_visible(False)
            window = made.add_axes((x / width, y / height, side / width, side / height))
            window.imshow(np.repeat((255 - seen)[..., np.newaxis], 3, axis=2))
            window.set_xticks([])
            window.set_yticks([])
            for spine in window.spines.values():
                spine.set(visible=True, edgecolor=color("kernel"), linewidth=1.5)
        made.text((left + 6 * step + 8) / width, 74 / height, "the hole", fontsize=SMALL, color=color("kernel"))
        return made

    def describe(self, run: ThroughAHoleRun) -> str:
        lines = "; ".join(
            f"{name}: "
            + ", ".join(f"{hole.size}×{hole.size} {as_percent(each.mean, 1)}" for hole, each in rows.items())
            for inked, (name, _) in KINDS.items()
            if (rows := _voting(run.findings, inked))
        )
        return f"""Right answers by the size of a window through which a network sees the digit; each window votes, and
            no network knows where its windows are. {lines}. Guessing gives 10 %. Below, a digit through the middle
            window of each size: a few pixels at first, then a piece of a stroke, at last the whole."""

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
            facts[f"{comparison.name} way"] = way(comparison, "better", "worse", "neither clearly better nor worse")
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
