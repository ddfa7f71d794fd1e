"""What every illustration is: parameters that are checked, a run that is kept, a drawing, and its description."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import typing
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from matplotlib.figure import Figure

from cnnfigs.cache import cached, is_kept, run_key
from cnnfigs.drawing.animation import playable
from cnnfigs.drawing.document import document, scrolling
from cnnfigs.drawing.export import picture_file
from cnnfigs.drawing.formats import FORMATS, TEXTS, Look, Theme, require_format
from cnnfigs.drawing.layout import Piece, frames_laid_out, laid_out, two_drawings
from cnnfigs.drawing.notebook import FACTS, IN_PAGE, in_notebook
from cnnfigs.drawing.style import POINTS_PER_INCH, style
from cnnfigs.drawing.svg import inline_frames, inline_svg
from cnnfigs.drawing.table_pictures import table_figure
from cnnfigs.drawing.tables import Cell, html_table, text_table
from cnnfigs.drawing.widths import PHONE, WIDTH, growing
from cnnfigs.errors import asking_for_keras
from cnnfigs.files import update
from cnnfigs.illustrations.description import Description
from cnnfigs.parameters import Parameter, check, documented, parameters

_DOCSTRING = "__doc__"


@dataclass(frozen=True)
class Illustration(ABC):
    """A picture or table computed from a real run.

    A subclass is a frozen dataclass whose fields are the public parameters, each declared as
    :mod:`cnnfigs.parameters` says. In a notebook it shows itself.
    """

    #: Every illustration by name; a subclass enters itself.
    registry: ClassVar[dict[str, type[Illustration]]] = {}
    #: Its parameters as they are declared, those of its bases first.
    declared: ClassVar[tuple[Parameter, ...]] = ()

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        cls.declared = parameters(cls)
        # Not by its attribute: to what a result depends on, that would say that results may show docstrings.
        setattr(cls, _DOCSTRING, documented(vars(cls).get(_DOCSTRING) or "", cls.declared))
        # Abstractness is known only after the class is made, so the defining methods are looked at here.
        if not any(getattr(getattr(cls, name, None), "__isabstractmethod__", False) for name in dir(cls)):
            Illustration.registry[cls.__name__] = cls

    def __post_init__(self) -> None:
        """Refuse what a parameter cannot be. Limits that couple several are checked after, where they are known."""
        check(self)

    @abstractmethod
    def run(self) -> Any:
        """Compute what is to be shown, with real layers on real arrays; no drawing."""

    @abstractmethod
    def describe(self, run: Any) -> Description:
        """Say what is to be seen, with the run's own numbers, as a teacher would to someone who cannot see it."""

    def state_facts(self, run: Any) -> dict[str, str]:
        """Return the numbers that a page may quote, ready to print."""
        return {}

    @cached_property
    def result(self) -> Any:
        """The run: read from disk if the same code has made it before from the same parameters and data."""
        run_type = typing.get_type_hints(type(self).run)["return"]
        with asking_for_keras(type(self).__name__):
            return cached(self.key, self.run, run_type)

    @property
    def key(self) -> str | None:
        """Under what its run is kept, see :func:`cnnfigs.cache.run_key`."""
        return run_key(type(self), self._parameters())

    @property
    def told(self) -> Description:
        """What it shows: a name, sentences that can be walked, and its numbers."""
        made = self.describe(self.result)
        if not isinstance(made, Description):
            raise TypeError(f"{type(self).__name__}.describe: expected a Description, got {made!r}")
        return made

    @property
    def description(self) -> str:
        """The alternative text, in one line."""
        return self.told.text

    @property
    def title(self) -> str:
        """Its name for those who hear it, at most 160 characters."""
        return self.told.title

    @property
    def details(self) -> str:
        """The description that can be walked, as HTML."""
        return self.told.html()

    @property
    def about(self) -> str:
        """What illustrations of its kind show, in a sentence: the first line of their docstring."""
        return str(getattr(type(self), _DOCSTRING)).partition("\n")[0]

    @property
    def facts(self) -> dict[str, str]:
        """The numbers that a page may quote, as text."""
        return self.state_facts(self.result)

    def _parameters(self) -> dict[str, Any]:
        return {field.name: _fingerprint(getattr(self, field.name)) for field in fields(self)}

    @property
    def _identifier(self) -> str:
        """A name for ids, which differs between illustrations and parameters and stays the same between builds."""
        content = repr(sorted(self._parameters().items()))
        return f"{kebab(type(self).__name__)}-{hashlib.sha256(content.encode()).hexdigest()[:6]}-"

    @abstractmethod
    def to_html(self) -> str:
        """Return the illustration as HTML to stand in a page, which has the style for it."""

    def to_page(self) -> str:
        """Return the illustration as HTML to stand in a page of the site; its pictures grow with the page's font."""
        return growing(self.to_html())

    @property
    def shown_along(self) -> tuple[Illustration, ...]:
        """Others whose runs a page shows along with its own."""
        return ()

    def to_text(self) -> str:
        """Return what is told where nothing can be drawn."""
        return self.description

    def save(
        self,
        path: str | Path,
        *,
        theme: Theme = "light",
        scale: float | None = None,
        width: int | None = None,
        transparent: bool = False,
    ) -> Path:
        """Write the illustration to a file; its ending tells the format.

        Parameters
        ----------
        path
            The file. A picture may be svg, png, pdf, gif or webp; a table html or txt too; an exercise html or txt;
            an animation mp4 too.
        theme
            In whose colours: ``"light"`` or ``"dark"``.
        scale
            Pixels of the file for each pixel of the page, for png, gif, webp and mp4; 2 when neither this nor `width`
            is given.
        width
            Pixels of the file from left to right, in place of `scale`.
        transparent
            Whether what is behind the picture is seen through it, for svg, png, pdf and webp.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        ValueError
            If the format or another value is none of those; before anything is computed.
        OSError
            If the file cannot be written.
        """
        path = Path(path)
        update(path, self.content(path.suffix.removeprefix(".").lower(), Look(theme, scale, width, transparent)))
        return path

    def content(self, form: str, look: Look) -> bytes:
        """Return the illustration as the content of a file.

        Raises
        ------
        ValueError
            If it cannot be written in that format, or not with that look; before anything is computed.
        """
        require_format(type(self).__name__, self.kind(), form, look)
        with style():
            return self._content(form, look)

    @classmethod
    def kind(cls) -> str:
        """Return on which base it is made; what it can be written as depends on that."""
        return next(base.__name__ for base in cls.__mro__ if base.__name__ in FORMATS)

    @property
    def is_computed(self) -> bool:
        """Whether its run is kept, so that it is shown at once."""
        return "result" in self.__dict__ or (self.key is not None and is_kept(self.key))

    @abstractmethod
    def _content(self, form: Any, look: Look) -> bytes:
        """Return the content of a file of a format that it can have."""

    def _as_words(self, form: str, look: Look, what: str) -> bytes:
        """Return the content of a file that is made of words."""
        if form == "txt":
            return f"{self.to_text()}\n".encode()
        title = self.about
        body = f"<h1>{escape(title)}</h1>\n{scrolling(self.to_html(), what)}"
        return document(title, body, look.theme).encode()

    #: What a program that converts notebooks takes where it can use no HTML: LaTeX takes PDF, others SVG.
    _converted: ClassVar[Mapping[str, str]] = {"image/svg+xml": "svg", "application/pdf": "pdf"}

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """Show itself in a notebook: in its theme, legible on any ground, and fit for what notebooks become."""
        if os.environ.get(IN_PAGE):
            return {"text/html": self.to_page(), "text/plain": self.to_text()}, {FACTS: {"": self.facts}}
        bundle: dict[str, Any] = {"text/html": in_notebook(self.to_html()), "text/plain": self.to_text()}
        for kind, form in self._converted.items():
            content = self.content(form, Look())
            bundle[kind] = content.decode() if form == "svg" else base64.b64encode(content).decode()
        return bundle, {}

    def __dir__(self) -> list[str]:
        """Name what a reader may ask for, so that completion offers that and no inner parts."""
        parameters = [field.name for field in fields(self)]
        inner = [name for name in super().__dir__() if name.startswith("_")]
        return [*parameters, "description", "facts", "result", "save", "to_html", "to_text", *inner]


