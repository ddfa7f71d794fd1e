"""How loss and accuracy change while a network is trained."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.drawing.charts import grid
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.style import LARGE, NORMAL, SMALL, figure
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import NetworkName
from cnnfigs.runs.training_and_measured.history import History, training_history
from cnnfigs.words import as_percent, listed


@dataclass(frozen=True)
class TrainingCurves(Picture):
    """Loss and accuracy after each epoch, on the images trained on and on the images held out."""

    network: NetworkName = "convnet"

    def run(self) -> History:
        return training_history(self.network)

    def draw(self, run: History) -> Figure:
        """Draw two charts with two lines each, and mark the epoch whose weights were kept."""
        return loss_and_errors(run)

    def describe(self, run: History) -> str:
        best, last = run.best_epoch - 1, len(run.loss) - 1
        shown = [1 - run.accuracy[0], 1 - run.accuracy[last]]
        held_out = [1 - run.validation_accuracy[0], 1 - run.validation_accuracy[best]]
        trained, unseen = (" to ".join(as_percent(share, 1) for share in pair) for pair in (shown, held_out))
        return f"""Two charts over {last + 1} epochs of training {run.network}, each with a line for the images trained
            on and a line for those held out. Left, the loss: on the images trained on it falls from
            {run.loss[0]:.3f} to {run.loss[last]:.3f}; on those held out it falls from {run.validation_loss[0]:.3f}
            to {run.validation_loss[best]:.3f} at epoch {run.best_epoch}, which is marked, and stands at
            {run.validation_loss[last]:.3f} at the end. Right, the errors: from {trained} on the images trained on,
            and from {unseen} at the marked epoch on those held out."""

    def state_facts(self, run: History) -> dict[str, str]:
        best = run.best_epoch - 1
        rises = [str(epoch) for epoch in np.flatnonzero(np.diff(run.accuracy) < 0) + 2]
        return {
            "epochs": str(len(run.loss)),
            "best epoch": str(run.best_epoch),
            "loss crossing": parting(run.loss, run.validation_loss),
            "errors crossing": parting(1 - run.accuracy, 1 - run.validation_accuracy),
            "errors rise": listed(rises) if rises else "none",
            "patience": str(run.patience),
            "first validation errors": as_percent(1 - run.validation_accuracy[0], 1),
            "best validation errors": as_percent(1 - run.validation_accuracy[best], 2),
            "last training errors": as_percent(1 - run.accuracy[-1], 2),
            "last validation loss": f"{run.validation_loss[-1]:.3f}",
            "best validation loss": f"{run.validation_loss[best]:.3f}",
        }


def parting(trained: NDArray[np.float64], held_out: NDArray[np.float64]) -> str:
    """Find from which epoch on one line is below another for good.

    Examples
    --------
    >>> parting(np.array([3, 1, 2, 0]), np.array([2, 2, 1, 1]))
    '4'
    """
    not_below = np.flatnonzero(trained >= held_out)
    return str(int(not_below[-1]) + 2 if len(not_below) else 1)


def loss_and_errors(run: History) -> Figure:
    """Draw two charts, each with a line for the images trained on and one for those held out."""
    made = figure(720, 268)
    left, right = made.add_axes((0.075, 0.17, 0.395, 0.7)), made.add_axes((0.58, 0.17, 0.395, 0.7))
    _draw_curves(left, run, "loss", run.loss, run.validation_loss)
    _draw_curves(right, run, "errors, %", 100 * (1 - run.accuracy), 100 * (1 - run.validation_accuracy))
    return made


def _draw_curves(
    axes: Axes, run: History, title: str, trained: NDArray[np.float64], held_out: NDArray[np.float64]
) -> None:
    """Draw both lines, a value for each epoch, and mark the best epoch of the latter."""
    epochs = np.arange(1, len(trained) + 1)
    lines = (("trained on", trained, "series-1"), ("held out", held_out, "series-2"))
    for name, values, shade in lines:
        axes.plot(epochs, values, "o-", color=color(shade), markersize=5)
        other = held_out if values is trained else trained
        # At the last epoch, the higher line is told above its end and the lower one below it.
        shift = 11 if values[-1] >= other[-1] else -11
        axes.annotate(
            name,
            (epochs[-1], values[-1]),
            xytext=(0, shift),
            textcoords="offset points",
            ha="right",
            va="center_baseline",
            color=color(shade),
            fontsize=NORMAL,
        )
    best = run.best_epoch
    axes.plot(
        [best],
        [held_out[best - 1]],
        "o",
        markersize=13,
        markerfacecolor="none",
        markeredgecolor=color("accent"),
        markeredgewidth=2,
    )
    axes.set_title(title, loc="left", fontsize=LARGE, color=color("text"))
    axes.set_xlabel("epoch", fontsize=NORMAL)
    axes.set_xticks(epochs[:: max(1, len(epochs) // 10)])
    top = max(trained.max(), held_out.max())
    axes.set_ylim(-0.12 * top, 1.08 * top)
    axes.set_yticks([tick for tick in axes.get_yticks() if 0 <= tick <= 1.08 * top])
    axes.set_xlim(0.5, len(epochs) + 0.5)
    axes.tick_params(labelsize=SMALL, length=3)
    grid(axes, "y")
