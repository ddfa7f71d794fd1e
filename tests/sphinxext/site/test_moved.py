"""A small site, built by Sphinx, of which pages and parts have moved."""

from pathlib import Path

import pytest
from lxml import html
from sphinx_here import sphinx_build

PAGES = {
    "index": "# Start\n\n```{toctree}\npooling\nlimits\n```\n",
    "pooling": "# Pooling & more\n\nWords.\n",
    "limits": "# Limits\n\n## Attention\n\nWords.\n",
}

MOVED = {
    "pooling": {"fig-field": "limits#attention"},
    "limits-and-next": {"page": "limits", "strides": "pooling"},
    "max-pooling": {"page": "pooling"},
}


def build(folder: Path, moved: dict):
    (folder / "docs").mkdir(exist_ok=True)
    for name, text in PAGES.items():
        (folder / "docs" / f"{name}.md").write_text(text, encoding="utf-8")
    extensions = ["myst_parser", "cnnfigs.sphinxext.site.moved"]
    (folder / "conf.py").write_text(f'project = "tiny"\nextensions = {extensions}\nmoved = {moved}\n', encoding="utf-8")
    return sphinx_build(folder, "-q", "-W", "-c", ".", "docs", "site")


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("moved")
    assert build(folder, MOVED).returncode == 0
    return {path.stem: html.parse(path).getroot() for path in (folder / "site").glob("*.html")}


def test_a_part_that_left_a_page_leaves_a_line_with_its_old_name(pages):
    (line,) = pages["pooling"].xpath("//*[@id='fig-field']")
    assert line.get("class") == "cnn-moved"
    assert [link.get("href") for link in line.iter("a")] == ["limits.html#attention"]
    assert line.text_content() == "This part has moved to Limits."
    assert not pages["limits"].xpath("//*[@class='cnn-moved']")


def test_a_page_that_is_gone_says_where_its_parts_are(pages):
    gone = pages["limits-and-next"]
    assert gone.xpath("//*[@class='cnn-gone']//a/@href") == ["limits.html", "pooling.html"]
    assert gone.xpath("//*[@id='strides']/a/@href") == ["pooling.html"]
    assert gone.xpath("//link[@rel='canonical']/@href") == ["limits.html"]


def test_without_scripts_a_page_is_left_at_once_where_there_is_no_choice(pages):
    """Where it has become several pages, nobody but the reader knows which of them is meant."""
    assert pages["max-pooling"].xpath("//noscript/meta/@content") == ["0; url=pooling.html"]
    assert not pages["limits-and-next"].xpath("//noscript")


@pytest.mark.parametrize(
    ("moved", "message"),
    [
        ({"limits-and-next": {"strides": "pooling"}}, "there is no page limits-and-next: say where it is now"),
        (
            {"pooling": {"fig-field": "nowhere#there"}},
            "fig-field of pooling leads to nowhere#there, and there is no such",
        ),
        ({"pooling": "limits"}, "expected lines such as"),
    ],
)
def test_a_list_that_leads_nowhere_is_refused(moved, message, tmp_path):
    result = build(tmp_path, moved)
    assert result.returncode != 0
    assert message in " ".join(result.stderr.split())


def test_a_page_that_is_gone_is_found_no_more_unless_a_list_says_where_it_is(tmp_path):
    (tmp_path / "docs").mkdir()
    for name in ("old", "max-pooling"):
        (tmp_path / "docs" / f"{name}.md").write_text("---\norphan: true\n---\n\n# Old words\n", encoding="utf-8")
    assert build(tmp_path, {}).returncode == 0
    assert (tmp_path / "site" / "old.html").exists()
    for name in ("old", "max-pooling"):
        (tmp_path / "docs" / f"{name}.md").unlink()
    assert build(tmp_path, {"max-pooling": MOVED["max-pooling"]}).returncode == 0
    assert not (tmp_path / "site" / "old.html").exists()
    assert "This page has moved" in (tmp_path / "site" / "max-pooling.html").read_text("utf-8")
