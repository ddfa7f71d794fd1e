"""SVG for pages and files: real text, theme colours, the same pixels, nothing that reaches out."""

import base64
import io
import re

import numpy as np
import pytest
from lxml import etree
from PIL import Image

from cnnfigs.data import cat_photo
from cnnfigs.drawing.palette import VALUES, filters, palette, sequential
from cnnfigs.drawing.shapes import (
    arrow,
    box,
    cells,
    digit,
    inked,
    label,
    number_grid,
    photo,
    raster,
    raster_sheet,
    window,
)
from cnnfigs.drawing.style import canvas, style
from cnnfigs.drawing.svg import file_svg, inline_frames, inline_svg

EYE = cat_photo()[60:150, 120:240]

SVG = "{http://www.w3.org/2000/svg}"


def drawn(draw, width=200, height=100, prefix="p-"):
    with style():
        figure, axes = canvas(width, height)
        draw(axes)
        return etree.fromstring(inline_svg(figure, "A test.", prefix))


def images(root):
    for element in root.iter(f"{SVG}image"):
        yield Image.open(io.BytesIO(base64.b64decode(element.get("href").split(",")[1])))


def test_text_is_text_at_its_place():
    root = drawn(lambda axes: label(axes, 150, 40, "3·3 = 9 <&>", align="right"))
    (text,) = root.iter(f"{SVG}text")
    assert text.text == "3·3 = 9 <&>"
    assert text.get("text-anchor") == "end"
    assert float(text.get("x")) == 150
    assert "font-family" not in text.attrib


@pytest.mark.parametrize("name", ["input", "kernel", "output", "text"])
def test_palette_colours_follow_the_theme(name):
    root = drawn(lambda axes: box(axes, 10, 10, 50, 50, edge=name, fill=name))
    (path,) = root.iter(f"{SVG}path")
    assert path.get("fill") == path.get("stroke") == f"var(--cnn-{name}, {palette().light[name]})"


def test_colours_of_maps_are_exchanged_in_the_dark_and_those_of_images_stay():
    root = drawn(lambda axes: number_grid(axes, [[0.0, 4.0]], 10, 10, 40))
    (image,) = root.iter(f"{SVG}image")
    assert image.get("class") == VALUES
    inks = [f"var(--cnn-{name}, {palette().light[name]})" for name in ("on-weak", "on-strong")]
    assert [text.get("fill") for text in root.iter(f"{SVG}text")] == inks
    for draw in (
        lambda axes: cells(axes, [["0", "1"]], inked([[0.0, 1.0]]), 10, 10, 40),
        lambda axes: digit(axes, np.eye(5), 10, 10, 40),
        lambda axes: photo(axes, EYE, 10, 10, 40),
        lambda axes: raster(axes, np.ones((3, 3, 3)), 10, 10, 40),
    ):
        root = drawn(draw)
        assert [element.get("class") for element in root.iter(f"{SVG}image")] == [None]
        assert not [text for text in root.iter(f"{SVG}text") if text.get("fill", "#000000").startswith("var")]


