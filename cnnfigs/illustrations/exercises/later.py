"""Exercises on limits, and on the ideas of later networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cnnfigs.illustrations.exercises.exercise import Exercise
from cnnfigs.parameters import Number, Whole
from cnnfigs.runs import exercises
from cnnfigs.runs.exercises import Prediction, Values
from cnnfigs.words import fixed, listed, written_number

#: Numbers of a place's channels in two images of a batch.
FIRST, SECOND = (1.0, 4.0, 7.0), (7.0, 4.0, 1.0)
#: Dot products of the asking patch with three others, and the values of these.
PRODUCTS, VALUES = (3.0, 1.0, 0.0), (10.0, 20.0, 60.0)


@dataclass(frozen=True)
class SmallSteps(Exercise):
    """An exercise: many small changes of pixels that all point the same way add up to a large one of a sum."""

    weight: Annotated[float, Number(0.01, 1), "the size of each weight"] = 0.03
    step: Annotated[float, Number(0.01, 0.5), "by how much each pixel changes"] = 0.1

    def run(self) -> Prediction:
        return exercises.small_steps(self.weight, self.step)

    def ask(self, run: Prediction) -> str:
        return f"""A unit reads all {run.given["pixels"]:.0f} pixels of a digit. Half of its weights are
            {self.weight:g}, half are −{self.weight:g}. Each pixel changes by {self.step:g} of the way from paper to
            ink, in the direction in which it makes the unit’s sum larger. By how much does the sum grow?"""

    def explain(self, run: Prediction) -> str:
        return f"""Each pixel adds {self.weight:g} · {self.step:g}, whatever the sign of its weight, since it goes that
            way. All {run.given["pixels"]:.0f} together add {run.given["pixels"]:.0f} times as much. At random, half
            would go the wrong way, and nearly all would cancel."""

    def write(self, values: Values) -> str:
        return f"by {written_number(float(values[0]), 3)}"


@dataclass(frozen=True)
class NormalizedVector(Exercise):
    """An exercise: layer normalisation looks along the channels of one place, not along the batch."""

    def run(self) -> Prediction:
        return exercises.normalized(FIRST, SECOND)

    def ask(self, run: Prediction) -> str:
        first, second = (listed(f"{value:g}" for value in each) for each in (FIRST, SECOND))
        return f"""A batch has two images, each with one place and three channels: {first} in the first image, {second}
            in the second. What does layer normalisation make of the first number of the first image, with nothing
            learned yet?"""

    def explain(self, run: Prediction) -> str:
        mean, spread = run.given["mean"], run.given["spread"]
        return f"""It takes the mean and the spread of the three numbers of the first image: {mean:g} and {spread:.2f}.
            So the result is ({FIRST[0]:g} − {mean:g}) / {spread:.2f}. The second image has no part in it."""

    def write(self, values: Values) -> str:
        return fixed(float(values[0]), 2)


@dataclass(frozen=True)
class SlopeThroughBlocks(Exercise):
    """An exercise: a slope goes through a stack with residual connections by many ways at once."""

    weight: Annotated[float, Number(0.1, 0.9), "the weight of the one unit in each block"] = 0.5
    blocks: Annotated[int, Whole(2, 20), "how many blocks"] = 10

    def run(self) -> Prediction:
        return exercises.slope_through_blocks(self.weight, self.blocks)

    def ask(self, run: Prediction) -> str:
        return f"""A stack has {self.blocks} blocks. In each, one unit multiplies its input by {self.weight:g}, and a
            residual connection adds the input to that. How large is the slope of the last output along the first
            input?"""

    def explain(self, run: Prediction) -> str:
        return f"""Each block makes x into {self.weight:g}x + x, which is {1 + self.weight:g} times x. The slopes of the
            blocks are multiplied: {1 + self.weight:g} to the power {self.blocks}. So with skips a slope may grow, and
            not only stay."""

    def write(self, values: Values) -> str:
        return f"about {float(f'{float(values[0]):.2g}'):g}"


@dataclass(frozen=True)
class AttendedValue(Exercise):
    """An exercise: attention takes a mean of values, weighted by softmax."""

    def run(self) -> Prediction:
        return exercises.attended(PRODUCTS, VALUES)

    def ask(self, run: Prediction) -> str:
        products, values = (listed(f"{value:g}" for value in each) for each in (PRODUCTS, VALUES))
        return f"""A patch attends to three others. Its dot products with them, already divided by the root of the
            vectors' length, are {products}. Their values are one number each: {values}. What does the patch take with
            it?"""

    def explain(self, run: Prediction) -> str:
        return f"""Softmax turns the products into weights that add up to one: e to the power {PRODUCTS[0]:g},
            {PRODUCTS[1]:g} and {PRODUCTS[2]:g}, each divided by their sum. The first patch gets most, but not all. The
            result is the mean of the values with these weights."""

    def write(self, values: Values) -> str:
        return fixed(float(values[0]), 1)
