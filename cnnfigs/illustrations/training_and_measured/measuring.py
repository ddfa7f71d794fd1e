"""What the pictures of the experiments share: how a number is written with its chance, and how it is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes

from cnnfigs.drawing.charts import named_rows, plain, seed_dots
from cnnfigs.drawing.layout import COLUMN, Piece, column
from cnnfigs.drawing.networks import network_look
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Chart, panel
from cnnfigs.experiments.comparisons import Comparison, Findings, Measured, Pair
from cnnfigs.illustrations.description import Numbers
from cnnfigs.words import as_percent, listed, signed, typeset


def looks_of(networks: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return colour and dashes of networks' lines, by what people call them.

    Examples
    --------
    >>> looks_of(["dense_131"])
    {'dense, 131 units': ('network-dense-131', 'dashed')}
    """
    return {look.name: (look.color, look.dashes) for look in map(network_look, networks)}


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


def errors_and_differences(findings: Findings, title: str, decimals: int, names: Mapping[str, str]) -> Piece:
    """Arrange each network's errors seed by seed, and below what the others make more than the first.

    First, a dot is one training and its bar the Wilson interval. Then the paired differences: bars that hold the
    chance of images and seeds, dots for the seeds.

    Parameters
    ----------
    findings
        What was measured.
    title
        Of the differences.
    decimals
        Of the differences, in percentage points.
    names
        What each network is called.
    """
    seeds = sum(len(each.seeds) for each in findings.measured)
    groups, others = len(findings.measured), len(findings.comparisons)
    errors = Chart(
        partial(_plot_errors, findings.measured, names),
        COLUMN,
        45 + 12 * seeds + 16 * groups,
        narrow_height=45 + 12 * seeds + 34 * groups,
    )
    differences = Chart(
        partial(plot_differences, findings.comparisons, decimals, names),
        COLUMN,
        50 + 44 * others,
        narrow_height=50 + 60 * others,
    )
    parts = [panel("Each training", errors, "dot: one seed; bar: error rates that fit its count of errors")]
    if others:
        how = typeset("bar: 95 %, for other images and other seeds; open dots: the seeds")
        parts.append(panel(title, differences, how))
    return column(*parts, gap=28)


def _plot_errors(measured: Sequence[Measured], names: Mapping[str, str], axes: Axes, narrow: bool) -> None:
    """Draw a row for each training, those of a network together."""
    apart, place = (34 if narrow else 16), 0.0
    places = []
    for each in measured:
        shade = color(network_look(each.network).color)
        place += apart
        # The middle of its rows; on a phone the first one, above which its name stands.
        places.append(place if narrow else place + 6 * (len(each.seeds) - 1))
        for accuracy, low, high in zip(each.accuracy, each.low, each.high, strict=True):
            axes.plot([100 * (1 - high), 100 * (1 - low)], [place, place], color=shade, linewidth=3)
            axes.plot([100 * (1 - accuracy)], [place], "o", color=shade, markersize=7)
            place += 12
    axes.set_ylim(place, 0)
    axes.set_xlim(0, 102 * max(float(1 - each.low.min()) for each in measured))
    axes.set_xlabel("errors, % of the test images")
    plain(axes)
    means = [f"{as_percent(1 - each.mean, 2)}{' on average' if narrow else ''}" for each in measured]
    named_rows(axes, places, [names[each.network] for each in measured], means, narrow=narrow)


def plot_differences(
    comparisons: Sequence[Comparison], decimals: int, names: Mapping[str, str], axes: Axes, narrow: bool
) -> None:
    """Draw a row for each paired difference in percentage points: its interval, and each seed."""
    ends = [0.0, *(end for each in comparisons for end in each.interval or ())]
    ends += [float(value) for each in comparisons for value in each.each]
    low, high = 100 * min(ends), 100 * max(ends)
    room = 0.06 * (high - low)
    for row, each in enumerate(comparisons):
        if each.interval is not None:
            axes.plot(100 * np.array(each.interval), [row - 0.1] * 2, color=color("accent"), linewidth=5)
        axes.plot([100 * each.difference], [row - 0.1], "o", color=color("accent"), markersize=9)
        seed_dots(axes, 100 * each.each, np.full(len(each.each), row + 0.2), "muted", 5)
    axes.axvline(0, color=color("text"), linewidth=1.5)
    axes.locator_params(axis="x", nbins=5 if narrow else 9)
    axes.set_xticks([tick for tick in axes.get_xticks() if low - room <= tick <= high + room])
    axes.set_xlim(low - room, high + room)
    axes.set_ylim(len(comparisons) - 0.5, -0.7 if narrow else -0.5)
    axes.set_xlabel("percentage points; 0: no difference")
    plain(axes)
    named_rows(
        axes,
        range(len(comparisons)),
        [names[each.name] for each in comparisons],
        [points(each.difference, decimals) for each in comparisons],
        narrow=narrow,
        above=24,
    )


def errors_numbers(findings: Findings, names: Mapping[str, str]) -> Numbers:
    """Return the errors of each training as a table; where a network has no such seed, a dash."""
    seeds = sorted({seed for each in findings.measured for seed in each.seeds})
    rows = [dict(zip(each.seeds, each.accuracy.tolist(), strict=True)) for each in findings.measured]
    return Numbers(
        "Errors of each training",
        [[1 - row.get(seed, np.nan) for seed in seeds] for row in rows],
        lambda share: "–" if np.isnan(share) else as_percent(share, 2),
        rows=[names[each.network] for each in findings.measured],
        columns=[f"seed {seed}" for seed in seeds],
    )


def differences_numbers(comparisons: Sequence[Comparison], names: Mapping[str, str], title: str) -> list[Numbers]:
    """Return differences with the ends of their intervals, in percentage points, as a table, if there are any."""
    if not comparisons:
        return []
    bounds = [(each.difference, *(each.interval or (np.nan, np.nan))) for each in comparisons]
    return [
        Numbers(
            title,
            bounds,
            lambda share: "–" if np.isnan(share) else points(share, 2),
            rows=[names[each.name] for each in comparisons],
            columns=["difference, points", "from", "to"],
        )
    ]
