"""What networks answer to some digits, and to the same digits moved aside."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import digit, label
from cnnfigs.drawing.style import LARGE, NORMAL, SMALL, WIDTH, canvas
from cnnfigs.illustrations.base import Picture, require
from cnnfigs.illustrations.networks import percent, require_network, require_test_image, trained_on
from cnnfigs.runs.moving import MovedAnswers, moved_answers

MOST, FURTHEST = 6, 12
#: The columns begin here, and each is so wide.
FIRST, PITCH, SIDE = 152, 95, 82


@dataclass(frozen=True)
class DigitAnswers(Picture):
    """Digits, as they are or moved aside, with what some networks answer to them.

    Parameters
    ----------
    networks
        Names of some of the tutorial's networks.
    indexes
        Which of MNIST's test images, each 0 to 9999.
    shifts
        By how many pixels each is moved to the right, each 0 to 12. Indexes times shifts make at most 6 pictures.

    Raises
    ------
    ValueError
        If there is no such network or image, or a shift or the number of pictures is out of range.
    """

    networks: tuple[str, ...] = ("convnet", "convnet_global_max", "dense_131")
    indexes: tuple[int, ...] = (4,)
    shifts: tuple[int, ...] = (0, 2, 3, 4, 5, 6)

    def __post_init__(self) -> None:
        for field in ("networks", "indexes", "shifts"):
            value = getattr(self, field)
            require(isinstance(value, tuple) and bool(value), field, value, "a tuple of one or more")
        for name in self.networks:
            require_network(name)
        for index in self.indexes:
            require_test_image(index)
        known = all(type(shift) is int and 0 <= shift <= FURTHEST for shift in self.shifts)
        require(known, "shifts", self.shifts, f"a tuple of whole numbers from 0 to {FURTHEST}")
        pictures = len(self.indexes) * len(self.shifts)
        require(pictures <= MOST, "indexes times shifts", pictures, f"{MOST} pictures at most")

    def run(self) -> MovedAnswers:
        """Show the digits to the networks."""
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
        """Tell each picture with the answers."""
        told = []
        for column, (digit_shown, shift) in enumerate(zip(run.labels, run.shifts, strict=True)):
            answers = ", ".join(
                f"{network} says {probabilities.argmax()} with {percent(probabilities.max())}"
                for network, probabilities in zip(run.networks, run.probabilities[:, column], strict=True)
            )
            moved = f", {shift} pixels to the right" if shift else " as it is"
            told.append(f"A {digit_shown}{moved}: {answers}.")
        return f"{len(run.images)} pictures of digits, with the answers below them. {' '.join(told)}"

    def state_facts(self, run: MovedAnswers) -> dict[str, str]:
        """Give each network's answer to the first and to the last picture."""
        return {"trained": trained_on(*self.networks)} | {
            f"{network} {which} answer": f"{run.probabilities[row, column].argmax()}"
            for row, network in enumerate(run.networks)
            for which, column in (("first", 0), ("last", -1))
        }
