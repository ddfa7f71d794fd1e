"""The two kinds of chance in a measured error rate, as dots in two rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cnnfigs.drawing.charts import plain
from cnnfigs.drawing.layout import Piece, column
from cnnfigs.drawing.networks import network_look
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Chart, panel
from cnnfigs.experiments.chances import Chances, chances
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.networks import network_words
from cnnfigs.parameters import Choice, Whole
from cnnfigs.words import as_percent, fixed


@dataclass(frozen=True)
class TwoChances(Picture):
    """Errors of one training on several sets of images, and of several trainings on the same images."""

    network: Annotated[
        str, Choice("convnet", "dense_512", "dense_131"), "a network that was trained with several seeds"
    ] = "convnet"
    sets: Annotated[int, Whole(2, 20), "into how many sets to deal out the test images"] = 10

    def run(self) -> Chances:
        return chances(self.network, self.sets)

    def draw(self, run: Chances) -> Piece:
        """Draw both rows of dots over the same axis."""
        most = 100 * max(float(run.by_images.max()), float(run.by_seed.max()))

        def dots(shares: NDArray[np.float64], axes: Axes, narrow: bool) -> None:
            shade = color(network_look(run.network).color)
            # Equal shares stand above each other.
            heights = [sum(1 for other in shares[:place] if other == share) for place, share in enumerate(shares)]
            axes.plot(100 * shares, heights, "o", color=shade, markersize=11, markeredgecolor=color("background"))
            axes.set(xlim=(0, 1.08 * most), ylim=(-0.7, max(2, *heights) + 0.7), yticks=[])
            plain(axes)
            axes.spines["left"].set_visible(False)

        rows = (
            ("Other images", f"one training, {len(run.by_images)} sets of {run.images:,} test images", run.by_images),
            (
                "Another training",
                f"{len(run.by_seed)} trainings, the same {run.all_images:,} test images",
                run.by_seed,
            ),
        )
        return column(
            *(panel(title, Chart(partial(dots, shares), 620, 110), f"{sub}; errors, %") for title, sub, shares in rows),
            gap=20,
        )

    def describe(self, run: Chances) -> Description:
        return Description(
            f"Errors of the {network_words(run.network)}: {_span(run.by_images)} on different images, and "
            f"{_span(run.by_seed)} of different trainings.",
            [
                f"Two rows of dots. In the first, a dot is a set of {run.images:,} test images, all shown to the same "
                f"training, that with seed {run.seed}.",
                f"In the second, a dot is a training with a seed of its own, shown all {run.all_images:,} test images.",
                "In neither row are the dots in one place.",
            ],
            [
                Numbers("Errors on each set, %", 100 * run.by_images, partial(fixed, decimals=1), ["errors"]),
                Numbers(
                    "Errors of each training, %",
                    100 * run.by_seed,
                    partial(fixed, decimals=2),
                    ["errors"],
                    [f"seed {seed}" for seed in run.seeds],
                ),
            ],
        )

    def state_facts(self, run: Chances) -> dict[str, str]:
        return {
            "sets": str(len(run.by_images)),
            "images": f"{run.images:,}",
            "all images": f"{run.all_images:,}",
            "seed": str(run.seed),
            "trainings": str(len(run.seeds)),
            "conditions": run.conditions,
            "least on images": as_percent(float(run.by_images.min()), 1),
            "most on images": as_percent(float(run.by_images.max()), 1),
            "least of trainings": as_percent(float(run.by_seed.min()), 2),
            "most of trainings": as_percent(float(run.by_seed.max()), 2),
        }


def _span(shares: NDArray[np.float64]) -> str:
    r"""Write from where to where shares lie.

    Examples
    --------
    >>> _span(np.array([0.004, 0.012]))
    '0.4 to 1.2\xa0%'
    """
    return f"{fixed(100 * float(shares.min()))} to {as_percent(float(shares.max()), 1)}"
