"""Two small networks learn side by side from the same few digits: the loss, what they read, and their first weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cnnfigs.drawing import charts
from cnnfigs.drawing.layout import Piece, column, either, flow, matrix
from cnnfigs.drawing.networks import network_look
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Chart, Tiles, Words, panel
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.networks import NETWORK_NAMES
from cnnfigs.parameters import Whole
from cnnfigs.runs.training_and_measured.small_training import SmallTraining, SmallTrainings, train_small
from cnnfigs.statistics import wilson
from cnnfigs.words import as_percent, written_number

NETWORKS = ("small_convnet", "small_dense")
#: So many digits they learn from, and so many where these are few.
IMAGES, FEWER = 1_000, 100
#: So many filters, and units of the dense network, are shown.
SHOWN = 8


@dataclass(frozen=True)
class LearningSideBySide(Picture):
    """A small convnet and a small dense network learn from the same digits: loss, right answers, first weights."""

    seed: Annotated[int, Whole(0), "seed of the first weights and of the order of the digits"] = 1

    def run(self) -> SmallTrainings:
        return train_small(IMAGES, FEWER, self.seed)

    def draw(self, run: SmallTrainings) -> Piece:
        """Draw both curves of each network, and some of its first weights before and after."""
        shown = [run.of(network, IMAGES) for network in NETWORKS]
        steps = run.interval * np.arange(run.steps // run.interval + 1)
        drawn = [network_look(network) for network in NETWORKS]
        looks = {look.name: (look.color, look.dashes) for look in drawn}

        def loss(axes: Axes, narrow: bool) -> None:
            for each in shown:
                _line(axes, each.network, steps[1:] - run.interval / 2, each.loss)
            axes.set_ylim(0, 1.05 * max(float(each.loss.max()) for each in shown))
            _steps(axes, run.steps)

        def right(axes: Axes, narrow: bool) -> None:
            for each in shown:
                ends = np.array([wilson(int(count), run.test) for count in each.right])
                axes.vlines(steps, *(100 * ends.T), color=color(network_look(each.network).color), linewidth=1.5)
                _line(axes, each.network, steps, 100 * each.right / run.test)
            axes.set_ylim(0, 100)
            _steps(axes, run.steps)

        curves = flow(
            panel("loss", Chart(loss, 344, 240)),
            panel(f"right of {run.test:,} test digits, %", Chart(right, 344, 240)),
            gap=24,
        )
        return column(
            charts.key(looks), curves, either(self._weights(shown, (18, 4)), self._weights(shown, (12, 3))), gap=20
        )

    def _weights(self, shown: list[SmallTraining], cells: tuple[int, int]) -> Piece:
        """Arrange some first weights of each network, untrained above trained."""
        rows = []
        for each, cell in zip(shown, cells, strict=True):
            few = [weights[..., :SHOWN] for weights in (each.before, each.after)]
            limit = max(float(np.abs(weights).max()) for weights in few)
            tiles = [Tiles(weights, cell, SHOWN, 4, limit=limit, signed=True, frame="kernel") for weights in few]
            names = ("untrained", "trained")
            lines = matrix([(Words(name), piece) for name, piece in zip(names, tiles, strict=True)], gap=10, between=4)
            rows.append(panel(f"{NETWORK_NAMES[each.network]}: {_weights_words(each)}", lines))
        return column(*rows, gap=16)

    def describe(self, run: SmallTrainings) -> Description:
        shown = [run.of(network, IMAGES) for network in NETWORKS]
        ends = [f"{NETWORK_NAMES[each.network]} {_share(each, run)}" for each in shown]
        return Description(
            f"Two networks learn from the same {IMAGES:,} digits. Their loss falls; after {run.steps} steps they "
            f"read of others: {', '.join(ends)}.",
            [
                *(
                    f"{NETWORK_NAMES[each.network]}, {run.parameters[each.network]:,} parameters: the loss falls from "
                    f"{each.loss[0]:.2f} in the first {run.interval} steps to {each.loss[-1]:.2f} in the last; the "
                    f"share of {run.test:,} test digits that is read right rises from "
                    f"{as_percent(each.right[0] / run.test, 1)} to {_share(each, run)}."
                    for each in shown
                ),
                f"Below are some of the first weights of each, untrained and trained: {SHOWN} kernels and {SHOWN} "
                "units. Before, they are pale noise; after, strong and weak places have gathered.",
            ],
            [
                Numbers(
                    "Test digits read right",
                    [each.right for each in shown],
                    "{:.0f}".format,
                    rows=[NETWORK_NAMES[each.network] for each in shown],
                    columns=[f"step {step}" for step in range(0, run.steps + 1, run.interval)],
                ),
                Numbers(
                    "The loss, the mean of so many steps",
                    [each.loss for each in shown],
                    "{:.2f}".format,
                    rows=[NETWORK_NAMES[each.network] for each in shown],
                    columns=[f"up to step {step}" for step in range(run.interval, run.steps + 1, run.interval)],
                ),
                *(
                    Numbers(
                        f"{NETWORK_NAMES[each.network]}, {when}, a row for each of {SHOWN}",
                        weights[..., :SHOWN].reshape(-1, SHOWN).T,
                        lambda value: written_number(value, 2),
                    )
                    for each in shown[:1]
                    for when, weights in (("untrained", each.before), ("trained", each.after))
                ),
            ],
        )

    def state_facts(self, run: SmallTrainings) -> dict[str, str]:
        facts = {
            "images": f"{IMAGES:,}",
            "fewer": f"{FEWER:,}",
            "test": f"{run.test:,}",
            "steps": f"{run.steps:,}",
            "batch size": str(run.batch_size),
            "trained": f"both of them, seed {self.seed}, trained on {IMAGES:,} small digits",
        }
        for network, name in zip(NETWORKS, ("small convnet", "small dense"), strict=True):
            facts[f"{name} parameters"] = f"{run.parameters[network]:,}"
            ways = {"": (IMAGES, False), " shuffled": (IMAGES, True), " fewer": (FEWER, False)}
            for way, (images, shuffled) in ways.items():
                each = run.of(network, images, shuffled=shuffled)
                low, high = wilson(int(each.right[-1]), run.test)
                facts[f"{name}{way}"] = as_percent(each.right[-1] / run.test, 1)
                facts[f"{name}{way} interval"] = f"{as_percent(low, 1)} to {as_percent(high, 1)}"
        return facts


def _weights_words(training: SmallTraining) -> str:
    rows, columns, count = training.before.shape
    if count > SHOWN:
        return f"{SHOWN} of its {count} units, {rows}×{columns} weights each"
    return f"its {count} first kernels, {rows}×{columns} weights each"


def _share(training: SmallTraining, run: SmallTrainings) -> str:
    return as_percent(training.right[-1] / run.test, 1)


def _line(axes: Axes, network: str, steps: NDArray[Any], values: NDArray[Any]) -> None:
    look = network_look(network)
    axes.plot(steps, values, color=color(look.color), linestyle=look.dashes, marker="o", markersize=4)


def _steps(axes: Axes, last: int) -> None:
    axes.set_xlim(-0.02 * last, 1.02 * last)
    axes.set_xlabel("steps")
    charts.plain(axes)
