"""Experiment: how good networks become with few examples, and how many a dense network needs to catch up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from cnnfigs.drawing.charts import lines, plain, seed_dots
from cnnfigs.drawing.layout import Piece
from cnnfigs.drawing.networks import network_look
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.tables import Cell
from cnnfigs.experiments.catalog import AMOUNTS, BASIC
from cnnfigs.experiments.findings import Examples, Reading, fewer_examples
from cnnfigs.illustrations.base import Picture, Table
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.networks import NETWORK_NAMES
from cnnfigs.illustrations.training_and_measured.measuring import (
    all_seeds_in_words,
    comparison_facts,
    looks_of,
    seeds_in_words,
)
from cnnfigs.parameters import Choice
from cnnfigs.words import as_percent, listed


@dataclass(frozen=True)
class FewerExamples(Picture):
    """Accuracy with more and more training images, and the images that dense needs to equal the convnet."""

    wanted: Annotated[int, Choice(*AMOUNTS), "with how many images the convnet sets the mark"] = 1_000

    def run(self) -> Examples:
        return fewer_examples(self.wanted)

    def draw(self, run: Examples) -> Piece:
        """Draw a line for each network through the means, dots for the seeds, and the mark."""
        return lines("right answers, %", partial(self._plot, run), looks_of(BASIC), 400, 320)

    def _plot(self, run: Examples, axes: Axes, narrow: bool) -> dict[str, float]:
        low = min(float(each.accuracy.min()) for each in run.findings.measured)
        bottom = 100 * low - 0.12 * (100 - 100 * low)
        ends = {}
        for network in BASIC:
            rows = [each for each in run.findings.measured if each.network == network]
            if not rows:
                continue
            look = network_look(network)
            amounts = [each.images for each in rows]
            axes.plot(amounts, [100 * each.mean for each in rows], color=color(look.color), linestyle=look.dashes)
            for each in rows:
                seed_dots(axes, np.full(len(each.seeds), each.images), 100 * each.accuracy, look.color, 5)
            ends[look.name] = 100 * rows[-1].mean
        for reading in run.readings[:1]:
            height, accent = 100 * run.findings.of("convnet", run.wanted).mean, color("accent")
            axes.plot([run.wanted, reading.mean], [height, height], color=accent, linewidth=1.5)
            axes.plot([reading.mean], [height], ">", color=accent, markersize=9)
            for amount, shift, align in ((run.wanted, 0.94, "right"), (reading.mean, 1.06, "left")):
                axes.plot([amount] * 2, [bottom, height], color=accent, linewidth=1.5, linestyle=(0, (4, 3)))
                text = _rounded(amount) if narrow else f"{_rounded(amount)} images"
                below = bottom + 0.03 * (100 - bottom)
                axes.text(amount * shift, below, text, ha=align, va="bottom", color=accent, weight="bold")
        ticks = apart(run.amounts, 5 if narrow else 2.5)
        axes.set_xscale("log")
        axes.set_xticks(ticks, [f"{amount:,}" for amount in ticks])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlim(0.82 * min(run.amounts), 1.1 * max(run.amounts))
        axes.set_ylim(bottom, 100)
        axes.set_xlabel("training images")
        plain(axes)
        return ends

    def describe(self, run: Examples) -> Description:
        findings = run.findings
        networks = [each for each in BASIC if any(row.network == each for row in findings.measured)]
        shares = [
            [
                next((row.mean for row in findings.measured if (row.network, row.images) == (name, amount)), np.nan)
                for amount in run.amounts
            ]
            for name in networks
        ]
        needs = [
            f"{NETWORK_NAMES[each.network]}: to be as good as the convnet with {run.wanted:,}, it needs "
            f"{reading_in_words(each)}."
            for each in run.readings
        ]
        lead = [
            f"{NETWORK_NAMES[name]}: {_share(row[0])} with {min(run.amounts):,}, {_share(row[-1])} with "
            f"{max(run.amounts):,}."
            for name, row in zip(networks, shares, strict=True)
        ]
        return Description(
            f"Right answers by the number of training images, {min(run.amounts):,} to {max(run.amounts):,}, for the "
            "convnet and dense networks.",
            ["A line for each network goes through the means; dots are the seeds.", *lead, *needs],
            [
                Numbers(
                    "Right answers, means over the seeds, by the number of training images",
                    shares,
                    _share,
                    rows=[NETWORK_NAMES[each] for each in networks],
                    columns=[f"{amount:,}" for amount in run.amounts],
                ),
                *(
                    Numbers(
                        f"{NETWORK_NAMES[row.network]} with {row.images:,} images, seed by seed",
                        row.accuracy,
                        _share,
                        rows=["right answers"],
                        columns=[*map(str, row.seeds)],
                    )
                    for row in findings.measured
                    if row.network in networks
                ),
            ],
        )

    def state_facts(self, run: Examples) -> dict[str, str]:
        findings = run.findings
        seeds = [(f"{each.images:,}", each.seeds) for each in findings.measured if each.network == "convnet"]
        facts = {
            "wanted": f"{run.wanted:,}",
            "seeds": all_seeds_in_words(seeds).replace(" of ", " with "),
            "least": f"{min(run.amounts):,}",
            "most": f"{max(run.amounts):,}",
            "missing": listed(findings.missing) if findings.missing else "none",
            "conditions": findings.conditions,
        }
        for each in findings.measured:
            facts[f"{each.network} {each.images}"] = as_percent(each.mean, 1)
        for comparison in findings.comparisons:
            facts |= comparison_facts(comparison, comparison.name)
        for network in BASIC[1:]:
            reading = next((each for each in run.readings if each.network == network), None)
            facts[f"{network} needs"] = "more than were tried" if reading is None else reading_in_words(reading)
            facts[f"{network} times"] = "many" if reading is None else f"{reading.mean / run.wanted:.1f}"
        return facts


@dataclass(frozen=True)
class WorthOfExamples(Table):
    """For each number of training images, what the convnet's lead over the dense network is worth."""

    def run(self) -> Examples:
        return fewer_examples()

    def tabulate(self, run: Examples) -> list[list[Cell]]:
        """Return a row for each number of images."""
        heads = (
            "Training images",
            "Errors, convnet",
            "Errors, dense network",
            "The dense network’s errors ÷ the convnet’s",
            "Images that the dense network needs ÷ the convnet’s",
        )
        return [[Cell(head, number=True) for head in heads]] + [
            [
                Cell(f"{row.amount:,}", number=True, heading=True),
                *(Cell(value, number=True) for value in (row.convnet, row.dense, row.errors, row.images)),
            ]
            for row in _rows(run)
        ]

    def describe(self, run: Examples) -> Description:
        return Description(
            "What the convnet’s lead over the dense network with 512 units is worth, by the number of training images.",
            [
                f"With {row.amount:,} images the convnet makes {row.convnet} errors and the dense network {row.dense}, "
                f"{row.errors} times as many. To catch up it needs {row.images} times the images."
                for row in _rows(run)
            ],
        )

    def state_facts(self, run: Examples) -> dict[str, str]:
        facts = {"conditions": run.findings.conditions}
        for row in _rows(run):
            facts |= {f"{row.amount} errors": row.errors, f"{row.amount} images": row.images}
        return facts


