"""The history of convolutional networks on one axis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from matplotlib.axes import Axes

from cnnfigs.drawing.layout import Piece, column, matrix
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Chart, Words
from cnnfigs.drawing.widths import TITLE
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Part
from cnnfigs.runs.architectures.timeline import History, read_history
from cnnfigs.words import counted, typeset

#: What a step was about: its colour, and its name.
KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "brain": ("series-4", "brain"),
        "speech": ("series-2", "speech"),
        "images": ("series-3", "images"),
        "rival": ("series-1", "images, without convolution"),
    }
)
#: Height of a step's dot, and of the lane of a kind, in pixels.
DOT, LANE = 7, 30


@dataclass(frozen=True)
class Timeline(Picture):
    """The steps from cells in a cat's brain to the networks of today, on an axis true to scale."""

    def run(self) -> History:
        return read_history()

    def draw(self, run: History) -> Piece:
        """Draw the steps as dots on an axis of years, a lane for each kind; below it each in words."""

        def plot(axes: Axes, narrow: bool) -> None:
            first, last = run.events[0].year, run.events[-1].year
            for lane, (kind, (shade, name)) in enumerate(KINDS.items()):
                years = [event.year for event in run.events if event.kind == kind]
                axes.axhline(lane, color=color("padding-fill"), linewidth=1, zorder=1)
                level = 0
                for before, year in pairwise([0, *years]):
                    # Steps of one year stand one above the other, so that none hides another; where years are narrow,
                    # those of neighbours too.
                    level = level + 1 if year - before <= narrow else 0
                    height = lane - 0.3 * level
                    axes.plot([year], [height], "o", color=color(shade), markersize=DOT, clip_on=False, zorder=3)
                if narrow:
                    axes.text(first, lane - 0.4, name, color=color(shade), va="center_baseline")
            axes.set_yticks(range(len(KINDS)), [] if narrow else [name for _, name in KINDS.values()])
            axes.tick_params(axis="y", length=0)
            for tick, (shade, _) in zip(axes.get_yticklabels(), KINDS.values(), strict=False):
                tick.set_color(color(shade))
            axes.spines["left"].set_visible(False)
            axes.set_ylim(len(KINDS) - 0.5, -0.7)
            axes.set_xlim(first - 1, last + 1)
            axes.set_xticks(range(-(-first // 10) * 10, last + 1, 10))

        rows = [
            [
                Words(str(event.year), KINDS[event.kind][0], TITLE, bold=True),
                column(Words(event.title, size=TITLE, bold=True), Words(typeset(event.what)), gap=1),
            ]
            for event in run.events
        ]
        height = LANE * len(KINDS) + 30
        return column(
            Chart(plot, 712, height, narrow_height=height + 20), matrix(rows, gap=16, between=14, align="start")
        )

    def describe(self, run: History) -> Description:
        first, last = run.events[0].year, run.events[-1].year
        decades: dict[int, list[str]] = {}
        for event in run.events:
            decades.setdefault(event.year // 10 * 10, []).append(
                f"{event.year}, {event.title}: {event.what}. Lane: {KINDS[event.kind][1]}."
            )
        return Description(
            f"The history of convolutional networks in {len(run.events)} steps from {first} to {last}: long waits, "
            "then many steps within few years.",
            [
                "First, an axis of years that is true to scale, with a dot for each step, one lane for each kind, from "
                f"above: {'; '.join(_lane(run, kind) for kind in KINDS)}.",
                *_stacked(run),
                f"The longest time without a step: {_gap(run)}.",
                *(Part(f"The {decade}s", tuple(steps)) for decade, steps in decades.items()),
            ],
        )

    def state_facts(self, run: History) -> dict[str, str]:
        return {
            "steps": str(len(run.events)),
            "first": str(run.events[0].year),
            "last": str(run.events[-1].year),
            "gap": _gap(run),
        }


def _lane(run: History, kind: str) -> str:
    """Name a lane and say how many dots it has."""
    return f"{KINDS[kind][1]}, {counted(sum(event.kind == kind for event in run.events), 'dot')}"


def _stacked(run: History) -> list[str]:
    """Say where dots of one year stand one above the other in their lane."""
    return [
        f"Two dots of {year} stand one above the other in the lane {KINDS[kind][1]}."
        for kind in KINDS
        for before, year in pairwise(event.year for event in run.events if event.kind == kind)
        if before == year
    ]


def _gap(run: History) -> str:
    """Describe the longest time without a step."""
    years = [event.year for event in run.events]
    before, after = max(pairwise(years), key=lambda pair: pair[1] - pair[0])
    return f"{after - before} years from {before} to {after}"
