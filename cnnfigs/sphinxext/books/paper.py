"""The tutorial as a PDF: the pages of the ePub, printed by a browser as one book with contents and page numbers.

Usage: ``python -m cnnfigs.sphinxext.books.paper FOLDER FILE``, where FOLDER is what the builder ``epub`` has written.

A browser can print page numbers in a margin, but not look up on which page something is. So the book is printed twice:
after the first time the numbers of the contents are read from the PDF itself. From them comes
what stands at the head of each sheet: its number too, counted in a style of which each sign is the title of a page.
"""

from __future__ import annotations

import logging
import re
import sys
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from posixpath import normpath
from typing import Any
from urllib.parse import unquote, urldefrag
from xml.sax.saxutils import escape, quoteattr

from lxml import etree
from playwright.sync_api import sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import Destination, Fit, NameObject

from cnnfigs.sphinxext.books.browsers import find_browser

XHTML = "{http://www.w3.org/1999/xhtml}"
OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"
EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"

#: Attributes that refer to an id of the same page.
REFERRING = ("aria-labelledby", "aria-describedby", "for", "headers")

#: The most sheets that what comes after the last heading may take.
LAST = 20

#: Finds pictures that have not been loaded, in a browser.
MISSING = "[...document.images].filter(image => !image.naturalWidth).map(image => image.getAttribute('src'))"

# What a font's table says of a glyph: that it is one of Unicode's mathematical letters, of which h is at another place.
_ITALIC = re.compile(rb"(?m)<(D835D[C-F][0-9A-F]{2}|210E)>$")


@dataclass(frozen=True)
class Heading:
    """A heading of the book, for its contents.

    Parameters
    ----------
    place
        The id of what it heads.
    text
        Its words.
    level
        1 for a page, 2 for a section.
    """

    place: str
    text: str
    level: int


@dataclass(frozen=True)
class Book:
    """The pages of an ePub as one document.

    Parameters
    ----------
    folder
        Where the files are.
    metadata
        What the book says of itself: title, creator, rights, date, language, description.
    pages
        The bodies of its pages, in reading order, whose ids are all different.
    headings
        What the contents list.
    """

    folder: Path
    metadata: Mapping[str, str]
    pages: Mapping[str, etree._Element]
    headings: tuple[Heading, ...]

    def document(self, numbers: Mapping[str, int]) -> str:
        """Write the book as one XHTML document.

        Parameters
        ----------
        numbers
            On which page each place is, as far as that is known.
        """
        metadata = {name: escape(value) for name, value in self.metadata.items()}
        running = " ".join(map(_css_string, self._running(numbers)))
        contents = "".join(self._entry(heading, numbers.get(heading.place, 888)) for heading in self.headings)
        sections = "\n".join(
            f'<section class="page">{etree.tostring(body, encoding="unicode")}</section>'
            for body in self.pages.values()
        )
        return f"""<?xml version="1.0" encoding="utf-8"?>
<html xmlns="{XHTML[1:-1]}" lang="{metadata["language"]}">
<head>
<title>{metadata["title"]}</title>
<link rel="stylesheet" href="_static/pygments.css"/>
<link rel="stylesheet" href="_static/book.css"/>
<style>
{escape(Path(__file__).with_name("paper.css").read_text("utf-8"))}
{escape(f"@counter-style running {{ system: fixed; symbols: {running}; suffix: ''; }}")}
</style>
</head>
<body>
<header>
<p class="title">{metadata["title"]}</p>
<p>{metadata["description"]}</p>
<p>{metadata["creator"][:1].upper()}{metadata["creator"][1:]}, {metadata["date"][:10]}</p>
<p class="rights">{metadata["rights"]}</p>
</header>
<nav>
<h1>Contents</h1>
<ol>
{contents}</ol>
</nav>
{sections}
</body>
</html>
"""

    def _entry(self, heading: Heading, number: int) -> str:
        link = f"<a href={quoteattr('#' + heading.place)}>"
        words = f'{link}{escape(heading.text)}</a><span class="dots"></span>{link}{number}</a>'
        return f'<li class="level-{heading.level}">{words}</li>\n'

    def _running(self, numbers: Mapping[str, int]) -> list[str]:
        """Return what stands at the head of each sheet: the page that is first to begin there, or else goes on."""
        begun: dict[int, list[str]] = {}
        for heading in self.headings:
            if heading.level == 1 and heading.place in numbers:
                begun.setdefault(numbers[heading.place], []).append(heading.text)
        titles, current = [" "], " "
        for sheet in range(2, max(numbers.values(), default=1) + LAST):
            here = begun.get(sheet, [current])
            titles.append(here[0])
            current = here[-1]
        return titles


