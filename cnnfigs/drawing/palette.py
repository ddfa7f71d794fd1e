"""The palette: one set of named colours, light and dark, for matplotlib, CSS and JavaScript.

The colours are written in ``palette.toml`` beside this module and nowhere else. A drawing takes the light values;
on a page, CSS properties of the same names take over and follow the reader's theme.

The colour maps have no second list: :func:`darkened` turns each of their colours into that of the dark theme, where
zero is the background and strong values are bright. Browsers do the same to the images that values are drawn as.
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
    from numpy.typing import ArrayLike, NDArray

#: The class of images whose colours are those of a colour map, and the filter that such an image has in the dark.
VALUES, FILTER = "cnn-values", "cnn-dark"
#: What a drawing in a page says that it is, as ``data-kind``, where a chart is in it.
CHART = "chart"
#: How light white becomes in the dark theme, as the background is, and black; 0 to 1.
DARK_WHITE, DARK_BLACK = 0.08, 0.92


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

    @property
    def dark_maps(self) -> dict[str, tuple[str, ...]]:
        """The colour maps of the dark theme: ``NAME-dark`` to its anchors."""
        return {
            f"{name}-dark": tuple(_hex(darkened(_channels(anchor))) for anchor in anchors)
            for name, anchors in self.maps.items()
        }

    def css(self) -> str:
        """Return the palette as CSS: one property ``--cnn-NAME`` a colour, in each of furo's themes.

        Furo says the reader's choice in ``body[data-theme]``: ``light``, ``dark``, or ``auto`` for the system's.
        Print is light.
        """
        light = _declarations(self.light)
        # Of `var(--cnn-if-light, X) var(--cnn-if-dark, Y)` an unset property leaves X or Y, and an empty one nothing.
        dark = _declarations(self.dark) + "  --cnn-if-light: ;\n  --cnn-if-dark: initial;\n"
        # What `filters` does to images of an SVG, in the words for other elements.
        dark += f"  --{VALUES}: invert({DARK_BLACK}) hue-rotate(180deg);\n"

        def where(body: str) -> str:
            return f"{body} {{\n{dark}}}\n{body} .{VALUES} {{\n  filter: url(#{FILTER});\n}}\n"

        chosen, by_system = where('body[data-theme="dark"]'), where('body:not([data-theme="light"])')
        return (
            f":root {{\n{light}  --cnn-if-dark: ;\n}}\n"
            f"@media not print {{\n{chosen}"
            f"@media (prefers-color-scheme: dark) {{\n{by_system}}}\n}}\n"
        )


def _channels(value: str) -> list[float]:
    return [int(value[start : start + 2], 16) / 255 for start in (1, 3, 5)]


def _hex(channels: NDArray[np.float64]) -> str:
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in channels)


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
    """Return the colour map for activations, from zero (nearly white) to the largest (dark blue)."""
    return _color_map("sequential")


def errors_map() -> LinearSegmentedColormap:
    """Return the colour map for how often something is wrong, from never (nearly white) to the most (dark red)."""
    return _color_map("errors")


def _color_map(name: str) -> LinearSegmentedColormap:
    # The site's style sheet needs the palette, and no matplotlib with it.
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list(f"cnn-{name}", palette().maps[name])


def darkened(colors: ArrayLike) -> NDArray[np.float64]:
    """Turn colours of the maps into those that they have in the dark theme: light for dark, of the same hue.

    Source of the formula: W3C, Filter Effects Module Level 1, ``invert`` and ``hueRotate`` by 180 degrees.

    Parameters
    ----------
    colors
        Shape (..., 3), RGB from 0 to 1, or (..., 4) with opacity, which stays.

    Returns
    -------
    numpy.ndarray
        The same shape.

    Examples
    --------
    >>> darkened([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]).round(2).tolist()
    [[0.08, 0.08, 0.08], [0.92, 0.92, 0.92]]
    """
    array = np.array(colors, dtype=float)
    matrix = _darkening()
    array[..., :3] = np.clip(array[..., :3] @ matrix[:, :3].T + matrix[:, 3], 0, 1)
    return array


def _darkening() -> NDArray[np.float64]:
    """Return the three rows of what :func:`darkened` does: the shares of red, green and blue, and what is added."""
    rotation = 2 * np.tile((0.213, 0.715, 0.072), (3, 1)) - np.eye(3)
    linear = (DARK_WHITE - DARK_BLACK) * rotation
    return np.column_stack([linear, DARK_WHITE - linear.sum(axis=1)])


def filters() -> str:
    """Return what a page with images of class `VALUES` must hold once: the filter that they have in the dark theme."""
    return f'<svg class="cnn-filters" width="0" height="0" aria-hidden="true">{dark_filter()}</svg>'


def dark_filter() -> str:
    """Return :func:`darkened` as an SVG filter."""
    rows = " ".join(f"{red:.4g} {green:.4g} {blue:.4g} 0 {more:.4g}" for red, green, blue, more in _darkening())
    return (
        f'<filter id="{FILTER}" x="0" y="0" width="1" height="1" color-interpolation-filters="sRGB">'
        f'<feColorMatrix values="{rows} 0 0 0 1 0"/></filter>'
    )


def text_on(fill: ColorType) -> str:
    """Return the colour for text on a cell that has the same colour in both themes: black or white.

    Neither value is one of the palette's names, which change with the theme.

    Parameters
    ----------
    fill
        The cell's colour, as matplotlib takes it.

    Returns
    -------
    str
        ``"#000000"`` or ``"#fefefe"``, whichever stands out more; the contrast is at least 4.5:1 on any fill.

    Examples
    --------
    >>> text_on("#ffffaa"), text_on("#00005a")
    ('#000000', '#fefefe')
    """
    return "#000000" if _wants_black(fill) else "#fefefe"


def text_on_map(fill: ColorType) -> str:
    """Return the colour for text on a cell of a colour map, which is another in the dark theme.

    Parameters
    ----------
    fill
        The cell's colour in the light theme, as matplotlib takes it.

    Returns
    -------
    str
        The light value of ``on-weak`` or ``on-strong``, or what stays as it is; the contrast is at least 4.5:1 on any
        fill, in both themes.

    Examples
    --------
    >>> text_on_map(sequential()(0.0)) == color("on-weak"), text_on_map(sequential()(1.0)) == color("on-strong")
    (True, True)
    """
    from matplotlib.colors import to_rgb

    in_light, in_dark = _wants_black(fill), _wants_black(tuple(darkened(to_rgb(fill))))
    return text_on(fill) if in_light == in_dark else color("on-weak" if in_light else "on-strong")


def _wants_black(fill: ColorType) -> bool:
    luminance = relative_luminance(fill)
    black, white = relative_luminance("#000000"), relative_luminance("#fefefe")
    return (luminance + 0.05) / (black + 0.05) >= (white + 0.05) / (luminance + 0.05)


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
