"""Exercises on numbers that one can compute in the head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cnnfigs.illustrations.exercises.exercise import Exercise
from cnnfigs.parameters import Number, Seed, Whole
from cnnfigs.runs.exercises import values as computed
from cnnfigs.runs.exercises.prediction import Prediction, Values
from cnnfigs.words import as_percent, percent


@dataclass(frozen=True)
class GreyWall(Exercise):
    """An exercise: padding is not neutral."""

    value: Annotated[float, Number(0.1, 1), "what every pixel of the image is"] = 0.9
    kernel_size: Annotated[int, Whole(3, 7, step=2), "side of the window"] = 3

    form = "{:.2f}"
    others = (
        {"value": 0.6},
        {"value": 0.8, "kernel_size": 5},
        {"value": 0.5, "kernel_size": 7},
        {},
    )

    def run(self) -> Prediction:
        return computed.grey_wall(float(self.value), self.kernel_size)

    def ask(self, run: Prediction) -> str:
        side = self.kernel_size
        return f"""The photo of a grey wall: every pixel is {self.value:g}. A kernel of {side}×{side} takes the mean of
            its window, each weight is 1/{side * side}. With `padding="same"`, what is the number in the upper left
            corner of the output?"""

    def explain(self, run: Prediction) -> str:
        cells, inside = self.kernel_size**2, run.given["inside"]
        return f"""In the corner only {inside:g} of the {cells} cells under the window are wall. The others are zeros
            of the padding, and they count: {inside:g}·{self.value:g} / {cells}. In the middle of the output it is
            {run.given["middle"]:.2f}. The corners come out darker than the wall is."""


@dataclass(frozen=True)
class ThereAndBack(Exercise):
    """An exercise: a transposed convolution is not the inverse of a convolution."""

    size: Annotated[int, Whole(4, 8, step=2), "how many numbers there are"] = 4
    seed: Seed = 1

    others = (
        {"seed": 2},
        {"seed": 3},
        {"size": 6, "seed": 4},
    )

    def run(self) -> Prediction:
        return computed.there_and_back(self.size, self.seed)

    def ask(self, run: Prediction) -> str:
        numbers, sums = (_numbers(run.given, name) for name in ("number", "sum"))
        return f"""A row of numbers: {numbers}. A convolution with the kernel 1, 1 and a stride of 2 adds them up
            two by two: {sums}. Now a transposed convolution with the same kernel and strides reads these sums. What
            does it make of them?"""

    def explain(self, run: Prediction) -> str:
        return """It multiplies each sum with the kernel 1, 1 and lays that down, two cells for each sum. The row is as
            long as before, but its numbers are others. They could not come back: the sums do not say what they were
            made of."""

    def write(self, values: Values) -> str:
        return ", ".join(f"{value:g}" for value in values)


@dataclass(frozen=True)
class PooledStep(Exercise):
    """An exercise: pooling is neither invariant nor equivariant to small shifts."""

    seed: Seed = 1

    others = (
        {"seed": 2},
        {"seed": 3},
        {"seed": 4},
    )

    def run(self) -> Prediction:
        return computed.pooled_step(self.seed)

    def ask(self, run: Prediction) -> str:
        numbers, before = (_numbers(run.given, name) for name in ("number", "before"))
        return f"""A row of a feature map is {numbers}. Max pooling with windows of two makes {before} of it. The digit
            moves by one pixel to the right, and so does the row: a 0 comes in on the left, and the last 0 falls out.
            What does max pooling make of it now?"""

    def explain(self, run: Prediction) -> str:
        first, second = (value for name, value in run.given.items() if name.startswith("number ") and value)
        return f"""The {first:g} moves within its window, and nothing changes there. The {second:g} goes over into the
            next window. So the step of the {first:g} disappears, and the step of the {second:g} becomes twice as long:
            pooling is neither invariant nor equivariant."""

    def write(self, values: Values) -> str:
        return ", ".join(f"{value:g}" for value in values)


@dataclass(frozen=True)
class AddedLogits(Exercise):
    """An exercise: softmax looks at the differences of the logits alone."""

    lead: Annotated[int, Whole(1, 4), "by how much the first of the three logits is ahead of the two others"] = 2
    added: Annotated[int, Whole(1, 10), "what is added to all of them"] = 5

    others = (
        {"lead": 1, "added": 3},
        {"lead": 3, "added": 7},
        {"lead": 1, "added": 10},
    )

    def run(self) -> Prediction:
        return computed.softmax_shares(self.lead, self.added)

    def ask(self, run: Prediction) -> str:
        logits = f"{1 + self.lead}, 1 and 1"
        more = f"{1 + self.lead + self.added}, {1 + self.added} and {1 + self.added}"
        return f"""Three logits are {logits}, and softmax gives the first {percent(run.given["before"])}. Now
            {self.added} is added to each: {more}. What does softmax give the first?"""

    def explain(self, run: Prediction) -> str:
        return f"""The same as before. To add {self.added} to a logit multiplies its exponential by
            e to the power of {self.added}. All three grow by the same factor, and so does their sum: the shares stay.
            Only how far the logits are apart matters, not how large they are."""

    def write(self, values: Values) -> str:
        return percent(float(values[0])) if float(values[0]) < 1 else f"exactly {as_percent(1.0)}"


def _numbers(given: dict[str, float], name: str) -> str:
    return ", ".join(f"{value:g}" for key, value in given.items() if key.startswith(f"{name} "))