@pytest.mark.parametrize(
    "draw",
    [
        lambda axes: raster(axes, np.linspace(-1, 1, 24).reshape(4, 6), 0, 0, 60, 40, signed=True, frame=None),
        lambda axes: raster_sheet(axes, [np.linspace(0, 1, 24).reshape(4, 6)], [(0, 0)], 10, frame=None),
        lambda axes: photo(axes, np.full((4, 6, 4), (130, 210, 168, 255), np.uint8), 0, 0, 60, 40, frame=None),
    ],
    ids=["raster", "raster_sheet", "photo"],
)
def test_browser_and_files_show_the_same_colours_in_the_dark(browser, draw):
    """Three ways: our matrix in a file, the browser's filter with that matrix, and its own inversion and rotation."""
    with style():
        figure, axes = canvas(60, 40)
        draw(axes)
        inline = inline_svg(figure, "A test.", "p-")
        dark = file_svg(figure, "A test.", theme="dark")
    (wanted,) = images(etree.fromstring(dark.encode()))
    wanted = np.asarray(wanted.convert("RGB").resize((60, 40), Image.Resampling.NEAREST), int)
    (address,) = re.findall('href="([^"]+)"', inline)
    sheet = f"<style>{palette().css()} body, svg, img {{ margin: 0; display: block; position: absolute; top: 0 }}"
    other = f'<img src="{address}" width="60" height="40" style="left: 100px; image-rendering: pixelated">'
    rule = "img { filter: var(--cnn-values) }</style>"
    tab = browser.new_page(viewport={"width": 200, "height": 50})
    tab.set_content(f'{sheet}{rule}<body data-theme="dark">{filters()}{inline}{other}')
    shown = np.asarray(Image.open(io.BytesIO(tab.screenshot())).convert("RGB"), int)
    tab.close()
    for left in (0, 100):
        np.testing.assert_allclose(shown[:40, left : left + 60], wanted, atol=3)


def test_raster_keeps_every_value():
    values = np.random.default_rng(0).random((7, 5))
    root = drawn(lambda axes: raster(axes, values, 10, 10, 50, limit=1))
    (image,) = images(root)
    expected = np.round(sequential()(values)[..., :3] * 255)
    assert image.size == (5, 7)
    np.testing.assert_allclose(np.asarray(image.convert("RGB")), expected, atol=1)


def test_raster_stays_sharp():
    root = drawn(lambda axes: raster(axes, np.eye(4), 10, 10, 50))
    (element,) = root.iter(f"{SVG}image")
    assert element.get("image-rendering") == "pixelated"


def test_image_with_many_colours_is_kept():
    photo = np.random.default_rng(0).random((30, 30, 3))
    (image,) = images(drawn(lambda axes: raster(axes, photo, 0, 0, 50)))
    np.testing.assert_allclose(np.asarray(image.convert("RGB")), np.round(photo * 255), atol=1)


def test_digit_is_ink_on_paper():
    values = np.zeros((3, 3))
    values[1, 1] = 1
    (image,) = images(drawn(lambda axes: digit(axes, values, 0, 0, 30)))
    pixels = np.asarray(image.convert("L"))
    assert pixels[1, 1] == 0
    assert pixels[0, 0] == 255


def test_ids_have_the_prefix_and_their_references_hold():
    def draw(axes):
        (line,) = axes.plot([0, 300], [0, 50], "o")  # clipped, so matplotlib writes ids
        line.set_clip_on(True)

    root = drawn(draw, prefix="mine-")
    ids = {element.get("id") for element in root.iter() if element.get("id")}
    assert ids
    assert all(each.startswith("mine-") for each in ids)
    text = etree.tostring(root, encoding="unicode")
    for each in ids:
        assert f"#{each}" in text


