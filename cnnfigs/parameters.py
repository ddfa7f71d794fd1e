"""What a parameter can be, declared once, where it stands.

As in::

    size: Annotated[int, Whole(3, 6), "side of the square input"] = 5

The check on construction, the docstring, the catalogue, the command line's help and the tests of refusals are all read
off that line. A declaration that several illustrations share is an alias, such as :data:`TestImage`.
"""

from __future__ import annotations

import inspect
import re
import typing
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from numbers import Integral, Real
from typing import Annotated, Any, Literal

from cnnfigs.errors import ParameterError
from cnnfigs.words import listed


class Values(ABC):
    """The values that a parameter can have."""

    @property
    @abstractmethod
    def expected(self) -> str:
        """What is expected, as the end of a sentence."""

    @abstractmethod
    def include(self, value: object) -> bool:
        """Return whether a value is one of them."""

    @abstractmethod
    def outside(self) -> Iterator[object]:
        """Give some values that are none of them, those next to the ends of the range first."""


@dataclass(frozen=True)
class Whole(Values):
    """Whole numbers from `least` to `most`, both included, each so much more than the last; no end without `most`.

    Examples
    --------
    >>> Whole(3, 6).expected, Whole(0).expected, Whole(5, 255, step=2).expected
    ('a whole number from 3 to 6', 'a whole number of 0 or more', 'an odd number from 5 to 255')
    """

    least: int
    most: int | None = None
    step: int = 1

    @property
    def expected(self) -> str:
        """What is expected, as the end of a sentence."""
        kinds = {1: "a whole number", 2: "an odd number" if self.least % 2 else "an even number"}
        kind = kinds.get(self.step, f"a multiple of {self.step}")
        return f"{kind} of {self.least:,} or more" if self.most is None else f"{kind} {_span(self.least, self.most)}"

    def include(self, value: object) -> bool:
        """Return whether a value is one of them; a truth value is no number."""
        if not isinstance(value, Integral) or isinstance(value, bool):
            return False
        number = int(value)
        inside = self.least <= number and (self.most is None or number <= self.most)
        return inside and (number - self.least) % self.step == 0

    def outside(self) -> Iterator[object]:
        """Give some values that are none of them."""
        yield self.least - 1
        if self.most is not None:
            yield self.most + 1
        if self.step > 1:
            yield self.least + 1
        yield from (self.least + 0.5, True, None, str(self.least))


@dataclass(frozen=True)
class Number(Values):
    """Numbers from `least` to `most`; the least itself is none of them when `above` is set.

    Examples
    --------
    >>> Number(0.1, 1).expected, Number(0, 20, above=True).expected
    ('a number from 0.1 to 1', 'a number above 0, at most 20')
    """

    least: float
    most: float
    above: bool = False

    @property
    def expected(self) -> str:
        """What is expected, as the end of a sentence."""
        if self.above:
            return f"a number above {self.least:g}, at most {self.most:g}"
        return f"a number {_span(self.least, self.most)}"

    def include(self, value: object) -> bool:
        """Return whether a value is one of them; a truth value is no number."""
        if not isinstance(value, Real) or isinstance(value, bool):
            return False
        number = float(value)
        return self.least < number <= self.most or (number == self.least and not self.above)

    def outside(self) -> Iterator[object]:
        """Give some values that are none of them."""
        yield from (self.least - 1, self.most + 1, float("nan"), float("inf"), True, None, "1")
        if self.above:
            yield self.least


@dataclass(frozen=True, init=False)
class Choice(Values):
    """Some words or numbers, of which one is chosen.

    Examples
    --------
    >>> Choice("valid", "same").expected
    "'valid' or 'same'"
    """

    options: tuple[str | int, ...]

    def __init__(self, *options: str | int) -> None:
        object.__setattr__(self, "options", options)

    @property
    def expected(self) -> str:
        """What is expected, as the end of a sentence."""
        return listed((repr(each) if isinstance(each, str) else f"{each:,}" for each in self.options), "or")

    def include(self, value: object) -> bool:
        """Return whether a value is one of them."""
        return any(type(value) is type(option) and value == option for option in self.options)

    def outside(self) -> Iterator[object]:
        """Give some values that are none of them."""
        yield from ("no such thing", "", -1, None, self.options)


