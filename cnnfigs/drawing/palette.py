"""The palette: one set of named colours, light and dark, for matplotlib, CSS and JavaScript.

The colours are written in ``palette.toml`` beside this module and nowhere else. A drawing takes the light values;
on a page, CSS properties of the same names take over and follow the reader's theme.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.typing import ColorType


_VARIABLE = re.compile(r"var\(--cnn-([\w-]+), #\w+\)")


@dataclass(frozen=True)
class Palette:
    """Named colours with a light and a dark value, and the anchors of the colour maps.

    Parameters
    ----------
    light, dark
        Name of a colour to its value ``"#rrggbb"``; both have the same names in the same order.
    maps
        Name of a colour map to the colours, evenly spaced, that it runs through.
    """

    light: Mapping[str, str]
    dark: Mapping[str, str]
    maps: Mapping[str, tuple[str, ...]]

    def css(self) -> str:
        """Return the palette as CSS: one property ``--cnn-NAME`` a colour, in each of furo's themes.

        Furo says the reader's choice in ``body[data-theme]``: ``light``, ``dark``, or ``auto`` for the system's.
        Print is light.
        """
        light = _declarations(self.light)
        dark = _declarations(self.dark)
        return (
            f":root {{\n{light}}}\n"
            f'@media not print {{\nbody[data-theme="dark"] {{\n{dark}}}\n'
            f'@media (prefers-color-scheme: dark) {{\nbody:not([data-theme="light"]) {{\n{dark}}}\n}}\n}}\n'
        )


def _declarations(colors: Mapping[str, str]) -> str:
    return "".join(f"  --cnn-{name}: {value};\n" for name, value in colors.items())


@cache
def palette() -> Palette:
    """Read ``palette.toml``.

    Examples
    --------
    >>> palette().light["background"], palette().dark["background"]
    ('#ffffff', '#131416')
    """
    content = tomllib.loads(Path(__file__).with_name("palette.toml").read_text(encoding="utf-8"))
    colors = content["colors"]
    return Palette(
        light=MappingProxyType({name: value["light"] for name, value in colors.items()}),
        dark=MappingProxyType({name: value["dark"] for name, value in colors.items()}),
        maps=MappingProxyType({name: tuple(anchors) for name, anchors in content["maps"].items()}),
    )


def color(name: str) -> str:
    """Return the light value of a colour: the one to draw with.

    Parameters
    ----------
    name
        A name of ``palette.toml``, such as ``"kernel"`` or ``"input-fill"``.

    Returns
    -------
    str
        ``"#rrggbb"``.

    Raises
    ------
    ValueError
        When the palette has no such colour.

    Examples
    --------
    >>> color("background")
    '#ffffff'
    """
    colors = palette().light
    if name not in colors:
        raise ValueError(f"no colour {name!r} in the palette; it has {', '.join(colors)}")
    return colors[name]


def variable(name: str) -> str:
    """Return a colour as CSS and SVG in a page take it: the property that follows the theme, the light value without.

    Examples
    --------
    >>> variable("background")
    'var(--cnn-background, #ffffff)'
    """
    return f"var(--cnn-{name}, {color(name)})"


def in_theme(markup: str, theme: str) -> str:
    """Replace each :func:`variable` by the colour's value in a theme, ``"light"`` or ``"dark"``.

    Examples
    --------
    >>> in_theme('fill="var(--cnn-background, #ffffff)"', "dark")
    'fill="#131416"'
    """
    colors = getattr(palette(), theme)
    return _VARIABLE.sub(lambda match: colors[match[1]], markup)


def diverging() -> LinearSegmentedColormap:
    """Return the colour map for signed values; scale symmetrically, so that zero falls on its grey middle."""
    return _color_map("diverging")


def sequential() -> LinearSegmentedColormap:
    """Return the colour map for activations, from zero (nearly white) to the largest (dark)."""
    return _color_map("sequential")


def _color_map(name: str) -> LinearSegmentedColormap:
    # The site's style sheet needs the palette, and no matplotlib with it.
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list(f"cnn-{name}", palette().maps[name])


def text_on(fill: ColorType) -> str:
    """Return the colour for text on a cell of a colour map: black or white, whichever stands out more.

    Such a cell keeps its colour in the dark theme, so its text must too: neither value is one of the palette's
    names, which change with the theme.

    Parameters
    ----------
    fill
        The cell's colour, as matplotlib takes it.

    Returns
    -------
    str
        ``"#000000"`` or ``"#fefefe"``; the contrast is at least 4.5:1 on any fill.

    Examples
    --------
    >>> text_on(sequential()(0.0)), text_on(sequential()(1.0))
    ('#000000', '#fefefe')
    """
    luminance = relative_luminance(fill)
    black, white = relative_luminance("#000000"), relative_luminance("#fefefe")
    on_black = (luminance + 0.05) / (black + 0.05)
    on_white = (white + 0.05) / (luminance + 0.05)
    return "#000000" if on_black >= on_white else "#fefefe"


def relative_luminance(value: ColorType) -> float:
    """Return the relative luminance of an opaque colour, 0 for black to 1 for white.

    Source: W3C, Web Content Accessibility Guidelines 2.2, definition of "relative luminance".

    Examples
    --------
    >>> relative_luminance("#000000"), relative_luminance("#ffffff")
    (0.0, 1.0)
    """
    from matplotlib.colors import to_rgb

    channels = np.asarray(to_rgb(value))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return round(float(linear @ (0.2126, 0.7152, 0.0722)), 12)
