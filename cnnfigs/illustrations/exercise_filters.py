"""Exercises on what a filter is made of, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass

from cnnfigs.illustrations.base import require_whole
from cnnfigs.illustrations.exercise import Exercise
from cnnfigs.runs import exercises
from cnnfigs.runs.exercises import Prediction, Values


@dataclass(frozen=True)
class FilterDepth(Exercise):
    """An exercise: a filter has the depth of its input.

    Parameters
    ----------
    filters
        How many filters the convolution has, 1 to 512.
    channels
        How many maps it reads, 2 to 512.
    kernel_size
        Side of its window, 2 to 11.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """

    filters: int = 16
    channels: int = 8
    kernel_size: int = 3

    def __post_init__(self) -> None:
        require_whole("filters", self.filters, 1, 512)
        require_whole("channels", self.channels, 2, 512)
        require_whole("kernel_size", self.kernel_size, 2, 11)

    def run(self) -> Prediction:
        """Let Keras count the parameters."""
        return exercises.filter_parameters(self.filters, self.channels, self.kernel_size)

    def ask(self, run: Prediction) -> str:
        """Ask for the number of parameters."""
        return f"""A layer `Conv2D({self.filters}, kernel_size={self.kernel_size})` reads {self.channels} feature maps.
            How many parameters does it have?"""

    def explain(self, run: Prediction) -> str:
        """Multiply it out."""
        side = self.kernel_size
        return f"""Each filter has a slice of {side}×{side} weights for each of the {self.channels} maps that it reads,
            and one bias: {side}·{side}·{self.channels} + 1 = {side * side * self.channels + 1:,}. There are
            {self.filters} of them."""

    def write(self, values: Values) -> str:
        """Write a count."""
        return f"{values[0]:,}"


@dataclass(frozen=True)
class FilterParts(Exercise):
    """An exercise: kernel slices, filters and feature maps are counted apart.

    Parameters
    ----------
    filters
        How many filters the convolution has, 2 to 512.
    channels
        How many channels its input has, 2 to 512.
    kernel_size
        Side of its window, 1 to 11.
    size
        Side of the input, 11 to 512.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """

    filters: int = 16
    channels: int = 3
    kernel_size: int = 5
    size: int = 64

    def __post_init__(self) -> None:
        require_whole("filters", self.filters, 2, 512)
        require_whole("channels", self.channels, 2, 512)
        require_whole("kernel_size", self.kernel_size, 1, 11)
        require_whole("size", self.size, 11, 512)

    def run(self) -> Prediction:
        """Let Keras build the layer, and read its kernel's shape and its output's."""
        return exercises.filter_parts(self.filters, self.channels, self.kernel_size, self.size)

    def ask(self, run: Prediction) -> str:
        """Ask for the three numbers."""
        return f"""`Conv2D({self.filters}, kernel_size={self.kernel_size})` reads an input of
            {self.size}×{self.size}×{self.channels}. How many filters does it have, how many slices of
            {self.kernel_size}×{self.kernel_size} do these have together, and how many feature maps come out?"""

    def explain(self, run: Prediction) -> str:
        """Count slices by channels and maps by filters."""
        filters, slices, _ = run.right
        return f"""A filter has a slice for each channel of the input: {self.channels} for each of the {filters} filters
            makes {slices:,}. A filter adds up what its slices give, so it makes one map."""

    def write(self, values: Values) -> str:
        """Write the three counts."""
        filters, slices, maps = values
        return f"{filters:,} filters, {slices:,} slices, {maps:,} maps"


@dataclass(frozen=True)
class SharedWeights(Exercise):
    """An exercise: all places of a window share its weights.

    Parameters
    ----------
    size
        Side of the grey image, 12 to 512.
    filters
        How many filters, 1 to 512.
    kernel_size
        Side of the window, 2 to 11.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """

    size: int = 32
    filters: int = 6
    kernel_size: int = 5

    def __post_init__(self) -> None:
        require_whole("size", self.size, 12, 512)
        require_whole("filters", self.filters, 1, 512)
        require_whole("kernel_size", self.kernel_size, 2, 11)

    def run(self) -> Prediction:
        """Let Keras count the parameters."""
        return exercises.shared_weights(self.size, self.filters, self.kernel_size)

    def ask(self, run: Prediction) -> str:
        """Ask for the number of parameters."""
        window, places = (f"{side:g}×{side:g}" for side in (self.kernel_size, run.given["places"]))
        return f"""A convolution reads a grey image of {self.size}×{self.size} with {self.filters} filters of {window},
            and makes maps of {places}. How many parameters does it have?"""

    def explain(self, run: Prediction) -> str:
        """Count one filter, and say what does not count."""
        side = self.kernel_size
        return f"""Each of the {self.filters} filters has {side}·{side} weights and one bias,
            {side * side + 1}, and uses them in every place. The size of the image does not matter."""

    def write(self, values: Values) -> str:
        """Write a count."""
        return f"{values[0]:,}"


@dataclass(frozen=True)
class SeparableWeights(Exercise):
    """An exercise: a depthwise separable convolution looks first and mixes then.

    Parameters
    ----------
    filters
        How many maps it makes, 2 to 512.
    channels
        How many maps it reads, 2 to 512.
    kernel_size
        Side of its window, 2 to 11.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """

    filters: int = 128
    channels: int = 64
    kernel_size: int = 3

    def __post_init__(self) -> None:
        require_whole("filters", self.filters, 2, 512)
        require_whole("channels", self.channels, 2, 512)
        require_whole("kernel_size", self.kernel_size, 2, 11)

    def run(self) -> Prediction:
        """Let Keras count the parameters."""
        return exercises.separable_parameters(self.filters, self.channels, self.kernel_size)

    def ask(self, run: Prediction) -> str:
        """Ask for the number of parameters."""
        return f"""`SeparableConv2D({self.filters}, kernel_size={self.kernel_size})` is Keras' depthwise separable
            convolution; its first half has no bias. It reads {self.channels} maps. How many parameters does it have?"""

    def explain(self, run: Prediction) -> str:
        """Add up its two halves."""
        side, channels, filters = self.kernel_size, self.channels, self.filters
        return f"""First each of the {channels} maps gets a window of its own: {side}·{side}·{channels} =
            {side * side * channels:,} weights. Then {filters} filters of 1×1 mix the maps: {channels}·{filters} =
            {channels * filters:,} weights, and {filters} biases."""

    def write(self, values: Values) -> str:
        """Write a count."""
        return f"{values[0]:,}"


@dataclass(frozen=True)
class UnitsOnColor(Exercise):
    """An exercise: a unit of a dense layer has a weight for every number of a colour image, and one bias.

    Parameters
    ----------
    size
        Side of the image, 2 to 64.
    channels
        How many channels it has, 2 to 4.
    units
        How many units the layer has, 2 to 512.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """

    size: int = 32
    channels: int = 3
    units: int = 100

    def __post_init__(self) -> None:
        require_whole("size", self.size, 2, 64)
        require_whole("channels", self.channels, 2, 4)
        require_whole("units", self.units, 2, 512)

    def run(self) -> Prediction:
        """Let Keras count the parameters."""
        return exercises.dense_parameters(self.size, self.channels, self.units)

    def ask(self, run: Prediction) -> str:
        """Ask for the number of parameters."""
        return f"""An image of {self.size}×{self.size} pixels has {self.channels} channels. `Flatten()` lays it out, and
            `Dense({self.units})` reads it. How many parameters does the dense layer have?"""

    def explain(self, run: Prediction) -> str:
        """Multiply it out."""
        numbers = self.size * self.size * self.channels
        return f"""The image is {self.size}·{self.size}·{self.channels} = {numbers:,} numbers. Each of the
            {self.units:,} units has a weight for every one of them, and one bias."""

    def write(self, values: Values) -> str:
        """Write a count."""
        return f"{values[0]:,}"
