"""Filters are taken out of the convnet one after the other: how many digits it still reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes

from cnnfigs.drawing import charts
from cnnfigs.drawing.layout import CLOSE, COLUMN, Piece, column
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Chart, panel
from cnnfigs.drawing.widths import TEXT
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.networks import trained_on
from cnnfigs.parameters import Whole
from cnnfigs.runs.filters.knocked_out import CONVOLUTIONS, KnockedOut, knock_out
from cnnfigs.statistics import wilson
from cnnfigs.words import as_percent, fixed

#: The share of the digits that is to be read still.
WANTED = 0.95
#: What the lines are called, and their colours and dashes.
SEARCHED, RANDOM = "the least missed first", "in orders of chance"
LOOKS = {SEARCHED: ("series-1", "-"), RANDOM: ("series-2", "--")}


@dataclass(frozen=True)
class FiltersKnockedOut(Picture):
    """How many digits the convnet reads when its filters are taken out, the least missed first and by chance."""

    orders: Annotated[int, Whole(2, 1000), "how many orders of chance"] = 20
    seed: Annotated[int, Whole(0), "seed of these orders"] = 1

    def run(self) -> KnockedOut:
        return knock_out(WANTED, self.orders, self.seed)

    def draw(self, run: KnockedOut) -> Piece:
        """Draw the share of right answers over the filters left: by the search, and the mean and range of chance."""
        total = sum(run.filters)

        def plot(axes: Axes, narrow: bool) -> None:
            shade, dashes = LOOKS[RANDOM]
            shares = 100 * run.random / run.asked
            axes.fill_between(
                run.left, shares.min(axis=0), shares.max(axis=0), color=color("padding-fill"), linewidth=0
            )
            axes.plot(
                run.left, 100 * run.means / run.asked, color=color(shade), linestyle=dashes, marker="o", markersize=4
            )
            shade, dashes = LOOKS[SEARCHED]
            shown = np.arange(total, -1, -4 if narrow else -2)  # more would make the page heavy, and not be seen
            axes.plot(shown, 100 * run.searched[shown] / run.asked, color=color(shade), linestyle=dashes)
            place = run.fewest, 100 * run.searched[run.fewest] / run.asked
            axes.plot(*place, "o", color=color(shade), markersize=7)
            axes.annotate(
                f"{run.fewest} filters",
                place,
                xytext=(8, 8),
                textcoords="offset points",
                ha="left",
                va="center_baseline",
                color=color(shade),
                fontsize=TEXT,
            )
            axes.axhline(100 * WANTED, color=color("muted"), linewidth=1, linestyle=":")
            axes.set(xlim=(total + 2, -2), ylim=(0, 101))
            axes.set_xlabel("filters left")
            axes.set_xticks([*range(0, total, 64 if narrow else 32), total])
            charts.plain(axes)

        return panel(
            f"right of {run.asked} digits, %", column(charts.key(LOOKS), Chart(plot, COLUMN, 320, 240), gap=CLOSE)
        )

    def describe(self, run: KnockedOut) -> Description:
        total = sum(run.filters)
        middle = len(run.left) // 2
        lines = [run.searched[run.left], run.means, run.random.min(axis=0), run.random.max(axis=0)]
        return Description(
            f"Filters are taken out of the convnet. In an order that was searched {run.fewest} of {total} are enough "
            f"for {as_percent(WANTED)}; in orders of chance it takes {run.fewest_by_chance}.",
            [
                f"With all {total} filters the convnet reads {self._share(run, total)} of {run.asked} digits.",
                "Taken out in the order that was searched, the line stays high until few are left: with "
                f"{run.fewest} it is at {self._share(run, run.fewest)}, where a dot is.",
                f"In {len(run.random)} orders of chance the mean is {as_percent(run.means[0] / run.asked)} with "
                f"{run.left[0]} filters left, and {as_percent(run.means[middle] / run.asked)} with {run.left[middle]}; "
                "a pale band spans from the worst of these orders to the best.",
            ],
            [
                Numbers(
                    f"Right of {run.asked} digits, %",
                    [100 * line / run.asked for line in lines],
                    fixed,
                    [SEARCHED, f"{RANDOM}, mean", f"{RANDOM}, least", f"{RANDOM}, most"],
                    [f"{count} filters" for count in run.left],
                )
            ],
        )

    def state_facts(self, run: KnockedOut) -> dict[str, str]:
        total = sum(run.filters)
        near = run.nearest
        best = int(run.searched.argmax())
        low, high = wilson(int(run.searched[run.fewest]), run.asked)
        return {
            "filters": str(total),
            "asked": str(run.asked),
            "wanted": as_percent(WANTED),
            "enough": str(run.wanted),
            "orders": str(len(run.random)),
            "all": self._share(run, total),
            "best left": str(best),
            "best share": self._share(run, best),
            "fewest": str(run.fewest),
            "fewest share": self._share(run, run.fewest),
            "fewest interval": f"{fixed(100 * low)} to {as_percent(high, 1)}",
            "others": f"{run.others:,}",
            "fewest of others": as_percent(run.right_of_others / run.others, 1),
            "random fewest": str(run.fewest_by_chance),
            "random left": str(run.left[near]),
            "random mean": as_percent(run.means[near] / run.asked),
            "random least": as_percent(run.random[:, near].min() / run.asked),
            "random most": as_percent(run.random[:, near].max() / run.asked),
            "all halves": as_percent(run.all_halves / run.asked),
            "alone least": as_percent(run.alone.min() / run.asked, 1),
            "trained": trained_on("convnet"),
            **{f"{name} left": str(count) for name, count in zip(CONVOLUTIONS, run.fewest_by_convolution, strict=True)},
            **{
                f"{name} half": as_percent(half / run.asked)
                for name, half in zip(CONVOLUTIONS, run.halves, strict=True)
            },
            **{f"{name} filters": str(count) for name, count in zip(CONVOLUTIONS, run.filters, strict=True)},
        }

    def _share(self, run: KnockedOut, left: int) -> str:
        return as_percent(run.searched[left] / run.asked, 1)
