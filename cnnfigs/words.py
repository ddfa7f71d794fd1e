"""How numbers, shapes and lists are written: in pictures, tables, descriptions, explorers and pages alike.

Thousands have commas, a minus is U+2212, and between a number and its percent sign stands a space that does not break.
Whoever writes for readers calls these functions, so that one language or typography can take the place of another here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MINUS = "\N{MINUS SIGN}"
#: Code, which stays; a percent sign behind a number; a hyphen that stands for a minus.
_SIGNS = re.compile(r"`[^`]+`|(?<=\d)[ \N{NO-BREAK SPACE}]?%(?!\w)|(?<![\w\N{EN DASH}-])-(?=\d)")


def typeset(text: str) -> str:
    r"""Put a space that does not break before each percent sign, and true minus signs, into words that are no code.

    Examples
    --------
    >>> typeset("95 % of 7%, 100 %2, -1 and (-0.5), 4-5, `-1`")
    '95\xa0% of 7\xa0%, 100 %2, −1 and (−0.5), 4-5, `-1`'
    """

    def sign(match: re.Match[str]) -> str:
        typed = match[0]
        return typed if typed[0] == "`" else MINUS if typed == "-" else "\N{NO-BREAK SPACE}%"

    return _SIGNS.sub(sign, text)


def percent(share: float, decimals: int = 1) -> str:
    r"""Write a probability as a percentage; none is written as 100.

    Examples
    --------
    >>> percent(0.9416), percent(0.99996), percent(0.98982, 2)
    ('94.2\xa0%', 'over 99.9\xa0%', '98.98\xa0%')
    """
    rounded = as_percent(share, decimals)
    return rounded if float(rounded.split()[0]) < 100 else f"over {as_percent(1 - 0.1 ** (2 + decimals), decimals)}"


def short_percent(share: float) -> str:
    r"""Write a probability as a percentage where there is little room.

    Examples
    --------
    >>> short_percent(0.9999), short_percent(0.5)
    ('>99.9\xa0%', '50.0\xa0%')
    """
    return percent(share).replace("over ", ">")


def as_percent(share: float, decimals: int = 0) -> str:
    r"""Write a share as a percentage, with a space that does not break.

    Examples
    --------
    >>> as_percent(0.0081, 2), as_percent(0.4)
    ('0.81\xa0%', '40\xa0%')
    """
    return f"{fixed(100 * share, decimals)}\N{NO-BREAK SPACE}%"


def fixed(value: float, decimals: int = 1) -> str:
    """Write a number with so many decimals.

    Examples
    --------
    >>> fixed(-0.13, 2), fixed(1234.5), fixed(-0.04)
    ('−0.13', '1,234.5', '0.0')
    """
    text = f"{value:,.{decimals}f}"
    is_zero = not text.strip("-0.")
    return text.removeprefix("-") if is_zero else text.replace("-", MINUS)


def signed(value: float, decimals: int = 1) -> str:
    """Write a number with so many decimals and its sign; zero has none.

    Examples
    --------
    >>> signed(1.36), signed(-0.2, 2), signed(-0.01)
    ('+1.4', '−0.20', '0.0')
    """
    text = fixed(value, decimals)
    return text if text.startswith(MINUS) or not text.strip("0.") else f"+{text}"


def written_number(value: float, decimals: int = 1) -> str:
    """Write a number as short as its rounding allows.

    Examples
    --------
    >>> written_number(-0.5), written_number(2.0), written_number(-0.04), written_number(0.375, 2)
    ('−0.5', '2', '0', '0.38')
    """
    text = fixed(round(value, decimals), decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def span(numbers: Iterable[int]) -> str:
    """Write whole numbers as the range that they span.

    Examples
    --------
    >>> span([5, 5]), span([100, 60_000, 300])
    ('5', '100 to 60,000')
    """
    ordered = sorted(numbers)
    low, high = ordered[0], ordered[-1]
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def counted(count: int, noun: str) -> str:
    """Write a number of things, of which there may be one.

    Examples
    --------
    >>> counted(1, "pixel"), counted(4_000, "pixel")
    ('1 pixel', '4,000 pixels')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def listed(names: Iterable[object], last: str = "and") -> str:
    """Join names as a sentence does.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b"]), listed("abc"), listed([4, 8], "or"), listed([])
    ('a', 'a and b', 'a, b and c', '4 or 8', '')
    """
    words = [str(name) for name in names]
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


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
