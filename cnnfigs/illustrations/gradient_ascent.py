"""How an image is made that excites a filter: step by step, with and without a hand on the brake."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import arrow, digit, label
from cnnfigs.drawing.style import SMALL, canvas
from cnnfigs.illustrations.base import Picture, require_whole
from cnnfigs.illustrations.layer_names import require_layer
from cnnfigs.runs.exciting import LAYERS, AscentRun, ascend_both

SIDE, STEP = 104, 122
KEPT = (0, 2, 8, 64)


@dataclass(frozen=True)
class GradientAscent(Picture):
    """An image that is changed step by step until it excites a filter of the convnet: as it comes, and held back.

    Parameters
    ----------
    layer
        Name of a convolution of the convnet, or of its last layer.
    filter
        Which filter of the layer; of the last layer, which digit. From 0 on.

    Raises
    ------
    ValueError
        If a parameter is out of range; for a layer that does not exist the message lists near names. How many filters a
        layer has is looked up when the illustration is run.
    """

    layer: str = "dense"
    filter: int = 3

    def __post_init__(self) -> None:
        require_layer("layer", self.layer, LAYERS["convnet"])
        require_whole("filter", self.filter, 0)

    def run(self) -> AscentRun:
        """Climb twice from the same faint noise."""
        return ascend_both(self.layer, self.filter, KEPT)

    def draw(self, run: AscentRun) -> Figure:
        """Draw a row for each way, with the image after some steps."""
        left, row_height = 106, SIDE + 34
        figure, axes = canvas(left + len(KEPT) * STEP, 24 + 2 * row_height)
        for column, steps in enumerate(KEPT):
            label(axes, left + column * STEP + SIDE / 2, 12, "start" if steps == 0 else f"{steps} steps", bold=True)
        for row, (name, ascent) in enumerate((("gradient", run.plain), ("gradient,", run.regularized))):
            top = 24 + row * row_height
            label(axes, 4, top + SIDE / 2 - 8, name, align="left")
            label(axes, 4, top + SIDE / 2 + 10, ("alone", "held back")[row], align="left")
            for column, (image, total) in enumerate(zip(ascent.images, ascent.sums, strict=True)):
                x = left + column * STEP
                digit(axes, image[..., 0].round(2), x, top, SIDE, frame="grid")
                label(axes, x + SIDE / 2, top + SIDE + 11, f"score {total:.1f}".replace("-", "−"), size=SMALL)
                if column:
                    arrow(axes, (x - 16, top + SIDE / 2), (x - 3, top + SIDE / 2))
        return figure

    def describe(self, run: AscentRun) -> str:
        """Tell both ways with their scores."""

        def told(scores: tuple[float, ...]) -> str:
            return ", ".join(f"{score:.1f}" for score in scores)

        return f"""Two rows of four images each, after {", ".join(map(str, KEPT))} steps. Both begin with even grey. In
            the upper row, the gradient alone, the last image is covered with small black and white squares and hooks;
            its scores are {told(run.plain.sums)}. In the lower row, held back, the last image is mostly pale, with a
            few connected strokes; its scores are {told(run.regularized.sums)}. The real digit that scores highest
            reaches {run.best:.1f}."""

    def state_facts(self, run: AscentRun) -> dict[str, str]:
        """Give the scores at the start and at the end."""
        return {
            "filter": str(self.filter),
            "steps": str(KEPT[-1]),
            "start": f"{run.plain.sums[0]:.1f}".replace("-", "−"),
            "plain": f"{run.plain.sums[-1]:.1f}",
            "regularized": f"{run.regularized.sums[-1]:.1f}",
            "best": f"{run.best:.1f}",
        }
