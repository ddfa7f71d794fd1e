"""What really runs, to compare with what a result is said to depend on."""

import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

from cnnfigs.provenance import dependencies


def executed_definitions(function: Callable[[], Any], package: str) -> set[tuple[str, str]]:
    """Module and qualified name of every piece of a package's code that runs while the function runs.

    What runs only because a module is being imported is left out: class statements and decorators run then whatever
    is used of the module.
    """
    codes: set[CodeType] = set()
    modules: dict[str, str] = {}
    settled: dict[int, CodeType] = {}  # what runs a million times is looked at once; to hash code takes long

    def note(frame: FrameType, event: str, _argument: object) -> None:
        code = frame.f_code
        if event != "call" or id(code) in settled:
            return
        if frame.f_globals.get("__name__", "").partition(".")[0] != package or code.co_filename.startswith("<"):
            settled[id(code)] = code  # methods that dataclasses write are of no file
            return
        outer: FrameType | None = frame
        while outer is not None:
            if outer.f_code.co_name == "<module>" and outer.f_globals.get("__name__", "").partition(".")[0] == package:
                return
            outer = outer.f_back
        settled[id(code)] = code
        codes.add(code)
        modules[code.co_filename] = frame.f_globals["__name__"]

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        function()
    finally:
        sys.setprofile(before)
    return {(modules[code.co_filename], code.co_qualname) for code in codes}


def missed(function: Callable[[], Any], package: str, *targets: str) -> set[tuple[str, str]]:
    """What runs although it is not among the dependencies of the targets."""
    known = dependencies(*targets)
    return {ran for ran in executed_definitions(function, package) if not known.covers(*ran)}
