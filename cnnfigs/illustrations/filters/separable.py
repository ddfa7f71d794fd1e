"""Depthwise separable convolution: what each half reads, and what it saves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.drawing.palette import color
from cnnfigs.drawing.shapes import box, label, on_top
from cnnfigs.drawing.style import LARGE, NORMAL, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.parameters import Whole
from cnnfigs.runs.filters.separable import Piece, Separable, separable
from cnnfigs.words import written

#: Maps drawn, size of one, and from one to the next, in pixels.
MAPS, SIDE, STEP = 5, 30, 42
#: From one column of maps to the next, in pixels: alone, and where there are three.
ACROSS, NARROW = 170, 85


@dataclass(frozen=True)
class SeparableConvolution(Picture):
    """A standard convolution beside a depthwise and a pointwise one: what reads what, and what it costs."""

    block: Annotated[int, Whole(1, 16), "the block of MobileNetV2 whose costs are given"] = 12

    def run(self) -> Separable:
        return separable(self.block, MAPS)

    def draw(self, run: Separable) -> Figure:
        """Draw maps joined by lines where one reads the other, and the costs below."""
        figure, axes = canvas(500, 398)
        first, second, top = 20, 268, 58
        label(axes, first + (ACROSS + SIDE) / 2, 14, "standard", size=LARGE, bold=True)
        label(axes, second + NARROW + SIDE / 2, 14, "depthwise, then pointwise", size=LARGE, bold=True)
        _draw_piece(axes, run.standard, first, top, ACROSS)
        # The cell in the output reads all maps in between, and through each of them a window of its input map.
        between = run.pointwise.reads[..., MAPS // 2].any(axis=(1, 2))
        _draw_piece(axes, run.depthwise, second, top, NARROW, outside="text", chosen=np.flatnonzero(between))
        _draw_piece(axes, run.pointwise, second + NARROW, top, NARROW, inside=None)
        for left, right, y in ((first, first + ACROSS, 40), (second, second + 2 * NARROW, 40)):
            label(axes, left + SIDE / 2, y, "in", size=SMALL, name="input")
            label(axes, right + SIDE / 2, y, "out", size=SMALL, name="output")
        bottom = top + MAPS * STEP + 14
        for row, (name, field) in enumerate((("parameters", "parameters"), ("multiply-adds", "multiply_adds"))):
            y = bottom + row * 56
            whole = getattr(run.standard, field)
            together = getattr(run.depthwise, field) + getattr(run.pointwise, field)
            for x, value, shade in ((first, whole, "muted"), (second, together, "accent")):
                label(axes, x, y + 8, f"{value:,}", align="left", size=NORMAL, bold=True)
                label(axes, x + 200, y + 8, name, align="right", size=SMALL, name="muted")
                box(axes, x, y + 20, 200, 12, edge="grid", fill="surface", line_width=0.75)
                box(axes, x, y + 20, 200 * value / whole, 12, edge=None, fill=shade)
        return figure

    def describe(self, run: Separable) -> str:
        pieces = "; ".join(
            f"{piece.name}: each output map reads {_window(piece.reads)} of {_maps_read(piece.reads)}"
            for piece in (run.standard, run.depthwise, run.pointwise)
        )
        return f"""Small maps joined by lines where one reads the other, {MAPS} in and {MAPS} out; what the middle cell
            of one output map reads, through the maps between too, is marked. {pieces}. Below, the costs for block
            {self.block} of MobileNetV2, from {written(run.input_shape)} to {written(run.output_shape)}: a standard
            convolution would have {run.standard.parameters:,} parameters and take {run.standard.multiply_adds:,}
            multiply-adds; depthwise and pointwise together have
            {run.depthwise.parameters + run.pointwise.parameters:,} and take
            {run.depthwise.multiply_adds + run.pointwise.multiply_adds:,}."""

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


def _draw_piece(
    axes: Axes,
    piece: Piece,
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
        for row, column in np.argwhere(piece.reads[number][..., chosen].any(axis=-1)) + 2 - kernel_size // 2:
            box(axes, x + column * cell, y + row * cell, cell, cell, edge="kernel", fill="kernel-fill")
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
