"""A filter of the second layer beside the filters of the first whose maps it reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.drawing.shapes import arrow, box, digit, label, raster_sheet
from cnnfigs.drawing.style import SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.filters.local_patterns import weights_in_words
from cnnfigs.illustrations.networks import Network, require_filter
from cnnfigs.parameters import Whole
from cnnfigs.runs.filters.second_layer import SecondLayerFilter, second_layer_filter
from cnnfigs.words import as_percent, fixed, signed, written

PATCHES, ASKED = 8, 1000
WIDTH, PATCH = 520, 56
#: The pairs that are drawn large: how many, in how many columns, side of a kernel, gap in a pair, distances of pairs.
PAIRS, PAIR_COLUMNS, SIDE, GAP, PAIR_STEP, PAIR_LINE = 6, 3, 54, 36, 180, 90
#: The sheet of the other slices: columns, side of a slice, distances.
COLUMNS, SMALL_SIDE, STEP, LINE = 13, 24, 39, 48


@dataclass(frozen=True)
class SecondLayer(Picture):
    """The slices of one filter of the second convolution, each beside the first-layer filter whose map it reads.

    A Keras model has to begin with a Conv2D layer, to read (28, 28, 1) and to have another Conv2D layer.
    """

    filter: Annotated[int, Whole(0), "which filter of the second convolution"] = 27
    network: Network = "convnet"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_filter(self.filter, self.network, 1)

    def run(self) -> SecondLayerFilter:
        return second_layer_filter(self.network, self.filter, PATCHES, ASKED)

    def draw(self, run: SecondLayerFilter) -> Figure:
        """Draw the pairs that add most to the answers, the other slices as a sheet, and what the filter finds."""
        count = run.slices.shape[-1]
        large, small = run.order[:PAIRS], run.order[PAIRS:]
        lines = -(-len(small) // COLUMNS)
        sheet = 34 + -(-len(large) // PAIR_COLUMNS) * PAIR_LINE
        bottom = sheet + (lines * LINE + 38 if lines else 0)
        figure, axes = canvas(WIDTH, bottom + PATCH + 48)
        label(axes, 4, 14, "A filter of the first layer", align="left", name="input", bold=True)
        label(axes, 196, 14, "and the slice that reads its map", align="left", name="kernel", bold=True)
        pairs = [divmod(place, PAIR_COLUMNS) for place in range(len(large))]
        lefts = [(6 + column * PAIR_STEP, 52 + row * PAIR_LINE) for row, column in pairs]
        rights = [(left + SIDE + GAP, top) for left, top in lefts]
        limit = float(np.abs(run.slices).max())
        for weights, places, frame in ((run.kernels, lefts, "input"), (run.slices, rights, "kernel")):
            height, width, _ = weights.shape
            cell, most = SIDE // height, float(np.abs(weights).max())
            arrays = [weights[..., number] for number in large]
            raster_sheet(axes, arrays, places, cell, limit=most, signed=True, frame=None)
            for x, y in places:
                box(axes, x, y, width * cell, height * cell, edge=frame, line_width=2)
        for number, (left, top) in zip(large, lefts, strict=True):
            label(axes, left + SIDE + GAP / 2, top - 11, f"map {number}", size=SMALL, name="muted")
            arrow(axes, (left + SIDE + 6, top + SIDE / 2), (left + SIDE + GAP - 6, top + SIDE / 2))
            added = signed(run.contributions[number], 2)
            label(axes, left + SIDE + GAP / 2, top + SIDE / 2 + 16, added, size=SMALL, name="output")
        if lines:
            head = f"The other {count - len(large)} slices, and the numbers of their maps"
            label(axes, 4, sheet + 12, head, align="left", name="kernel", bold=True)
            places = [divmod(place, COLUMNS) for place in range(len(small))]
            corners = [(6 + column * STEP, sheet + 26 + row * LINE) for row, column in places]
            arrays = [run.slices[..., number] for number in small]
            raster_sheet(axes, arrays, corners, SMALL_SIDE // run.slices.shape[0], limit=limit, signed=True)
            for number, (left, top) in zip(small, corners, strict=True):
                label(axes, left + SMALL_SIDE / 2, top + SMALL_SIDE + 9, f"{number}", size=SMALL, name="muted")
        head = f"What this filter answers to most strongly in {run.asked:,} digits"
        label(axes, 4, bottom + 12, head, align="left", name="output", bold=True)
        for place, (patch, answer) in enumerate(zip(run.patches, run.answers, strict=True)):
            left = 6 + place * (PATCH + 8)
            digit(axes, patch, left, bottom + 26, PATCH, frame="output")
            label(axes, left + PATCH / 2, bottom + 26 + PATCH + 10, f"{answer:.2f}", size=SMALL, name="output")
        return figure

    def describe(self, run: SecondLayerFilter) -> str:
        answers = ", ".join(f"{answer:.2f}" for answer in run.answers)
        large, rest = run.order[:PAIRS], run.order[PAIRS:]
        pairs = "; ".join(
            f"map {number}, filter {weights_in_words(run.kernels[..., number])}, slice"
            f" {weights_in_words(run.slices[..., number])} ({(run.slices[..., number] > 0).sum()} of"
            f" {run.slices[..., number].size} weights positive), adds {signed(run.contributions[number], 2)}"
            for number in large
        )
        others = (
            f"""The other {len(rest)} slices stand below them, small; they add between
            {signed(run.contributions[rest].min(), 2)} and {signed(run.contributions[rest].max(), 2)} each."""
            if len(rest)
            else ""
        )
        return f"""Filter {run.channel} of the second convolution is a stack of {run.slices.shape[-1]} slices of
            {written(run.slices.shape[:2])} weights. The {len(large)} that add most to the answers below are drawn
            large, each beside the first-layer filter whose map it reads, with an arrow from the filter to the slice,
            and below the arrow what it adds. Where their large weights are: {pairs}. {others} Below,
            {len(run.patches)} patches of {written(run.patches.shape[1:])} pixels from {run.asked:,} digits to which
            the filter answers most strongly, {answers}.
            {stroke_in_words(run.ink)}"""

    def state_facts(self, run: SecondLayerFilter) -> dict[str, str]:
        large = run.order[:PAIRS]
        return {
            "large": str(len(large)),
            "added by large": f"{run.contributions[large].sum():.2f}",
            "added by all": f"{run.contributions.sum():.2f}",
            "answer": f"{run.answer:.2f}",
            "heaviest": str(run.heaviest),
            "added by heaviest": signed(run.contributions[run.heaviest], 2),
            "channel": str(run.channel),
            "slices": str(run.slices.shape[-1]),
            "weights": str(run.slices.size),
            "parameters": str(run.slices.size + 1),
            "bias": fixed(run.bias, 2),
            "patch": written(run.patches.shape[1:]),
            "patches": str(len(run.patches)),
            "asked": f"{run.asked:,}",
        }


def stroke_in_words(part: NDArray[np.float32]) -> str:
    """Say where the ink lies in three by three parts of a patch, and to which side the stroke is open.

    A side is open if the middle of that edge has less than half the ink of every other edge's middle.

    Examples
    --------
    >>> stroke_in_words(np.array([[1, 1, 1], [1, 0, 0], [1, 1, 1]])).split(": ")[1]
    'a bow that is open to the right.'
    """
    ink = {"left": part[1, 0], "right": part[1, 2], "top": part[0, 1], "bottom": part[2, 1]}
    shares = ", ".join(f"{as_percent(share)} at the {side}" for side, share in ink.items())
    first, second = sorted(ink, key=ink.__getitem__)[:2]
    shape = f"a bow that is open to the {first}" if ink[first] < ink[second] / 2 else "no side of it is clearly open"
    return f"""In the middle of its edges and in its centre their mean has this much ink, {shares},
        {as_percent(part[1, 1])} in the centre: {shape}."""