class Picture(Illustration):
    """An illustration that is drawn."""

    @abstractmethod
    def draw(self, run: Any) -> Piece:
        """Arrange the run in pieces, from arrays alone; no computing, no coordinates."""

    @property
    def figure(self) -> Figure:
        """The drawing for the text column."""
        return self.drawn()

    def drawn(self, width: float = WIDTH) -> Figure:
        """Draw it for so many pixels: the text column, or a phone."""
        with style():
            return laid_out(self.draw(self.result), width)

    def to_html(self) -> str:
        """Return the picture as SVG to stand in a page, for two widths; its colours follow the page's theme."""
        with style():
            wide, narrow = two_drawings(self.draw(self.result))
            return f"<div>{inline_svg(wide, self.title, self._identifier, narrow)}{self.details}</div>"

    def to_svg(self, theme: Theme = "light") -> str:
        """Return the picture as an SVG document for a file."""
        return self.content("svg", Look(theme)).decode()

    def _content(self, form: Any, look: Look) -> bytes:
        return picture_file([self.figure], self.description, form, look)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), "figure", "to_svg"]


class Animation(Illustration):
    """An illustration that moves: frames that are seen one after the other, in the same place."""

    #: What its buttons are for.
    legend: ClassVar[str]

    @abstractmethod
    def draw(self, run: Any) -> Sequence[Piece]:
        """Arrange each frame in pieces, all in the same way; no computing, no coordinates."""

    @abstractmethod
    def name_frames(self, run: Any) -> Sequence[str]:
        """Say in a few words what each frame shows, for those who hear it."""

    def frames(self, width: float = WIDTH) -> list[Figure]:
        """Draw its frames for so many pixels: the text column, or a phone."""
        with style():
            return frames_laid_out(self.draw(self.result), width)

    def to_html(self) -> str:
        """Return the frames as one SVG for each width, with radio buttons to play, pause and step."""
        with style():
            wide = self.frames()
            narrow = self.frames(PHONE) if wide[0].get_figwidth() * POINTS_PER_INCH > PHONE else []
            drawing = inline_frames(wide, self.title, self._identifier, narrow)
        frames = self.name_frames(self.result)
        return f"<div>{playable(drawing, self.legend, frames, f'{self._identifier}frame')}{self.details}</div>"

    def _content(self, form: Any, look: Look) -> bytes:
        return picture_file(self.frames(), self.description, form, look)


