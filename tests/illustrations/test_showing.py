"""How an illustration shows itself outside of the site, and the files that it saves, opened by other programs."""

import base64
import io

import numpy as np
import pytest
from lxml import etree, html
from PIL import Image
from pypdf import PdfReader

from cnnfigs import catalog
from cnnfigs.drawing.formats import FORMATS, Look
from cnnfigs.drawing.notebook import IN_PAGE
from cnnfigs.drawing.palette import palette, relative_luminance
from cnnfigs.drawing.widths import growing
from cnnfigs.illustrations.architectures.layer_table import LayerTable
from cnnfigs.illustrations.base import Table
from cnnfigs.illustrations.exercises.values import GreyWall
from cnnfigs.illustrations.registry import all_illustrations
from cnnfigs.illustrations.training_and_measured.training_curves import TrainingCurves
from cnnfigs.illustrations.windows.padding import Padding
from cnnfigs.illustrations.windows.window_animation import WindowAnimation

SVG = "{http://www.w3.org/2000/svg}"
TABLES = [name for name, kind in all_illustrations().items() if issubclass(kind, Table)]

#: What programs that show notebooks write around an output: opening tag of the document, of the body, and their ground.
PROGRAMS = {
    "JupyterLab": ("<html>", '<body data-jp-theme-light="true" data-jp-theme-name="JupyterLab Light">', "#ffffff"),
    "JupyterLab, dark": (
        "<html>",
        '<body data-jp-theme-light="false">',
        "#111111",
    ),
    "VS Code, dark": ("<html>", '<body class="vscode-dark" data-vscode-theme-kind="vscode-dark">', "#1e1e1e"),
    "VS Code, high contrast": ("<html>", '<body class="vscode-high-contrast">', "#000000"),
    "VS Code, light": ("<html>", '<body class="vscode-light">', "#ffffff"),
    "Colab, dark": ('<html theme="dark">', "<body>", "#383838"),
    "another, dark, which does not say so": ("<html>", "<body>", "#111111"),
}

#: What the browser makes of each text, and of what is behind all of them.
LOOK = """() => [...document.querySelectorAll('svg')].flatMap(svg => [...svg.querySelectorAll('text')].map(text => ({
    words: text.textContent, name: text.getAttribute('fill') ?? '',
    ink: getComputedStyle(text).fill, ground: getComputedStyle(svg).backgroundColor,
})))"""


def channels(color):
    """Read a colour as browsers tell it: red, green, blue from 0 to 1, and how opaque it is."""
    numbers = [float(each) for each in color[color.index("(") + 1 : -1].replace(",", " ").split()]
    return [each / 255 for each in numbers[:3]], numbers[3] if len(numbers) > 3 else 1


