"""Figures as SVG: real text, colours that follow the theme, the same bytes on every build.

matplotlib's SVG is written for files. Inside a page its global style sheet would reach the whole page, its ids would
collide with the next figure's, and its colours could not follow the reader's theme; here it is put right.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from lxml import etree
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from PIL import Image

from cnnfigs.drawing.fonts import embed
from cnnfigs.drawing.formats import Theme
from cnnfigs.drawing.palette import VALUES, darkened, palette, variable
from cnnfigs.drawing.renderer import IMAGE, Pixels, rendered
from cnnfigs.drawing.sharing import share_images
from cnnfigs.drawing.widths import pixels, two_widths
from cnnfigs.images import data_url

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"

_RECTANGLE = re.compile(r"M (\S+) (\S+) L (\S+) \2 L \3 (\S+) L \1 \4(?: L \1 \2)? z")

#: The group id of an image that is a photo (:func:`cnnfigs.drawing.shapes.photo`), and the quality of WebP for it.
PHOTO, PHOTO_QUALITY = "photo", 54
#: The second word in the id of a photo whose pixels are to be seen.
SHARP = "sharp"


def inline_svg(figure: Figure, description: str, prefix: str, narrow: Figure | None = None) -> str:
    """Return a figure as SVG to stand inside an HTML page.

    Parameters
    ----------
    figure
        The figure, drawn with the light values of the palette.
    description
        What it shows, for those who cannot see it.
    prefix
        Put before each id, so that two figures of a page do not share one.
    narrow
        The same for a phone; shown where the first is too wide, see :func:`widths_css`.

    Returns
    -------
    str
        An ``<svg role="img">`` element whose colours are ``var(--cnn-NAME, #light)``; both in a ``<div>`` if there
        are two.
    """
    return inline_frames([figure], description, prefix, [narrow] if narrow else [])


def inline_frames(frames: Sequence[Figure], description: str, prefix: str, narrow: Sequence[Figure] = ()) -> str:
    """Return figures of one size, of which one is seen at a time, as :func:`inline_svg` does one.

    What all frames have is written once. The rest stands in groups of the classes ``cnn-frame`` and, for the first,
    ``cnn-frame-1``; all but those of the first are hidden. See ``animation.css``.
    """
    wide = _overlaid(frames, description, prefix)
    if not narrow:
        return str(etree.tostring(wide, encoding="unicode"))
    small = _overlaid(narrow, description, f"{prefix}phone-")
    first, second = (str(etree.tostring(root, encoding="unicode")) for root in (wide, small))
    return share_images(two_widths(first, second, pixels(wide)[0]), f"{prefix}image-")


def _overlaid(frames: Sequence[Figure], description: str, prefix: str) -> etree._Element:
    if len(frames) == 1:
        return _in_page(frames[0], description, prefix)
    roots = [_in_page(frame, description, f"{prefix}frame-{number}-") for number, frame in enumerate(frames, 1)]
    parts = [[(etree.tostring(element), element) for element in root] for root in roots]
    texts = [{text for text, _ in each} for each in parts]
    shared = [text for text, _ in parts[0] if all(text in each for each in texts)]
    # Drawn in another order, they cover each other in another way.
    if any([text for text, _ in each if text in shared] != shared for each in parts):
        shared = []
    whole = roots[0]
    for text in [*shared, None]:
        for number, rest in enumerate(parts, 1):
            group = etree.Element(f"{SVG}g", {"class": f"cnn-frame cnn-frame-{number}"})
            if number > 1:
                group.set("visibility", "hidden")
            while rest and rest[0][0] != text:
                group.append(rest.pop(0)[1])
            if len(group):
                whole.append(group)
        if text is not None:
            same, *_ = [rest.pop(0)[1] for rest in parts]
            whole.append(same)
    return whole


def _in_page(figure: Figure, description: str, prefix: str) -> etree._Element:
    names = {value: variable(name) for name, value in palette().light.items()}
    root = _clean(figure, names, prefix, in_page=True)
    root.set("class", "cnn-figure")
    root.set("role", "img")
    root.set("aria-label", description)
    if kind := figure.get_label():
        root.set("data-kind", kind)
    return root


def file_svg(figure: Figure, description: str, theme: Theme = "light", transparent: bool = False) -> str:
    """Return a figure as an SVG document for a file, in plain colours of one theme, with the description as title."""
    if theme == "dark":
        darken_values(figure)
    light = palette().light
    names = {value: getattr(palette(), theme)[name] for name, value in light.items()}
    root = _clean(figure, names, "", in_page=False)
    title = etree.Element(f"{SVG}title")
    title.text = description
    root[:0] = [title, *([] if transparent else [background(root, theme)])]
    embed(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + str(etree.tostring(root, encoding="unicode")) + "\n"


def darken_values(figure: Figure) -> None:
    """Give all values of a figure that are drawn as images their colours of the dark theme."""
    for image in figure.findobj(AxesImage):
        if VALUES in (image.get_gid() or "").split():
            values = np.asarray(image.get_array())
            whole = np.issubdtype(values.dtype, np.integer)
            image.set_data(darkened(values / 255 if whole else values))


def background(root: etree._Element, theme: Theme) -> etree._Element:
    """Return what stands behind a drawing in a file, since it may be opened on any ground."""
    sides = {name: str(root.get(name)) for name in ("width", "height")}
    return etree.Element(f"{SVG}rect", **sides, fill=getattr(palette(), theme)["background"])


def _clean(figure: Figure, colors: dict[str, str], prefix: str, in_page: bool) -> etree._Element:
    """Render a figure and make its SVG fit for pages, where every byte counts, or for files."""
    root, images = rendered(figure)

    for element in [*root.iter(f"{SVG}metadata"), *root.iter(f"{SVG}style")]:
        element.getparent().remove(element)
    for element in root.iter():
        for declaration in filter(None, element.attrib.pop("style", "").split(";")):
            name, value = (part.strip() for part in declaration.split(":", 1))
            if name != "font-family":
                element.set(name, value)
        for name in ("fill", "stroke"):
            if (value := element.get(name)) in colors:
                element.set(name, colors[value])
        if element.get("stroke", "none") == "none":
            element.attrib.pop("stroke-linejoin", None)
        for name in ("d", "x", "y", "points", "transform"):
            if name in element.attrib:
                element.set(name, _shortened(element.get(name)))
        if "d" in element.attrib:
            element.set("d", _RECTANGLE.sub(_sides, element.get("d")))
        if element.get("transform", "").startswith("rotate(-0 "):
            del element.attrib["transform"]
        if element.tag == f"{SVG}image":
            kinds = element.get("id", "").split()
            photo = PHOTO in kinds
            if VALUES in kinds and in_page:
                element.set("class", VALUES)
            if photo and SHARP not in kinds:  # other than the cells of an array, a photo may be smoothed
                element.attrib.pop("image-rendering", None)
            address = element.attrib.pop(HREF)
            image = images[int(address.removeprefix(IMAGE))] if address.startswith(IMAGE) else _decoded(address)
            element.set("href", _embedded(image, photo and in_page, SHARP in kinds, in_page))
        elif HREF in element.attrib:
            element.set("href", element.attrib.pop(HREF))

    # What the removed style sheet said, as an attribute that stays inside.
    root.set("stroke-linejoin", "round")
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


def _sides(rectangle: re.Match[str]) -> str:
    """Write a rectangle by its corner and sides: those of equal cells are equal texts, which compress to little."""
    left, top, right, bottom = map(float, rectangle.groups())
    width, height = round(right - left, 2), round(bottom - top, 2)
    return f"M {left:g} {top:g} h {width:g} v {height:g} h {-width:g} z"


def _decoded(address: str) -> Pixels:
    """Return an image that matplotlib has embedded."""
    return Pixels.of(Image.open(io.BytesIO(base64.b64decode(address.split(",", 1)[1]))))


@lru_cache(maxsize=128)  # both widths of a picture show the same
def _embedded(pixels: Pixels, nearly: bool, sharp: bool, in_page: bool) -> str:
    """Write an embedded image in fewer bytes: the same pixels, but in pages nearly the same in a photo.

    Pages get WebP, which needs half of PNG's bytes for an array and a fifth for a photo; files get PNG, which every
    program for drawings reads.
    """
    image = pixels.image()
    buffer = io.BytesIO()
    if nearly:
        # WebP keeps one colour for two by two pixels.
        whole = image.resize((2 * image.width, 2 * image.height), Image.Resampling.NEAREST) if sharp else image
        whole.save(buffer, format="webp", quality=PHOTO_QUALITY, method=6)
    elif in_page:
        # More effort takes thirty times as long for a twenty-fifth of the bytes.
        image.save(buffer, format="webp", lossless=True, quality=100, method=4)
    else:
        _with_palette(image).save(buffer, format="png", optimize=True)
    return data_url("image/webp" if in_page else "image/png", buffer.getvalue())


def _with_palette(image: Image.Image) -> Image.Image:
    """Return an opaque image of at most 256 colours with a palette, which has half the bytes; others as they are."""
    pixels = np.asarray(image)
    colors, index = np.unique(pixels.reshape(-1, pixels.shape[-1]), axis=0, return_inverse=True)
    if image.mode != "RGB" or len(colors) > 256:
        return image
    smaller = Image.fromarray(index.reshape(pixels.shape[:2]).astype(np.uint8), mode="P")
    smaller.putpalette(colors.tobytes())
    return smaller


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
