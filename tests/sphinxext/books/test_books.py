"""Small books: what becomes of pages in an ePub, and of the ePub in a PDF. The real ones are tested in tests/books."""

import base64
import io
import re
import shutil
import subprocess
import sys
import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import pytest
import small
from epubs import MATHML, SVG, XHTML, pages, pictures
from lxml import etree, html
from PIL import Image
from pypdf import PdfReader

from cnnfigs.drawing.animation import playable
from cnnfigs.drawing.layout import column, frames_laid_out
from cnnfigs.drawing.palette import palette
from cnnfigs.drawing.pieces import Words
from cnnfigs.drawing.style import style
from cnnfigs.drawing.svg import inline_frames
from cnnfigs.sphinxext.books.book import BookError, for_a_book
from cnnfigs.sphinxext.books.paper import destinations

CONFIGURATION = """
extensions += ["cnnfigs.sphinxext.books.book", "cnnfigs.sphinxext.books.downloads", "cnnfigs.sphinxext.site.maths"]
html_math_renderer = "mathml"
nb_execution_mode = "force"
nb_execution_timeout = 600
nb_code_prompt_show = "Show the code"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
version = "1"
copyright = "nobody"
html_use_index = False
epub_basename = "small"
epub_title = project
epub_author = epub_publisher = epub_contributor = author
epub_description = "Two small pages"
epub_uid = "book"
epub_show_urls = "no"
"""

FIRST = """---
file_format: mystnb
kernelspec:
  name: python3
---

# The first

See {numref}`fig-places` and the [same part of the other page](two.md#a-part).

```{code-cell} python
---
tags: [hide-input]
mystnb:
  figure:
    name: fig-places
    caption: Where a window stands.
---
from cnnfigs.illustrations.windows.padding import Padding

Padding()
```

## A part

$$
\\sqrt{a^2 + b^2}
$$
"""

SECOND = """# The second

Back to [the first](one.md), and out to [the world](https://example.org/).

## A part

Words.
"""

#: So that it takes more than a sheet.
LONG = "".join(f"\nSentence {number} of a long part.\n" for number in range(80))
INDEX = "# Small networks\n\nWords.\n\n```{toctree}\none\ntwo\n```\n"
PAGES = {"index.md": INDEX, "one.md": FIRST + LONG, "two.md": SECOND}


def build_epub(folder: Path) -> Path:
    folder.mkdir()
    small.write(folder, PAGES, CONFIGURATION)
    small.git(folder, "init", "-b", "main")
    small.commit(folder, "2026-05-12")
    result = small.sphinx(folder, "epub", "book")
    assert result.returncode == 0, result.stderr
    return folder / "book"


def print_book(folder: Path, to: Path) -> subprocess.CompletedProcess:
    """Print a book in a process of its own, since the tests' browser occupies this one."""
    command = [sys.executable, "-m", "cnnfigs.sphinxext.books.paper", str(folder), str(to)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> list[Path]:
    """The same book, built in two places."""
    place = tmp_path_factory.mktemp("books")
    return [build_epub(place / name) for name in ("here", "there")]


@pytest.fixture(scope="module")
def printed(folders) -> Path:
    path = folders[0].parent / "small.pdf"
    assert print_book(folders[0], path).returncode == 0
    return path


def embedded(image: Image.Image, **options) -> str:
    buffer = io.BytesIO()
    image.save(buffer, format="webp", **options)
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def image_of(markup: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(re.search(r"base64,([^\"]+)", markup)[1])))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pictures_follow_the_theme_of_the_reader(browser, folders, theme):
    context = browser.new_context(color_scheme=theme)
    tab = context.new_page()
    tab.goto((folders[0] / "one.xhtml").as_uri())
    seen = tab.evaluate(
        """() => [...document.querySelectorAll("svg.cnn-figure *")].flatMap(each =>
            ["fill", "stroke"].filter(kind => each.hasAttribute(kind)).map(kind => getComputedStyle(each)[kind]))"""
    )
    context.close()
    channels = [re.findall(r"\d+", each)[:3] for each in seen if each != "none"]
    shown = {"#" + "".join(f"{int(channel):02x}" for channel in each) for each in channels}
    here, other = (getattr(palette(), each) for each in (theme, "light" if theme == "dark" else "dark"))
    assert here["kernel"] in shown
    assert here["input"] in shown
    assert shown <= {*here.values(), "#000000"}
    assert other["kernel"] not in shown


