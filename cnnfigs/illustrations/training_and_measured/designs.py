"""Experiment: small designs, what they cost and how many digits they read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullLocator
from numpy.typing import ArrayLike, NDArray

from cnnfigs.drawing.charts import plain
from cnnfigs.drawing.layout import COLUMN, Piece
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Chart, panel
from cnnfigs.experiments.designed import CHALLENGES, FEW_PARAMETERS, WANTED, Designs, Reached, designs
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.parameters import Choice
from cnnfigs.statistics import wilson
from cnnfigs.words import as_percent, counted, fixed

#: What each cost is called.
COST_NAMES: Mapping[str, str] = MappingProxyType({"parameters": "parameters", "multiply_adds": "multiply-adds"})
#: Designs that pages speak of: two blocks without and with pooling, and with another end.
SPOKEN_OF = ("8k3-8k3", "8k3p-8k3p", "8k3p-8k3p-global_max", "8k5-8k5-dense_32", "8k5-8k5-global_max")
#: Shares of right answers that ticks tell.
_TICKS = (0.2, 0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99)


@dataclass(frozen=True)
class SmallDesigns(Picture):
    """Small convnets of many designs: what each costs, how many digits it reads, and the best for each cost."""

    cost: Annotated[str, Choice("parameters", "multiply_adds"), "what is counted"] = "parameters"

    def run(self) -> Designs:
        return designs()

    def draw(self, run: Designs) -> Piece:
        """Draw a dot for each design, and a line through the best."""

        def plot(axes: Axes, narrow: bool) -> None:
            self._plot(run, axes)

        return panel("right answers, %", Chart(plot, COLUMN, 380, narrow_height=320))

    def _plot(self, run: Designs, axes: Axes) -> None:
        front = run.front(self.cost)
        others = [each for each in run.reached if each not in front]
        inside, edge = color("background"), color("muted")
        axes.plot(*self._places(run, others), "o", markersize=4, markerfacecolor=inside, markeredgecolor=edge)
        axes.plot(*self._places(run, front), "o", markersize=6, color=color("series-1"))
        costs, heights = self._places(run, front)
        most = max(getattr(each, self.cost) for each in run.reached)
        axes.step([*costs, most], [*heights, heights[-1]], where="post", color=color("series-1"), linewidth=1.5)
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.xaxis.set_minor_locator(NullLocator())
        low, high = (float(end([each.home for each in run.reached])) / run.asked for end in (min, max))
        ticks = [share for share in _TICKS if low <= share <= high]
        axes.set_yticks(_height(ticks), [fixed(100 * share, 0) for share in ticks])
        axes.set_xlabel(COST_NAMES[self.cost])
        plain(axes)

    def _places(self, run: Designs, some: Sequence[Reached]) -> tuple[list[int], NDArray[np.float64]]:
        return [getattr(each, self.cost) for each in some], _height([each.home / run.asked for each in some])

    def describe(self, run: Designs) -> Description:
        front = run.front(self.cost)
        name = COST_NAMES[self.cost]
        return Description(
            f"{len(run.reached)} small convnets by their {name}, and the share of digits that each reads: the best for "
            "each cost rise quickly, then slowly.",
            [
                f"A dot is a design; {counted(len(front), 'filled dot')} are those to which no other is as cheap and "
                "better. A line goes through them in steps.",
                f"The cheapest of these has {getattr(front[0], self.cost):,} {name} and reads "
                f"{_share(front[0].home, run)}; the dearest has {getattr(front[-1], self.cost):,} and reads "
                f"{_share(front[-1].home, run)}.",
            ],
            [
                Numbers(
                    "The best for their costs: right answers, %",
                    [100 * each.home / run.asked for each in front],
                    fixed,
                    ["right answers, %"],
                    [f"{getattr(each, self.cost):,} {name}" for each in front],
                )
            ],
        )

    def state_facts(self, run: Designs) -> dict[str, str]:
        front = run.front(self.cost)
        facts = {
            "designs": str(len(run.reached)),
            "conditions": run.conditions,
            "asked": f"{run.asked:,}",
            "best": str(len(front)),
            "cheapest": f"{getattr(front[0], self.cost):,}",
            "cheapest share": _share(front[0].home, run),
            "dearest": f"{getattr(front[-1], self.cost):,}",
            "dearest share": _share(front[-1].home, run),
            "few parameters": f"{FEW_PARAMETERS:,}",
            "wanted": as_percent(WANTED),
        }
        for name, challenge in CHALLENGES.items():
            par = run.par(challenge)
            low, high = wilson(par.home, run.asked)
            facts |= {
                f"{name} words": challenge.words,
                f"{name} parameters": f"{par.parameters:,}",
                f"{name} multiply-adds": f"{par.multiply_adds:,}",
                f"{name} home": _share(par.home, run),
                f"{name} interval": f"{fixed(100 * low)} to {as_percent(high, 1)}",
                f"{name} moved": _share(par.moved, run),
            }
        for each in run.reached:
            if str(each.design) in SPOKEN_OF:
                facts |= {
                    f"{each.design} parameters": f"{each.parameters:,}",
                    f"{each.design} home": _share(each.home, run),
                    f"{each.design} moved": _share(each.moved, run),
                }
        return facts


def _height(shares: ArrayLike) -> NDArray[np.float64]:
    """Return where shares stand: equal steps for errors that halve."""
    return -np.log(1 - np.asarray(shares, dtype=np.float64))


def _share(right: int, run: Designs) -> str:
    return as_percent(right / run.asked, 1)
