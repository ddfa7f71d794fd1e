"""What is wrong with a file in which no model was found, where its bytes tell."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cnnfigs.models.files import ModelFileError
from cnnfigs.models.onnx_files import read_onnx


@contextmanager
def broken_file_told(path: Path) -> Iterator[None]:
    """Say what is wrong with a file from which a model is read in here, where that is known.

    Parameters
    ----------
    path
        The file, or what was taken for one.

    Raises
    ------
    cnnfigs.models.files.ModelFileError
        If no model can be read.
    """
    try:
        yield
    except ModelFileError as error:
        got = _what_it_is(path)
        if not got:
            raise
        expected = "a Keras model, saved with model.save('NAME.keras')" if path.suffix == ".keras" else "an ONNX model"
        raise ModelFileError(f"{path}: expected {expected}, got {got}") from error


def _what_it_is(path: Path) -> str:
    """Return what a file is that should be a model; nothing where its bytes do not tell."""
    if path.suffix not in (".keras", ".onnx") or not path.is_file():
        return ""
    try:
        with path.open("rb") as file:
            begin = file.read(4)
    except OSError:
        return ""
    if not begin:
        return "an empty file"
    if path.suffix == ".onnx":
        return ""
    if begin == b"PK\3\4":
        return _missing_from_archive(path)
    return "an ONNX model: call it NAME.onnx" if _is_onnx(path) else ""


def _missing_from_archive(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except Exception:  # what can be wrong with a zip file has many names
        return "an archive that ends early or is damaged"
    return next((f"an archive without {each}" for each in ("config.json", "model.weights.h5") if each not in names), "")


def _is_onnx(path: Path) -> bool:
    with tempfile.TemporaryDirectory() as folder, suppress(ModelFileError, ImportError, OSError):
        link = Path(folder, "model.onnx")  # the name without which none is read
        link.symlink_to(path.resolve())
        read_onnx(link)
        return True
    return False
