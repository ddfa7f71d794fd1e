"""The digits that a network still gets wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cnnfigs.drawing.layout import Piece, column, grid
from cnnfigs.drawing.pieces import Digit, Words
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Part
from cnnfigs.illustrations.networks import Network, network_words
from cnnfigs.looks import ink_in_words
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

    def draw(self, run: Run) -> Piece:
        """Draw the images in rows, with what they are and what they were taken for."""
        return grid(
            [
                column(
                    Digit(image, 98, frame="grid"),
                    Words(f"{label} taken for {answer}"),
                    Words(percent(probability, 2), "error"),
                    gap=3,
                    align="middle",
                )
                for image, label, answer, probability in zip(
                    run.images, run.labels, run.answers, run.probabilities, strict=True
                )
            ],
            COLUMNS,
            gap=14,
        )

    def describe(self, run: Run) -> Description:
        mistakes = tuple(
            f"{with_article(label).capitalize()} taken for {with_article(answer)} with {percent(probability, 2)}: "
            f"{ink_in_words(image)}."
            for image, label, answer, probability in zip(
                run.images, run.labels, run.answers, run.probabilities, strict=True
            )
        )
        return Description(
            f"{len(run.images)} of the {run.errors} test images that the {network_words(run.network)} gets wrong: "
            "those of which it is most sure.",
            [Part("Beginning with the one of which it was most sure", mistakes)],
        )

    def state_facts(self, run: Run) -> dict[str, str]:
        return {"errors": str(run.errors), "sure errors": str(run.sure_errors), "shown": str(len(run.images))}
