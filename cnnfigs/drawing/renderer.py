"""Figures as matplotlib draws them in SVG, with less work: a picture has hundreds of texts and dozens of images."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from lxml import etree
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D, Transform
from numpy.typing import ArrayLike
from PIL import Image

from cnnfigs.drawing.style import POINTS_PER_INCH

#: The address of an image that stands beside the SVG, before its number.
IMAGE = "image:"


class Pixels(NamedTuple):
    """An image: red, green, blue and opacity of each pixel, from 0 to 255, row by row."""

    width: int
    height: int
    values: bytes

    @classmethod
    def of(cls, image: Image.Image) -> Pixels:
        """Take the pixels of an image."""
        return cls(image.width, image.height, image.convert("RGBA").tobytes())

    def image(self) -> Image.Image:
        """Return it as Pillow does, without opacity where all is opaque."""
        made = Image.frombytes("RGBA", (self.width, self.height), self.values)
        return made.convert("RGB") if made.getchannel("A").getextrema() == (255, 255) else made


def rendered(figure: Figure) -> tuple[etree._Element, list[Pixels]]:
    """Draw a figure as SVG, and give its images apart from it, which it names by :data:`IMAGE` and their number."""
    figure.set_dpi(POINTS_PER_INCH)
    width, height = figure.get_size_inches() * POINTS_PER_INCH
    written = io.StringIO()
    renderer = _Renderer(width, height, written, metadata={"Date": None})
    figure.draw(renderer)
    renderer.finalize()  # type: ignore[no-untyped-call]
    parser = etree.XMLParser(remove_blank_text=True, remove_comments=True, huge_tree=True)
    return etree.fromstring(written.getvalue().encode(), parser), renderer.images


class _Renderer(RendererSVG):
    """matplotlib's renderer, which measures each text once in a process, and embeds no images."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)  # type: ignore[no-untyped-call]
        self.images: list[Pixels] = []

    def draw_image(
        self, gc: GraphicsContextBase, x: float, y: float, im: ArrayLike, transform: Transform | None = None
    ) -> None:
        """Write where an image stands; matplotlib would write its pixels too, as PNG, which pages do not use."""
        to_page = (transform or Affine2D()) + Affine2D().translate(x, y).scale(1, -1).translate(0, self.height)
        (width, turned, left), (_, height, top), _ = to_page.get_matrix()
        is_upright = width > 0 and height > 0 and turned == 0
        if transform is None or not is_upright or gc.get_clip_rectangle() is not None:  # smoothed, turned or cut
            super().draw_image(gc, x, y, im, transform)  # type: ignore[no-untyped-call]
            return
        place = {"width": width, "height": height, "x": left, "y": top}
        self.writer.element(  # type: ignore[no-untyped-call]
            "image",
            attrib={"xlink:href": f"{IMAGE}{len(self.images)}", "id": gc.get_gid() or IMAGE},
            **{name: f"{round(value, 2) + 0:g}" for name, value in place.items()},
            style="image-rendering:crisp-edges;image-rendering:pixelated",
            preserveAspectRatio="none",
        )
        self.images.append(Pixels.of(Image.fromarray(np.asarray(im))))

    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> tuple[float, float, float]:
        """Measure a text."""
        return _measured(s, prop, ismath)


@lru_cache(maxsize=10_000)
def _measured(text: str, font: FontProperties, ismath: Any) -> tuple[float, float, float]:
    measures: tuple[float, float, float] = text_to_path.get_text_width_height_descent(text, font, ismath)
    return measures
