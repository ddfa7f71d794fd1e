"""Depthwise separable convolution: what each half reads, and what it saves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cnnfigs.drawing.layout import Piece, column, flow
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Bars, Drawing, panel
from cnnfigs.drawing.shapes import box, label, on_top
from cnnfigs.drawing.widths import TEXT
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.parameters import Whole
from cnnfigs.runs.filters.separable import Piece as Half
from cnnfigs.runs.filters.separable import Separable, separable
from cnnfigs.words import written

#: Maps drawn, size of one, and from one to the next, in pixels; how far out stands from in, and room for both words.
MAPS, SIDE, STEP, ACROSS, HEAD = 5, 34, 44, 250, 24
COSTS = ("parameters", "multiply-adds")


@dataclass(frozen=True)
class SeparableConvolution(Picture):
    """A standard convolution beside a depthwise and a pointwise one: what reads what, and what it costs."""

    block: Annotated[int, Whole(1, 16), "the block of MobileNetV2 whose costs are given"] = 12

    def run(self) -> Separable:
        return separable(self.block, MAPS)

    def draw(self, run: Separable) -> Piece:
        """Draw maps joined by lines where one reads the other, and the costs below."""
        # The cell in the output reads all maps in between, and through each of them a window of its input map.
        between = np.flatnonzero(run.pointwise.reads[..., MAPS // 2].any(axis=(1, 2)))

        def standard(axes: Axes, x: float, y: float, scale: float) -> None:
            _draw_piece(axes, run.standard, x, y, ACROSS)

        def halves(axes: Axes, x: float, y: float, scale: float) -> None:
            _draw_piece(axes, run.depthwise, x, y, ACROSS / 2, outside="text", chosen=between)
            _draw_piece(axes, run.pointwise, x + ACROSS / 2, y, ACROSS / 2, inside=None)

        wholes, together = _costs(run)
        ways = (("standard", standard, wholes), ("depthwise, then pointwise", halves, together))
        return flow(
            *(
                panel(
                    title,
                    column(
                        Drawing(ACROSS + SIDE, HEAD + MAPS * STEP, partial(_with_heads, paint)),
                        Bars(
                            np.divide(cost, wholes), COSTS, 90, [f"{value:,}" for value in cost], highlight=-1, pitch=24
                        ),
                        gap=12,
                    ),
                )
                for title, paint, cost in ways
            ),
            gap=24,
            align="start",
            below="start",
        )

    def describe(self, run: Separable) -> Description:
        pieces = [
            f"{piece.name.capitalize()}: each output map reads {_window(piece.reads)} of {_maps_read(piece.reads)}."
            for piece in (run.standard, run.depthwise, run.pointwise)
        ]
        costs = _costs(run)
        return Description(
            "A standard convolution reads windows of all maps at once; depthwise and pointwise together read the same, "
            "with far fewer weights.",
            [
                f"Small maps are joined by lines where one reads the other, {MAPS} in and {MAPS} out; what the middle "
                "cell of one output map reads, through the maps between too, is marked.",
                *pieces,
                f"The costs are those of block {self.block} of MobileNetV2, from {written(run.input_shape)} to "
                f"{written(run.output_shape)}.",
                f"A standard convolution would have {run.standard.parameters:,} parameters and take "
                f"{run.standard.multiply_adds:,} multiply-adds.",
                f"Depthwise and pointwise together have {costs[1, 0]:,} and take {costs[1, 1]:,}.",
            ],
            [Numbers("The costs", costs, "{:,}".format, rows=["standard", "depthwise, then pointwise"], columns=COSTS)],
        )

    def state_facts(self, run: Separable) -> dict[str, str]:
        together = run.depthwise.multiply_adds + run.pointwise.multiply_adds
        return {
            "block": str(self.block),
            "input": written(run.input_shape),
            "output": written(run.output_shape),
            "input maps": str(run.input_shape[-1]),
            "output maps": str(run.output_shape[-1]),
            "window": str(run.kernel_size),
            "standard parameters": f"{run.standard.parameters:,}",
            "depthwise parameters": f"{run.depthwise.parameters:,}",
            "pointwise parameters": f"{run.pointwise.parameters:,}",
            "parameters": f"{run.depthwise.parameters + run.pointwise.parameters:,}",
            "standard multiply-adds": f"{run.standard.multiply_adds:,}",
            "multiply-adds": f"{together:,}",
            "times": f"{run.standard.multiply_adds / together:.1f}",
            "share": f"{together / run.standard.multiply_adds:.3f}",
        }


def _costs(run: Separable) -> NDArray[np.int64]:
    """Return parameters and multiply-adds, first of the standard convolution, then of both halves together."""
    costs = [(piece.parameters, piece.multiply_adds) for piece in (run.standard, run.depthwise, run.pointwise)]
    return np.array([costs[0], np.add(costs[1], costs[2])])


def _with_heads(
    paint: Callable[[Axes, float, float, float], None], axes: Axes, x: float, y: float, scale: float
) -> None:
    """Draw maps below the words that say on which side they go in and come out."""
    for left, text, name in ((x, "in", "input"), (x + ACROSS, "out", "output")):
        label(axes, left + SIDE / 2, y + 8, text, size=TEXT, name=name)
    paint(axes, x, y + HEAD, scale)


def _draw_piece(
    axes: Axes,
    piece: Half,
    x: float,
    top: float,
    across: float,
    inside: str | None = "input",
    outside: str = "output",
    chosen: Sequence[int] | NDArray[np.intp] = (MAPS // 2,),
) -> None:
    """Draw maps at both sides, and lines where one is read by the other; what the chosen maps read stands out.

    Parameters
    ----------
    axes
        Axes of a canvas.
    piece
        What to draw.
    x, top, across
        Upper left corner, and how far the right maps stand from the left ones, in pixels.
    inside, outside
        Colour of the maps at the left, or None where they are drawn already, and of those at the right.
    chosen
        Which of the maps at the right.
    """
    maps, kernel_size = piece.reads.shape[:2]
    cell = SIDE / 5
    read = piece.reads.any(axis=(1, 2))
    # What stands out is drawn last.
    for source, target in sorted(np.argwhere(read).tolist(), key=lambda line: line[1] in chosen):
        axes.plot(
            [x + SIDE + 1, x + across - 1],
            [top + source * STEP + SIDE / 2, top + target * STEP + SIDE / 2],
            color=color("kernel" if target in chosen else "grid"),
            linewidth=2 if target in chosen else 0.5,
            zorder=on_top(axes),
        )
    for number in range(maps):
        y = top + number * STEP
        if inside is not None:
            box(axes, x, y, SIDE, SIDE, edge=inside, fill="background")
        box(axes, x + across, y, SIDE, SIDE, edge=outside, fill="background")
        for down, right in np.argwhere(piece.reads[number][..., chosen].any(axis=-1)) + 2 - kernel_size // 2:
            box(axes, x + right * cell, y + down * cell, cell, cell, edge="kernel", fill="kernel-fill")
        if number in chosen:
            box(axes, x + across + 2 * cell, y + 2 * cell, cell, cell, edge=outside, fill="output-fill")


def _window(reads: NDArray[np.bool_]) -> str:
    """Write the size of the window that a layer reads of a map.

    Examples
    --------
    >>> _window(np.eye(2, dtype=bool).reshape(2, 1, 1, 2))
    '1×1 cell'
    """
    window = reads.any(axis=(0, 3))
    rows, columns = (int(np.any(window, axis=axis).sum()) for axis in (1, 0))
    return f"{rows}×{columns} cell{'s' if rows * columns > 1 else ''}"


def _maps_read(reads: NDArray[np.bool_]) -> str:
    """Write how many input maps each output map reads.

    Examples
    --------
    >>> _maps_read(np.eye(2, dtype=bool).reshape(2, 1, 1, 2))
    'one input map'
    """
    read = reads.any(axis=(1, 2)).sum(axis=0)
    return "one input map" if (read == 1).all() else "all input maps"
