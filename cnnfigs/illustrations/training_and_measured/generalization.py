"""Learning for images never seen: the three parts of the images, and what overfitting is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import box, digit, label
from cnnfigs.drawing.style import LARGE, NORMAL, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import NetworkName
from cnnfigs.illustrations.training_and_measured.training_curves import loss_and_errors
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

    def draw(self, run: Split) -> Figure:
        """Draw a row for each part: its first images, a bar as long as it is large, and the errors."""
        height = 84
        made, axes = canvas(560, 30 + height * len(run.parts))
        most = max(part.count for part in run.parts)
        label(axes, 4, 14, "images", align="left", size=SMALL, name="muted")
        label(axes, 556, 14, "errors in a thousand", align="right", size=SMALL, name="muted")
        for row, (part, purpose) in enumerate(zip(run.parts, PURPOSES, strict=True)):
            top = 30 + row * height
            label(axes, 4, top + 16, f"{part.count:,} {part.name} images", align="left", size=LARGE, bold=True)
            label(axes, 4, top + 38, purpose, align="left", size=NORMAL, name="muted")
            for column, image in enumerate(part.images):
                digit(axes, image, 206 + column * 50, top + 2, 44)
            box(axes, 4, top + 56, 448 * part.count / most, 10, edge=None, fill="input")
            label(axes, 556, top + 26, f"{1000 * part.share:.1f}", align="right", size=20, bold=True)
        return made

    def describe(self, run: Split) -> str:
        parts = "; ".join(
            f"{part.count:,} {part.name} images, {purpose}, of which the network gets {part.errors:,} wrong, "
            f"{1000 * part.share:.1f} in a thousand"
            for part, purpose in zip(run.parts, PURPOSES, strict=True)
        )
        return f"""{len(run.parts)} rows, each with a few digits and a bar as long as the part is large: {parts}."""

    def state_facts(self, run: Split) -> dict[str, str]:
        facts = {}
        for part in run.parts:
            facts[part.name] = f"{part.count:,}"
            facts[f"{part.name} errors"] = f"{part.errors:,}"
            facts[f"{part.name} per thousand"] = f"{1000 * part.share:.1f}"
        return facts


@dataclass(frozen=True)
class Overfitting(Picture):
    """A training on few images that is not stopped: perfect on those, ever worse on others."""

    images: Annotated[int, Whole(10, 1_000), "how many training images"] = 200
    epochs: Annotated[int, Whole(2, 60), "passes over the training images"] = 20
    network: NetworkName = "dense_512"

    def run(self) -> History:
        return train_on_few(self.network, self.images, self.epochs)

    def draw(self, run: History) -> Figure:
        """Draw loss and errors, each with a line for the images trained on and one for those held out."""
        return loss_and_errors(run)

    def describe(self, run: History) -> str:
        best, last = run.best_epoch - 1, len(run.loss) - 1
        return f"""Two charts over {last + 1} epochs of training on {self.images} images. Left, the loss: on these
            images it falls from {run.loss[0]:.3f} to {run.loss[last]:.3f}; on images held out it falls to
            {run.validation_loss[best]:.3f} at epoch {run.best_epoch}, which is marked, and then rises to
            {run.validation_loss[last]:.3f}. Right, the errors: in the end
            {_errors(run.accuracy[last])} on the images trained on, {percent(1 - run.validation_accuracy[last])} on
            those held out."""

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


def _errors(accuracy: float) -> str:
    """Write the share of errors, in a word if there are none."""
    return "none" if accuracy == 1 else percent(1 - accuracy)
