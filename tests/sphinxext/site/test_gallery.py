"""A small site with a gallery: what its cards hold, and when they are made again."""

import base64
import io
import os
import re
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from docutils import nodes
from lxml import etree, html
from PIL import Image
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils
from sphinx_here import own_suffixes
from svg_numbers import drawing

from cnnfigs import catalog
from cnnfigs.drawing.palette import palette
from cnnfigs.illustrations.architectures.layer_table import LayerTable
from cnnfigs.illustrations.filters.response_map import ResponseMap
from cnnfigs.illustrations.training_and_measured.generalization import DataSplit
from cnnfigs.illustrations.windows.padding import Padding
from cnnfigs.illustrations.windows.window_animation import WindowAnimation
from cnnfigs.sphinxext.site import gallery
from cnnfigs.sphinxext.site.gallery import COLUMN, KINDS, _inline, exercises, pictures, visit_exercises

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ("AddedLogits", "LayerTable", "Padding", "Timeline", "WindowAnimation")

CELL = """
```{{code-cell}} ipython3
---
mystnb:
  figure:
    name: {label}
    caption: What it shows.
---
from {module} import {name}

{call}
```
"""


def page(title, *calls, prose="Some prose."):
    cells = []
    for call in calls:
        name = call.partition("(")[0]
        label = f"fig-{title.lower()}-{name.lower()}"
        cells.append(CELL.format(label=label, module=catalog.entries()[name].module, name=name, call=call))
    return "\n".join(["---\nfile_format: mystnb\n---\n", f"# {title}\n", prose, *cells])


