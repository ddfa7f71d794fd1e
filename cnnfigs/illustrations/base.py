"""What every illustration is: parameters that are checked, a run that is kept, a drawing, and its description."""

from __future__ import annotations

import hashlib
import re
import typing
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from matplotlib.figure import Figure

from cnnfigs.cache import cached, run_key
from cnnfigs.drawing.style import style
from cnnfigs.drawing.svg import Theme, file_svg, inline_svg
from cnnfigs.drawing.tables import Cell, html_table, text_table
from cnnfigs.drawing.words import with_percent_kept


@dataclass(frozen=True)
class Illustration(ABC):
    """A picture or table computed from a real run.

    A subclass is a frozen dataclass whose fields are the public parameters. In a notebook it shows itself.
    """

    #: Every illustration by name; a subclass enters itself.
    registry: ClassVar[dict[str, type[Illustration]]] = {}

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        # Abstractness is known only after the class is made, so the defining methods are looked at here.
        if not any(getattr(getattr(cls, name, None), "__isabstractmethod__", False) for name in dir(cls)):
            Illustration.registry[cls.__name__] = cls

    @abstractmethod
    def run(self) -> Any:
        """Compute what is to be shown, with real layers on real arrays; no drawing."""

    @abstractmethod
    def describe(self, run: Any) -> str:
        """Say what is to be seen, with the run's own numbers, as a teacher would to someone who cannot see it."""

    def state_facts(self, run: Any) -> dict[str, str]:
        """Give the numbers that a page may quote, ready to print."""
        return {}

    @cached_property
    def result(self) -> Any:
        """The run: read from disk if the same code has made it before from the same parameters and data."""
        run_type = typing.get_type_hints(type(self).run)["return"]
        return cached(self.key, self.run, run_type)

    @property
    def key(self) -> str | None:
        """Under what its run is kept, see :func:`cnnfigs.cache.run_key`."""
        return run_key(type(self), self._parameters())

    @property
    def description(self) -> str:
        """The alternative text."""
        told = self.describe(self.result)
        if not isinstance(told, str):
            raise TypeError(f"{type(self).__name__}.describe returned {told!r}: accepted is a text")
        return with_percent_kept(" ".join(told.split()))

    @property
    def facts(self) -> dict[str, str]:
        """The numbers that a page may quote, as text."""
        return self.state_facts(self.result)

    def _parameters(self) -> dict[str, Any]:
        return {field.name: _fingerprint(getattr(self, field.name)) for field in fields(self)}

    @property
    def _identifier(self) -> str:
        """A name for ids, which differs between illustrations and parameters and stays the same between builds."""
        told = repr(sorted(self._parameters().items()))
        return f"{kebab(type(self).__name__)}-{hashlib.sha256(told.encode()).hexdigest()[:6]}-"

    @abstractmethod
    def to_html(self) -> str:
        """Return the illustration as HTML to stand in a page."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.to_html(), "text/plain": self.description}


class Picture(Illustration):
    """An illustration that is drawn."""

    @abstractmethod
    def draw(self, run: Any) -> Figure:
        """Draw the run with matplotlib, from arrays alone; no computing."""

    @property
    def figure(self) -> Figure:
        """The drawing."""
        with style():
            return self.draw(self.result)

    def to_html(self) -> str:
        """Return the picture as SVG to stand in a page; its colours follow the page's theme."""
        with style():
            return inline_svg(self.draw(self.result), self.description, self._identifier)

    def to_svg(self, theme: Theme = "light") -> str:
        """Return the picture as an SVG document for a file."""
        with style():
            return file_svg(self.draw(self.result), self.description, theme)


class Table(Illustration):
    """An illustration that is a table."""

    @abstractmethod
    def tabulate(self, run: Any) -> list[list[Cell]]:
        """Give the table's rows, the heading row first; no computing."""

    def to_html(self) -> str:
        """Return the table as HTML; its description is for those who hear it."""
        return html_table(self.tabulate(self.result), self.description)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.to_html(), "text/plain": text_table(self.tabulate(self.result))}


def require(condition: bool, field: str, value: object, accepted: str) -> None:
    """Refuse a parameter that is out of range.

    Raises
    ------
    ValueError
        Unless the condition holds; the message names the field, the value and what is accepted.

    Examples
    --------
    >>> require(False, "strides", 0, "1 or more")
    Traceback (most recent call last):
        ...
    ValueError: strides is 0: accepted is 1 or more
    """
    if not condition:
        raise ValueError(f"{field} is {value!r}: accepted is {accepted}")


def require_whole(field: str, value: object, least: int, most: int | None = None) -> None:
    """Refuse a parameter that is not a whole number from `least` to `most`.

    Raises
    ------
    ValueError
        Naming the field, the value and what is accepted.

    Examples
    --------
    >>> require_whole("kernel_size", 7, 1, 5)
    Traceback (most recent call last):
        ...
    ValueError: kernel_size is 7: accepted is a whole number from 1 to 5
    """
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    accepted = f"from {least} to {most:,}" if most is not None else f"of {least} or more"
    inside = whole and least <= value and (most is None or value <= most)  # type: ignore[operator]
    require(inside, field, value, f"a whole number {accepted}")


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
    if hasattr(value, "get_weights"):
        from cnnfigs.models.weights import fingerprint

        return fingerprint(value)
    return value
