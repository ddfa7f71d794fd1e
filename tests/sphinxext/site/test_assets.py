"""What the build adds to the theme, on a site of one page."""

from pathlib import Path

import pytest
import sphinx
from lxml import html
from sphinx.errors import ThemeError
from sphinx_here import sphinx_build

from cnnfigs.drawing.palette import palette
from cnnfigs.drawing.widths import look
from cnnfigs.explorers.assets import minified
from cnnfigs.sphinxext.site.assets import exchange

PAGE = """---
file_format: mystnb
kernelspec:
  name: python3
---

# A page

```{code-cell} ipython3
:tags: [hide-input]
print("the result")
```

```{code-cell} ipython3
print("the code is the point")
```

$$x^2$$ (square)

:::{table} A table
:name: tab-one
| a | b |
|---|---|
| 1 | 2 |
:::

```{toctree}
tabs
```
"""

TABS = """# Tabs

::::{tab-set}
:::{tab-item} One
Words.
:::
::::
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "docs").mkdir()
    (folder / "docs/index.md").write_text(PAGE, encoding="utf-8")
    (folder / "docs/tabs.md").write_text(TABS, encoding="utf-8")
    (folder / "conf.py").write_text(
        'extensions = ["myst_nb", "sphinx_design", "cnnfigs.sphinxext.site.assets"]\n'
        'myst_enable_extensions = ["dollarmath", "colon_fence"]\n'
        'html_theme = "furo"\n'
        'nb_execution_mode = "force"\nnb_execution_timeout = 600\n'
        'nb_code_prompt_show = "Show the code"\n'
        'nb_code_prompt_hide = "Hide the code"\n'
    )
    result = sphinx_build(folder, "-q", "-W", "-c", ".", "-d", ".cache/doctrees", "docs", "site")
    assert result.returncode == 0, result.stderr
    assert sorted(path.name for path in (folder / "docs").iterdir()) == ["index.md", "tabs.md"]
    return folder / "site"


@pytest.fixture(scope="module")
def page(site):
    return html.parse(site / "index.html").getroot()


def test_the_palette_is_on_the_page(site, page):
    (sheet,) = (href for href in page.xpath("//link/@href") if "palette.css" in href)
    assert (site / sheet.split("?")[0]).read_text(encoding="utf-8") == minified(palette().css() + look(), ".css")


def test_scripts_and_style_sheets_are_written_small(site):
    """Sphinx' own too, as its packages have them: a build that finds those of the last one begins with these again."""
    source = (Path(sphinx.__file__).parent / "themes/basic/static/doctools.js").read_text("utf-8")
    written = (site / "_static/doctools.js").read_text("utf-8")
    assert written == minified(source)
    assert len(written) < 0.6 * len(source)
    styles = [path for path in (site / "_static").glob("*.css") if not path.name.startswith("mystnb.")]
    assert styles
    assert [path.name for path in styles if ".min." not in path.name and "/*" in path.read_text("utf-8")] == []
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    again = sphinx_build(site.parent, "-q", "-W", "-c", ".", "-d", ".cache/doctrees", "docs", "site")
    assert again.returncode == 0, again.stderr
    assert {path: path.read_bytes() for path in site.rglob("*") if path.is_file()} == before


def assets(page) -> str:
    return " ".join(page.xpath("//link[@rel='stylesheet']/@href | //script/@src"))


def test_a_page_loads_what_it_uses(site, page):
    assert "furo.css" in assets(page)
    assert "furo.js" in assets(page)
    assert "mystnb" not in assets(page)
    assert "design" not in assets(page)
    tabs = html.parse(site / "tabs.html").getroot()
    assert "sphinx-design.min.css" in assets(tabs)
    assert "design-tabs.js" in assets(tabs)


def test_hidden_code_stands_below_its_result_behind_a_label(page):
    first, second = page.find_class("cell")
    output, code = first
    assert output.text_content().strip() == "the result"
    assert (code.tag, code.get("open")) == ("details", None)
    (summary,) = code.findall("summary")
    assert summary.get("aria-label") is None
    assert [text.text for text in summary] == ["Show the code", "Hide the code"]
    assert "print" in code.text_content()
    assert [part.get("class").split()[0] for part in second] == ["cell_input", "cell_output"]


def test_no_id_is_given_twice(page):
    ids = page.xpath("//@id")
    assert {"tab-one", "equation-square"} <= set(ids)
    assert len(ids) == len(set(ids))


def test_a_piece_that_the_theme_no_longer_has_stops_the_build():
    with pytest.raises(ThemeError, match=r"docs/_templates exchanges '<main>', .* adapt the template"):
        exchange("<div>", "<main>", '<main class="x">')
