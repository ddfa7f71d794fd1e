"""Batch normalisation: the values of a channel over a batch, before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.figure import Figure

from cnnfigs.drawing.palette import color
from cnnfigs.drawing.shapes import arrow, label
from cnnfigs.drawing.style import SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import trained_on
from cnnfigs.parameters import Whole
from cnnfigs.runs.filters.normalization import Normalization, Spread, normalized_channels
from cnnfigs.words import as_percent, written_number

LEAST, MOST, BINS = -5.0, 5.0, 50


@dataclass(frozen=True)
class BatchNormalization(Picture):
    """Channels of a trained convolution over a batch of digits, before and after batch normalisation."""

    images: Annotated[int, Whole(2, 1000), "how many training digits the batch has"] = 128
    channels: Annotated[int, Whole(2, 5), "how many of the 64 channels to show"] = 3

    def run(self) -> Normalization:
        return normalized_channels(self.images, self.channels, np.linspace(LEAST, MOST, BINS + 1))

    def draw(self, run: Normalization) -> Figure:
        """Draw a row for each channel: how its values are spread before, and after."""
        width, height, row_height, total = 200, 84, 138, 530
        highest = 1.05 * max(spread.shares.max() for each in run.channels for spread in (each.before, each.after))
        figure, axes = canvas(total, 34 + row_height * len(run.channels) + 22)
        whole = axes.get_ylim()[0]
        columns = (("before", "input", 84), ("after", "output", 84 + width + 44))
        for name, shade, left in columns:
            label(axes, left + width / 2, 12, name, name=shade, bold=True)
        for row, channel in enumerate(run.channels):
            top = 28 + row * row_height
            label(axes, 4, top + height / 2, f"channel {channel.n}", align="left", size=SMALL, bold=True)
            arrow(axes, (84 + width + 12, top + height / 2), (84 + width + 34, top + height / 2))
            for spread, (_, shade, left) in zip((channel.before, channel.after), columns, strict=True):
                plot = figure.add_axes((left / total, 1 - (top + height) / whole, width / total, height / whole))
                plot.stairs(spread.shares, run.edges, fill=True, color=color(f"{shade}-fill"))
                plot.stairs(spread.shares, run.edges, color=color(shade), linewidth=1)
                plot.axvline(0, color=color("grid"), linewidth=1)
                plot.set(xlim=(LEAST, MOST), ylim=(0, highest), yticks=[], xticks=[])
                plot.spines["left"].set_visible(False)
                # Mean and spread, drawn below the values.
                y = top + height + 10
                x = left + width * (spread.mean - LEAST) / (MOST - LEAST)
                reach = width * spread.deviation / (MOST - LEAST)
                axes.plot([x - reach, x + reach], [y, y], color=color("accent"), linewidth=2, solid_capstyle="butt")
                axes.plot([x], [y], "o", color=color("accent"), markersize=7)
                label(axes, left + width / 2, y + 18, _mean_and_spread(spread), size=SMALL)
        bottom = 28 + row_height * len(run.channels) + 14
        label(axes, total / 2, bottom, "dot and bar: mean and spread; grey line: zero", size=SMALL, name="muted")
        return figure

    def describe(self, run: Normalization) -> str:
        channels = "; ".join(
            f"channel {channel.n}, before {_mean_and_spread(channel.before)}, after {_mean_and_spread(channel.after)}"
            for channel in run.channels
        )
        return f"""{len(run.channels)} of the {run.count} channels of a convolution, each with its {run.values:,} sums
            over a batch of {run.images} digits: left how they are spread, with another mean and width for each channel;
            right after batch normalisation, where all have their mean at zero and the same spread. {channels}."""

    def state_facts(self, run: Normalization) -> dict[str, str]:
        facts = {
            "images": str(run.images),
            "trained": trained_on("convnet"),
            "values": f"{run.values:,}",
            "count": str(run.count),
            "shown": str(len(run.channels)),
        }
        for name, channel in (("first", run.channels[0]), ("last", run.channels[-1])):
            for moment, spread in (("before", channel.before), ("after", channel.after)):
                facts[f"{name} mean {moment}"] = written_number(spread.mean, 2)
                facts[f"{name} spread {moment}"] = f"{spread.deviation:.2f}"
                facts[f"{name} positive {moment}"] = as_percent(spread.positive)
        return facts


def _mean_and_spread(spread: Spread) -> str:
    """Write mean and standard deviation.

    Examples
    --------
    >>> _mean_and_spread(Spread(-0.804, 1.4, 0.2, np.ones(1)))
    'mean −0.8, spread 1.4'
    """
    return f"mean {written_number(spread.mean, 2)}, spread {written_number(spread.deviation, 2)}"
