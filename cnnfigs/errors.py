"""The package's exceptions: whoever catches one asks for its class, never for its words."""

from __future__ import annotations


class CnnfigsError(Exception):
    """What the package has to say to whoever uses it, in one line."""


class ParameterError(CnnfigsError, ValueError):
    """A parameter has a value that it cannot have."""
