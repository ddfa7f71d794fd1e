"""Make the teacher's kit.

Usage: ``python -m cnnfigs.kit SITE FOLDER [--page NAME]... [--class NAME]...``, where SITE is the built site. Each
class gets worksheets with numbers of its own; its name decides them.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
import time
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from cnnfigs.files import update
from cnnfigs.illustrations.base import kebab
from cnnfigs.kit import quizzes
from cnnfigs.kit.figures import figure_files
from cnnfigs.kit.pages import AUTHOR, TUTORIAL, Page, read
from cnnfigs.kit.quizzes import Item
from cnnfigs.kit.slides import slides
from cnnfigs.kit.worksheets import Printer, key, printer, questions_for, worksheet

CLASSES = ("class A", "class B")


def items(page: Page) -> list[Item]:
    """Return the exercises of a page as questions of a quiz, each also with the other numbers that the page has."""
    made = []
    for exercise in page.questions():
        name = kebab(type(exercise).__name__)
        for number, each in enumerate((exercise, *exercise.variants), 1):
            title = f"{page.title}: {name.replace('-', ' ')} {number}"
            made.append(Item(f"{name}-{number}", title, page.title, each.question))
    return made


def quiz_files(title: str, asked: list[Item]) -> dict[str, bytes]:
    """Return a quiz in every format, by name of the file."""
    return {
        "quiz-moodle.xml": quizzes.moodle(asked),
        "quiz-gift.txt": quizzes.gift(asked).encode(),
        "quiz-qti21.zip": zipped(quizzes.qti21(title, asked)),
        "quiz-qti12.zip": zipped(quizzes.qti12(title, asked)),
    }


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Pack files; the same ones always make the same zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def page_files(page: Page, asked: list[Item], classes: Iterable[str], paper: Printer) -> dict[str, bytes]:
    """Return what the kit has of a page, by name of the file."""
    files: dict[str, bytes] = {}
    if page.figures:
        files["figures.zip"] = zipped(figure_files(page))
        files["slides.pptx"] = slides(page)
    if asked:
        files |= quiz_files(page.title, asked)
        for group in classes:
            questions = questions_for(page, group)
            stem = re.sub(r"\W+", "-", group.lower()).strip("-")
            files[f"worksheet-{stem}.pdf"] = paper.print(worksheet(page, group, questions))
            files[f"key-{stem}.pdf"] = paper.print(key(page, group, questions))
    return files


def make(site: Path, folder: Path, names: Iterable[str], classes: Iterable[str]) -> int:
    """Write the kit, tell what each page takes, and return how many bytes it has."""
    size, every, begun = 0, list[Item](), time.monotonic()
    with printer() as paper:
        for page in read(site, names):
            started, asked = time.monotonic(), items(page)
            every += asked
            files = page_files(page, asked, classes, paper)
            size += write(folder / page.name, files)
            kilobytes = sum(map(len, files.values())) / 1000
            print(f"{page.name}: {len(page.figures)} figures, {len(asked)} questions, {kilobytes:,.0f} kB,"
                  f" {time.monotonic() - started:.0f} s", flush=True)  # fmt: skip
    size += write(folder, {**quiz_files(TUTORIAL, every), "README.txt": ABOUT.encode()})
    print(f"{folder}: {size / 1e6:.1f} MB in {time.monotonic() - begun:.0f} s")
    return size


ABOUT = f"""The teacher's kit of the tutorial "{TUTORIAL}"

In a folder for each page:
  figures.zip      each figure as SVG, PDF and PNG, light and dark, with caption, alternative text and credit
  slides.pptx      one figure a slide, with notes
  quiz-*           the exercises for Moodle (XML, GIFT) and other platforms (QTI 2.1, QTI 1.2), with a reply to each
                   answer
  worksheet-*.pdf  the exercises on paper, for each class with other numbers, and key-*.pdf, the key to it
Beside the folders are the exercises of all pages in one quiz.

By {AUTHOR}. Pages and pictures are under CC BY 4.0, pictures in which digits are seen under CC BY-SA 4.0;
the credit line of each figure says which, and whom to name.
"""


def write(folder: Path, files: Mapping[str, bytes]) -> int:
    """Write files into a folder, and return how many bytes they have."""
    for name, content in files.items():
        update(folder / name, content)
    return sum(map(len, files.values()))


def main(arguments: list[str]) -> int:
    """Make the kit; return the exit status."""
    parser = argparse.ArgumentParser(prog="nox -s kit --", description="Make the teacher's kit.")
    parser.add_argument("site", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--page", action="append", default=[], metavar="NAME", help="only this page; may be repeated")
    parser.add_argument(
        "--class",
        dest="classes",
        action="append",
        metavar="NAME",
        help="worksheets for this class; may be repeated (default: class A and class B)",
    )
    options = parser.parse_args(arguments)
    try:
        make(options.site, options.folder, options.page, options.classes or CLASSES)
    except (OSError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
