"""A photo, and what the ImageNet network says that it shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from cnnfigs.data import Bytes, cat_photo
from cnnfigs.drawing.layout import Piece, flow
from cnnfigs.drawing.pieces import Bars, Photo, panel
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.illustrations.networks import TRAINED_ON_PHOTOS
from cnnfigs.images import fit
from cnnfigs.models.imagenet import CLASSES, as_photo
from cnnfigs.models.imagenet import PHOTO as SHAPES
from cnnfigs.parameters import Such, Whole
from cnnfigs.runs.photo.photo_answers import PARTS, Answer, Box, PhotoAnswer, ask
from cnnfigs.words import listed, percent, written


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

    def draw(self, run: PhotoAnswer) -> Piece:
        """Draw the photo, and the answers as bars."""
        return photo_and_answers(run)

    def describe(self, run: PhotoAnswer) -> Description:
        size, answer = written(run.photo.shape[:2]), run.answer
        return Description(
            f"A photo{' of a cat' if self.image is None else ''}, and the {self.answers} best answers of the network: "
            f"{answer.names[0]} first, with {percent(answer.probabilities[0])}.",
            [
                f"{'The face of a cat, with ears, eyes and nose' if self.image is None else 'A photo'}, {size} pixels.",
                f"The network’s {self.answers} best answers of {CLASSES:,} are bars, the longest first.",
                *(f"{name}: {percent(share)}." for name, share in zip(answer.names, answer.probabilities, strict=True)),
            ],
            [answer_numbers(answer)],
        )

    def state_facts(self, run: PhotoAnswer) -> dict[str, str]:
        facts = {"cats": percent(run.answer.cats), "size": "×".join(map(str, run.photo.shape[:2]))}
        facts["trained"] = TRAINED_ON_PHOTOS
        for number, (name, share) in enumerate(zip(run.answer.names, run.answer.probabilities, strict=True), 1):
            facts |= {f"name {number}": name, f"probability {number}": percent(share)}
        return facts


def answer_numbers(answer: Answer) -> Numbers:
    """Return the table of the best answers."""
    return Numbers(
        "The probabilities of the best answers",
        [[share] for share in answer.probabilities],
        percent,
        rows=answer.names,
        columns=["probability"],
    )


def photo_and_answers(run: PhotoAnswer) -> Piece:
    """Arrange a photo and the answers to it as bars."""
    answer, size = run.answer, written(run.photo.shape[:2])
    shares = list(map(percent, answer.probabilities))
    return flow(
        panel("what it gets", Photo(run.photo, fit(run.photo, 384, 260)[0], frame="input"), size, name="input"),
        panel("what it says", Bars(answer.probabilities, answer.names, 130, values=shares, pitch=28), name="output"),
        gap=28,
        below="start",
    )


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


def parts_in_words(box: Box) -> str:
    """Name the parts of the cat that lie in a box, or of which at least a quarter does; "" if none.

    Parameters
    ----------
    box
        First row, first column, height and width, in pixels of the photo of the cat.

    Examples
    --------
    >>> parts_in_words((50, 90, 70, 90)), parts_in_words((160, 170, 60, 74)), parts_in_words((100, 0, 9, 9))
    ('the eye at the left', 'the nose and mouth', '')
    """
    named = []
    for name, places in PARTS.items():
        for number, place in enumerate(places):
            share = _shared(place, box) / (place[2] * place[3])
            if share >= 0.25:
                one = _one_part(name, number)
                named.append(one if share >= 0.75 else f"part of {one}")
    return listed(named)


def part_around(place: tuple[float, float]) -> str:
    """Name the part of the cat that a place, row and column, of its photo lies in; "" if none.

    Examples
    --------
    >>> part_around((98, 139)), part_around((200, 200)), part_around((0, 0))
    ('the eye at the left', 'the nose and mouth', '')
    """
    for name, places in PARTS.items():
        for number, (top, left, rows, columns) in enumerate(places):
            if top <= place[0] < top + rows and left <= place[1] < left + columns:
                return _one_part(name, number)
    return ""


def _one_part(name: str, number: int) -> str:
    """Name one of the parts that have a name, such as one of the eyes."""
    return f"the {name.removesuffix('s')} at the {('left', 'right')[number]}" if len(PARTS[name]) > 1 else f"the {name}"


def _shared(one: Box, other: Box) -> int:
    """Count the pixels that two boxes share."""
    down, across = (
        min(one[axis] + one[axis + 2], other[axis] + other[axis + 2]) - max(one[axis], other[axis]) for axis in (0, 1)
    )
    return max(0, down) * max(0, across)


def photo_of(image: Bytes | None) -> Bytes:
    """Return the photo that is meant: the cat if none was given."""
    return cat_photo() if image is None else image
