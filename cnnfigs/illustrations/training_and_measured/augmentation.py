"""One digit as random-augmentation layers show it to a network, again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cnnfigs.drawing.layout import Piece, column, either, grid, row, within
from cnnfigs.drawing.pieces import Arrow, Digit, Words, hundredths, panel
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.networks import Network, network_words, trained_on
from cnnfigs.looks import ink_in_words
from cnnfigs.parameters import Number, Seed, TestImage, Whole
from cnnfigs.runs.training_and_measured.augmentation import Augmented, augmented
from cnnfigs.words import as_percent, percent, short_percent, with_article

#: Side of a digit, and how many stand in a row, in the column and on a phone.
COLUMN, PHONE = (116, 4), (72, 4)


@dataclass(frozen=True)
class Augmentation(Picture):
    """A digit and random versions of it, turned, moved and zoomed by Keras' layers, with a network's answers.

    `network` may be a Keras model that reads (28, 28, 1) and gives ten probabilities.
    """

    network: Network = "convnet"
    index: TestImage = 4
    count: Annotated[int, Whole(1, 16), "how many versions"] = 8
    rotation: Annotated[float, Number(0, 180), "by how many degrees to turn at most, either way"] = 30
    translation: Annotated[float, Number(0, 0.5), "by how much of the image's side to move at most"] = 0.15
    zoom: Annotated[float, Number(0, 0.5), "by how much of the image's side to make it larger or smaller at most"] = 0.2
    seed: Seed = 1

    def run(self) -> Augmented:
        return augmented(self.network, self.index, self.count, self.rotation, self.translation, self.zoom, self.seed)

    def draw(self, run: Augmented) -> Piece:
        """Draw the digit, and its versions in rows."""
        (side, columns), (small, fewer) = COLUMN, PHONE
        first, *others = self._digits(run, side)
        narrow_first, *narrow = self._digits(run, small)
        return either(
            row(
                panel("the digit", first, name="input"),
                Arrow(),
                panel("as the layers show it", grid(others, columns, gap=14)),
            ),
            column(
                panel("the digit", narrow_first, name="input"),
                panel("as the layers show it", grid(narrow, fewer, gap=10)),
            ),
        )

    def _digits(self, run: Augmented, side: float) -> list[Piece]:
        """Draw the digit and its versions, each with the network's answer."""
        return [
            within(
                side,
                column(
                    Digit(image, side),
                    Words(f"“{answer}”", "text" if answer == run.label else "error", bold=True, align="middle"),
                    Words(short_percent(probability), "muted", align="middle"),
                    gap=2,
                    align="middle",
                ),
            )
            for image, answer, probability in zip(run.images, run.answers, run.probabilities, strict=True)
        ]

    def describe(self, run: Augmented) -> Description:
        first, *others = (
            f"{answer} with {percent(probability)}"
            for answer, probability in zip(run.answers, run.probabilities, strict=True)
        )
        wrong = int((run.answers[1:] != run.label).sum())
        return Description(
            f"{with_article(run.label).capitalize()} and {self.count} random versions of it, turned, moved and zoomed: "
            f"the network takes {wrong} of them for another digit.",
            [
                f"The network, {network_words(run.network)}, takes the {run.label} as it is for {first}.",
                f"The {self.count} versions are turned by up to {self.rotation:g} degrees, moved by up to "
                f"{as_percent(self.translation)} of the side and zoomed by up to {as_percent(self.zoom)}.",
                f"The digit has {ink_in_words(run.images[0])}.",
                *(
                    f"Version {number} is taken for {answer}: {ink_in_words(image)}."
                    for number, (image, answer) in enumerate(zip(run.images[1:], others, strict=True), 1)
                ),
            ],
            [Numbers("The digit", run.images[0], hundredths)],
        )

    def state_facts(self, run: Augmented) -> dict[str, str]:
        return {
            "digit": str(run.label),
            "trained": trained_on(self.network),
            "seed": str(self.seed),
            "count": str(self.count),
            "wrong": str(int((run.answers[1:] != run.label).sum())),
            "rotation": f"{self.rotation:g}",
            "translation": as_percent(self.translation),
            "zoom": as_percent(self.zoom),
            "asked": f"{run.asked:,}",
            "errors": f"{run.errors:,}",
            "augmented errors": f"{run.augmented_errors:,}",
        }
