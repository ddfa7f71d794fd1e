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
import json
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cnnfigs.files import write_whole
from cnnfigs.provenance.files import PackagedFiles, file_digest, files_in
from cnnfigs.provenance.reach import Reach, look, place_of
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
    "remembered",
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
    key = targets, libraries, verbatim
    there = _names(_roots(targets), libraries=False), _folders() if libraries else ()
    known = _known.get(key)
    if known is None or known[0] != there or any(look(path) != looked for path, looked in known[2].items()):
        known = _known[key] = (there, *_worked_out(*key))
    return known[1]


#: For each call of :func:`digest` which files and folders of libraries there were, what was returned, and how the files
#: looked that were looked at. Kernels are forked from a process that has asked for all, and ask again.
_known: dict[tuple[tuple[str, ...], bool, bool], tuple[object, str, Mapping[Path, tuple[int, int]]]] = {}


def remembered(file: Path, *targets: str, libraries: bool = True, verbatim: bool = False) -> str:
    """Digest the same, and remember it in a file: until something looks different that was looked at for it.

    An edit in a module has only that worked out again for which the module was read. Whether a file or a library has
    come or gone decides too, since a name may lead to it.

    Other arguments, errors and the result are those of :func:`digest`.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    asked = f"{sys.version} {_names(_roots(targets), libraries)} {sorted(targets)} {libraries} {verbatim}"
    with suppress(OSError, ValueError):
        known, digest, before = json.loads(file.read_text("utf-8"))
        if known == asked and all([*look(path)] == looked for path, looked in before.items()):
            return str(digest)
    digest, looked_at = _worked_out(targets, libraries, verbatim)
    write_whole(file, json.dumps([asked, digest, {str(path): looked for path, looked in looked_at.items()}]).encode())
    return digest


def _roots(targets: Iterable[str]) -> set[str]:
    """Return the packages of some targets, and this one."""
    return {name.partition(":")[0].partition(".")[0] for name in (__name__, *targets)}


def _worked_out(targets: Iterable[str], libraries: bool, verbatim: bool) -> tuple[str, Mapping[Path, tuple[int, int]]]:
    """Digest everything that the targets can reach; return how the files looked too that were looked at for it."""
    reach = Reach(targets)
    return _digest_of(line for _, line in _lines(reach, libraries, verbatim)), reach.looked_at


def parts(*targets: str, libraries: bool = True, verbatim: bool = False) -> dict[str, str]:
    """Digest what the targets can reach, part by part, so that what has changed can be named.

    Arguments and errors are those of :func:`digest`.

    Returns
    -------
    dict
        For each module, packaged file and library its digest, 8 hexadecimal digits.
    """
    lines: dict[str, list[str]] = {}
    for part, line in _lines(Reach(targets), libraries, verbatim):
        lines.setdefault(part, []).append(line)
    return {part: _digest_of(each)[:8] for part, each in sorted(lines.items())}


def _digest_of(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _lines(reach: Reach, libraries: bool, verbatim: bool) -> list[tuple[str, str]]:
    """Write down all that targets can reach: a module, file or library, and what it is there."""
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
    roots = {*packages, __name__.partition(".")[0]}
    seen = [f"{path} {look(path)}" for root in sorted(roots) for path in files_in(_place(root))]
    return _digest_of([_names(roots, libraries), *seen])


def _names(roots: Iterable[str], libraries: bool) -> str:
    """Digest the names of all files in some packages, and of all installed distributions with their versions."""
    seen = [name for root in sorted(roots) for name in PackagedFiles.of(place_of(root)).all]
    return _digest_of([sys.version, *seen, *(_installed(_folders()) if libraries else [])])


def _place(root: str) -> Path:
    place = place_of(root)
    if place is None:
        raise LookupError(f"there is no package {root}")
    return place


def _folders() -> tuple[tuple[Path, int], ...]:
    """Return where libraries are, and when one last came, went or changed there."""
    return tuple((path, path.stat().st_mtime_ns) for path in map(Path, sys.path) if path.is_dir())


@functools.lru_cache(maxsize=8)
def _installed(folders: tuple[tuple[Path, int], ...]) -> tuple[str, ...]:
    ends = {".dist-info", ".egg-info"}
    return tuple(str(path) for folder, _ in folders for path in folder.iterdir() if path.suffix in ends)


def library_versions(names: Iterable[str]) -> dict[str, str]:
    """Look up the installed version of each library, by its top-level import name, sorted.

    A library that is not installed has the version ``"absent"``: whether it is there may decide what code does. With
    Keras comes TensorFlow, which computes for it.
    """
    names = set(names)
    names |= {backend for library, backend in _COMPUTES_WITH.items() if library in names}
    folders = _folders()
    return {name: _version(name, folders) for name in sorted(names)}


@functools.lru_cache(maxsize=256)  # each time it would read what the library says of itself, which may be a book
def _version(name: str, folders: tuple[tuple[Path, int], ...]) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:  # import name and distribution differ: PIL, tensorflow-cpu
        distributions = _distributions().get(name, [])
    return " ".join(sorted({importlib.metadata.version(each) for each in distributions})) or "absent"


@functools.cache
def _distributions() -> dict[str, list[str]]:
    return dict(importlib.metadata.packages_distributions())
