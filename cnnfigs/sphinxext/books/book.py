"""The tutorial as an ePub: all pictures with their descriptions, all formulas, in plain colours, and no script.

Sphinx' own builder writes the book. Here its pages are made fit for readers that know less of CSS than a browser:
colours stand as values, images in formats that every reader has, and what moves on the site stands still. A reader that
is dark, and says so to the book, has its pictures dark.
"""

from __future__ import annotations

import base64
import io
import re
import shutil
import uuid
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from lxml import etree
from PIL import Image
from sphinx.builders.epub3 import Epub3Builder
from sphinx.errors import SphinxError

from cnnfigs.drawing.fonts import copy_web_fonts
from cnnfigs.drawing.palette import FILTER, VALUES, dark_filter, in_theme, palette
from cnnfigs.drawing.widths import ROOT_FONT_SIZE
from cnnfigs.sphinxext.site import cards
from cnnfigs.sphinxext.site.history import page_dates

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

XHTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"
OPF = "{http://www.idpf.org/2007/opf}"
COVER = "_static/cover.png"
STYLES = ("pygments.css", "book.css")

_WEBP = re.compile(r"data:image/webp;base64,([A-Za-z0-9+/=]+)")
# SVG 1.1, which ePub takes, knows no such length.
_REM = re.compile(r'\b(width|height)="([\d.]+)rem"')
# In HTML these stand open.
_EMPTY = re.compile(r"<(br|col|hr|img|input|wbr)\b((?:[^<>\"]|\"[^\"]*\")*?)\s*/?>")
_FRAME = re.compile(r"\bcnn-frame-(\d+)\b")


class BookError(SphinxError):
    """A page cannot stand in a book."""

    category = "Book error"


def plain(markup: str) -> str:
    """Write colours as values, embedded images as every reader of ePub can show them, and close what HTML leaves open.

    Examples
    --------
    >>> plain('<path fill="var(--cnn-input, #1a67ad)"/>')
    '<path fill="#1a67ad"/>'
    >>> plain('<svg width="45rem" height="6.25rem"/>')
    '<svg width="720" height="100"/>'
    >>> plain('<img src="a.png" alt="1 > 0">')
    '<img src="a.png" alt="1 > 0"/>'
    """
    markup = _EMPTY.sub(r"<\1\2/>", markup)
    # As an attribute of its own, the standard of ePub knows older values only.
    markup = markup.replace('image-rendering="pixelated"', 'style="image-rendering: pixelated"')
    markup = _REM.sub(lambda size: f'{size[1]}="{float(size[2]) * ROOT_FONT_SIZE:g}"', markup)
    return _WEBP.sub(lambda match: _common_format(match[1]), in_theme(markup, "light"))


def _common_format(encoded: str) -> str:
    """Turn a WebP image into PNG, or JPEG where that is smaller: a photo."""
    with Image.open(io.BytesIO(base64.b64decode(encoded))) as image:
        written = {}
        for form, options in (("png", {"optimize": True}), ("jpeg", {"quality": 85, "optimize": True})):
            if form == "jpeg" and image.mode != "RGB":
                continue
            buffer = io.BytesIO()
            image.save(buffer, format=form, **options)
            written[form] = buffer.getvalue()
    photo = "jpeg" in written and 4 * len(written["jpeg"]) < len(written["png"])
    form = "jpeg" if photo else "png"
    return f"data:image/{form};base64,{base64.b64encode(written[form]).decode()}"


def night() -> str:
    """Return the style sheet that exchanges the light values of pictures for the dark ones where a reader is dark.

    Examples
    --------
    >>> 'svg.cnn-figure [fill="#1a67ad"] { fill: #' in night()
    True
    """
    pairs = dict(zip(palette().light.values(), palette().dark.values(), strict=True))
    rules = [
        f'svg.cnn-figure [{kind}="{light}"] {{ {kind}: {dark}; }}'
        for light, dark in pairs.items()
        for kind in ("fill", "stroke")
    ]
    rules.append(f"svg.cnn-figure .{VALUES} {{ filter: url(#{FILTER}); }}")
    return "@media (prefers-color-scheme: dark) {\n" + "\n".join(rules) + "\n}\n"


def with_dark_values(body: etree._Element) -> None:
    """Put the filter that makes values dark into the first drawing of a page, if one has any."""
    for drawing in body.iterfind(f".//{SVG}svg"):
        if drawing.find(f".//*[@class='{VALUES}']") is not None:
            drawing.append(etree.fromstring(dark_filter().replace("<filter", f'<filter xmlns="{SVG[1:-1]}"', 1)))
            return


def standing_still(body: etree._Element) -> None:
    """Show the last frame of what moves, and take away its controls and every other field and button."""
    for moving in body.iterfind(f".//{XHTML}div[@class]"):
        if "cnn-animation" not in moving.get("class", "").split():
            continue
        frames = [
            (element, int(match[1])) for element in moving.iter() if (match := _FRAME.search(element.get("class", "")))
        ]
        last = max(number for _, number in frames)
        for frame, number in frames:
            if number < last:
                frame.getparent().remove(frame)
            else:
                frame.attrib.pop("visibility", None)
    # One drawing of each is enough: a reader of books makes it as large as the page lets it be.
    for narrow in body.xpath(".//*[@class='cnn-narrow']"):
        narrow.getparent().remove(narrow)
    for name in ("fieldset", "input", "button", "script"):
        for field in list(body.iter(f"{XHTML}{name}")):
            field.getparent().remove(field)


