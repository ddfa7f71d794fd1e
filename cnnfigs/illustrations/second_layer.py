"""A filter of the second layer beside the filters of the first whose maps it reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import digit, label, raster_sheet
from cnnfigs.drawing.style import SMALL, canvas
from cnnfigs.illustrations.base import Picture, require_whole
from cnnfigs.illustrations.networks import require_network, written
from cnnfigs.runs.second_layer import SecondLayerFilter, second_layer_filter

if TYPE_CHECKING:
    import keras

COLUMNS, SIDE, PATCH, PATCHES, ASKED = 8, 36, 72, 8, 1000


@dataclass(frozen=True)
class SecondLayer(Picture):
    """The slices of one filter of the second convolution, each beside the first-layer filter whose map it reads.

    Parameters
    ----------
    channel
        Which filter of the second convolution, 0 or more.
    network
        Name of one of the tutorial's convolutional networks, or a Keras model that begins with a Conv2D layer, reads
        (28, 28, 1) and has another Conv2D layer.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the network has no such filter.
    """

    channel: int = 27
    network: str | keras.Model = "convnet"

    def __post_init__(self) -> None:
        require_whole("channel", self.channel, 0)
        require_network(self.network)

    def run(self) -> SecondLayerFilter:
        """Read the filter, and search the first test digits for its pattern."""
        return second_layer_filter(self.network, self.channel, PATCHES, ASKED)

    def draw(self, run: SecondLayerFilter) -> Figure:
        """Draw pairs of a first-layer kernel and a slice, the largest slices first, and what the filter finds."""
        count = run.slices.shape[-1]
        lines = -(-count // COLUMNS)
        step, line = 2 * SIDE + 16, SIDE + 32
        bottom = 34 + lines * line + 8
        figure, axes = canvas(COLUMNS * step + 4, bottom + PATCH + 56)
        label(axes, 4, 14, "Each pair: a filter of the first layer", align="left", name="input", bold=True)
        label(axes, 272, 14, "and the slice that reads its map", align="left", name="kernel", bold=True)
        corners = []
        for place, number in enumerate(run.order):
            row, column = divmod(place, COLUMNS)
            left, top = 6 + column * step, 34 + row * line
            label(axes, left + SIDE + 2, top + 7, f"map {number}", size=SMALL, name="muted")
            corners.append((left, top + 18))
        beside = [(left + SIDE + 4, top) for left, top in corners]
        for weights, places, frame in ((run.kernels, corners, "input"), (run.slices, beside, "kernel")):
            cell = SIDE // weights.shape[0]
            arrays = [weights[..., number] for number in run.order]
            raster_sheet(axes, arrays, places, cell, signed=True, frame=frame)
        head = f"What this filter answers to most strongly in {run.asked:,} digits"
        label(axes, 4, bottom + 14, head, align="left", name="output", bold=True)
        for place, (patch, answer) in enumerate(zip(run.patches, run.answers, strict=True)):
            left = 6 + place * step
            digit(axes, patch, left, bottom + 28, PATCH, frame="output")
            label(axes, left + PATCH / 2, bottom + 28 + PATCH + 12, f"{answer:.2f}", size=SMALL, name="output")
        return figure

    def describe(self, run: SecondLayerFilter) -> str:
        """Say how many pairs there are, which slices weigh most, and what the filter answers to."""
        answers = ", ".join(f"{answer:.2f}" for answer in run.answers)
        return f"""Filter {run.channel} of the second convolution is a stack of {run.slices.shape[-1]} slices of
            {written(run.slices.shape[:2])} weights. Each is drawn as a coloured square beside the first-layer filter
            whose map it reads, the largest weights first: those that read maps
            {", ".join(str(number) for number in run.order[:4])}, then the others; the weights of the first are up to
            {np.abs(run.slices[..., run.order[0]]).max():.2f}, those of the last at most
            {np.abs(run.slices[..., run.order[-1]]).max():.2f}. Below, {len(run.patches)} patches of
            {written(run.patches.shape[1:])} pixels from {run.asked:,} digits to which the filter answers most strongly,
            {answers}: they show the same piece of stroke again and again."""

    def state_facts(self, run: SecondLayerFilter) -> dict[str, str]:
        """Give the filter's number, slices, weights and the size of a patch."""
        return {
            "channel": str(run.channel),
            "slices": str(run.slices.shape[-1]),
            "weights": str(run.slices.size),
            "parameters": str(run.slices.size + 1),
            "bias": f"{run.bias:.2f}".replace("-", "−"),
            "patch": written(run.patches.shape[1:]),
            "patches": str(len(run.patches)),
            "asked": f"{run.asked:,}",
        }
