"""The PDF of the tutorial as it is: contents, page numbers, links, captions, and every picture."""

import re

import pytest
from epubs import SVG, XHTML, pages
from paper_sheets import half_empty
from pypdf import PdfReader

from cnnfigs.sphinxext.books.paper import destinations, read


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
    places = destinations(printed)
    first = printed.get_destination_page_number(places[headings[0].place])
    contents = "".join(texts[1:first])
    problems: list[str] = []
    begin: dict[int, str] = {}
    for heading in headings:
        sheet = printed.get_destination_page_number(places[heading.place])
        words = squeezed(heading.text)
        if heading.level == 1:
            begin.setdefault(sheet, words)
        if words not in texts[sheet]:
            problems.append(f"{heading.text!r} is not on sheet {sheet + 1}")
        # A PDF tells the margins first: the title of the page that is first to begin, and the number of the sheet.
        if heading.level == 1 and not texts[sheet].startswith(f"{begin[sheet]}{sheet + 1}"):
            problems.append(f"sheet {sheet + 1} begins with {texts[sheet][:40]!r}")
        if f"{words}{sheet + 1}" not in contents:
            problems.append(f"the contents do not tell that {heading.text!r} is on sheet {sheet + 1}")
    assert problems == []
    assert outline(printed.outline) == [heading.text for heading in headings]


def test_it_takes_no_more_sheets_than_it_should_and_none_stays_empty(printed):
    assert len(printed.pages) <= 120
    assert set(half_empty(printed)) <= {1, len(printed.pages)}  # its title, and its end


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
        picture.get("aria-label") or picture.get("alt")
        for name in read(folder).pages
        for picture in pages(folder)[name.removesuffix(".xhtml")].iter(f"{SVG}svg", f"{XHTML}img")
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
