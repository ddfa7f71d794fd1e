"""One digit as random-augmentation layers show it to a network, again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import arrow, digit, label
from cnnfigs.drawing.style import NORMAL, SMALL, canvas
from cnnfigs.illustrations.base import Picture, require, require_whole
from cnnfigs.illustrations.networks import (
    as_percent,
    percent,
    require_network,
    require_test_image,
    trained_on,
    with_article,
)
from cnnfigs.runs.augmentation import Augmented, augmented

if TYPE_CHECKING:
    import keras

COLUMNS = 4


@dataclass(frozen=True)
class Augmentation(Picture):
    """A digit and random versions of it, turned, moved and zoomed by Keras' layers, with a network's answers.

    Parameters
    ----------
    network
        Name of one of the tutorial's networks, or a Keras model that reads (28, 28, 1) and gives ten probabilities.
    index
        Which of MNIST's test images, 0 to 9999.
    count
        How many versions, 1 to 16.
    rotation
        By how many degrees to turn at most, either way, 0 to 180.
    translation, zoom
        By how much of the image's side to move, and to make it larger or smaller, at most: 0 to 0.5.
    seed
        Seed of the layers.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """

    network: str | keras.Model = "convnet"
    index: int = 4
    count: int = 8
    rotation: float = 30
    translation: float = 0.15
    zoom: float = 0.2
    seed: int = 1

    def __post_init__(self) -> None:
        require_network(self.network)
        require_test_image(self.index)
        require_whole("count", self.count, 1, 16)
        for field, most in (("rotation", 180), ("translation", 0.5), ("zoom", 0.5)):
            value = getattr(self, field)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            require(number and 0 <= value <= most, field, value, f"a number from 0 to {most:g}")
        require_whole("seed", self.seed, 0)

    def run(self) -> Augmented:
        """Let the layers change the digit, and ask the network."""
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
        """Give the answers to the digit and to each version."""
        first, *others = (
            f"{answer} with {percent(probability)}"
            for answer, probability in zip(run.answers, run.probabilities, strict=True)
        )
        return f"""At the left {with_article(run.label)}, which the network takes for {first}. To the right,
            {self.count} random versions of it, turned by up to {self.rotation:g} degrees, moved by up to
            {as_percent(self.translation)} of the side and zoomed by up to {as_percent(self.zoom)}. The network takes
            them for {"; ".join(others)}."""

    def state_facts(self, run: Augmented) -> dict[str, str]:
        """Give the settings, the wrong answers among the versions, and the errors over all test digits."""
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
