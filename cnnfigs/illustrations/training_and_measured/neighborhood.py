"""Experiment: what becomes of networks when the pixels of all images are put into another order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes

from cnnfigs.data import Bytes, mnist
from cnnfigs.drawing.charts import lines, plain, seed_dots
from cnnfigs.drawing.layout import Piece, column, either, grid, inset, row
from cnnfigs.drawing.networks import network_look
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Digit, broken, panel
from cnnfigs.experiments.findings import Neighborhood as Run
from cnnfigs.experiments.findings import neighborhood
from cnnfigs.experiments.images import Shuffle, pixel_order, reordered
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers, Part
from cnnfigs.illustrations.networks import NETWORK_NAMES, with_network_names
from cnnfigs.illustrations.training_and_measured.measuring import (
    all_seeds_in_words,
    compared,
    comparison_facts,
    looks_of,
    points,
    way,
)
from cnnfigs.parameters import TestImage, Whole
from cnnfigs.words import as_percent, listed

ORDER: tuple[Shuffle, ...] = ("none", "within blocks", "blocks", "pixels")
NETWORKS = ("convnet", "dense_512")
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

    def draw(self, run: NeighborhoodRun) -> Piece:
        """Draw the four digits, and the accuracy of both networks with every seed."""
        digits = [
            panel(TITLES[shuffle], Digit(image / 255, 116), align="middle")
            for shuffle, image in zip(ORDER, run.images, strict=True)
        ]
        return column(
            # In the column each stands above its place in the chart.
            either(inset(row(*digits, gap=32), left=14), grid(digits, gap=32)),
            lines("right answers, %", partial(self._plot, run), looks_of(NETWORKS), 250),
            gap=24,
        )

    def _plot(self, run: NeighborhoodRun, axes: Axes, narrow: bool) -> dict[str, float]:
        ends = {}
        for network in NETWORKS:
            look = network_look(network)
            by_shuffle = {each.shuffle: each for each in run.findings.measured if each.network == network}
            rows = {place: by_shuffle[shuffle] for place, shuffle in enumerate(ORDER) if shuffle in by_shuffle}
            for place, each in rows.items():
                seed_dots(axes, np.full(len(each.seeds), place), 100 * each.accuracy, look.color)
            means = [100 * each.mean for each in rows.values()]
            axes.plot([*rows], means, color=color(look.color), linestyle=look.dashes, zorder=1.5)
            if means:
                ends[look.name] = means[-1]
        shares = [100 * float(share) for each in run.findings.measured for share in each.accuracy]
        axes.set_xlim(-0.3, 3.3)
        axes.set_ylim(min(shares) - 0.6, max(shares) + 0.6)
        axes.set_xticks(range(4), ["\n".join(broken(title, 40 if narrow else 200)) for title in TITLES.values()])
        plain(axes)
        axes.tick_params(axis="x", length=0)
        return ends

    def describe(self, run: Run) -> Description:
        findings = run.findings
        rows = {(each.network, each.shuffle): each.mean for each in findings.measured}
        networks = [name for name in NETWORKS if (name, ORDER[0]) in rows]
        return Description(
            "A digit with its pixels shuffled in three ways, and right answers of a convnet and a dense network that "
            "were trained and tested on such images.",
            [
                "The digit is shown as it is; with the pixels shuffled within blocks of 4×4; with the blocks shuffled; "
                "and with all pixels shuffled, where nothing can be recognised any more.",
                f"The chart has a line for each network through the means, and dots for the seeds, {_seeds(run)}.",
                Part(
                    "Right answers, shuffled minus not shuffled",
                    tuple(f"{with_network_names(each.name)}: {compared(each)}." for each in findings.comparisons),
                ),
            ],
            [
                Numbers(
                    "Right answers, means over the seeds",
                    [[rows.get((name, shuffle), np.nan) for shuffle in ORDER] for name in networks],
                    lambda share: "–" if np.isnan(share) else as_percent(share, 1),
                    rows=[NETWORK_NAMES[name] for name in networks],
                    columns=[*TITLES.values()],
                )
            ],
        )

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
        [(f"{NETWORK_NAMES[each.network]} “{TITLES[each.shuffle]}”", each.seeds) for each in run.findings.measured]
    )
