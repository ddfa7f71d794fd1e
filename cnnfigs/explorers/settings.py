"""Settings of explorers: each has a label, a default, and values that it can have.

They are written once, here and in the registry. Python checks with them what a page asks for when the site is built,
and JavaScript, to which they are handed as JSON, what stands in a URL. A value is always a text, as in a URL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from cnnfigs.errors import ParameterError
from cnnfigs.parameters import Choice, Text, Whole, require


@dataclass(frozen=True)
class Setting:
    """A setting.

    Parameters
    ----------
    label
        What its control is called; a text of a certain form, such as a list of numbers, has no control of its own.
    values
        What it can be.
    start
        Where it begins; a choice begins with its first word, if nothing else is said.
    """

    label: str
    values: Choice | Whole | Text
    start: int | str = ""

    @property
    def default(self) -> int | str:
        """Where it begins."""
        return self.start or self.values.options[0] if isinstance(self.values, Choice) else self.start

    def accepts(self, text: str) -> bool:
        """Return whether a text, as a URL has it, is one of its values; numbers are written as usual."""
        if isinstance(self.values, Whole):
            return re.fullmatch(r"-?\d{1,6}", text, re.ASCII) is not None and self.values.include(int(text))
        return self.values.include(text)


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
    ParameterError
        If a setting does not exist, stands twice, or has a value that is not accepted; the message says what is.

    Examples
    --------
    >>> window = {"strides": Setting("Strides", Whole(1, 4), 1), "padding": Setting("Padding", Choice("valid", "same"))}
    >>> check_settings("pooling", window, "strides=2")
    {'strides': '2'}
    >>> check_settings("pooling", window, "strides=9")
    Traceback (most recent call last):
    ...
    cnnfigs.errors.ParameterError: strides of explorer pooling: expected a whole number from 1 to 4, got '9'
    """
    values: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)):
        if name not in settings:
            raise ParameterError(f"explorer {explorer} has no setting {name!r}: expected {', '.join(settings)}")
        if name in values:
            raise ParameterError(f"{name} of explorer {explorer} stands twice")
        setting = settings[name]
        require(setting.accepts(value), f"{name} of explorer {explorer}", value, setting.values.expected)
        values[name] = value
    return values


def as_json(setting: Setting) -> dict[str, Any]:
    """Return what JavaScript needs to know of a setting.

    Examples
    --------
    >>> as_json(Setting("Padding", Choice("valid", "same")))
    {'label': 'Padding', 'options': ('valid', 'same')}
    >>> as_json(Setting("Strides", Whole(1, 4), 1))
    {'label': 'Strides', 'least': 1, 'most': 4, 'default': 1}
    """
    match setting.values:
        case Choice(options=options):
            begins = {"default": setting.start} if setting.start else {}
            return {"label": setting.label, "options": options, **begins}
        case Whole(least=least, most=most):
            return {"label": setting.label, "least": least, "most": most, "default": setting.start}
        case Text(pattern=pattern, expected=expected):
            begins = {"default": setting.start} if setting.start else {}
            return {"label": setting.label, "pattern": pattern, "expected": expected, **begins}
