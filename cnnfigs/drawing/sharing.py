"""Images that come again in a page: each is some kilobytes, and is embedded once; nothing slow is imported here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

#: Characters of an image's address from which on it is embedded once.
SHARED = 300
#: An image in a page, its address, and its attributes.
_IMAGE, _ADDRESS = re.compile(r"<image ([^>]*)/>"), re.compile(r'<image [^>]*href="([^"]*)"')
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
#: How matplotlib writes that an image stands upside down.
_FLIPPED = re.compile(r"scale\(1 -1\) translate\((\S+?)[ ,]+(\S+?)\)")


def share_images(markup: str, prefix: str) -> str:
    """Show a large image that comes again by reference, since each is some kilobytes.

    Parameters
    ----------
    markup
        HTML with pictures of :func:`cnnfigs.drawing.svg.inline_svg`.
    prefix
        Put before the ids of what is shown again.

    Examples
    --------
    >>> image = f'<image href="{"." * SHARED}" x="0" y="0" width="2" height="1"/>'
    >>> share_images(image + image.replace('x="0"', 'x="5"'), "cat-").replace("." * SHARED, "…")  # doctest: +ELLIPSIS
    '<image id="cat-0" href="…" .../><use href="#cat-0" transform="translate(5 0) scale(1 1) translate(0 0)"/>'
    """
    addresses = Counter(_ADDRESS.findall(markup))
    first: dict[str, tuple[str, tuple[float, ...]]] = {}

    def shown(match: re.Match[str]) -> str:
        given = dict(_ATTRIBUTE.findall(match[1]))
        address, name = given["href"], given.get("id")
        if len(address) < SHARED or addresses[address] < 2 or not (place := _extent(given)):
            return match[0]
        if address in first:
            identity = f'id="{name}" ' if name else ""
            other, (left, top, across, down) = first[address]
            x, y, width, height = place
            move = f"translate({x:g} {y:g}) scale({width / across:.6g} {height / down:.6g})"
            image = f'<use {identity}href="#{other}" transform="{move} translate({0 - left:g} {0 - top:g})"/>'
        else:
            first[address] = name or f"{prefix}{len(first)}", place
            image = match[0] if name else f'<image id="{first[address][0]}" {match[1]}/>'
        # Around the image, since what is said by class of it does not reach what refers to it in every browser.
        if kind := given.get("class"):
            image = f'<g class="{kind}">{image.replace(f" class={chr(34)}{kind}{chr(34)}", "")}</g>'
        return image

    return _IMAGE.sub(shown, markup)


def _extent(image: Mapping[str, str]) -> tuple[float, float, float, float] | None:
    """Return where an image of matplotlib's stands, though it may be drawn upside down and turned by its transform."""
    x, y, width, height = (float(image.get(name, 0)) for name in ("x", "y", "width", "height"))
    if not (transform := image.get("transform")):
        return x, y, width, height
    match = _FLIPPED.fullmatch(transform)
    return (x + float(match[1]), -(y + height + float(match[2])), width, height) if match else None