class Table(Illustration):
    """An illustration that is a table."""

    _converted: ClassVar[Mapping[str, str]] = {}  # a table as text can be read

    @abstractmethod
    def tabulate(self, run: Any) -> list[list[Cell]]:
        """Return the table's rows, the heading row first; no computing."""

    def to_html(self) -> str:
        """Return the table as HTML, with a card for each row on a phone; its name is for those who hear it."""
        return f"<div>{html_table(self.tabulate(self.result), self.title)}{self.details}</div>"

    @property
    def details(self) -> str:
        """The description that can be walked, as HTML."""
        return self.told.html("table")

    def to_text(self) -> str:
        """Return the table as aligned text."""
        return text_table(self.tabulate(self.result))

    def _content(self, form: Any, look: Look) -> bytes:
        if form in TEXTS:
            return self._as_words(form, look, "table")
        return picture_file([table_figure(self.tabulate(self.result))], self.description, form, look)


def kebab(name: str) -> str:
    """Write a class name as pages write names.

    Examples
    --------
    >>> kebab("ConfusionMatrix")
    'confusion-matrix'
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def _fingerprint(value: Any) -> Any:
    """Turn a parameter into what JSON can say; an array or a Keras model into a digest of its content."""
    if isinstance(value, np.ndarray):
        content = f"{value.dtype}{value.shape}".encode() + np.ascontiguousarray(value).tobytes()
        return hashlib.sha256(content).hexdigest()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, tuple):
        return tuple(map(_fingerprint, value))
    if hasattr(value, "get_weights"):
        from cnnfigs.models.weights import fingerprint

        return fingerprint(value)
    return value
