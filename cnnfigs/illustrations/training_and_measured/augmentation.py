"""One digit as random-augmentation layers show it to a network, again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import arrow, digit, label
from cnnfigs.drawing.style import NORMAL, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import Network, trained_on
from cnnfigs.parameters import Number, Seed, TestImage, Whole
from cnnfigs.runs.training_and_measured.augmentation import Augmented, augmented
from cnnfigs.words import as_percent, percent, with_article

COLUMNS = 4


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

    def draw(self, run: Augmented) -> Figure:
        """Draw the digit at the left and its versions in rows."""
        side, step, rows = 84, 104, -(-self.count // COLUMNS)
        height = rows * 134 + 18
        figure, axes = canvas(164 + min(self.count, COLUMNS) * step, height)
        middle = 24 + (rows * 134 - 14) / 2 - 20
        label(axes, 4 + side / 2, middle - side / 2 - 14, "the digit", name="input", bold=True)
        label(axes, 164, 10, "as the layers show it", align="left", bold=True)
        arrow(axes, (104, middle), (150, middle))
        for number, (image, answer, probability) in enumerate(
            zip(run.images, run.answers, run.probabilities, strict=True)
        ):
            row, column = divmod(number - 1, COLUMNS)
            x, y = (4.0, middle - side / 2) if number == 0 else (164.0 + column * step, 24.0 + row * 134)
            digit(axes, image, x, y, side)
            name = "text" if answer == run.label else "error"
            label(axes, x + side / 2, y + side + 14, f"“{answer}”", size=NORMAL, bold=True, name=name)
            label(axes, x + side / 2, y + side + 31, percent(probability), size=SMALL, name="muted")
        return figure

    def describe(self, run: Augmented) -> str:
        first, *others = (
            f"{answer} with {percent(probability)}"
            for answer, probability in zip(run.answers, run.probabilities, strict=True)
        )
        return f"""At the left {with_article(run.label)}, which the network takes for {first}. To the right,
            {self.count} random versions of it, turned by up to {self.rotation:g} degrees, moved by up to
            {as_percent(self.translation)} of the side and zoomed by up to {as_percent(self.zoom)}. The network takes
            them for {"; ".join(others)}."""

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