def for_a_book(name: str, markup: str) -> str:
    """Make the body of a page fit for a book.

    Parameters
    ----------
    name
        The page's name, for the message of an error.
    markup
        What stands in the page's body, as XHTML.

    Raises
    ------
    BookError
        If it is not well-formed XML.
    """
    parser = etree.XMLParser(huge_tree=True, resolve_entities=False)
    whole = f'<body xmlns="{XHTML[1:-1]}" xmlns:epub="http://www.idpf.org/2007/ops">{plain(markup)}</body>'
    try:
        body = etree.fromstring(whole, parser)
    except etree.XMLSyntaxError as error:
        line = whole.splitlines()[error.lineno - 1]
        raise BookError(
            f"{name}: what it shows is not well-formed XML: {error.msg}, in {line.strip()[:200]!r}"
        ) from error
    standing_still(body)
    with_dark_values(body)
    text: str = etree.tostring(body, encoding="unicode", method="xml")
    return text[text.index(">") + 1 : text.rindex("</body>")]


class Book(Epub3Builder):
    """Sphinx' builder of ePubs, with pages made fit for a book and what the standard asks to be declared."""

    media_types = Epub3Builder.media_types | {".woff2": "font/woff2"}

    def init(self) -> None:
        """Take the templates of the theme, since those of the site mend another one."""
        self.config.templates_path = []
        self.config.epub_cover = (COVER, "epub-cover.html")
        name = self.config.html_baseurl or self.config.project
        self.config.epub_identifier = uuid.uuid5(uuid.NAMESPACE_URL, name).urn
        super().init()

    def init_css_files(self) -> None:
        """Link the style sheets of the book."""
        self._css_files = []
        for name in STYLES:
            self.add_css_file(name)

    def add_css_file(self, filename: str, **attributes: Any) -> None:
        """Link a style sheet unless it is one of the site."""
        if filename in STYLES:
            super().add_css_file(filename, **attributes)

    def add_js_file(self, filename: str | None, **attributes: Any) -> None:
        """Link no script."""

    def copy_static_files(self) -> None:
        """Write the style sheets, the fonts and the cover."""
        static = Path(self.outdir, "_static")
        shutil.rmtree(static, ignore_errors=True)
        static.mkdir(parents=True)
        self.create_pygments_style_file()
        sheet = Path(__file__).with_name("book.css").read_text("utf-8")
        (static / "book.css").write_text(f"{sheet}{night()}", "utf-8")
        copy_web_fonts(static / "fonts", licences=False)
        author = self.config.author[:1].upper() + self.config.author[1:]
        Path(self.outdir, COVER).write_bytes(cards.draw(self.config.project, below=author, size=(600, 900)))

    def handle_page(self, pagename: str, addctx: dict[str, Any], *arguments: Any, **named: Any) -> None:
        """Write a page."""
        if addctx.get("body"):
            addctx["body"] = for_a_book(pagename, addctx["body"])
        super().handle_page(pagename, addctx, *arguments, **named)

    def content_metadata(self) -> dict[str, Any]:
        """State the date of the latest change, so that the same pages make the same book."""
        metadata = super().content_metadata()
        days: list[date] = sorted(page_dates(self.env).values())
        if days:
            metadata["date"] = f"{days[-1]}T00:00:00Z"
        return metadata

    def toc_metadata(self, level: int, navpoints: list[Any]) -> dict[str, Any]:
        """State in the older kind of contents the identifier of the book."""
        return super().toc_metadata(level, navpoints) | {"uid": self.config.epub_identifier}

    def build_content(self) -> None:
        """Write the list of all files, and declare in it which pages hold formulas and drawings."""
        for drawing in Path(self.outdir, self.imagedir).glob("*.svg"):
            drawing.write_text(plain(drawing.read_text("utf-8")), encoding="utf-8")
        # One that is there already would be listed twice.
        Path(self.outdir, self.coverpage_name).unlink(missing_ok=True)
        super().build_content()
        path = Path(self.outdir, "content.opf")
        tree = etree.parse(path)
        for item in tree.iterfind(f".//{OPF}item"):
            name = item.get("href")
            if name == COVER:
                item.set("properties", "cover-image")
            elif item.get("media-type") == "application/xhtml+xml" and item.get("properties") is None:
                text = Path(self.outdir, name).read_text("utf-8")
                if held := [what for what, tag in (("mathml", "<math"), ("svg", "<svg")) if tag in text]:
                    item.set("properties", " ".join(held))
        tree.write(path, encoding="utf-8", xml_declaration=True)

    def build_epub(self) -> None:
        """Pack the files; the same files make the same bytes."""
        with ZipFile(Path(self.outdir, f"{self.config.epub_basename}.epub"), "w") as book:
            for name in ("mimetype", "META-INF/container.xml", "content.opf", "toc.ncx", *self.files):
                entry = ZipInfo(name)  # which says 1980
                entry.compress_type = ZIP_STORED if name == "mimetype" else ZIP_DEFLATED
                book.writestr(entry, Path(self.outdir, name).read_bytes())


def setup(app: Sphinx) -> ExtensionMetadata:
    """Put the builder in place of Sphinx' own."""
    app.setup_extension("sphinx.builders.epub3")
    app.setup_extension("cnnfigs.sphinxext.site.history")
    app.add_builder(Book, override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
