"""Keras models from files that somebody else may have made: read in Keras' safe mode, and no code in them is run."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnfigs.models.backend import load_keras
from cnnfigs.models.lenet5 import lenet5_layers

if TYPE_CHECKING:
    import keras

#: Classes of Keras that hold code, or call a program, from outside of the file's configuration.
_HOLD_CODE = ("Lambda", "__lambda__", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer")
_CONFIGURATION, _METADATA = "config.json", "metadata.json"
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


class ModelFileError(ValueError):
    """A file holds no model, or one that is not to be read; the message is one line."""


def read_model(path: Path) -> keras.Model:
    """Read a model from a ``.keras`` file.

    Losses, metrics and optimisers in it are left out. Of classes that Keras does not have, only those of this
    tutorial's networks are known.

    Raises
    ------
    ModelFileError
        If there is no such file, it is no Keras model, or the model has code of its own.
    """
    configuration = _configuration(path)
    for found in _foreign(configuration, "it"):
        raise ModelFileError(f"{path} is not opened: {found}, and code that comes with a model is never run")
    keras = load_keras()
    made_by = _made_by(path)
    lenet5_layers()  # entered with Keras from now on
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras' own vary, as does what damaged files lead to
        if made_by and made_by.split(".")[0] != keras.__version__.split(".")[0]:
            raise ModelFileError(f"{path} was saved by Keras {made_by}, in an older format: {_OLDER}") from error
        told = " ".join(str(error).split()) or type(error).__name__
        raise ModelFileError(f"{path} cannot be read by Keras {keras.__version__}: {_shortened(told)}") from error
    if not isinstance(model, keras.Model):
        raise ModelFileError(f"{path} holds a {type(model).__name__}: accepted is a Keras model, saved with model.save")
    return model


def _configuration(path: Path) -> Any:
    """Read what a file says of its model, without Keras."""
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
            return json.loads(archive.read(_CONFIGURATION))
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error
    except ModelFileError:
        raise
    except (zipfile.BadZipFile, KeyError, ValueError, RuntimeError, NotImplementedError) as error:
        raise ModelFileError(f"{path} holds no model: {_ADVICE}") from error


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


def _made_by(path: Path) -> str:
    """Tell the version of Keras that saved a file; nothing where it does not say."""
    try:
        with zipfile.ZipFile(path) as archive:
            return str(json.loads(archive.read(_METADATA))["keras_version"])
    except (KeyError, ValueError, TypeError):
        return ""


def _foreign(told: Any, place: str) -> Iterator[str]:
    """Find what is not Keras' own in a configuration, and say where."""
    if isinstance(told, list):
        for each in told:
            yield from _foreign(each, place)
    if not isinstance(told, dict):
        return
    kind, inner = told.get("class_name"), told.get("config")
    if isinstance(kind, str):
        if isinstance(inner, dict) and isinstance(inner.get("name"), str):
            place = f"layer {inner['name']!r}"
        registered = str(inner if kind == "function" else told.get("registered_name") or kind)
        module = str(told.get("module") or "").split(".")[0]
        if kind in _HOLD_CODE:
            yield f"{place} is a {kind.strip('_')}"
        elif "module" in told and module != "keras" and not registered.startswith("cnnfigs>"):
            what = "uses the function" if kind == "function" else "is of the class"
            yield f"{place} {what} {registered}, which Keras does not have"
    for key, each in told.items():
        if key != "compile_config":  # how it was trained is not read
            yield from _foreign(each, place)


def _shortened(text: str) -> str:
    return text if len(text) <= 200 else text[:199] + "…"