def test_values_have_their_filter_in_the_first_drawing_that_shows_some():
    drawing = f'<svg xmlns="{SVG[1:-1]}"><image class="cnn-values" href="#a"/></svg>'
    plain = f'<svg xmlns="{SVG[1:-1]}"><path d="M 0 0"/></svg>'
    made = etree.fromstring(f"<body>{for_a_book('page', plain + drawing + drawing)}</body>")
    assert [len(each.findall(f"{SVG}filter")) for each in made.iter(f"{SVG}svg")] == [0, 1, 0]


def test_colours_become_values_and_arrays_keep_every_pixel():
    cells = np.random.default_rng(1).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    address = embedded(Image.fromarray(cells), lossless=True)
    markup = f'<svg xmlns="{SVG[1:-1]}"><path fill="var(--cnn-input, #1a67ad)"/><image href="{address}"/></svg>'
    made = for_a_book("page", markup)
    assert 'fill="#1a67ad"' in made
    picture = image_of(made)
    assert picture.format == "PNG"
    assert np.array_equal(np.asarray(picture), cells)


def test_a_photo_becomes_a_jpeg_that_looks_the_same():
    rows, columns = np.mgrid[0:300, 0:300]
    noise = np.random.default_rng(1).normal(0, 12, (300, 300, 3))
    photo = np.clip(np.stack([rows, columns, rows + columns], axis=2) / 2.5 + noise, 0, 255).astype(np.uint8)
    picture = image_of(for_a_book("page", f'<img src="{embedded(Image.fromarray(photo), quality=60)}"/>'))
    assert picture.format == "JPEG"
    assert np.abs(np.asarray(picture, float) - photo).mean() < 12


def test_what_moves_stands_still_on_its_last_frame_without_controls():
    with style():
        frames = frames_laid_out([column(Words("a window"), Words(f"step {number}")) for number in range(1, 5)])
        drawing = inline_frames(frames, "Four steps of a window", "steps-", frames)
    made = for_a_book("page", playable(drawing, "Steps", ["a", "b", "c", "d"], "steps"))
    body = etree.fromstring(f"<body xmlns='{XHTML[1:-1]}'>{made}</body>")
    assert [text.text for text in body.iter(f"{SVG}text")] == ["a window", "step 4"]
    assert "hidden" not in made
    assert not list(body.iter(f"{XHTML}input", f"{XHTML}fieldset"))


def test_markup_that_no_book_can_hold_is_told_with_its_page():
    with pytest.raises(BookError, match=r"pooling: .* not well-formed.*<b>Pooling"):
        for_a_book("pooling", "<p>one</p>\n<p><b>Pooling</p>")


def test_a_page_of_the_book_has_its_figure_described_and_its_formula(folders):
    page = pages(folders[0])["one"]
    (figure,) = page.iter(f"{XHTML}figure")
    (picture,) = pictures(figure)
    assert picture.get("role") == "img"
    assert "3×3" in picture.get("aria-label")
    assert "".join(figure.find(f"{XHTML}figcaption").itertext()).strip().startswith("Fig. 1")
    (formula,) = page.iter(f"{MATHML}math")
    assert formula.find(f".//{MATHML}msqrt") is not None
    styles = page.xpath("//*[local-name()='link'][@rel='stylesheet']/@href")
    assert styles == ["_static/pygments.css", "_static/book.css"]
    assert not list(page.iter(f"{XHTML}script"))


def test_what_the_standard_wants_to_be_declared_is_declared(folders):
    package = etree.parse(folders[0] / "content.opf")
    space = {"o": "http://www.idpf.org/2007/opf", "dc": "http://purl.org/dc/elements/1.1/"}
    properties = {item.get("href"): item.get("properties") for item in package.iterfind(".//o:item", space)}
    assert properties["one.xhtml"] == "mathml svg"
    assert properties["two.xhtml"] is None
    assert properties["_static/cover.png"] == "cover-image"
    assert package.findtext(".//dc:date", namespaces=space) == "2026-05-12T00:00:00Z"
    identifier = package.findtext(".//dc:identifier", namespaces=space)
    assert identifier.startswith("urn:uuid:")
    assert identifier in (folders[0] / "toc.ncx").read_text()
    assert set(properties) >= {"_static/book.css", "_static/fonts/maths.woff2"}


def test_the_same_pages_make_the_same_book_wherever_they_are(folders):
    first, second = (folder / "small.epub" for folder in folders)
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as book:
        assert book.infolist()[0].filename == "mimetype"
        assert book.infolist()[0].compress_type == zipfile.ZIP_STORED


def words(page) -> str:
    return " ".join(page.extract_text().split())


