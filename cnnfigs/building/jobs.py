"""A run that is to be computed, described in words that another process understands."""

from __future__ import annotations

import ast
import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnfigs.illustrations.base import Illustration


@dataclass(frozen=True)
class Job:
    """A run to be computed.

    Attributes
    ----------
    module, name
        The class of the illustration.
    parameters
        Its parameters, as Python writes a dictionary.
    key
        Under which its run is kept, see :func:`cnnfigs.cache.run_key`.
    title
        The call that makes the illustration, with what differs from the default, to be shown to a person.
    """

    module: str
    name: str
    parameters: str
    key: str
    title: str

    def load(self) -> Illustration:
        """Make the illustration."""
        illustration: type[Illustration] = getattr(importlib.import_module(self.module), self.name)
        return illustration(**ast.literal_eval(self.parameters))


def make(job: Job) -> None:
    """Compute a run and keep it."""
    job.load().result  # noqa: B018 - it is made when it is asked for
