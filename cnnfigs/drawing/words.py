"""How numbers are written in words of pictures, tables and pages."""

from __future__ import annotations

import re

_PERCENT = re.compile(r"(?<=\d)[ \N{NO-BREAK SPACE}]?%(?!\w)")


def with_percent_kept(text: str) -> str:
    r"""Put a space that does not break between each number and its percent sign.

    Examples
    --------
    >>> with_percent_kept("95 % of 7%, 100 %2") == "95\N{NO-BREAK SPACE}% of 7\N{NO-BREAK SPACE}%, 100 %2"
    True
    """
    return _PERCENT.sub("\N{NO-BREAK SPACE}%", text)
