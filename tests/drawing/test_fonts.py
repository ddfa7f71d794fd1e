"""The fonts that ship: matplotlib measures what browsers draw, and a file has the letters that it writes."""

import base64
import io
import re

import pytest
from fontTools.ttLib import TTFont
from lxml import etree
from matplotlib.backends.backend_agg import FigureCanvasAgg

from cnnfigs.drawing.fonts import FAMILY, FOLDER, embedded_faces
from cnnfigs.drawing.shapes import label
from cnnfigs.drawing.style import canvas, style
from cnnfigs.drawing.svg import file_svg

SVG = "{http://www.w3.org/2000/svg}"
TEXTS = [
    "the convolution of a kernel with its input",
    "To AVoid: We, Ta, 11.7 %, file, offline",
    "3·3 + 0.5·(−1) = 8.5",
    "28×28 → 26×26, 10⁻⁸",
    "⌊(7 − 3) / 2⌋ ≠ ∗",
    "0123456789",
    "max(0, x) ≤ 1,024 “cat” 95.0 %",
]


@pytest.mark.parametrize("weight", ["normal", "bold"])
@pytest.mark.parametrize("size", [11, 13, 16])
def test_matplotlib_measures_what_browsers_draw(tab, weight, size):
    look = f"font: {weight} {size}px '{FAMILY}'; text-rendering: geometricPrecision"
    tab.set_content(
        f"<style>{embedded_faces()} svg {{ {look} }}</style>"
        f"<svg>{''.join(f'<text>{text}</text>' for text in TEXTS)}</svg>"
    )
    tab.evaluate("Promise.all([...document.fonts].map(font => font.load()))")
    drawn = tab.evaluate("[...document.querySelectorAll('text')].map(each => each.getComputedTextLength())")
    with style():
        figure, axes = canvas(400, 100)
        renderer = FigureCanvasAgg(figure).get_renderer()
        texts = [axes.text(0, 0, text, fontsize=size, weight=weight) for text in TEXTS]
        measured = [
            renderer.get_text_width_height_descent(text.get_text(), text.get_fontproperties(), False)[0]
            for text in texts
        ]
    assert measured == pytest.approx(drawn, abs=1)


def test_a_file_has_the_letters_that_it_writes():
    with style():
        figure, axes = canvas(200, 100)
        label(axes, 10, 20, "plain", align="left")
        label(axes, 10, 60, "BOLD ×", align="left", bold=True)
        root = etree.fromstring(file_svg(figure, "A test.").encode())
    assert root.get("font-family").split(",")[0] == FAMILY
    (sheet,) = root.iter(f"{SVG}style")
    faces = dict(
        re.findall(r"font-weight:(\w+);font-display:swap;src:url\(data:font/woff2;base64,([^)]+)\)", sheet.text)
    )
    known = {
        weight: {chr(code) for code in TTFont(io.BytesIO(base64.b64decode(data))).getBestCmap()}
        for weight, data in faces.items()
    }
    assert known == {"normal": set("plain"), "bold": set("BOLD ×")}


def test_each_file_has_what_the_style_sheet_says_of_it():
    rules = re.findall(r'url\("(.*?)"\).*?unicode-range: (.*?);', (FOLDER / "fonts.css").read_text("utf-8"), re.DOTALL)
    assert {name for name, _ in rules} == {path.name for path in FOLDER.glob("*.woff2")}
    for name, text in rules:
        ends = [[int(end, 16) for end in part[2:].split("-")] for part in text.split(", ")]
        codes = {code for each in ends for code in range(each[0], each[-1] + 1)}
        assert codes <= set(TTFont(FOLDER / name).getBestCmap()), name


def test_digits_are_equally_wide():
    for path in FOLDER.glob("text*.ttf"):
        font = TTFont(path)
        names = font.getBestCmap()
        assert len({font["hmtx"][names[ord(digit)]][0] for digit in "0123456789"}) == 1, path.name
