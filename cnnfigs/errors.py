"""The package's exceptions: whoever catches one asks for its class, never for its words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class CnnfigsError(Exception):
    """What the package has to say to whoever uses it, in one line."""


class ParameterError(CnnfigsError, ValueError):
    """A parameter has a value that it cannot have."""


class MissingKerasError(CnnfigsError, ImportError):
    """Keras is not installed, and it takes Keras to compute this; the message says how it is."""


@contextmanager
def asking_for_keras(what: str = "this") -> Iterator[None]:
    """Say how Keras is installed where something in here needs it and it is not there.

    Raises
    ------
    MissingKerasError
        In one line, which begins with `what`.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("keras", "tensorflow"):
            raise
        raise MissingKerasError(f"{what} needs Keras: pip install 'cnnfigs[keras]'") from error
