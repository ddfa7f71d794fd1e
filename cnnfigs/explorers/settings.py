"""Settings of explorers: each has a label, a default, and what it accepts.

They are written once, here and in the registry. Python checks with them what a page asks for when the site is built,
and JavaScript, to which they are handed as JSON, what stands in a URL. A value is always a text, as in a URL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class Choice:
    """One of some words.

    Parameters
    ----------
    label
        What its control is called.
    options
        The words; the first is the default.
    """

    label: str
    options: tuple[str, ...]

    @property
    def default(self) -> str:
        """The first option."""
        return self.options[0]

    @property
    def accepted(self) -> str:
        """What is accepted, as the end of a sentence."""
        return f"one of {', '.join(self.options)}"

    def accepts(self, value: str) -> bool:
        """Tell whether a value is one of the options."""
        return value in self.options


@dataclass(frozen=True)
class Whole:
    """A whole number.

    Parameters
    ----------
    label
        What its control is called.
    least, most
        The range.
    default
        Where it begins.
    """

    label: str
    least: int
    most: int
    default: int

    @property
    def accepted(self) -> str:
        """What is accepted, as the end of a sentence."""
        return f"a whole number from {self.least} to {self.most}"

    def accepts(self, value: str) -> bool:
        """Tell whether a value is a number in the range, written as usual."""
        return re.fullmatch(r"-?\d{1,6}", value, re.ASCII) is not None and self.least <= int(value) <= self.most


@dataclass(frozen=True)
class Text:
    """A text of a certain form, such as a list of numbers; it has no control of its own.

    Parameters
    ----------
    label
        What it is called.
    pattern
        A regular expression for the whole text, which means the same in Python and in JavaScript.
    accepted
        What is accepted, as the end of a sentence.
    default
        What it begins with.
    """

    label: str
    pattern: str
    accepted: str
    default: str

    def accepts(self, value: str) -> bool:
        """Tell whether a value has the form."""
        return re.fullmatch(self.pattern, value, re.ASCII) is not None


Setting = Choice | Whole | Text

#: A setting that is on or off.
OFF_ON = ("off", "on")
ON_OFF = ("on", "off")


def check_settings(explorer: str, settings: Mapping[str, Setting], query: str) -> dict[str, str]:
    """Read settings as a URL writes them, and refuse what is not accepted.

    Parameters
    ----------
    explorer
        Name of the explorer, for the messages.
    settings
        Its settings by name.
    query
        Such as ``"strides=2&padding=same"``; empty for none.

    Returns
    -------
    dict of str to str
        The values by name.

    Raises
    ------
    ValueError
        If a setting does not exist, stands twice, or has a value that is not accepted; the message says what is.

    Examples
    --------
    >>> window = {"strides": Whole("Strides", 1, 4, 1), "padding": Choice("Padding", ("valid", "same"))}
    >>> check_settings("pooling", window, "strides=2")
    {'strides': '2'}
    >>> check_settings("pooling", window, "strides=9")
    Traceback (most recent call last):
    ...
    ValueError: strides of explorer pooling is '9': accepted is a whole number from 1 to 4
    """
    values: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)):
        if name not in settings:
            raise ValueError(f"explorer {explorer} has no setting {name!r}: accepted are {', '.join(settings)}")
        if name in values:
            raise ValueError(f"{name} of explorer {explorer} stands twice")
        if not settings[name].accepts(value):
            raise ValueError(f"{name} of explorer {explorer} is {value!r}: accepted is {settings[name].accepted}")
        values[name] = value
    return values


def as_json(setting: Setting) -> dict[str, Any]:
    """Give what JavaScript needs to know of a setting.

    Examples
    --------
    >>> as_json(Choice("Padding", ("valid", "same")))
    {'label': 'Padding', 'options': ('valid', 'same')}
    """
    return asdict(setting)
