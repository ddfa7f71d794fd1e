"""Exercises whose answers were measured on the trained networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cnnfigs.illustrations.base import require, require_whole
from cnnfigs.illustrations.exercise import Exercise
from cnnfigs.illustrations.networks import percent, require_filter, require_test_image, with_article
from cnnfigs.runs import exercises
from cnnfigs.runs.exercises import Prediction, Values
from cnnfigs.runs.photo_answers import PARTS

#: Networks with many parameters, and networks with fewer.
LARGER, SMALLER = ("unpooled", "dense_512"), ("dense_131", "convnet")


@dataclass(frozen=True)
class MovedDigit(Exercise):
    """An exercise: the maps of a moved digit move with it, and yet the answer may change.

    Parameters
    ----------
    rows
        By how many pixels the digit moves down, 1 to 4.
    columns
        By how many pixels it moves to the right, 1 to 4.
    filter
        Which filter of the first layer, 0 to 31.
    index
        Which of MNIST's test images, 0 to 9999.

    Raises
    ------
    ValueError
        If a parameter is out of range, or, when it runs, if the digit loses ink.
    """

    rows: int = 2
    columns: int = 4
    filter: int = 31
    index: int = 4

    def __post_init__(self) -> None:
        require_whole("rows", self.rows, 1, 4)
        require_whole("columns", self.columns, 1, 4)
        require_filter(self.filter)
        require_test_image(self.index)

    def run(self) -> Prediction:
        """Show both images to the convnet."""
        return exercises.moved_digit(self.index, self.filter, self.rows, self.columns)

    def ask(self, run: Prediction) -> str:
        """Ask for the place and the probability."""
        row, column, digit = (int(run.given[name]) for name in ("row", "column", "digit"))
        return f"""The convnet takes a test image for {with_article(digit)}, with {percent(run.given["sure"])}. The
            largest number in map {self.filter} of its first layer stands in row {row}, column {column}. Then the digit
            is moved {self.rows} down and {self.columns} to the right, without losing ink. Where is the largest number
            now, and how probable does the network find {with_article(digit)}?"""

    def explain(self, run: Prediction) -> str:
        """Tell the two properties apart."""
        digit, answer = (int(run.given[name]) for name in ("digit", "answer"))
        instead = "" if digit == answer else f" Its answer is now {with_article(answer)}."
        return f"""The map moves exactly as the digit does: a convolution is equivariant. The answer comes from a dense
            layer, which has another weight for every place, and so the probability changes.{instead} To be invariant,
            it would have to stay at {percent(run.given["sure"])}."""

    def write(self, values: Values) -> str:
        """Write place and probability."""
        row, column, probability = values
        return f"row {row}, column {column}, and {percent(float(probability))}"


@dataclass(frozen=True)
class SureAnswers(Exercise):
    """An exercise: a probability of 99 % is not certainty.

    Parameters
    ----------
    columns
        By how many pixels the digits are moved to the right, 3 to 6: moved by less, the network is as often
        right as it says.

    Raises
    ------
    ValueError
        If it is out of range.
    """

    columns: int = 4

    def __post_init__(self) -> None:
        require_whole("columns", self.columns, 3, 6)

    def run(self) -> Prediction:
        """Show moved test digits to the convnet."""
        return exercises.sure_answers(self.columns)

    def ask(self, run: Prediction) -> str:
        """Ask for the right ones among the sure ones."""
        moved, asked = (f"{run.given[name]:g}" for name in ("moved", "asked"))
        return f"""{moved} of the first {exercises.MOVED:,} test digits are moved {self.columns} pixels to the right:
            those that lose no ink. To {asked} of these the convnet gives an answer with 99 % or more. How many of the
            {asked} answers are right?"""

    def explain(self, run: Prediction) -> str:
        """Tell the measured share."""
        asked = run.given["asked"]
        return f"""That is {percent(float(run.right[0]) / asked)}. The probability was learned from digits in the
            middle of their images. On other images nothing holds it to its word."""

    def write(self, values: Values) -> str:
        """Write a count."""
        return f"{values[0]}"


@dataclass(frozen=True)
class OverfittingGap(Exercise):
    """An exercise: more parameters are not more overfitting.

    Parameters
    ----------
    larger
        The network that is asked about, "unpooled" or "dense_512".
    smaller
        The network that it is compared with, "dense_131" or "convnet".

    Raises
    ------
    ValueError
        If it is another network.
    """

    larger: Literal["unpooled", "dense_512"] = "unpooled"
    smaller: Literal["dense_131", "convnet"] = "dense_131"

    def __post_init__(self) -> None:
        require(self.larger in LARGER, "larger", self.larger, " or ".join(LARGER))
        require(self.smaller in SMALLER, "smaller", self.smaller, " or ".join(SMALLER))

    def run(self) -> Prediction:
        """Show both networks images that they learned from, and the test images."""
        return exercises.overfitting_gap(self.larger, self.smaller)

    def ask(self, run: Prediction) -> str:
        """Ask for the gap of the larger network."""
        learned, test, few = (run.given[f"{self.smaller} {which}"] for which in ("learned", "test", "parameters"))
        many = run.given[f"{self.larger} parameters"]
        return f"""`{self.smaller}` has {few:,} parameters. In a thousand images that it learned from it gets
            {learned:.1f} wrong, in a thousand test images {test:.1f}: a gap of {run.given["gap"]:.1f}, which is
            overfitting. `{self.larger}`, trained in the same way, has {run.given["times"]:.1f} times as many
            parameters, {many:,}. How large is its gap?"""

    def explain(self, run: Prediction) -> str:
        """Give its errors, and say what they do not tell."""
        learned, test = (run.given[f"{self.larger} {which}"] for which in ("learned", "test"))
        return f"""`{self.larger}` gets {learned:.1f} in a thousand wrong of what it learned from, and {test:.1f} of the
            test images. What a network may learn by heart depends on how its parameters are used and on when training
            stops, not on their number alone. This is one training of
            each, and another seed would give somewhat other numbers."""

    def write(self, values: Values) -> str:
        """Write errors in a thousand."""
        return f"{values[0]:.1f} errors in a thousand"


@dataclass(frozen=True)
class HeatIsNoReason(Exercise):
    """An exercise: a heat map does not say what the network would answer without what it marks.

    Parameters
    ----------
    index
        Which of MNIST's test images, 0 to 9999.
    side
        Side of the square that is covered, in pixels, 5 to 13.

    Raises
    ------
    ValueError
        If a parameter is out of range or, when it runs, if the heat map is empty.
    """

    index: int = 4
    side: int = 11

    def __post_init__(self) -> None:
        require_test_image(self.index)
        require_whole("side", self.side, 5, 13)

    def run(self) -> Prediction:
        """Cover the hottest square."""
        return exercises.covered_heat(self.index, self.side)

    def ask(self, run: Prediction) -> str:
        """Ask for the probability without it."""
        digit, sure = with_article(int(run.given["digit"])), percent(run.given["sure"])
        heat, ink = (percent(run.given[name]) for name in ("heat", "ink"))
        return f"""The convnet takes a test image for {digit}, with {sure}. In the Grad-CAM map of this answer, the
            hottest square of {self.side}×{self.side} pixels holds {heat} of all heat, and {ink} of the ink lies in it.
            This square is covered with paper. How probable does the network find {digit} now?"""

    def explain(self, run: Prediction) -> str:
        """Say what the map does not."""
        return """A heat map says where its method finds what speaks for the answer. It does not say what the network
            would answer without that place: the rest of the digit may say the same again, or something else. To know,
            one must cover it and ask the network."""

    def write(self, values: Values) -> str:
        """Write a probability."""
        return percent(float(values[0]))


@dataclass(frozen=True)
class MissingPart(Exercise):
    """An exercise: what becomes of a cat without its eyes, to a network.

    Parameters
    ----------
    part
        Which part of the cat is hidden: "eyes", "nose and mouth" or "ears".

    Raises
    ------
    ValueError
        If there is no such part.
    """

    part: Literal["eyes", "nose and mouth", "ears"] = "eyes"

    def __post_init__(self) -> None:
        require(self.part in PARTS, "part", self.part, ", ".join(PARTS))

    def run(self) -> Prediction:
        """Show the network the photo with the part made grey."""
        return exercises.missing_part(self.part)

    def ask(self, run: Prediction) -> str:
        """Ask for the probability of a cat."""
        return f"""The network gives the whole photo a cat with {percent(run.given["whole"])}. Now only the {self.part}
            are covered with grey, and all the rest is left. What is the probability of a cat?"""

    def explain(self, run: Prediction) -> str:
        """Say what the number means."""
        return f"""The {self.part} help, but the network can do without them: what is left of the cat says much of the
            same again. Parts do not add up like coins, and no single one of them is needed."""

    def write(self, values: Values) -> str:
        """Write a probability."""
        return percent(float(values[0]))
