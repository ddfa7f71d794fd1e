"""Words of the command line as an illustration with its parameters."""

from __future__ import annotations

import ast
import difflib
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from cnnfigs.catalog import Entry, find
from cnnfigs.commands.errors import CommandError, reason
from cnnfigs.errors import ParameterError
from cnnfigs.parameters import require
from cnnfigs.words import written

if TYPE_CHECKING:
    from cnnfigs.illustrations.base import Illustration

#: So many pixels may a picture have, in some 400 MB; of other formats is none, since for one Pillow runs a program.
MOST_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "AVIF")
_WORDS = {"true": True, "false": False, "none": None}


def parsed(words: Sequence[str], command: str = "render") -> tuple[Entry, list[tuple[str, str]]]:
    """Read which illustration words of the command line name, and its parameters, without importing anything slow.

    Parameters
    ----------
    words
        A name, then parameters as ``--name=value`` or ``--name value``; a hyphen in a name stands for an underscore.
    command
        Which command was given them, for what is said where they name nothing.

    Returns
    -------
    Entry, list of (str, str)
        The illustration, and names and values as they were typed.

    Raises
    ------
    CommandError or ParameterError
        If there is no such illustration or parameter, or it cannot have that value.
    """
    names = [word for word in words[:1] if not word.startswith("--")]
    if not names:
        raise CommandError(f"which illustration? `cnnfigs list` names all; one is meant by `cnnfigs {command} Padding`")
    entry = find(names[0])
    known = [each.name for each in entry.parameters]
    pairs = _pairs(words[1:])
    for name, _ in pairs:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            there = ", ".join(f"--{each}" for each in known) or "none"
            advice = f"did you mean --{near[0]}?" if near else f"expected {there}"
            raise CommandError(f"{entry.name} has no parameter {name!r}: {advice}")
    fields = {each.name: each for each in entry.parameters}
    for name, text in pairs:
        if fields[name].default and not _names_a_file(name, text):
            try:
                fields[name].declared.check(_value(name, text, ast.literal_eval(fields[name].default)))
            except ParameterError as error:
                raise CommandError(f"{entry.name}: {error}") from error
    return entry, pairs


def illustration(words: Sequence[str], command: str = "render") -> Illustration:
    """Make the illustration that words of the command line name.

    Parameters
    ----------
    words, command
        As :func:`parsed` takes them.

    Raises
    ------
    CommandError
        If there is no such illustration or parameter, or the illustration refuses a value.
    """
    entry, pairs = parsed(words, command)
    kind = entry.load()
    defaults = {field.name: field.default for field in fields(kind)}
    values = {name: _value(name, text, defaults[name]) for name, text in pairs}
    with refusals_named(words):
        return kind(**values)


def computed(words: Sequence[str], command: str = "render") -> Illustration:
    """Make the illustration that words of the command line name, with its run; say so where that takes long.

    Parameters
    ----------
    words, command
        As :func:`parsed` takes them.

    Raises
    ------
    CommandError
        As :func:`illustration`, or if the run refuses what the illustration was given.
    """
    figure = illustration(words, command)
    wait = f"{type(figure).__name__} is computed, once: Keras takes some seconds to start"
    with refusals_named(words), nullcontext() if figure.is_computed else Console(stderr=True).status(wait):
        figure.result  # noqa: B018 - it is kept with the illustration
    return figure


@contextmanager
def refusals_named(words: Sequence[str]) -> Iterator[None]:
    """Name the illustration where it refuses something; a mistake in its code keeps its traceback.

    With a network or an image from a file, each ValueError is about that file.

    Parameters
    ----------
    words
        As :func:`parsed` takes them.

    Raises
    ------
    CommandError
        In place of what the illustration refuses.
    """
    entry, pairs = parsed(words)
    refusal = ValueError if any(_names_a_file(*pair) for pair in pairs) else ParameterError
    try:
        yield
    except refusal as error:
        raise CommandError(f"{entry.name}: {error}") from error


