"""The data files in a package's folder, found by what code calls them."""

from __future__ import annotations

import fnmatch
import functools
import hashlib
import os
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: Only a computed name that ends like a file's is taken for one.
_LIKE_A_FILE = re.compile(r"\.[A-Za-z]\w*$")


@dataclass(frozen=True)
class Text:
    """A text constant in code, or the constants of a path ``a / "b" / "c"``; ``*`` stands for what is computed."""

    parts: tuple[str, ...]
    is_path: bool = False


class PackagedFiles:
    """The files in a package's folder that are not Python code, by their path from the folder that holds it."""

    def __init__(self, package: Path | None) -> None:
        self._paths: dict[str, Path] = {}
        self._by_name: dict[str, set[str]] = {}
        self._folders: set[str] = set()
        self._root = package.parent if package else Path()
        for path in files_in(package) if package else []:
            if path.suffix != ".py":
                relative = path.relative_to(self._root)
                self._paths[relative.as_posix()] = path
                self._by_name.setdefault(path.name, set()).add(relative.as_posix())
                self._folders.update(folder.as_posix() for folder in relative.parents)

    def named(self, text: Text, folder: Path) -> dict[str, Path]:
        """Find what a text in a module in ``folder`` names: a file, files by a pattern, or all files of a folder."""
        names = self._find("/".join(text.parts), text.is_path, folder)
        if not names and text.is_path:
            names = {name for part in text.parts for name in self._find(part, True, folder)}
        return {name: self._paths[name] for name in names}

    def _find(self, text: str, is_path: bool, folder: Path) -> set[str]:
        if not text.strip("./*") or len(text) > 200 or "\n" in text:
            return set()
        if "*" in text:
            pattern = f"*/{text}" if _LIKE_A_FILE.search(text) else ""
            return {name for name in self._paths if fnmatch.fnmatchcase(f"/{name}", pattern)}
        named = self._by_name.get(posixpath.basename(text), set())
        if found := {name for name in named if f"/{name}".endswith(f"/{text}")}:
            return found
        # A folder is looked for beside the module; if it stands in a path, beside the packages around it too.
        here = folder.relative_to(self._root)
        inside = {posixpath.normpath((place / text).as_posix()) for place in [here, *(here.parents if is_path else [])]}
        return {name for name in self._paths for each in inside & self._folders if name.startswith(f"{each}/")}


def files_in(package: Path) -> Iterator[Path]:
    """Give the files of a package, or the one file of a module: sources and data, not what Python compiled."""
    if package.is_file():
        yield package
    for place, folders, names in os.walk(package):
        folders[:] = [folder for folder in folders if not folder.startswith((".", "__"))]
        yield from (Path(place, name) for name in names if not name.startswith(".") and not name.endswith(".pyc"))


def file_digest(path: Path) -> str:
    """Digest a file's content (SHA-256, hexadecimal); read again only when its time or size has changed."""
    status = path.stat()
    return _content_digest(path, status.st_mtime_ns, status.st_size)


@functools.cache
def _content_digest(path: Path, modified: int, size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
