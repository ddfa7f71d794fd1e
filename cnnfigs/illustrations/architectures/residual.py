"""Residual connections: how strongly the loss still reacts to the first layer of a deep stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes

from cnnfigs.drawing.charts import grid
from cnnfigs.drawing.layout import Piece
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Chart, panel
from cnnfigs.drawing.widths import TEXT
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.parameters import Several, Whole, require
from cnnfigs.runs.architectures.residual import DeepGradients, deep_gradients

#: Colour of each kind of stack, and how far from the end of its line its name stands on a phone, in pixels.
LOOKS = (("series-1", (-18, -4)), ("series-3", (0, -30)), ("series-2", (0, 16)))


@dataclass(frozen=True)
class SkipGradients(Picture):
    """The size of the gradient at the first layer of stacks of more and more convolutions, with and without skips."""

    depths: Annotated[
        tuple[int, ...],
        Several(Whole(2, 60, step=2), 2),
        "how many convolutions the stacks have after the first one, in increasing order",
    ] = (2, 16, 30)
    seeds: Annotated[int, Whole(1, 10), "how many stacks of each kind and depth"] = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        require(sorted(self.depths) == list(self.depths), "depths", self.depths, "numbers in increasing order")

    def run(self) -> DeepGradients:
        return deep_gradients(self.depths, self.seeds)

    def draw(self, run: DeepGradients) -> Piece:
        """Draw a line for each kind over the depth, and a dot for each stack."""

        def plot(axes: Axes, narrow: bool) -> None:
            for stack, (shade, aside) in zip(run.stacks, LOOKS, strict=True):
                axes.plot(run.depths, stack.means, color=color(shade))
                for seed in stack.sizes.T:
                    axes.plot(run.depths, seed, "o", color=color(shade), markersize=5, clip_on=False)
                axes.annotate(
                    stack.kind,
                    (run.depths[-1], stack.means[-1]),
                    xytext=aside if narrow else (10, 0),
                    textcoords="offset points",
                    ha="right" if narrow else "left",
                    va="center_baseline",
                    color=color(shade),
                    fontsize=TEXT,
                    weight="bold",
                    annotation_clip=False,
                )
            axes.set_yscale("log")
            low, high = (np.floor(np.log10(min(s.sizes.min() for s in run.stacks))), 0)
            ticks = np.arange(low, high + 1, 2) if low % 2 == 0 else np.arange(low + 1, high + 1, 2)
            axes.set_yticks(10.0**ticks, [_power(tick) for tick in ticks])
            axes.set_ylim(10**low, 10**high)
            axes.minorticks_off()
            axes.set_xticks(run.depths)
            axes.set_xlabel("convolutions behind the first")
            grid(axes, "y")

        return panel("gradient at the first layer", Chart(plot, 680, 320, narrow_height=300))

    def describe(self, run: DeepGradients) -> Description:
        plain, _, skips = run.stacks
        return Description(
            f"The gradient at the first layer of deeper and deeper stacks: {_size(plain.means[-1])} in the deepest "
            f"plain one, {_size(skips.means[-1])} in the deepest with skips.",
            [
                f"A chart with {len(run.stacks)} lines over the number of convolutions behind the first layer of an "
                "untrained stack.",
                "They show the size of the gradient at that layer, geometric means, on a scale where each step is a "
                "factor of 100.",
                *(
                    f"{stack.kind[0].upper()}{stack.kind[1:]}: {_size(stack.means[0])} with {run.depths[0]} "
                    f"convolutions behind the first, {_size(stack.means[-1])} with {run.depths[-1]}."
                    for stack in run.stacks
                ),
            ],
            [
                Numbers(
                    "The gradient by the number of convolutions behind the first",
                    [stack.means for stack in run.stacks],
                    _size,
                    rows=[stack.kind for stack in run.stacks],
                    columns=[*map(str, run.depths)],
                )
            ],
        )

    def state_facts(self, run: DeepGradients) -> dict[str, str]:
        facts = {
            "least depth": str(run.depths[0]),
            "most depth": str(run.depths[-1]),
            "filters": str(run.filters),
            "images": str(run.images),
            "seeds": str(self.seeds),
        }
        for stack in run.stacks:
            first, last = float(stack.means[0]), float(stack.means[-1])
            factor = max(first / last, last / first)
            facts[f"{stack.kind} factor"] = f"{float(f'{factor:.1g}'):,.0f}"
            facts[f"{stack.kind} way"] = "smaller" if last < first else "larger"
        return facts


def _power(exponent: float) -> str:
    """Write a power of ten.

    Examples
    --------
    >>> _power(-8), _power(0)
    ('10⁻⁸', '1')
    """
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{raised}" if exponent else "1"


def _size(size: float) -> str:
    """Write a size with two figures, as a decimal fraction.

    Examples
    --------
    >>> _size(1e-8), _size(0.0015)
    ('0.00000001', '0.0015')
    """
    return f"{size:.{1 - int(np.floor(np.log10(size)))}f}".rstrip("0")
