"""Files that are written whole or not at all, and that remember what they were made from."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Literal

Outcome = Literal["new", "changed", "unchanged"]

#: How the name of a file ends until it is whole.
UNFINISHED = ".unfinished"


def write_whole(path: Path, content: bytes, mode: int = 0o666, lasting: bool = True) -> None:
    """Write a file under another name and rename it, so that there is never half of one.

    Parameters
    ----------
    path
        The file; folders that are missing are made.
    content
        What it is to hold.
    mode
        Who may read and write it, as far as the process's umask lets them.
    lasting
        Whether to wait until the disk has it, so that it is whole even after the machine has lost its power.

    Raises
    ------
    OSError
        If it cannot be written; what was there before is there still.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Made anew as a Path, since those of Sphinx have another method `replace`.
    unfinished = Path(path.parent, f".{os.getpid()}.{secrets.token_hex()}{UNFINISHED}")
    try:
        with open(unfinished, "xb", opener=partial(os.open, mode=mode)) as file:
            file.write(content)
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise


def sweep(folder: Path) -> None:
    """Remove from a folder what processes of this machine have left unfinished that were killed while they wrote.

    On Windows nothing is removed: there nobody can ask for a process without ending it.
    """
    if os.name == "posix":
        for path in folder.glob(f".*{UNFINISHED}"):
            if not _lives(path.name.split(".")[1]):
                with suppress(OSError):
                    path.unlink()


def _lives(process: str) -> bool:
    """Return whether there is a process of a number; of other names, such as an earlier version gave, there is none."""
    try:
        os.kill(int(process), 0)
    except PermissionError:  # it is somebody else's
        return True
    except (OSError, ValueError, OverflowError):
        return False
    return True


def update(path: Path, content: bytes) -> Outcome:
    """Write a file that can be made again, as :func:`write_whole`, unless it has this content already.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    before = path.read_bytes() if path.is_file() else None
    if before == content:
        return "unchanged"
    write_whole(path, content, lasting=False)
    return "new" if before is None else "changed"


def kept(path: Path, made_from: str, make: Callable[[], bytes]) -> bytes:
    """Return what a file holds; make it first unless it has been made from the same before.

    Parameters
    ----------
    path
        The file. A hidden one beside it, its note, remembers what it was made from.
    made_from
        Whatever decides the content, such as a digest of code and data.
    make
        Makes the content.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    note = path.with_name(f".{path.name}.made-from")

    def both(content: bytes) -> bytes:
        return hashlib.sha256(made_from.encode() + b"\n" + content).hexdigest().encode()

    with suppress(FileNotFoundError):
        content = path.read_bytes()
        if note.read_bytes() == both(content):
            return content
    content = make()
    write_whole(path, content, lasting=False)
    write_whole(note, both(content), lasting=False)
    return content
