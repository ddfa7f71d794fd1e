"""A small site, built by Sphinx: what its pages say of themselves."""

from lxml import html
from sphinx_here import sphinx_build

INDEX = """# Layers & "maps"

```{note}
Not this.
```

A *convolution* slides
a window <over> its input.

And another paragraph.

```{toctree}
long
```
"""

LONG = "# Long\n\n" + "word " * 200


def build(folder, configuration=""):
    (folder / "docs").mkdir()
    (folder / "docs/index.md").write_text(INDEX, encoding="utf-8")
    (folder / "docs/long.md").write_text(LONG, encoding="utf-8")
    (folder / "conf.py").write_text(
        f'project = "tiny"\nextensions = ["myst_parser", "cnnfigs.sphinxext.site.head"]\n{configuration}'
    )
    assert sphinx_build(folder, "-q", "-W", "-c", ".", "docs", "site").returncode == 0
    return {
        name: {meta.get("name") or meta.get("property"): meta.get("content") for meta in tree.iter("meta")}
        for name in ("index", "long", "search")
        for tree in [html.parse(folder / "site" / f"{name}.html")]
    }


def test_the_first_paragraph_is_the_description(tmp_path):
    properties = build(tmp_path)
    assert properties["index"]["description"] == "A convolution slides a window <over> its input."
    assert 150 < len(properties["long"]["description"]) <= 200
    assert properties["long"]["description"].endswith("word …")
    assert "description" not in properties["search"]
    assert not [key for page in properties.values() for key in page if str(key).startswith("og:")]


def test_a_published_page_can_be_shared(tmp_path):
    address = "https://example.org/cnn/"
    properties = build(tmp_path, f"html_baseurl = {address!r}")
    assert properties["index"]["og:title"] == "Layers & “maps”"
    assert properties["index"]["og:url"] == f"{address}index.html"
    assert properties["index"]["og:description"] == properties["index"]["description"]
    assert properties["long"]["og:url"] == f"{address}long.html"
    assert properties["long"]["og:site_name"] == "tiny"
