"""The loss: how wrong an answer is, how it changes with one weight, and how steps make it smaller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes

from cnnfigs.drawing import charts
from cnnfigs.drawing.layout import Piece, column, flow, row
from cnnfigs.drawing.networks import network_look
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Chart, Digit, Words, panel
from cnnfigs.drawing.widths import TITLE
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.networks import NetworkName
from cnnfigs.parameters import Number, TestImage, Whole
from cnnfigs.runs.dense_and_loss.answers import AnswerLosses, answer_losses
from cnnfigs.runs.dense_and_loss.descent import Slope, Steps, first_steps, slope_along_weight
from cnnfigs.words import as_percent, percent, typeset, written_number


@dataclass(frozen=True)
class CrossEntropy(Picture):
    """Cross-entropy: the loss of two of a network's answers, and of any other."""

    index: TestImage = 18
    other: Annotated[int, Whole(0, 9_999), "which other test image"] = 247
    network: NetworkName = "dense_512"

    def run(self) -> AnswerLosses:
        return answer_losses(self.network, (self.index, self.other))

    def draw(self, run: AnswerLosses) -> Piece:
        """Draw both digits with their answers, and beside them the curve of the loss with both on it."""
        right = [answer == label for answer, label in zip(run.answers, run.labels, strict=True)]
        shades = ["output" if each else "error" for each in right]

        def plot(axes: Axes, narrow: bool) -> None:
            for place, shade in enumerate(shades):
                axes.plot(
                    100 * run.label_probabilities[place],
                    run.losses[place],
                    "o",
                    color=color(shade),
                    markersize=12,
                    markeredgecolor=color("background"),
                    clip_on=False,
                    zorder=3,
                )
            axes.plot(100 * run.curve_probabilities, run.curve_losses, color=color("accent"), zorder=2)
            axes.set_xlim(0, 100)
            axes.set_ylim(0, float(run.curve_losses.max()))
            axes.set_xlabel("probability given to the right digit, %")
            charts.grid(axes)

        answers = [
            row(
                Digit(run.images[place], 104, frame=shade),
                column(
                    Words(f"“{run.answers[place]}”", shade, TITLE, bold=True),
                    Words(f"with {percent(run.answer_probabilities[place])}"),
                    Words(f"{percent(run.label_probabilities[place])} for the {run.labels[place]}"),
                    Words(f"loss {run.losses[place]:.3f}", shade, TITLE, bold=True),
                    gap=5,
                ),
                gap=12,
            )
            for place, shade in enumerate(shades)
        ]
        return flow(column(*answers), panel("loss", Chart(plot, 400, 260)), gap=28)

    def describe(self, run: AnswerLosses) -> Description:
        answers = [
            f"The {label} is answered with {answer}, to which the network gives {percent(sure)}; the {label} itself "
            f"gets {percent(right)}, and the loss is {loss:.3f}."
            for label, answer, sure, right, loss in zip(
                run.labels,
                run.answers,
                run.answer_probabilities,
                run.label_probabilities,
                run.losses,
                strict=True,
            )
        ]
        return Description(
            "Two digits with a network’s answers, and the curve of the loss with both on it: it falls the more "
            "probability the right digit gets.",
            [
                *answers,
                "The curve falls from left to right, steepest at its beginning; each digit is a dot on it, green for a "
                "right answer and red for a wrong one.",
            ],
            [
                Numbers(
                    "The loss by the probability of the right digit",
                    [loss for _, loss in run.examples],
                    "{:.1f}".format,
                    rows=["loss"],
                    columns=[as_percent(share) for share, _ in run.examples],
                )
            ],
        )

    def state_facts(self, run: AnswerLosses) -> dict[str, str]:
        facts: dict[str, str] = {}
        for place, name in enumerate(("first", "second")):
            facts |= {
                f"{name} digit": str(run.labels[place]),
                f"{name} answer": str(run.answers[place]),
                f"{name} sure": percent(run.answer_probabilities[place]),
                f"{name} right": percent(run.label_probabilities[place]),
                f"{name} loss": f"{run.losses[place]:.3f}",
            }
        return facts


