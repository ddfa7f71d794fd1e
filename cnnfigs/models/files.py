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
_CONFIGURATION = "config.json"


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
    for name, kind in _foreign(configuration, path.name):
        raise ModelFileError(f"{path} is not opened: {name} is {kind}, and code from a file is never run")
    keras = load_keras()
    lenet5_layers()  # entered with Keras from now on
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras' own vary, as does what damaged files lead to
        told = " ".join(str(error).split()) or type(error).__name__
        raise ModelFileError(f"{path} cannot be read by Keras {keras.__version__}: {_shortened(told)}") from error
    if not isinstance(model, keras.Model):
        raise ModelFileError(f"{path} holds a {type(model).__name__}: accepted is a Keras model, saved with model.save")
    return model


def _configuration(path: Path) -> Any:
    """Read what a file says of its model, without Keras."""
    if not path.is_file():
        raise ModelFileError(f"{path} is not there" if not path.exists() else f"{path} is a folder, not a file")
    advice = "accepted is a Keras model, saved with model.save('NAME.keras')"
    if path.suffix != ".keras":
        raise ModelFileError(f"{path} is not called .keras: {advice}")
    try:
        with zipfile.ZipFile(path) as archive:
            return json.loads(archive.read(_CONFIGURATION))
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error
    except (zipfile.BadZipFile, KeyError, ValueError, RuntimeError, NotImplementedError) as error:
        raise ModelFileError(f"{path} holds no model: {advice}") from error


def _foreign(told: Any, place: str) -> Iterator[tuple[str, str]]:
    """Find what is not Keras' own in a configuration: where it stands and what it is."""
    if isinstance(told, list):
        for each in told:
            yield from _foreign(each, place)
    if not isinstance(told, dict):
        return
    kind, module = told.get("class_name"), told.get("module")
    if isinstance(kind, str):
        inner = told.get("config")
        name = inner.get("name") if isinstance(inner, dict) else None
        place = f"layer {name!r}" if name else f"something in {place}"
        registered = told.get("registered_name") or kind
        own = isinstance(registered, str) and registered.startswith("cnnfigs>")
        if kind in _HOLD_CODE:
            yield place, f"a {kind.strip('_')}"
        elif "module" in told and not own and str(module).split(".")[0] not in ("keras", "builtins"):
            written = inner if kind == "function" else registered
            yield (
                place,
                f"of the class {written}, which is not Keras' own"
                if kind != "function"
                else (f"the function {written}, which is not Keras' own"),
            )
    for key, each in told.items():
        if key != "compile_config":  # how it was trained is not read
            yield from _foreign(each, place)


def _shortened(text: str) -> str:
    return text if len(text) <= 200 else text[:199] + "…"
