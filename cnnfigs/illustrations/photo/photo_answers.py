"""A photo, and what the ImageNet network says that it shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from matplotlib.figure import Figure

from cnnfigs.data import Bytes, cat_photo
from cnnfigs.drawing.shapes import bars, label, photo
from cnnfigs.drawing.style import NORMAL, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import TRAINED_ON_PHOTOS
from cnnfigs.images import fit
from cnnfigs.models.imagenet import CLASSES, as_photo
from cnnfigs.models.imagenet import PHOTO as SHAPES
from cnnfigs.parameters import Such, Whole
from cnnfigs.runs.photo.photo_answers import PhotoAnswer, ask
from cnnfigs.words import percent

ROW, BAR = 26, 110


def _is_array(value: object) -> bool:
    try:
        return value is None or np.asarray(value).ndim > 0
    except (TypeError, ValueError):
        return False


#: Shape and numbers are looked at by :func:`keep_photo`, whose message tells of a large array in one line.
PHOTO = Such(_is_array, f"{SHAPES}, or None for the cat")
AnyPhoto = Annotated[Any, PHOTO, "a photo of any size, grey or in colour, with or without alpha"]


@dataclass(frozen=True)
class PhotoAnswers(Picture):
    """What the ImageNet network says that a photo shows: its best answers with their probabilities."""

    image: AnyPhoto = None
    answers: Annotated[int, Whole(1, 10), "how many answers to show"] = 8

    def __post_init__(self) -> None:
        super().__post_init__()
        keep_photo(self)

    def run(self) -> PhotoAnswer:
        return ask(photo_of(self.image), self.answers)

    def draw(self, run: PhotoAnswer) -> Figure:
        """Draw the photo, and the answers as bars."""
        width, height = fit(run.photo, 330, 250)
        rows = ROW * self.answers
        figure, axes = canvas(720, max(height, rows) + 30)
        label(axes, width / 2, 12, "what it gets", name="input", bold=True)
        photo(axes, run.photo, 2, 28, width, height, frame="input")
        left = 526
        label(axes, left, 12, "what it says", name="output", bold=True)
        top = 28 + max(0, height - rows) / 2
        bars(axes, run.answer.probabilities, left, top, BAR, ROW, run.answer.names, size=NORMAL)
        for row, share in enumerate(run.answer.probabilities):
            label(axes, left + BAR + 8, top + (row + 0.5) * ROW, percent(share), align="left", size=SMALL, name="muted")
        return figure

    def describe(self, run: PhotoAnswer) -> str:
        answers = ", ".join(
            f"{name} {percent(share)}" for name, share in zip(run.answer.names, run.answer.probabilities, strict=True)
        )
        height, width = run.photo.shape[:2]
        what = "The face of a cat, with ears, eyes and nose" if self.image is None else "A photo"
        return f"""{what}, {height}×{width} pixels, and beside it the network's {self.answers} best answers of
            {CLASSES:,} as bars: {answers}."""

    def state_facts(self, run: PhotoAnswer) -> dict[str, str]:
        facts = {"cats": percent(run.answer.cats), "size": "×".join(map(str, run.photo.shape[:2]))}
        facts["trained"] = TRAINED_ON_PHOTOS
        for number, (name, share) in enumerate(zip(run.answer.names, run.answer.probabilities, strict=True), 1):
            facts |= {f"name {number}": name, f"probability {number}": percent(share)}
        return facts


def keep_photo(illustration: Any) -> None:
    """Turn the parameter `image` of an illustration, a :data:`Photo`, into RGB, once and for all.

    Raises
    ------
    ParameterError
        If it is not an image.
    """
    if illustration.image is not None:
        # The way to set a field of a frozen dataclass while it is made.
        object.__setattr__(illustration, "image", as_photo(illustration.image))


def photo_of(image: Bytes | None) -> Bytes:
    """Return the photo that is meant: the cat if none was given."""
    return cat_photo() if image is None else image
