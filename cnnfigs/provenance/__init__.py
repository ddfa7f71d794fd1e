"""What a result depends on: the code that can run, the packaged files it reads, the libraries it calls.

A picture is stale when anything that made it has changed, and only then. This room finds, from a *target* such as
``"cnnfigs.models.networks:convnet"``, everything that the target can reach: definitions of its own package, found by
reading the syntax trees of the sources (nothing is imported or run), files beside the code that the code names, and
the libraries that it calls. :func:`digest` turns that into one short text which changes when any of it changes.
Comments, docstrings and formatting do not count, except where reached code reads them.

How names are followed, in short:

- A global name leads to its definition, through imports and re-exports. A class reached by its name counts whole.
- A target ``Class.method`` counts the class's fields, its special methods, and of all other members, inherited ones
  included, those whose names reached code mentions as an attribute. So ``run`` does not depend on ``draw``.
- A name that stands only in an annotation is followed to a type alias, not into a class.
- Statements that run when a module is imported count with every definition of the module.
- What cannot be followed counts whole: star imports, a module passed around as a value, dynamic imports.
- A text constant that names a packaged file, or a folder beside the module, counts as reading it.

Not seen: attributes reached through a computed name (``getattr(thing, name)``) and functions that another module
puts into a registry. A test compares with what really runs.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cnnfigs.provenance.files import file_digest, files_in
from cnnfigs.provenance.reach import Reach, place_of
from cnnfigs.provenance.sources import READS_SOURCE

__all__ = [
    "READS_SOURCE",
    "Dependencies",
    "dependencies",
    "digest",
    "file_digest",
    "glance",
    "library_versions",
    "parts",
]

# Keras hands all computing to its backend without importing it where we could see it.
_COMPUTES_WITH = {"keras": "tensorflow"}


@dataclass(frozen=True)
class Dependencies:
    """Everything that some targets can reach.

    Parameters
    ----------
    definitions
        Sorted, each ``"module:qualified name"``. ``module:Class`` is a whole class, ``module:Class.member`` one
        member of it, ``module:Class.<fields>`` a class without its methods, ``module:<module>`` the statements that
        run when the module is imported.
    files
        Packaged data files that the code names, sorted.
    libraries
        Top-level import names of the other libraries used, sorted; the standard library is left out.
    """

    definitions: tuple[str, ...]
    files: tuple[Path, ...]
    libraries: tuple[str, ...]

    def covers(self, module: str, qualified_name: str) -> bool:
        """Whether the code object ``qualified_name`` of ``module`` is among the definitions.

        A function covers the functions nested in it, a whole class its methods.
        """
        parts = qualified_name.split(".")
        return any(f"{module}:{'.'.join(parts[:end])}" in self.definitions for end in range(1, len(parts) + 1))


def dependencies(*targets: str) -> Dependencies:
    """Find what the targets can reach in their own packages, and which files and libraries that uses.

    Parameters
    ----------
    targets
        Each ``"package.module:Name"``, ``"package.module:Class.member"`` or, for everything in a module,
        ``"package.module"``.

    Raises
    ------
    LookupError
        If a target does not exist.
    SyntaxError
        If a module that is reached cannot be parsed.

    Examples
    --------
    >>> dependencies("cnnfigs.provenance.files:file_digest").definitions
    ('cnnfigs.provenance.files:_content_digest', 'cnnfigs.provenance.files:file_digest')
    """
    reach = Reach(targets)
    return Dependencies(
        definitions=tuple(sorted(f"{module.name}:{name}" for module, name in reach.codes)),
        files=tuple(sorted(reach.files.values())),
        libraries=tuple(library_versions(reach.libraries)),
    )


def digest(*targets: str, libraries: bool = True, verbatim: bool = False) -> str:
    """Digest everything that the targets can reach.

    Parameters
    ----------
    targets
        As for :func:`dependencies`.
    libraries
        Whether the installed versions of the libraries used count too.
    verbatim
        Whether docstrings, comments and formatting count too. They do anyway where reached code reads them.

    Returns
    -------
    str
        64 hexadecimal digits (SHA-256), the same on every supported version of Python.

    Raises
    ------
    LookupError, SyntaxError
        As :func:`dependencies`.
    """
    return _digest_of(line for _, line in _lines(targets, libraries, verbatim))


def parts(*targets: str, libraries: bool = True, verbatim: bool = False) -> dict[str, str]:
    """Digest what the targets can reach, part by part, so that what has changed can be named.

    Arguments and errors are those of :func:`digest`.

    Returns
    -------
    dict
        For each module, packaged file and library its digest, 8 hexadecimal digits.
    """
    lines: dict[str, list[str]] = {}
    for part, line in _lines(targets, libraries, verbatim):
        lines.setdefault(part, []).append(line)
    return {part: _digest_of(each)[:8] for part, each in sorted(lines.items())}


def _digest_of(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _lines(targets: Iterable[str], libraries: bool, verbatim: bool) -> list[tuple[str, str]]:
    """Write down all that targets can reach: a module, file or library, and what it is there."""
    reach = Reach(targets)
    verbatim = verbatim or any(code.reads_source for code in reach.codes.values())
    lines = [
        (module.name, f"{module.name}:{name} {code.verbatim if verbatim else code.canonical}")
        for (module, name), code in reach.codes.items()
    ]
    lines += [(line.partition(":")[0], line) for line in reach.imports]
    lines += [(name, f"{name} {file_digest(path)}") for name, path in reach.files.items()]
    if libraries:
        lines += [(name, f"{name}=={version}") for name, version in library_versions(reach.libraries).items()]
    return lines


def glance(*packages: str, libraries: bool = True) -> str:
    """Digest what can be seen without reading a file: while this is the same, no digest of any target has changed.

    Parameters
    ----------
    packages
        Names of the packages that the targets are in.
    libraries
        Whether the installed libraries are looked at too.

    Returns
    -------
    str
        64 hexadecimal digits over the names, times and sizes of all files in the packages and in this one, and
        the names of all installed distributions with their versions.

    Raises
    ------
    LookupError
        If there is no package of that name.
    """
    seen = []
    for name in sorted({*packages, __name__.partition(".")[0]}):
        place = place_of(name)
        if place is None:
            raise LookupError(f"there is no package {name}")
        for path in files_in(place):
            status = path.stat()
            seen.append(f"{path} {status.st_mtime_ns} {status.st_size}")
    folders = [Path(entry) for entry in sys.path if Path(entry).is_dir()] if libraries else []
    seen += [str(path) for folder in folders for path in folder.iterdir() if path.suffix in {".dist-info", ".egg-info"}]
    return hashlib.sha256("\n".join([sys.version, *sorted(seen)]).encode()).hexdigest()


def library_versions(names: Iterable[str]) -> dict[str, str]:
    """Look up the installed version of each library, by its top-level import name, sorted.

    A library that is not installed has the version ``"absent"``: whether it is there may decide what code does. With
    Keras comes TensorFlow, which computes for it.
    """
    names = set(names)
    names |= {backend for library, backend in _COMPUTES_WITH.items() if library in names}
    # A library that comes, goes or changes changes the folder that it is in.
    folders = tuple(path.stat().st_mtime_ns for path in map(Path, sys.path) if path.is_dir())
    return {name: _version(name, folders) for name in sorted(names)}


@functools.lru_cache(maxsize=256)  # each time it would read what the library says of itself, which may be a book
def _version(name: str, folders: tuple[int, ...]) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:  # import name and distribution differ: PIL, tensorflow-cpu
        distributions = _distributions().get(name, [])
    return " ".join(sorted({importlib.metadata.version(each) for each in distributions})) or "absent"


@functools.cache
def _distributions() -> dict[str, list[str]]:
    return dict(importlib.metadata.packages_distributions())
