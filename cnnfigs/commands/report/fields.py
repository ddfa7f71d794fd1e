"""How far one number of each layer sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from cnnfigs.arithmetic import Layer
from cnnfigs.arithmetic.receptive import KnownFields, ReceptiveField
from cnnfigs.commands.report.architecture import NO_MAPS, kind
from cnnfigs.commands.report.document import Drawn, captioned
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Chart
from cnnfigs.words import counted, listed, written


def receptive_fields(layers: Sequence[Layer], fields: KnownFields) -> str:
    """Write the section on the receptive fields, of layers the first of which is the image."""
    unknown = next(iter(fields.unknown.values()), "")
    image = layers[0].output_shape
    names = [
        layer.name
        for layer in layers
        if layer.name in fields.fields
        and layer.inputs
        and len(layer.output_shape) == len(image)
        and max((0, *layer.output_shape[:-1])) > 1
    ]
    if len(image) == 1:
        raise ValueError("it reads rows of numbers, and of these none has a place")
    if not names:
        raise ValueError(unknown or NO_MAPS)
    last = fields.fields[names[-1]]
    axes = axis_names(len(last.size))
    unit = {1: "steps", 2: "pixels"}.get(len(axes), "cells")
    jumps = list(zip(last.jump, axes, strict=True))
    if len(set(last.jump)) == 1:
        jumps = [(last.jump[0], unit)]
    steps = listed(counted(jump, each.removesuffix("s")) for jump, each in jumps)
    further = f"its neighbour's field begins {steps} further on" if any(last.jump) else "and so can its neighbour"
    words = (
        f"One number of {names[-1]}, the last layer with {kind(image[:-1])} whose field is known, can see "
        f"{written(last.size)} {unit} of the {written(image[:-1])}; {further}."
    )
    if unknown:
        words += f" Not known further: {unknown}"
    if len(names) == 1:
        return f"<p>{escape(words)}</p>"
    return captioned(draw_fields(names, fields.fields, image).svg("fields-"), words)


def draw_fields(names: Sequence[str], fields: Mapping[str, ReceptiveField], image: Sequence[int]) -> Drawn:
    """Draw how the receptive field grows from layer to layer.

    Parameters
    ----------
    names
        Layers with maps, in order; their fields are known.
    fields
        The fields, by name.
    image
        Shape of the input.
    """
    places = tuple(image[:-1])
    growth = {
        each: ([fields[name].size[axis] for name in names], image[axis])
        for axis, each in enumerate(axis_names(len(places)))
    }
    # Axes that are alike share a line.
    lines: dict[tuple[int, ...], list[str]] = {}
    limits: dict[int, list[str]] = {}
    for each, (sizes, side) in growth.items():
        lines.setdefault(tuple(sizes), []).append(each)
        limits.setdefault(side, []).append(each)

    def plot(axes: Axes, narrow: bool) -> None:
        axes.set_yscale("log", base=2)
        axes.yaxis.set_major_formatter("{x:g}")
        axes.minorticks_off()
        axes.set_xlabel("layer with " + kind(places))
        axes.set_ylabel("how far one number sees")
        axes.set_xlim(0.5, len(names) + 0.5)
        axes.set_ylim(0.8, 1.3 * max(*limits, *(max(sizes) for sizes in lines)))
        axes.xaxis.set_major_locator(MaxNLocator(5 if narrow else 10, integer=True))
        for number, (line, which) in enumerate(lines.items()):
            style = ("solid", (0, (5, 1)), (0, (1, 1)))[number % 3]
            axes.plot(range(1, len(line) + 1), line, color=color("kernel"), drawstyle="steps-mid", linestyle=style)
            if len(lines) > 1:
                corner, above = (1, line[0]), (4, 4 + 12 * number)
                axes.annotate(", ".join(which), corner, above, textcoords="offset points", color=color("kernel"))
        for side, which in limits.items():
            axes.axhline(side, color=color("input"), linewidth=1.5, linestyle=(0, (3, 2)))
            text = f"{'image' if len(places) == 2 else 'input'} {side}"
            if len(limits) > 1:
                text = f"{side} {', '.join(which)}"
            axes.text(1.01, side, text, transform=axes.get_yaxis_transform(), va="center", color=color("input"))

    if len(lines) == len(limits) == 1:
        growth = dict([next(iter(growth.items()))])
    words = []
    for each, (sizes, side) in growth.items():
        whole = next((name for name, size in zip(names, sizes, strict=True) if size >= side), None)
        words.append(
            f"{sizes[0]} {each} for {names[0]}, {max(sizes)} at most, {sizes[-1]} for {names[-1]}; "
            + (f"from {whole} on it is all {side}" if whole else f"it never becomes all {side}")
        )
    return Drawn(
        Chart(plot, 560, 260),
        f"A line that climbs over {len(names)} layers: the size of the receptive field. {'. '.join(words)}.",
    )


def axis_names(count: int) -> tuple[str, ...]:
    """Name what is counted along each of so many axes.

    Examples
    --------
    >>> axis_names(1), axis_names(2)
    (('steps',), ('rows', 'columns'))
    """
    return ("steps",) if count == 1 else ("slices", "rows", "columns")[-count:]