def read(folder: Path) -> Book:
    """Read what Sphinx' builder has written.

    Raises
    ------
    FileNotFoundError
        If there is no book in the folder.
    """
    package = etree.parse(folder / "content.opf").getroot()
    names = {item.get("id"): unquote(item.get("href")) for item in package.iter(f"{OPF}item")}
    order = [names[item.get("idref")] for item in package.iter(f"{OPF}itemref") if item.get("linear") != "no"]
    metadata = {
        name: " ".join((package.findtext(f".//{DC}{name}") or "").split())
        for name in ("title", "creator", "rights", "date", "language", "description")
    }
    pages, headings = {}, []
    parser = etree.XMLParser(huge_tree=True)
    for name in order:
        root = etree.parse(folder / name, parser).getroot()
        body = root.find(f".//{XHTML}div[@role='main']")
        if body is None or body.find(f".//{XHTML}h1") is None:  # the cover and such
            continue
        stem = name.removesuffix(".xhtml")
        _join(body, stem, order)
        body.set("id", stem)
        body.attrib.pop("role")
        pages[name] = body
        headings.append(Heading(stem, _words(body.find(f".//{XHTML}h1")), 1))
        for heading in body.iter(*(f"{XHTML}h{level}" for level in range(1, 7))):
            # A section may begin on the sheet before the one to which its heading has been moved.
            if (place := heading.getparent().attrib.pop("id", None)) is not None:
                heading.set("id", place)
                if heading.tag == f"{XHTML}h2":
                    headings.append(Heading(place, _words(heading), 2))
    return Book(folder, metadata, pages, tuple(headings))


def _join(body: etree._Element, stem: str, order: list[str]) -> None:
    """Make ids differ from those of other pages, links lead to places of the one document; unfold all."""
    for element in body.iter():
        if not isinstance(element.tag, str):
            continue
        for name in (EPUB_TYPE, "loading"):
            element.attrib.pop(name, None)
        if "id" in element.attrib:
            element.set("id", f"{stem}--{element.get('id')}")
        for name in REFERRING:
            if name in element.attrib:
                element.set(name, " ".join(f"{stem}--{place}" for place in element.get(name).split()))
        for name, value in element.attrib.items():
            if "url(#" in value:
                element.set(name, value.replace("url(#", f"url(#{stem}--"))
        if "href" in element.attrib:
            element.set("href", _target(element.get("href"), stem, order))
        if element.tag == f"{XHTML}details":
            element.set("open", "open")
            if element.get("class") == "cnn-code":
                _without_blank_lines(element)


def _without_blank_lines(code: etree._Element) -> None:
    """Take out the lines of code that hold nothing: below each picture they would make a sheet of every forty."""
    for piece in code.iter():
        piece.text = re.sub(r"\n\s*\n", "\n", piece.text) if piece.text else piece.text
        piece.tail = re.sub(r"\n\s*\n", "\n", piece.tail) if piece.tail else piece.tail


def _target(address: str, stem: str, order: list[str]) -> str:
    path, place = urldefrag(address)
    if re.match(r"[a-z][a-z0-9+.-]*:", address):
        return address
    name = normpath(unquote(path)) if path else f"{stem}.xhtml"
    if name not in order:
        return address
    page = name.removesuffix(".xhtml")
    return f"#{page}--{place}" if place else f"#{page}"


def _words(heading: etree._Element) -> str:
    return " ".join("".join(heading.itertext()).split())


def _css_string(text: str) -> str:
    quoted = text.replace("\\", r"\\").replace('"', r"\"")
    return f'"{quoted}"'


def destinations(pdf: PdfReader) -> dict[str, Destination]:
    """Return the places of a PDF to which links lead, by their ids."""
    return {name.lstrip("/"): destination for name, destination in pdf.named_destinations.items()}


