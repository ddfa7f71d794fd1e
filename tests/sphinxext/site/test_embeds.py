"""The explorers' own pages, on small sites: where they lead, and that none is left over."""

from pathlib import Path

import pytest
from lxml import html
from PIL import Image
from sphinx_here import sphinx_build

CONFIGURATION = (
    'project = "Seeing <at last>"\n'
    'extensions = ["myst_nb", "cnnfigs.sphinxext.site.assets", "cnnfigs.sphinxext.site.explorers"]\n'
    'myst_enable_extensions = ["colon_fence"]\n'
    'html_theme = "furo"\n'
    'version = "1"\n'
)
PAGE = """# A page

:::{figure} dot.png
:name: fig-NAME
:alt: A dot, as large as one can be

A caption.
:::

```{explorer} pooling
:for: fig-NAME
SETTINGS
Look.
```
"""
LIST = "# A list\n\n```{embeds}\nThese are they:\n```\n"


def build(folder: Path, builder: str = "html", **pages: str) -> Path:
    (folder / "docs").mkdir(exist_ok=True)
    for old in (folder / "docs").glob("*.md"):
        old.unlink()
    Image.new("L", (40, 40)).save(folder / "docs/dot.png")
    pages["index"] = "# Contents\n\n```{toctree}\n" + "\n".join(pages) + "\n```\n"
    for name, text in pages.items():
        (folder / f"docs/{name}.md").write_text(text, encoding="utf-8")
    (folder / "conf.py").write_text(CONFIGURATION)
    result = sphinx_build(folder, "-q", "-c", ".", "-b", builder, "-d", ".cache/doctrees", "docs", builder)
    assert result.returncode == 0, result.stderr
    assert builder == "epub" or result.stderr == ""  # a book complains that it has no copyright
    return folder / builder


def explorer(settings: str = "", name: str = "dot") -> str:
    return PAGE.replace("NAME", name).replace("SETTINGS", f":settings: {settings}\n" if settings else "")


def home(site: Path) -> str:
    return html.parse(site / "embed/pooling.html").getroot().xpath("//footer/a/@href")[0]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("", "", "first"),
        ("way=average", "", "second"),
        ("way=maximum", "", "first"),
        ("way=average", "size=6", "first"),
    ],
)
def test_it_leads_to_the_first_page_that_sets_nothing_else(tmp_path, first, second, expected):
    site = build(tmp_path, first=explorer(first), second=explorer(second, "other"))
    assert home(site) == f"../{expected}.html#explore-pooling"


def test_the_page_holds_the_explorer_as_it_is_and_says_where_it_comes_from(tmp_path):
    site = build(tmp_path, first=explorer("way=average"), listed=LIST)
    page = html.parse(site / "embed/pooling.html").getroot()
    (element,) = page.xpath("//cnn-pooling")
    assert element.get("data-settings") is None
    assert "Seeing <at last>" in page.xpath("//footer")[0].text_content()
    files = page.xpath("//link[@rel='stylesheet']/@href | //script/@src")
    assert all((site / "embed" / file).is_file() for file in files)
    assert "embed/pooling.html" in html.parse(site / "listed.html").getroot().xpath("//article//a/@href")


def test_what_is_left_of_an_explorer_that_is_gone_is_deleted(tmp_path):
    assert (build(tmp_path, first=explorer()) / "embed/pooling.html").is_file()
    assert not (build(tmp_path, first="# A page\n\nNothing.\n") / "embed/pooling.html").exists()


def test_an_ebook_has_neither_pages_nor_links_to_them(tmp_path):
    book = build(tmp_path, "epub", first=explorer(), listed=LIST)
    assert not (book / "embed").exists()
    page = (book / "listed.xhtml").read_text("utf-8")
    assert "A list" in page
    assert "embed/" not in page
    assert "These are they" not in page
