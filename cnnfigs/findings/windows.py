"""Rules about where windows stand on their maps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cnnfigs.arithmetic import Layer
from cnnfigs.arithmetic.costs import Network
from cnnfigs.arithmetic.sizes import Axis, TransposedAxis
from cnnfigs.findings.fields import FEW_PIXELS
from cnnfigs.findings.graph import by_name, operation, readers, windows
from cnnfigs.findings.rules import Found, Severity, network_rule
from cnnfigs.words import as_percent, listed, written


@network_rule(
    "stride-beyond-kernel",
    Severity.WARNING,
    why="Between one window and the next stand cells that no window reads: they were computed, or photographed, for "
    "nothing.",
    change="Make the kernel at least as large as the step, or pool before it.",
    page="padding-and-strides",
)
def beyond_kernel(network: Network) -> Iterator[Found]:
    """Find windows that step further than they are wide."""
    for layer, axes in windows(network):
        if any(axis.strides > axis.kernel_size and axis.size > axis.kernel_size for axis in axes):
            kernel, steps = [axis.kernel_size for axis in axes], [axis.strides for axis in axes]
            read = np.prod([min(k / s, 1) for k, s in zip(kernel, steps, strict=True)])
            message = (
                f"its {written(tuple(kernel))} window steps by {written(tuple(steps))} and reads about "
                f"{as_percent(float(read))} of the cells"
            )
            # Shortcuts of residual networks do so on purpose.
            severity = Severity.HINT if max(kernel) == 1 else None
            yield Found(layer.name, float(read), message, severity)


@network_rule(
    "uneven-same",
    Severity.INFO,
    why='With a step, "same" adds more cells after the image than before it, and how many depends on the size: the '
    "maps stand half a step to the side, and not as those of frameworks that pad evenly, such as PyTorch.",
    change='Where that matters, pad with a ZeroPadding layer, the same on both sides, and use padding="valid".',
    page="padding-and-strides",
)
def uneven(network: Network) -> Iterator[Found]:
    """Find padding "same" with strides that adds more on one side than on the other."""
    for layer, axes in windows(network):
        sides = [axis.padding_amounts() for axis in axes if axis.padding == "same" and axis.strides > 1]
        before, after = next((pair for pair in sides if pair[0] != pair[1]), (0, 0))
        if before != after:
            message = (
                f"it pads {before} before and {after} after a side of {axes[0].size}, and steps by {axes[0].strides}"
            )
            yield Found(layer.name, after - before, message)


@network_rule(
    "odd-size-cut",
    Severity.HINT,
    why="The last rows and columns of these maps are in no window: what the layers before found there is thrown away.",
    change='Choose a size that comes out even, or padding="same".',
    page="pooling",
)
def cut(network: Network) -> Iterator[Found]:
    """Find rows and columns of a map that are left over where a step does not come out even."""
    known, read_by = by_name(network), readers(network)
    for layer, axes in windows(network):
        if any(axis.strides > axis.kernel_size for axis in axes):
            continue  # it leaves cells out everywhere
        left = [max(0, _left_over(axis) - padded) for axis, padded in zip(axes, _padded(layer, known), strict=True)]
        others = [each for each in read_by[layer.inputs[0]] if each.name != layer.name]
        if any(left) and not others:
            names = ("step",) if len(axes) == 1 else ("slice", "row", "column")[-len(axes) :]
            told = listed(
                f"the last {name}" if count == 1 else f"the last {count} {name}s"
                for count, name in zip(left, names, strict=True)
                if count
            )
            sizes = written(tuple(axis.size for axis in axes))
            message = f"of the {sizes} cells of each map, {told} {'is' if sum(left) == 1 else 'are'} in no window"
            lost = 1 - np.prod([1 - count / axis.size for count, axis in zip(left, axes, strict=True)])
            yield Found(layer.name, max(left), message, Severity.INFO if lost < FEW_PIXELS else None)


def _left_over(axis: Axis) -> int:
    """Count the cells at the end that no window reads."""
    return axis.size - 1 - int(axis.windows().max())


def _padded(layer: Layer, known: dict[str, Layer]) -> list[int]:
    """Count the cells at the end of a layer's input that a ZeroPadding layer has added."""
    before = known[layer.inputs[0]]
    padding = before.padding if before.class_name.startswith("ZeroPadding") else None
    return [after for _, after in padding] if isinstance(padding, tuple) else [0] * (len(layer.input_shape) - 1)


@network_rule(
    "weights-on-padding",
    Severity.WARNING,
    why="Part of each kernel slice lies on padding wherever the window stands: these weights are multiplied by zero, "
    "always, and are never trained.",
    change="Feed larger images, step or pool less before this layer, or take a smaller kernel.",
    page="padding-and-strides",
)
def on_padding(network: Network) -> Iterator[Found]:
    """Find weights of a kernel that never meet anything but padding."""
    for layer, axes in windows(network):
        if "Pooling" in operation(layer):
            continue
        useful = 1.0
        for axis in axes:
            places = axis.windows()
            useful *= float(((places >= 0) & (places < axis.size)).any(axis=0).mean())
        if useful < 1:
            sizes, kernel = tuple(axis.size for axis in axes), tuple(axis.kernel_size for axis in axes)
            message = (
                f"on maps of {written(sizes)} cells, {as_percent(1 - useful)} of the weights of its {written(kernel)} "
                "window meet nothing but padding"
            )
            yield Found(layer.name, 1 - useful, message)


@network_rule(
    "checkerboard",
    Severity.WARNING,
    why="Windows that overlap unevenly add more to some cells than to their neighbours: a pattern of squares in every "
    "picture that the network draws (A. Odena and others, Deconvolution and checkerboard artifacts, Distill 2016).",
    change="Take a kernel whose size is a multiple of the step, or UpSampling2D and a convolution.",
    page="from-labels-to-masks",
)
def checkerboard(network: Network) -> Iterator[Found]:
    """Find transposed convolutions whose kernel size is no multiple of their strides."""
    for layer in network.layers:
        if operation(layer) != "ConvTranspose" or layer.shares_weights_with or not layer.kernel_size:
            continue
        steps = layer.strides or (1,) * len(layer.kernel_size)
        if all(k % s == 0 for k, s in zip(layer.kernel_size, steps, strict=True)):
            continue
        sizes = layer.input_shape[:-1]
        times = []
        for size, kernel, step in zip(sizes, layer.kernel_size, steps, strict=True):
            reached = TransposedAxis(min(size, 8) if size > 2 else 4, kernel, step).windows()
            inner = np.bincount(reached.ravel())[kernel : -kernel or None]
            times.append((int(inner.min(initial=kernel)), int(inner.max(initial=0))))
        low = int(np.prod([each for each, _ in times]))
        high = int(np.prod([each for _, each in times]))
        message = (
            f"its {written(layer.kernel_size)} window steps by {written(steps)}: between {low} and {high} windows add "
            "to a cell, its neighbours get others"
        )
        yield Found(layer.name, high - low, message)
