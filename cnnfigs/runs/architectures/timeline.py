"""The history of convolutional networks, as the file beside this module tells it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

#: What a step was about: the brain, speech, images, or images without convolution.
KINDS = ("brain", "speech", "images", "rival")


@dataclass(frozen=True)
class Event:
    """One dated step."""

    #: When the work was first to be read.
    year: int
    #: One of :data:`KINDS`.
    kind: str
    #: A few words, and a line that says what was new.
    title: str
    what: str
    #: Its entry in the bibliography.
    key: str


@dataclass(frozen=True)
class History:
    """Dated steps, oldest first."""

    events: tuple[Event, ...]


FILE = Path(__file__).with_name("timeline.toml")


def read_history(path: Path = FILE) -> History:
    """Read the steps from their file.

    Raises
    ------
    ValueError
        If a step is out of order or of an unknown kind.
    """
    events = tuple(Event(**each) for each in tomllib.loads(path.read_text(encoding="utf-8"))["event"])
    year = 0
    for event in events:
        if event.kind not in KINDS:
            raise ValueError(f"kind of {event.key} in {path}: expected one of {', '.join(KINDS)}, got {event.kind!r}")
        if event.year < year:
            raise ValueError(
                f"year of {event.key} in {path}: expected {year} or later, after the one before it, got {event.year}"
            )
        year = event.year
    return History(events)