class Site:
    """A site that is built in this process."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "docs").mkdir()
        self.write("gallery.md", "# Gallery\n\n```{gallery}\n```\n")

    def write(self, name, text):
        (self.folder / "docs" / name).write_text(text, encoding="utf-8")

    def build(self, warnings=None):
        """Build; return the names of the pages that were written. Warnings are errors, or they go to `warnings`."""
        written = []
        settings = {
            "extensions": ["myst_nb", "cnnfigs.sphinxext.site.gallery"],
            "nb_execution_mode": "cache",
            "nb_execution_cache_path": str(self.folder / "executed"),
            "nb_execution_timeout": 600,
            "html_theme": "basic",
            "numfig": True,
        }
        docs, site, trees = (str(self.folder / name) for name in ("docs", "site", "trees"))
        with patch_docutils(), docutils_namespace(), own_suffixes():
            streams = {"status": None, "warning": warnings or sys.stderr, "warningiserror": warnings is None}
            app = Sphinx(docs, None, site, trees, "html", settings, **streams)
            app.connect("html-page-context", lambda app, name, *_: written.append(name))
            app.build()
        assert app.statuscode == 0
        return set(written) - {"genindex", "search"}

    def cards(self):
        cards = html.parse(self.folder / "site" / "gallery.html").xpath("//details[@class='cnn-card']")
        return {card.xpath(".//*[@class='cnn-place']/@id")[0]: card for card in cards}

    def picture(self, name, theme="light"):
        return etree.parse(self.folder / "site" / "_images" / f"gallery-{name}-{theme}.svg").getroot()


@pytest.fixture(scope="module")
def few():
    """Let there be four illustrations only."""
    known = catalog.entries()
    patch = pytest.MonkeyPatch()
    patch.setattr(catalog, "entries", lambda: {name: known[name] for name in NAMES})
    yield
    patch.undo()


@pytest.fixture(scope="module")
def site(few, tmp_path_factory):
    made = Site(tmp_path_factory.mktemp("site"))
    contents = "# Start\n\n```{toctree}\n:caption: Look on\n\nzebra\nape\n```\n\n```{toctree}\ngallery\n```\n"
    made.write("index.md", contents)
    made.write("zebra.md", page("Zebra", "WindowAnimation(strides=2)", "Padding(size=6)"))
    made.write("ape.md", page("Ape", "Padding()", "LayerTable()", "AddedLogits()"))
    assert made.build() == {"index", "zebra", "ape", "gallery"}
    return made


def texts(root):
    return ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]


def test_every_illustration_has_a_card_in_the_order_of_the_pages(site):
    assert list(site.cards()) == ["WindowAnimation", "Padding", "LayerTable", "Timeline"]
    page = html.parse(site.folder / "site" / "gallery.html")
    headings = [re.sub("[^A-Za-z ]", "", heading.text_content()) for heading in page.iter("h2")]
    assert headings == ["Zebra", "Ape", "On no page", "Exercises"]


def test_an_exercise_is_a_link_and_no_picture(site):
    (item,) = html.parse(site.folder / "site" / "gallery.html").xpath("//ul[@class='cnn-exercises']/li")
    assert item.get("id") == "AddedLogits"
    assert item.text_content() == "Softmax looks at the differences of the logits alone: Ape"
    assert item.find("a").get("href") == "ape.html#fig-ape-addedlogits"


def test_an_exercise_whose_module_has_gone_is_left_out(few, tmp_path):
    here = SimpleNamespace(get_target_uri=lambda name: f"{name}.html", env=SimpleNamespace(srcdir=tmp_path))
    writer = SimpleNamespace(builder=here, docnames=["gallery"], body=[])
    with pytest.raises(nodes.SkipNode):
        visit_exercises(writer, exercises(names=["RowsLeft", "AddedLogits"]))
    assert html.fromstring("".join(writer.body)).xpath("//li/@id") == ["AddedLogits"]


def test_the_filters_name_the_groups_the_pages_and_the_kinds(site):
    page = html.parse(site.folder / "site" / "gallery.html").getroot()
    form = page.find(".//form")
    (topics, kinds) = form.iter("select")
    options = {option.get("value"): option.text for option in topics.iter("option")}
    assert options == {"": "All pages", "look-on": "All of “Look on”", "zebra": "Zebra", "ape": "Ape"}
    assert [option.get("value") for option in topics.find("optgroup")] == ["look-on", "zebra", "ape"]
    assert {option.get("value") for option in kinds} == {"", *KINDS}
    assert page.xpath("//@data-topic") == ["zebra look-on", "ape look-on", ""]
    assert {name: card.get("data-kind") for name, card in site.cards().items()} == {
        "WindowAnimation": "animation",
        "Padding": "picture",
        "LayerTable": "table",
        "Timeline": "chart",
    }
    assert page.xpath("//script[contains(@src, 'gallery.js')]")
    assert not html.parse(site.folder / "site" / "ape.html").xpath("//script[contains(@src, 'gallery.js')]")


def test_card_has_picture_code_parameters_and_page(site):
    card = site.cards()["Padding"]
    assert catalog.entries()["Padding"].line in card.text_content()
    code = card.xpath(".//pre")[0].text_content()
    assert code.strip() == "from cnnfigs.illustrations.windows.padding import Padding\n\nPadding(size=6)"
    terms = [term.text_content() for term in card.iter("dt")]
    assert terms == ["size=5", "kernel_size=3", "padding='valid'"]
    links = [(link.get("href"), link.text_content()) for link in card.iter("a") if link.text_content()]
    assert links == [("zebra.html#fig-zebra-padding", "Zebra"), ("ape.html#fig-ape-padding", "Ape")]
    for name in ("zebra", "ape"):
        target = html.parse(site.folder / "site" / f"{name}.html")
        assert target.xpath(f"//*[@id='fig-{name}-padding']")


def test_pictures_wait_and_keep_their_place_and_say_what_they_show(site):
    images = site.cards()["Padding"].findall(".//img")
    assert [image.get("class") for image in images] == ["only-light", "only-dark"]
    shown = Padding(size=6)
    drawn = drawing(shown)
    for image, theme in zip(images, ("light", "dark"), strict=True):
        assert image.get("alt") == shown.title
        assert image.get("loading") == "lazy"
        assert (image.get("width"), image.get("height")) == (drawn.get("width"), drawn.get("height"))
        assert image.get("src") == f"_images/gallery-Padding-{theme}.svg"


def test_pictures_are_those_of_the_page_in_the_colours_of_their_theme(site):
    for theme in ("light", "dark"):
        root = site.picture("Padding", theme)
        assert texts(root) == texts(drawing(Padding(size=6)))
        colors = {element.get(name) for element in root.iter() for name in ("fill", "stroke")} - {None, "none"}
        assert colors <= {*getattr(palette(), theme).values(), "#000000", "#fefefe"}
        assert getattr(palette(), theme)["kernel"] in colors


def test_animation_stands_still_at_its_end(site):
    run = WindowAnimation(strides=2).result
    drawn = texts(site.picture("WindowAnimation"))
    assert [text for text in drawn if text.endswith(f"= {run.output[-1, -1]:g}")]
    assert len([text for text in drawn if "=" in text]) == 1
    assert not site.picture("WindowAnimation").xpath("//@visibility")


def test_only_the_picture_of_what_has_changed_is_made_again(few, tmp_path, monkeypatch):
    made = Site(tmp_path)
    made.write("index.md", "# Start\n\n```{toctree}\nape\ngallery\n```\n")
    made.write("ape.md", page("Ape", "Padding()", "LayerTable()"))
    made.build()
    before = {name: etree.tostring(made.picture(name)) for name in NAMES[1:]}
    work = gallery.pictures
    drawn = []
    monkeypatch.setattr(gallery, "pictures", lambda shown, room: drawn.append(shown) or work(shown, room))
    made.write("ape.md", page("Ape", "Padding(size=6)", "LayerTable()"))
    assert "gallery" in made.build()
    assert len(drawn) == 1
    changed = {name for name in NAMES[1:] if etree.tostring(made.picture(name)) != before[name]}
    assert changed == {"Padding"}


def test_the_drawing_with_the_larger_letters_is_shown_with_all_its_images():
    """In a narrow room the split data are drawn as for a phone, which refers to images of the drawing for both."""
    made = DataSplit().to_html()
    wide, narrow = (etree.fromstring(each) for each in re.findall(r"<svg.*?</svg>", made, re.DOTALL))
    images = {image.get("href") for image in wide.iter(f"{SVG}image")}
    for room, chosen in (((326, 416), narrow), (COLUMN, wide)):
        _, width, height, themes = pictures(made, room)
        assert (f"{width:g}", f"{height:g}") == (chosen.get("width"), chosen.get("height"))
        shown = etree.fromstring(themes["light"])
        referred = {use.get("href").removeprefix("#") for use in shown.iter(f"{SVG}use")}
        assert referred <= {element.get("id") for element in shown.iter()}
        assert {image.get("href") for image in shown.iter(f"{SVG}image")} == images


def test_table_is_drawn_with_its_cells(site):
    table = LayerTable()
    image = site.cards()["LayerTable"].find(".//img")
    assert image.get("alt") == table.title
    assert table.description.startswith(image.get("alt"))
    drawn = texts(site.picture("LayerTable"))
    rows = [[cell.text for cell in row] for row in table.tabulate(table.result)]
    assert drawn[0] == rows[0][0]
    columns = drawn.index("…")  # more than these have no room in a card with letters that can be read
    assert drawn == [text for row in rows for text in (*row[:columns], "…")]
    _, _, _, themes = pictures(table.to_html(), COLUMN)
    assert texts(etree.fromstring(themes["light"])) == [text for row in rows for text in row]
    long = [f"<tr><th>{number}</th><td>{number}</td></tr>" for number in range(40)]
    made = (
        f"<table aria-label='Many.'><thead><tr><th>a</th><th>b</th></tr></thead><tbody>{''.join(long)}</tbody></table>"
    )
    described, _, height, themes = pictures(made)
    assert described == "Many."
    shown = texts(etree.fromstring(themes["light"]))
    assert (shown[:4], shown[-1]) == (["a", "b", "0", "0"], "…")
    assert height < 250


def test_illustration_on_no_page_is_drawn_all_the_same(site):
    from cnnfigs.illustrations.architectures.timeline import Timeline

    card = site.cards()["Timeline"]
    assert card.find(".//img").get("alt") == Timeline().title
    assert "On no page" in card.text_content()
    assert card.xpath(".//pre")[0].text_content().strip().endswith("Timeline()")
    assert "It has no parameters." in card.text_content()


def test_an_illustration_that_fails_is_named_and_the_others_are_there(few, tmp_path, monkeypatch):
    def draw(self, run):
        raise IndexError("out of\nrange")

    monkeypatch.setattr(Padding, "draw", draw)
    made = Site(tmp_path)
    made.write("index.md", "# Start\n\n```{toctree}\ngallery\n```\n")
    warnings = io.StringIO()
    made.build(warnings)
    (warning,) = warnings.getvalue().splitlines()
    assert "gallery.md:3: " in warning
    assert "WARNING: illustration Padding cannot be shown: IndexError: out of range" in warning
    assert set(made.cards()) == {*NAMES} - {"Padding", "AddedLogits"}


CONFIGURATION = """
import sys
from types import SimpleNamespace

