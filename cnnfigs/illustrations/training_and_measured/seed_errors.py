"""The networks' errors as means over several trainings, and where the one that the pages show stands among them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from matplotlib.axes import Axes

from cnnfigs.drawing.charts import named_rows, plain
from cnnfigs.drawing.layout import Piece
from cnnfigs.drawing.networks import network_look
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Chart, panel
from cnnfigs.drawing.tables import Cell, number_table
from cnnfigs.experiments.trainings import Trained, Trainings, trainings
from cnnfigs.illustrations.base import Picture, Table
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.networks import NETWORK_NAMES
from cnnfigs.illustrations.training_and_measured.measuring import seeds_in_words
from cnnfigs.words import as_percent

SHOWN = "convnet"


def _spread(each: Trained) -> str:
    return f"{each.errors.min():.1f} to {each.errors.max():.1f}"


def _unbroken(text: str) -> str:
    return text.replace(" ", "\N{NO-BREAK SPACE}")


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
            f"{each.network} conditions": each.conditions,
            f"{each.network} seed": str(each.shown),
            f"{each.network} shown": f"{each.of_shown:.1f}",
            f"{each.network} shown accuracy": as_percent(1 - each.of_shown / 1000, 2),
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
            "From best to worst",
        )
        rows = (
            (
                _unbroken(NETWORK_NAMES[each.network]),
                f"{each.parameters:,}",
                str(len(each.seeds)),
                as_percent(1 - each.mean / 1000, 2),
                f"{each.mean:.1f}",
                _unbroken(_spread(each)),
            )
            for each in run.networks
        )
        return number_table(heads, rows)

    def describe(self, run: Trainings) -> Description:
        convnet = run.of(SHOWN)
        return Description(
            f"Errors in a thousand of {convnet.asked:,} test images, as means over trainings of each network that "
            "differ in their seed.",
            [
                f"{NETWORK_NAMES[each.network]}: {each.mean:.1f}, from {_spread(each)}, over {len(each.seeds)} "
                f"trainings; {each.parameters:,} parameters."
                for each in run.networks
            ],
        )

    def state_facts(self, run: Trainings) -> dict[str, str]:
        return _state_facts(run)


@dataclass(frozen=True)
class SeedIntervals(Picture):
    """The errors of each training of the convnet, with what the test images leave open, and their mean."""

    def run(self) -> Trainings:
        return trainings()

    def draw(self, run: Trainings) -> Piece:
        """Draw a dot and a bar for each training, a ring around the one that is shown, and the mean."""
        each = run.of(SHOWN)
        rows = len(each.seeds)
        chart = Chart(partial(_plot, each), 560, 40 + 34 * rows, narrow_height=60 + 52 * rows)
        ring = f"bar: 95 % interval; ring: seed {each.shown}, which the pages show"
        return panel("errors in a thousand test images", chart, ring)

    def describe(self, run: Trainings) -> Description:
        each = run.of(SHOWN)
        return Description(
            f"Errors of {len(each.seeds)} trainings of the {NETWORK_NAMES[each.network]}, in a thousand test images: "
            f"they differ by chance around their mean, {each.mean:.1f}.",
            [
                "A row for each training has a dot for its errors and a bar for the 95 % Wilson interval.",
                f"A dashed line marks the mean, {each.mean:.1f}.",
                f"A ring marks seed {each.shown}, {each.place}, which the pages show.",
            ],
            [
                Numbers(
                    "Errors in a thousand",
                    list(zip(each.errors, each.low, each.high, strict=True)),
                    "{:.1f}".format,
                    rows=[f"seed {seed}" for seed in each.seeds],
                    columns=["errors", "from", "to"],
                )
            ],
        )

    def state_facts(self, run: Trainings) -> dict[str, str]:
        return _state_facts(run)


def _plot(each: Trained, axes: Axes, narrow: bool) -> None:
    rows, shade = range(len(each.seeds)), color(network_look(each.network).color)
    axes.axvline(each.mean, color=color("muted"), linestyle="dashed", linewidth=1.5)
    for row, (errors, low, high) in enumerate(zip(each.errors, each.low, each.high, strict=True)):
        axes.plot([low, high], [row, row], color=shade, linewidth=4, solid_capstyle="butt")
        axes.plot([errors], [row], "o", color=shade, markersize=10, markeredgecolor=color("background"))
    shown = each.seeds.index(each.shown)
    axes.plot(
        [each.errors[shown]],
        [shown],
        "o",
        markersize=17,
        markerfacecolor="none",
        markeredgecolor=color("accent"),
        markeredgewidth=2,
    )
    axes.set_ylim(len(rows) - 0.4, -0.8 if narrow else -0.6)
    axes.set_xlim(0, 1.05 * each.high.max())
    axes.annotate(
        f"mean {each.mean:.1f}",
        (each.mean, 1),
        xycoords=axes.get_xaxis_transform(),
        xytext=(0, 4),
        textcoords="offset points",
        ha="center",
        va="bottom",
        color=color("muted"),
    )
    plain(axes)
    names = [f"seed {seed}" for seed in each.seeds]
    named_rows(axes, rows, names, [f"{errors:.1f}" for errors in each.errors], narrow=narrow)
