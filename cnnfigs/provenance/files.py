"""The data files in a package's folder, by what code calls them."""

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

    @classmethod
    def of(cls, package: Path | None) -> PackagedFiles:
        """Look at a package's files; again only when one has come or gone, which the times of the folders tell."""
        kept = _looked_at.get(package)
        if kept is None or any(_changed(folder) != time for folder, time in kept.times.items()):
            kept = _looked_at[package] = cls(package)
        return kept

    def __init__(self, package: Path | None) -> None:
        #: When the folders of the package were last changed, taken before they are looked at.
        self.times = {folder: _changed(folder) for folder in _folders(package)} if package else {}
        self._paths: dict[str, Path] = {}
        self._by_name: dict[str, set[str]] = {}
        self._folders: set[str] = set()
        self._named: dict[tuple[Text, Path], dict[str, Path]] = {}
        self._root = package.parent if package else Path()
        #: The paths of all of them and of the code, in order.
        self.all = sorted(map(str, files_in(package))) if package else []
        for path in map(Path, self.all):
            if path.suffix != ".py":
                relative = path.relative_to(self._root)
                self._paths[relative.as_posix()] = path
                self._by_name.setdefault(path.name, set()).add(relative.as_posix())
                self._folders.update(folder.as_posix() for folder in relative.parents)

    def named(self, text: Text, folder: Path) -> dict[str, Path]:
        """Find what a text in a module in ``folder`` names: a file, files by a pattern, or all files of a folder."""
        if (text, folder) not in self._named:
            names = self._find("/".join(text.parts), text.is_path, folder)
            if not names and text.is_path:
                names = {name for part in text.parts for name in self._find(part, True, folder)}
            self._named[text, folder] = {name: self._paths[name] for name in names}
        return self._named[text, folder]

    def _find(self, text: str, is_path: bool, folder: Path) -> set[str]:
        if not text.strip("./*") or len(text) > 200 or "\n" in text:
            return set()
        if "*" in text:
            pattern = f"*/{text}" if _LIKE_A_FILE.search(text) else ""
            return {name for name in self._paths if fnmatch.fnmatchcase(f"/{name}", pattern)}
        named = self._by_name.get(posixpath.basename(text), set())
        if files := {name for name in named if f"/{name}".endswith(f"/{text}")}:
            return files
        # A folder is looked for beside the module; if it stands in a path, beside the packages around it too.
        here = folder.relative_to(self._root)
        inside = {posixpath.normpath((place / text).as_posix()) for place in [here, *(here.parents if is_path else [])]}
        return {name for name in self._paths for each in inside & self._folders if name.startswith(f"{each}/")}


#: What packages held when they were last looked at.
_looked_at: dict[Path | None, PackagedFiles] = {}


def _changed(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:  # it is gone
        return 0


def files_in(package: Path) -> Iterator[Path]:
    """Yield the files of a package, or the one file of a module: sources and data, not what Python compiled."""
    if package.is_file():
        yield package
    for place, names in _walk(package):
        yield from (Path(place, name) for name in names if not name.startswith(".") and not name.endswith(".pyc"))


def _folders(package: Path) -> Iterator[Path]:
    yield from (Path(place) for place, _ in _walk(package))


def _walk(package: Path) -> Iterator[tuple[str, list[str]]]:
    for place, folders, names in os.walk(package):
        folders[:] = [folder for folder in folders if not folder.startswith((".", "__"))]
        yield place, names


def file_digest(path: Path) -> str:
    """Digest a file's content (SHA-256, hexadecimal); read again only when its time or size has changed."""
    status = path.stat()
    return _content_digest(path, status.st_mtime_ns, status.st_size)


@functools.cache
def _content_digest(path: Path, modified: int, size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
