"""A network that must always answer: digits, digits upside down, and scribbles."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import digit, label
from cnnfigs.drawing.style import LARGE, NORMAL, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import Network
from cnnfigs.runs.training_and_measured.certainty import Certainty, certainty
from cnnfigs.words import as_percent, percent, typeset

EXAMPLES = 6


@dataclass(frozen=True)
class NotADigit(Picture):
    """What a network says to digits, to digits upside down, and to scribbles, and how sure it is.

    A Keras model must read (28, 28, 1) and give ten probabilities.
    """

    network: Network = "convnet"

    def run(self) -> Certainty:
        return certainty(self.network, EXAMPLES)

    def draw(self, run: Certainty) -> Figure:
        """Draw a row for each kind: the first pictures, what they were taken for, and how often it is sure."""
        figure, axes = canvas(720, 128 * len(run.kinds))
        for row, kind in enumerate(run.kinds):
            top = row * 128
            label(axes, 4, top + 34, kind.kind, align="left", size=LARGE, bold=True)
            label(
                axes, 4, top + 56, f"{as_percent(kind.sure / kind.asked)} of {kind.asked:,}", align="left", size=NORMAL
            )
            label(axes, 4, top + 74, typeset("get 99 % or more"), align="left", size=SMALL, name="muted")
            for column in range(len(kind.images)):
                middle = 176 + column * 96
                digit(axes, kind.images[column], middle - 38, top + 4, 76, frame="grid")
                sure = kind.probabilities[column] >= 0.99
                label(axes, middle, top + 92, f"“{kind.digits[column]}”", size=NORMAL, bold=True)
                label(
                    axes,
                    middle,
                    top + 108,
                    percent(kind.probabilities[column]),
                    size=SMALL,
                    name="error" if sure and row else "muted",
                )
        return figure

    def describe(self, run: Certainty) -> str:
        kinds = []
        for kind in run.kinds:
            examples = ", ".join(
                f"{digit} with {percent(probability)}"
                for digit, probability in zip(kind.digits, kind.probabilities, strict=True)
            )
            kinds.append(
                f"{kind.kind}: the first {len(kind.images)} pictures are taken for {examples}; of all {kind.asked:,}, "
                f"{as_percent(kind.sure / kind.asked)} get an answer with 99 % or more"
            )
        return f"""{len(run.kinds)} rows of pictures with the network's answers. {". ".join(kinds)}."""

    def state_facts(self, run: Certainty) -> dict[str, str]:
        facts = {}
        for kind in run.kinds:
            facts[f"{kind.kind} asked"] = f"{kind.asked:,}"
            facts[f"{kind.kind} sure"] = as_percent(kind.sure / kind.asked)
        return facts
