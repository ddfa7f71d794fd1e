"""What networks answer to some digits, and to the same digits moved aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import digit, label
from cnnfigs.drawing.style import LARGE, NORMAL, SMALL, canvas
from cnnfigs.drawing.widths import WIDTH
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import trained_on
from cnnfigs.models.networks import NETWORKS
from cnnfigs.parameters import Choice, Several, Whole, require
from cnnfigs.runs.training_and_measured.moving import MovedAnswers, moved_answers
from cnnfigs.words import percent

#: So many pictures stand side by side at most.
MOST = 6
#: The columns begin here, and each is so wide.
FIRST, PITCH, SIDE = 152, 95, 82


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

    def draw(self, run: MovedAnswers) -> Figure:
        """Draw a column for each picture, and under it a line for each network."""
        top, line = 26, 46
        figure, axes = canvas(WIDTH, top + SIDE + line * len(run.networks) + 6)
        label(axes, 2, top + SIDE / 2, "input", align="left", size=NORMAL, name="input", bold=True)
        for row, network in enumerate(run.networks):
            label(axes, 2, top + SIDE + 28 + row * line, network, align="left", size=SMALL, name="output", bold=True)
        for column, image in enumerate(run.images):
            middle = FIRST + SIDE / 2 + column * PITCH
            shift = run.shifts[column]
            label(axes, middle, 12, f"{shift} to the right" if shift else "as it is", size=SMALL, name="muted")
            digit(axes, image, middle - SIDE / 2, top, SIDE)
            for row, probabilities in enumerate(run.probabilities[:, column]):
                answer, y = probabilities.argmax(), top + SIDE + 20 + row * line
                name = "text" if answer == run.labels[column] else "error"
                label(axes, middle, y, str(answer), size=LARGE, name=name, bold=True)
                label(axes, middle, y + 17, percent(probabilities.max()), size=SMALL, name=name)
        return figure

    def describe(self, run: MovedAnswers) -> str:
        pictures = []
        for column, (digit_shown, shift) in enumerate(zip(run.labels, run.shifts, strict=True)):
            answers = ", ".join(
                f"{network} says {probabilities.argmax()} with {percent(probabilities.max())}"
                for network, probabilities in zip(run.networks, run.probabilities[:, column], strict=True)
            )
            moved = f", {shift} pixels to the right" if shift else " as it is"
            pictures.append(f"A {digit_shown}{moved}: {answers}.")
        return f"{len(run.images)} pictures of digits, with the answers below them. {' '.join(pictures)}"

    def state_facts(self, run: MovedAnswers) -> dict[str, str]:
        return {"trained": trained_on(*self.networks)} | {
            f"{network} {which} answer": f"{run.probabilities[row, column].argmax()}"
            for row, network in enumerate(run.networks)
            for which, column in (("first", 0), ("last", -1))
        }
