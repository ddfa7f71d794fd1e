"""The kit of a page of the built site: figures, slides, worksheets, and who is to be named."""

import io
import re
import subprocess
import sys
import zipfile

import pytest
from lxml import html
from PIL import Image
from pptx import Presentation
from pypdf import PdfReader

from cnnfigs.kit.pages import Shown, read
from cnnfigs.kit.slides import first_sentence

PAGE = "pooling"


def run(*words):
    """Make the kit in a process of its own: the tests' shared browser runs in this one."""
    return subprocess.run(
        [sys.executable, "-m", "cnnfigs.kit", *map(str, words)], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def kit(site, tmp_path_factory):
    folder = tmp_path_factory.mktemp("kit")
    assert run(site, folder, "--page", PAGE, "--class", "Monday", "--class", "Thursday").returncode == 0
    return folder


@pytest.fixture(scope="module")
def page(site):
    (page,) = read(site, [PAGE])
    return page


@pytest.mark.thorough
def test_it_has_what_the_page_shows(kit, page, site):
    figures = html.parse(site / f"{PAGE}.html").getroot().xpath("//figure[@id]")
    assert [shown.use.label for shown in page.figures] == [figure.get("id") for figure in figures]
    with zipfile.ZipFile(kit / PAGE / "figures.zip") as packed:
        assert packed.testzip() is None
        names = packed.namelist()
        for place, shown in enumerate(page.figures, 1):
            stem = f"{place:02}-{shown.name}"
            themes = [f"{stem}-{theme}.{form}" for theme in ("light", "dark") for form in ("svg", "pdf", "png")]
            assert sorted(each for each in names if each.startswith(f"{stem}-") or each == f"{stem}.txt") == sorted(
                [*themes, f"{stem}.txt"]
            )
            light, dark = (Image.open(io.BytesIO(packed.read(f"{stem}-{each}.png"))) for each in ("light", "dark"))
            assert light.size == dark.size
            assert light.convert("RGB").getpixel((1, 1)) != dark.convert("RGB").getpixel((1, 1))
            text = packed.read(f"{stem}.txt").decode()
            assert text.startswith(f"{shown.number}: ")
            assert shown.illustration.description in text
            caption = " ".join(figures[place - 1].xpath("string(.//*[@class='caption-text'])").split())
            assert caption in text


@pytest.mark.thorough
def test_slides_show_one_figure_each_with_notes_and_words(kit, page):
    deck = Presentation(str(kit / PAGE / "slides.pptx"))
    first, *others = deck.slides
    assert first.shapes.title.text_frame.text == page.title
    assert len(others) == len(page.figures)
    for slide, shown in zip(others, page.figures, strict=True):
        (picture,) = [shape for shape in slide.shapes if shape.shape_type == 13]
        assert picture._element.nvPicPr.cNvPr.get("descr") == shown.illustration.description
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= deck.slide_width
            assert shape.top + shape.height <= deck.slide_height
        width, height = picture.image.size
        assert picture.width / picture.height == pytest.approx(width / height, rel=0.01)
        spoken = slide.notes_slide.notes_text_frame.text
        assert all(sentence in spoken for sentence in shown.illustration.told.walk())
        said = " ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
        assert shown.credit in said
        assert first_sentence(shown.caption) in said


def text_of(path):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(path).pages).split())


@pytest.mark.thorough
def test_worksheets_differ_between_classes_and_fit_their_keys(kit, page):
    sheets = {name: text_of(kit / PAGE / f"worksheet-{name}.pdf") for name in ("monday", "thursday")}
    keys = {name: text_of(kit / PAGE / f"key-{name}.pdf") for name in sheets}
    assert sheets["monday"] != sheets["thursday"]
    for name, sheet in sheets.items():
        assert page.title in sheet
        assert "is right" not in sheet
        assert keys[name].count("is right.") == len(page.exercises)
        asked = re.findall(r"\d+ maps of [\d×]+", sheet)
        assert asked
        assert asked[0] in keys[name]


def credit(page, label):
    return next(each for each in page.figures if each.use.label == label).credit


def test_who_is_to_be_named_follows_from_what_is_seen(site):
    pads, pooling, blood = read(site, ["pooling", "padding-and-strides", "from-labels-to-masks"])  # in reading order
    assert "CC BY-SA 4.0. Digits: Y. LeCun" in credit(pooling, "fig-pooled-maps")
    assert credit(pads, "fig-valid").endswith("CC BY 4.0.")
    assert "© 2017 shenggan" in " ".join(each.credit for each in blood.figures)
    assert all(isinstance(each, Shown) and each.number.startswith(("Figure", "Table")) for each in pads.figures)


def test_a_page_that_is_not_there_is_told(site, tmp_path):
    done = run(site, tmp_path, "--page", "no-such-page")
    assert done.returncode == 1
    assert "no-such-page" in done.stderr
