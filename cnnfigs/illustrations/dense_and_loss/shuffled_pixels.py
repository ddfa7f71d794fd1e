"""A dense network does not know which pixels are neighbours: shuffle them all, and it answers as before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from cnnfigs.drawing.layout import Piece, column, either, matrix, row
from cnnfigs.drawing.pieces import Bars, Digit, Raster, Words, hundredths, panel, space
from cnnfigs.drawing.widths import TITLE
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.dense_and_loss.dense_layer import DENSE, DenseNetwork
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.parameters import TestImage, Whole, require_whole
from cnnfigs.runs.dense_and_loss.shuffling import Shuffled, shuffled_pixels
from cnnfigs.words import percent, with_article

#: What is compared, and what a network can answer.
ORDERS, DIGITS = ("in order", "shuffled"), tuple("0123456789")


@dataclass(frozen=True)
class ShuffledPixels(Picture):
    """A digit and one unit's weights, both with their pixels shuffled in the same way, and the answer."""

    index: TestImage = 18
    unit: Annotated[
        int,
        Whole(0, max(DENSE.values()) - 1),
        "which unit of the network's first dense layer, of as many as its name says",
    ] = 374
    seed: Annotated[int, Whole(0), "seed of the order"] = 0
    network: DenseNetwork = "dense_512"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_whole("unit", self.unit, 0, DENSE[self.network] - 1)

    def run(self) -> Shuffled:
        return shuffled_pixels(self.network, self.index, self.unit, self.seed)

    def draw(self, run: Shuffled) -> Piece:
        """Draw image, weights and answer, as they are and shuffled."""
        limit = float(np.abs(run.weights).max())
        heads = (("image", "input"), ("a unit’s weights", "kernel"), ("answer", "output"))

        def parts(number: int, side: float, bar: float) -> tuple[Piece, ...]:
            shares = run.probabilities[number]
            values = [percent(share) if share == shares.max() else "" for share in shares]
            return (
                Digit(run.images[number], side),
                Raster(run.weights[number], side, limit=limit, signed=True, frame="kernel"),
                Bars(shares, DIGITS, bar, values, pitch=16),
            )

        titles = [Words(text, name, TITLE, bold=True) for text, name in heads]
        rows = [[Words(name, bold=True), *parts(number, 160, 120)] for number, name in enumerate(ORDERS)]
        wide = matrix([[space(), *titles], *rows])

        def narrow(number: int) -> Piece:
            titled = zip(parts(number, 150, 230), heads, strict=True)
            image, weights, answer = (panel(head, part, name=name) for part, (head, name) in titled)
            return panel(ORDERS[number], column(row(image, weights, gap=12), answer, gap=10))

        return either(wide, column(narrow(0), narrow(1), gap=28))

    def describe(self, run: Shuffled) -> Description:
        shares = [percent(each.max()) for each in run.probabilities]
        answers = [int(each.argmax()) for each in run.probabilities]
        return Description(
            "A digit and a unit’s weights, in order and with all pixels shuffled alike: the image looks like noise, "
            "and the network’s answer is the same.",
            [
                f"In order: {with_article(run.label)}, the weights of a unit, and the network’s answer, {answers[0]} "
                f"with {shares[0]}.",
                "Shuffled: image and weights with their pixels in another order, the same for both; nobody could "
                "read the image.",
                f"The answer is then {answers[1]} with {shares[1]}.",
                f"Of {run.asked:,} test images, {run.same_answers:,} get the same answer in both ways.",
            ],
            [
                Numbers("The answers", run.probabilities, percent, rows=ORDERS, columns=DIGITS),
                *(
                    Numbers(f"The {name}, {order}", values, hundredths)
                    for name, both in (("image", run.images), ("weights", run.weights))
                    for order, values in zip(ORDERS, both, strict=True)
                ),
            ],
        )

    def state_facts(self, run: Shuffled) -> dict[str, str]:
        millionths = f"{1e6 * run.largest_difference:.1f}"
        return {
            "asked": f"{run.asked:,}",
            "same": f"{run.same_answers:,}",
            "correct": f"{run.correct[0]:,}",
            "shuffled correct": f"{run.correct[1]:,}",
            "agreement": f"equal to within {millionths} millionths" if run.largest_difference else "exactly equal",
        }