def test_arrow_and_lines_have_round_corners_without_a_style_sheet():
    root = drawn(lambda axes: arrow(axes, (10, 10), (50, 10)))
    assert root.get("stroke-linejoin") == "round"
    assert not list(root.iter(f"{SVG}style"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_file_has_plain_colours_and_its_description(theme):
    with style():
        figure, axes = canvas(100, 50)
        box(axes, 10, 10, 20, 20, edge="kernel")
        text = file_svg(figure, "A window.", theme)
    assert "var(" not in text
    assert getattr(palette(), theme)["kernel"] in text
    root = etree.fromstring(text.encode())
    assert root.find(f"{SVG}title").text == "A window."


def test_label_refuses_what_cannot_be_read():
    with style():
        _, axes = canvas(100, 50)
        with pytest.raises(ValueError, match="at least 12 pixels"):
            label(axes, 0, 0, "small", size=11.9)
        with pytest.raises(ValueError, match="one line"):
            label(axes, 0, 0, "two\nlines")


def test_figure_wider_than_the_column_is_refused():
    with pytest.raises(ValueError, match="width: expected more than 0 to 720"):
        canvas(800, 100)


def test_photo_in_a_page_is_nearly_the_photo_in_far_fewer_bytes():
    root = drawn(lambda axes: (photo(axes, EYE, 10, 10, 60), raster(axes, EYE / 255, 80, 10, 60)))
    light, exact = (element.get("href") for element in root.iter(f"{SVG}image"))
    assert light.startswith("data:image/webp;base64,")
    assert exact.startswith("data:image/webp;base64,")
    assert 3 * len(light) < len(exact)
    decoded = np.asarray(next(images(root)).convert("RGB")).astype(int)
    assert abs(decoded - EYE).mean() < 5


def test_photo_is_smoothed_and_has_no_id():
    (element,) = drawn(lambda axes: photo(axes, EYE, 10, 10, 60)).iter(f"{SVG}image")
    assert "image-rendering" not in element.attrib
    assert "id" not in element.attrib


def test_photo_in_a_file_keeps_every_pixel():
    with style():
        figure, axes = canvas(200, 100)
        photo(axes, EYE, 10, 10, 60)
        root = etree.fromstring(file_svg(figure, "A test.").encode())
    (image,) = images(root)
    np.testing.assert_array_equal(np.asarray(image.convert("RGB")), EYE)


def test_rectangle_keeps_its_place_and_size():
    (path,) = drawn(lambda axes: box(axes, 10, 20, 30.5, 40)).iter(f"{SVG}path")
    assert path.get("d") == "M 10 20 h 30.5 v 40 h -30.5 z"


def test_text_that_is_not_turned_has_no_transform():
    (text,) = drawn(lambda axes: label(axes, 10, 20, "upright")).iter(f"{SVG}text")
    assert "transform" not in text.attrib


def test_cells_have_their_texts_and_colours():
    fills = np.array([[[0.8, 0, 0], [0, 0, 0.8]]])
    root = drawn(lambda axes: cells(axes, [["1", ""]], fills, 10, 10, 20, 30))
    assert [text.text for text in root.iter(f"{SVG}text")] == ["1"]
    (image,) = images(root)
    assert np.asarray(image.convert("RGB")).tolist() == [[[204, 0, 0], [0, 0, 204]]]
    (lines,) = root.iter(f"{SVG}path")
    assert lines.get("d") == "M 10 10 L 50 10 M 10 40 L 50 40 M 10 10 L 10 40 M 30 10 L 30 40 M 50 10 L 50 40"


def test_window_has_an_edge_that_follows_the_page():
    around, line = drawn(lambda axes: window(axes, 10, 10, 20)).iter(f"{SVG}path")
    assert around.get("stroke").startswith("var(--cnn-background")
    assert line.get("stroke").startswith("var(--cnn-kernel")
    assert float(around.get("stroke-width")) > float(line.get("stroke-width"))


def test_sheet_of_arrays_is_one_image_with_every_value_at_its_place():
    arrays = list(np.random.default_rng(0).random((3, 2, 2)))
    corners = [(10, 12), (20, 12), (10, 40)]
    root = drawn(lambda axes: raster_sheet(axes, arrays, corners, 4, limit=1, frame="kernel"))
    (image,) = images(root)
    pixels = np.asarray(image.convert("RGBA"))
    # 18 pixels of the page to the end of the second array, 36 to that of the third; one of the image is two of those.
    assert pixels.shape == (18, 9, 4)
    for array, (x, y) in zip(arrays, corners, strict=True):
        for (row, column), value in np.ndenumerate(array):
            cell = pixels[(y - 12) // 2 + 2 * row :, (x - 10) // 2 + 2 * column :][:2, :2]
            np.testing.assert_allclose(cell / 255, np.broadcast_to(sequential()(value), (2, 2, 4)), atol=1 / 255)
    assert (pixels[4:14, :, 3] == 0).all()
    assert (pixels[:, 4, 3] == 0).all()
    (frames,) = root.iter(f"{SVG}path")
    assert frames.get("d") == "M 10 12 h 8 v 8 h -8 z M 20 12 h 8 v 8 h -8 z M 10 40 h 8 v 8 h -8 z"


def test_image_that_two_drawings_share_stands_in_both_where_it_was_drawn():
    """Found by multiplying the matrices of all that is around it."""
    places = [(300, 11, 12, 180), (120, 4, 30, 90)]
    with style():
        figures = [canvas(width, 250) for width, *_ in places]
        for (_, axes), (_, x, y, width) in zip(figures, places, strict=True):
            photo(axes, EYE, x, y, width)
        both = etree.fromstring(inline_svg(figures[0][0], "A test.", "p-", figures[1][0]))
    (image,) = both.iter(f"{SVG}image")
    uses = [use for use in both.iter(f"{SVG}use") if use.get("href") == f"#{image.get('id')}"]

    def matrix(element):
        result = np.eye(3)
        for kind, numbers in re.findall(r"(\w+)\(([^)]*)\)", element.get("transform") or ""):
            a, b, *more = map(float, numbers.split())
            each = {"translate": (1, 0, 0, 1, a, b), "scale": (a, 0, 0, b, 0, 0), "matrix": (a, b, *more)}[kind]
            result = result @ np.vstack([np.reshape(each, (3, 2)).T, [0, 0, 1]])
        return result

    drawn_at = [np.eye(3), *map(matrix, uses)]
    assert len(drawn_at) == len(places)
    left, top, width, height = (float(image.get(name, 0)) for name in ("x", "y", "width", "height"))
    corners = np.array([[left, top, 1], [left + width, top + height, 1]]).T
    for around, (_, x, y, across) in zip(drawn_at, places, strict=True):
        (x_0, x_1), (y_0, y_1), _ = around @ matrix(image) @ corners
        expected = [x, y, x + across, y + across * EYE.shape[0] / EYE.shape[1]]
        np.testing.assert_allclose([x_0, min(y_0, y_1), x_1, max(y_0, y_1)], expected, atol=0.5)


@pytest.mark.parametrize(
    ("orders", "shared"),
    [(("abc", "adc", "aec"), "ac"), (("abc", "bca"), ""), (("ab", "ba", "ab"), ""), (("aa", "a"), "")],
)
def test_each_frame_is_seen_as_it_is_drawn(orders, shared):
    """With the groups of one frame alone the picture has what that frame has, in its order."""
    with style():
        frames = [canvas(200, 100) for _ in orders]
        for (_, axes), order in zip(frames, orders, strict=True):
            for letter in order:
                label(axes, 20 * (ord(letter) - 96), 50, letter)
        figures = [figure for figure, _ in frames]
        joined = etree.fromstring(inline_frames(figures, "A test.", "p-"))
        alone = [etree.fromstring(inline_svg(figure, "A test.", "p-")) for figure in figures]
    for number, expected in enumerate(alone, 1):
        seen = [
            element
            for part in joined
            for element in ([part] if part.get("class") is None else part)
            if part.get("class") in (None, f"cnn-frame cnn-frame-{number}")
        ]
        assert list(map(etree.tostring, seen)) == list(map(etree.tostring, expected))
    assert [text.text for text in joined.findall(f"{SVG}text")] == list(shared)


def test_ids_of_frames_differ():
    with style():
        figures = []
        for level in (0, 1):
            figure, axes = canvas(200, 100)
            label(axes, 20, 20, "shared")
            axes.imshow(np.full((2, 2), level), extent=(0, 10, 10, 0), clip_path=axes.patch)
            figures.append(figure)
        root = etree.fromstring(inline_frames(figures, "A test.", "p-", figures))
    ids = root.xpath("//@id")
    assert len({*ids}) == len(ids) > 2
