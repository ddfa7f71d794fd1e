"""Keras models from files that somebody else may have made: read in Keras' safe mode, and no code in them is run.

What a file says of its size is held against what it has before Keras opens it: a small file cannot fill the memory.
"""

from __future__ import annotations

import copy
import io
import itertools
import json
import math
import re
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from cnnfigs.errors import CnnfigsError
from cnnfigs.models.backend import load_keras
from cnnfigs.models.lenet5 import lenet5_layers
from cnnfigs.telling import NAME, one_line

if TYPE_CHECKING:
    import keras

#: Classes of Keras that hold code, or call a program, from outside of the file's configuration.
_HOLD_CODE = ("Lambda", "__lambda__", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer")
#: What is registered here, beside Keras' own.
_OURS = ("cnnfigs>scaled_tanh", "cnnfigs>Subsampling", "cnnfigs>PartialConv2D", "cnnfigs>BitmapDistance")
_CONFIGURATION, _METADATA, _WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
#: So many bytes may a configuration have, so many lists and dictionaries in one another, and so many layers and other
#: objects, counted as often as they are called: with the largest of keras.applications it is 13,000.
_LARGEST, _DEEPEST, _MOST_OBJECTS = 10_000_000, 100, 40_000
#: What is packed may hold so many times the bytes of the file, and this many more. Keras packs nothing.
_TIMES, _MORE = 10, 100_000_000
#: How kinds of numbers are called; NumPy takes others to reserve memory.
_KIND_OF_NUMBER = r"[a-z]{3,9}\d{0,2}"
_AGAIN = "open it in the Keras that made it and save it again"
_HDF5 = b"\x89HDF\r\n\x1a\n"
#: What files are that are called so.
_OTHER_KINDS = {
    **dict.fromkeys((".h5", ".hdf5"), f"HDF5, the older format of Keras: {_AGAIN}"),
    ".pb": f"a part of a TensorFlow SavedModel, an older format: {_AGAIN}",
    ".json": "an architecture without its weights",
    ".tflite": "a model for TensorFlow Lite",
    **dict.fromkeys((".pt", ".pth"), "a model of PyTorch: write it as NAME.onnx, with torch.onnx.export"),
}


class ModelFileError(CnnfigsError, ValueError):
    """A file holds no model, or one that is not to be read; the message is one line."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


@dataclass(frozen=True)
class StoredArray:
    """An array in a file of weights: its shape, and the bytes of a number."""

    shape: tuple[int, ...]
    width: int

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)


class _RefusedError(Exception):
    """Why a file is not opened."""


def read_model(path: Path) -> keras.Model:
    """Read a model from a ``.keras`` file.

    Losses, metrics and optimisers in it are left out, and names that cannot be shown are changed. Of classes that Keras
    does not have, only those of this tutorial's networks are known.

    Raises
    ------
    ModelFileError
        If there is no such file, it is no Keras model, the model has code of its own, or the file says that it holds
        more than it does.
    """
    try:
        configuration, numbers, made_by = _contents(path)
        _check_configuration(configuration)
        model = _loaded(path, numbers, made_by)
    except _RefusedError as error:
        raise ModelFileError(f"{path} is not opened: {error}") from error
    _rename(model)
    return model


def read_configuration(path: Path) -> tuple[dict[str, Any], dict[str, StoredArray]]:
    """Read what a ``.keras`` file says of its layers, as data: neither Keras nor a weight is loaded.

    Returns
    -------
    dict, dict of str to StoredArray
        The configuration, and its arrays by their paths in the file of weights.

    Raises
    ------
    ModelFileError
        As :func:`read_model`.
    """
    import h5py

    try:
        configuration, _, _ = _contents(path)
        _check_configuration(configuration)
    except _RefusedError as error:
        raise ModelFileError(f"{path} is not opened: {error}") from error
    arrays: dict[str, StoredArray] = {}

    def add(name: str, thing: Any) -> None:
        if isinstance(thing, h5py.Dataset):
            arrays[name] = StoredArray(tuple(thing.shape or ()), thing.dtype.itemsize)

    with zipfile.ZipFile(path) as archive, h5py.File(io.BytesIO(archive.read(_WEIGHTS)), "r") as file:
        file.visititems(add)
    return configuration, arrays


def _no_model(path: Path, got: str) -> ModelFileError:
    return ModelFileError(f"{path}: expected a Keras model, saved with model.save('NAME.keras'), got {got}")


def _loaded(path: Path, numbers: int, made_by: str) -> keras.Model:
    """Let Keras load a model that holds at most so many numbers."""
    keras = load_keras()
    lenet5_layers()  # entered with Keras from now on
    try:
        with _at_most(numbers), tempfile.TemporaryDirectory() as folder, patch.object(tempfile, "tempdir", folder):
            model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except _RefusedError:
        raise
    except Exception as error:  # Keras' own vary, as does what damaged files lead to
        if made_by and made_by.split(".")[0] != keras.__version__.split(".")[0]:
            raise _no_model(path, f"one of Keras {made_by}, in an older format: {_AGAIN}") from error
        # Keras says last what happened, behind advice for who writes layers.
        reason = one_line(str(error).rpartition("Exception encountered: ")[2], 200) or type(error).__name__
        raise ModelFileError(f"{path} cannot be read by Keras {keras.__version__}: {reason}") from error
    if not isinstance(model, keras.Model):
        raise _no_model(path, f"a {type(model).__name__}")
    return model


def _rename(model: keras.Model) -> None:
    """Give what has a name in a model one that can be shown, and each its own where it is not that of the file."""
    parts: list[Any] = [model]
    for part in parts:  # which grows
        parts += getattr(part, "operations", ()) or getattr(part, "layers", ())
    taken, number = {part.name for part in parts}, itertools.count(2)
    for part in parts:
        name = short = _named(part.name)
        if name != part.name:
            while name in taken:
                name = f"{short[: NAME - 6]}_{next(number)}"
            part.name = name
            taken.add(name)


def _contents(path: Path) -> tuple[Any, int, str]:
    """Read a file without Keras: its configuration, how many numbers it can hold, and which Keras saved it."""
    if not path.is_file() or path.suffix != ".keras":
        raise _no_model(path, _kind_of(path))
    try:
        with path.open("rb") as file:
            if file.read(len(_HDF5)) == _HDF5:
                raise _no_model(path, _OTHER_KINDS[".h5"])
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive, path.stat().st_size)
            configuration = json.loads(archive.read(_CONFIGURATION))
            if not (isinstance(configuration, dict) and isinstance(configuration.get("class_name"), str)):
                raise _no_model(path, "something else")
            return configuration, archive.getinfo(_WEIGHTS).file_size, _made_by(archive)
    except (ModelFileError, _RefusedError):
        raise
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error
    except Exception as error:  # what can be wrong with a zip file, or with JSON, has many names
        raise _no_model(path, "something else") from error


def _check_sizes(archive: zipfile.ZipFile, size: int) -> None:
    """Refuse what in an archive is larger than it may be, or than it says; nothing is kept meanwhile."""
    files = archive.infolist()
    if any(file.filename == _CONFIGURATION and file.file_size > _LARGEST for file in files):
        raise _RefusedError(f"{_CONFIGURATION} in it is larger than {_LARGEST:,} bytes")
    limit, whole = _TIMES * size + _MORE, sum(file.file_size for file in files)
    if whole > limit:
        raise _RefusedError(f"what is packed in it: expected at most {limit:,} bytes in such a file, got {whole:,}")
    for file in files:
        if file.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _RefusedError(f"{_named(file.filename)} in it is packed in a way that Keras does not know")
        longer = copy.copy(file)
        longer.file_size += 1  # else the reader stops where the file says that it ends
        length = 0
        with archive.open(longer) as content, suppress(zipfile.BadZipFile):
            while piece := content.read(1 << 20):
                length += len(piece)
        if length != file.file_size:
            raise _RefusedError(f"{_named(file.filename)} in it is not the {file.file_size:,} bytes that it says")
    _check_arrays(io.BytesIO(archive.read(_WEIGHTS)), limit)


def _check_arrays(weights: io.BytesIO, limit: int) -> None:
    """Refuse arrays in a file of weights that are larger than what is stored of them."""
    import h5py

    whole = 0

    def add(name: str, thing: Any) -> None:
        nonlocal whole
        if isinstance(thing, h5py.Dataset):
            whole += math.prod(thing.shape or ()) * thing.dtype.itemsize

    with h5py.File(weights, "r") as file:
        file.visititems(add)
    if whole > limit:
        raise _RefusedError(f"its weights: expected at most {limit:,} bytes in such a file, got {whole:,}")


@contextmanager
def _at_most(numbers: int) -> Iterator[None]:
    """Let Keras make no more weights than a file can hold; each takes a byte of it or more."""
    keras = load_keras()
    plain, made = keras.Variable.__init__, 0
    most = numbers + 1_000_000  # what is not kept, such as the state of a random generator

    def counted(variable: Any, initializer: Any, shape: Any = None, *others: Any, **named: Any) -> None:
        nonlocal made
        if shape is not None:
            made += math.prod(shape)
        if made > most:
            raise _RefusedError
        plain(variable, initializer, shape, *others, **named)

    try:
        with patch.object(keras.Variable, "__init__", counted):
            yield
    finally:
        if made > most:  # Keras may have said so in words of its own
            raise _RefusedError(f"its layers ask for {made:,} weights or more, and it holds at most {numbers:,}")


def _kind_of(path: Path) -> str:
    """Return what a path leads to that is no ``.keras`` file, and what to do where that is known."""
    if path.is_dir():
        if (path / "saved_model.pb").is_file():
            return f"a TensorFlow SavedModel, an older format: {_AGAIN}"
        if (path / _CONFIGURATION).is_file() and (path / _WEIGHTS).is_file():
            return (
                "a .keras file unpacked: name the file that it came from, or pack what is in the folder as a zip file"
            )
        return "a folder"
    if not path.is_file():
        return "something that is no file" if path.exists() else "no file"
    if path.name.endswith(".weights.h5"):
        return "weights without a model"
    suffix = path.suffix.lower()
    if suffix == ".keras":
        return f"another ending: rename it to {path.stem}.keras"
    return _OTHER_KINDS.get(suffix, "a file called neither .keras nor .onnx")


def _made_by(archive: zipfile.ZipFile) -> str:
    """Return the version of Keras that saved a file; nothing where it does not say."""
    try:
        return _named(json.loads(archive.read(_METADATA))["keras_version"])
    except (KeyError, ValueError, TypeError):
        return ""


def _check_configuration(configuration: Any) -> None:
    """Refuse what is not Keras' own in a configuration, or what is too much in it."""
    waiting, objects = [(configuration, "it", 0, 1)], 0
    while waiting:
        part, place, depth, times = waiting.pop()
        if depth > _DEEPEST:
            raise _RefusedError(f"its configuration is nested more than {_DEEPEST} deep")
        inner: list[Any] = part if isinstance(part, list) else []
        if isinstance(part, dict):
            if isinstance(part.get("class_name"), str):
                kept = part.get("config")
                if isinstance(kept, dict) and isinstance(kept.get("name"), str):
                    place = f"layer '{_named(kept['name'])}'"
                _check_class(part, place)
                calls = part.get("inbound_nodes")
                times *= max(1, len(calls)) if isinstance(calls, list) else 1
                objects += times
            # How it was trained is not read.
            inner = [each for key, each in part.items() if key != "compile_config"]
        if objects > _MOST_OBJECTS:
            raise _RefusedError(
                f"its configuration calls layers and makes other objects more than {_MOST_OBJECTS:,} times"
            )
        waiting += [(each, place, depth + 1, times) for each in reversed(inner)]


def _check_class(part: dict[str, Any], place: str) -> None:
    """Refuse an object of a configuration that is not Keras' own."""
    kind, kept = part["class_name"], part.get("config")
    registered = str(kept if kind == "function" else part.get("registered_name") or kind)
    module = str(part.get("module") or "").split(".")[0]
    never = "and code that comes with a model is never run"
    # Keras finds a class by its module and name together, wherever the point between them is.
    for name in (kind, registered):
        last = re.split(r"[.>]", name)[-1]
        if last in _HOLD_CODE:
            raise _RefusedError(f"{place} is a {last.strip('_')}, {never}")
    if "module" in part and module != "keras" and registered not in _OURS:
        what = "uses the function" if kind == "function" else "is of the class"
        raise _RefusedError(f"{place} {what} {_named(registered)}, which Keras does not have, {never}")
    if kind in ("__numpy__", "__tensor__"):
        number = str(kept.get("dtype")) if isinstance(kept, dict) else ""
        if not re.fullmatch(_KIND_OF_NUMBER, number):
            raise _RefusedError(f"{place} has numbers of the kind '{_named(number)}', which there is not")


def _named(name: Any) -> str:
    return one_line(str(name), NAME)
