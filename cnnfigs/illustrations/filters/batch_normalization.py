"""Batch normalisation: the values of a channel over a batch, before and after."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes

from cnnfigs.drawing.layout import GAP, Piece, column, either, matrix, row, within
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Chart, Words, panel
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.networks import trained_on
from cnnfigs.parameters import Whole
from cnnfigs.runs.filters.normalization import Channel, Normalization, Spread, normalized_channels
from cnnfigs.words import as_percent, written_number

LEAST, MOST, BINS = -5.0, 5.0, 50


@dataclass(frozen=True)
class BatchNormalization(Picture):
    """Channels of a trained convolution over a batch of digits, before and after batch normalisation."""

    images: Annotated[int, Whole(2, 1000), "how many training digits the batch has"] = 128
    channels: Annotated[int, Whole(2, 5), "how many of the 64 channels to show"] = 3

    def run(self) -> Normalization:
        return normalized_channels(self.images, self.channels, np.linspace(LEAST, MOST, BINS + 1))

    def draw(self, run: Normalization) -> Piece:
        """Draw a row for each channel: how its values are spread before, and after."""
        highest = 1.05 * max(spread.shares.max() for each in run.channels for spread in (each.before, each.after))

        def spread_chart(moment: str, spread: Spread, shade: str, width: float, height: float) -> Piece:
            def plot(axes: Axes, narrow: bool) -> None:
                axes.stairs(spread.shares, run.edges, fill=True, color=color(f"{shade}-fill"))
                axes.stairs(spread.shares, run.edges, color=color(shade), linewidth=1)
                axes.axvline(0, color=color("grid"), linewidth=1)
                # Mean and spread stand below the values.
                low, high = (min(max(spread.mean + side * spread.deviation, LEAST), MOST) for side in (-1, 1))
                axes.plot([low, high], [-0.16 * highest] * 2, color=color("accent"), solid_capstyle="butt")
                axes.plot(spread.mean, -0.16 * highest, "o", color=color("accent"), markersize=8)
                axes.set(xlim=(LEAST, MOST), ylim=(-0.32 * highest, highest), yticks=[], xticks=[LEAST, 0, MOST])
                axes.spines["left"].set_visible(False)

            told = _mean_and_spread(spread)
            # Beside each other on a phone, these words take more lines of one than of the other.
            sub, note = (told, "") if width > height * 2 else ("", told)
            return panel(moment, Chart(plot, width, height), sub, note=note, name=shade)

        def both(channel: Channel, width: float, height: float) -> list[Piece]:
            moments = (("before", channel.before, "input"), ("after", channel.after, "output"))
            return [within(width, spread_chart(*moment, width, height)) for moment in moments]

        titles = [f"channel {channel.n}" for channel in run.channels]
        wide = [
            [Words(title, bold=True), *both(channel, 290, 116)]
            for title, channel in zip(titles, run.channels, strict=True)
        ]
        narrow = [
            panel(title, row(*both(channel, 156, 90), gap=8, align="start"))
            for title, channel in zip(titles, run.channels, strict=True)
        ]
        return column(
            either(matrix(wide, gap=24, between=GAP), column(*narrow)),
            Words("dot and bar: mean and spread of the values", "muted"),
        )

    def describe(self, run: Normalization) -> Description:
        spreads = [
            (channel, moment, spread)
            for channel in run.channels
            for moment, spread in (("before", channel.before), ("after", channel.after))
        ]
        return Description(
            "Values of some channels of a convolution over a batch, before and after batch normalisation: afterwards "
            "all have mean 0 and the same spread.",
            [
                f"{len(run.channels)} of the {run.count} channels of a convolution, each with its {run.values:,} sums "
                f"over a batch of {run.images} digits.",
                "Before, each channel has another mean and another width; a high peak is empty paper, which gives the "
                "same sum everywhere.",
                "After batch normalisation all have their mean at zero and the same spread; the shapes stay.",
                *(
                    f"Channel {channel.n}: before, {_mean_and_spread(channel.before)}; after, "
                    f"{_mean_and_spread(channel.after)}."
                    for channel in run.channels
                ),
            ],
            [
                Numbers(
                    "The share of the values in each bin, in per cent, by where the bin begins",
                    [100 * spread.shares for _, _, spread in spreads],
                    partial(written_number, decimals=1),
                    [f"channel {channel.n}, {moment}" for channel, moment, _ in spreads],
                    [written_number(edge) for edge in run.edges[:-1]],
                )
            ],
        )

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
