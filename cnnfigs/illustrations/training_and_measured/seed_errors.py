"""The networks' errors as means over several trainings, and where the one that the pages show stands among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.drawing.palette import color
from cnnfigs.drawing.style import NORMAL, SMALL, chart
from cnnfigs.drawing.tables import Cell
from cnnfigs.experiments.findings import against_dense
from cnnfigs.illustrations.base import Picture, Table
from cnnfigs.illustrations.training_and_measured.measuring import seeds_told
from cnnfigs.models.weights import record
from cnnfigs.words import as_percent

SHOWN = "convnet"


@dataclass(frozen=True)
class Trained:
    """One network, trained by the tutorial's recipe with several seeds.

    Attributes
    ----------
    network
        Its name.
    parameters
        How many it has.
    asked
        How many test images each training was asked about.
    seeds
        The seeds.
    errors
        Wrong answers in a thousand, shape (seeds,).
    low, high
        Ends of the 95 % Wilson interval of each, in a thousand, shape (seeds,).
    shown
        The seed of the training whose weights the pages show.
    """

    network: str
    parameters: int
    asked: int
    seeds: tuple[int, ...]
    errors: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    shown: int

    @property
    def mean(self) -> float:
        """The mean over the seeds."""
        return float(self.errors.mean())

    @property
    def of_shown(self) -> float:
        """Errors in a thousand of the training that the pages show."""
        return float(self.errors[self.seeds.index(self.shown)])

    @property
    def of_shown_interval(self) -> tuple[float, float]:
        """Its 95 % Wilson interval, in a thousand."""
        at = self.seeds.index(self.shown)
        return float(self.low[at]), float(self.high[at])

    @property
    def place(self) -> str:
        """Where the training that the pages show stands among all."""
        better = int((self.errors < self.of_shown).sum())
        worse = int((self.errors > self.of_shown).sum())
        whole = len(self.seeds)
        if not better:
            return f"the best of {whole}"
        if not worse:
            return f"the worst of {whole}"
        return f"better than {worse} of the {whole - 1} others"


@dataclass(frozen=True)
class Trainings:
    """All trainings of some networks, the convnet first, and what they were trained on and asked about."""

    networks: tuple[Trained, ...]
    conditions: str

    def of(self, network: str) -> Trained:
        """Return those of one network."""
        return next(each for each in self.networks if each.network == network)


def trainings() -> Trainings:
    """Read the records of the experiment that compares the convnet with dense networks."""
    findings = against_dense().findings
    found = [
        Trained(
            network=each.network,
            parameters=each.parameters,
            asked=each.test_images,
            seeds=each.seeds,
            errors=1000 * (1 - each.accuracy),
            low=1000 * (1 - each.high),
            high=1000 * (1 - each.low),
            shown=record(each.network)["recipe"]["seed"],
        )
        for each in findings.measured
    ]
    return Trainings(tuple(found), findings.conditions)


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
            f"{each.network} seeds": seeds_told(each.seeds),
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
        """Read the records."""
        return trainings()

    def tabulate(self, run: Trainings) -> list[list[Cell]]:
        """Give a row for each network."""
        heads = ("Parameters", "Trainings", "Right, mean", "Errors in a thousand, mean", "from best to worst")
        rows = [[Cell("Network"), *(Cell(head, number=True) for head in heads)]]
        for each in run.networks:
            values = (
                f"{each.parameters:,}",
                str(len(each.seeds)),
                as_percent(1 - each.mean / 1000, 2),
                f"{each.mean:.1f}",
                _spread(each),
            )
            rows.append([Cell(each.network, heading=True), *(Cell(value, number=True) for value in values)])
        return rows

    def describe(self, run: Trainings) -> str:
        """Give the mean and the spread of each network."""
        told = "; ".join(f"{each.network} {each.mean:.1f}, from {_spread(each)}" for each in run.networks)
        convnet = run.of(SHOWN)
        return f"""Errors in a thousand of {convnet.asked:,} test images, as means over {len(convnet.seeds)} trainings
            that differ in their seed: {told}; with the number of parameters, and the share of right answers."""

    def state_facts(self, run: Trainings) -> dict[str, str]:
        """Give mean, spread and parameters of each network, and the training that is shown."""
        return _state_facts(run)


@dataclass(frozen=True)
class SeedIntervals(Picture):
    """The errors of each training of the convnet, with what the test images leave open, and their mean."""

    def run(self) -> Trainings:
        """Read the records."""
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
        axes.tick_params(labelsize=SMALL, length=3)
        axes.tick_params(axis="y", length=0, labelsize=NORMAL)
        axes.grid(axis="x", color=color("padding-fill"), linewidth=1)
        axes.set_axisbelow(True)
        return figure

    def describe(self, run: Trainings) -> str:
        """Give the errors of each training with the interval."""
        each = run.of(SHOWN)
        told = "; ".join(
            f"seed {seed} {errors:.1f}, between {low:.1f} and {high:.1f}"
            for seed, errors, low, high in zip(each.seeds, each.errors, each.low, each.high, strict=True)
        )
        return f"""A row for each training of the {each.network}, with a dot for its errors in a thousand test images
            and a bar for the 95 % Wilson interval: {told}. A dashed line marks their mean, {each.mean:.1f}; a ring
            marks seed {each.shown}, {each.place}, which the pages show."""

    def state_facts(self, run: Trainings) -> dict[str, str]:
        """Give mean, spread and parameters of each network, and the training that is shown."""
        return _state_facts(run)