def contrast(one, other):
    lighter, darker = sorted([relative_luminance(one), relative_luminance(other)], reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.thorough
@pytest.mark.parametrize("program", PROGRAMS)
def test_texts_can_be_read_in_every_notebook(browser, program):
    document, body, ground = PROGRAMS[program]
    shown = "".join(
        made._repr_mimebundle_()[0]["text/html"] for made in (Padding(), TrainingCurves(), WindowAnimation())
    )
    page = browser.new_page()
    page.set_content(f"{document}<style>body {{ background: {ground}; color: #808080 }}</style>{body}{shown}")
    result = page.evaluate(LOOK)
    page.close()
    assert len(result) > 30
    grounds = set()
    for text in result:
        behind, opaque = channels(text["ground"])
        assert opaque == 1, text
        grounds.add(relative_luminance(behind))
        if not text["name"].startswith(("var(--cnn-on-", "#")):  # those stand on cells, see the tests of the palette
            assert contrast(channels(text["ink"])[0], behind) >= 4.5, text
    words = ("dark" in program and "not say" not in program) or "high" in program
    assert max(grounds) < 0.02 if words else min(grounds) > 0.9


def test_what_notebooks_are_converted_to_gets_a_drawing():
    """LaTeX takes PDF, which needs no other program then; what takes SVG gets one that stands alone."""
    for made in (Padding(), WindowAnimation()):
        bundle, _ = made._repr_mimebundle_()
        assert set(bundle) == {"text/html", "text/plain", "image/svg+xml", "application/pdf"}
        root = etree.fromstring(bundle["image/svg+xml"].encode())
        assert root.find(f"{SVG}rect").get("fill") == palette().light["background"]
        assert not root.xpath("//@*[contains(., 'var(')]")
        (sheet,) = PdfReader(io.BytesIO(base64.b64decode(bundle["application/pdf"]))).pages
        assert "input 5×5" in sheet.extract_text()
    assert (
        set(LayerTable()._repr_mimebundle_()[0])
        == set(GreyWall()._repr_mimebundle_()[0])
        == {"text/html", "text/plain"}
    )


def test_a_page_of_the_site_gets_no_style_of_its_own(monkeypatch):
    """The page has it, and a content security policy that forbids another."""
    monkeypatch.setenv(IN_PAGE, "1")
    for made in (Padding(), LayerTable(), WindowAnimation()):
        assert made._repr_mimebundle_()[0]["text/html"] == growing(made.to_html())
        assert set(made._repr_mimebundle_()[0]) == {"text/html", "text/plain"}


def test_answers_keep_their_letters_where_lists_have_numbers(browser):
    page = browser.new_page()
    shown = GreyWall()._repr_mimebundle_()[0]["text/html"]
    page.set_content(f"<style>.output ol {{ list-style: decimal }}</style><div class=output>{shown}</div>")
    assert page.evaluate("getComputedStyle(document.querySelector('ol')).listStyleType") == "upper-alpha"
    page.close()


def test_completion_offers_what_a_reader_asks_for_and_nothing_else():
    from IPython.core.completer import provisionalcompleter
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    shell = InteractiveShell(config=Config(HistoryManager={"enabled": False}), user_ns={"p": Padding()})
    shell.Completer.use_jedi = True
    with provisionalcompleter():
        offered = {each.text for each in shell.Completer.completions("p.", 2)}
    parameters = {"size", "kernel_size", "padding"}
    assert offered == parameters | {
        *("description", "facts", "figure", "result", "save", "to_html", "to_svg", "to_text"),
    }
    assert all(hasattr(Padding(), name) for name in offered)


@pytest.mark.parametrize("form", FORMATS["Picture"])
def test_a_picture_is_saved_in_five_formats(tmp_path, form):
    path = Padding().save(tmp_path / "made" / f"p.{form}", theme="dark")
    assert path.is_file()
    if form == "svg":
        root = etree.parse(path).getroot()
        assert root.find(f"{SVG}rect").get("fill") == palette().dark["background"]
    elif form == "pdf":
        assert len(PdfReader(path).pages) == 1
    else:
        with Image.open(path) as image:
            assert image.format == form.upper()
            assert relative_luminance(np.asarray(image.convert("RGB"))[0, 0] / 255) < 0.02


def test_pixels_are_as_many_as_were_asked_for(tmp_path):
    whole = float(etree.fromstring(Padding().to_svg().encode()).get("width"))
    sizes = {}
    for name, asked in {"usual": {}, "twice": {"scale": 2}, "half": {"scale": 0.5}, "wide": {"width": 1920}}.items():
        for form in ("png", "webp", "gif"):
            with Image.open(Padding().save(tmp_path / f"{name}.{form}", **asked)) as image:
                sizes.setdefault(name, set()).add(image.width)
    assert sizes == {"usual": {2 * whole}, "twice": {2 * whole}, "half": {int(whole / 2)}, "wide": {1920}}
    for width in (333, 801, 1279, 3840):
        with Image.open(Padding().save(tmp_path / "p.png", width=width)) as image:
            assert image.width == width
    film = WindowAnimation().save(tmp_path / "film.gif", width=500)
    with Image.open(film) as image:
        assert (image.width, image.n_frames) == (500, 9)


@pytest.mark.parametrize("form", ["svg", "png", "webp", "pdf"])
def test_what_is_behind_is_painted_unless_it_is_to_be_seen(tmp_path, form):
    clear = Padding().save(tmp_path / f"clear.{form}", transparent=True)
    solid = Padding().save(tmp_path / f"solid.{form}")
    if form in ("png", "webp"):
        corners = [np.asarray(Image.open(path).convert("RGBA"))[0, 0, 3] for path in (clear, solid)]
        assert corners == [0, 255]
    elif form == "svg":
        assert [len(etree.parse(path).xpath("/*/*[local-name()='rect']")) for path in (clear, solid)] == [0, 1]
    else:
        assert len(solid.read_bytes()) != len(clear.read_bytes())


REFUSED = {
    "format": ("p.bmp", {}, "Padding is a picture: format: expected svg, png, pdf, gif, webp, got 'bmp'"),
    "no ending": ("p", {}, "got ''"),
    "theme": ("p.png", {"theme": "blue"}, "theme: expected 'light' or 'dark', got 'blue'"),
    "scale": ("p.png", {"scale": 0}, "scale: expected a number above 0, at most 20, got 0"),
    "width": ("p.png", {"width": 12.5}, "width: expected a whole number from 1 to 20,000, got 12.5"),
    "both": ("p.png", {"scale": 2, "width": 9}, "scale and width: expected one of the two"),
    "vector": ("p.svg", {"scale": 2}, "Padding: scale is given, and the format is 'svg': scale is for png, gif, webp"),
    "gif": ("p.gif", {"transparent": True}, "transparent is for svg, png, pdf, webp"),
}


@pytest.mark.parametrize("wrong", REFUSED)
def test_what_cannot_be_saved_is_refused_before_anything_is_computed(tmp_path, monkeypatch, wrong):
    def computes(self):
        raise AssertionError("it is computed")

    monkeypatch.setattr(Padding, "run", computes)
    monkeypatch.setattr(Padding, "key", None)
    name, asked, words = REFUSED[wrong]
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - what it says is compared below
        Padding().save(tmp_path / name, **asked)
    assert words in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_the_catalogue_knows_without_importing_what_each_can_be_saved_as():
    for name, entry in catalog.entries().items():
        assert entry.load().kind() == entry.kind, name
        assert FORMATS[entry.kind]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_a_picture_with_all_its_words(name):
    made = all_illustrations()[name]()
    root = etree.fromstring(made.content("svg", Look()))
    drawn = [text for text in root.iter(f"{SVG}text") if "".join(text.itertext()).strip()]
    cells = html.fragment_fromstring(made.to_html()).xpath(".//th | .//td")
    words = " ".join("".join(text.itertext()) for text in drawn).split()
    assert sorted(words) == sorted(" ".join(cell.text_content() for cell in cells).split())
    assert float(root.get("width")) <= 720


def test_a_table_that_is_wide_is_broken_into_lines_and_nothing_overlaps():
    from itertools import pairwise

    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from cnnfigs.drawing.style import style
    from cnnfigs.drawing.table_pictures import table_figure
    from cnnfigs.drawing.tables import Cell

    long = "words that go on and on " * 9
    rows = [[Cell("a"), Cell(long), Cell("number", number=True)], [Cell("b"), Cell(long), Cell("1,234", number=True)]]
    with style():
        figure = table_figure(rows)
        renderer = FigureCanvasAgg(figure).get_renderer()
        boxes = [text.get_window_extent(renderer) for text in figure.axes[0].texts]
    assert figure.bbox.width <= 720
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.width for box in boxes)
    assert all(box.y0 >= 0 and box.y1 <= figure.bbox.height for box in boxes)
    for one, other in pairwise(boxes):
        assert not one.padded(-1).overlaps(other.padded(-1))
