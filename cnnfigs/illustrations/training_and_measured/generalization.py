"""Learning for images never seen: the three parts of the images, and what overfitting is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cnnfigs.drawing.layout import CLOSE, Piece, column, either, matrix, row
from cnnfigs.drawing.pieces import Digit, Drawing, Words, panel
from cnnfigs.drawing.shapes import box
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.networks import NetworkName
from cnnfigs.illustrations.training_and_measured.training_curves import curve_numbers, loss_and_errors
from cnnfigs.parameters import Whole
from cnnfigs.runs.training_and_measured.generalization import Split, split_errors, train_on_few
from cnnfigs.runs.training_and_measured.history import History
from cnnfigs.words import percent

#: What each part is for, in the order of the parts.
PURPOSES = ("to learn from", "to choose by", "to judge by")
EXAMPLES = 5


@dataclass(frozen=True)
class DataSplit(Picture):
    """Training, validation and test images: how many, what for, and what a trained network gets wrong in each."""

    network: NetworkName = "dense_512"

    def run(self) -> Split:
        return split_errors(self.network, EXAMPLES)

    def draw(self, run: Split) -> Piece:
        """Draw a row for each part: how large it is, its first images, and the errors."""
        most = max(part.count for part in run.parts)
        rows = []
        for part, purpose in zip(run.parts, PURPOSES, strict=True):
            about = panel(f"{part.count:,} {part.name} images", _bar(part.count / most), purpose)
            images = row(*(Digit(image, 48) for image in part.images), gap=CLOSE)
            errors = column(
                Words(f"{1000 * part.share:.1f}", size=24, bold=True), Words("errors in a thousand", "muted"), gap=0
            )
            rows.append((about, images, errors))
        return either(matrix(rows, gap=28), column(*(column(*parts, gap=8) for parts in rows), gap=28))

    def describe(self, run: Split) -> Description:
        return Description(
            "Training, validation and test images: how many, what for, and how many errors a trained network makes in "
            "a thousand of each.",
            [
                f"{len(run.parts)} rows, each with a bar as long as the part is large, a few digits, and the errors.",
                *(
                    f"{part.count:,} {part.name} images, {purpose}: the network gets {part.errors:,} wrong, "
                    f"{1000 * part.share:.1f} in a thousand."
                    for part, purpose in zip(run.parts, PURPOSES, strict=True)
                ),
            ],
            [
                Numbers(
                    "The three parts",
                    [(part.count, part.errors, 1000 * part.share) for part in run.parts],
                    lambda value: f"{round(value, 1):,g}",
                    rows=[f"{part.name} images" for part in run.parts],
                    columns=["images", "errors", "errors in a thousand"],
                )
            ],
        )

    def state_facts(self, run: Split) -> dict[str, str]:
        facts = {}
        for part in run.parts:
            facts[part.name] = f"{part.count:,}"
            facts[f"{part.name} errors"] = f"{part.errors:,}"
            facts[f"{part.name} per thousand"] = f"{1000 * part.share:.1f}"
        return facts


@dataclass(frozen=True)
class Overfitting(Picture):
    """A training on few images that is not stopped: perfect on those, and no better on others."""

    images: Annotated[int, Whole(10, 1_000), "how many training images"] = 200
    epochs: Annotated[int, Whole(2, 60), "passes over the training images"] = 20
    network: NetworkName = "dense_512"

    def run(self) -> History:
        return train_on_few(self.network, self.images, self.epochs)

    def draw(self, run: History) -> Piece:
        """Draw loss and errors, each with a line for the images trained on and one for those held out."""
        return loss_and_errors(run, self.network)

    def describe(self, run: History) -> Description:
        best, last = run.best_epoch - 1, len(run.loss) - 1
        return Description(
            f"Loss and errors over {last + 1} epochs of training on {self.images} images: on images held out the loss "
            f"is lowest after epoch {run.best_epoch}.",
            [
                "Two charts, each with a dashed line for the images trained on and a solid line for those held out.",
                f"The loss on the images trained on falls from {run.loss[0]:.3f} to {run.loss[last]:.3f}.",
                f"On images held out it falls to {run.validation_loss[best]:.3f} at epoch {run.best_epoch}, which is "
                f"marked, and stands at {run.validation_loss[last]:.3f} at the end.",
                f"The errors in the end: {_errors(run.accuracy[last])} on the images trained on, "
                f"{percent(1 - run.validation_accuracy[last])} on those held out.",
            ],
            [curve_numbers(run)],
        )

    def state_facts(self, run: History) -> dict[str, str]:
        return {
            "images": str(self.images),
            "epochs": str(len(run.loss)),
            "best epoch": str(run.best_epoch),
            "best validation loss": f"{run.validation_loss.min():.2f}",
            "last validation loss": f"{run.validation_loss[-1]:.2f}",
            "last training loss": f"{run.loss[-1]:.3f}",
            "last training errors": _errors(run.accuracy[-1]),
            "last validation errors": percent(1 - run.validation_accuracy[-1]),
        }


def _bar(share: float) -> Piece:
    """Draw a bar as long as a part is large."""
    return Drawing(
        220,
        12,
        lambda axes, x, y, scale: box(axes, x, y, 220 * scale * share, 12, edge=None, fill="input"),
        smallest=0.5,
    )


def _errors(accuracy: float) -> str:
    """Write the share of errors, in a word if there are none."""
    return "none" if accuracy == 1 else percent(1 - accuracy)
