"""What the pictures of the experiments share: how a number is told with its chance, and how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Affine2D, ScaledTranslation
from numpy.typing import ArrayLike, NDArray

from cnnfigs.drawing.palette import color
from cnnfigs.drawing.style import NORMAL, POINTS_PER_INCH, SMALL, figure
from cnnfigs.experiments.comparisons import Comparison, Findings, Pair
from cnnfigs.words import as_percent, listed, signed, typeset

#: Colour and line of each network, the same in all pictures of the experiments.
LOOKS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "convnet": ("series-1", "solid"),
        "convnet_global_average": ("series-4", "solid"),
        "convnet_global_max": ("series-3", "solid"),
        "convnet_global_max_padded": ("series-3", "dashed"),
        "dense_512": ("series-2", "solid"),
        "dense_131": ("series-2", "dashed"),
    }
)
#: Length of the piece of a line before its name, in pixels: two dashes of a dashed one.
PIECE = 19


# Words


def seeds_told(seeds: Sequence[int]) -> str:
    """Name seeds.

    Examples
    --------
    >>> seeds_told((1,)), seeds_told((1, 2, 3)), seeds_told((1, 3))
    ('seed 1', 'seeds 1 to 3', 'seeds 1 and 3')
    """
    ordered = sorted(seeds)
    if len(ordered) == 1:
        return f"seed {ordered[0]}"
    if len(ordered) > 2 and ordered == [*range(ordered[0], ordered[-1] + 1)]:
        return f"seeds {ordered[0]} to {ordered[-1]}"
    return f"seeds {listed(ordered)}"


def all_seeds_told(rows: Sequence[tuple[str, tuple[int, ...]]]) -> str:
    """Name the seeds of several networks in one phrase, those with the same seeds together.

    Examples
    --------
    >>> all_seeds_told([("a", (1, 2)), ("b", (1, 2))])
    'seeds 1 and 2'
    >>> all_seeds_told([("a", (1, 2)), ("b", (1,)), ("c", (1,))])
    'seeds 1 and 2 of a; seed 1 of b and c'
    """
    groups: dict[tuple[int, ...], list[str]] = {}
    for name, seeds in rows:
        groups.setdefault(seeds, []).append(name)
    if len(groups) == 1:
        return seeds_told(rows[0][1])
    return "; ".join(f"{seeds_told(seeds)} of {listed(dict.fromkeys(names))}" for seeds, names in groups.items())


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
    """Give a difference, alone and with its interval, each under `name` and a word."""
    return {
        f"{name} difference": points(comparison.difference, decimals),
        f"{name} compared": compared(comparison, decimals),
    }


# Drawing


def spread(heights: ArrayLike, gap: float) -> NDArray[np.float64]:
    """Move labels so far apart that they do not touch, and no farther; their order stays.

    Parameters
    ----------
    heights
        Where they should be, shape (n,).
    gap
        Least distance of two neighbours.

    Examples
    --------
    >>> spread([1.0, 0.0, 5.0], 2.0).tolist()
    [1.5, -0.5, 5.0]
    """
    wanted = np.asarray(heights, dtype=np.float64)
    order = np.argsort(wanted, kind="stable")
    # Blocks of touching labels, each around the mean of where its labels want to be.
    blocks: list[list[float]] = []
    for height in wanted[order]:
        blocks.append([float(height)])
        while len(blocks) > 1 and _low(blocks[-1], gap) < _low(blocks[-2], gap) + gap * len(blocks[-2]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    placed = np.empty_like(wanted)
    placed[order] = [_low(block, gap) + gap * number for block in blocks for number in range(len(block))]
    return placed


def _low(block: list[float], gap: float) -> float:
    return float(np.mean(block) - gap * (len(block) - 1) / 2)


def plain(axes: Axes) -> None:
    """Give a chart the grid and ticks of all charts of the experiments."""
    axes.tick_params(labelsize=SMALL, length=3)
    axes.grid(axis="both", color=color("padding-fill"), linewidth=1)
    axes.set_axisbelow(True)


def labels_at_end(
    axes: Axes, x: float, ends: Mapping[str, float], looks: Mapping[str, tuple[str, str]], gap: float
) -> None:
    """Write the names of lines at their right ends, each behind a piece of its line, not on top of each other."""
    made = axes.get_figure(root=True)
    assert made is not None
    for (name, _), height in zip(ends.items(), spread([*ends.values()], gap), strict=True):
        shade, dashes = looks[name]
        at_end = (
            Affine2D().scale(1 / POINTS_PER_INCH) + made.dpi_scale_trans + ScaledTranslation(x, height, axes.transData)  # type: ignore[arg-type]
        )
        axes.plot([0, PIECE], [0, 0], color=color(shade), linestyle=dashes, transform=at_end, clip_on=False)
        axes.text(
            PIECE + 4,
            0,
            name,
            color=color(shade),
            fontsize=NORMAL,
            va="center_baseline",
            transform=at_end,
            clip_on=False,
        )


def seed_dots(axes: Axes, x: ArrayLike, y: ArrayLike, shade: str, size: float = 6) -> None:
    """Draw one open dot for each seed."""
    axes.plot(
        x, y, "o", markersize=size, markerfacecolor=color("background"), markeredgecolor=color(shade), clip_on=False
    )


def errors_and_differences(found: Findings, title: str, decimals: int) -> Figure:
    """Draw each network's errors seed by seed, and below what the others make more than the first.

    Above, a dot is one training and its bar the Wilson interval. Below, the paired differences: bars that hold the
    chance of images and seeds, dots for the seeds.
    """
    rows = sum(len(each.seeds) for each in found.measured)
    groups, others = len(found.measured), len(found.comparisons)
    upper, lower = 13 * rows + 16 * groups, 44 * others
    head, middle, foot = 44, 104, 44
    left, right = 24 + 8 * max(len(each.network) for each in found.measured), 76
    width = 464 + left
    height = head + upper + middle + lower + foot
    made = figure(width, height)
    above = made.add_axes((left / width, 1 - (head + upper) / height, 1 - (left + right) / width, upper / height))
    place = 0.0
    ticks, most = [], max(float(1 - each.low.min()) for each in found.measured)
    for number, each in enumerate(found.measured):
        shade = color(f"series-{1 if number == 0 else 2}")
        first = place + 8
        for accuracy, low, high in zip(each.accuracy, each.low, each.high, strict=True):
            place += 13
            above.plot([100 * (1 - low), 100 * (1 - high)], [place, place], color=shade, linewidth=3)
            above.plot([100 * (1 - accuracy)], [place], "o", color=shade, markersize=7)
        ticks.append((first + place) / 2 + 2)
        above.text(103 * most, ticks[-1], as_percent(1 - each.mean, 2), va="center_baseline", fontsize=NORMAL)
        place += 16
    above.set_yticks(ticks, [each.network for each in found.measured])
    above.set_ylim(upper, 0)
    above.set_xlim(0, 102 * most)
    above.set_xlabel("errors, % of the test images", fontsize=NORMAL)
    plain(above)
    above.tick_params(axis="y", length=0, labelsize=NORMAL)
    above.grid(visible=False, axis="y")
    _write(made, 4, 14, "Each training", bold=True)
    _write(made, 4, 32, "dot: one seed; bar: error rates that fit its count of errors")

    below = made.add_axes((left / width, foot / height, 1 - (left + right) / width, lower / height))
    start = head + upper + middle
    _write(made, 4, start - 44, title, bold=True)
    _write(made, 4, start - 26, typeset("bar: 95 %, for other images and other seeds; open dots: the seeds"))
    draw_differences(below, found.comparisons, decimals)
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
    plain(axes)
    axes.tick_params(axis="y", length=0, labelsize=NORMAL)
    axes.grid(visible=False, axis="y")


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