def page_numbers(pdf: PdfReader, places: Iterable[str]) -> dict[str, int]:
    """Read from a PDF on which page, from 1, each place is.

    Raises
    ------
    LookupError
        If the PDF has no such place.
    """
    known = destinations(pdf)
    numbers = {}
    for place in places:
        number = pdf.get_destination_page_number(known[place]) if place in known else None
        if number is None:
            raise LookupError(f"the printed book has no place {place!r}, to which its contents lead")
        numbers[place] = number + 1
    return numbers


def print_book(book: Book, to: Path) -> None:
    """Print a book as a PDF with contents, page numbers, bookmarks and descriptions of its pictures.

    Raises
    ------
    RuntimeError
        If there is no browser, a picture is missing, or the numbers of the contents do not come to rest.
    """
    places = [heading.place for heading in book.headings]
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(), args=["--disable-gpu", "--disable-background-networking"]
        )
        page = browser.new_page(color_scheme="light")
        printed, numbers = Path(scratch, "book.pdf"), dict[str, int]()
        source = book.folder / "book.xhtml"
        try:
            for _ in range(4):
                source.write_text(book.document(numbers), encoding="utf-8")
                page.goto(source.as_uri(), wait_until="load")
                page.evaluate("document.fonts.ready")
                if missing := page.evaluate(MISSING):
                    raise RuntimeError(f"pictures are missing from the book: {', '.join(missing)}")
                page.pdf(path=printed, prefer_css_page_size=True, print_background=True, tagged=True)
                before, numbers = numbers, page_numbers(PdfReader(printed), places)
                if before == numbers:
                    break
            else:
                raise RuntimeError("the page numbers of the contents change each time the book is printed")
        finally:
            source.unlink(missing_ok=True)
            browser.close()
        _write(book, PdfReader(printed), to)


def _write(book: Book, printed: PdfReader, to: Path) -> None:
    """Write the PDF with bookmarks and its own metadata, without the time and the identifier that differ each time."""
    writer = PdfWriter(clone_from=printed)
    _name_letters_as_typed(writer)
    known = destinations(printed)
    parent = None
    for heading in book.headings:
        place = known[heading.place]
        number = printed.get_destination_page_number(place)
        above = parent if heading.level > 1 else None
        entry = writer.add_outline_item(
            title=heading.text, page_number=number, parent=above, fit=Fit.xyz(left=0, top=place.top)
        )
        parent = entry if heading.level == 1 else parent
    metadata = book.metadata
    day = metadata["date"][:10].replace("-", "")
    writer.metadata = {
        "/Title": metadata["title"],
        "/Author": metadata["creator"],
        "/Subject": metadata["description"],
        "/CreationDate": f"D:{day}000000Z",
    }
    writer.root_object[NameObject("/PageMode")] = NameObject("/UseOutlines")
    to.parent.mkdir(parents=True, exist_ok=True)
    writer.write(to)


def _name_letters_as_typed(writer: PdfWriter) -> None:
    """Let who searches for L find the one in a formula, which a browser calls 𝐿, a letter of its own in Unicode."""
    for page in writer.pages:
        resources: Any = page["/Resources"]
        for font in resources.get("/Font", {}).values():
            if signs := font.get_object().get("/ToUnicode"):
                signs.get_object().set_data(_ITALIC.sub(_as_typed, signs.get_object().get_data()))


def _as_typed(match: re.Match[bytes]) -> bytes:
    letter = unicodedata.normalize("NFKC", bytes.fromhex(match[1].decode()).decode("utf-16-be"))
    return b"<%s>" % letter.encode("utf-16-be").hex().upper().encode()


def main(arguments: list[str]) -> int:
    """Print the book in a folder to a file; return the exit status."""
    if len(arguments) != 2:
        print("Usage: python -m cnnfigs.sphinxext.books.paper FOLDER FILE", file=sys.stderr)
        return 2
    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it remarks on what browsers write
    folder, to = map(Path, arguments)
    if not (folder / "content.opf").is_file():
        print(f"no book in {folder}: run `nox -s epub` first", file=sys.stderr)
        return 2
    try:
        print_book(read(folder.resolve()), to)
    except (LookupError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
