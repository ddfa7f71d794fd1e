"""Finding the runs that pages need, read off their code cells, so that they can be computed before any page is read."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from cnnfigs.building.jobs import Job
from cnnfigs.illustrations.base import Illustration


def jobs_of(cells: str) -> Iterator[Job]:
    r"""Find the runs that code cells ask for.

    What is not to be known without running the cells, such as a parameter that is computed, is left to them.

    Parameters
    ----------
    cells
        The code of a page.

    Examples
    --------
    >>> [job.title for job in jobs_of("from cnnfigs.illustrations.windows.padding import Padding\n\nPadding(size=4)")]
    ['Padding(size=4)']
    """
    try:
        tree = ast.parse(cells)
    except SyntaxError:  # the page's own build says so
        return
    imported = {
        each.asname or each.name: (node.module, each.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("cnnfigs.")
        for each in node.names
    }
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in imported:
                illustration = made(*imported[name], node)
                shown = (illustration, *illustration.shown_along) if illustration is not None else ()
                yield from filter(None, map(job_of, shown))


def job_of(illustration: Illustration) -> Job | None:
    """Return the job that computes an illustration's run; None if words cannot describe it, or is never kept."""
    kind = type(illustration)
    parameters = {field.name: getattr(illustration, field.name) for field in fields(illustration)}
    try:
        ast.literal_eval(repr(parameters))
    except (SyntaxError, ValueError):  # an array or a model
        return None
    key = illustration.key
    if key is None:
        return None
    defaults = {field.name: field.default for field in fields(illustration)}
    words = ", ".join(f"{name}={value!r}" for name, value in parameters.items() if value != defaults[name])
    return Job(kind.__module__, kind.__qualname__, repr(parameters), key, f"{kind.__qualname__}({words})")


def made(module: str, name: str, call: ast.Call) -> Illustration | None:
    """Make the illustration that a call of literals asks for; nothing where it is none."""
    try:
        kind: Any = getattr(importlib.import_module(module), name)
        if not (isinstance(kind, type) and issubclass(kind, Illustration)):
            return None
        positional = [ast.literal_eval(each) for each in call.args]
        named = {each.arg: ast.literal_eval(each.value) for each in call.keywords if each.arg}
        return kind(*positional, **named) if len(named) == len(call.keywords) else None
    except Exception:  # whatever is wrong with it, the page's cell fails in the same way and is named
        return None
