"""All illustrations: for the gallery, the command line, and the tests that hold for each of them."""

from __future__ import annotations

import importlib
import pkgutil

import cnnfigs.illustrations
from cnnfigs.illustrations.base import Illustration


def all_illustrations() -> dict[str, type[Illustration]]:
    """Import every module of illustrations and return every illustration by name, in alphabetical order.

    Examples
    --------
    >>> "Architecture" in all_illustrations()
    True
    """
    for module in pkgutil.walk_packages(cnnfigs.illustrations.__path__, "cnnfigs.illustrations."):
        importlib.import_module(module.name)
    shipped = {name: kind for name, kind in Illustration.registry.items() if kind.__module__.startswith("cnnfigs.")}
    return dict(sorted(shipped.items()))


def find(name: str) -> type[Illustration]:
    """Return the illustration of that name.

    Raises
    ------
    ValueError
        If there is none; names like it are given.
    """
    import difflib

    known = all_illustrations()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.4) or list(known)
        raise ValueError(f"there is no illustration {name!r}: did you mean {', '.join(near)}?")
    return known[name]
