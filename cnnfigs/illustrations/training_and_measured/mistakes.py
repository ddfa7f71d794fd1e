"""The digits that a network still gets wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import digit, label
from cnnfigs.drawing.style import SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import Network
from cnnfigs.parameters import Whole
from cnnfigs.runs.training_and_measured.mistakes import Mistakes as Run
from cnnfigs.runs.training_and_measured.mistakes import surest_mistakes
from cnnfigs.words import percent, with_article

COLUMNS = 6


@dataclass(frozen=True)
class Mistakes(Picture):
    """The test images that a network gets wrong, those first of which it is most sure.

    A Keras model must read (28, 28, 1) and give ten probabilities.
    """

    network: Network = "convnet"
    count: Annotated[int, Whole(1, 60), "how many to show at most"] = 18

    def run(self) -> Run:
        return surest_mistakes(self.network, self.count)

    def draw(self, run: Run) -> Figure:
        """Draw the images in rows, with what they are and what they were taken for."""
        columns = min(COLUMNS, len(run.images))
        rows = -(-len(run.images) // columns)
        figure, axes = canvas(columns * 96, rows * 118)
        for number, image in enumerate(run.images):
            row, column = divmod(number, columns)
            middle, top = column * 96 + 48, row * 118 + 4
            digit(axes, image, middle - 36, top, 72, frame="grid")
            label(axes, middle, top + 84, f"{run.labels[number]} taken for {run.answers[number]}", size=SMALL)
            label(axes, middle, top + 100, percent(run.probabilities[number], 2), size=SMALL, name="error")
        return figure

    def describe(self, run: Run) -> str:
        mistakes = "; ".join(
            f"{with_article(label)} taken for {with_article(answer)} with {percent(probability, 2)}"
            for label, answer, probability in zip(run.labels, run.answers, run.probabilities, strict=True)
        )
        return f"""{len(run.images)} of the {run.errors} test images that {run.network} gets wrong, beginning
            with the one of which it was most sure: {mistakes}."""

    def state_facts(self, run: Run) -> dict[str, str]:
        return {"errors": str(run.errors), "sure errors": str(run.sure_errors), "shown": str(len(run.images))}