class _Row(NamedTuple):
    """A row of the table, as it is written."""

    amount: int
    convnet: str
    dense: str
    errors: str
    images: str


def _rows(run: Examples) -> list[_Row]:
    rows = []
    for amount, needed in zip(run.amounts, run.needed, strict=True):
        convnet, dense = (1 - run.findings.of(name, amount).mean for name in ("convnet", "dense_512"))
        times = needed / amount if np.isfinite(needed) else max(run.amounts) / amount
        images = f"{times:.1f}" if np.isfinite(needed) else f"more than {times:.0f}"
        rows.append(_Row(amount, as_percent(convnet, 1), as_percent(dense, 1), f"{dense / convnet:.1f}", images))
    return rows


def apart(amounts: Sequence[int], times: float) -> list[int]:
    """Choose amounts for the ticks of a logarithmic axis, from the largest on, each so many times the one before.

    Examples
    --------
    >>> apart((100, 300, 1_000, 3_000), 5)
    [300, 3000]
    """
    chosen: list[int] = []
    for amount in sorted(amounts, reverse=True):
        if not chosen or chosen[0] >= times * amount:
            chosen.insert(0, amount)
    return chosen


def _share(share: float) -> str:
    return "–" if np.isnan(share) else as_percent(share, 1)


def _rounded(amount: float) -> str:
    """Write a number of images with two figures: more is not known."""
    return f"{float(f'{amount:.2g}'):,.0f}"


def reading_in_words(reading: Reading) -> str:
    """Write a reading with its interval."""
    if reading.over_seeds is None:
        why = f"{seeds_in_words(reading.seeds)} only" if len(reading.seeds) < 2 else "not reached with every seed"
        return f"about {_rounded(reading.mean)} images ({why})"
    low, high = map(_rounded, reading.over_seeds)
    return f"about {_rounded(reading.mean)} images (somewhere between {low} and {high})"
