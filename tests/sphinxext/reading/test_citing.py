"""A small site with citations: the list of references is written anew when what is cited changes, and only then."""

import pytest
from small import build, write
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinxcontrib.bibtex.domain import BibtexDomain

CONFIGURATION = """
extensions += ["cnnfigs.sphinxext.reading.citing"]
bibtex_bibfiles = ["docs/references.bib"]
bibtex_reference_style = "author_year"
"""
ENTRY = "@book{{{key}, author = {{{author}, A.}}, title = {{On {key}}}, year = {{1998}}, publisher = {{Press}}}}\n"
PAGES = {
    "index.md": "# Networks\n\n```{toctree}\none\ntwo\nlist\n```\n",
    "one.md": "# One\n\nAs {cite:t}`layers` says.\n",
    "two.md": "# Two\n\nOther words.\n",
    "list.md": "# References\n\n```{bibliography}\n```\n",
    "references.bib": ENTRY.format(key="layers", author="Kernel") + ENTRY.format(key="depth", author="Pool"),
}


@pytest.fixture
def formatted(monkeypatch):
    """How often the list has been written."""
    calls = []
    work = BibtexDomain.env_updated
    monkeypatch.setattr(BibtexDomain, "env_updated", lambda domain: calls.append(domain) or work(domain))
    return calls


def site_of(folder, formatted):
    """The texts of all pages after a build, and how often the list was written for it."""
    formatted.clear()
    site = build(folder)
    return {page.name: page.read_text("utf-8") for page in site.glob("*.html")}, len(formatted)


def change(folder, name, text):
    (folder / "docs" / name).write_text(text, encoding="utf-8")


def test_only_pages_that_show_what_has_changed_are_written_again(tmp_path, monkeypatch):
    pages = {**PAGES, "two.md": "# Two\n\nOther words, and {cite:t}`depth`.\n"}
    pages["three.md"] = "# Three\n\nNo words, and {cite:t}`depth` again.\n"
    pages["index.md"] = PAGES["index.md"].replace("two\n", "two\nthree\n")
    write(tmp_path, pages, CONFIGURATION)
    site = build(tmp_path)
    written = []
    work = StandaloneHTMLBuilder.write_doc
    monkeypatch.setattr(StandaloneHTMLBuilder, "write_doc", lambda *all: written.append(all[1]) or work(*all))
    change(tmp_path, "references.bib", PAGES["references.bib"].replace("{Pool,", "{Stride,"))
    build(tmp_path)
    assert "Stride [1998]" in (site / "three.html").read_text("utf-8")
    assert set(written) == {"two", "three", "list", "index"}  # the contents are written with any page that they list


def test_the_list_is_written_when_what_is_cited_changes_and_as_in_a_new_build(tmp_path, formatted):
    kept, new = tmp_path / "kept", tmp_path / "new"
    kept.mkdir()
    write(kept, PAGES, CONFIGURATION)
    pages, count = site_of(kept, formatted)
    assert count == 1
    assert "Kernel [1998]" in pages["one.html"]
    assert "Pool" not in pages["list.html"]
    edits = [
        ("one.md", PAGES["one.md"] + "\nMore words.\n", 0),
        ("two.md", "# Two\n\nOther words, and {cite:t}`depth`.\n", 1),
        ("two.md", "# Two\n\nYet others, and {cite:t}`depth`.\n", 0),
        ("list.md", PAGES["list.md"] + "\nThe end.\n", 1),
        ("references.bib", PAGES["references.bib"].replace("1998", "2012"), 1),
        ("two.md", PAGES["two.md"], 1),
    ]
    now = dict(PAGES)
    for number, (name, text, times) in enumerate(edits):
        now[name] = text
        change(kept, name, text)
        pages, count = site_of(kept, formatted)
        assert count == times, edits[number]
        fresh = new / str(number)
        fresh.mkdir(parents=True)
        write(fresh, now, CONFIGURATION)
        assert site_of(fresh, formatted)[0] == pages
    assert "Kernel [2012]" in pages["one.html"]
