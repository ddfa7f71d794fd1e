"""Experiment: how many errors LeNet-5 makes, trained here with several seeds, against what its paper reports."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.drawing.charts import plain, seed_dots
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.style import NORMAL, SMALL, chart
from cnnfigs.experiments.comparisons import Pair
from cnnfigs.experiments.findings import LeNet5Errors, lenet5_errors
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.training_and_measured.measuring import compared, interval, points, seeds_in_words, way
from cnnfigs.models.training import RECIPE
from cnnfigs.words import as_percent

#: What the rows are called, by network.
NAMES = {"lenet5": "LeNet-5, here", "convnet": "convnet, here"}


@dataclass(frozen=True)
class LeNet5Seeds(Picture):
    """Errors of LeNet-5 with several seeds, beside the count of its paper and the errors of the convnet."""

    def run(self) -> LeNet5Errors:
        return lenet5_errors()

    def draw(self, run: LeNet5Errors) -> Figure:
        """Draw the paper's count with its interval, and for each network its seeds, their mean and its interval."""
        measured = run.findings.measured
        figure, axes = chart(560, 66 + 62 * (1 + len(measured)), left=104, right=64)
        _row(axes, 0, run.paper.share, (run.paper.low, run.paper.high), "muted")
        notes = ["what 95 errors leave open"]
        for row, (each, around) in enumerate(zip(measured, run.around, strict=True), 1):
            shade = f"series-{row}"
            _row(axes, row, 1 - each.mean, around, shade)
            says = "where the mean of many seeds would lie" if around is not None else "too few seeds for an interval"
            notes.append(f"{says}; {seeds_in_words(each.seeds)}")
            seed_dots(axes, 1000 * (1 - each.accuracy), np.full(len(each.seeds), row + 0.24), shade, 6)
        axes.set_yticks(range(1 + len(measured)), ["LeNet-5, paper", *(NAMES[each.network] for each in measured)])
        axes.set_ylim(len(measured) + 0.5, -0.5)
        axes.set_xlim(left=float(np.floor(axes.get_xlim()[0])))
        ends = [(run.paper.low, run.paper.high)]
        ends += [around or (1 - each.mean,) * 2 for each, around in zip(measured, run.around, strict=True)]
        for row, (bar, says) in enumerate(zip(ends, notes, strict=True)):
            _tell(axes, row, 1000 * np.array(bar), says)
        axes.set_xlabel("errors in a thousand test images", fontsize=NORMAL)
        plain(axes, rows=True)
        return figure

    def describe(self, run: LeNet5Errors) -> str:
        networks = "; ".join(
            f"{NAMES[each.network]}, {seeds_in_words(each.seeds)}, "
            f"{', '.join(_thousand(1 - share) for share in each.accuracy)}, "
            f"mean {_thousand(1 - each.mean)}{_between(around)}"
            for each, around in zip(run.findings.measured, run.around, strict=True)
        )
        return f"""A row for the paper of LeNet-5 and one for each network trained here, errors in a thousand test
            images. The paper {_thousand(run.paper.share)}{_between((run.paper.low, run.paper.high))}; {networks}. Small
            open dots are the seeds, large dots the means, bars their 95 % intervals."""

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
            facts[f"{comparison.name} said"] = way(comparison, "clearly ahead", "clearly behind", "too close to call")
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
    begun = (
        "Other images, and other seeds for their network as for ours, leave open anything from "
        f"{interval(run.behind_interval, 2)} points. We do not know which images theirs missed, nor how much its seed "
        "mattered; here it is taken to matter as much as ours. "
    )
    if low <= 0 <= high:
        return begun + (
            "So chance may have made all of the difference, and it does not follow that our training is worse. Nor "
            f"does it follow that it is as good: it may also be {100 * high:.2f} points behind."
        )
    return begun + (
        f"So chance alone hardly explains that ours makes {'more' if low > 0 else 'fewer'} errors. The architecture "
        "does not make the result by itself: how it is trained is a part of it, and our training was different. Which "
        "of the last rows of the table makes the difference, we have not measured."
    )


def _tell(axes: Axes, row: int, bar: NDArray[np.float64], note: str) -> None:
    """Write above a bar what it says, from that end on from which there is more room."""
    side, end = ("left", bar[0]) if sum(bar) < sum(axes.get_xlim()) else ("right", bar[1])
    axes.text(end, row - 0.3, note, ha=side, va="center_baseline", fontsize=SMALL, color=color("muted"))


def _row(axes: Axes, row: int, share: float, around: Pair | None, shade: str) -> None:
    """Draw a mean or a count with its interval and its number."""
    if around is not None:
        axes.plot(1000 * np.array(around), [row, row], color=color(shade), linewidth=4, solid_capstyle="butt")
    axes.plot([1000 * share], [row], "o", color=color(shade), markersize=11, markeredgecolor=color("background"))
    axes.text(1.02, row, _thousand(share), va="center_baseline", fontsize=NORMAL, transform=axes.get_yaxis_transform())


def _thousand(share: float) -> str:
    return f"{1000 * share:.1f}"


def _between(around: Pair | None) -> str:
    return "" if around is None else f", between {_thousand(around[0])} and {_thousand(around[1])}"
