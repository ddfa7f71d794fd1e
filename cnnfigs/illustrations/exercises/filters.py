"""Exercises on what a filter is made of, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cnnfigs.illustrations.exercises.exercise import Exercise
from cnnfigs.parameters import Number, Several, Whole
from cnnfigs.runs.exercises import filters as computed
from cnnfigs.runs.exercises.prediction import Prediction, Values
from cnnfigs.words import listed, written_number

Filters = Annotated[int, Whole(1, 512), "how many filters the convolution has"]
Channels = Annotated[int, Whole(2, 512), "how many maps it reads"]
KernelSize = Annotated[int, Whole(2, 11), "side of its window"]


@dataclass(frozen=True)
class FilterDepth(Exercise):
    """An exercise: a filter has the depth of its input."""

    filters: Filters = 16
    channels: Channels = 8
    kernel_size: KernelSize = 3

    fields = ("parameters",)
    others = (
        {"filters": 32, "channels": 3, "kernel_size": 5},
        {"filters": 64, "channels": 32},
        {"filters": 10, "channels": 6, "kernel_size": 5},
    )

    def run(self) -> Prediction:
        return computed.filter_parameters(self.filters, self.channels, self.kernel_size)

    def ask(self, run: Prediction) -> str:
        return f"""A layer `Conv2D({self.filters}, kernel_size={self.kernel_size})` reads {self.channels} feature maps.
            How many parameters does it have?"""

    def explain(self, run: Prediction) -> str:
        side = self.kernel_size
        return f"""Each filter has a slice of {side}×{side} weights for each of the {self.channels} maps that it reads,
            and one bias: {side}·{side}·{self.channels} + 1 = {side * side * self.channels + 1:,}. There are
            {self.filters} of them."""


@dataclass(frozen=True)
class FilterParts(Exercise):
    """An exercise: kernel slices, filters and feature maps are counted apart."""

    filters: Annotated[int, Whole(2, 512), "how many filters the convolution has"] = 16
    channels: Annotated[int, Whole(2, 512), "how many channels its input has"] = 3
    kernel_size: Annotated[int, Whole(1, 11), "side of its window"] = 5
    size: Annotated[int, Whole(11, 512), "side of the input"] = 64

    form = "{:,} filters, {:,} slices, {:,} maps"
    fields = ("filters", "slices", "maps")
    others = (
        {"filters": 8, "channels": 4, "kernel_size": 3, "size": 32},
        {"filters": 32, "channels": 16, "kernel_size": 3, "size": 28},
        {"filters": 6, "channels": 2, "kernel_size": 7, "size": 96},
    )

    def run(self) -> Prediction:
        return computed.filter_parts(self.filters, self.channels, self.kernel_size, self.size)

    def ask(self, run: Prediction) -> str:
        return f"""`Conv2D({self.filters}, kernel_size={self.kernel_size})` reads an input of
            {self.size}×{self.size}×{self.channels}. How many filters does it have, how many slices of
            {self.kernel_size}×{self.kernel_size} do these have together, and how many feature maps come out?"""

    def explain(self, run: Prediction) -> str:
        filters, slices, _ = run.right
        return f"""A filter has a slice for each channel of the input: {self.channels} for each of the {filters} filters
            makes {slices:,}. A filter adds up what its slices give, so it makes one map."""


@dataclass(frozen=True)
class SharedWeights(Exercise):
    """An exercise: all places of a window share its weights."""

    size: Annotated[int, Whole(12, 512), "side of the grey image"] = 32
    filters: Filters = 6
    kernel_size: KernelSize = 5

    fields = ("parameters",)
    others = (
        {"size": 28, "filters": 32, "kernel_size": 3},
        {"size": 20, "filters": 10, "kernel_size": 7},
        {"size": 96, "filters": 4, "kernel_size": 5},
        {},
    )

    def run(self) -> Prediction:
        return computed.shared_weights(self.size, self.filters, self.kernel_size)

    def ask(self, run: Prediction) -> str:
        window, places = (f"{side:g}×{side:g}" for side in (self.kernel_size, run.given["places"]))
        return f"""A convolution reads a grey image of {self.size}×{self.size} with {self.filters} filters of {window},
            and makes maps of {places}. How many parameters does it have?"""

    def explain(self, run: Prediction) -> str:
        side = self.kernel_size
        return f"""Each of the {self.filters} filters has {side}·{side} weights and one bias,
            {side * side + 1}, and uses them in every place. The size of the image does not matter."""


@dataclass(frozen=True)
class PartialFilters(Exercise):
    """An exercise: a filter that reads some of the maps has a slice for each of these, and one bias."""

    groups: Annotated[int, Whole(2, 8), "how many groups the filters form"] = 2
    read: Annotated[int, Whole(2, 16), "how many maps each filter reads"] = 4
    made: Annotated[int, Whole(2, 64), "how many filters each group has"] = 6
    kernel_size: KernelSize = 3

    fields = ("parameters",)
    others = (
        {"groups": 2, "read": 3, "made": 5, "kernel_size": 5},
        {"groups": 4, "read": 2, "made": 8},
        {"groups": 3, "read": 5, "made": 4, "kernel_size": 5},
    )

    def run(self) -> Prediction:
        return computed.grouped_parameters(self.groups, self.read, self.made, self.kernel_size)

    def ask(self, run: Prediction) -> str:
        channels, filters, side = (f"{each:g}" for each in (*run.given.values(), self.kernel_size))
        return f"""A convolution has {filters} filters of {side}×{side}. There are {channels} maps to read, but by a
            table, as in C3, each filter reads only {self.read} of them. How many parameters does it have?"""

    def explain(self, run: Prediction) -> str:
        side, filters = self.kernel_size, f"{run.given['filters']:g}"
        return f"""A filter has a slice for each map that it reads, and one bias: {self.read}·{side}·{side} + 1 =
            {self.read * side * side + 1}. There are {filters} filters. Which of the maps each of them reads makes no
            difference to the count."""


@dataclass(frozen=True)
class SeparableWeights(Exercise):
    """An exercise: a depthwise separable convolution looks first and mixes then."""

    filters: Annotated[int, Whole(2, 512), "how many maps it makes"] = 128
    channels: Channels = 64
    kernel_size: KernelSize = 3

    fields = ("parameters",)
    others = (
        {"filters": 32, "channels": 16},
        {"filters": 64, "channels": 32, "kernel_size": 5},
        {"filters": 100, "channels": 50},
    )

    def run(self) -> Prediction:
        return computed.separable_parameters(self.filters, self.channels, self.kernel_size)

    def ask(self, run: Prediction) -> str:
        return f"""`SeparableConv2D({self.filters}, kernel_size={self.kernel_size})` is Keras' depthwise separable
            convolution; its first half has no bias. It reads {self.channels} maps. How many parameters does it have?"""

    def explain(self, run: Prediction) -> str:
        side, channels, filters = self.kernel_size, self.channels, self.filters
        return f"""First each of the {channels} maps gets a window of its own: {side}·{side}·{channels} =
            {side * side * channels:,} weights. Then {filters} filters of 1×1 mix the maps: {channels}·{filters} =
            {channels * filters:,} weights, and {filters} biases."""


@dataclass(frozen=True)
class UnitsOnColor(Exercise):
    """An exercise: a unit of a dense layer has a weight for every number of a colour image, and one bias."""

    size: Annotated[int, Whole(2, 64), "side of the image"] = 32
    channels: Annotated[int, Whole(2, 4), "how many channels it has"] = 3
    units: Annotated[int, Whole(2, 512), "how many units the layer has"] = 100

    fields = ("parameters",)
    others = (
        {"size": 10, "units": 20},
        {"size": 16, "units": 50},
        {"size": 20, "channels": 4, "units": 10},
    )

    def run(self) -> Prediction:
        return computed.dense_parameters(self.size, self.channels, self.units)

    def ask(self, run: Prediction) -> str:
        return f"""An image of {self.size}×{self.size} pixels has {self.channels} channels. `Flatten()` lays it out, and
            `Dense({self.units})` reads it. How many parameters does the dense layer have?"""

    def explain(self, run: Prediction) -> str:
        numbers = self.size * self.size * self.channels
        return f"""The image is {self.size}·{self.size}·{self.channels} = {numbers:,} numbers. Each of the
            {self.units:,} units has a weight for every one of them, and one bias."""


@dataclass(frozen=True)
class WorkOfFilters(Exercise):
    """An exercise: a convolution uses each weight in every place, so work is not parameters."""

    size: Annotated[int, Whole(12, 64), "side of the maps that it reads"] = 12
    channels: Channels = 16
    filters: Filters = 8
    kernel_size: Annotated[int, Whole(2, 7), "side of the window"] = 3

    fields = ("multiply-adds",)
    others = (
        {"size": 12, "channels": 4, "filters": 10},
        {"size": 14, "channels": 8, "filters": 5, "kernel_size": 5},
        {"size": 22, "channels": 3, "filters": 10},
    )

    def run(self) -> Prediction:
        return computed.multiplied(self.size, self.channels, self.filters, self.kernel_size)

    def ask(self, run: Prediction) -> str:
        return f"""A convolution with {self.filters} filters of {self.kernel_size}×{self.kernel_size} and without
            padding reads {self.channels} maps of {self.size}×{self.size}. It has {run.given["weights"]:,.0f} weights.
            How many multiply-adds does one image take?"""

    def explain(self, run: Prediction) -> str:
        side, places, weights = (run.given[name] for name in ("side", "places", "weights"))
        return f"""The window fits in {side:.0f}·{side:.0f} = {places:,.0f} places, and in each of them every weight is
            used once: {places:,.0f}·{weights:,.0f}."""


@dataclass(frozen=True)
class BestPossible(Exercise):
    """An exercise: the best image for a filter has ink where its weights are positive, and none elsewhere.

    Numbers of which a wrong rule makes the right sum are refused when they are asked about.
    """

    weights: Annotated[
        tuple[float, ...], Several(Number(-9, 9), 4, 4, again=True), "the weights of a window of 2×2, row by row"
    ] = (2.0, -1.0, 3.0, -4.0)
    bias: Annotated[float, Number(-9, 9), "the bias"] = -1.0

    fields = ("largest sum",)
    others = (
        {"weights": (1.0, 4.0, -2.0, 3.0), "bias": -3.0},
        {"weights": (-5.0, 2.0, 6.0, 1.0), "bias": 2.0},
        {"weights": (3.0, -2.0, -3.0, 5.0), "bias": -2.0},
    )

    def run(self) -> Prediction:
        return computed.best_possible(tuple(map(float, self.weights)), float(self.bias))

    def ask(self, run: Prediction) -> str:
        upper, lower = (listed(map(written_number, row)) for row in (self.weights[:2], self.weights[2:]))
        return f"""A filter has the weights {upper} in its upper row, {lower} in its lower row, and the bias
            {written_number(self.bias)}. Pixels are 0 for paper to 1 for ink. How large is the largest sum that an image
            can give it?"""

    def explain(self, run: Prediction) -> str:
        added = " + ".join(f"{value:g}" for value in self.weights if value > 0)
        return f"""Full ink where a weight is positive, paper where it is negative: {added}, and the bias. Made images
            stay below that where ink has a price; found pieces come near it only if some digit looks so."""

    def write(self, values: Values) -> str:
        return written_number(float(values[0]))
