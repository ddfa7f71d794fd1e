"""Exercises on what size comes out, and on how far a unit sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cnnfigs.illustrations.exercises.exercise import Exercise
from cnnfigs.parameters import Whole, require_whole
from cnnfigs.runs.exercises import sizes as computed
from cnnfigs.runs.exercises.prediction import Prediction


@dataclass(frozen=True)
class StridedSame(Exercise):
    """An exercise: "same" padding keeps the size at strides 1 only.

    With strides of `kernel_size` or more, the wrong rules may be right.
    """

    size: Annotated[int, Whole(16, 512), "side of the input"] = 27
    kernel_size: Annotated[int, Whole(3, 7), "side of the window"] = 3
    strides: Annotated[int, Whole(2, 6), "from one window to the next, less than `kernel_size`"] = 2

    form = "{0}×{0}"
    fields = ("rows, and as many columns",)
    others = (
        {"size": 50, "kernel_size": 5, "strides": 3},
        {"size": 33, "kernel_size": 3},
        {"size": 64, "kernel_size": 5, "strides": 4},
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        require_whole("strides", self.strides, 2, self.kernel_size - 1)

    def run(self) -> Prediction:
        return computed.same_size(self.size, self.kernel_size, self.strides)

    def ask(self, run: Prediction) -> str:
        options = f'kernel_size={self.kernel_size}, strides={self.strides}, padding="same"'
        return f"`Conv2D(1, {options})` reads an input of {self.size}×{self.size}. How large is its output?"

    def explain(self, run: Prediction) -> str:
        exactly = f"{self.size / self.strides:.4g}"
        rounded = "" if self.size % self.strides == 0 else f", rounded up {run.right[0]}"
        return f""""Same" adds so many zeros that the output has the input's size divided by the strides:
            {self.size} / {self.strides} = {exactly}{rounded}. Only with a stride of 1 is that the size itself."""


@dataclass(frozen=True)
class OddPooling(Exercise):
    """An exercise: half of an odd number of rows is not a whole number, and pooling leaves the rest out."""

    size: Annotated[int, Whole(5, 255, step=2), "side of the maps"] = 27
    channels: Annotated[int, Whole(2, 512), "how many maps"] = 16

    form = "{}×{}×{}"
    fields = ("height", "width", "channels")
    others = (
        {"size": 13, "channels": 32},
        {"size": 7, "channels": 64},
        {"size": 55, "channels": 6},
    )

    def run(self) -> Prediction:
        return computed.pooled_shape(self.size, self.channels)

    def ask(self, run: Prediction) -> str:
        return f"""{self.channels} maps of {self.size}×{self.size} go through `MaxPooling2D(pool_size=2)`. Which shape
            comes out?"""

    def explain(self, run: Prediction) -> str:
        return f"""In {self.size} cells, {run.right[0]} windows of two stand side by side. One cell is left over, and
            Keras drops it: the last row and the last column are not looked at. Each map is pooled by itself, so there
            are as many as before."""


@dataclass(frozen=True)
class LargerImage(Exercise):
    """An exercise: an image of another size goes through the convnet's first layers.

    At some sizes that are no multiple of 4, all halves are whole.
    """

    size: Annotated[int, Whole(12, 256, step=4), "side of the image"] = 32

    form = "{:,}×{:,}×{:,}"
    fields = ("height", "width", "channels")
    others = (
        {"size": 64},
        {"size": 40},
        {"size": 100},
    )

    def run(self) -> Prediction:
        return computed.halvings(self.size)

    def ask(self, run: Prediction) -> str:
        return f"""You build the convnet of this page for images of {self.size}×{self.size} instead of 28×28. Which
            shape comes out of its second pooling?"""

    def explain(self, run: Prediction) -> str:
        heights = " → ".join(f"{height:g}" for height in (self.size, *run.given.values()))
        return f"""The height goes {heights}. A convolution with a window of 3×3 takes away two rows. A pooling halves,
            and of an odd number it drops the last row. There is a map for each of the {run.right[2]} filters of the
            second convolution."""


@dataclass(frozen=True)
class FieldBehindPooling(Exercise):
    """An exercise: behind a pooling, each step of a window is wider."""

    kernel_size: Annotated[int, Whole(2, 7), "side of the windows of both convolutions"] = 3
    pool_size: Annotated[int, Whole(2, 4), "side of the window of the pooling between them, and its strides"] = 2

    form = "{0}×{0}"
    fields = ("pixels in a row",)
    others = (
        {"kernel_size": 5},
        {"pool_size": 3},
        {"kernel_size": 5, "pool_size": 4},
    )

    def run(self) -> Prediction:
        return computed.field_size(self.kernel_size, self.pool_size)

    def ask(self, run: Prediction) -> str:
        convolution = f"a convolution with a window of {self.kernel_size}×{self.kernel_size}"
        return f"""Three layers: {convolution}, max pooling with {self.pool_size}×{self.pool_size}, and again
            {convolution}. How many pixels does a unit of the last one see?"""

    def explain(self, run: Prediction) -> str:
        kernel, pool, pooled = self.kernel_size, self.pool_size, run.given["pooled"]
        return f"""Behind the first convolution a unit sees {kernel} pixels in a row, behind the pooling
            {kernel} + {pool - 1} = {pooled:g}. From there on, neighbours stand {pool} pixels apart, so the second
            window adds {kernel - 1} steps of {pool} pixels: {pooled:g} + {kernel - 1}·{pool} = {run.right[0]}."""
