"""The palette's promises, computed from its own values by published formulas."""

import re
from itertools import combinations
from pathlib import Path

import furo
import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_hex, to_rgb

from cnnfigs.drawing import palette as module
from cnnfigs.drawing.networks import NETWORK_LOOKS
from cnnfigs.drawing.palette import (
    color,
    darkened,
    diverging,
    errors_map,
    palette,
    sequential,
    text_on,
    text_on_map,
)

THEMES = ("light", "dark")
FILLS = ("background", "surface", "input-fill", "kernel-fill", "output-fill", "padding-fill")
TEXTS = ("text", "muted", "input", "kernel", "output", "accent", "error")
STROKES = ("grid", "padding")
ON_MAPS = ("on-weak", "on-strong")
SERIES = ("series-1", "series-2", "series-3", "series-4")
NETWORKS = tuple(dict.fromkeys(look.color for look in NETWORK_LOOKS.values()))
#: Networks that charts show together: as lines, which only their look tells apart; and in rows with their names.
LINES = (
    ("convnet", "dense_512", "dense_131", "convnet_global_average", "convnet_global_max", "convnet_global_max_padded"),
    ("convnet", "dense_512", "dense_131", "unpooled", "convnet_global_max", "lenet5"),
)
ROWS = ("convnet", "convnet_mean_pooling", "convnet_pick_one", "convnet_strided", "unpooled")

# Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency",
# IEEE Transactions on Visualization and Computer Graphics 15(6), 2009; the matrices for severity 1.0, on linear RGB.
COLOR_VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def contrast(first: str, second: str) -> float:
    """Contrast ratio of WCAG 2.2, written out here independently of the package."""

    def luminance(value: str) -> float:
        channels = [int(value[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lower, higher = sorted((luminance(first), luminance(second)))
    return (higher + 0.05) / (lower + 0.05)


def oklab(linear: np.ndarray) -> np.ndarray:
    """Linear RGB to OKLab (B. Ottosson, "A perceptual color space for image processing", 2020)."""
    cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    axes = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return axes @ np.cbrt(cones @ linear)


def seen(value: str, vision: str) -> np.ndarray:
    channels = np.array(to_rgb(value))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return oklab(np.clip(COLOR_VISION[vision] @ linear, 0, 1))


def test_the_contrast_formula_gives_the_published_extremes():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)  # the known lightest passing grey


def test_every_name_is_tested_here_and_is_a_plain_hex_colour():
    names = {*FILLS, *TEXTS, *STROKES, *ON_MAPS, *SERIES, *NETWORKS}
    assert set(palette().light) == names
    assert list(palette().dark) == list(palette().light)
    for theme in THEMES:
        for value in getattr(palette(), theme).values():
            assert re.fullmatch("#[0-9a-f]{6}", value)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize(("name", "least"), [*((t, 4.5) for t in TEXTS), *((s, 3) for s in STROKES)])
def test_text_and_strokes_stand_out_from_every_fill(theme, fill, name, least):
    colors = getattr(palette(), theme)
    assert contrast(colors[name], colors[fill]) >= least


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", [*SERIES, *NETWORKS])
def test_a_label_may_have_the_colour_of_its_line(theme, name):
    colors = getattr(palette(), theme)
    assert contrast(colors[name], colors["background"]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", COLOR_VISION)
@pytest.mark.parametrize("names", list(combinations(SERIES, 2)), ids="-".join)
def test_series_are_told_apart_with_every_kind_of_colour_vision(theme, vision, names):
    colors = getattr(palette(), theme)
    first, second = (seen(colors[name], vision) for name in names)
    # A difference just noticed side by side is about 0.02 in OKLab; thin lines apart need several of them.
    assert np.linalg.norm(first - second) >= 0.1


def difference(theme, vision, first, second):
    """How far apart two colours of the palette are, in OKLab."""
    colors = getattr(palette(), theme)
    return np.linalg.norm(seen(colors[first], vision) - seen(colors[second], vision))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", COLOR_VISION)
def test_networks_are_told_apart_with_every_kind_of_colour_vision(theme, vision):
    for together in LINES:
        for first, second in combinations([NETWORK_LOOKS[network] for network in together], 2):
            # Dashes tell lines apart too, so less is enough; the padded network is the other one, and only dotted.
            least = 0.1 if first.dashes == second.dashes else 0.06 if first.color != second.color else 0
            assert difference(theme, vision, first.color, second.color) >= least, (first, second)
    for first, second in combinations(ROWS, 2):
        colors = (NETWORK_LOOKS[network].color for network in (first, second))
        assert difference(theme, vision, *colors) >= 0.1, (first, second)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("role", ["input", "kernel", "output", "accent", "error"])
def test_no_network_has_a_colour_with_a_meaning(theme, role):
    for network in NETWORKS:
        assert difference(theme, "normal", network, role) >= 0.1, network


def test_no_two_networks_look_the_same():
    assert len({(look.color, look.dashes) for look in NETWORK_LOOKS.values()}) == len(NETWORK_LOOKS)
    assert len({look.name for look in NETWORK_LOOKS.values()}) == len(NETWORK_LOOKS)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", COLOR_VISION)
def test_input_kernel_and_output_are_told_apart_with_every_kind_of_colour_vision(theme, vision):
    colors = getattr(palette(), theme)
    # Their place and label tell them apart too, so less is enough.
    for first, second in combinations(("input", "kernel", "output"), 2):
        assert np.linalg.norm(seen(colors[first], vision) - seen(colors[second], vision)) >= 0.05


def test_the_backgrounds_are_the_themes_own():
    sheet = (Path(furo.__file__).parent / "theme/furo/static/styles/furo.css").read_text(encoding="utf-8")
    values = set(re.findall(r"--color-background-primary:(#[0-9a-f]+)", sheet))
    assert values == {"#fff", palette().dark["background"]}
    assert palette().light["background"] == "#ffffff"


def test_a_light_value_belongs_to_one_name():
    assert len(set(palette().light.values())) == len(palette().light)


def test_css_gives_every_name_in_both_themes():
    css = palette().css()
    blocks = re.findall(r"(:root|body\S+) \{\n(.*?)\}", css, re.DOTALL)
    values = {selector: dict(re.findall(r"--cnn-([a-z0-9-]+): (#\w+);", block)) for selector, block in blocks}
    assert values == {
        ":root": dict(palette().light),
        'body[data-theme="dark"]': dict(palette().dark),
        'body:not([data-theme="light"])': dict(palette().dark),
    }


def test_an_unknown_colour_is_refused_with_the_names_there_are():
    with pytest.raises(ValueError, match=r"no colour 'keernel' in the palette; it has background, .*kernel"):
        color("keernel")


def test_zero_is_the_grey_middle_of_the_diverging_map():
    middle = diverging()(0.5)[:3]
    assert np.ptp(middle) < 0.01
    assert min(middle) > 0.9


@pytest.mark.parametrize("vision", COLOR_VISION)
def test_diverging_sides_mirror_in_lightness_and_differ_in_hue(vision):
    for distance in (0.2, 0.35, 0.5):
        sides = [
            oklab(np.clip(COLOR_VISION[vision] @ _linear(diverging()(0.5 + sign * distance)), 0, 1)) for sign in (-1, 1)
        ]
        assert abs(sides[0][0] - sides[1][0]) < 0.12
        assert np.linalg.norm(sides[0][1:] - sides[1][1:]) > 0.07


@pytest.mark.parametrize("make", [sequential, errors_map])
def test_lightness_falls_evenly_along_the_map(make):
    steps = np.diff([oklab(_linear(make()(position)))[0] for position in np.linspace(0, 1, 33)])
    assert np.all(steps < 0)
    assert np.abs(steps).max() < 2 * np.abs(steps).min()


@pytest.mark.parametrize("name", ["diverging", "sequential", "errors_map"])
def test_numbers_on_a_map_are_readable_in_both_themes(name):
    colors = palette()
    for position in np.linspace(0, 1, 101):
        light = to_hex(getattr(module, name)()(position))
        dark = to_hex(in_the_dark(to_rgb(light)))
        ink = text_on_map(light)
        names = [each for each, value in colors.light.items() if value == ink]
        assert contrast(light, ink) >= 4.5
        assert contrast(dark, colors.dark[names[0]] if names else ink) >= 4.5


def test_text_on_a_colour_that_stays_is_no_name_of_the_palette():
    for fill in ("#000000", "#767676", "#fe0000", "#ffffaa"):
        assert text_on(fill) not in palette().light.values()
        assert contrast(fill, text_on(fill)) >= 4.5


def in_the_dark(rgb) -> np.ndarray:
    """What `invert(92%) hue-rotate(180deg)` makes of a colour: W3C, Filter Effects Module Level 1, written out here."""
    inverted = 0.92 - 0.84 * np.asarray(rgb)
    # The matrix of feColorMatrix type="hueRotate", with the cosine -1 and the sine 0.
    rotation = [[-0.574, 1.430, 0.144], [0.426, 0.430, 0.144], [0.426, 1.430, -0.856]]
    return np.clip(rotation @ inverted, 0, 1)


def test_dark_colours_are_those_of_the_published_filters():
    values = np.random.default_rng(0).random((200, 3))
    np.testing.assert_allclose(darkened(values), [in_the_dark(value) for value in values], atol=1e-12)


def test_opacity_stays_in_the_dark():
    assert darkened([[[0.2, 0.4, 0.6, 0.0]]])[0, 0, 3] == 0


@pytest.mark.parametrize("make", [sequential, errors_map])
def test_in_the_dark_zero_is_the_background_and_strong_is_bright(make):
    dark = [oklab(_linear(darkened(make()(position)))) for position in np.linspace(0, 1, 33)]
    background = oklab(_linear(to_rgb(palette().dark["background"])))
    assert np.linalg.norm(dark[0] - background) < 0.06
    assert np.all(np.diff([each[0] for each in dark]) > 0)
    assert dark[-1][0] > 0.8


def test_in_the_dark_both_signs_grow_from_the_background():
    background = oklab(_linear(to_rgb(palette().dark["background"])))
    assert np.linalg.norm(oklab(_linear(darkened(diverging()(0.5)))) - background) < 0.06
    for positions in (np.linspace(0.5, 1, 17), np.linspace(0.5, 0, 17)):
        assert np.all(np.diff([oklab(_linear(darkened(diverging()(each))))[0] for each in positions]) > 0)


def test_anchors_of_the_dark_maps_give_the_dark_colours_between_them():
    """Explorers go straight from anchor to anchor; where a channel is cut off, the difference is too small to see."""
    for name, make in (("diverging", diverging), ("sequential", sequential)):
        anchors = np.array([to_rgb(anchor) for anchor in palette().dark_maps[f"{name}-dark"]])
        positions = np.linspace(0, 1, 256)
        between = [np.interp(positions, np.linspace(0, 1, len(anchors)), channel) for channel in anchors.T]
        np.testing.assert_allclose(darkened(make()(np.arange(256)))[:, :3], np.transpose(between), atol=4 / 255)


def test_the_maps_stay_out_of_matplotlibs_registry():
    assert not [name for name in colormaps if name.startswith("cnn")]


def _linear(rgba) -> np.ndarray:
    channels = np.array(rgba[:3])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
