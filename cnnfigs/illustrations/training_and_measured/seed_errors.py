"""The networks' errors as means over several trainings, and where the one that the pages show stands among them."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from cnnfigs.drawing.charts import plain
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.style import NORMAL, SMALL, chart
from cnnfigs.drawing.tables import Cell, number_table
from cnnfigs.experiments.trainings import Trained, Trainings, trainings
from cnnfigs.illustrations.base import Picture, Table
from cnnfigs.illustrations.training_and_measured.measuring import seeds_in_words
from cnnfigs.words import as_percent

SHOWN = "convnet"


def _spread(each: Trained) -> str:
    return f"{each.errors.min():.1f} to {each.errors.max():.1f}"


def _state_facts(run: Trainings) -> dict[str, str]:
    convnet = run.of(SHOWN)
    facts = {"images": f"{convnet.asked:,}", "trainings": str(len(convnet.seeds)), "conditions": run.conditions}
    for each in run.networks:
        facts |= {
            f"{each.network} in a thousand": f"{each.mean:.1f}",
            f"{each.network} range": _spread(each),
            f"{each.network} accuracy": as_percent(1 - each.mean / 1000, 2),
            f"{each.network} parameters": f"{each.parameters:,}",
            f"{each.network} seeds": seeds_in_words(each.seeds),
            f"{each.network} seed": str(each.shown),
            f"{each.network} shown": f"{each.of_shown:.1f}",
            f"{each.network} place": each.place,
            f"{each.network} low": f"{each.of_shown_interval[0]:.1f}",
            f"{each.network} high": f"{each.of_shown_interval[1]:.1f}",
        }
        if each.network != SHOWN:
            both = sorted({*each.seeds} & {*convnet.seeds})
            shares = [convnet.errors[convnet.seeds.index(s)] / each.errors[each.seeds.index(s)] for s in both]
            facts[f"{each.network} share"] = as_percent(convnet.mean / each.mean)
            facts[f"{each.network} shares"] = f"{100 * min(shares):.0f} to {as_percent(max(shares))}"
    return facts


@dataclass(frozen=True)
class SeedErrors(Table):
    """What each network gets wrong of the test images, as a mean over several trainings, with its spread."""

    def run(self) -> Trainings:
        return trainings()

    def tabulate(self, run: Trainings) -> list[list[Cell]]:
        """Return a row for each network."""
        heads = (
            "Network",
            "Parameters",
            "Trainings",
            "Right, mean",
            "Errors in a thousand, mean",
            "from best to worst",
        )
        rows = (
            (
                each.network,
                f"{each.parameters:,}",
                str(len(each.seeds)),
                as_percent(1 - each.mean / 1000, 2),
                f"{each.mean:.1f}",
                _spread(each),
            )
            for each in run.networks
        )
        return number_table(heads, rows)

    def describe(self, run: Trainings) -> str:
        networks = "; ".join(f"{each.network} {each.mean:.1f}, from {_spread(each)}" for each in run.networks)
        convnet = run.of(SHOWN)
        return f"""Errors in a thousand of {convnet.asked:,} test images, as means over {len(convnet.seeds)} trainings
            that differ in their seed: {networks}; with the number of parameters, and the share of right answers."""

    def state_facts(self, run: Trainings) -> dict[str, str]:
        return _state_facts(run)


@dataclass(frozen=True)
class SeedIntervals(Picture):
    """The errors of each training of the convnet, with what the test images leave open, and their mean."""

    def run(self) -> Trainings:
        return trainings()

    def draw(self, run: Trainings) -> Figure:
        """Draw a dot and a bar for each training, a ring around the one that is shown, and the mean."""
        each = run.of(SHOWN)
        rows = range(len(each.seeds))
        figure, axes = chart(400, 92 + 34 * len(rows), left=64, right=16)
        shade = color("series-1")
        axes.plot([each.mean] * 2, [-0.5, len(rows) - 0.4], color=color("muted"), linestyle="dashed", linewidth=1.5)
        axes.text(each.mean, -0.75, f"mean {each.mean:.1f}", ha="center", va="center_baseline", fontsize=SMALL)
        for row, (seed, errors) in enumerate(zip(each.seeds, each.errors, strict=True)):
            axes.plot([each.low[row], each.high[row]], [row, row], color=shade, linewidth=4, solid_capstyle="butt")
            axes.plot([errors], [row], "o", color=shade, markersize=10, markeredgecolor=color("background"))
            axes.text(each.high[row] + 0.25, row, f"{errors:.1f}", va="center_baseline", fontsize=NORMAL)
            if seed == each.shown:
                accent = color("accent")
                ring = axes.plot([errors], [row], "o", markersize=17, markerfacecolor="none", markeredgecolor=accent)
                ring[0].set_markeredgewidth(2)
        axes.set_yticks(rows, [f"seed {seed}" for seed in each.seeds], fontsize=NORMAL)
        axes.set_ylim(len(rows) - 0.4, -1.1)
        axes.set_xlim(0, 1.12 * each.high.max())
        axes.set_xlabel("errors in a thousand test images", fontsize=NORMAL)
        plain(axes, rows=True)
        return figure

    def describe(self, run: Trainings) -> str:
        each = run.of(SHOWN)
        seeds = "; ".join(
            f"seed {seed} {errors:.1f}, between {low:.1f} and {high:.1f}"
            for seed, errors, low, high in zip(each.seeds, each.errors, each.low, each.high, strict=True)
        )
        return f"""A row for each training of the {each.network}, with a dot for its errors in a thousand test images
            and a bar for the 95 % Wilson interval: {seeds}. A dashed line marks their mean, {each.mean:.1f}; a ring
            marks seed {each.shown}, {each.place}, which the pages show."""

    def state_facts(self, run: Trainings) -> dict[str, str]:
        return _state_facts(run)
