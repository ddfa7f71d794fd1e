"""A check on heat maps: what they show of a network that knows nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cnnfigs.drawing.layout import Piece, column, either, row, within
from cnnfigs.drawing.pieces import Photo, Words, hundredths, panel
from cnnfigs.drawing.shapes import blended, colored, paled
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers, Part
from cnnfigs.illustrations.networks import TRAINED_ON_PHOTOS
from cnnfigs.images import as_bytes, smaller
from cnnfigs.looks import clouds_in_words
from cnnfigs.models.imagenet import CLASSES
from cnnfigs.parameters import Whole
from cnnfigs.runs.photo.heat_maps import SanityRun, sanity_check
from cnnfigs.words import written_number

#: What kinds of maps there are, and how wide each is drawn in the column and on a phone.
KINDS = ("Grad-CAM", "gradient × pixel")
COLUMN, PHONE = 230, 154
#: Pixels of the longer side of a map, which is light so.
MOST_PIXELS = 102


@dataclass(frozen=True)
class SanityCheck(Picture):
    """Two kinds of heat maps of the cat, by the trained network and by networks that know less or nothing."""

    class_index: Annotated[int, Whole(0, CLASSES - 1), "which class is asked for"] = 285
    seeds: Annotated[
        int, Whole(2, 10), "how many networks of each kind are asked, of which the picture shows the first"
    ] = 4

    def run(self) -> SanityRun:
        return sanity_check(self.class_index, self.seeds)

    def draw(self, run: SanityRun) -> Piece:
        """Draw a row for each kind of map with the three networks beside each other; on a phone it is turned."""
        maps = [
            [
                smaller(as_bytes(blended(paled(run.photo), network.grad_cam, signed=False)), MOST_PIXELS),
                smaller(as_bytes(colored(network.products)), MOST_PIXELS),
            ]
            for network in run.networks
        ]
        correlations = [
            [
                _range(values) if values else ""
                for values in (network.grad_cam_correlations, network.gradient_input_correlations)
            ]
            for network in run.networks
        ]

        def one(number: int, kind: int, title: str, width: float, of: str = "") -> Piece:
            found = correlations[number][kind]
            return within(width, panel(title, Photo(maps[number][kind], width), note=found and of + found))

        networks = [network.weights for network in run.networks]
        return either(
            column(
                *(
                    panel(
                        name,
                        row(
                            *(one(each, kind, title, COLUMN, "correlation ") for each, title in enumerate(networks)),
                            gap=12,
                            align="start",
                        ),
                    )
                    for kind, name in enumerate(KINDS)
                ),
                gap=28,
            ),
            column(
                *(
                    panel(
                        title,
                        row(*(one(each, kind, name, PHONE) for kind, name in enumerate(KINDS)), gap=12, align="start"),
                    )
                    for each, title in enumerate(networks)
                ),
                Words("below: correlation with the map of the trained network", "muted"),
                gap=28,
            ),
        )

    def describe(self, run: SanityRun) -> Description:
        return Description(
            f"Heat maps for {run.name} by a trained, a shuffled and an untrained network: gradient times pixel draws "
            "the cat for the shuffled one too.",
            [
                f"There are two kinds of maps of the cat, each for the class {run.name} by three networks: the trained "
                "one, one whose last layer’s weights were shuffled, and one that was never trained.",
                f"Of the latter two, {self.seeds} each were asked; the first of each is shown.",
                Part(
                    "Grad-CAM’s green clouds lie elsewhere for each network",
                    tuple(f"{network.weights}: {clouds_in_words(network.grad_cam)}." for network in run.networks),
                ),
                "In gradient times pixel, the outline of the cat with its eyes and nose can be seen for the trained "
                "and for the shuffled network alike.",
                Part(
                    "Rank correlation with the map of the trained network",
                    tuple(
                        f"{network.weights}: {_range(network.grad_cam_correlations)} for Grad-CAM and "
                        f"{_range(network.gradient_input_correlations)} for gradient times pixel."
                        for network in run.networks[1:]
                    ),
                ),
            ],
            [
                Numbers(
                    "Rank correlation with the map of the trained network, for each network that was asked",
                    [
                        values
                        for network in run.networks[1:]
                        for values in (network.grad_cam_correlations, network.gradient_input_correlations)
                    ],
                    hundredths,
                    rows=[f"{kind}, {network.weights}" for network in run.networks[1:] for kind in KINDS],
                )
            ],
        )

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
