"""Rules about what the layers see of the image."""

from __future__ import annotations

from collections.abc import Iterator

from cnnfigs.arithmetic.costs import Network
from cnnfigs.arithmetic.receptive import as_image, pixels_read
from cnnfigs.findings.graph import WINDOWS, fields_read, operation
from cnnfigs.findings.rules import Found, Severity, network_rule
from cnnfigs.words import as_percent, written

#: A field below this share of the image's side is far below it; so many pixels that never count are a mistake, and so
#: few are worth knowing.
FAR_BELOW, MANY_PIXELS, FEW_PIXELS = 0.5, 0.25, 0.02


@network_rule(
    "field-beyond-input",
    Severity.HINT,
    why="A window that reads numbers each of which sees all of the image already adds no context: such layers cost "
    "parameters and time, and have been found to add little to the accuracy (M. Richter and others, "
    "Input size matters for CNN classifiers, ICANN 2021). Where branches meet, the one that sees least must see all of "
    "it too.",
    change="Feed larger images, leave these layers out, or step or pool less before them.",
    page="downsampling",
)
def beyond(network: Network) -> Iterator[Found]:
    """Find windows that read numbers each of which sees the whole image already."""
    widest = {layer.name: size for layer, size, _ in fields_read(network)}
    for layer, size, sides in fields_read(network, narrowest=True):
        slides = operation(layer) in WINDOWS and "Pooling" not in operation(layer)
        if not slides or layer.shares_weights_with or max(layer.kernel_size or (1,)) == 1:
            continue
        if all(each >= side for each, side in zip(size, sides, strict=True)):
            way = "" if widest.get(layer.name) == size else ", by every way"
            message = (
                f"each number that it reads sees {written(size)} of the {_input(sides)} already{way}, and its "
                f"{written(layer.kernel_size or ())} window adds nothing to that"
            )
            yield Found(layer.name, max(size), message)


@network_rule(
    "field-below-input",
    Severity.HINT,
    why="Global pooling keeps what the maps hold and forgets where: what is larger than a field is seen in parts only, "
    "and how these parts stand to each other cannot count.",
    change="Add layers, larger kernels, strides or pooling before the maps are joined, or feed smaller images.",
    page="downsampling",
)
def below(network: Network) -> Iterator[Found]:
    """Find maps joined by global pooling whose numbers see less than half of the image's side."""
    for layer, size, sides in fields_read(network):
        if operation(layer) not in ("GlobalAveragePooling", "GlobalMaxPooling", "Mean", "Max"):
            continue
        # Of a gate that weighs maps no answer is made.
        if any(
            reader.class_name in ("Multiply", "Reshape") for reader in network.layers if layer.name in reader.inputs
        ):
            continue
        shares = [each / side for each, side in zip(size, sides, strict=True)]
        if max(shares) < FAR_BELOW:
            message = (
                f"each number that it joins sees {written(size)} of the {_input(sides)}, {as_percent(max(shares))} of "
                f"{'its side' if len(sides) > 1 else 'them'}"
            )
            yield Found(layer.name, max(size), message)


@network_rule(
    "pixels-never-read",
    Severity.HINT,
    why="What stands in these rows and columns cannot change the answer: steps and pooling that do not come out even "
    "leave them over, mostly at the lower and right border.",
    change='Choose sizes that come out even, pad with "same", or pad the image at the right and below; let no window '
    "step further than it is wide.",
    page="downsampling",
)
def never_read(network: Network) -> Iterator[Found]:
    """Find rows and columns of the image that reach no output."""
    layers = as_image(network.layers)
    starts = [layer for layer in layers if not layer.inputs]
    if len(starts) != 1 or len(starts[0].output_shape) < 2 or not network.outputs or network.broken:
        return
    sides = starts[0].output_shape[:-1]
    try:
        read = [pixels_read(layers, name) for name in network.outputs]
    except ValueError:  # a layer of which it is not known what it reads
        return
    lost = []
    for axis, side in enumerate(sides):
        seen = {cell for each in read for cell in each[axis].tolist()}
        lost.append(sorted(set(range(side)) - seen))
    share = 1.0
    for cells, side in zip(lost, sides, strict=True):
        share *= 1 - len(cells) / side
    if not any(lost) or share == 0:
        return
    names = ("rows", "columns") if len(sides) == 2 else tuple(f"places of axis {n}" for n in range(len(sides)))
    told = " and ".join(
        f"{len(cells)} of {side} {name} ({_runs(cells)})"
        for cells, side, name in zip(lost, sides, names, strict=True)
        if cells
    )
    severity = Severity.WARNING if 1 - share > MANY_PIXELS else Severity.INFO if 1 - share < FEW_PIXELS else None
    yield Found("", 1 - share, f"{told}: {as_percent(1 - share, 1)} of the pixels reach no output", severity)


def _input(sides: tuple[int, ...]) -> str:
    """Name what a network reads by its size.

    Examples
    --------
    >>> _input((28, 28)), _input((100,)), _input((8, 16, 16))
    ('28×28 image', '100 steps', '8×16×16 volume')
    """
    return {1: f"{written(sides)} steps", 2: f"{written(sides)} image"}.get(len(sides), f"{written(sides)} volume")


def _runs(numbers: list[int]) -> str:
    """Write whole numbers with those that follow each other together, at most three runs.

    Examples
    --------
    >>> _runs([26, 27]), _runs([3, 7, 11, 15])
    ('26–27', '3, 7, 11, …')
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    told = [f"{run[0]}" if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs]
    return ", ".join([*told[:3], *(["…"] if len(told) > 3 else [])])
