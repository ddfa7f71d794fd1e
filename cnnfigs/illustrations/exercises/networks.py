"""Exercises whose answers were measured on the trained networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from cnnfigs.illustrations.exercises.exercise import Exercise
from cnnfigs.illustrations.networks import network_words
from cnnfigs.parameters import Choice, Number, Several, TestImage, Whole
from cnnfigs.runs.exercises import networks as computed
from cnnfigs.runs.exercises.prediction import Prediction, Values
from cnnfigs.runs.exercises.values import contributions
from cnnfigs.runs.photo.photo_answers import PARTS, Rest
from cnnfigs.words import listed, percent, with_article

#: A number for each of three units.
Three = Annotated[tuple[float, ...], Several(Number(-9, 10), 3, 3, again=True)]
#: How a part of the photo is hidden, in words.
HIDDEN = {"grey": "covered with grey", "blurred": "blurred"}


@dataclass(frozen=True)
class MovedDigit(Exercise):
    """An exercise: the maps of a moved digit move with it, and yet the answer may change.

    A digit that would lose ink is refused when it runs.
    """

    rows: Annotated[int, Whole(1, 4), "by how many pixels the digit moves down"] = 2
    columns: Annotated[int, Whole(1, 4), "by how many pixels the digit moves to the right"] = 4
    filter: Annotated[int, Whole(0, 31), "which filter of the first layer"] = 31
    index: TestImage = 4

    others = (
        {"rows": 3, "columns": 4, "index": 11},
        {"rows": 1, "columns": 3, "index": 2},
        {"rows": 2, "columns": 3, "index": 5},
    )

    def run(self) -> Prediction:
        return computed.moved_digit(self.index, self.filter, self.rows, self.columns)

    def ask(self, run: Prediction) -> str:
        row, column, digit = (int(run.given[name]) for name in ("row", "column", "digit"))
        return f"""The convnet takes a test image for {with_article(digit)}, with {percent(run.given["sure"])}. The
            largest number in map {self.filter} of its first layer stands in row {row}, column {column}. Then the digit
            is moved {self.rows} down and {self.columns} to the right, without losing ink. Where is the largest number
            now, and how probable does the network find {with_article(digit)}?"""

    def explain(self, run: Prediction) -> str:
        digit, answer = (int(run.given[name]) for name in ("digit", "answer"))
        instead = "" if digit == answer else f" Its answer is now {with_article(answer)}."
        return f"""The map moves exactly as the digit does: a convolution is equivariant. Behind both poolings the maps
            would follow only if both steps were multiples of four. And the answer comes from a dense layer, which has
            another weight for every place, and so the probability changes.{instead} To be invariant, it would have to
            stay at {percent(run.given["sure"])}."""

    def write(self, values: Values) -> str:
        row, column, probability = values
        return f"row {row}, column {column}, and {percent(float(probability))}"


@dataclass(frozen=True)
class SureAnswers(Exercise):
    """An exercise: a probability of 99 % is not certainty.

    Of digits moved by less than 3 pixels, the network is as often right as it says.
    """

    columns: Annotated[int, Whole(3, 6), "by how many pixels the digits are moved to the right"] = 4

    form = "{}"
    others = (
        {"columns": 3},
        {"columns": 5},
        {"columns": 6},
    )

    def run(self) -> Prediction:
        return computed.sure_answers(self.columns)

    def ask(self, run: Prediction) -> str:
        moved, count = (f"{run.given[name]:g}" for name in ("moved", "asked"))
        return f"""{moved} of the first {computed.MOVED:,} test digits are moved {self.columns} pixels to the right:
            those that lose no ink. To {count} of these the convnet gives an answer with 99 % or more. How many of the
            {count} answers are right?"""

    def explain(self, run: Prediction) -> str:
        count = run.given["asked"]
        return f"""That is {percent(float(run.right[0]) / count)}. The probability was learned from digits in the
            middle of their images. On other images nothing holds it to its word."""


@dataclass(frozen=True)
class OverfittingGap(Exercise):
    """An exercise: more parameters do not mean a larger gap between images learned from and others."""

    larger: Annotated[
        Literal["unpooled", "dense_512"], Choice("unpooled", "dense_512"), "the network that is asked about"
    ] = "unpooled"
    smaller: Annotated[
        Literal["dense_131", "convnet"], Choice("dense_131", "convnet"), "the network that it is compared with"
    ] = "dense_131"

    form = "{:.1f} errors in a thousand"
    others = (
        {"larger": "unpooled", "smaller": "dense_131"},
        {"larger": "unpooled", "smaller": "convnet"},
        {"larger": "dense_512", "smaller": "dense_131"},
        {"larger": "dense_512", "smaller": "convnet"},
    )

    def run(self) -> Prediction:
        return computed.overfitting_gap(self.larger, self.smaller)

    def ask(self, run: Prediction) -> str:
        learned, test, few = (run.given[f"{self.smaller} {which}"] for which in ("learned", "test", "parameters"))
        many = run.given[f"{self.larger} parameters"]
        larger, smaller = network_words(self.larger), network_words(self.smaller)
        return f"""The network “{smaller}” has {few:,} parameters. Of the first {computed.LEARNED:,} images that it
            learned from it gets {learned:.1f} in a thousand wrong, of the test images {test:.1f}: a gap of
            {run.given["gap"]:.1f}. “{larger}”, trained in the same way, has {run.given["times"]:.1f} times as many
            parameters, {many:,}. How large is its gap, counted on the same images?"""

    def explain(self, run: Prediction) -> str:
        learned, test = (run.given[f"{self.larger} {which}"] for which in ("learned", "test"))
        return f"""“{network_words(self.larger)}” gets {learned:.1f} in a thousand of these {computed.LEARNED:,} wrong,
            and {test:.1f} of the test images. What a network may learn by heart depends on how its parameters are used
            and on when training stops, not on their number alone. This is one training of each, and another seed would
            give somewhat other numbers."""


@dataclass(frozen=True)
class HeatIsNoReason(Exercise):
    """An exercise: a heat map does not say what the network would answer without what it marks.

    A test image whose heat map is empty is refused when it runs.
    """

    index: TestImage = 4
    side: Annotated[int, Whole(5, 13), "side of the square that is covered, in pixels"] = 11

    others = (
        {"index": 6},
        {"index": 11, "side": 9},
        {"index": 2},
    )

    def run(self) -> Prediction:
        return computed.covered_heat(self.index, self.side)

    def ask(self, run: Prediction) -> str:
        digit, sure = with_article(int(run.given["digit"])), percent(run.given["sure"])
        heat, ink = (percent(run.given[name]) for name in ("heat", "ink"))
        return f"""The convnet takes a test image for {digit}, with {sure}. In the Grad-CAM map of this answer, the
            hottest square of {self.side}×{self.side} pixels holds {heat} of all heat, and {ink} of the ink lies in it.
            This square is covered with paper. Guess: how probable does the network find {digit} now?"""

    def explain(self, run: Prediction) -> str:
        return """A heat map says where its method finds what speaks for the answer. It does not say what the network
            would answer without that place: the rest of the digit may say the same again, or something else. To know,
            one must cover it and ask the network."""

    def write(self, values: Values) -> str:
        return percent(float(values[0]))


@dataclass(frozen=True)
class MostContributing(Exercise):
    """An exercise: what a unit contributes is its number times the slope, not one of the two.

    Numbers of which a wrong rule makes the right answer are refused when they are asked about.
    """

    numbers: Annotated[Three, "what the units give"] = (8.0, 2.0, 0.5)
    slopes: Annotated[Three, "the slopes of the score along them"] = (0.5, 3.0, 4.0)

    others = (
        {"numbers": (1.0, 6.0, 3.0), "slopes": (5.0, 0.5, 2.0)},
        {"numbers": (0.5, 3.0, 10.0), "slopes": (6.0, 2.5, 0.5)},
        {"numbers": (9.0, 0.4, 4.0), "slopes": (0.2, 6.0, 1.5)},
    )

    def run(self) -> Prediction:
        return contributions(self.numbers, self.slopes)

    def ask(self, run: Prediction) -> str:
        numbers, slopes = (listed(f"{value:g}" for value in each) for each in (self.numbers, self.slopes))
        return f"""Three units give {numbers}. The slopes of the cat’s score along them are {slopes}. Counted from 0,
            which unit contributes most to the score, and how much?"""

    def explain(self, run: Prediction) -> str:
        products = ", ".join(f"{a:g}·{b:g} = {a * b:g}" for a, b in zip(self.numbers, self.slopes, strict=True))
        return f"""Number times slope: {products}. If a unit were at zero, about so much would be missing from the
            score. A large number with a small slope does little, and so does a large slope along a small number."""

    def write(self, values: Values) -> str:
        return f"unit {values[0]}, with {float(values[1]):g}"


@dataclass(frozen=True)
class MissingPart(Exercise):
    """An exercise: what becomes of a cat without its eyes, to a network."""

    part: Annotated[Literal["eyes", "nose and mouth", "ears"], Choice(*PARTS), "which part of the cat is hidden"] = (
        "eyes"
    )
    rest: Annotated[Rest, Choice(*HIDDEN), "how it is hidden"] = "grey"

    others = (
        {"part": "nose and mouth"},
        {"part": "ears"},
        {"rest": "blurred"},
    )

    def run(self) -> Prediction:
        return computed.missing_part(self.part, self.rest)

    def ask(self, run: Prediction) -> str:
        return f"""The network gives the whole photo a cat with {percent(run.given["whole"])}. Now only the {self.part}
            are {HIDDEN[self.rest]}, and all the rest is left. Guess: what is the probability of a cat?"""

    def explain(self, run: Prediction) -> str:
        return f"""The {self.part} help, but the network can do without them: what is left of the cat says much of the
            same again. Parts do not add up like coins, and no single one of them is needed."""

    def write(self, values: Values) -> str:
        return percent(float(values[0]))
