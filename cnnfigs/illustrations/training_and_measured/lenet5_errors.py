"""Experiment: how many errors LeNet-5 makes, trained here with several seeds, against what its paper reports."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cnnfigs.drawing.charts import named_rows, plain, seed_dots
from cnnfigs.drawing.layout import Piece
from cnnfigs.drawing.networks import network_look
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Chart, panel
from cnnfigs.experiments.comparisons import Pair
from cnnfigs.experiments.findings import LeNet5Errors, lenet5_errors
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.training_and_measured.measuring import compared, interval, points, seeds_in_words, way
from cnnfigs.models.training import RECIPE
from cnnfigs.words import as_percent

#: What the rows are called, by network.
PAPER, NAMES = "LeNet-5, paper", {"lenet5": "LeNet-5, here", "convnet": "convnet, here"}


@dataclass(frozen=True)
class LeNet5Seeds(Picture):
    """Errors of LeNet-5 with several seeds, beside the count of its paper and the errors of the convnet."""

    def run(self) -> LeNet5Errors:
        return lenet5_errors()

    def draw(self, run: LeNet5Errors) -> Piece:
        """Draw the paper's count with its interval, and for each network its seeds, their mean and its interval."""
        rows = 1 + len(run.findings.measured)
        return panel(
            "errors in a thousand test images",
            Chart(partial(_plot, run), 620, 40 + 54 * rows, narrow_height=40 + 70 * rows),
            "large dot: count or mean; bar: its 95 % interval; open dots: the seeds",
        )

    def describe(self, run: LeNet5Errors) -> Description:
        measured = run.findings.measured
        means = "; ".join(f"{NAMES[each.network]} {_thousand(1 - each.mean)}" for each in measured)
        bounds = [(run.paper.share, run.paper.low, run.paper.high)]
        bounds += [
            (1 - each.mean, *(around or (np.nan, np.nan))) for each, around in zip(measured, run.around, strict=True)
        ]
        return Description(
            f"Errors in a thousand test images: the paper of LeNet-5 {_thousand(run.paper.share)}; {means}.",
            [
                "A row for the paper and one for each network trained here. Large dots are the paper’s count and our "
                "means, bars their 95 % intervals, small open dots the seeds.",
                f"{PAPER}: {_thousand(run.paper.share)}{_between((run.paper.low, run.paper.high))}.",
                *(
                    f"{NAMES[each.network]}, {seeds_in_words(each.seeds)}: "
                    f"{', '.join(_thousand(1 - share) for share in each.accuracy)}; mean "
                    f"{_thousand(1 - each.mean)}{_between(around)}."
                    for each, around in zip(measured, run.around, strict=True)
                ),
            ],
            [
                Numbers(
                    "Errors in a thousand",
                    bounds,
                    lambda share: "–" if np.isnan(share) else _thousand(share),
                    rows=[PAPER, *(NAMES[each.network] for each in measured)],
                    columns=["count or mean", "from", "to"],
                )
            ],
        )

    def state_facts(self, run: LeNet5Errors) -> dict[str, str]:
        lenet5 = run.findings.of("lenet5")
        errors = np.rint(lenet5.test_images * (1 - lenet5.accuracy)).astype(int)
        shown = errors[lenet5.seeds.index(RECIPE.seed)]
        facts = {
            "paper": as_percent(run.paper.share, 2),
            "paper errors": str(run.paper.errors),
            "paper low": as_percent(run.paper.low, 2),
            "paper high": as_percent(run.paper.high, 2),
            "images": f"{lenet5.test_images:,}",
            "fewest": str(errors.min()),
            "most": str(errors.max()),
            "errors": f"{lenet5.test_images * (1 - lenet5.mean):.0f}",
            "seeds": seeds_in_words(lenet5.seeds),
            "trainings": str(len(errors)),
            "shown seed": str(RECIPE.seed),
            "shown errors": str(shown),
            "shown place": _place(errors, int(shown)),
            "passes": str(RECIPE.epochs),
            "cut off": str(run.cut_off),
            "behind": points(run.behind, 2),
            "conditions": run.findings.conditions,
            "conclusion": conclusion(run),
        }
        for each, around in zip(run.findings.measured, run.around, strict=True):
            facts[f"{each.network} mean"] = as_percent(1 - each.mean, 2)
            facts[f"{each.network} least"] = as_percent(1 - float(each.accuracy.max()), 2)
            facts[f"{each.network} most"] = as_percent(1 - float(each.accuracy.min()), 2)
            facts[f"{each.network} parameters"] = f"{each.parameters:,}"
            if around is not None:
                facts[f"{each.network} low"], facts[f"{each.network} high"] = (as_percent(end, 2) for end in around)
        for comparison in run.findings.comparisons:
            facts[f"{comparison.name} compared"] = compared(comparison, 2)
            facts[f"{comparison.name} said"] = way(comparison, "ahead", "behind", "too close to call")
        return facts


def _place(errors: NDArray[np.int64], shown: int) -> str:
    """Say where one training stands among its sisters."""
    fewer, more = int((errors < shown).sum()), int((errors > shown).sum())
    if not fewer:
        return f"the best of the {len(errors)}"
    return f"the worst of the {len(errors)}" if not more else f"one with {fewer} better and {more} worse sisters"


def conclusion(run: LeNet5Errors) -> str:
    """Say what follows from the difference to the paper, and what does not."""
    if run.behind_interval is None:
        return "So few trainings cannot say whether that is more than chance."
    low, high = run.behind_interval
    begun = f"Other images and other seeds would leave open anything from {interval(run.behind_interval, 2)} points. "
    assumed = " How much the seed mattered in the paper, nobody knows; here it is taken to matter as much as ours."
    if low <= 0 <= high:
        said = "So it may be chance: it does not follow that our training is worse, nor that it is not."
        return begun + said + assumed
    return (
        f"{begun}So chance alone hardly explains that ours makes {'more' if low > 0 else 'fewer'} errors. "
        "The architecture does not make the result by itself: how it is trained is a part of it, and our training "
        "was different. Which "
        f"of the last rows of the table makes the difference, we have not measured.{assumed}"
    )


def _plot(run: LeNet5Errors, axes: Axes, narrow: bool) -> None:
    measured = run.findings.measured
    rows: list[tuple[float, Pair | None, str]] = [(run.paper.share, (run.paper.low, run.paper.high), "muted")]
    rows += [
        (1 - each.mean, around, network_look(each.network).color)
        for each, around in zip(measured, run.around, strict=True)
    ]
    for row, (share, around, shade) in enumerate(rows):
        if around is not None:
            axes.plot(1000 * np.array(around), [row, row], color=color(shade), linewidth=4, solid_capstyle="butt")
        axes.plot([1000 * share], [row], "o", color=color(shade), markersize=11, markeredgecolor=color("background"))
    for row, each in enumerate(measured, 1):
        shade = network_look(each.network).color
        seed_dots(axes, 1000 * (1 - each.accuracy), np.full(len(each.seeds), row + 0.22), shade)
    axes.set_ylim(len(rows) - 0.55, -0.7 if narrow else -0.45)
    axes.set_xlim(0, 1.05 * axes.get_xlim()[1])
    plain(axes)
    names = [PAPER, *(NAMES[each.network] for each in measured)]
    named_rows(axes, range(len(rows)), names, [_thousand(share) for share, *_ in rows], narrow=narrow, above=22)


def _thousand(share: float) -> str:
    return f"{1000 * share:.1f}"


def _between(around: Pair | None) -> str:
    return "" if around is None else f", between {_thousand(around[0])} and {_thousand(around[1])}"
