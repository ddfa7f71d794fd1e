"""The networks' errors on the test images: as a table, and with what such a count can tell."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from cnnfigs.drawing.palette import color, series_colors
from cnnfigs.drawing.style import NORMAL, SMALL, chart
from cnnfigs.drawing.tables import Cell
from cnnfigs.illustrations.base import Picture, Table, require
from cnnfigs.illustrations.networks import as_percent
from cnnfigs.models.networks import NETWORKS
from cnnfigs.runs.comparison import Comparison, compare

ALL = ("convnet", "dense_512", "dense_131")


def _require_networks(names: object) -> None:
    known = isinstance(names, tuple) and bool(names) and all(name in NETWORKS for name in names)
    require(known, "networks", names, f"a tuple of one or more of {', '.join(NETWORKS)}")


def _state_facts(run: Comparison) -> dict[str, str]:
    facts: dict[str, str] = {}
    for each in run.networks:
        low, high = each.interval
        facts |= {
            f"{each.network} errors": f"{each.errors:,}",
            f"{each.network} per thousand": f"{1000 * each.share:.0f}",
            f"{each.network} accuracy": as_percent(1 - each.share, 2),
            f"{each.network} parameters": f"{each.parameters:,}",
            f"{each.network} low": as_percent(low, 2),
            f"{each.network} high": as_percent(high, 2),
        }
    return facts | {"images": f"{run.networks[0].images:,}"}


@dataclass(frozen=True)
class ErrorTable(Table):
    """What each network gets wrong of the test images.

    Parameters
    ----------
    networks
        Names of networks of the tutorial.

    Raises
    ------
    ValueError
        If one of them does not exist.
    """

    networks: tuple[str, ...] = ALL

    def __post_init__(self) -> None:
        _require_networks(self.networks)

    def run(self) -> Comparison:
        """Evaluate the networks on all test images."""
        return compare(self.networks)

    def tabulate(self, run: Comparison) -> list[list[Cell]]:
        """Give a row for each network."""
        heads = ("Parameters", "Epochs", "Right", "Errors", "In a thousand", "95 % interval")
        rows = [[Cell("Network"), *(Cell(head, number=True) for head in heads)]]
        for each in run.networks:
            low, high = each.interval
            values = (
                f"{each.parameters:,}",
                f"{each.epochs}",
                as_percent(1 - each.share, 2),
                f"{each.errors:,}",
                f"{1000 * each.share:.1f}",
                f"{1000 * low:.1f} to {1000 * high:.1f}",
            )
            rows.append([Cell(each.network, heading=True), *(Cell(value, number=True) for value in values)])
        return rows

    def describe(self, run: Comparison) -> str:
        """Give the errors of each network."""
        told = ", ".join(f"{each.network} {each.errors:,}" for each in run.networks)
        return f"""Errors on {run.networks[0].images:,} test images: {told}; with parameters, epochs, accuracy and the
            95 % Wilson interval of the errors in a thousand."""

    def state_facts(self, run: Comparison) -> dict[str, str]:
        """Give errors, errors in a thousand, accuracy, parameters and interval of each network."""
        return _state_facts(run)


@dataclass(frozen=True)
class ErrorIntervals(Picture):
    """The networks' errors in a thousand with their 95 % Wilson intervals.

    Parameters
    ----------
    networks
        Names of networks of the tutorial.

    Raises
    ------
    ValueError
        If one of them does not exist.
    """

    networks: tuple[str, ...] = ALL

    def __post_init__(self) -> None:
        _require_networks(self.networks)

    def run(self) -> Comparison:
        """Evaluate the networks on all test images."""
        return compare(self.networks)

    def draw(self, run: Comparison) -> Figure:
        """Draw a dot and a bar for each network."""
        figure, axes = chart(520, 76 + 40 * len(run.networks), left=96, right=60)
        shades = series_colors()
        for row, each in enumerate(run.networks):
            low, high = each.interval
            shade = shades[row % len(shades)]
            axes.plot([1000 * low, 1000 * high], [row, row], color=shade, linewidth=4, solid_capstyle="butt")
            axes.plot([1000 * each.share], [row], "o", color=shade, markersize=11, markeredgecolor=color("background"))
            axes.text(1000 * high + 0.4, row, f"{1000 * each.share:.1f}", va="center_baseline", fontsize=NORMAL)
        axes.set_yticks(range(len(run.networks)), [each.network for each in run.networks], fontsize=NORMAL)
        axes.set_ylim(len(run.networks) - 0.4, -0.6)
        axes.set_xlim(left=0)
        axes.set_xlabel("errors in a thousand test images", fontsize=NORMAL)
        axes.tick_params(labelsize=SMALL, length=3)
        axes.tick_params(axis="y", length=0, labelsize=NORMAL)
        axes.grid(axis="x", color=color("padding-fill"), linewidth=1)
        axes.set_axisbelow(True)
        return figure

    def describe(self, run: Comparison) -> str:
        """Give each network's errors with the interval."""
        told = "; ".join(
            f"{each.network} {1000 * each.share:.1f}, between {1000 * each.interval[0]:.1f} and "
            f"{1000 * each.interval[1]:.1f}"
            for each in run.networks
        )
        return f"""A row for each network, with a dot for its errors in a thousand test images and a bar for the 95 %
            interval: {told}."""

    def state_facts(self, run: Comparison) -> dict[str, str]:
        """Give errors, errors in a thousand, accuracy, parameters and interval of each network."""
        return _state_facts(run)