@dataclass(frozen=True)
class LossSlope(Picture):
    """The loss of an untrained network along one of its weights, the slope, and one step of gradient descent."""

    learning_rate: Annotated[float, Number(0, 20, above=True), "the step as a multiple of the slope"] = 8.0
    network: NetworkName = "dense_512"

    def run(self) -> Slope:
        return slope_along_weight(self.network, float(self.learning_rate))

    def draw(self, run: Slope) -> Piece:
        """Draw the curve, the slope where the step starts, and the step."""
        low, high = float(run.losses.min()), float(run.losses.max())
        room, side = high - low, 1 if run.slope > 0 else -1
        reach = np.array([-0.2, 0.9]) * side
        shade = network_look(self.network).color
        below = run.weight + reach[1], run.loss - 0.15 * room
        # Words, the place that they belong to, and how far from it they begin, in pixels.
        notes = (
            (f"before: loss {run.loss:.3f}", run.weight, run.loss, shade, (-10 * side, 24), -side),
            (f"slope {run.slope:.4f}", *below, "muted", (16 * side, 0), -side),
            (f"after: loss {run.next_loss:.3f}", run.next_weight, run.next_loss, "output", (0, -22), 0),
            ("step", run.next_weight, run.loss, "accent", (-6 * side, 0), -side),
        )

        def plot(axes: Axes, narrow: bool) -> None:
            axes.plot(run.weights, run.losses, color=color(shade))
            axes.plot(run.weight + reach, run.loss + run.slope * reach, color=color("muted"), linestyle=(0, (4, 2)))
            axes.plot([run.next_weight, run.next_weight], [run.loss, run.next_loss], color=color("grid"), linewidth=1)
            axes.annotate(
                "",
                (run.next_weight, run.loss),
                (run.weight, run.loss),
                arrowprops={
                    "arrowstyle": "-|>,head_length=0.6,head_width=0.3",
                    "color": color("accent"),
                    "linewidth": 2.5,
                    "shrinkA": 0,
                    "shrinkB": 0,
                },
            )
            dots = ((run.weight, run.loss, shade), (run.next_weight, run.next_loss, "output"))
            for weight, loss, name in dots:
                axes.plot(weight, loss, "o", color=color(name), markersize=12, markeredgecolor=color("background"))
            for text, x, y, name, away, direction in notes:
                align = {1: "left", -1: "right", 0: "center"}[direction]
                axes.annotate(
                    typeset(text),
                    (x, y),
                    away,
                    textcoords="offset points",
                    color=color(name),
                    ha=align,
                    va="center_baseline",
                )
            axes.set_ylim(low - 0.25 * room, high + 0.02 * room)
            axes.set_xlim(float(run.weights.min()), float(run.weights.max()))
            axes.set_xlabel(f"one of the network’s {run.parameters:,} parameters")
            charts.grid(axes)

        return panel("loss", Chart(plot, 560, 340, 300))

    def describe(self, run: Slope) -> Description:
        lowest = int(run.losses.argmin())
        return Description(
            "The loss of the untrained network along one of its weights, like a wide valley, and one step downhill: "
            f"from {run.loss:.3f} to {run.next_loss:.3f}.",
            [
                f"The curve shows the loss on {run.images:,} images for values of one weight from "
                f"{run.weights.min():.2f} to {run.weights.max():.2f}, while all others stay.",
                f"It is lowest with {run.losses[lowest]:.3f} near {run.weights[lowest]:.2f}.",
                f"The weight stands at {run.weight:.3f}, where the loss is {run.loss:.3f}.",
                f"There a dashed line shows the slope of the curve, {run.slope:.4f}.",
                f"An arrow points downhill, {run.learning_rate:g} times the slope long, to {run.next_weight:.3f}, "
                f"where the loss is {run.next_loss:.3f}.",
            ],
            [
                Numbers(
                    "The curve",
                    np.stack([run.weights, run.losses], axis=1)[:: 1 if run.weights[0] < run.weights[-1] else -1],
                    "{:.3f}".format,
                    columns=["weight", "loss"],
                )
            ],
        )

    def state_facts(self, run: Slope) -> dict[str, str]:
        return {
            "parameters": f"{run.parameters:,}",
            "images": f"{run.images:,}",
            "unit": str(run.unit),
            "digit": str(run.digit),
            "weight": written_number(run.weight, 3),
            "loss": f"{run.loss:.3f}",
            "slope": written_number(run.slope, 4),
            "learning rate": f"{run.learning_rate:g}",
            "next weight": written_number(run.next_weight, 3),
            "next loss": f"{run.next_loss:.3f}",
        }


@dataclass(frozen=True)
class FirstSteps(Picture):
    """The first steps of a training, each with the loss on its images."""

    steps: Annotated[int, Whole(2, 400), "how many steps"] = 200
    network: NetworkName = "dense_512"

    def run(self) -> Steps:
        return first_steps(self.network, self.steps)

    def draw(self, run: Steps) -> Piece:
        """Draw the loss of each step, and a line for mere guessing."""
        steps = np.arange(1, len(run.losses) + 1)
        top = 1.08 * float(max(run.losses.max(), run.guess_loss))
        shade = network_look(self.network).color

        def plot(axes: Axes, narrow: bool) -> None:
            axes.plot(steps, np.full(len(steps), run.guess_loss), color=color("muted"), linestyle=(0, (4, 2)))
            axes.annotate(
                f"guessing: {run.guess_loss:.2f}",
                (steps[-1], run.guess_loss),
                (0, -8),
                textcoords="offset points",
                ha="right",
                va="top",
                color=color("muted"),
            )
            axes.plot(steps, run.losses, color=color(shade), linewidth=1.5)
            axes.set_xlim(0, len(steps) * 1.02)
            axes.set_ylim(0, top)
            axes.set_xlabel(f"step, {run.batch_size} images each")
            charts.grid(axes, "y")

        return panel("loss on the images of each step", Chart(plot, 560, 300, 260))

    def describe(self, run: Steps) -> Description:
        return Description(
            f"The loss on the images of each of the first {len(run.losses)} steps of a training: a jagged line that "
            "falls steeply and then more slowly.",
            [
                f"It starts at {run.losses[0]:.2f}, near the {run.guess_loss:.2f} of mere guessing, which a dashed "
                "line shows.",
                f"Over the last ten steps it lies between {run.losses[-10:].min():.2f} and "
                f"{run.losses[-10:].max():.2f}.",
                f"Of {run.held_out:,} images held out, the network gets {percent(run.accuracy_before)} right before "
                f"the first step and {percent(run.accuracy_after)} after the last.",
            ],
            [
                Numbers(
                    "The loss of each step",
                    run.losses[:, np.newaxis],
                    "{:.2f}".format,
                    rows=[f"step {step}" for step in range(1, len(run.losses) + 1)],
                    columns=["loss"],
                )
            ],
        )

    def state_facts(self, run: Steps) -> dict[str, str]:
        return {
            "steps": f"{len(run.losses):,}",
            "batch size": str(run.batch_size),
            "first loss": f"{run.losses[0]:.2f}",
            "last ten": f"{run.last_ten:.2f}",
            "guess loss": f"{run.guess_loss:.2f}",
            "held out": f"{run.held_out:,}",
            "before": percent(run.accuracy_before),
            "after": percent(run.accuracy_after),
        }
