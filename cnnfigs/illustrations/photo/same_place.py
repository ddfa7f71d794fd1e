"""Two photos of a blood smear that show the same place: one to train on, one to test with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cnnfigs.data.blood_cells import HEIGHT, WIDTH, boxes
from cnnfigs.drawing.layout import Piece, flow
from cnnfigs.drawing.pieces import Mark, Photo, panel
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description
from cnnfigs.illustrations.photo.blood_crops import where
from cnnfigs.looks import edges_of
from cnnfigs.runs.photo.blood import HALF, SamePlaceRun, same_place
from cnnfigs.words import as_percent


@dataclass(frozen=True)
class SamePlace(Picture):
    """A photo to train on and one to test with that show the same place of a smear, and where they overlap."""

    def run(self) -> SamePlaceRun:
        return same_place()

    def draw(self, run: SamePlaceRun) -> Piece:
        """Draw both photos, each with a frame around what the other shows too."""
        width, height = run.size
        parts = []
        for title, pixels, name, (left, top) in zip(
            ("to train on", "to test with"), (run.training, run.test), run.names, run.corners, strict=True
        ):
            mark = Mark(top / HALF, left / HALF, height / HALF, width / HALF)
            parts.append(panel(title, Photo(pixels, 340, marks=[mark], frame="grid"), f"photo {_number(name)}"))
        return flow(*parts, gap=24, align="start", below="start")

    def describe(self, run: SamePlaceRun) -> Description:
        return Description(
            "Two photos of blood smears that show the same place: one is trained on, the other is tested with.",
            [
                f"At the left is photo {_number(run.names[0])}, which is trained on, at the right photo "
                f"{_number(run.names[1])}, which is tested with.",
                f"In each a frame holds what both show, {as_percent(self._share(run))} of the photo: the same cells, "
                "in the same places of the frame.",
                *self._told(run),
            ],
        )

    def state_facts(self, run: SamePlaceRun) -> dict[str, str]:
        return {
            "pairs": str(run.pairs),
            "across": str(len(run.across)),
            "seen": str(run.seen),
            "platelets": str(run.platelets),
            "training photos": str(run.photos[0]),
            "away photos": str(run.photos[1]),
            "training platelets": str(run.training_platelets[0]),
            "away platelets": str(run.training_platelets[1]),
            "overlap": as_percent(self._share(run)),
            "first": _number(run.names[0]),
            "second": _number(run.names[1]),
        }

    @staticmethod
    def _told(run: SamePlaceRun) -> Iterator[str]:
        """Tell where in each photo the frame and its white cells lie."""
        width, height = run.size
        for name, (left, top) in zip(run.names, run.corners, strict=True):
            edges = edges_of((top, left, height, width), (HEIGHT, WIDTH))
            yield f"In photo {_number(name)} the frame reaches the {edges}."
            for box in boxes(name, "WBC"):
                share = as_percent((box.bottom - box.top) / HEIGHT)
                yield f"A white cell, large and purple, {share} of the height, is there: {where(box)}."

    @staticmethod
    def _share(run: SamePlaceRun) -> float:
        return run.size[0] * run.size[1] / (WIDTH * HEIGHT)


def _number(name: str) -> str:
    return str(int(name.rpartition("_")[2]))
