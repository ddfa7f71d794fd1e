"""Experiment: whether a digit is recognised anywhere in the picture, and what stands in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cnnfigs.data import Bytes, mnist
from cnnfigs.drawing.charts import labels_at_end, plain, seed_dots
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.shapes import box, digit, label, on_top
from cnnfigs.drawing.style import LARGE, NORMAL, SMALL, canvas, chart, figure
from cnnfigs.experiments.catalog import CANVAS, LOWER_RIGHT
from cnnfigs.experiments.findings import Corners, Line, Shifts, moved_digits, other_corner
from cnnfigs.experiments.images import on_canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.training_and_measured.measuring import LOOKS, all_seeds_in_words, comparison_facts
from cnnfigs.parameters import Whole
from cnnfigs.words import as_percent, listed

SHORT = {
    "convnet": "Flatten",
    "convnet_global_average": "global average",
    "convnet_global_max": "global maximum",
    "convnet_global_max_padded": "no unit lost",
}
#: Where a digit stands on the canvas.
PLACES = {"trained here": LOWER_RIGHT, "asked here": (0, 0)}
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

    def draw(self, run: Shifts) -> Figure:
        """Draw a line for each network, with a dot for each seed."""
        made, axes = chart(600, 360, left=56, right=170)
        _draw_lines(axes, run.usual, range(9))
        names = {each.network: _name(each.network) for each in run.usual}
        ends = {names[each.network]: 100 * float(each.mean[-1]) for each in run.usual}
        labels_at_end(axes, 8.35, ends, {names[each]: LOOKS[each] for each in names}, 5.5)
        _finish(axes)
        return made

    def describe(self, run: Shifts) -> str:
        return f"""Right answers by how far the digits are moved, a mean over right, left, down and up; lines for
            {len(run.usual)} networks, dots for the seeds. Moved by 0, 2, 4, 6 and 8 pixels: {_in_words(run.usual)}."""

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

    def draw(self, run: Shifts) -> Figure:
        """Draw four small charts with the same axes."""
        made = figure(720, 560)
        back = _drawn(run.back)
        panels: tuple[tuple[str, Sequence[Line], Sequence[int]], ...] = (
            (PANELS["back"], back, (0, 4, 8)),
            (PANELS["canvas"], run.canvas, range(9)),
            (PANELS["padded"], run.padded, range(9)),
            (PANELS["remedy"], run.remedy, range(9)),
        )
        for number, (title, lines, lengths) in enumerate(panels):
            row, column = divmod(number, 2)
            axes = made.add_axes(((48 + 360 * column) / 720, 1 - (36 + 280 * row + 190) / 560, 176 / 720, 190 / 560))
            axes.set_title(title, loc="left", fontsize=LARGE, color=color("text"), pad=13)
            _draw_lines(axes, lines, lengths)
            ends = {_name(each.network): 100 * float(each.mean[-1]) for each in lines}
            labels_at_end(axes, 8.5, ends, {_name(each.network): LOOKS[each.network] for each in lines}, 9.5)
            _finish(axes)
            if not lines:
                axes.text(4, 50, "no record yet", ha="center", fontsize=NORMAL, color=color("muted"))
        return made

    def describe(self, run: Shifts) -> str:
        back = "; ".join(f"{_name(each.network)} {_percents(each.mean)}" for each in _drawn(run.back))
        return f"""Four charts of right answers by how far the digits are moved. First, moved by 0, 4 and 8 pixels and
            back again: {back}. The others for 0, 2, 4, 6 and 8 pixels. On a canvas where nothing is cut:
            {_in_words(run.canvas)}. With zeros around it, so that no unit is lost: {_in_words(run.padded)}. Trained on
            moved digits: {_in_words(run.remedy)}."""

    def state_facts(self, run: Shifts) -> dict[str, str]:
        settings = {"canvas": run.canvas, "padded": run.padded, "remedy": run.remedy}
        unmoved = {each.network: float(each.mean[0]) for each in run.usual}
        facts = {"canvas": str(CANVAS), "missing": listed(run.missing) if run.missing else "none"}
        facts["conditions"] = "; ".join(
            f"{PANELS[name]}: {run.conditions[name]}" for name in PANELS if name in run.conditions
        )
        for name, lines in settings.items():
            if lines:
                facts[f"{name} seeds"] = _seeds(lines)
        facts["back seeds"] = _seeds(_drawn(run.back))
        for name, lines in settings.items():
            for each in lines:
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

    def draw(self, run: OtherCornerRun) -> Figure:
        """Draw the two places, and two bars for each network."""
        row_height, top, left = 54, 40, 380
        made, axes = canvas(700, max(232, top + row_height * len(run.corners) + 10))
        for number, (name, place) in enumerate(PLACES.items()):
            x = 4 + 124 * number
            shade = "kernel" if number else "input"
            label(axes, x + 56, 16, name, bold=True, name=shade, size=NORMAL)
            digit(axes, run.images[number] / 255, x, 40, 112, frame="grid")
            scale = 112 / CANVAS
            box(axes, x + place[0] * scale, 40 + place[1] * scale, 28 * scale, 28 * scale, edge=shade, line_width=2)
        label(axes, left, 16, "right answers", bold=True, align="left")
        for row, each in enumerate(run.corners):
            y = top + row * row_height
            label(axes, left - 8, y + 18, _name(each.network), align="right", size=NORMAL)
            if each.network == "convnet_global_max_padded":
                label(axes, left - 8, y + 35, "trained in the middle", align="right", size=SMALL, name="muted")
            pairs = (("input", each.home, each.home_mean), ("kernel", each.away, each.away_mean))
            for number, (shade, shares, mean) in enumerate(pairs):
                height = y + 4 + 17 * number
                width = 240 * mean
                box(axes, left, height, 240, 14, edge="grid", fill="surface", line_width=0.75)
                box(axes, left, height, width, 14, edge=None, fill=shade)
                for shade, thick in (("background", 4), ("text", 1.5)):
                    axes.plot(
                        left + 240 * shares,
                        np.full(len(shares), height + 7),
                        "|",
                        color=color(shade),
                        markersize=12,
                        markeredgewidth=thick,
                        zorder=on_top(axes),
                    )
                label(axes, left + 248, height + 7, as_percent(mean), align="left", size=SMALL)
        return made

    def describe(self, run: Corners) -> str:
        shares = "; ".join(
            f"{_name(each.network)} {as_percent(each.home_mean, 1)} and {as_percent(each.away_mean, 1)}"
            for each in run.corners
        )
        return f"""A large canvas of {CANVAS}×{CANVAS} pixels with a digit in its lower right corner, where networks
            were trained, and the same with the digit in the upper left, where they are asked. Right answers in the
            place of the training and in the upper left: {shares}. The network that loses no unit was trained in the
            middle."""

    def state_facts(self, run: Corners) -> dict[str, str]:
        facts = {
            "seeds": all_seeds_in_words([(_name(each.network), each.seeds) for each in run.corners]),
            "missing": listed(run.missing) if run.missing else "none",
            "conditions": run.conditions,
        }
        for each in run.corners:
            facts[f"{each.network} home"] = as_percent(each.home_mean)
            facts[f"{each.network} away"] = as_percent(each.away_mean)
            facts[f"{each.network} away by seed"] = listed(as_percent(float(share)) for share in each.away)
            facts |= comparison_facts(each.comparison, each.network)
        return facts


def _drawn(back: Sequence[Line]) -> list[Line]:
    """Choose the lines of the first control: as many as the others have."""
    return [each for each in back if each.network in ("convnet", "convnet_global_max", "dense_512")]


def _name(network: str) -> str:
    return SHORT.get(network, network)


def _seeds(lines: Sequence[Line]) -> str:
    return all_seeds_in_words([(_name(each.network), each.seeds) for each in lines])


def _percents(shares: Sequence[float] | np.ndarray) -> str:
    return ", ".join(as_percent(float(share)) for share in shares)


def _in_words(lines: Sequence[Line]) -> str:
    return "; ".join(f"{_name(each.network)} {_percents(each.mean[::2])}" for each in lines) or "no record yet"


def _draw_lines(axes: Axes, lines: Sequence[Line], lengths: Sequence[int]) -> None:
    for each in lines:
        shade, dashes = LOOKS[each.network]
        axes.plot(lengths, 100 * each.mean, color=color(shade), linestyle=dashes)
        for shares in each.accuracy:
            seed_dots(axes, lengths, 100 * shares, shade, 4)


def _finish(axes: Axes) -> None:
    axes.set_xlim(-0.25, 8.25)
    axes.set_ylim(0, 102)
    axes.set_xticks(range(0, 9, 2))
    axes.set_yticks(range(0, 101, 20))
    axes.set_xlabel("moved by, pixels", fontsize=NORMAL)
    axes.set_ylabel("right answers, %", fontsize=NORMAL)
    plain(axes)
