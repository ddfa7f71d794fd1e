"""Exercises on numbers that one can compute in the head."""

from __future__ import annotations

from dataclasses import dataclass

from cnnfigs.illustrations.base import require, require_whole
from cnnfigs.illustrations.exercise import Exercise
from cnnfigs.illustrations.networks import as_percent, percent
from cnnfigs.runs import exercises
from cnnfigs.runs.exercises import Prediction, Values


@dataclass(frozen=True)
class GreyWall(Exercise):
    """An exercise: padding is not neutral.

    Parameters
    ----------
    value
        What every pixel of the image is, 0.1 to 1.
    kernel_size
        Side of the window, an odd number from 3 to 7.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """

    value: float = 0.9
    kernel_size: int = 3

    def __post_init__(self) -> None:
        number = isinstance(self.value, int | float) and not isinstance(self.value, bool)
        require(number and 0.1 <= self.value <= 1, "value", self.value, "a number from 0.1 to 1")
        require_whole("kernel_size", self.kernel_size, 3, 7)
        require(self.kernel_size % 2 == 1, "kernel_size", self.kernel_size, "an odd number from 3 to 7")

    def run(self) -> Prediction:
        """Convolve with the mean."""
        return exercises.grey_wall(float(self.value), self.kernel_size)

    def ask(self, run: Prediction) -> str:
        """Ask for the number in the corner."""
        side = self.kernel_size
        return f"""The photo of a grey wall: every pixel is {self.value:g}. A kernel of {side}×{side} takes the mean of
            its window, each weight is 1/{side * side}. With `padding="same"`, what is the number in the upper left
            corner of the output?"""

    def explain(self, run: Prediction) -> str:
        """Count what is under the window."""
        cells, inside = self.kernel_size**2, run.given["inside"]
        return f"""In the corner only {inside:g} of the {cells} cells under the window are wall. The others are zeros
            of the padding, and they count: {inside:g}·{self.value:g} / {cells}. In the middle of the output it is
            {run.given["middle"]:.2f}. The corners come out darker than the wall is."""

    def write(self, values: Values) -> str:
        """Write a number with two decimals."""
        return f"{values[0]:.2f}"


@dataclass(frozen=True)
class ThereAndBack(Exercise):
    """An exercise: a transposed convolution is not the inverse of a convolution.

    Parameters
    ----------
    size
        How many numbers there are, 4, 6 or 8.
    seed
        For the numbers.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """

    size: int = 4
    seed: int = 1

    def __post_init__(self) -> None:
        require_whole("size", self.size, 4, 8)
        require(self.size % 2 == 0, "size", self.size, "4, 6 or 8")
        require_whole("seed", self.seed, 0)

    def run(self) -> Prediction:
        """Send a row through both layers."""
        return exercises.there_and_back(self.size, self.seed)

    def ask(self, run: Prediction) -> str:
        """Ask what comes back."""
        numbers, sums = (_numbers(run.given, name) for name in ("number", "sum"))
        return f"""A row of numbers: {numbers}. A convolution with the kernel 1, 1 and a stride of 2 adds them up
            two by two: {sums}. Now a transposed convolution with the same kernel and strides reads these sums. What
            does it make of them?"""

    def explain(self, run: Prediction) -> str:
        """Say what it does instead."""
        return """It multiplies each sum with the kernel 1, 1 and lays that down, two cells for each sum. The row is as
            long as before, but its numbers are others. They could not come back: the sums do not say what they were
            made of."""

    def write(self, values: Values) -> str:
        """Write a row of numbers."""
        return ", ".join(f"{value:g}" for value in values)


@dataclass(frozen=True)
class PooledStep(Exercise):
    """An exercise: pooling is neither invariant nor equivariant to small shifts.

    Parameters
    ----------
    seed
        For the row of numbers.

    Raises
    ------
    ValueError
        If it is not a whole number.
    """

    seed: int = 1

    def __post_init__(self) -> None:
        require_whole("seed", self.seed, 0)

    def run(self) -> Prediction:
        """Pool a row, and the same row moved by one cell."""
        return exercises.pooled_step(self.seed)

    def ask(self, run: Prediction) -> str:
        """Ask for the pooled row after the step."""
        numbers, before = (_numbers(run.given, name) for name in ("number", "before"))
        return f"""A row of a feature map is {numbers}. Max pooling with windows of two makes {before} of it. The digit
            moves by one pixel to the right, and so does the row: a 0 comes in on the left, and the last 0 falls out.
            What does max pooling make of it now?"""

    def explain(self, run: Prediction) -> str:
        """Tell what becomes of either number."""
        first, second = (value for name, value in run.given.items() if name.startswith("number ") and value)
        return f"""The {first:g} moves within its window, and nothing changes there. The {second:g} goes over into the
            next window. So a small step is swallowed for one and doubled for the other: pooling is neither invariant
            nor equivariant."""

    def write(self, values: Values) -> str:
        """Write a row of numbers."""
        return ", ".join(f"{value:g}" for value in values)


@dataclass(frozen=True)
class AddedLogits(Exercise):
    """An exercise: softmax looks at the differences of the logits alone.

    Parameters
    ----------
    lead
        By how much the first of the three logits is ahead of the two others, 1 to 4.
    added
        What is added to all of them, 1 to 10.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """

    lead: int = 2
    added: int = 5

    def __post_init__(self) -> None:
        require_whole("lead", self.lead, 1, 4)
        require_whole("added", self.added, 1, 10)

    def run(self) -> Prediction:
        """Let Keras compute softmax."""
        return exercises.softmax_shares(self.lead, self.added)

    def ask(self, run: Prediction) -> str:
        """Ask for the first probability."""
        logits = f"{1 + self.lead}, 1 and 1"
        more = f"{1 + self.lead + self.added}, {1 + self.added} and {1 + self.added}"
        return f"""Three logits are {logits}, and softmax gives the first {percent(run.given["before"])}. Now
            {self.added} is added to each: {more}. What does softmax give the first?"""

    def explain(self, run: Prediction) -> str:
        """Say what cancels."""
        return f"""The same as before. To add {self.added} to a logit multiplies its exponential by
            e to the power of {self.added}. All three grow by the same factor, and so does their sum: the shares stay.
            Only how far the logits are apart matters, not how large they are."""

    def write(self, values: Values) -> str:
        """Write a probability."""
        return percent(float(values[0])) if float(values[0]) < 1 else f"exactly {as_percent(1.0)}"


def _numbers(given: dict[str, float], name: str) -> str:
    return ", ".join(f"{value:g}" for key, value in given.items() if key.startswith(f"{name} "))
