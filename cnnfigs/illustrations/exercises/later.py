"""Exercises on limits, and on the ideas of later networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cnnfigs.illustrations.exercises.exercise import Exercise
from cnnfigs.parameters import Number, Several, Whole
from cnnfigs.runs.exercises import later as computed
from cnnfigs.runs.exercises.prediction import Prediction, Values
from cnnfigs.words import fixed, listed, written_number

#: Three numbers.
Three = Annotated[tuple[float, ...], Several(Number(-99, 99), 3, 3, again=True)]


@dataclass(frozen=True)
class SmallSteps(Exercise):
    """An exercise: many small changes of pixels that all point the same way add up to a large one of a sum."""

    weight: Annotated[float, Number(0.01, 1), "the size of each weight"] = 0.03
    step: Annotated[float, Number(0.01, 0.5), "by how much each pixel changes"] = 0.1

    others = (
        {"weight": 0.05, "step": 0.2},
        {"weight": 0.02, "step": 0.3},
        {"weight": 0.1, "step": 0.05},
    )

    def run(self) -> Prediction:
        return computed.small_steps(self.weight, self.step)

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
    """An exercise: layer normalisation looks along the channels of one place, not along the batch.

    Numbers of which a wrong rule makes the right answer are refused when they are asked about.
    """

    first: Annotated[Three, "the channels of the only place of the first image"] = (1.0, 4.0, 7.0)
    second: Annotated[Three, "those of the second image"] = (7.0, 4.0, 1.0)

    others = (
        {"first": (2.0, 4.0, 9.0), "second": (6.0, 1.0, 2.0)},
        {"first": (6.0, 3.0, 3.0), "second": (2.0, 8.0, 5.0)},
        {"first": (0.0, 5.0, 1.0), "second": (6.0, 2.0, 4.0)},
    )

    def run(self) -> Prediction:
        return computed.normalized(self.first, self.second)

    def ask(self, run: Prediction) -> str:
        first, second = (listed(f"{value:g}" for value in each) for each in (self.first, self.second))
        return f"""A batch has two images, each with one place and three channels: {first} in the first image, {second}
            in the second. What does layer normalisation make of the first number of the first image, with nothing
            learned yet?"""

    def explain(self, run: Prediction) -> str:
        mean, spread = run.given["mean"], run.given["spread"]
        return f"""It takes the mean and the spread of the three numbers of the first image: {mean:g} and {spread:.2f}.
            So the result is ({self.first[0]:g} − {mean:g}) / {spread:.2f}. The second image has no part in it."""

    def write(self, values: Values) -> str:
        return fixed(float(values[0]), 2)


@dataclass(frozen=True)
class SlopeThroughBlocks(Exercise):
    """An exercise: a slope goes through a stack with residual connections by many ways at once."""

    weight: Annotated[float, Number(0.1, 0.9), "the weight of the one unit in each block"] = 0.5
    blocks: Annotated[int, Whole(2, 20), "how many blocks"] = 10

    others = (
        {"weight": 0.2},
        {"weight": 0.3, "blocks": 5},
        {"weight": 0.4, "blocks": 8},
    )

    def run(self) -> Prediction:
        return computed.slope_through_blocks(self.weight, self.blocks)

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
    """An exercise: attention takes a mean of values, weighted by softmax.

    Numbers of which a wrong rule makes the right answer are refused when they are asked about.
    """

    products: Annotated[Three, "dot products of the asking patch with three others"] = (3.0, 1.0, 0.0)
    values: Annotated[Three, "the values of these"] = (10.0, 20.0, 60.0)

    others = (
        {"products": (2.0, 1.0, 0.0), "values": (30.0, 60.0, 90.0)},
        {"products": (0.0, 1.0, 3.0), "values": (20.0, 10.0, 50.0)},
        {"products": (1.0, 4.0, 2.0), "values": (80.0, 40.0, 10.0)},
    )

    def run(self) -> Prediction:
        return computed.attended(self.products, self.values)

    def ask(self, run: Prediction) -> str:
        products, values = (listed(f"{value:g}" for value in each) for each in (self.products, self.values))
        return f"""A patch attends to three others. Its dot products with them, already divided by the root of
            how many numbers each vector has, are {products}. Their values are one number each: {values}. What does the
            patch take with it?"""

    def explain(self, run: Prediction) -> str:
        powers = listed(f"{product:g}" for product in self.products)
        most = ("first", "second", "third")[self.products.index(max(self.products))]
        return f"""Softmax turns the products into weights that add up to one: e to the power {powers}, each divided by
            their sum. The {most} patch gets most, but not all. The result is the mean of the values with these
            weights."""

    def write(self, values: Values) -> str:
        return fixed(float(values[0]), 1)
