"""Explorers draw values in the colours of the theme, as pictures do: zero is the background, and strong is bright."""

import re

import numpy as np
import pytest

from cnnfigs.drawing.palette import darkened, diverging, relative_luminance, sequential

COLORS = """grid => [...grid.querySelectorAll("[role=gridcell]")].map(cell =>
    ["rect", "text"].map(part => getComputedStyle(cell.querySelector(part)).fill))"""
BOXES = """element => [...element.shadowRoot.querySelectorAll(".raster")].map(raster => {
    const [canvas, cells] = ["canvas", "svg"].map(part => raster.querySelector(part));
    const box = part => Object.values(part.getBoundingClientRect().toJSON());
    return [canvas.className, getComputedStyle(canvas).filter, box(canvas), box(cells)];
})"""


def channels(color):
    return np.array([int(number) / 255 for number in re.findall(r"\d+", color)[:3]])


def contrast(one, other):
    lower, higher = sorted(map(relative_luminance, (one, other)))
    return (higher + 0.05) / (lower + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("name", "colors"), [("pooling", sequential), ("convolution", diverging)])
def test_cells_have_the_colours_of_the_theme_and_can_be_read(open_explorer, name, colors, theme):
    opened = open_explorer(name)
    opened.page.emulate_media(color_scheme=theme)
    grid = opened.element.get_by_role("grid", name="output", exact=True)
    cells = [tuple(map(channels, cell)) for cell in grid.evaluate(COLORS)]
    values = np.ravel(opened.values("output"))
    assert len(cells) == len(values) > 1
    ramp = colors()(np.linspace(0, 1, 1001))[:, :3]
    ramp = darkened(ramp) if theme == "dark" else ramp
    places = []
    for fill, ink in cells:
        distances = np.abs(ramp - fill).max(axis=1)
        assert distances.min() < 4 / 255
        places.append(distances.argmin() / 1000)
        assert contrast(fill, ink) >= 4.5
    # The larger the value, the farther along the map; values are told with two decimals.
    order = np.argsort(values, kind="stable")
    assert np.all(np.diff(np.array(places)[order]) >= -0.02)
    assert max(places) - min(places) > 0.5


def test_maps_of_a_network_turn_dark_and_the_image_stays(open_explorer):
    opened = open_explorer("digit")
    for theme, turned in (("light", "none"), ("dark", "invert(0.92) hue-rotate(180deg)")):
        opened.page.emulate_media(color_scheme=theme)
        boxes = opened.element.evaluate(BOXES)
        kinds = {kind for kind, *_ in boxes}
        assert kinds == {"", "values"}
        for kind, filtered, *_ in boxes:
            assert filtered == (turned if kind else "none")


def test_what_is_pointed_at_lies_on_what_is_drawn(open_explorer):
    for _, _, canvas, cells in open_explorer("digit").element.evaluate(BOXES):
        np.testing.assert_allclose(canvas, cells, atol=1)