@dataclass(frozen=True)
class Several(Values):
    """Tuples of some values, from `least` to `most` of them, no two the same unless `again` is set.

    Examples
    --------
    >>> Several(Whole(0, 9), 1, 4).expected
    'a tuple of 1 to 4 different values, each a whole number from 0 to 9'
    """

    each: Values
    least: int = 1
    most: int | None = None
    again: bool = False

    @property
    def expected(self) -> str:
        """What is expected, as the end of a sentence."""
        if self.most is None:
            count = f"{self.least} or more"
        else:
            count = str(self.least) if self.least == self.most else f"{self.least} to {self.most}"
        return f"a tuple of {count} {'' if self.again else 'different '}values, each {self.each.expected}"

    def include(self, value: object) -> bool:
        """Return whether a value is one of them."""
        if not isinstance(value, tuple) or not all(map(self.each.include, value)):
            return False
        enough = self.least <= len(value) and (self.most is None or len(value) <= self.most)
        return enough and (self.again or len(set(value)) == len(value))

    def outside(self) -> Iterator[object]:
        """Give some values that are none of them."""
        yield from ((each,) * max(1, self.least) for each in self.each.outside())
        yield from ((), None, "no such thing", 3) if self.least else (None, "no such thing", 3)


@dataclass(frozen=True)
class Text(Values):
    """Texts of a form.

    Parameters
    ----------
    pattern
        A regular expression for the whole text, which means the same in Python and in JavaScript.
    expected
        What is expected, as the end of a sentence.
    """

    pattern: str
    expected: str = ""

    def include(self, value: object) -> bool:
        """Return whether a value is a text of that form."""
        return isinstance(value, str) and re.fullmatch(self.pattern, value, re.ASCII) is not None

    def outside(self) -> Iterator[object]:
        """Give some values that are none of them."""
        yield from ("<b>", None, 1)


@dataclass(frozen=True)
class Maybe(Values):
    """Some values, or None where nothing is given."""

    given: Values

    @property
    def expected(self) -> str:
        """What is expected, as the end of a sentence."""
        return self.given.expected

    def include(self, value: object) -> bool:
        """Return whether a value is None or one of them."""
        return value is None or self.given.include(value)

    def outside(self) -> Iterator[object]:
        """Give some values that are none of them."""
        return (each for each in self.given.outside() if each is not None)


@dataclass(frozen=True)
class Switch(Values):
    """True and false."""

    @property
    def expected(self) -> str:
        """What is expected, as the end of a sentence."""
        return "True or False"

    def include(self, value: object) -> bool:
        """Return whether a value is one of them."""
        return isinstance(value, bool)

    def outside(self) -> Iterator[object]:
        """Give some values that are none of them."""
        yield from (0, 1, None, "True")


@dataclass(frozen=True)
class Such(Values):
    """Whatever a function says is right, where no range can be written; for example arrays and models.

    Parameters
    ----------
    right
        The function.
    expected
        What is expected, as the end of a sentence.
    wrong
        Some values that are not right.
    """

    right: Callable[[Any], bool]
    expected: str = ""
    wrong: tuple[object, ...] = ("no such thing", -1, 1.5)

    def include(self, value: object) -> bool:
        """Return whether a value is right."""
        return bool(self.right(value))

    def outside(self) -> Iterator[object]:
        """Give some values that are not right."""
        yield from self.wrong


@dataclass(frozen=True)
class Parameter:
    """A parameter with its declaration.

    Attributes
    ----------
    name
        Its name.
    values
        What it can be.
    meaning
        What it means: the beginning of a sentence, without a full stop.
    default
        What it is when it is not given.
    """

    name: str
    values: Values
    meaning: str
    default: Any = field(default=None, compare=False)

    @property
    def sentence(self) -> str:
        """What it means and what is expected, as a sentence.

        Examples
        --------
        >>> Parameter("size", Whole(3, 6), "side of the square input").sentence
        'Side of the square input, a whole number from 3 to 6.'
        """
        return f"{self.meaning[0].upper()}{self.meaning[1:]}, {self.values.expected}."

    def check(self, value: object) -> None:
        """Refuse a value that it cannot have.

        Raises
        ------
        ParameterError
            Naming the parameter, what is expected, and what was given.
        """
        if not self.values.include(value):
            require(False, self.name, value, self.values.expected)


