"""A dense network does not know which pixels are neighbours: shuffle them all, and it answers as before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import arrow, bars, digit, label, raster
from cnnfigs.drawing.style import LARGE, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.dense_and_loss.dense_layer import DENSE, DenseNetwork
from cnnfigs.parameters import TestImage, Whole, require_whole
from cnnfigs.runs.dense_and_loss.shuffling import Shuffled, shuffled_pixels
from cnnfigs.words import percent, with_article


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

    def draw(self, run: Shuffled) -> Figure:
        """Draw image, weights and answer, above as they are and below shuffled."""
        side, height = 128, 152
        made, axes = canvas(512, 34 + 2 * height - 16)
        lefts = (4, 156, 338)
        for left, width, name in zip(lefts, (side, side, 100), ("image", "a unit’s weights", "answer"), strict=True):
            label(axes, left + width / 2, 14, name, size=LARGE, bold=True)
        limit = float(np.abs(run.weights).max())
        for row in range(2):
            top = 34 + row * height
            middle = top + side / 2
            digit(axes, run.images[row], lefts[0], top, side)
            raster(axes, run.weights[row], lefts[1], top, side, limit=limit, signed=True, frame="kernel")
            arrow(axes, (lefts[1] + side + 8, middle), (lefts[1] + side + 30, middle))
            bars(axes, run.probabilities[row], lefts[2], top, 100, side / 10, [str(number) for number in range(10)])
            best = int(run.probabilities[row].argmax())
            share = percent(run.probabilities[row, best])
            label(axes, lefts[2] + 106, top + (best + 0.5) * side / 10, share, align="left", size=SMALL, bold=True)
        return made

    def describe(self, run: Shuffled) -> str:
        shares = [percent(each.max()) for each in run.probabilities]
        answers = [int(each.argmax()) for each in run.probabilities]
        return f"""Two rows. Above, {with_article(run.label)}, the weights of a unit, and the network's answer:
            {answers[0]} with {shares[0]}. Below, image and weights with their pixels in another order, the same for
            both; nobody could read the image, it looks like noise. The answer is {answers[1]} with {shares[1]}. Of
            {run.asked:,} test images, {run.same_answers:,} get the same answer in both ways."""

    def state_facts(self, run: Shuffled) -> dict[str, str]:
        millionths = f"{1e6 * run.largest_difference:.1f}"
        return {
            "asked": f"{run.asked:,}",
            "same": f"{run.same_answers:,}",
            "correct": f"{run.correct[0]:,}",
            "shuffled correct": f"{run.correct[1]:,}",
            "agreement": f"equal to within {millionths} millionths" if run.largest_difference else "exactly equal",
        }