from cnnfigs import catalog

known = catalog.entries()
catalog.entries = lambda: {name: known[name] for name in ["WithoutBatch", "WithoutFlatten"]}
extensions = ["myst_nb", "cnnfigs.sphinxext.site.gallery"]
html_theme = "basic"

def setup(app):
    app.connect("build-finished", lambda *_: print("Keras here:", "keras" in sys.modules))
"""


@pytest.mark.thorough
def test_no_network_works_in_the_process_that_forks_writers(tmp_path):
    """The first page, the gallery, is written by Sphinx' own process before it forks those that write the others."""
    made = Site(tmp_path)
    made.write("index.md", "# Start\n\n```{toctree}\ngallery\n```\n")
    (tmp_path / "conf.py").write_text(CONFIGURATION, encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-W", "-j", "2", "-c", ".", "docs", "site"]
    runs = tmp_path / "runs"
    built = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, env=os.environ | {"CNNFIGS_CACHE": str(runs)}
    )
    assert built.returncode == 0, built.stderr
    assert "Keras here: False" in built.stdout
    assert len(list(runs.glob("*.run"))) == 2
    assert set(made.cards()) == {"WithoutBatch", "WithoutFlatten"}


@pytest.mark.thorough
def test_gallery_is_made_again_when_it_must_and_only_then(site, monkeypatch):
    assert site.build() == set()

    path = site.folder / "site" / "_images" / "gallery-Padding-light.svg"
    before = path.stat().st_mtime_ns
    site.write("ape.md", page("Ape", "Padding()", "LayerTable()", "AddedLogits()", prose="Other prose."))
    assert site.build() == {"ape", "index"}  # a page and the contents that it stands in

    site.write("zebra.md", page("Zebra", "WindowAnimation(strides=2)", "Padding(size=4)"))
    assert site.build() == {"zebra", "index", "gallery"}
    assert path.stat().st_mtime_ns > before
    assert site.cards()["Padding"].find(".//img").get("alt") == Padding(size=4).title
    assert "Padding(size=4)" in site.cards()["Padding"].text_content()

    site.write("ape.md", page("Monkey", "Padding()", "LayerTable()", "AddedLogits()"))
    assert "gallery" in site.build()
    assert "Monkey" in site.cards()["LayerTable"].text_content()

    # An illustration has gone: so have its card and its pictures.
    known = dict(catalog.entries())
    del known["Timeline"]
    monkeypatch.setattr(catalog, "entries", lambda: known)
    os.utime(site.folder / "docs" / "ape.md")  # as something in the folders of the sources has changed
    assert "gallery" in site.build()
    assert "Timeline" not in site.cards()
    assert not (site.folder / "site" / "_images" / "gallery-Timeline-dark.svg").exists()


def test_words_of_a_docstring_become_html():
    assert _inline("a < b, ``x`` of :data:`cnnfigs.runs.filters.classic_kernels.CLASSIC`") == (
        "a &lt; b, <code>x</code> of <code>CLASSIC</code>"
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_picture_of_values_looks_as_the_file_of_its_theme(browser, theme):
    """The file has other pixels in the dark, the gallery a filter: a browser shows the same of both."""
    shown = ResponseMap()
    svg = [pictures(shown.to_html(), COLUMN)[3][theme], shown.to_svg(theme)]
    tab = browser.new_page(viewport={"width": 720, "height": 300})
    seen = []
    for picture in svg:
        data = base64.b64encode(picture.encode()).decode()
        ground = getattr(palette(), theme)["background"]
        tab.set_content(f'<body style="margin: 0; background: {ground}"><img src="data:image/svg+xml;base64,{data}">')
        tab.wait_for_function("document.images[0].complete")
        seen.append(np.asarray(Image.open(io.BytesIO(tab.screenshot())).convert("RGB"), int))
    tab.close()
    assert np.abs(seen[0] - seen[1]).max() <= 4
    assert np.ptp(seen[0]) > 200
