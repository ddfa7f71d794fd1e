"""What the pictures of the experiments share: how a number is written with its chance, and how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cnnfigs.drawing.charts import plain, seed_dots
from cnnfigs.drawing.networks import NETWORK_LOOKS
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.style import NORMAL, figure
from cnnfigs.experiments.comparisons import Comparison, Findings, Pair
from cnnfigs.words import as_percent, listed, signed, typeset

#: Colour and line of each network, the same in all pictures of the experiments.
LOOKS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {network: (look.color, look.dashes) for network, look in NETWORK_LOOKS.items()}
)


def seeds_in_words(seeds: Sequence[int]) -> str:
    """Name seeds.

    Examples
    --------
    >>> seeds_in_words((1,)), seeds_in_words((1, 2, 3)), seeds_in_words((1, 3))
    ('seed 1', 'seeds 1 to 3', 'seeds 1 and 3')
    """
    ordered = sorted(seeds)
    if len(ordered) == 1:
        return f"seed {ordered[0]}"
    if len(ordered) > 2 and ordered == [*range(ordered[0], ordered[-1] + 1)]:
        return f"seeds {ordered[0]} to {ordered[-1]}"
    return f"seeds {listed(ordered)}"


def all_seeds_in_words(rows: Sequence[tuple[str, tuple[int, ...]]]) -> str:
    """Name the seeds of several networks in one phrase, those with the same seeds together.

    Examples
    --------
    >>> all_seeds_in_words([("a", (1, 2)), ("b", (1, 2))])
    'seeds 1 and 2'
    >>> all_seeds_in_words([("a", (1, 2)), ("b", (1,)), ("c", (1,))])
    'seeds 1 and 2 of a; seed 1 of b and c'
    """
    groups: dict[tuple[int, ...], list[str]] = {}
    for name, seeds in rows:
        groups.setdefault(seeds, []).append(name)
    if len(groups) == 1:
        return seeds_in_words(rows[0][1])
    return "; ".join(f"{seeds_in_words(seeds)} of {listed(dict.fromkeys(names))}" for seeds, names in groups.items())


def points(share: float, decimals: int = 1) -> str:
    """Write a difference of shares in percentage points, with its sign.

    Examples
    --------
    >>> points(0.0136), points(-0.002, 2), points(-0.0001)
    ('+1.4', '−0.20', '0.0')
    """
    return signed(100 * share, decimals)


def interval(pair: Pair | None, decimals: int = 1) -> str:
    """Write an interval of differences in percentage points.

    Examples
    --------
    >>> interval((0.011, 0.016)), interval(None)
    ('+1.1 to +1.6', 'too few seeds for an interval')
    """
    if pair is None:
        return "too few seeds for an interval"
    return " to ".join(points(end, decimals) for end in pair)


def compared(comparison: Comparison, decimals: int = 1) -> str:
    """Write a difference with its interval, which holds both chances.

    Examples
    --------
    >>> compared(Comparison("a", 0.01, np.array([0.01]), 0.001, np.nan, (1,)))
    '+1.0 points (too few seeds for an interval)'
    """
    return f"{points(comparison.difference, decimals)} points ({interval(comparison.interval, decimals)})"


def way(comparison: Comparison, more: str, less: str, even: str) -> str:
    """Choose the word for a difference: `more` or `less` if its whole interval is on that side, else `even`."""
    if comparison.interval is None:
        return even
    low, high = comparison.interval
    return more if low > 0 else less if high < 0 else even


def comparison_facts(comparison: Comparison, name: str, decimals: int = 1) -> dict[str, str]:
    """Write a difference, alone and with its interval, each under `name` and a word."""
    return {
        f"{name} difference": points(comparison.difference, decimals),
        f"{name} compared": compared(comparison, decimals),
    }


def errors_and_differences(findings: Findings, title: str, decimals: int) -> Figure:
    """Draw each network's errors seed by seed, and below what the others make more than the first.

    Above, a dot is one training and its bar the Wilson interval. Below, the paired differences: bars that hold the
    chance of images and seeds, dots for the seeds.
    """
    rows = sum(len(each.seeds) for each in findings.measured)
    groups, others = len(findings.measured), len(findings.comparisons)
    upper, lower = 13 * rows + 16 * groups, 44 * others
    head, middle, foot = 44, 104, 44
    left, right = 24 + 8 * max(len(each.network) for each in findings.measured), 76
    width = 464 + left
    height = head + upper + middle + lower + foot
    made = figure(width, height)
    above = made.add_axes((left / width, 1 - (head + upper) / height, 1 - (left + right) / width, upper / height))
    place = 0.0
    ticks, most = [], max(float(1 - each.low.min()) for each in findings.measured)
    for number, each in enumerate(findings.measured):
        shade = color(f"series-{1 if number == 0 else 2}")
        first = place + 8
        for accuracy, low, high in zip(each.accuracy, each.low, each.high, strict=True):
            place += 13
            above.plot([100 * (1 - low), 100 * (1 - high)], [place, place], color=shade, linewidth=3)
            above.plot([100 * (1 - accuracy)], [place], "o", color=shade, markersize=7)
        ticks.append((first + place) / 2 + 2)
        above.text(103 * most, ticks[-1], as_percent(1 - each.mean, 2), va="center_baseline", fontsize=NORMAL)
        place += 16
    above.set_yticks(ticks, [each.network for each in findings.measured])
    above.set_ylim(upper, 0)
    above.set_xlim(0, 102 * most)
    above.set_xlabel("errors, % of the test images", fontsize=NORMAL)
    plain(above, rows=True)
    _write(made, 4, 14, "Each training", bold=True)
    _write(made, 4, 32, "dot: one seed; bar: error rates that fit its count of errors")

    below = made.add_axes((left / width, foot / height, 1 - (left + right) / width, lower / height))
    start = head + upper + middle
    _write(made, 4, start - 44, title, bold=True)
    _write(made, 4, start - 26, typeset("bar: 95 %, for other images and other seeds; open dots: the seeds"))
    draw_differences(below, findings.comparisons, decimals)
    return made


def draw_differences(axes: Axes, comparisons: Sequence[Comparison], decimals: int) -> None:
    """Draw a row for each paired difference in percentage points: its interval, and each seed."""
    ends = [0.0, *(end for each in comparisons for end in each.interval or ())]
    ends += [float(value) for each in comparisons for value in each.each]
    low, high = 100 * min(ends), 100 * max(ends)
    room = 0.06 * (high - low)
    for row, each in enumerate(comparisons):
        if each.interval is not None:
            axes.plot(100 * np.array(each.interval), [row - 0.14] * 2, color=color("accent"), linewidth=5)
        axes.plot([100 * each.difference], [row - 0.14], "o", color=color("accent"), markersize=9)
        seed_dots(axes, 100 * each.each, np.full(len(each.each), row + 0.18), "muted", 5)
        axes.text(high + 1.8 * room, row, points(each.difference, decimals), va="center_baseline", fontsize=NORMAL)
    axes.axvline(0, color=color("text"), linewidth=1.5)
    axes.set_xlim(low - room, high + room)
    axes.set_ylim(len(comparisons) - 0.5, -0.5)
    axes.set_yticks(range(len(comparisons)), [each.name for each in comparisons])
    axes.set_xlabel("percentage points; 0: no difference", fontsize=NORMAL)
    plain(axes, rows=True)


def _write(made: Figure, x: float, y: float, text: str, bold: bool = False) -> None:
    """Write a line at pixels from the upper left corner of a figure."""
    width, height = made.get_size_inches() * 72
    made.text(
        x / width,
        1 - y / height,
        text,
        fontsize=NORMAL,
        weight="bold" if bold else "normal",
        color=color("text" if bold else "muted"),
        va="center_baseline",
    )
