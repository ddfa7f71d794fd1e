"""The ePub of the tutorial as it is: valid, whole, and in need of nothing from outside."""

import re
import zipfile
from pathlib import Path

import pytest
from epubs import MATHML, SVG, XHTML, epubcheck, pages, pictures

ROOT = Path(__file__).resolve().parents[2]


def test_epubcheck_objects_to_nothing(epub):
    try:
        assert epubcheck(epub) == []
    except RuntimeError as error:
        pytest.fail(str(error), pytrace=False)


def test_every_numbered_figure_is_there_with_a_picture_that_is_described(folder):
    found = pages(folder)
    problems, figures = [], 0
    for source in sorted((ROOT / "docs").glob("*.md")):
        text = source.read_text("utf-8")
        wanted = len(re.findall(r"(?m)^mystnb:\n  figure:", text))
        numbered = found[source.stem].findall(f".//{XHTML}figure")
        figures += len(numbered)
        if len(numbered) != wanted:
            problems.append(f"{source.name} has {wanted} figures, the book {len(numbered)}")
        for figure in numbered:
            words = "".join(figure.find(f"{XHTML}figcaption").itertext())
            described = [picture.get("aria-label", "") for picture in pictures(figure)]
            if not described or not all(len(label.split()) > 4 for label in described):
                problems.append(f"{source.name}: {words[:60]!r} is described by {described}")
    assert figures > 50
    assert problems == []


def test_formulas_are_mathml_and_none_is_empty(folder):
    formulas = [formula for page in pages(folder).values() for formula in page.iter(f"{MATHML}math")]
    assert len(formulas) > 50
    assert [formula for formula in formulas if not "".join(formula.itertext()).strip()] == []


def test_nothing_is_asked_from_outside_and_nothing_runs(folder):
    for name, page in pages(folder).items():
        for element in page.iter():
            assert element.tag not in (f"{XHTML}script", f"{XHTML}input", f"{XHTML}button", f"{XHTML}iframe"), name
            for attribute, value in element.attrib.items():
                assert "var(" not in value, (name, value)
                assert "image/webp" not in value, (name, attribute)
                if attribute in ("src", "poster") or (element.tag == f"{SVG}image" and attribute == "href"):
                    assert not re.match(r"https?:|//", value), (name, value)


def test_the_pages_stand_in_the_order_of_the_site(epub):
    index = (ROOT / "docs/index.md").read_text("utf-8")
    listed = [
        line
        for block in re.findall(r"(?s)```\{toctree\}\n(.*?)```", index)
        for line in re.findall(r"(?m)^[a-z][a-z0-9-]*$", block)
    ]
    with zipfile.ZipFile(epub) as book:
        package = book.read("content.opf").decode()
    names = dict(re.findall(r'<item id="([^"]+)" href="([^"]+)\.xhtml"', package))
    spine = [names[item] for item in re.findall(r'<itemref idref="([^"]+)"', package) if item in names]
    assert [name for name in spine if name in listed] == listed
    assert spine.index("index") < spine.index(listed[0])
