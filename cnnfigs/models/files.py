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
_ADVICE = "accepted is a Keras model, saved with model.save('NAME.keras')"
_OLDER = "open it in the Keras that made it and save it again with model.save('NAME.keras')"
_HDF5 = b"\x89HDF\r\n\x1a\n"
#: What models of other kinds are called, and what to do with them.
_OTHER_KINDS = {
    **dict.fromkeys((".h5", ".hdf5"), f"HDF5, the older format of Keras: {_OLDER}"),
    ".pb": f"a part of a TensorFlow SavedModel, an older format: {_OLDER}",
    ".json": f"an architecture without its weights: {_ADVICE}",
    ".tflite": f"for TensorFlow Lite: {_ADVICE}",
    ".onnx": f"ONNX: {_ADVICE}",
    **dict.fromkeys((".pt", ".pth"), f"of PyTorch: {_ADVICE}"),
}


class ModelFileError(CnnfigsError, ValueError):
    """A file holds no model, or one that is not to be read; the message is one line."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


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
    configuration, numbers, made_by = _told(path)
    for found in _not_accepted(configuration):
        raise ModelFileError(f"{path} is not opened: {found}")
    keras = load_keras()
    lenet5_layers()  # entered with Keras from now on
    try:
        with _at_most(numbers), tempfile.TemporaryDirectory() as folder, patch.object(tempfile, "tempdir", folder):
            model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except _TooManyError as error:
        raise ModelFileError(f"{path} is not opened: {error}") from error
    except Exception as error:  # Keras' own vary, as does what damaged files lead to
        if made_by and made_by.split(".")[0] != keras.__version__.split(".")[0]:
            raise ModelFileError(f"{path} was saved by Keras {made_by}, in an older format: {_OLDER}") from error
        # Keras says last what happened, behind advice for who writes layers.
        told = one_line(str(error).rpartition("Exception encountered: ")[2], 200) or type(error).__name__
        raise ModelFileError(f"{path} cannot be read by Keras {keras.__version__}: {told}") from error
    if not isinstance(model, keras.Model):
        raise ModelFileError(f"{path} holds a {type(model).__name__}: accepted is a Keras model, saved with model.save")
    _rename(model)
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


def _told(path: Path) -> tuple[Any, int, str]:
    """Read a file without Keras: what it says of its model, how many numbers it can hold, and which Keras saved it."""
    if path.is_dir():
        raise ModelFileError(f"{path} is a folder, not a file{_kind_of_folder(path)}")
    if not path.exists():
        raise ModelFileError(f"{path} is not there")
    if not path.is_file():
        raise ModelFileError(f"{path} is not a file")
    if path.suffix != ".keras":
        raise ModelFileError(f"{path} is not called .keras{_kind_of_file(path)}")
    try:
        with path.open("rb") as file:
            if file.read(len(_HDF5)) == _HDF5:
                raise ModelFileError(f"{path} is in HDF5, the older format of Keras, whatever it is called: {_OLDER}")
        with zipfile.ZipFile(path) as archive:
            for found in _not_as_told(archive, path.stat().st_size):
                raise ModelFileError(f"{path} is not opened: {found}")
            configuration = json.loads(archive.read(_CONFIGURATION))
            if not (isinstance(configuration, dict) and isinstance(configuration.get("class_name"), str)):
                raise ModelFileError(f"{path} holds no model: {_ADVICE}")
            return configuration, archive.getinfo(_WEIGHTS).file_size, _made_by(archive)
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error
    except ModelFileError:
        raise
    except Exception as error:  # what can be wrong with a zip file, or with JSON, has many names
        raise ModelFileError(f"{path} holds no model: {_ADVICE}") from error


def _not_as_told(archive: zipfile.ZipFile, size: int) -> Iterator[str]:
    """Find what in an archive is larger than it may be, or than it says; nothing is kept meanwhile."""
    files = archive.infolist()
    if any(file.filename == _CONFIGURATION and file.file_size > _LARGEST for file in files):
        yield f"{_CONFIGURATION} in it is larger than {_LARGEST:,} bytes"
        return
    limit, whole = _TIMES * size + _MORE, sum(file.file_size for file in files)
    if whole > limit:
        yield f"what is packed in it has {whole:,} bytes, more than the {limit:,} that are accepted of such a file"
        return
    for file in files:
        if file.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            yield f"{_named(file.filename)} in it is packed in a way that Keras does not know"
            return
        longer = copy.copy(file)
        longer.file_size += 1  # else the reader stops where the file says that it ends
        found = 0
        with archive.open(longer) as content, suppress(zipfile.BadZipFile):
            while piece := content.read(1 << 20):
                found += len(piece)
        if found != file.file_size:
            yield f"{_named(file.filename)} in it is not the {file.file_size:,} bytes that it says"
            return
    yield from _not_stored(io.BytesIO(archive.read(_WEIGHTS)), limit)


def _not_stored(weights: io.BytesIO, limit: int) -> Iterator[str]:
    """Find out whether arrays in a file of weights are larger than what is stored of them."""
    import h5py

    found = 0

    def add(name: str, thing: Any) -> None:
        nonlocal found
        if isinstance(thing, h5py.Dataset):
            found += math.prod(thing.shape or ()) * thing.dtype.itemsize

    with h5py.File(weights, "r") as file:
        file.visititems(add)
    if found > limit:
        yield f"its weights say that they have {found:,} bytes, more than the {limit:,} accepted of such a file"


class _TooManyError(Exception):
    """A model has more weights than its file."""


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
            raise _TooManyError
        plain(variable, initializer, shape, *others, **named)

    try:
        with patch.object(keras.Variable, "__init__", counted):
            yield
    finally:
        if made > most:  # Keras may have told it in words of its own
            raise _TooManyError(f"its layers ask for {made:,} weights or more, and it holds at most {numbers:,}")


def _kind_of_folder(path: Path) -> str:
    """Say what a folder is that stands for a model, and what to do."""
    if (path / "saved_model.pb").is_file():
        return f": a TensorFlow SavedModel, an older format; {_OLDER}"
    if (path / _CONFIGURATION).is_file() and (path / "model.weights.h5").is_file():
        return ": a .keras file that was unpacked; name the file that it came from, or pack what is in it as a zip file"
    return f": {_ADVICE}"


def _kind_of_file(path: Path) -> str:
    """Say what a file is by what it is called, and what to do."""
    if path.name.endswith(".weights.h5"):
        return f", and holds weights without a model: {_ADVICE}"
    if path.suffix.lower() == ".keras":
        return f": rename it to {path.stem}.keras"
    if path.suffix.lower() in _OTHER_KINDS:
        return f", and by its name is {_OTHER_KINDS[path.suffix.lower()]}"
    return f": {_ADVICE}"


def _made_by(archive: zipfile.ZipFile) -> str:
    """Tell the version of Keras that saved a file; nothing where it does not say."""
    try:
        return _named(json.loads(archive.read(_METADATA))["keras_version"])
    except (KeyError, ValueError, TypeError):
        return ""


def _not_accepted(configuration: Any) -> Iterator[str]:
    """Find what is not Keras' own in a configuration and say where, or what is too much in it."""
    waiting, objects = [(configuration, "it", 0, 1)], 0
    while waiting:
        told, place, depth, times = waiting.pop()
        if depth > _DEEPEST:
            yield f"its configuration is nested more than {_DEEPEST} deep"
            return
        inner: list[Any] = told if isinstance(told, list) else []
        if isinstance(told, dict):
            if isinstance(told.get("class_name"), str):
                kept = told.get("config")
                if isinstance(kept, dict) and isinstance(kept.get("name"), str):
                    place = f"layer '{_named(kept['name'])}'"
                yield from _foreign(told, place)
                calls = told.get("inbound_nodes")
                times *= max(1, len(calls)) if isinstance(calls, list) else 1
                objects += times
            # How it was trained is not read.
            inner = [each for key, each in told.items() if key != "compile_config"]
        if objects > _MOST_OBJECTS:
            yield f"its configuration calls layers and makes other objects more than {_MOST_OBJECTS:,} times"
            return
        waiting += [(each, place, depth + 1, times) for each in reversed(inner)]


def _foreign(told: dict[str, Any], place: str) -> Iterator[str]:
    """Find out whether an object of a configuration is not Keras' own."""
    kind, kept = told["class_name"], told.get("config")
    registered = str(kept if kind == "function" else told.get("registered_name") or kind)
    module = str(told.get("module") or "").split(".")[0]
    never = "and code that comes with a model is never run"
    # Keras finds a class by its module and name together, wherever the point between them is.
    for name in (kind, registered):
        last = re.split(r"[.>]", name)[-1]
        if last in _HOLD_CODE:
            yield f"{place} is a {last.strip('_')}, {never}"
    if "module" in told and module != "keras" and registered not in _OURS:
        what = "uses the function" if kind == "function" else "is of the class"
        yield f"{place} {what} {_named(registered)}, which Keras does not have, {never}"
    if kind in ("__numpy__", "__tensor__"):
        number = str(kept.get("dtype")) if isinstance(kept, dict) else ""
        if not re.fullmatch(_KIND_OF_NUMBER, number):
            yield f"{place} has numbers of the kind '{_named(number)}', which there is not"


def _named(name: Any) -> str:
    return one_line(str(name), NAME)
