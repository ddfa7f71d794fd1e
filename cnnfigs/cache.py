"""Results of runs on disk, under keys from what they were made from.

An illustration's ``run`` may take seconds; its result depends only on its parameters and on what its code can reach.
Both make the *key* (:func:`run_key`), and the key names the file. So an entry never goes stale: when anything changes,
the key is another one. Who needs a run that another process is just making waits for it.

A *run* is a frozen dataclass of NumPy arrays, numbers, text, truth values, ``None``, tuples, lists, dictionaries with
text keys, and further such dataclasses. An entry is one line with the SHA-256 of the rest, then the arrays as NumPy's
``.npz`` with the structure as JSON among them. Nothing is ever unpickled, and a damaged entry is computed again.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import os
import re
import typing
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import platformdirs
from filelock import FileLock

from cnnfigs import provenance
from cnnfigs.files import UNFINISHED, sweep, write_whole

Run = TypeVar("Run")
Classes = Mapping[str, type[Any]]

_STRUCTURE = "structure"
_SUFFIX = ".run"
_LOCK = ".lock"

#: The environment variable that holds how the sources of this package looked when a process imported them, where that
#: is known: once they have been edited, what the process computes is of a code that is no more, and is not kept.
SOURCES = "CNNFIGS_SOURCES"


@dataclass(frozen=True)
class Information:
    """How much is kept: in which folder, how many entries, and their size in bytes."""

    folder: Path
    entries: int
    size: int


def cache_folder() -> Path:
    """Return the folder of the entries: the environment variable ``CNNFIGS_CACHE``, else the user's cache folder.

    Whoever may write into that folder can put false results there, with a checksum that fits: share it only with
    people whom you trust.
    """
    named = os.environ.get("CNNFIGS_CACHE")
    return Path(named).expanduser() if named else platformdirs.user_cache_path("cnnfigs")


def run_key(illustration: type[Any], parameters: Mapping[str, Any]) -> str | None:
    """Compute the key of a run.

    Parameters
    ----------
    illustration
        A class with a method ``run``.
    parameters
        Its parameters, as JSON can write them down.

    Returns
    -------
    str or None
        64 hexadecimal digits over the parameters, the code that ``run`` can reach, the data it reads and the versions
        of the libraries it uses. ``None`` for a class made at a prompt, in a notebook or in a function, whose code
        cannot be followed.

    Raises
    ------
    TypeError
        If a parameter cannot be written as JSON.
    """
    for name, value in parameters.items():
        try:
            json.dumps(value)
        except (TypeError, ValueError) as error:
            raise TypeError(
                f"{name} of {illustration.__qualname__}: expected what JSON can write, got {value!r}: {error}"
            ) from error
    try:
        code = provenance.digest(f"{illustration.__module__}:{illustration.__qualname__}.run")
    except LookupError:
        return None
    return hashlib.sha256(f"{json.dumps(parameters, sort_keys=True)} {code}".encode()).hexdigest()


def cached(key: str | None, compute: Callable[[], Run], run_type: type[Run]) -> Run:
    """Return the run kept under a key, or compute and keep it.

    Parameters
    ----------
    key
        From :func:`run_key`; without a key nothing is kept.
    compute
        Makes the run.
    run_type
        The frozen dataclass that ``compute`` returns. Classes of nested runs must stand in its annotations.

    Returns
    -------
    Run
        The same values whether computed or read; its arrays are read-only.

    Raises
    ------
    TypeError
        If the run holds something that cannot be kept; the message names the field.

    Warns
    -----
    UserWarning
        If the entry is damaged or cannot be written; the run is computed all the same.
    """
    if key is not None and not re.fullmatch("[0-9a-f]+", key):
        raise ValueError(f"key: expected hexadecimal digits, as run_key makes them, got {key!r}")
    classes = dict(_run_classes(run_type))
    if key is None:
        return typing.cast(Run, _unpack(_pack(compute(), key, run_type, classes), key, run_type, classes))
    path = _path(key)
    run = _kept(path, key, run_type, classes)
    if run is None:
        with _alone(path):
            run = _kept(path, key, run_type, classes, warn=False)
            if run is None:
                # Reading back what is written makes the first result the same as all later ones.
                packed = _pack(compute(), key, run_type, classes)
                keep(key, packed)
                run = _unpack(packed, key, run_type, classes)
    return typing.cast(Run, run)


def is_kept(key: str) -> bool:
    """Return whether there is an entry under a key, without reading it."""
    return _path(key).is_file()


def keep(key: str, entry: bytes) -> None:
    """Write an entry; where that is not possible, or it is no longer what its key says, warn and go on.

    Parameters
    ----------
    key
        From :func:`run_key`.
    entry
        The bytes of a file that :func:`cached` wrote, here or on another machine.

    Raises
    ------
    ValueError
        If the entry is damaged.
    """
    _content(entry)
    path = _path(key)
    if os.environ.get(SOURCES) not in (None, sources()):
        warnings.warn("the sources have been edited meanwhile: a result is not kept", stacklevel=2)
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        sweep(path.parent)
        # Half an entry, after a loss of power, has a checksum that does not fit: it is computed again.
        write_whole(path, entry, mode=0o600, lasting=False)
    except OSError as error:
        warnings.warn(f"{path} cannot be written ({error}): the result is not kept", stacklevel=2)


def read_entry(key: str) -> bytes:
    """Return an entry as it stands on disk, to be kept on another machine.

    Raises
    ------
    OSError
        If there is none.
    """
    return _path(key).read_bytes()


def sources() -> str:
    """Digest how the sources of this package look at a glance; see :data:`SOURCES`."""
    return provenance.glance("cnnfigs", libraries=False)


def information() -> Information:
    """Count the entries and their bytes."""
    sizes = [path.stat().st_size for path in _entries()]
    return Information(cache_folder(), len(sizes), sum(sizes))


def clear() -> Information:
    """Delete all entries; return what there was."""
    before = information()
    for path in [*_entries(), *(path for end in (UNFINISHED, _LOCK) for path in cache_folder().glob(f"*{end}"))]:
        path.unlink(missing_ok=True)
    return before


def _entries() -> list[Path]:
    return sorted(cache_folder().glob(f"*{_SUFFIX}"))


def _path(key: str) -> Path:
    return cache_folder() / f"{key}{_SUFFIX}"


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Wait until no other process makes this entry. The lock of a process that ends, however, ends with it."""
    file = path.with_suffix(_LOCK)
    lock = FileLock(file)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock.acquire()
    except OSError:  # nothing can be written there: each makes its own, and says so
        yield
        return
    try:
        yield
    finally:
        # Who comes now finds the entry; who waits has opened the file already.
        with suppress(OSError):
            file.unlink()
        lock.release()