def declared(name: str, hint: Any, default: Any = None) -> Parameter:
    """Read a declaration.

    Parameters
    ----------
    name
        The parameter's name.
    hint
        ``Annotated[type, values, meaning]``.
    default
        What it is when it is not given.

    Raises
    ------
    TypeError
        If the hint declares no values or no meaning.

    Examples
    --------
    >>> declared("index", TestImage).sentence
    "Which of MNIST's test images, a whole number from 0 to 9,999."
    """
    match getattr(hint, "__metadata__", ()):
        case (Values() as values, str(meaning)):
            return Parameter(name, values, meaning, default)
    raise TypeError(
        f'{name}: expected a declaration such as Annotated[int, Whole(3, 6), "side of the input"], got {hint}'
    )


@cache
def parameters(kind: type) -> tuple[Parameter, ...]:
    """Read the declarations of a class, those of its bases first.

    Raises
    ------
    TypeError
        If a field declares nothing.
    """
    hints = typing.get_type_hints(kind, include_extras=True)
    return tuple(
        declared(name, hint, getattr(kind, name, None))
        for name, hint in hints.items()
        if typing.get_origin(hint) is not typing.ClassVar and hint is not typing.ClassVar and not name.startswith("_")
    )


def check(made: object) -> None:
    """Refuse an object of a class with declared parameters if one of them has a value that it cannot have.

    Raises
    ------
    ParameterError
        Naming the parameter, what is expected, and what was given.
    """
    kind: Any = type(made)
    for each in parameters(kind):
        each.check(getattr(made, each.name))


def documented(docstring: str, declared: Sequence[Parameter]) -> str:
    """Write declared parameters into a docstring, before its other sections."""
    if not declared:
        return docstring
    summary, *others = re.split(r"(?m)^(?=\w+\n-{3,}$)", inspect.cleandoc(docstring), maxsplit=1)
    entries = "\n".join(f"{each.name}\n    {each.sentence}" for each in declared)
    refused = "Raises\n------\nParameterError\n    If a parameter is something else; it is a ValueError."
    return "\n\n".join([summary.rstrip(), f"Parameters\n----------\n{entries}", refused, *others]) + "\n"


def require(condition: bool, name: str, value: object, expected: str) -> None:
    """Refuse a value unless a condition holds, for what couples several parameters.

    Raises
    ------
    ParameterError
        Naming the parameter, what is expected, and what was given.

    Examples
    --------
    >>> require(False, "strides", 0, "1 or more")
    Traceback (most recent call last):
        ...
    cnnfigs.errors.ParameterError: strides: expected 1 or more, got 0
    """
    if not condition:
        given = " ".join(repr(value).split())  # arrays have several lines
        raise ParameterError(f"{name}: expected {expected}, got {given}")


def require_whole(name: str, value: object, least: int, most: int | None = None) -> None:
    """Refuse what is not a whole number from `least` to `most`, where these depend on other parameters.

    Raises
    ------
    ParameterError
        Naming the parameter, what is expected, and what was given.

    Examples
    --------
    >>> require_whole("kernel_size", 7, 1, 5)
    Traceback (most recent call last):
        ...
    cnnfigs.errors.ParameterError: kernel_size: expected a whole number from 1 to 5, got 7
    """
    Parameter(name, Whole(least, most), name).check(value)


def _span(least: float, most: float) -> str:
    return f"from {least:,} to {most:,}"


TestImage = Annotated[int, Whole(0, 9_999), "which of MNIST's test images"]
Seed = Annotated[int, Whole(0), "where the random numbers begin"]
PaddingName = Annotated[Literal["valid", "same"], Choice("valid", "same"), "the padding"]
