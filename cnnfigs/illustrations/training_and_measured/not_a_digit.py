"""A network that must always answer: digits, digits upside down, and scribbles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cnnfigs.drawing.layout import Piece, column, grid
from cnnfigs.drawing.pieces import Digit, Words, panel
from cnnfigs.drawing.widths import TITLE
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Part
from cnnfigs.illustrations.networks import Network
from cnnfigs.looks import ink_in_words
from cnnfigs.runs.training_and_measured.certainty import Answers, Certainty, certainty
from cnnfigs.words import as_percent, percent, with_article

EXAMPLES = 6
PLACES = ("first", "second", "third", "fourth", "fifth", "sixth")
#: From which probability on the network is called sure, as the run counts it.
SURE = 0.99


@dataclass(frozen=True)
class NotADigit(Picture):
    """What a network says to digits, to digits upside down, and to scribbles, and how sure it is.

    A Keras model must read (28, 28, 1) and give ten probabilities.
    """

    network: Network = "convnet"

    def run(self) -> Certainty:
        return certainty(self.network, EXAMPLES)

    def draw(self, run: Certainty) -> Piece:
        """Draw the first pictures of each kind, what they were taken for, and how often the network is sure."""
        return column(
            *(
                panel(
                    kind.kind,
                    grid(list(_answered(kind, reds=number > 0)), gap=14),
                    f"{_sure(kind)} get an answer with {as_percent(SURE)} or more",
                )
                for number, kind in enumerate(run.kinds)
            ),
            gap=24,
        )

    def describe(self, run: Certainty) -> Description:
        return Description(
            f"Pictures of {len(run.kinds)} kinds with the network’s answers: it must take even scribbles for digits, "
            "and is often sure of it.",
            [
                Part(
                    kind.kind,
                    (
                        f"{_sure(kind)} get an answer with {as_percent(SURE)} or more.",
                        *(
                            f"The {place} picture is taken for {with_article(digit)} with {percent(probability)}: "
                            f"{ink_in_words(image)}."
                            for place, image, digit, probability in zip(
                                PLACES, kind.images, kind.digits, kind.probabilities, strict=False
                            )
                        ),
                    ),
                )
                for kind in run.kinds
            ],
        )

    def state_facts(self, run: Certainty) -> dict[str, str]:
        facts = {}
        for kind in run.kinds:
            facts[f"{kind.kind} asked"] = f"{kind.asked:,}"
            facts[f"{kind.kind} sure"] = as_percent(kind.sure / kind.asked)
        return facts


def _sure(kind: Answers) -> str:
    return f"{as_percent(kind.sure / kind.asked)} of {kind.asked:,}"


def _answered(kind: Answers, reds: bool) -> Iterator[Piece]:
    """Draw the first pictures with the answers to them; red where none should be so sure."""
    for image, digit, probability in zip(kind.images, kind.digits, kind.probabilities, strict=True):
        yield column(
            Digit(image, 98, frame="grid"),
            Words(f"“{digit}”", size=TITLE, bold=True),
            Words(percent(probability), "error" if reds and probability >= SURE else "muted"),
            gap=3,
            align="middle",
        )
