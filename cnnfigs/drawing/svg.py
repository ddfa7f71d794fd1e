"""Figures as SVG: real text, colours that follow the theme, the same bytes on every build.

matplotlib's SVG is written for files. Inside a page its global style sheet would reach the whole page, its ids would
collide with the next figure's, and its colours could not follow the reader's theme; here it is put right.
"""

from __future__ import annotations

import base64
import io
import re
from typing import Literal

import numpy as np
from lxml import etree
from matplotlib.figure import Figure
from PIL import Image

from cnnfigs.drawing.palette import palette

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"

Theme = Literal["light", "dark"]

#: The group id of an image that is a photo (:func:`cnnfigs.drawing.shapes.photo`), and the quality of WebP for it.
PHOTO, PHOTO_QUALITY = "photo", 60


def inline_svg(figure: Figure, description: str, prefix: str) -> str:
    """Return a figure as SVG to stand inside an HTML page.

    Parameters
    ----------
    figure
        The figure, drawn with the light values of the palette.
    description
        What it shows, for those who cannot see it.
    prefix
        Put before each id, so that two figures of a page do not share one.

    Returns
    -------
    str
        An ``<svg role="img">`` element whose colours are ``var(--cnn-NAME, #light)``.
    """
    names = {value: f"var(--cnn-{name}, {value})" for name, value in palette().light.items()}
    root = _clean(figure, names, prefix, light_photos=True)
    root.set("class", "cnn-figure")
    root.set("role", "img")
    root.set("aria-label", description)
    return str(etree.tostring(root, encoding="unicode"))


def file_svg(figure: Figure, description: str, theme: Theme = "light") -> str:
    """Return a figure as an SVG document for a file, in plain colours of one theme, with the description as title."""
    light = palette().light
    names = {value: getattr(palette(), theme)[name] for name, value in light.items()}
    root = _clean(figure, names, "", light_photos=False)
    title = etree.Element(f"{SVG}title")
    title.text = description
    root.insert(0, title)
    if theme == "dark":
        width, height = root.get("width"), root.get("height")
        root.insert(1, etree.Element(f"{SVG}rect", width=width, height=height, fill=palette().dark["background"]))
    root.set("font-family", "sans-serif")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + str(etree.tostring(root, encoding="unicode")) + "\n"


def _clean(figure: Figure, colors: dict[str, str], prefix: str, light_photos: bool) -> etree._Element:
    """Render a figure and make its SVG fit for pages; photos lose detail there, for a fifth of the bytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None}, transparent=True)
    parser = etree.XMLParser(remove_blank_text=True, remove_comments=True, huge_tree=True)
    root = etree.fromstring(buffer.getvalue(), parser)

    for element in [*root.iter(f"{SVG}metadata"), *root.iter(f"{SVG}style")]:
        element.getparent().remove(element)
    # What the removed style sheet said, as an attribute that stays inside.
    root.set("stroke-linejoin", "round")

    for element in root.iter():
        for declaration in filter(None, element.attrib.pop("style", "").split(";")):
            name, value = (part.strip() for part in declaration.split(":", 1))
            if name != "font-family":
                element.set(name, value)
        for name in ("fill", "stroke"):
            if (value := element.get(name)) in colors:
                element.set(name, colors[value])
        for name in ("d", "x", "y", "points", "transform"):
            if name in element.attrib:
                element.set(name, _shortened(element.get(name)))
        if element.tag == f"{SVG}image":
            photo = element.get("id") == PHOTO
            if photo:  # other than the cells of an array, a photo may be smoothed
                element.attrib.pop("image-rendering", None)
            shrink = _lighter if photo and light_photos else _smaller
            element.set("href", shrink(element.attrib.pop(HREF)))
        elif HREF in element.attrib:
            element.set("href", element.attrib.pop(HREF))

    _rename_ids(root, prefix)
    _unwrap(root)
    width, height = root.get("viewBox").split()[2:]
    root.set("width", f"{float(width):g}")
    root.set("height", f"{float(height):g}")
    del root.attrib["version"]
    etree.cleanup_namespaces(root)
    return root


def _shortened(value: str) -> str:
    """Round coordinates to a hundredth of a pixel, and put them on one line."""
    return re.sub(r"-?\d+\.\d+", lambda number: f"{round(float(number[0]), 2) + 0:g}", " ".join(value.split()))


def _smaller(address: str) -> str:
    """Write an embedded image of at most 256 opaque colours with a palette: the same pixels in half the bytes."""
    image = Image.open(io.BytesIO(base64.b64decode(address.split(",", 1)[1]))).convert("RGBA")
    pixels = np.asarray(image)
    colors, index = np.unique(pixels.reshape(-1, 4), axis=0, return_inverse=True)
    if len(colors) <= 256 and (colors[:, 3] == 255).all():
        image = Image.fromarray(index.reshape(pixels.shape[:2]).astype(np.uint8), mode="P")
        image.putpalette(colors[:, :3].tobytes())
    elif (colors[:, 3] == 255).all():
        image = image.convert("RGB")
    buffer = io.BytesIO()
    image.save(buffer, format="png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _lighter(address: str) -> str:
    """Write an embedded photo as WebP: nearly the same pixels in a fifth of the bytes."""
    image = Image.open(io.BytesIO(base64.b64decode(address.split(",", 1)[1]))).convert("RGB")
    buffer = io.BytesIO()
    image.save(buffer, format="webp", quality=PHOTO_QUALITY, method=6)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()


def _rename_ids(root: etree._Element, prefix: str) -> None:
    """Keep only the ids that are referred to, and number them behind the prefix."""
    text = etree.tostring(root, encoding="unicode")
    used = dict.fromkeys(re.findall(r'(?:url\(|href=")#([^")]+)', text))
    new = {old: f"{prefix}{number}" for number, old in enumerate(used, 1)}
    for element in root.iter():
        if (old := element.get("id")) is not None:
            if old in new:
                element.set("id", new[old])
            else:
                del element.attrib["id"]
        for name, value in element.attrib.items():
            if "#" in value and ("url(" in value or name == "href") and not value.startswith("data:"):
                element.set(name, re.sub(r"#([^)]+)", lambda match: "#" + new.get(match[1], match[1]), value))


def _unwrap(root: etree._Element) -> None:
    """Take away groups and definitions that say nothing."""
    for element in reversed([*root.iter(f"{SVG}g", f"{SVG}defs")]):
        parent = element.getparent()
        if parent is None or element.attrib:
            continue
        if element.tag == f"{SVG}g":
            for child in list(element):
                element.addprevious(child)
            parent.remove(element)
        elif len(element) == 0:
            parent.remove(element)
