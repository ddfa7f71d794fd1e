"""What networks answer to some digits, and to the same digits moved aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from cnnfigs.drawing.layout import Piece, column, either, grid, matrix, overlay, row, within
from cnnfigs.drawing.pieces import Digit, Words, hundredths, panel, space
from cnnfigs.drawing.widths import TITLE
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers, Part
from cnnfigs.illustrations.networks import network_words, trained_on
from cnnfigs.models.networks import NETWORKS
from cnnfigs.parameters import Choice, Several, Whole, require
from cnnfigs.runs.training_and_measured.moving import MovedAnswers, moved_answers
from cnnfigs.words import percent

#: So many pictures stand side by side at most.
MOST = 6
#: So many networks are too many for a name.
MANY = 4
#: Side of a digit, and of one with answers beside it.
SIDE, ASIDE = 98, 76


@dataclass(frozen=True)
class DigitAnswers(Picture):
    """Digits, as they are or moved aside, with what some networks answer to them.

    Indexes times shifts make at most 6 pictures.
    """

    networks: Annotated[
        tuple[str, ...], Several(Choice(*NETWORKS), again=True), "names of some of the tutorial's networks"
    ] = ("convnet", "convnet_global_max", "dense_131")
    indexes: Annotated[
        tuple[int, ...], Several(Whole(0, 9_999), 1, MOST, again=True), "which of MNIST's test images"
    ] = (4,)
    shifts: Annotated[
        tuple[int, ...], Several(Whole(0, 12), 1, MOST, again=True), "by how many pixels each is moved to the right"
    ] = (0, 2, 3, 4, 5, 6)

    def __post_init__(self) -> None:
        super().__post_init__()
        pictures = len(self.indexes) * len(self.shifts)
        require(pictures <= MOST, "indexes times shifts", pictures, f"{MOST} pictures at most")

    def run(self) -> MovedAnswers:
        return moved_answers(self.networks, self.indexes, self.shifts)

    def draw(self, run: MovedAnswers) -> Piece:
        """Draw a column for each picture, and under it a line for each network; on a phone the lines beside it."""
        moved = [f"{shift} to the right" if shift else "as it is" for shift in run.shifts]
        titles = moved if any(run.shifts) else [""] * len(moved)
        answers = [
            [
                (str(answer), percent(each.max()), "text" if answer == label else "error")
                for each in of_network
                for answer, label in [(each.argmax(), run.labels[place])]
            ]
            for place, of_network in enumerate(np.swapaxes(run.probabilities, 0, 1))
        ]
        columns = [
            [
                Words(title, "muted", align="middle"),
                Digit(image, SIDE if len(run.networks) == 1 else SIDE - 10),
                *(
                    column(
                        Words(answer, shade, TITLE, bold=True, align="middle"),
                        Words(sure, shade, align="middle"),
                        gap=0,
                        align="middle",
                    )
                    for answer, sure, shade in lines
                ),
            ]
            for title, image, lines in zip(titles, run.images, answers, strict=True)
        ]
        if len(run.networks) == 1:
            return grid([column(*each[not any(run.shifts) :], gap=4, align="middle") for each in columns], MOST, gap=14)
        names = [network_words(name) for name in run.networks]
        heads = [space(), space(), *(within(112, Words(name, bold=True)) for name in names)]
        # The same in each block, so that all percentages end in one line.
        widest = max(Words(sure).natural for lines in answers for _, sure, _ in lines)
        beside = [
            panel(
                title,
                row(
                    Digit(image, ASIDE),
                    matrix(
                        [
                            [
                                within(140, Words(name)),
                                Words(answer, shade, TITLE, bold=True),
                                overlay(space(widest), Words(sure, shade), align="end"),
                            ]
                            for name, (answer, sure, shade) in zip(names, lines, strict=True)
                        ],
                        gap=8,
                        between=4,
                        align="end",
                    ),
                    gap=12,
                ),
            )
            for title, image, lines in zip(titles, run.images, answers, strict=True)
        ]
        lines = zip(heads, *columns, strict=True)
        return either(matrix(list(map(list, lines)), gap=8, between=10), column(*beside))

    def describe(self, run: MovedAnswers) -> Description:
        right = run.probabilities.argmax(axis=-1) == run.labels
        pictures = [
            Part(
                f"A {label}, {shift} pixels to the right" if shift else f"A {label} as it is",
                tuple(
                    f"{network_words(network)} says {probabilities.argmax()} with {percent(probabilities.max())}."
                    for network, probabilities in zip(run.networks, run.probabilities[:, place], strict=True)
                ),
            )
            for place, (label, shift) in enumerate(zip(run.labels, run.shifts, strict=True))
        ]
        counts = "; ".join(
            f"{network_words(network)} {each.sum()}" for network, each in zip(run.networks, right, strict=True)
        )
        return Description(
            f"What networks answer to {len(run.images)} pictures of digits, of which they get right: {counts}."
            if len(run.networks) < MANY
            else f"What {len(run.networks)} networks answer to {len(run.images)} pictures of digits.",
            [f"There are {len(run.images)} pictures of digits, each with the answers below or beside it.", *pictures],
            [
                Numbers(f"The digit {label}", run.images[place], hundredths)
                for place, (label, shift) in enumerate(zip(run.labels, run.shifts, strict=True))
                if shift == run.shifts[0]
            ],
        )

    def state_facts(self, run: MovedAnswers) -> dict[str, str]:
        return {"trained": trained_on(*self.networks)} | {
            f"{network} {which} answer": f"{run.probabilities[row, column].argmax()}"
            for row, network in enumerate(run.networks)
            for which, column in (("first", 0), ("last", -1))
        }
