"""Experiment: what becomes of networks when the pixels of all images are put into another order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.figure import Figure

from cnnfigs.data import Bytes, mnist
from cnnfigs.drawing.charts import plain, seed_dots, spread
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.style import LARGE, NORMAL, SMALL, figure
from cnnfigs.experiments.findings import Neighborhood as Run
from cnnfigs.experiments.findings import neighborhood
from cnnfigs.experiments.images import Shuffle, pixel_order, reordered
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.training_and_measured.measuring import (
    LOOKS,
    all_seeds_in_words,
    compared,
    comparison_facts,
    points,
    way,
)
from cnnfigs.parameters import TestImage, Whole
from cnnfigs.words import as_percent, listed

ORDER: tuple[Shuffle, ...] = ("none", "within blocks", "blocks", "pixels")
TITLES = {
    "none": "as it is",
    "within blocks": "within blocks",
    "blocks": "the blocks",
    "pixels": "all pixels",
}


@dataclass(frozen=True)
class NeighborhoodRun(Run):
    """What the experiment found, and a digit in each order of its pixels, shape (4, 28, 28), 0 to 255."""

    images: Bytes


@dataclass(frozen=True)
class Neighborhood(Picture):
    """A digit with its pixels shuffled in three ways, and how networks do that were trained on such images."""

    index: TestImage = 18
    seed: Annotated[int, Whole(0), "seed of the orders shown"] = 1

    def run(self) -> NeighborhoodRun:
        """Read the records of the experiment, and shuffle the digit."""
        experiment, image = neighborhood(), mnist().x_test[self.index : self.index + 1]
        images = np.concatenate([reordered(image, pixel_order(shuffle, 28, self.seed)) for shuffle in ORDER])
        return NeighborhoodRun(experiment.findings, experiment.shuffled, experiment.against, images)

    def draw(self, run: NeighborhoodRun) -> Figure:
        """Draw the four digits, and below each the accuracy of both networks with every seed."""
        width, height, left, step, side = 640, 400, 64, 120, 96
        made = figure(width, height)
        for column, shuffle in enumerate(ORDER):
            x = left + step * column + (step - side) / 2
            axes = made.add_axes((x / width, 1 - (30 + side) / height, side / width, side / height))
            axes.imshow(np.repeat((255 - run.images[column])[..., np.newaxis], 3, axis=2))
            axes.set_xticks([])
            axes.set_yticks([])
            for spine in axes.spines.values():
                spine.set_visible(True)
            axes.set_title(TITLES[shuffle], fontsize=LARGE, color=color("text"))
        below = made.add_axes((left / width, 44 / height, 4 * step / width, (height - 44 - 150) / height))
        ends, shades = {}, {}
        for network in ("convnet", "dense_512"):
            shade, _ = LOOKS[network]
            columns, means = [], []
            for column, shuffle in enumerate(ORDER):
                rows = [each for each in run.findings.measured if (each.network, each.shuffle) == (network, shuffle)]
                for each in rows:
                    seed_dots(below, np.full(len(each.seeds), column), 100 * each.accuracy, shade, 6)
                    columns.append(column)
                    means.append(100 * each.mean)
            below.plot(columns, means, color=color(shade), zorder=1.5)
            if means:
                ends[network], shades[network] = means[-1], shade
        values = np.concatenate([100 * each.accuracy for each in run.findings.measured])
        below.set_xlim(-0.5, 3.5)
        below.set_ylim(values.min() - 0.6, values.max() + 0.6)
        below.set_xticks(range(4), list(TITLES.values()))
        below.set_ylabel("right answers, %", fontsize=NORMAL)
        plain(below)
        below.tick_params(axis="x", length=0, labelsize=SMALL)
        room = 0.09 * float(np.ptp(values) + 1.2)
        for (name, shade), place in zip(shades.items(), spread([*ends.values()], room), strict=True):
            below.text(3.18, place, name, color=color(shade), fontsize=NORMAL, va="center_baseline", clip_on=False)
        return made

    def describe(self, run: Run) -> str:
        shares = "; ".join(
            f"{each.network}, {TITLES[each.shuffle]}: {as_percent(each.mean, 1)}" for each in run.findings.measured
        )
        seeds = _seeds(run)
        differences = "; ".join(f"{each.name} {compared(each)}" for each in run.findings.comparisons)
        return f"""A digit as it is, with its pixels shuffled within blocks of 4×4, with the blocks shuffled, and with
            all pixels shuffled, where nothing can be recognised any more. Below, right answers of networks trained and
            tested on such images, {seeds}: {shares}. Shuffled minus not shuffled: {differences}."""

    def state_facts(self, run: Run) -> dict[str, str]:
        findings = run.findings
        facts = {
            "seeds": _seeds(run),
            "missing": listed(findings.missing) if findings.missing else "none",
            "conditions": findings.conditions,
        }
        for each in findings.measured:
            facts[f"{each.network} {each.shuffle}"] = as_percent(each.mean, 1)
        for comparison in findings.comparisons:
            name = comparison.name.replace(",", "")
            facts |= comparison_facts(comparison, name)
            facts[f"{name} lost"] = points(-comparison.difference)
        for comparison in run.against:
            facts[f"{comparison.name} against"] = way(comparison, "above", "below", "level with")
            facts |= comparison_facts(comparison, f"{comparison.name} against")
        below = [f"“{TITLES[each.name]}”" for each in run.against if way(each, "above", "below", "") == "below"]
        facts["below"] = listed(below) if below else "none of the shuffles"
        dense = [abs(each.difference) for each in run.shuffled["dense_512"]]
        facts["dense largest"] = f"{100 * max(dense):.1f}" if dense else "unknown"
        return facts


def _seeds(run: Run) -> str:
    return all_seeds_in_words(
        [(f"{each.network} “{TITLES[each.shuffle]}”", each.seeds) for each in run.findings.measured]
    )
