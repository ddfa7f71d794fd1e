"""Illustrations as files, one or all of them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from html import escape
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Literal, get_args

from lxml import etree

from cnnfigs.catalog import Entry, entries
from cnnfigs.commands.errors import CommandError, reason
from cnnfigs.drawing.document import document, scrolling
from cnnfigs.drawing.export import Format, FormatError, animation_file, picture_file
from cnnfigs.drawing.style import style
from cnnfigs.drawing.svg import SVG, Theme
from cnnfigs.illustrations.base import Illustration, Picture, Table
from cnnfigs.illustrations.exercise import Exercise

PICTURE_FORMATS: tuple[Format, ...] = get_args(Format)
#: Of what is made of words.
TEXT_FORMATS = ("html", "txt")

Outcome = Literal["new", "changed", "unchanged", "failed"]


@dataclass(frozen=True)
class Rendered:
    """What became of one illustration of many.

    Attributes
    ----------
    name
        Of the illustration.
    outcome
        Against the file that was there before.
    message
        The file's name, or why it failed.
    """

    name: str
    outcome: Outcome
    message: str


def formats(illustration: Illustration) -> tuple[str, ...]:
    """Return the formats that an illustration can be written in, the usual one first."""
    if isinstance(illustration, Table | Exercise):
        return TEXT_FORMATS
    if isinstance(illustration, Picture):
        return tuple(each for each in PICTURE_FORMATS if each != "mp4")
    return ("gif", *(each for each in PICTURE_FORMATS if each != "gif"))


def content(illustration: Illustration, form: str, theme: Theme) -> bytes:
    """Return an illustration as the content of a file.

    Raises
    ------
    CommandError
        If it cannot be written in that format.
    """
    name, accepted = type(illustration).__name__, formats(illustration)
    if form not in accepted:
        kinds = {Table: "a table", Exercise: "an exercise"}
        kind = next((words for base, words in kinds.items() if isinstance(illustration, base)), "a picture")
        raise CommandError(f"{name} is {kind}: format is {form!r}, accepted are {', '.join(accepted)}")
    if isinstance(illustration, Table | Exercise):
        if form == "txt":
            return f"{illustration._repr_mimebundle_()['text/plain']}\n".encode()
        line = entries()[name].line if name in entries() else illustration.description
        what = "table" if isinstance(illustration, Table) else "exercise"
        body = f"<h1>{escape(line)}</h1>\n{scrolling(illustration.to_html(), what)}"
        return document(line, body, theme).encode()
    try:
        with style():
            if isinstance(illustration, Picture):
                return picture_file(illustration.figure, illustration.description, form, theme)  # type: ignore[arg-type]
            svg = etree.fromstring(illustration.to_html()).find(f".//{SVG}svg")
            return animation_file(svg, illustration.description, form, theme)  # type: ignore[arg-type]
    except FormatError as error:
        raise CommandError(f"{name}: {error}") from error


def write(path: Path, data: bytes) -> Outcome:
    """Write a file, whole or not at all, if it is not there already with this content.

    Raises
    ------
    CommandError
        If it cannot be written.
    """
    try:
        before = path.read_bytes() if path.is_file() else None
        if before == data:
            return "unchanged"
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
            try:
                file.write(data)
                file.close()
                # A temporary file is for its owner only; this one is to be read as any other.
                mask = os.umask(0)
                os.umask(mask)
                Path(file.name).chmod(0o666 & ~mask)
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {reason(error)}") from error
    return "new" if before is None else "changed"


def make_folder(folder: Path) -> None:
    """Make a folder, if it is not there.

    Raises
    ------
    CommandError
        If it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"{folder} cannot be made: {reason(error)}") from error


def render_all(folder: Path, form: str | None, theme: Theme, jobs: int) -> Iterator[Rendered]:
    """Render every illustration into a folder, on several processors, and tell of each as it is done.

    Parameters
    ----------
    folder
        A folder that is there.
    form
        Format of all that can be written in it; the others, or all when it is not given, come in their usual one.
    theme
        In whose colours.
    jobs
        How many processes.
    """
    # Processes that begin afresh: what TensorFlow has started does not survive a fork.
    with ProcessPoolExecutor(jobs, get_context("spawn"), _end_with_parent) as pool:
        waiting: dict[Future[Rendered], Entry] = {
            pool.submit(_render, entry.name, folder, form, theme): entry for entry in entries().values()
        }
        for done in as_completed(waiting):
            yield done.result()


def _end_with_parent() -> None:
    """End this process once the one that began it has ended, even by force: it would wait for work for ever."""

    def watch() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=watch, daemon=True).start()


def _render(name: str, folder: Path, form: str | None, theme: Theme) -> Rendered:
    try:
        illustration = entries()[name].load()()
        accepted = formats(illustration)
        suffix = form if form is not None and form in accepted else accepted[0]
        path = folder / f"{name}.{suffix}"
        return Rendered(name, write(path, content(illustration, suffix, theme)), path.name)
    except Exception as error:  # whatever fails in one is told, and the others go on
        return Rendered(name, "failed", " ".join(str(error).split()) or type(error).__name__)