def _kept(path: Path, key: str, run_type: type[Any], classes: Classes, warn: bool = True) -> object | None:
    """Read an entry; None where there is none, or a damaged one."""
    try:
        return _unpack(path.read_bytes(), key, run_type, classes)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except Exception as error:  # whatever is wrong with the file, there is one remedy
        if warn:
            warnings.warn(f"{path} is damaged ({error}): it is computed again", stacklevel=3)
        return None


def _pack(run: object, key: str | None, run_type: type[Any], classes: Classes) -> bytes:
    if type(run) is not run_type:
        raise TypeError(f"run: expected {run_type.__qualname__}, got {type(run).__qualname__}")
    arrays: dict[str, np.ndarray] = {}
    structure = {"key": key, "run": _encode(run, run_type.__qualname__, arrays, classes)}
    arrays[_STRUCTURE] = np.frombuffer(json.dumps(structure).encode(), dtype=np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    content = buffer.getvalue()
    return hashlib.sha256(content).hexdigest().encode() + b"\n" + content


def _unpack(entry: bytes, key: str | None, run_type: type[Any], classes: Classes) -> object:
    with np.load(io.BytesIO(_content(entry)), allow_pickle=False) as arrays:
        structure = json.loads(arrays[_STRUCTURE].tobytes())
        run = _decode(structure["run"], arrays, classes)
    if structure["key"] != key or type(run) is not run_type:
        raise ValueError("it is another run")
    return run


def _content(entry: bytes) -> bytes:
    header, content = entry[:65], entry[65:]
    if header != hashlib.sha256(content).hexdigest().encode() + b"\n":
        raise ValueError("its checksum does not fit")
    return content


def _encode(value: object, place: str, arrays: dict[str, np.ndarray], classes: Classes) -> Any:
    """Write a value as JSON; arrays are set aside and named in it. ``place`` is for the error message."""

    def each(pairs: Iterator[tuple[Any, Any]], form: str) -> list[Any]:
        return [_encode(item, place + form.format(name), arrays, classes) for name, item in pairs]

    if value is None or type(value) in {bool, int, float, str}:
        return value
    if isinstance(value, np.generic) or type(value) is np.ndarray:
        array = np.asarray(value)
        if array.dtype.hasobject or np.dtype(array.dtype.str) != array.dtype:
            raise TypeError(f"{place}: expected an array of a NumPy number type, got one of {array.dtype}")
        name = str(len(arrays))
        arrays[name] = array
        return {"scalar" if isinstance(value, np.generic) else "array": name}
    if type(value) is tuple or type(value) is list:
        return {type(value).__name__: each(iter(enumerate(value)), "[{}]")}
    if type(value) is dict and all(type(name) is str for name in value):
        return {"dict": [list(value), each(iter(value.items()), "[{!r}]")]}
    if classes.get(_name(type(value))) is type(value):
        names = [field.name for field in dataclasses.fields(value) if field.init]  # type: ignore[arg-type]
        return {_name(type(value)): [names, each(((name, getattr(value, name)) for name in names), ".{}")]}
    raise TypeError(
        f"{place}: expected NumPy arrays, numbers, text, None, tuples, lists, dictionaries with text keys, or frozen "
        f"dataclasses named in the annotations, got {type(value).__qualname__}"
    )


def _decode(value: Any, arrays: Mapping[str, np.ndarray], classes: Classes) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "array":
        array = arrays[content]
        array.flags.writeable = False
        return array
    if kind == "scalar":
        return arrays[content][()]
    if kind in {"tuple", "list"}:
        items = [_decode(item, arrays, classes) for item in content]
        return tuple(items) if kind == "tuple" else items
    names, values = content
    named = {name: _decode(item, arrays, classes) for name, item in zip(names, values, strict=True)}
    return named if kind == "dict" else classes[kind](**named)


def _name(run_type: type[Any]) -> str:
    return f"{run_type.__module__}:{run_type.__qualname__}"


def _run_classes(annotation: Any, around: tuple[type[Any], ...] = ()) -> Iterator[tuple[str, type[Any]]]:
    """Yield a run's class and those of the runs nested in it, which its annotations name."""
    if isinstance(annotation, type) and dataclasses.is_dataclass(annotation):
        if annotation in around:
            return
        if not annotation.__dataclass_params__.frozen:  # type: ignore[attr-defined]
            raise TypeError(f"{annotation.__qualname__}: expected @dataclass(frozen=True), got one that is not frozen")
        yield _name(annotation), annotation
        around = (*around, annotation)
        inner = tuple(typing.get_type_hints(annotation).values())
    elif not around:
        raise TypeError(f"run_type: expected a frozen dataclass, got {annotation!r}")
    else:
        inner = typing.get_args(annotation)
    for each in inner:
        yield from _run_classes(each, around)
