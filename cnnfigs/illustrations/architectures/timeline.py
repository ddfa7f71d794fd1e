"""The history of convolutional networks on one axis."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from matplotlib.figure import Figure

from cnnfigs.drawing.palette import color
from cnnfigs.drawing.shapes import label
from cnnfigs.drawing.style import NORMAL, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.runs.architectures.timeline import History, read_history
from cnnfigs.words import typeset

#: What a step was about: its colour, and its name in the legend.
KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "brain": ("series-4", "brain"),
        "speech": ("series-2", "speech"),
        "images": ("series-3", "images"),
        "rival": ("series-1", "images, without convolution"),
    }
)
WIDTH, AXIS, TEXT, ROW, TOP = 510, 46, 106, 58, 40
#: From one dot to the next of the same year, in pixels, and what is drawn over what.
BESIDE, LINES, DOTS = 9, 3, 4


@dataclass(frozen=True)
class Timeline(Picture):
    """The steps from cells in a cat's brain to the networks of today, on an axis true to scale."""

    def run(self) -> History:
        return read_history()

    def draw(self, run: History) -> Figure:
        """Draw an axis of years at the left, and each step beside it, joined by a line to its year."""
        height = TOP + ROW * len(run.events)
        figure, axes = canvas(WIDTH, height)
        left = 4.0
        for shade, name in KINDS.values():
            axes.plot([left + 5], [14], "o", color=color(shade), markersize=8)
            label(axes, left + 16, 14, name, align="left", size=SMALL, name="muted")
            left += 44 + 8 * len(name)
        first, last = run.events[0].year, run.events[-1].year
        start, end = TOP + 14, height - ROW + 14
        scale = (end - start) / (last - first)
        axes.plot([AXIS, AXIS], [start, end], color=color("grid"), linewidth=2)
        for decade in range(-(-first // 10) * 10, last + 1, 10):
            y = start + (decade - first) * scale
            axes.plot([AXIS - 5, AXIS], [y, y], color=color("grid"), linewidth=1)
            label(axes, AXIS - 8, y, str(decade), align="right", size=SMALL, name="muted")
        for row, event in enumerate(run.events):
            y, at = TOP + 14 + row * ROW, start + (event.year - first) * scale
            # Steps of one year stand side by side, so that none hides another.
            x = AXIS + BESIDE * sum(before.year == event.year for before in run.events[:row])
            shade, _ = KINDS[event.kind]
            axes.plot([x, TEXT - 14, TEXT - 6], [at, y, y], color=color(shade), linewidth=1, zorder=LINES)
            axes.plot(
                [x], [at], "o", color=color(shade), markersize=7, markeredgecolor=color("background"), zorder=DOTS
            )
            label(axes, TEXT, y, f"{event.year} · {event.title}", align="left", size=NORMAL, bold=True)
            for line, text in enumerate(textwrap.wrap(typeset(event.what), 58)):
                label(axes, TEXT, y + 16 * (line + 1), text, align="left", size=SMALL)
        return figure

    def describe(self, run: History) -> str:
        events = " ".join(f"{event.year}, {event.title}: {event.what}." for event in run.events)
        return f"""A line of years from {run.events[0].year} to {run.events[-1].year} with {len(run.events)} steps; the
            longest gap is that of {_gap(run)}. {events}"""

    def state_facts(self, run: History) -> dict[str, str]:
        return {
            "steps": str(len(run.events)),
            "first": str(run.events[0].year),
            "last": str(run.events[-1].year),
            "gap": _gap(run),
        }


def _gap(run: History) -> str:
    """Describe the longest time without a step."""
    years = [event.year for event in run.events]
    before, after = max(pairwise(years), key=lambda pair: pair[1] - pair[0])
    return f"{after - before} years from {before} to {after}"
