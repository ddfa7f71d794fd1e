"""Experiment: whether a digit is recognised anywhere in the picture, and what stands in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes

from cnnfigs.data import Bytes, mnist
from cnnfigs.drawing.charts import key, lines, named_rows, plain, seed_dots
from cnnfigs.drawing.layout import Piece, column, either, grid, row
from cnnfigs.drawing.networks import network_look
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Chart, Digit, Mark, broken, panel
from cnnfigs.experiments.catalog import CANVAS, LOWER_RIGHT
from cnnfigs.experiments.findings import Corner, Corners, Line, Shifts, moved_digits, other_corner
from cnnfigs.experiments.images import on_canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers, Part
from cnnfigs.illustrations.networks import NETWORK_NAMES
from cnnfigs.illustrations.training_and_measured.measuring import all_seeds_in_words, comparison_facts, looks_of
from cnnfigs.parameters import Whole
from cnnfigs.words import as_percent, counted, listed

#: Where a digit stands on the canvas.
PLACES = {"trained here": LOWER_RIGHT, "asked here": (0, 0)}
SHADES = "muted", "accent"
#: The four controls, as their charts are called.
PANELS = {
    "back": "Moved out, and back again",
    "canvas": "Nothing is cut",
    "padded": "And no unit is lost",
    "remedy": "Trained on moved digits",
}


@dataclass(frozen=True)
class ShiftedDigits(Picture):
    """Right answers of five networks to digits moved by 1 to 8 pixels, as a mean over four directions."""

    def run(self) -> Shifts:
        return moved_digits()

    def draw(self, run: Shifts) -> Piece:
        """Draw a line for each network, with a dot for each seed."""
        looks = looks_of(each.network for each in run.usual)
        return lines("right answers, %", partial(_plot, run.usual, range(9)), looks, 380, 280)

    def describe(self, run: Shifts) -> Description:
        return Description(
            f"Right answers of {len(run.usual)} networks by how far digits are moved: all lose, the dense ones and the "
            "convnet the most.",
            [
                "A line for each network, a mean over right, left, down and up; dots for the seeds.",
                *_in_words(run.usual),
            ],
            _numbers("Right answers by how far the digits are moved", run.usual, range(9)),
        )

    def state_facts(self, run: Shifts) -> dict[str, str]:
        facts = {
            "seeds": _seeds(run.usual),
            "asked": f"{run.usual[0].test_images:,}",
            "conditions": run.conditions["usual"],
            "missing": listed(run.missing) if run.missing else "none",
        }
        for each in run.usual:
            facts |= {f"{each.network} {length}": as_percent(share) for length, share in enumerate(each.mean)}
        for comparison in (*run.better, *run.small):
            facts |= comparison_facts(comparison, comparison.name)
        return facts


@dataclass(frozen=True)
class ShiftControls(Picture):
    """Four controls: what is cut off, a larger canvas, a network that loses no unit, and training on moved digits."""

    def run(self) -> Shifts:
        return moved_digits()

    def draw(self, run: Shifts) -> Piece:
        """Draw four small charts with the same axes."""
        panels = _panels(run)
        looks = looks_of(each.network for _, shown, _ in panels for each in shown)
        charts = [
            panel(title, Chart(partial(_control, shown, lengths), 344, 220), "right answers, %")
            for title, shown, lengths in panels
        ]
        return column(key(looks), grid(charts, columns=2, gap=24))

    def describe(self, run: Shifts) -> Description:
        return Description(
            "Four controls, each a chart of right answers by how far the digits are moved: what is cut off, a larger "
            "canvas, no unit lost, and training on moved digits.",
            [Part(title, tuple(_in_words(shown))) for title, shown, _ in _panels(run)],
            [table for title, shown, lengths in _panels(run) for table in _numbers(title, shown, lengths)],
        )

    def state_facts(self, run: Shifts) -> dict[str, str]:
        settings = {"canvas": run.canvas, "padded": run.padded, "remedy": run.remedy}
        unmoved = {each.network: float(each.mean[0]) for each in run.usual}
        facts = {"canvas": str(CANVAS), "missing": listed(run.missing) if run.missing else "none"}
        facts["conditions"] = "; ".join(
            f"{PANELS[name]}: {run.conditions[name]}" for name in PANELS if name in run.conditions
        )
        for name, shown in settings.items():
            if shown:
                facts[f"{name} seeds"] = _seeds(shown)
        facts["back seeds"] = _seeds(_drawn(run.back))
        for name, shown in settings.items():
            for each in shown:
                if name == "remedy" and each.network in unmoved:
                    facts[f"remedy {each.network} price"] = f"{100 * (unmoved[each.network] - each.mean[0]):.1f}"
                for length, share in enumerate(each.mean):
                    facts[f"{name} {each.network} {length}"] = as_percent(share)
        facts |= {f"usual {each.network} 8": as_percent(each.mean[8]) for each in run.usual}
        for each in run.back:
            facts[f"back {each.network} 8"] = as_percent(each.mean[2])
            facts[f"back {each.network} lost"] = f"{100 * (each.mean[0] - each.mean[2]):.1f}"
        for comparison in run.helped:
            facts |= comparison_facts(comparison, comparison.name)
        if len(run.exact):
            largest = max(run.exact[4], run.exact[8])
            rounded = "less than one in a million" if largest < 1e-6 else f"{largest:.1g}"
            facts["exact"] = "exactly 0" if largest == 0 else rounded
            facts["not exact"] = f"{run.exact[1:4].max():.2f}"
        return facts


@dataclass(frozen=True)
class OtherCornerRun(Corners):
    """What the experiment found, and a digit on the canvas where it was trained and where it is asked, 0 to 255."""

    images: tuple[Bytes, Bytes]


@dataclass(frozen=True)
class OtherCorner(Picture):
    """Networks that learned digits in the lower right corner only, asked about digits in the upper left."""

    index: Annotated[int, Whole(0, 9_999), "which of MNIST's test images to show"] = 18

    def run(self) -> OtherCornerRun:
        """Read the records of the experiment, and put the digit into both places."""
        experiment, image = other_corner(), mnist().x_test[self.index : self.index + 1]
        home, other = (on_canvas(image, CANVAS, *place)[0] for place in PLACES.values())
        return OtherCornerRun(experiment.corners, experiment.missing, experiment.conditions, (home, other))

    def draw(self, run: OtherCornerRun) -> Piece:
        """Draw the two places, and two bars for each network."""
        places = [
            panel(
                name,
                Digit(run.images[number] / 255, 120, frame="grid", marks=[_place(*place, shade)]),
                name=shade,
                align="middle",
            )
            for number, ((name, place), shade) in enumerate(zip(PLACES.items(), SHADES, strict=True))
        ]
        bars = Chart(partial(_plot_corners, run.corners), 430, 66 + 56 * len(run.corners), 62 + 66 * len(run.corners))
        shares = panel("right answers, %", bars)
        return either(
            row(column(*places, align="middle"), shares, gap=32), column(row(*places, gap=32), shares, align="middle")
        )

    def describe(self, run: Corners) -> Description:
        return Description(
            "Networks that learned digits in the lower right corner of a large canvas, asked about digits in the upper "
            "left: most of what they know is lost.",
            [
                f"A canvas of {CANVAS}×{CANVAS} pixels with a digit in its lower right corner, where networks were "
                "trained, and the same with the digit in the upper left, where they are asked.",
                "Then two bars for each network, right answers in both places, with a stroke for each seed.",
                *(
                    f"{NETWORK_NAMES[each.network]}: {as_percent(each.home_mean, 1)} and "
                    f"{as_percent(each.away_mean, 1)}."
                    for each in run.corners
                ),
                "The network that loses no unit was trained in the middle.",
            ],
            [
                Numbers(
                    "Right answers, means over the seeds",
                    [[each.home_mean, each.away_mean] for each in run.corners],
                    lambda share: as_percent(share, 1),
                    rows=[NETWORK_NAMES[each.network] for each in run.corners],
                    columns=[*PLACES],
                )
            ]
            if run.corners
            else [],
        )

    def state_facts(self, run: Corners) -> dict[str, str]:
        facts = {
            "seeds": all_seeds_in_words([(NETWORK_NAMES[each.network], each.seeds) for each in run.corners]),
            "missing": listed(run.missing) if run.missing else "none",
            "conditions": run.conditions,
        }
        for each in run.corners:
            facts[f"{each.network} home"] = as_percent(each.home_mean)
            facts[f"{each.network} away"] = as_percent(each.away_mean)
            facts[f"{each.network} away by seed"] = listed(as_percent(float(share)) for share in each.away)
            facts |= comparison_facts(each.comparison, each.network)
        return facts


def _place(x: int, y: int, shade: str) -> Mark:
    return Mark(y, x, 28, 28, shade, line_width=2)


def _plot_corners(corners: Sequence[Corner], axes: Axes, narrow: bool) -> None:
    """Draw two bars for each network, with a stroke for each seed."""
    for row_number, each in enumerate(corners):
        pairs = ((SHADES[0], each.home, each.home_mean), (SHADES[1], each.away, each.away_mean))
        for (shade, shares, mean), aside in zip(pairs, (0, 0.26) if narrow else (-0.16, 0.16), strict=True):
            place = row_number + aside
            axes.barh(place, 100 * mean, 0.22 if narrow else 0.3, color=color(shade))
            for name, thick in (("background", 4), ("text", 1.5)):
                axes.plot(
                    100 * shares,
                    np.full(len(shares), place),
                    "|",
                    color=color(name),
                    markersize=11,
                    markeredgewidth=thick,
                    clip_on=False,
                    zorder=3,
                )
            text = as_percent(mean)
            axes.annotate(
                text,
                (100, place),
                xytext=(14, 0),
                textcoords="offset points",
                va="center_baseline",
                annotation_clip=False,
            )
    axes.set_xlim(0, 100)
    axes.set_ylim(len(corners) - 0.55, -0.55 if narrow else -0.5)
    plain(axes)
    names = [
        f"{NETWORK_NAMES[each.network]}{', trained in the middle' if each.network.endswith('padded') else ''}"
        for each in corners
    ]
    if not narrow:
        names = ["\n".join(broken(name, 150)) for name in names]
    named_rows(axes, range(len(corners)), names, narrow=narrow, above=20)


def _panels(run: Shifts) -> list[tuple[str, Sequence[Line], Sequence[int]]]:
    """Return title, lines and lengths of shifts of each control."""
    shown = {"back": _drawn(run.back), "canvas": run.canvas, "padded": run.padded, "remedy": run.remedy}
    return [(title, shown[name], (0, 4, 8) if name == "back" else range(9)) for name, title in PANELS.items()]


def _drawn(back: Sequence[Line]) -> list[Line]:
    """Choose the lines of the first control: as many as the others have."""
    return [each for each in back if each.network in ("convnet", "convnet_global_max", "dense_512")]


def _seeds(shown: Sequence[Line]) -> str:
    return all_seeds_in_words([(NETWORK_NAMES[each.network], each.seeds) for each in shown])


def _in_words(shown: Sequence[Line]) -> list[str]:
    """Tell each line by its start, its middle and its end."""
    return [
        f"{NETWORK_NAMES[each.network]}: {as_percent(float(each.mean[0]))} unmoved, "
        f"{as_percent(float(each.mean[len(each.mean) // 2]))} moved by 4 pixels, "
        f"{as_percent(float(each.mean[-1]))} by 8."
        for each in shown
    ] or ["No record yet."]


def _numbers(title: str, shown: Sequence[Line], lengths: Sequence[int]) -> list[Numbers]:
    """Return all means as a table, if there are any."""
    if not shown:
        return []
    return [
        Numbers(
            title,
            [each.mean for each in shown],
            as_percent,
            rows=[NETWORK_NAMES[each.network] for each in shown],
            columns=[counted(length, "pixel") for length in lengths],
        )
    ]


def _control(shown: Sequence[Line], lengths: Sequence[int], axes: Axes, narrow: bool) -> None:
    """Draw a chart whose lines are explained elsewhere."""
    _plot(shown, lengths, axes, narrow)


def _plot(shown: Sequence[Line], lengths: Sequence[int], axes: Axes, narrow: bool) -> dict[str, float]:
    """Draw a line for each network, with a dot for each seed."""
    for each in shown:
        look = network_look(each.network)
        axes.plot(lengths, 100 * each.mean, color=color(look.color), linestyle=look.dashes)
        for shares in each.accuracy:
            seed_dots(axes, lengths, 100 * shares, look.color, 4)
    axes.set_xlim(-0.25, 8.25)
    axes.set_ylim(0, 102)
    axes.set_xticks(range(0, 9, 2))
    axes.set_yticks(range(0, 101, 20))
    axes.set_xlabel("moved by, pixels")
    plain(axes)
    if not shown:
        axes.text(4, 50, "no record yet", ha="center", color=color("muted"))
    return {NETWORK_NAMES[each.network]: 100 * float(each.mean[-1]) for each in shown}
