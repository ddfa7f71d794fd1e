"""How a network is built: its layers as stacks of maps, those of one size together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from matplotlib.axes import Axes

from cnnfigs.arithmetic import Layer
from cnnfigs.arithmetic.costs import Network
from cnnfigs.commands.report.document import Drawn, captioned
from cnnfigs.drawing import pieces as drawing
from cnnfigs.drawing.layout import CLOSE, Piece, column, grid
from cnnfigs.drawing.pieces import Arrow
from cnnfigs.drawing.shapes import box
from cnnfigs.illustrations.architectures.architecture import Architecture
from cnnfigs.runs.own_model import Floats
from cnnfigs.words import counted, written

if TYPE_CHECKING:
    import keras

#: Layers that a picture of each layer by itself can hold.
DRAWN_LAYERS = 14
#: Sheets that stand for the maps of one layer, at most.
MOST_SHEETS = 40
#: In pixels: the longest side of a sheet, the short one of a row of numbers, and from each sheet to the next.
LARGEST_SHEET, THIN, OFFSET = 78, 8, 6
ARROW = " → "
NO_MAPS = "no layer gives feature maps of more than one cell"


def architecture(network: Network, model: keras.Model | None, image: Floats | None) -> str:
    """Write the section on the architecture.

    Parameters
    ----------
    network
        Its records.
    model
        The Keras model, if there is one that can be shown an image.
    image
        What it is shown.
    """
    layers, inputs = network.layers, network.inputs
    chain = all(layer.inputs == (before.name,) for before, layer in pairwise(layers)) and len(layers) <= DRAWN_LAYERS
    in_stages = stages(layers)
    sizes = [stage.size for stage in in_stages if stage.size]
    steps, what = ARROW.join(map(written, sizes)), kind(sizes[0] if sizes else ())
    words = f"{len(layers) - len(inputs):,} layers; " + (
        f"the {what} {'go' if ARROW in steps else 'are'} {steps}."
        if steps
        else "none of them makes feature maps of more than one cell."
    )
    if chain and model is not None and image is not None and inputs[layers[0].name] == image.shape:
        channels = max(layer.output_shape[-1] for layer in layers if len(layer.output_shape) == 3)
        picture = Architecture(network=model, image=image, maps_per_sheet=max(8, -(-channels // MOST_SHEETS)))
        return captioned(
            picture.to_html(),
            f"{words} Inside of each map is what the layer makes of the image.",
        )
    return captioned(
        draw_stages(inputs, in_stages, network.name).svg("stages-"),
        f"{words} Layers whose {what if steps else 'outputs'} have one size are drawn together.",
    )


@dataclass(frozen=True)
class Stage:
    """Layers one after the other whose maps have one size.

    Attributes
    ----------
    size
        Height and width of the maps, steps of the sequences, or depth, height and width of the volumes; empty where the
        layers give rows of numbers.
    channels
        How many maps, or numbers, the first and the last of these layers give.
    layers
        Names of these layers.
    """

    size: tuple[int, ...]
    channels: tuple[int, int]
    layers: tuple[str, ...]


def stages(layers: Sequence[Layer]) -> list[Stage]:
    """Sort the layers of a network by the size of their maps, in the order in which they are computed.

    Single numbers in between, as from a branch that weighs the maps, do not count. A layer that only pads goes with
    the layers behind it, for which it does so.
    """
    spatial = [number for number, layer in enumerate(layers) if _is_map(layer)]
    after = spatial[-1] if spatial else -1
    done: list[Stage] = []
    padding: tuple[str, ...] = ()
    for number, layer in enumerate(layers):
        if not layer.inputs or not layer.output_shape or (number < after and not _is_map(layer)):
            continue
        if layer.class_name.startswith("ZeroPadding") and number < after:
            padding = (*padding, layer.name)
            continue
        size = layer.output_shape[:-1] if _is_map(layer) else ()
        names, padding = (*padding, layer.name), ()
        channels = layer.output_shape[-1]
        if done and done[-1].size == size:
            before = done.pop()
            done.append(Stage(size, (before.channels[0], channels), before.layers + names))
        else:
            done.append(Stage(size, (channels, channels), names))
    return done


def _is_map(layer: Layer) -> bool:
    return max((0, *layer.output_shape[:-1])) > 1


def kind(size: Sequence[int]) -> str:
    """Name what has so many places on each axis.

    Examples
    --------
    >>> [kind(size) for size in ((), (100,), (28, 28), (8, 32, 32))]
    ['rows of numbers', 'sequences', 'maps', 'volumes']
    """
    return ("rows of numbers", "sequences", "maps", "volumes", *["arrays"] * len(size))[len(size)]


def last_of_stages(layers: Sequence[Layer]) -> list[str]:
    """Name the last layer of each stage that makes maps."""
    return [stage.layers[-1] for stage in stages(layers) if len(stage.size) == 2]


def draw_stages(inputs: Mapping[str, Sequence[int]], in_stages: Sequence[Stage], network: str) -> Drawn:
    """Draw each input, and each stage as a stack of maps, to scale."""
    spaces = {name: tuple(shape if len(shape) == 2 else shape[:-1]) for name, shape in inputs.items()}
    largest = max(chain(*(stage.size for stage in in_stages), *spaces.values()), default=1)
    begins = [
        drawing.Stage(
            shortened(name, 12) if len(inputs) > 1 else "input",
            _stack(spaces[name], 1, largest, "input"),
            [written(tuple(shape))],
            "input",
        )
        for name, shape in inputs.items()
    ]
    steps: list[drawing.Stage] = []
    told = []
    for stage in in_stages:
        heading = written(stage.size) if stage.size else "a row"
        channels = " → ".join(f"{each:,}" for each in dict.fromkeys(stage.channels))
        what, count = kind(stage.size) if stage.size else "numbers", counted(len(stage.layers), "layer")
        stack = _stack(stage.size, 3 if stage.size else 1, largest, "output")
        steps.append(drawing.Stage(heading, stack, [channels, what, count], "output"))
        told.append(
            f"{count} with " + (f"{what} of {heading}, {channels}" if stage.size else f"rows of numbers, {channels}")
        )
    if len(inputs) == 1:
        piece: Piece = drawing.Pipeline([*begins, *steps])
        begin = f"Input {written(tuple(next(iter(inputs.values()))))}"
    else:
        read = grid(
            [column(each.words("middle"), each.piece, gap=CLOSE, align="middle") for each in begins], align="end"
        )
        piece = column(read, Arrow(down=True), drawing.Pipeline(steps), align="middle") if steps else read
        begin = "Inputs " + ", ".join(f"{name} {written(tuple(shape))}" for name, shape in inputs.items())
    return Drawn(piece, f"The network {network} as stacks, to scale. {begin}; then {'; '.join(told)}.")


def _stack(size: Sequence[int], sheets: int, largest: int, name: str) -> Piece:
    """Draw a stack of maps of a size: of a volume its last two axes; a sequence lies, a row of numbers stands."""
    sides = [max(5.0, LARGEST_SHEET * side / largest) for side in size[-2:]]
    tall, wide = (LARGEST_SHEET, THIN) if not sides else (THIN, sides[0]) if len(sides) == 1 else (sides[0], sides[1])
    behind = OFFSET * (sheets - 1)

    def paint(axes: Axes, x: float, y: float, _: float) -> None:
        for sheet in reversed(range(sheets)):
            left, top = x + OFFSET * sheet, y + behind - OFFSET * sheet
            box(axes, left, top, wide, tall, edge=name, fill=f"{name}-fill")

    return drawing.Drawing(wide + behind, tall + behind, paint)


def shortened(name: str, most: int = 14) -> str:
    """Shorten a name from the middle.

    Examples
    --------
    >>> shortened("a_very_long_layer_name")
    'a_very_…r_name'
    """
    return name if len(name) <= most else f"{name[: most // 2]}…{name[-(most // 2 - 1) :]}"
