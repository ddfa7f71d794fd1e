"""What a command says when it cannot do what was asked."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from cnnfigs.errors import CnnfigsError
from cnnfigs.telling import one_line


class CommandError(CnnfigsError):
    """Something that the person at the keyboard can put right; the message says how, in one line or some."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(map(one_line, lines)))


def reason(error: OSError) -> str:
    """Return why a file could not be read or written.

    Examples
    --------
    >>> reason(FileNotFoundError(2, "No such file or directory", "x"))
    'no such file or directory'
    """
    return (error.strerror or str(error)).lower()


def require_writable(path: Path) -> None:
    """Refuse a file that cannot be written, as far as that can be known before it is.

    Raises
    ------
    CommandError
        If it is a folder, or there is something in the way of its folder.
    """
    there = next(each for each in path.absolute().parents if each.exists())
    number = errno.EISDIR if path.is_dir() else errno.ENOTDIR if not there.is_dir() else 0
    if not number and not os.access(there, os.W_OK):
        number = errno.EACCES
    if number:
        raise CommandError(f"{path} cannot be written: {os.strerror(number).lower()}")


def require_ending(path: Path, form: str) -> None:
    """Refuse a file whose name says that it has another format than it gets; without an ending it says none.

    Raises
    ------
    CommandError
        With the ending that would be right.

    Examples
    --------
    >>> require_ending(Path("a.png"), "svg")
    Traceback (most recent call last):
        ...
    cnnfigs.commands.errors.CommandError: a.png: expected a name that ends with .svg, got .png
    """
    if path.suffix.lower() not in ("", f".{form}"):
        raise CommandError(f"{path}: expected a name that ends with .{form}, got {path.suffix}")
