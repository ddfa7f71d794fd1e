"""What runs cost: it decides which are begun first, and how much time is said to be left. No result depends on it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from cnnfigs.building.jobs import Job
from cnnfigs.files import write_whole

#: Seconds of processor time on the machine where they were measured, by the call that makes the illustration: a
#: copy of the ``costs.json`` that a build from nothing has left in its folder ``.cache``.
SHIPPED = Path(__file__).with_name("costs.json")
#: What is assumed of a run that nobody has measured.
UNKNOWN = 1.0


class Costs:
    """Seconds that runs take, as they were measured here, else elsewhere.

    Parameters
    ----------
    folder
        Where what is measured here is remembered, in ``costs.json``.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / SHIPPED.name
        self._elsewhere: dict[str, float] = json.loads(SHIPPED.read_text("utf-8"))
        self._here: dict[str, float] = {}
        with suppress(OSError, ValueError):  # not there, or damaged: it is no loss
            self._here = dict(json.loads(self._file.read_text("utf-8")))

    def of(self, job: Job) -> float:
        """Return the seconds of a run."""
        return self._here.get(job.title, self._elsewhere.get(job.title, UNKNOWN))

    def ordered(self, jobs: Iterable[Job]) -> list[Job]:
        """Put those first that take longest, so that all processors are busy to the end."""
        return sorted(jobs, key=self.of, reverse=True)

    def remember(self, measured: dict[str, float]) -> None:
        """Remember the seconds of some runs, by their calls."""
        self._here.update({title: round(seconds, 2) for title, seconds in measured.items()})
        write_whole(self._file, (json.dumps(dict(sorted(self._here.items())), indent=1) + "\n").encode())
