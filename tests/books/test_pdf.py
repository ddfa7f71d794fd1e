"""The PDF of the tutorial as it is: contents, page numbers, links, captions, and every picture."""

import re

import pytest
from epubs import SVG, XHTML, pages
from pypdf import PdfReader

from cnnfigs.sphinxext.paper import destinations, read


@pytest.fixture(scope="module")
def printed(pdf) -> PdfReader:
    return PdfReader(pdf)


@pytest.fixture(scope="module")
def texts(printed) -> list[str]:
    """The words of each sheet, without blanks, of which a PDF knows little."""
    return [squeezed(page.extract_text()) for page in printed.pages]


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def outline(entries) -> list[str]:
    return [title for entry in entries for title in (outline(entry) if isinstance(entry, list) else [entry.title])]


def test_the_contents_name_every_page_and_section_and_the_sheet_where_each_is(printed, texts, folder):
    headings = read(folder).headings
    assert len(headings) > 50
    end = next(number for number, text in enumerate(texts) if number and "Contents" not in text and "888" not in text)
    contents = "".join(texts[1:end])
    problems = []
    for heading in headings:
        sheet = printed.get_destination_page_number(destinations(printed)[heading.place])
        if squeezed(heading.text) not in texts[sheet]:
            problems.append(f"{heading.text!r} is not on sheet {sheet + 1}")
        if not texts[sheet].endswith(str(sheet + 1)) and f"{sheet + 1}" not in texts[sheet]:
            problems.append(f"sheet {sheet + 1} does not say its number")
        if heading.level == 1 and not re.search(re.escape(squeezed(heading.text)) + r"\.*" + str(sheet + 1), contents):
            problems.append(f"the contents do not lead to {heading.text!r} on {sheet + 1}")
    assert problems == []
    assert outline(printed.outline) == [heading.text for heading in headings]


def test_every_link_leads_somewhere(printed):
    known = destinations(printed)
    inside, outside = 0, []
    for page in printed.pages:
        for annotation in (each.get_object() for each in page.get("/Annots") or ()):
            if "/Dest" in annotation:
                assert str(annotation["/Dest"]).lstrip("/") in known
                inside += 1
            else:
                outside.append(str(annotation["/A"]["/URI"]))
    assert inside > 200
    assert outside
    assert [address for address in outside if not re.match(r"https?://", address)] == []


def test_every_caption_is_printed_with_its_number(texts, folder):
    whole = "".join(texts)
    captions = [
        squeezed("".join(caption.itertext()))
        for page in pages(folder).values()
        for caption in page.iter(f"{XHTML}figcaption")
    ]
    assert len(captions) > 50
    # Up to the first formula, whose signs a PDF names in its own way.
    beginnings = [re.match(r"(Figure\d+)?[\w.,:;’“”×–-]{0,25}", caption).group() for caption in captions]
    assert [beginning for beginning in beginnings if beginning not in whole] == []


def test_every_picture_is_printed_with_its_description(printed, folder):
    drawn = [
        svg.get("aria-label") for page in pages(folder).values() for svg in page.iter(f"{SVG}svg") if svg.get("role")
    ]
    assert len(drawn) > 50
    assert sorted(map(squeezed, alternatives(printed))) == sorted(map(squeezed, drawn))


def alternatives(printed: PdfReader) -> list[str]:
    """Return the descriptions of the figures in the PDF's structure."""
    found, waiting, seen = [], [printed.trailer["/Root"]["/StructTreeRoot"]], set()
    while waiting:
        element = waiting.pop().get_object()
        if isinstance(element, list):
            waiting += element
        elif isinstance(element, dict) and id(element) not in seen:
            seen.add(id(element))
            if "/Alt" in element:
                found.append(str(element["/Alt"]))
            waiting += [element["/K"]] if "/K" in element else []
    return found
