"""An adversarial example: a digit that is changed a little, on purpose, until the answer is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes

from cnnfigs.drawing.charts import lines, plain
from cnnfigs.drawing.layout import Piece, column, either, row, within
from cnnfigs.drawing.networks import network_look
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Digit, Raster, Words, panel, sign
from cnnfigs.drawing.widths import TITLE
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.networks import network_words, trained_on
from cnnfigs.parameters import TestImage, Whole
from cnnfigs.runs.training_and_measured.pushing import Pushed, Seen, Walk, pushed
from cnnfigs.words import as_percent, percent, short_percent, signed, with_article, written_number

NETWORKS = ("convnet", "dense_512")
#: Side of a digit in the column and on a phone, in pixels.
SIDE, ON_PHONE = 148, 132
#: Levels at which the shares are told.
TOLD = 5
#: Dashes of the lines of chance.
AT_RANDOM = "dotted"


@dataclass(frozen=True)
class PushedDigit(Picture):
    """A digit, what has to be added to it to make the convnet answer wrongly, and how far many digits bear this."""

    index: TestImage = 4
    digits: Annotated[int, Whole(10, 500), "how many digits to push for the chart"] = 200
    most: Annotated[int, Whole(16, 128), "by how many of 255 grey levels to change a pixel at most"] = 64

    def run(self) -> Pushed:
        return pushed(self.index, NETWORKS, self.digits, self.most)

    def draw(self, run: Pushed) -> Piece:
        """Draw the digit, what is added and the sum, the same by chance, and the shares over the levels."""

        def parts(side: float) -> tuple[Piece, Piece, Piece, Piece]:
            added = Raster(run.added, side, limit=run.levels, signed=True)
            return (
                panel("as it is", self._seen(run.before, run.label, side), name="input"),
                panel("what is added", within(side, column(added, Words(_most(run), "muted"), gap=4))),
                panel("the sum", self._seen(run.after, run.label, side), name="output"),
                panel("as much, at random", self._seen(run.at_random, run.label, side)),
            )

        before, added, after, by_chance = parts(SIDE)
        small = parts(ON_PHONE)
        digits = either(
            row(before, sign("+"), added, sign("="), after, by_chance, gap=12, align="start"),
            column(row(*small[:2], gap=24, align="start"), row(*small[2:], gap=24, align="start"), gap=18),
        )
        looks: dict[str, tuple[str, str]] = {}
        for walk in run.walks:
            look = network_look(walk.network)
            looks[_pushed(walk)] = (look.color, look.dashes)
            looks[_by_chance(walk)] = (look.color, AT_RANDOM)
        chart = lines(f"right answers to {run.digits} digits, %", partial(self._plot, run), looks, 300, 260)
        return column(digits, chart, gap=26)

    def _seen(self, seen: Seen, label: int, side: float) -> Piece:
        answer = Words(f"“{seen.answer}”", "text" if seen.answer == label else "error", TITLE, bold=True)
        return column(
            Digit(seen.image, side, frame="grid"),
            row(answer, Words(short_percent(seen.probability), "muted"), gap=6),
            gap=4,
        )

    def _plot(self, run: Pushed, axes: Axes, narrow: bool) -> dict[str, float]:
        ends = {}
        for walk in run.walks:
            shade = color(network_look(walk.network).color)
            for name, shares, dashes in (
                (_pushed(walk), walk.right, network_look(walk.network).dashes),
                (_by_chance(walk), walk.right_at_random, AT_RANDOM),
            ):
                axes.plot(range(walk.most + 1), 100 * shares, color=shade, linestyle=dashes)
                ends[name] = 100 * float(shares[-1])
        axes.set(xlim=(0, run.walks[0].most), ylim=(0, 102))
        axes.set_xlabel("change of a pixel at most, grey levels")
        plain(axes)
        return dict(sorted(ends.items(), key=lambda item: item[1]))

    def describe(self, run: Pushed) -> Description:
        first, second = run.walks
        named = {walk.network: network_words(walk.network) for walk in run.walks}
        levels = [*range(0, first.most + 1, max(1, first.most // TOLD))]
        return Description(
            f"{with_article(run.label).capitalize()} whose pixels change by at most {run.levels} of 255 grey levels, "
            f"on purpose: the {named[first.network]} then takes it for {with_article(run.after.answer)}.",
            [
                f"As it is, the {named[first.network]} takes it for {_in_words(run.before)}.",
                "What is added is a pattern of weak and strong spots on the strokes and around them; it has no shape "
                "of a digit of its own.",
                f"The sum still looks like {with_article(run.label)}, on paper that is no longer clean, and is taken "
                f"for {_in_words(run.after)}.",
                f"Changed by {run.levels} levels up or down at random in each pixel, it is taken for "
                f"{_in_words(run.at_random)}.",
                f"Below, a chart for {run.digits} digits: the share of right answers over the levels by which a pixel "
                "changes at most.",
                *(
                    f"{named[walk.network].capitalize()}: half of the digits are answered wrongly from "
                    f"{_median(walk)} levels on; changed at random by that many, "
                    f"{as_percent(_random_at_median(walk), 1)} are answered rightly."
                    for walk in (first, second)
                ),
            ],
            [
                Numbers(
                    "Right answers by the levels",
                    [shares[levels] for walk in run.walks for shares in (walk.right, walk.right_at_random)],
                    partial(as_percent, decimals=1),
                    [name for walk in run.walks for name in (_pushed(walk), _by_chance(walk))],
                    [*map(str, levels)],
                ),
                Numbers("What is added, in grey levels", run.added, lambda level: signed(level, 0)),
            ],
        )

    def state_facts(self, run: Pushed) -> dict[str, str]:
        facts = {
            "trained": trained_on(*NETWORKS),
            "label": str(run.label),
            "index": str(run.index),
            "levels": str(run.levels),
            "share": as_percent(run.levels / 255),
            "before": f"“{run.before.answer}”",
            "before probability": percent(run.before.probability),
            "after": f"“{run.after.answer}”",
            "after probability": percent(run.after.probability),
            "at random": f"“{run.at_random.answer}”",
            "at random probability": percent(run.at_random.probability),
            "other": f"“{run.other.answer}”",
            "other probability": percent(run.other.probability),
            "digits": str(run.digits),
            "other right": as_percent(run.other_right),
            "most": str(self.most),
        }
        for walk in run.walks:
            facts |= {
                f"{walk.network} median": _median(walk),
                f"{walk.network} random at median": as_percent(_random_at_median(walk), 1),
                f"{walk.network} never": str(walk.never),
            }
        first, second = run.walks
        return facts | {"times": written_number(first.median / second.median)}


def _most(run: Pushed) -> str:
    return f"at most {run.levels} of 255 grey levels"


def _median(walk: Walk) -> str:
    return written_number(walk.median) if np.isfinite(walk.median) else f"more than {walk.most}"


def _random_at_median(walk: Walk) -> float:
    return float(walk.right_at_random[min(int(np.ceil(min(walk.median, walk.most))), walk.most)])


def _pushed(walk: Walk) -> str:
    return network_words(walk.network)


def _by_chance(walk: Walk) -> str:
    return f"{network_words(walk.network)}, at random"


def _in_words(seen: Seen) -> str:
    return f"{with_article(seen.answer)} with {percent(seen.probability)}"
