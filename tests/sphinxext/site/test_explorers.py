"""The directive and the role for explorers, on small sites."""

import zipfile
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html
from sphinx_here import build_pages

from cnnfigs.explorers.registry import EXPLORERS

PAGE = """# A page

:::{figure} dot.png
:name: fig-dot
:alt: A dot, as large as one can be

A caption.
:::

```{explorer} convolution
:for: fig-dot
:settings: strides=2&kernel=1,0,0,-1&kernel_size=2

How many places are there with {explore}`strides 3 <convolution?strides=3>`?
```

Or {explore}`without padding <convolution?padding=valid&strides=1>`.
"""

build = partial(build_pages, "cnnfigs.sphinxext.site.explorers")


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    assert build(folder, page=PAGE, plain="# Another page\n\nNothing to touch.\n") == ""
    return folder


@pytest.fixture(scope="module")
def page(project):
    return html.parse(project / "html" / "page.html").getroot()


def test_the_explorer_stands_below_its_figure_which_keeps_its_picture(page):
    (explorer,) = page.xpath("//cnn-convolution")
    assert explorer.get("id") == "explore-convolution"
    assert not len(explorer)
    assert [child.tag for child in page.xpath("//figure[@id='fig-dot']")[0]] == ["img", "figcaption"]
    assert parse_qs(explorer.get("data-settings")) == {
        "strides": ["2"],
        "kernel": ["1,0,0,-1"],
        "kernel_size": ["2"],
    }


def test_every_script_that_it_names_is_there_and_none_is_loaded_with_the_page(project, page):
    names = page.xpath("//cnn-convolution/@data-scripts")[0].split()
    assert names == list(EXPLORERS["convolution"].files)
    folder = project / "html/_static/explorers"
    assert {name for name in names if not (folder / name).is_file()} == set()
    loaded = [Path(urlsplit(source).path).name for source in page.xpath("//script/@src")]
    assert "loader.js" in loaded
    assert set(loaded).isdisjoint(names)


def test_a_page_without_explorers_loads_nothing_of_them(project):
    plain = (project / "html/plain.html").read_text("utf-8")
    assert "explorers/" not in plain


def test_a_site_without_explorers_has_none_of_their_files_until_a_page_has_one(tmp_path):
    written = tmp_path / "html/_static/explorers/core.js"
    assert build(tmp_path, page="# Another page\n\nNothing to touch.\n") == ""
    assert not written.exists()
    assert build(tmp_path, page=PAGE) == ""
    assert written.is_file()


def test_a_link_sets_the_explorer(page):
    _, link = page.find_class("cnn-explore")
    assert link.text_content() == "without padding"
    assert link.get("href") == "#explore-convolution?padding=valid&strides=1"


def test_its_words_stand_between_the_figure_and_the_explorer(page):
    (question,) = page.find_class("cnn-question")
    assert question.getprevious().get("id") == "fig-dot"
    assert question.getnext().tag == "cnn-convolution"
    assert question.text_content().strip() == "How many places are there with strides 3?"
    (link,) = question.find_class("cnn-explore")
    assert link.get("href") == "#explore-convolution?strides=3"


def test_an_ebook_keeps_the_picture_and_the_words(project):
    build(project, "epub", page=PAGE)
    (book,) = (project / "epub").glob("*.epub")
    with zipfile.ZipFile(book) as pages:
        page = pages.read("page.xhtml").decode()
        assert not [name for name in pages.namelist() if "explorers/" in name]
    assert "dot.png" in page
    assert "without padding" in page
    assert "cnn-" not in page
    assert "explore" not in page
    assert "How many places" not in page


BROKEN = {
    "unknown": (("} convolution", "} telescope"), 10, "there is no explorer 'telescope': expected convolution"),
    "homeless": ((":for: fig-dot\n", ""), 10, "belongs to no figure: name one with :for:"),
    "astray": ((":for: fig-dot", ":for: fig-line"), 10, "no figure 'fig-line' on this page: its figures are fig-dot"),
    "above": (
        ("```{explorer}", ":::{figure} dot.png\n:name: fig-more\n:alt: Another dot\n\nMore.\n:::\n\n```{explorer}"),
        17,
        "explorer convolution does not stand below the figure 'fig-dot'",
    ),
    "silent": (
        ("How many places are there with {explore}`strides 3 <convolution?strides=3>`?\n", ""),
        10,
        "explorer convolution has no words: say in the directive what there is to do",
    ),
    "fast": (
        ("strides=2", "strides=9"),
        10,
        "strides of explorer convolution: expected a whole number from 1",
    ),
    "speed": (("strides=2", "speed=2"), 10, "explorer convolution has no setting 'speed': expected picture, size"),
    "valueless": (("strides=2", "strides"), 10, "bad query field: 'strides'"),
    "double": (("strides=2", "strides=2&strides=2"), 10, "strides of explorer convolution stands twice"),
    "full": (("padding=valid&", "padding=full&"), 17, "padding of explorer convolution: expected 'valid', 'same'"),
    "link": (("<convolution?", "<telescope?"), 17, "there is no explorer 'telescope'"),
    "lonely": (("```{explorer} convolution", "```{code}"), 17, "there is no explorer convolution on this page"),
}


@pytest.fixture(scope="module")
def complaints(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("broken")
    pages = {name: PAGE.replace(*change) for name, (change, *_) in BROKEN.items()}
    again = PAGE[PAGE.index("```{explorer}") : PAGE.index("Or ")]
    return build(folder, **pages, again=f"{PAGE}\n{again}")


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_is_told_with_page_and_line(complaints, name):
    change, line, message = BROKEN[name]
    assert change[0] in PAGE
    warnings = [complaint for complaint in complaints.splitlines() if f"{name}.md:{line}: WARNING: " in complaint]
    assert any(message in complaint for complaint in warnings), complaints


def test_an_explorer_stands_on_a_page_once(complaints):
    assert "again.md:19: WARNING: explorer convolution stands on this page already: expected once" in complaints
