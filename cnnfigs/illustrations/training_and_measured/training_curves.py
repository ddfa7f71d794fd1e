"""How loss and accuracy change while a network is trained."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cnnfigs.drawing.charts import grid
from cnnfigs.drawing.layout import Piece, flow
from cnnfigs.drawing.networks import network_look
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Chart, panel
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.networks import NetworkName, network_words
from cnnfigs.runs.training_and_measured.history import History, training_history
from cnnfigs.words import as_percent, listed

#: The two lines of a chart.
LINES = "trained on", "held out"


@dataclass(frozen=True)
class TrainingCurves(Picture):
    """Loss and errors after each epoch, on the images trained on and on the images held out."""

    network: NetworkName = "convnet"

    def run(self) -> History:
        return training_history(self.network)

    def draw(self, run: History) -> Piece:
        """Draw two charts with two lines each, and mark the epoch whose weights were kept."""
        return loss_and_errors(run, self.network)

    def describe(self, run: History) -> Description:
        best, last = run.best_epoch - 1, len(run.loss) - 1
        shown = [1 - run.accuracy[0], 1 - run.accuracy[last]]
        held_out = [1 - run.validation_accuracy[0], 1 - run.validation_accuracy[best]]
        trained, unseen = (" to ".join(as_percent(share, 1) for share in pair) for pair in (shown, held_out))
        return Description(
            f"Loss and errors over {last + 1} epochs of training, {network_words(run.network)}: on images held out the "
            f"loss is lowest after epoch {run.best_epoch}.",
            [
                "Two charts, each with a dashed line for the images trained on and a solid line for those held out.",
                f"The loss on the images trained on falls from {run.loss[0]:.3f} to {run.loss[last]:.3f}.",
                f"On those held out it falls from {run.validation_loss[0]:.3f} to {run.validation_loss[best]:.3f} at "
                f"epoch {run.best_epoch}, which is marked, and stands at {run.validation_loss[last]:.3f} at the end.",
                f"The errors go from {trained} on the images trained on, and from {unseen} at the marked epoch on "
                "those held out.",
            ],
            [curve_numbers(run)],
        )

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
            "first printed": as_printed(run, 0),
            "last printed": as_printed(run, -1),
        }


def as_printed(run: History, epoch: int) -> str:
    """Write the numbers of an epoch, counted from 0, as Keras prints them."""
    values = {
        "accuracy": run.accuracy,
        "loss": run.loss,
        "val_accuracy": run.validation_accuracy,
        "val_loss": run.validation_loss,
    }
    return " - ".join(f"{name}: {value[epoch]:.4f}" for name, value in values.items())


def parting(trained: NDArray[np.float64], held_out: NDArray[np.float64]) -> str:
    """Find from which epoch on one line is below another for good.

    Examples
    --------
    >>> parting(np.array([3, 1, 2, 0]), np.array([2, 2, 1, 1]))
    '4'
    """
    not_below = np.flatnonzero(trained >= held_out)
    return str(int(not_below[-1]) + 2 if len(not_below) else 1)


def loss_and_errors(run: History, network: str) -> Piece:
    """Arrange two charts, each with a line for the images trained on and one for those held out."""
    look = network_look(network)
    return flow(
        *(
            panel(title, Chart(partial(_plot, look.color, run.best_epoch, trained, held_out), 344, 250))
            for title, trained, held_out in _curves(run)
        ),
        gap=24,
    )


def curve_numbers(run: History) -> Numbers:
    """Return loss and errors after each epoch as a table."""
    rows = [
        (f"{title}, {which}", line) for title, *both in _curves(run) for which, line in zip(LINES, both, strict=True)
    ]
    return Numbers(
        "Loss and errors after each epoch",
        [line for _, line in rows],
        "{:.3f}".format,
        rows=[name for name, _ in rows],
        columns=[f"epoch {epoch}" for epoch in range(1, len(run.loss) + 1)],
    )


def _curves(run: History) -> list[tuple[str, NDArray[np.float64], NDArray[np.float64]]]:
    return [
        ("loss", run.loss, run.validation_loss),
        ("errors, %", 100 * (1 - run.accuracy), 100 * (1 - run.validation_accuracy)),
    ]


def _plot(
    shade: str, best: int, trained: NDArray[np.float64], held_out: NDArray[np.float64], axes: Axes, narrow: bool
) -> None:
    """Draw both lines, a value for each epoch, and mark the best epoch of the latter."""
    epochs = np.arange(1, len(trained) + 1)
    for name, values, dashes in zip(LINES, (trained, held_out), ("dashed", "solid"), strict=True):
        axes.plot(epochs, values, marker="o", linestyle=dashes, color=color(shade), markersize=5)
        other = held_out if values is trained else trained
        # At the last epoch, the higher line is told above its end and the lower one below it.
        axes.annotate(
            name,
            (epochs[-1], values[-1]),
            xytext=(0, 12 if values[-1] >= other[-1] else -12),
            textcoords="offset points",
            ha="right",
            va="center_baseline",
            color=color(shade),
        )
    axes.plot(
        [best],
        [held_out[best - 1]],
        "o",
        markersize=13,
        markerfacecolor="none",
        markeredgecolor=color("accent"),
        markeredgewidth=2,
    )
    axes.set_xlabel("epoch")
    axes.set_xticks(epochs[:: max(1, len(epochs) // 8)])
    top = max(trained.max(), held_out.max())
    axes.set_ylim(-0.12 * top, 1.08 * top)
    axes.set_yticks([tick for tick in axes.get_yticks() if 0 <= tick <= 1.08 * top])
    axes.set_xlim(0.5, len(epochs) + 0.5)
    axes.tick_params(length=3)
    grid(axes, "y")
