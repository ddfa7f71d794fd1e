"""The figures of a page as slides, one each, with notes to speak from."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.slide import Slide
from pptx.util import Inches, Pt

from cnnfigs.drawing.formats import Look
from cnnfigs.drawing.palette import palette
from cnnfigs.kit.pages import AUTHOR, TUTORIAL, Page, Shown

#: Inches: a wide slide, the room around all, and what lies below one another.
WIDTH, HEIGHT, MARGIN = 13.333, 7.5, 0.5
TOP, BOTTOM = 1.2, 6.3
#: A layout of the library's own template with a title and nothing else, and one for the first slide.
TITLE_ONLY, FIRST = 5, 0
#: The same for every deck, so that the same slides are the same file.
MADE = datetime(2026, 1, 1)


def slides(page: Page) -> bytes:
    """Return a page's figures as a PPTX."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    _first(deck.slides.add_slide(deck.slide_layouts[FIRST]), page)
    for shown in page.figures:
        _figure(deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY]), shown)
    core = deck.core_properties
    core.title, core.author, core.comments = page.title, AUTHOR, TUTORIAL
    core.created = core.modified = MADE
    core.last_modified_by = AUTHOR
    buffer = io.BytesIO()
    deck.save(buffer)
    return buffer.getvalue()


def _first(slide: Slide, page: Page) -> None:
    title, below = slide.placeholders
    for shape, top, height, text, size in (
        (title, 2.4, 1.4, page.title, 44),
        (below, 4.0, 1.0, f"From: {TUTORIAL}", 20),
    ):
        _place(shape, MARGIN, top, WIDTH - 2 * MARGIN, height)
        _write(shape, text, size)


def _figure(slide: Slide, shown: Shown) -> None:
    title = slide.shapes.title
    _place(title, MARGIN, 0.25, WIDTH - 2 * MARGIN, 0.85)
    _write(title, shown.headline, 24 if len(shown.headline) < 70 else 20)
    drawing = io.BytesIO(shown.illustration.content("png", Look(scale=3)))
    picture: Any = slide.shapes.add_picture(drawing, Inches(0), Inches(0))
    scale = min((WIDTH - 2 * MARGIN) / picture.width.inches, (BOTTOM - TOP) / picture.height.inches)
    width, height = (scale * each.inches for each in (picture.width, picture.height))
    _place(picture, (WIDTH - width) / 2, TOP + (BOTTOM - TOP - height) / 2, width, height)
    described = picture._element.nvPicPr.cNvPr
    described.set("descr", shown.illustration.description)
    described.set("name", shown.number)
    for top, height, text, size, color in (
        (BOTTOM + 0.05, 0.75, f"{shown.number}. {first_sentence(shown.caption)}", 16, "text"),
        (HEIGHT - 0.42, 0.35, shown.credit, 9, "muted"),
    ):
        box = slide.shapes.add_textbox(Inches(MARGIN), Inches(top), Inches(WIDTH - 2 * MARGIN), Inches(height))
        box.text_frame.word_wrap = True
        _write(box, text, size, color)
    spoken: Any = slide.notes_slide.notes_text_frame
    spoken.text = notes(shown)


def notes(shown: Shown) -> str:
    """Return what is said to a figure: its description, line by line, and its whole caption."""
    return "\n".join([*shown.illustration.told.walk(), "", f"{shown.number}: {shown.caption}", shown.credit])


def first_sentence(text: str) -> str:
    """Return the first sentence.

    Examples
    --------
    >>> first_sentence("A map, 1.5 wide. It is smaller.")
    'A map, 1.5 wide.'
    """
    head, stop, _ = text.partition(". ")
    return head + stop.rstrip() if stop else text


def _place(shape: Any, left: float, top: float, width: float, height: float) -> None:
    shape.left, shape.top, shape.width, shape.height = map(Inches, (left, top, width, height))


def _write(shape: Any, text: str, size: int, color: str = "text") -> None:
    shape.text_frame.text = text
    value = palette().light[color].removeprefix("#")
    for paragraph in shape.text_frame.paragraphs:
        for run in paragraph.runs:
            run.font.size = Pt(size)
            run.font.color.rgb = RGBColor(*bytes.fromhex(value))  # type: ignore[no-untyped-call]
