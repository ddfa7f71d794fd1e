"""The exercises of a page on paper: a worksheet for each class, with numbers of its own, and the key to it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path

from playwright.sync_api import Page as Tab
from playwright.sync_api import sync_playwright

from cnnfigs.drawing.fonts import copy_web_fonts
from cnnfigs.drawing.questions import Question
from cnnfigs.kit.numbers import generator, with_other_numbers
from cnnfigs.kit.pages import AUTHOR, TUTORIAL, Page
from cnnfigs.kit.quizzes import as_html
from cnnfigs.sphinxext.books.browsers import find_browser

_LOOK = Path(__file__).with_name("worksheet.css")
_CREDIT = f"From: {TUTORIAL}, by {AUTHOR}, CC BY 4.0"


def questions_for(page: Page, group: str) -> list[Question]:
    """Return the exercises of a page with the numbers of a class."""
    random = generator(f"{page.name} {group}")
    return [with_other_numbers(exercise, random).question for exercise in page.questions()]


def worksheet(page: Page, group: str, questions: Sequence[Question]) -> str:
    """Write a worksheet as HTML: questions, boxes to tick, and room for a reason."""
    asked = "\n".join(
        f"<li><p>{as_html(each.text)}</p><ul class='choices'>"
        + "".join(f"<li>{letter}. {as_html(choice)}</li>" for letter, choice in each.choices.items())
        + "</ul><p class='why'>Because</p></li>"
        for each in questions
    )
    who = "<div class='who'><span>Name</span><span>Date</span></div>"
    return _document(page.title, f"Worksheet, {group}", f"{who}<ol class='questions'>{asked}</ol>")


def key(page: Page, group: str, questions: Sequence[Question]) -> str:
    """Write the key to a worksheet as HTML: what is right and why, and which mistake leads to each other answer."""
    told = []
    for each in questions:
        right = f"{each.letters[each.right]}. {each.right}"
        mistakes = "".join(
            f"<li>{letter}. {as_html(choice)} would be right if {as_html(each.wrong[choice])}.</li>"
            for letter, choice in each.choices.items()
            if choice in each.wrong
        )
        told.append(
            f"<li><p>{as_html(each.text)}</p><p><span class='right'>{as_html(right)}</span> is right. "
            f"{as_html(each.reason)}</p><ul>{mistakes}</ul></li>"
        )
    return _document(page.title, f"Key, {group}", f"<ol class='questions key'>{''.join(told)}</ol>")


def _document(title: str, line: str, body: str) -> str:
    look = _LOOK.read_text("utf-8").replace("CREDIT", f'"{_CREDIT}"')
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}: {escape(line)}</title>'
        f'<link rel="stylesheet" href="fonts/fonts.css"><style>{look}</style></head>\n'
        f"<body><h1>{escape(title)}</h1><p>{escape(line)}</p>{body}</body></html>"
    )


class Printer:
    """A browser that prints documents as PDF."""

    def __init__(self, tab: Tab, folder: Path) -> None:
        self._tab, self._folder = tab, folder

    def print(self, document: str) -> bytes:
        """Return a document of HTML as a PDF."""
        source = self._folder / "document.html"
        source.write_text(document, "utf-8")
        self._tab.goto(source.as_uri(), wait_until="load")
        self._tab.evaluate("document.fonts.ready")
        return self._tab.pdf(prefer_css_page_size=True, print_background=True, tagged=True)


@contextmanager
def printer() -> Iterator[Printer]:
    """Start a browser that prints.

    Raises
    ------
    RuntimeError
        If there is none; the message says how to install one.
    """
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        copy_web_fonts(Path(scratch, "fonts"))
        arguments = ["--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=find_browser(), args=arguments)
        try:
            yield Printer(browser.new_page(color_scheme="light"), Path(scratch))
        finally:
            browser.close()
