"""A filter of the second layer beside the filters of the first whose maps it reads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from cnnfigs.drawing.layout import Piece, column, either, grid, row
from cnnfigs.drawing.pieces import Arrow, Digit, Raster, Tiles, Words, hundredths, panel, space
from cnnfigs.drawing.widths import TITLE
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers, Part
from cnnfigs.illustrations.filters.local_patterns import weights_in_words
from cnnfigs.illustrations.networks import Network, require_filter
from cnnfigs.parameters import Whole
from cnnfigs.runs.filters.second_layer import SecondLayerFilter, second_layer_filter
from cnnfigs.words import as_percent, fixed, signed, written

PATCHES, ASKED = 8, 1000
#: How many pairs are drawn large, and how many of the other slices stand in a row.
PAIRS, COLUMNS = 6, 13


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

    def draw(self, run: SecondLayerFilter) -> Piece:
        """Draw the pairs that add most to the answers, the other slices small, and what the filter finds."""
        large, small = run.order[:PAIRS], run.order[PAIRS:]
        strongest, limit = float(np.abs(run.kernels).max()), float(np.abs(run.slices).max())

        def pair(side: float, gap: float, number: int) -> Piece:
            between = column(
                space(50),
                Words(f"map {number}", "muted", align="middle"),
                Arrow(length=28),
                Words(signed(run.contributions[number], 2), "output", bold=True, align="middle"),
                gap=2,
                align="middle",
            )
            kernel, slice_ = run.kernels[..., number], run.slices[..., number]
            return row(
                Raster(kernel, side, limit=strongest, signed=True, frame="input"),
                between,
                Raster(slice_, side, limit=limit, signed=True, frame="kernel"),
                gap=gap,
            )

        def pairs(side: float, gap: float, columns: int) -> Piece:
            return grid([pair(side, gap, number) for number in large], columns, gap=2.5 * gap)

        heads = row(
            Words("a filter of the first layer", "input", TITLE, bold=True),
            Words("and the slice that reads its map", "kernel", TITLE, bold=True),
        )
        parts = [column(heads, either(pairs(66, 12, 3), pairs(46, 4, 2)), gap=10)]
        if len(small):
            slices = Tiles(
                run.slices[..., small], 10, COLUMNS, 12, [*map(str, small)], limit=limit, signed=True, frame="kernel"
            )
            parts.append(
                panel(f"the other {len(small)} slices", slices, "and the numbers of their maps", name="kernel")
            )
        patches = [
            column(Digit(patch, 72, frame="output"), Words(f"{answer:.2f}", "output"), gap=1, align="middle")
            for patch, answer in zip(run.patches, run.answers, strict=True)
        ]
        found = panel(
            "what this filter answers to most strongly",
            grid(patches, gap=9),
            f"of all places in {run.asked:,} digits",
            name="output",
        )
        return column(*parts, found, gap=26)

    def describe(self, run: SecondLayerFilter) -> Description:
        large, rest = run.order[:PAIRS], run.order[PAIRS:]
        pairs = [
            Part(
                f"Map {number}, whose slice adds {signed(run.contributions[number], 2)}",
                (
                    f"Its filter: {weights_in_words(run.kernels[..., number])}.",
                    f"The slice: {weights_in_words(run.slices[..., number])}; {(run.slices[..., number] > 0).sum()} of "
                    f"{run.slices[..., number].size} weights are positive.",
                ),
            )
            for number in large
        ]
        others = (
            f"The other {len(rest)} slices are drawn small; they add between "
            f"{signed(run.contributions[rest].min(), 2)} and {signed(run.contributions[rest].max(), 2)} each."
        )
        count, window = run.slices.shape[-1], written(run.slices.shape[:2])
        cells = [f"{row}, {column}" for row, column in np.ndindex(run.slices.shape[:2])]
        return Description(
            f"Filter {run.channel} of the second convolution, a stack of {count} slices: each reads the map of one "
            "filter of the first layer; and what it finds.",
            [
                f"It has {count} slices of {window} weights.",
                f"The {len(large)} slices that add most to the answers are drawn large, each after the first-layer "
                "filter whose map it reads.",
                "An arrow goes from the filter to the slice, and below it stands what the slice adds.",
                "For each of them, where the large weights are:",
                *pairs,
                *([others] if len(rest) else []),
                Part(
                    "What the filter finds",
                    (
                        f"{len(run.patches)} patches of {written(run.patches.shape[1:])} pixels from {run.asked:,} "
                        "digits to which the filter answers most strongly.",
                        *stroke_in_words(run.ink),
                    ),
                ),
            ],
            [
                Numbers(
                    "The slices, those first that add most: their weights by row and column",
                    run.slices.reshape(-1, count).T[run.order],
                    hundredths,
                    rows=[f"slice of map {number}" for number in run.order],
                    columns=cells,
                ),
                Numbers(
                    "What each slice adds",
                    run.contributions[run.order, np.newaxis],
                    partial(signed, decimals=2),
                    rows=[f"slice of map {number}" for number in run.order],
                    columns=["adds"],
                ),
                Numbers(
                    "The filters of the first layer whose maps the large slices read: their weights by row and column",
                    run.kernels.reshape(-1, run.kernels.shape[-1]).T[large],
                    hundredths,
                    rows=[f"filter {number}" for number in large],
                    columns=[f"{row}, {column}" for row, column in np.ndindex(run.kernels.shape[:2])],
                ),
                Numbers("The answers to the patches", run.answers, "{:.2f}".format, rows=["answer"]),
                Numbers(
                    "The patches: their pixels by row and column",
                    run.patches.reshape(len(run.patches), -1),
                    hundredths,
                    rows=[f"patch {number}" for number in range(len(run.patches))],
                    columns=[f"{row}, {column}" for row, column in np.ndindex(run.patches.shape[1:])],
                ),
            ],
        )

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


def stroke_in_words(part: NDArray[np.float32]) -> tuple[str, str]:
    """Say where the ink lies in three by three parts of a patch, and to which side the stroke is open.

    A side is open if the middle of that edge has less than half the ink of every other edge's middle.

    Examples
    --------
    >>> stroke_in_words(np.array([[1, 1, 1], [1, 0, 0], [1, 1, 1]]))[1]
    'It is a bow that is open to the right.'
    """
    ink = {"left": part[1, 0], "right": part[1, 2], "top": part[0, 1], "bottom": part[2, 1]}
    shares = ", ".join(f"{as_percent(share)} at the {side}" for side, share in ink.items())
    first, second = sorted(ink, key=ink.__getitem__)[:2]
    is_open = ink[first] < ink[second] / 2
    return (
        f"In the middle of its edges and in its centre their mean has this much ink: {shares}, "
        f"{as_percent(part[1, 1])} in the centre.",
        f"It is a bow that is open to the {first}." if is_open else "No side of it is clearly open.",
    )
