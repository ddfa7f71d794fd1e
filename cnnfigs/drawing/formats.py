"""What a drawing can be written as, and how it is to look. Nothing slow is here: it is asked before all else."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from cnnfigs.errors import ParameterError
from cnnfigs.parameters import Choice, Maybe, Number, Switch, Whole, check, require

Theme = Literal["light", "dark"]
Format = Literal["svg", "png", "pdf", "gif", "webp", "mp4"]

#: Of what is made of words.
TEXTS = ("html", "txt")
#: Of what stands still.
STILLS: tuple[Format, ...] = ("svg", "png", "pdf", "gif", "webp")
#: Made of pixels, of which there may be few or many.
RASTERS = ("png", "gif", "webp", "mp4")
#: What is behind a picture may be seen through it.
CLEAR = ("svg", "png", "pdf", "webp")

#: Formats by the kind of an illustration, the usual one first.
FORMATS: dict[str, tuple[str, ...]] = {
    "Picture": STILLS,
    "Table": (*TEXTS, *STILLS),
    "Exercise": TEXTS,
    "Questionnaire": TEXTS,
    "Animation": ("gif", *(each for each in STILLS if each != "gif"), "mp4"),
}
_KINDS = {
    "Picture": "a picture",
    "Table": "a table",
    "Exercise": "an exercise",
    "Questionnaire": "a questionnaire",
    "Animation": "an animation",
}

#: Pixels of a file for each pixel of the page, where nothing else is asked for.
SCALE = 2.0
#: More are of no use, and take more memory than there is.
MOST_PIXELS = 20_000


class FormatError(ParameterError):
    """A drawing cannot be written in the wanted format, or not on this machine, or not as it was asked for."""


@dataclass(frozen=True)
class Look:
    """How a drawing looks in a file.

    Parameters
    ----------
    theme
        In whose colours.
    scale
        Pixels of the file for each pixel of the page, more than 0 to 20; 2 when neither this nor `width` is given.
    width
        Pixels of the file from left to right, 1 to 20,000, in place of `scale`.
    transparent
        Whether what is behind the picture is seen through it.

    Raises
    ------
    FormatError
        If one is out of range, or `scale` and `width` are both given.

    Examples
    --------
    >>> Look(scale=3).pixels_per_pixel(720), Look(width=1920).pixels_per_pixel(480), Look().pixels_per_pixel(480)
    (3, 4.0, 2.0)
    """

    theme: Annotated[Theme, Choice(*get_args(Theme)), "in whose colours"] = "light"
    scale: Annotated[float | None, Maybe(Number(0, 20, above=True)), "pixels for each pixel of the page"] = None
    width: Annotated[int | None, Maybe(Whole(1, MOST_PIXELS)), "pixels from left to right"] = None
    transparent: Annotated[bool, Switch(), "whether nothing stands behind it"] = False

    def __post_init__(self) -> None:
        check(self)
        both = self.scale is not None and self.width is not None
        require(not both, "scale and width", (self.scale, self.width), "one of the two")

    def fitting(self, form: str) -> Look:
        """Return as much of it as this format can have, for many illustrations in several formats."""
        scale, width = (self.scale, self.width) if form in RASTERS else (None, None)
        return Look(self.theme, scale, width, self.transparent and form in CLEAR)

    def pixels_per_pixel(self, width: float) -> float:
        """Return how many pixels of the file there are for each pixel of a drawing of this width."""
        return self.width / width if self.width is not None else self.scale if self.scale is not None else SCALE


def require_format(name: str, kind: str, form: str, look: Look) -> None:
    """Refuse what an illustration cannot be written as.

    Parameters
    ----------
    name
        Of the illustration, for the message.
    kind
        One of those of :data:`FORMATS`.
    form
        The wanted format.
    look
        How it is to look.

    Raises
    ------
    FormatError
        In one line, with what is accepted.

    Examples
    --------
    >>> require_format("Padding", "Picture", "bmp", Look())
    Traceback (most recent call last):
        ...
    cnnfigs.drawing.formats.FormatError: Padding is a picture: format: expected svg, png, pdf, gif, webp, got 'bmp'
    """
    accepted = FORMATS[kind]
    if form not in accepted:
        raise FormatError(f"{name} is {_KINDS[kind]}: format: expected {', '.join(accepted)}, got {form!r}")
    if form == "mp4" and shutil.which("ffmpeg") is None:
        raise FormatError(
            f"{name}: format: expected gif or webp, got 'mp4', which ffmpeg writes, and it is not installed"
        )
    for option, given, those in (
        ("scale", look.scale is not None, RASTERS),
        ("width", look.width is not None, RASTERS),
        ("transparent", look.transparent, CLEAR),
    ):
        if given and form not in those:
            fitting = ", ".join(each for each in accepted if each in those) or "none of its formats"
            raise FormatError(f"{name}: {option} is given, and the format is {form!r}: {option} is for {fitting}")
