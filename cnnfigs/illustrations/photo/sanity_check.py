"""A check on heat maps: what they show of a network that knows nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import blended, colored, label, paled, photo
from cnnfigs.drawing.style import SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import TRAINED_ON_PHOTOS
from cnnfigs.images import as_bytes, resized
from cnnfigs.models.imagenet import CLASSES
from cnnfigs.parameters import Whole
from cnnfigs.runs.photo.heat_maps import SanityRun, sanity_check
from cnnfigs.words import written_number

SIDE = 216


@dataclass(frozen=True)
class SanityCheck(Picture):
    """Two kinds of heat maps of the cat, by the trained network and by networks that know less or nothing."""

    class_index: Annotated[int, Whole(0, CLASSES - 1), "which class is asked for"] = 285
    seeds: Annotated[
        int, Whole(2, 10), "how many networks of each kind are asked, of which the picture shows the first"
    ] = 4

    def run(self) -> SanityRun:
        return sanity_check(self.class_index, self.seeds)

    def draw(self, run: SanityRun) -> Figure:
        """Draw a column for each network and a row for each kind of map."""
        height = round(SIDE * run.photo.shape[0] / run.photo.shape[1])
        left, gap, first = 4, 14, 44
        figure, axes = canvas(left + 3 * SIDE + 2 * gap + 2, first + 2 * (height + 46))
        for column, network in enumerate(run.networks):
            x = left + column * (SIDE + gap)
            label(axes, x + SIDE / 2, 12, network.weights, bold=True)
            pictures = (blended(paled(run.photo), network.grad_cam, signed=False), colored(network.products))
            correlations = (network.grad_cam_correlations, network.gradient_input_correlations)
            for row, (pixels, values) in enumerate(zip(pictures, correlations, strict=True)):
                top = first + row * (height + 46)
                if column == 0:
                    name = ("Grad-CAM", "gradient × pixel")[row]
                    label(axes, x, top - 10, name, align="left", size=SMALL, name="muted", bold=True)
                small = resized(as_bytes(pixels), height // 2, SIDE // 2, bicubic=True)
                photo(axes, small, x, top, SIDE, height, frame="grid")
                if values:
                    label(axes, x + SIDE / 2, top + height + 12, f"correlation {_range(values)}", size=SMALL)
        return figure

    def describe(self, run: SanityRun) -> str:
        correlations = " ".join(
            f"{network.weights}: rank correlation with the map of the trained network "
            f"{_range(network.grad_cam_correlations)} for Grad-CAM and {_range(network.gradient_input_correlations)} "
            "for gradient times pixel."
            for network in run.networks[1:]
        )
        return f"""Three columns of heat maps of the cat for the class {run.name}: by the trained network, by one whose
            last layer's weights were shuffled, and by one that was never trained; {self.seeds} of each of the latter
            were asked. In the upper row Grad-CAM's green clouds lie elsewhere in each column. In the lower row,
            gradient times pixel, the outline of the cat with its eyes and nose can be seen in the first two columns
            alike. {correlations}"""

    def state_facts(self, run: SanityRun) -> dict[str, str]:
        _, last, whole = run.networks
        return {
            "seeds": str(self.seeds),
            "trained": TRAINED_ON_PHOTOS,
            "name": run.name,
            "last grad_cam": _range(last.grad_cam_correlations),
            "last product": _range(last.gradient_input_correlations),
            "whole grad_cam": _range(whole.grad_cam_correlations),
            "whole product": _range(whole.gradient_input_correlations),
            "whole grad_cam most": written_number(max(whole.grad_cam_correlations), 2),
            "last product mean": written_number(last.gradient_input_mean, 2),
            "whole product mean": written_number(whole.gradient_input_mean, 2),
        }


def _range(values: tuple[float, ...]) -> str:
    """Write the smallest and the largest of some correlations.

    Examples
    --------
    >>> _range((0.25, -0.1, 0.5)), _range((0.754, 0.751))
    ('−0.1 to 0.5', '0.75')
    """
    least, most = (written_number(each, 2) for each in (min(values), max(values)))
    return least if least == most else f"{least} to {most}"
