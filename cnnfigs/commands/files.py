"""Illustrations as files, one or all of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Literal

from cnnfigs.catalog import Entry, entries
from cnnfigs.commands.errors import CommandError, reason
from cnnfigs.drawing.formats import FORMATS, Look
from cnnfigs.files import Outcome, update


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
    outcome: Outcome | Literal["failed"]
    message: str


def write(path: Path, data: bytes) -> Outcome:
    """Write a file, whole or not at all, if it is not there already with this content.

    Raises
    ------
    CommandError
        If it cannot be written.
    """
    try:
        return update(path, data)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {reason(error)}") from error


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


def render_all(folder: Path, form: str | None, look: Look, jobs: int) -> Iterator[Rendered]:
    """Render every illustration into a folder, on several processors, and tell of each as it is done.

    Parameters
    ----------
    folder
        A folder that is there.
    form
        Format of all that can be written in it; the others, or all when it is not given, come in their usual one.
    look
        How they are to look, each as far as its format can.
    jobs
        How many processes.
    """
    # Processes that begin afresh: what TensorFlow has started does not survive a fork.
    with ProcessPoolExecutor(jobs, get_context("spawn"), _end_with_parent) as pool:
        waiting: dict[Future[Rendered], Entry] = {
            pool.submit(_render, entry.name, folder, form, look): entry for entry in entries().values()
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


def _render(name: str, folder: Path, form: str | None, look: Look) -> Rendered:
    try:
        entry = entries()[name]
        accepted = FORMATS[entry.kind]
        suffix = form if form is not None and form in accepted else accepted[0]
        path = folder / f"{name}.{suffix}"
        return Rendered(name, write(path, entry.load()().content(suffix, look.fitting(suffix))), path.name)
    except Exception as error:  # whatever fails in one is told, and the others go on
        return Rendered(name, "failed", " ".join(str(error).split()) or type(error).__name__)
