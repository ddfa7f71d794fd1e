"""How an image is made that excites a filter: step by step, with and without a hand on the brake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from cnnfigs.drawing.layout import Piece, column, either, matrix, row
from cnnfigs.drawing.pieces import Digit, Words, panel
from cnnfigs.drawing.shapes import stepped
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.networks import require_filter, trained_on
from cnnfigs.looks import strokes_in_words
from cnnfigs.parameters import Choice, Whole
from cnnfigs.runs.filters.exciting import LAYERS, Ascent, AscentRun, ascend_both
from cnnfigs.words import fixed, listed

#: After how many steps the image is shown.
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

    def draw(self, run: AscentRun) -> Piece:
        """Draw a row for each way, with the image after some steps, and one with the ends from other starts."""
        moments = [_moment(steps) for steps in KEPT]
        ways = [
            (name, [_image(image, total) for image, total in zip(ascent.images, ascent.sums, strict=True)])
            for name, ascent in (("gradient alone", run.plain[0]), ("gradient, held back", run.regularized[0]))
        ]
        ends = [_image(each.images[-1], each.sums[-1]) for each in run.regularized[1 : 1 + OTHERS]]
        rows = [
            (name, [panel(*each, align="middle") for each in zip(heads, images, strict=True)])
            for name, images, heads in (
                *((name, images, moments) for name, images in ways),
                (f"held back, from {OTHERS} other starts", ends, [moments[-1]] * OTHERS),
            )
        ]
        return either(
            matrix([[Words(name, bold=True, most=96), *images] for name, images in rows], gap=10),
            column(*(panel(name, row(*images, gap=6)) for name, images in rows), gap=28),
        )

    def describe(self, run: AscentRun) -> Description:
        others = [ascent.sums[-1] for ascent in run.regularized[1 : 1 + OTHERS]]
        moments = [_moment(steps) for steps in KEPT]
        return Description(
            "An image changed step by step until it excites a filter: the gradient alone ends in a scribble, held back "
            "it ends in connected strokes.",
            [
                f"Two rows of {len(KEPT)} images each, after {listed(KEPT)} steps.",
                "Both begin with pale grey and faint noise on it, which differs from pixel to pixel by about "
                f"{100 * run.noise:.0f} % of full ink or less.",
                "First row, the gradient alone: the last image is covered with black strokes and hooks up to its "
                f"edges; its scores are {_scores(run.plain[0])}. {self._end(run.plain[0], *run.likest[0])}",
                "Second row, held back: the last image is mostly pale, with a few connected strokes; its scores are "
                f"{_scores(run.regularized[0])}. {self._end(run.regularized[0], *run.likest[1])}",
                f"Third row: where {OTHERS} other starts end, held back: other strokes each time, scores "
                f"{', '.join(map(_number, others))}.",
                f"Over {len(run.plain)} starts the scores reach {_reach(run.plain)} with the gradient alone and "
                f"{_reach(run.regularized)} held back.",
                f"The real digit that scores highest reaches {run.best:.1f}.",
            ],
            [
                Numbers(
                    "The scores", [run.plain[0].sums, run.regularized[0].sums], _number, ["alone", "held back"], moments
                ),
                Numbers("The scores of other starts at the end, held back", others, _number, ["score"]),
            ],
        )

    def _end(self, ascent: Ascent, digit: int, correlation: float) -> str:
        """Tell how the last image looks, and, if it was made for a digit, which digit it is like."""
        told = f"It is {strokes_in_words(ascent.images[-1][..., 0])}."
        if self.layer != LAYERS["convnet"][-1]:
            return told
        return (
            f"{told} Of the mean digits, that of the {digit} is most like it, with a correlation of {correlation:.2f}."
        )

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


def _image(image: NDArray[np.float32], total: float) -> Piece:
    return panel(
        "", Digit(stepped(image[..., 0], 32), 140, frame="grid"), note=f"score {_number(total)}", align="middle"
    )


def _moment(steps: int) -> str:
    return f"{steps} steps" if steps else "start"


def _number(score: float) -> str:
    return fixed(score)


def _scores(ascent: Ascent) -> str:
    return ", ".join(map(_number, ascent.sums))


def _reach(ascents: tuple[Ascent, ...]) -> str:
    """Write the smallest and the largest score at the end."""
    ends = [ascent.sums[-1] for ascent in ascents]
    return f"{_number(min(ends))} to {_number(max(ends))}"