def _pairs(words: Sequence[str]) -> list[tuple[str, str]]:
    pairs = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--") or word == "--":
            raise CommandError(f"what is {word!r}? Parameters are written --name=value")
        name, sign, text = word[2:].partition("=")
        if not sign:
            if not rest:
                raise CommandError(f"{word} has no value: write {word}=VALUE")
            text = rest.pop(0)
        pairs.append((name.replace("-", "_"), text))
    return pairs


def _value(name: str, text: str, default: Any) -> Any:
    """Read a value as Python writes it, so far as the default is no text; a file where it is a network or an image."""
    if name == "network" and _names_a_file(name, text):
        from cnnfigs.commands.broken_models import broken_file_told
        from cnnfigs.models.files import ModelFileError, read_model

        try:
            with broken_file_told(Path(text)):
                return read_model(Path(text))
        except ModelFileError as error:
            raise CommandError(str(error)) from error
    if name == "image" and _names_a_file(name, text):
        return read_image(Path(text))
    if isinstance(default, str):
        return text
    try:
        value = _WORDS[text.lower()] if text.lower() in _WORDS else ast.literal_eval(text)
    except (ValueError, SyntaxError):
        value = text
    if isinstance(default, tuple) and not isinstance(value, tuple):
        return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else (value,)
    if isinstance(default, float) and type(value) is int:
        return float(value)
    return value


def _names_a_file(name: str, text: str) -> bool:
    return (name == "network" and text.endswith(".keras")) or (name == "image" and text.lower() not in _WORDS)


def value_range(text: str) -> tuple[float, float]:
    """Read a range of values such as ``0-255`` or ``-1-1``.

    Raises
    ------
    ParameterError
        If it is none.

    Examples
    --------
    >>> value_range("-1-1"), value_range("0-0.5")
    ((-1.0, 1.0), (0.0, 0.5))
    """
    number = r"-?\d+(?:\.\d+)?"
    ends = re.fullmatch(f"({number})-({number})", text.strip())
    low, high = (float(ends[1]), float(ends[2])) if ends else (0.0, 0.0)
    require(low < high, "--range", text, "two numbers, the smaller first, such as 0-255 or -1-1")
    return low, high


def read_image(path: Path) -> Any:
    """Read a picture from a file as RGB, shape (height, width, 3), uint8.

    What is transparent gets white behind it, as on a page. Of 16 bits the upper 8 count.

    Raises
    ------
    CommandError
        If there is no such file, it is no picture, one that is too large, or one that does not say what black and white
        are.
    """
    import numpy as np
    from PIL import Image, ImageOps, UnidentifiedImageError

    if path.exists() and not path.is_file() and not path.is_dir():
        raise CommandError(f"{path} is not a file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own limit is larger than ours
            file = Image.open(path, formats=FORMATS)
        with file:
            if file.width * file.height > MOST_PIXELS:  # known before any of them is decoded
                size = written((file.width, file.height))
                raise CommandError(f"{path}: expected up to {MOST_PIXELS:,} pixels, got {size}: make it smaller")
            image = ImageOps.exif_transpose(file)
            if image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PNG"):
                # Pillow would cut off all above 255.
                image = Image.fromarray((np.asarray(image).astype(np.float32) / 257 + 0.5).astype(np.uint8))
            if image.mode in ("F", "I"):
                kind = "floating-point" if image.mode == "F" else "32-bit"
                raise CommandError(
                    f"{path} holds {kind} numbers, and not what black and white are: save it with 8 or 16 bits"
                )
            if image.has_transparency_data:
                image = image.convert("RGBA")
                image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
            return np.asarray(image.convert("RGB"))
    except Image.DecompressionBombError as error:
        raise CommandError(f"{path}: expected up to {MOST_PIXELS:,} pixels, got more: make it smaller") from error
    except UnidentifiedImageError as error:
        raise CommandError(f"{path} is not a picture that can be read: JPEG, PNG, WebP and GIF can") from error
    except CommandError:
        raise
    except Exception as error:  # what can be wrong with a picture has many names
        why = reason(error) if isinstance(error, OSError) else str(error)
        raise CommandError(f"{path} cannot be read: {why}") from error
