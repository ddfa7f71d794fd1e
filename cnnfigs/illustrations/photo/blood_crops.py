"""A photo of a blood smear and its boxes, and crops that hold a platelet or do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from cnnfigs.data import Bytes
from cnnfigs.data.blood_cells import HEIGHT, SIDE, WIDTH, Box, photo
from cnnfigs.drawing.layout import CLOSE, Piece, column, flow, grid, row
from cnnfigs.drawing.pieces import Mark, Photo, panel, swatch
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers, Part
from cnnfigs.illustrations.networks import TRAINED_ON_PHOTOS
from cnnfigs.illustrations.photo.photo_answers import answer_numbers, photo_and_answers
from cnnfigs.looks import box_on
from cnnfigs.models.imagenet import CLASSES
from cnnfigs.parameters import Such, Whole
from cnnfigs.runs.photo.blood import HALF, CropsRun, show_crops
from cnnfigs.runs.photo.photo_answers import PhotoAnswer, ask
from cnnfigs.words import counted, percent, written

#: How wide a crop is drawn.
CROP = 66
#: In what colour the box around a kind of cell is drawn, and what the cell is called.
KINDS = {"Platelets": ("error", "platelet"), "WBC": ("input", "white cell")}


def _is_photo(value: object) -> bool:
    return isinstance(value, str) and value.startswith("BloodImage_")


PhotoName = Annotated[str, Such(_is_photo, "the name of a photo, such as BloodImage_00068"), "which photo"]


@dataclass(frozen=True)
class BloodCrops(Picture):
    """A photo of a stained blood smear with boxes around its platelets, and crops with and without a platelet."""

    name: PhotoName = "BloodImage_00068"
    count: Annotated[int, Whole(2, 8), "how many crops of each kind to show"] = 8

    def run(self) -> CropsRun:
        return show_crops(self.name, self.count)

    def draw(self, run: CropsRun) -> Piece:
        """Draw the photo with its boxes, and beside it the crops."""
        shown_photo = Photo(run.photo, 320, frame="input", marks=[box_mark(box) for box in run.boxes])
        shown = {box.cell for box in run.boxes}
        key = row(*(swatch(shade, name, line=True) for cell, (shade, name) in KINDS.items() if cell in shown))
        return flow(
            panel("input: a photo", column(shown_photo, key, gap=CLOSE), f"{WIDTH}×{HEIGHT} pixels", name="input"),
            column(
                panel("a platelet in it", _crops(run.holding), f"crops of {SIDE}×{SIDE} pixels", name="output"),
                panel("no platelet in it", _crops(run.empty), name="output"),
            ),
            gap=28,
            align="start",
            below="start",
        )

    def describe(self, run: CropsRun) -> Description:
        found = {cell: sum(box.cell == cell for box in run.boxes) for cell in KINDS}
        return Description(
            f"A photo of a stained blood smear with frames around {counted(found['Platelets'], 'platelet')} and "
            f"{counted(found['WBC'], 'white cell')}, and crops with and without a platelet.",
            [
                f"The photo has {WIDTH} by {HEIGHT} pixels. On a pale ground lie many pink discs, red cells, "
                f"{run.red_cells} of them with a box that is not drawn. White cells are large and purple, platelets "
                "small purple dots.",
                *where_boxes(run.boxes),
                f"Beside it are {len(run.holding)} crops of {SIDE} by {SIDE} pixels with a platelet, each a small "
                "purple spot on a pale ground, sometimes beside the edge of a red cell.",
                f"Below are {len(run.empty)} crops without one: pale ground, red cells and their edges.",
            ],
            [
                Numbers(
                    "What the data set has",
                    [[photos, platelets] for _, photos, platelets in run.parts],
                    rows=[name for name, _, _ in run.parts],
                    columns=["photos", "platelets"],
                )
            ],
        )

    def state_facts(self, run: CropsRun) -> dict[str, str]:
        facts = {"side": str(SIDE), "width": str(WIDTH), "height": str(HEIGHT)}
        facts["platelets"] = str(sum(box.cell == "Platelets" for box in run.boxes))
        facts["all photos"] = str(sum(photos for _, photos, _ in run.parts))
        for name, photos, platelets in run.parts:
            facts |= {f"{name} photos": str(photos), f"{name} platelets": str(platelets)}
            facts[f"{name} crops"] = str(2 * platelets)
        return facts


def box_mark(box: Box, name: str = "", line_width: float = 2.5) -> Mark:
    """Frame a box on a photo at half its size."""
    return Mark(
        box.top / HALF,
        box.left / HALF,
        (box.bottom - box.top) / HALF,
        (box.right - box.left) / HALF,
        name or KINDS[box.cell][0],
        line_width=line_width,
    )


def where_boxes(boxes: Sequence[Box]) -> tuple[Part, ...]:
    """Tell where on a photo the boxes of each kind lie, from left to right."""
    return tuple(
        Part(
            f"Where the {name} {'lies' if len(places) == 1 else 'boxes lie'}",
            tuple(f"{place.capitalize()}." for place in places),
        )
        for cell, (_, name) in KINDS.items()
        if (places := [where(box) for box in sorted(boxes, key=lambda box: box.left) if box.cell == cell])
    )


def where(box: Box) -> str:
    """Say where on its photo a box lies.

    Examples
    --------
    >>> where(Box("WBC", left=1, top=224, right=94, bottom=351))
    'middle left, at the left edge, columns 1 to 93 and rows 224 to 350'
    """
    place = box_on((box.top, box.left, box.bottom - box.top, box.right - box.left), (HEIGHT, WIDTH))
    return f"{place}, columns {box.left} to {box.right - 1} and rows {box.top} to {box.bottom - 1}"


def _crops(images: Bytes) -> Piece:
    return grid([Photo(each, CROP) for each in images], columns=4, gap=6)


@dataclass(frozen=True)
class SmearAnswers(Picture):
    """What the ImageNet network says that a photo of a blood smear shows, which none of its classes fits."""

    name: PhotoName = "BloodImage_00068"
    answers: Annotated[int, Whole(1, 10), "how many answers to show"] = 5

    def run(self) -> PhotoAnswer:
        return ask(photo(self.name), self.answers)

    def draw(self, run: PhotoAnswer) -> Piece:
        """Draw the photo, and the answers as bars."""
        return photo_and_answers(run)

    def describe(self, run: PhotoAnswer) -> Description:
        answer = run.answer
        return Description(
            f"A photo of a blood smear, and the {self.answers} best answers of the network: {answer.names[0]} first, "
            f"with {percent(answer.probabilities[0])}.",
            [
                f"Pale red cells and purple ones, {written(run.photo.shape[:2])} pixels.",
                f"The network’s {self.answers} best answers of {CLASSES:,} are bars, the longest first.",
                *(f"{name}: {percent(share)}." for name, share in zip(answer.names, answer.probabilities, strict=True)),
            ],
            [answer_numbers(answer)],
        )

    def state_facts(self, run: PhotoAnswer) -> dict[str, str]:
        facts = {"trained": TRAINED_ON_PHOTOS, "classes": f"{CLASSES:,}"}
        for number, (name, share) in enumerate(zip(run.answer.names, run.answer.probabilities, strict=True), 1):
            facts |= {f"name {number}": name, f"probability {number}": percent(share)}
        return facts
