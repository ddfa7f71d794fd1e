"""How numbers and shapes are written: in pictures, tables, descriptions, explorers and pages alike."""

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


def percent(share: float, decimals: int = 1) -> str:
    r"""Write a probability as a percentage; none is written as 100.

    Examples
    --------
    >>> percent(0.9416), percent(0.99996), percent(0.98982, 2)
    ('94.2\xa0%', 'over 99.9\xa0%', '98.98\xa0%')
    """
    rounded = as_percent(share, decimals)
    return rounded if float(rounded.split()[0]) < 100 else f"over {as_percent(1 - 0.1 ** (2 + decimals), decimals)}"


def as_percent(share: float, decimals: int = 0) -> str:
    r"""Write a share as a percentage, with a space that does not break.

    Examples
    --------
    >>> as_percent(0.0081, 2), as_percent(0.4)
    ('0.81\xa0%', '40\xa0%')
    """
    return with_percent_kept(f"{100 * share:.{decimals}f}%")


def with_article(digit: int) -> str:
    """Write a digit with its indefinite article.

    Examples
    --------
    >>> with_article(8), with_article(7)
    ('an 8', 'a 7')
    """
    return f"an {digit}" if digit == 8 else f"a {digit}"


def written(shape: tuple[int, ...]) -> str:
    """Write a shape as a text does.

    Examples
    --------
    >>> written((26, 26, 32)), written((1152,))
    ('26×26×32', '1,152')
    """
    return "×".join(f"{size:,}" for size in shape)