def test_the_contents_of_the_pdf_tell_on_which_sheet_each_part_is(printed):
    reader = PdfReader(printed)
    sheets = [words(page) for page in reader.pages]
    contents = sheets[1]
    places = {"The first": "one", "The second": "two"}
    for title, place in places.items():
        sheet = reader.get_destination_page_number(destinations(reader)[place])
        assert title in sheets[sheet]
        # Where two letters stand close, reading a PDF finds a gap that nobody sees.
        assert re.search(rf"{title.replace(' ', '')}\W*{sheet + 1}(?!\d)", contents.replace(" ", ""))
    # Pages begin where the one before ends. A PDF tells the margins first: the title of the page that is first to begin
    # on a sheet, or else goes on, and the number of the sheet.
    first, second = (reader.get_destination_page_number(destinations(reader)[place]) for place in places.values())
    assert first == 2
    assert second == len(sheets) - 1 > 3
    heads = ["Small networks", *["The first"] * (second - 3), "The second"]
    for number, (sheet, head) in enumerate(zip(sheets[2:], heads, strict=True), 3):
        assert sheet.startswith(f"{head} {number} ")


def test_links_lead_to_the_right_one_of_two_places_with_the_same_name(printed):
    reader = PdfReader(printed)
    targets = set()
    for page in reader.pages[2:]:
        for annotation in (each.get_object() for each in page.get("/Annots") or ()):
            target = annotation.get("/Dest") or annotation["/A"]["/URI"]
            targets.add(str(target).lstrip("/"))
    assert {"one--fig-places", "two--a-part", "one", "https://example.org/"} <= targets
    assert all(target in destinations(reader) for target in targets if "//" not in target)
    known = destinations(reader)
    sheets = [reader.get_destination_page_number(known[f"{page}--a-part"]) for page in ("one", "two")]
    assert sheets == [2, len(reader.pages) - 1]


def test_the_pdf_has_bookmarks_a_language_descriptions_and_no_time_of_its_making(printed, folders):
    reader = PdfReader(printed)
    titles = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert titles == ["Small networks", "The first", "The second"]
    assert reader.metadata.title == "Small networks"
    assert reader.metadata.creation_date.year == 2026
    assert reader.trailer["/Root"]["/Lang"] == "en"
    again = printed.with_name("again.pdf")
    assert print_book(folders[0], again).returncode == 0
    assert again.read_bytes() == printed.read_bytes()


def test_who_searches_for_the_letters_of_a_formula_as_they_are_typed_finds_them(printed):
    text = "".join(words(page) for page in PdfReader(printed).pages)
    signs = [sign for sign in text if "MATHEMATICAL" in unicodedata.name(sign, "")]
    assert signs == []
    assert re.search(r"√?a\W*2\W*\+\W*b", text.replace(" ", ""))


def test_a_picture_that_is_missing_is_told(folders, tmp_path):
    folder = shutil.copytree(folders[0], tmp_path / "book")
    page = folder / "two.xhtml"
    text = page.read_text("utf-8")
    page.write_text(text.replace("<p>Words.</p>", '<p><img src="_images/gone.png" alt=""/></p>'), encoding="utf-8")
    result = print_book(folder, tmp_path / "x.pdf")
    assert result.returncode == 1
    assert result.stderr == "pictures are missing from the book: _images/gone.png\n"
    assert not (tmp_path / "x.pdf").exists()


def test_without_a_book_to_print_that_is_told_in_a_line(tmp_path):
    result = print_book(tmp_path, tmp_path / "x.pdf")
    assert result.returncode == 2
    assert result.stderr == f"no book in {tmp_path}: run `nox -s epub` first\n"


def test_the_first_page_offers_the_books_that_have_been_made_and_no_others(tmp_path):
    small.write(tmp_path, configuration='extensions.append("cnnfigs.sphinxext.books.downloads")\n')

    def offered() -> dict[str, str]:
        tree = html.parse(small.build(tmp_path) / "index.html")
        links = {link.text_content(): link.get("href") for link in tree.xpath("//*[@class='cnn-origin']//a")}
        assert all((tmp_path / "site" / path).is_file() for path in links.values())
        return links

    assert offered() == {}
    (tmp_path / "books").mkdir()
    (tmp_path / "books/small.epub").write_bytes(b"x" * 1_260_000)
    assert offered() == {"ePub, 1.3 MB": "books/small.epub"}
    (tmp_path / "books/small.pdf").write_bytes(b"x" * 3_000_000)
    assert offered() == {"ePub, 1.3 MB": "books/small.epub", "PDF, 3.0 MB": "books/small.pdf"}
    (tmp_path / "books/small.epub").unlink()
    assert offered() == {"PDF, 3.0 MB": "books/small.pdf"}
    assert not (tmp_path / "site/books/small.epub").exists()
