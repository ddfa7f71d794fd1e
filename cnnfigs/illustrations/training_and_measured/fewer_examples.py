"""Experiment: how good networks become with few examples, and how many a dense network needs to catch up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from cnnfigs.drawing.charts import labels_at_end, plain, seed_dots
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.style import NORMAL, chart
from cnnfigs.drawing.tables import Cell
from cnnfigs.experiments.catalog import AMOUNTS, BASIC
from cnnfigs.experiments.findings import Examples, Reading, fewer_examples
from cnnfigs.illustrations.base import Picture, Table
from cnnfigs.illustrations.training_and_measured.measuring import (
    LOOKS,
    all_seeds_in_words,
    comparison_facts,
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

    def draw(self, run: Examples) -> Figure:
        """Draw a line for each network through the means, dots for the seeds, and the mark."""
        made, axes = chart(642, 380, left=56, right=118)
        ends, looks = {}, {}
        for network in BASIC:
            rows = [each for each in run.findings.measured if each.network == network]
            if not rows:
                continue
            shade, dashes = LOOKS[network]
            amounts = [each.images for each in rows]
            axes.plot(amounts, [100 * each.mean for each in rows], color=color(shade), linestyle=dashes)
            for each in rows:
                seed_dots(axes, np.full(len(each.seeds), each.images), 100 * each.accuracy, shade, 5)
            ends[network], looks[network] = 100 * rows[-1].mean, LOOKS[network]
        mark = run.findings.of("convnet", run.wanted)
        reading = next(iter(run.readings), None)
        low = min(float(each.accuracy.min()) for each in run.findings.measured)
        bottom = 100 * low - 0.12 * (100 - 100 * low)
        if reading is not None:
            height = 100 * mark.mean
            axes.plot([run.wanted, reading.mean], [height, height], color=color("accent"), linewidth=1.5)
            axes.plot([reading.mean] * 2, [bottom, height], color=color("accent"), linewidth=1.5, linestyle=(0, (4, 3)))
            axes.plot([run.wanted] * 2, [bottom, height], color=color("accent"), linewidth=1.5, linestyle=(0, (4, 3)))
            axes.plot([reading.mean], [height], ">", color=color("accent"), markersize=9)
        if reading is not None:
            for amount, align in ((run.wanted, "right"), (reading.mean, "left")):
                shift = {"right": 0.94, "left": 1.06}[align]
                axes.text(
                    amount * shift,
                    bottom + 0.02 * (100 - bottom) + 0.6,
                    _rounded(amount),
                    ha=align,
                    va="bottom",
                    color=color("accent"),
                    fontsize=NORMAL,
                    weight="bold",
                )
        axes.set_xscale("log")
        axes.set_xticks(run.amounts, [f"{amount:,}" for amount in run.amounts])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlim(0.82 * min(run.amounts), 1.1 * max(run.amounts))
        axes.set_ylim(bottom, 100)
        axes.set_xlabel("training images", fontsize=NORMAL)
        axes.set_ylabel("right answers, %", fontsize=NORMAL)
        plain(axes)
        labels_at_end(axes, 1.2 * max(run.amounts), ends, looks, 0.05 * (100 - bottom))
        return made

    def describe(self, run: Examples) -> str:
        lines = []
        for network in BASIC:
            rows = [each for each in run.findings.measured if each.network == network]
            shares = ", ".join(f"{as_percent(each.mean, 1)} with {each.images:,}" for each in rows)
            if shares:
                lines.append(f"{network} {shares}")
        readings = " ".join(
            f"To be as good as the convnet with {run.wanted:,}, {each.network} needs {reading_in_words(each)}."
            for each in run.readings
        )
        return f"""Right answers by the number of training images, which grows from {min(run.amounts):,} to
            {max(run.amounts):,}; a line through the means, dots for the seeds. {"; ".join(lines)}. {readings}"""

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
            "Errors, dense_512",
            "dense_512’s errors ÷ the convnet’s",
            "Images that dense_512 needs ÷ the convnet’s",
        )
        return [[Cell(head, number=True) for head in heads]] + [
            [
                Cell(f"{row.amount:,}", number=True, heading=True),
                *(Cell(value, number=True) for value in (row.convnet, row.dense, row.errors, row.images)),
            ]
            for row in _rows(run)
        ]

    def describe(self, run: Examples) -> str:
        rows = "; ".join(
            f"with {row.amount:,} images {row.convnet} errors against {row.dense}, {row.errors} times as many, and "
            f"dense_512 needs {row.images} times the images"
            for row in _rows(run)
        )
        return f"What the convnet’s lead over dense_512 is worth, by the number of training images: {rows}."

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


def _rounded(amount: float) -> str:
    """Write a number of images with two figures: more is not known."""
    return f"{float(f'{amount:.2g}'):,.0f}"


def reading_in_words(reading: Reading) -> str:
    """Write a reading with its interval."""
    if reading.over_seeds is None:
        why = f"{seeds_in_words(reading.seeds)} only" if len(reading.seeds) < 2 else "not reached with every seed"
        return f"about {_rounded(reading.mean)} images ({why})"
    low, high = map(_rounded, reading.over_seeds)
    return f"about {_rounded(reading.mean)} images ({low} to {high}, a 95 % interval for the geometric mean over seeds)"
