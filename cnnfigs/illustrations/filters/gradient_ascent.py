"""How an image is made that excites a filter: step by step, with and without a hand on the brake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cnnfigs.drawing.shapes import arrow, digit, label
from cnnfigs.drawing.style import SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import require_filter, trained_on
from cnnfigs.parameters import Choice, Whole
from cnnfigs.runs.filters.exciting import LAYERS, Ascent, AscentRun, ascend_both
from cnnfigs.words import fixed

SIDE, STEP = 104, 122
KEPT = (0, 2, 8, 64)
#: How many pictures there are from other starts: as many as in the other rows.
OTHERS = len(KEPT)


@dataclass(frozen=True)
class GradientAscent(Picture):
    """An image that is changed step by step until it excites a filter of the convnet: as it comes, and held back."""

    layer: Annotated[str, Choice(*LAYERS["convnet"]), "a convolution of the convnet, or its last layer"] = "dense"
    filter: Annotated[int, Whole(0), "which filter of the layer, of the last layer which digit"] = 3

    def __post_init__(self) -> None:
        super().__post_init__()
        require_filter(self.filter, layer=self.layer)

    def run(self) -> AscentRun:
        return ascend_both(self.layer, self.filter, KEPT)

    def draw(self, run: AscentRun) -> Figure:
        """Draw a row for each way, with the image after some steps, and one with the ends from other starts."""
        left, row_height = 106, SIDE + 34
        figure, axes = canvas(left + len(KEPT) * STEP, 24 + 3 * row_height + 24)
        for column, steps in enumerate(KEPT):
            label(axes, left + column * STEP + SIDE / 2, 12, "start" if steps == 0 else f"{steps} steps", bold=True)
        for row, (name, ascent) in enumerate((("gradient", run.plain[0]), ("gradient,", run.regularized[0]))):
            top = 24 + row * row_height
            label(axes, 4, top + SIDE / 2 - 8, name, align="left")
            label(axes, 4, top + SIDE / 2 + 10, ("alone", "held back")[row], align="left")
            for column, (image, total) in enumerate(zip(ascent.images, ascent.sums, strict=True)):
                x = left + column * STEP
                _image(axes, image, total, x, top)
                if column:
                    arrow(axes, (x - 16, top + SIDE / 2), (x - 3, top + SIDE / 2))
        top = 24 + 2 * row_height + 24
        label(axes, left, top - 12, f"{KEPT[-1]} steps from {OTHERS} other starts", align="left", bold=True)
        label(axes, 4, top + SIDE / 2 - 8, "gradient,", align="left")
        label(axes, 4, top + SIDE / 2 + 10, "held back", align="left")
        for column, ascent in enumerate(run.regularized[1 : 1 + OTHERS]):
            _image(axes, ascent.images[-1], ascent.sums[-1], left + column * STEP, top)
        return figure

    def describe(self, run: AscentRun) -> str:
        others = ", ".join(_number(ascent.sums[-1]) for ascent in run.regularized[1 : 1 + OTHERS])
        return f"""Two rows of four images each, after {", ".join(map(str, KEPT))} steps. Both begin with pale grey and
            faint noise on it, which differs from pixel to pixel by about {100 * run.noise:.0f} % of full ink or less.
            In the upper row, the gradient alone, the last image is covered with black strokes and hooks up to its
            edges; its scores are {_scores(run.plain[0])}. In the lower row, held back, the last image is mostly pale,
            with a few connected strokes; its scores are {_scores(run.regularized[0])}. A third row shows where {OTHERS}
            other starts end, held back: other strokes each time, scores {others}. Over {len(run.plain)} starts the
            scores reach {_reach(run.plain)} with the gradient alone and {_reach(run.regularized)} held back. The real
            digit that scores highest reaches {run.best:.1f}."""

    def state_facts(self, run: AscentRun) -> dict[str, str]:
        above = sum(ascent.sums[-1] > run.best for ascent in run.regularized)
        return {
            "filter": str(self.filter),
            "steps": str(KEPT[-1]),
            "start": _number(run.plain[0].sums[0]),
            "plain": _number(run.plain[0].sums[-1]),
            "regularized": _number(run.regularized[0].sums[-1]),
            "best": _number(run.best),
            "starts": str(len(run.plain)),
            "plain reach": _reach(run.plain),
            "regularized reach": _reach(run.regularized),
            "regularized above": str(above),
            "plain above": str(sum(ascent.sums[-1] > run.best for ascent in run.plain)),
            "trained": trained_on("convnet"),
        }


def _image(axes: Axes, image: NDArray[np.float32], total: float, x: float, y: float) -> None:
    digit(axes, image[..., 0].round(2), x, y, SIDE, frame="grid")
    label(axes, x + SIDE / 2, y + SIDE + 11, f"score {_number(total)}", size=SMALL)


def _number(score: float) -> str:
    return fixed(score)


def _scores(ascent: Ascent) -> str:
    return ", ".join(map(_number, ascent.sums))


def _reach(ascents: tuple[Ascent, ...]) -> str:
    """Write the smallest and the largest score at the end."""
    ends = [ascent.sums[-1] for ascent in ascents]
    return f"{_number(min(ends))} to {_number(max(ends))}"
