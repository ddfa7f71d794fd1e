"""The records of the trials: one JSON file each, shipped, and checked when read.

Its digest says what made it: when code, data or description no longer give that digest, the record is *stale*, and the
trial is to be made again.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import json
import platform
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs import provenance
from cnnfigs.errors import CnnfigsError
from cnnfigs.experiments.trials import Trial
from cnnfigs.files import write_whole
from cnnfigs.models.backend import THREADS
from cnnfigs.telling import one_line

RECORDS = Path(__file__).parent / "records"

#: What a record has: the kind and fields of the trial, its outcome, the digest of what made it, the versions it was
#: made with, and a checksum of all that.
FIELDS = ("kind", "trial", "outcome", "digest", "made_with", "sha256")

#: No record is nearly as large.
LARGEST = 1_000_000

REMEDY = "restore it with `git checkout -- cnnfigs/experiments/records`, or delete it and run `nox -s train`"


class RecordError(CnnfigsError, RuntimeError):
    """A record is missing or damaged, or cannot be written; the message is one line."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


class StaleRecordError(RecordError):
    """A record was made by other code or data than today's."""


def made_with() -> dict[str, Any]:
    """Tell what trials are made with here: versions, and what decides how floating-point numbers are added up.

    That is the kind of processor, told by its most special instructions, and the number of threads.
    """
    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    return {
        "python": platform.python_version(),
        **provenance.library_versions(["keras", "numpy"]),
        "machine": platform.machine(),
        "instructions": found[-1] if found else "baseline",
        "threads": THREADS,
    }


def record_of(trial: Trial, outcome: dict[str, Any]) -> dict[str, Any]:
    """Make the record of a trial that was run here."""
    record = {
        "kind": type(trial).__name__,
        "trial": trial.description,
        "outcome": outcome,
        "digest": trial.digest(),
        "made_with": made_with(),
    }
    return {**record, "sha256": _checksum(record)}


def path_of(trial: Trial, folder: Path = RECORDS) -> Path:
    """Return where a trial's record is."""
    return folder / f"{trial.name}.json"


def write(trial: Trial, record: dict[str, Any], folder: Path = RECORDS) -> Path:
    """Write a record, whole or not at all.

    Raises
    ------
    RecordError
        If it cannot be written, such as when there is no room on the disk.
    """
    path = path_of(trial, folder)
    try:
        write_whole(path, (json.dumps(record, indent=1) + "\n").encode())
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = "there is no room on the disk; free some and start again" if full else error.strerror or str(error)
        raise RecordError(f"{path} cannot be written: {why}; what was done before is kept") from error
    return path


def read(trial: Trial, folder: Path = RECORDS) -> dict[str, Any]:
    """Read the outcome of a trial: what its ``run`` returned.

    Raises
    ------
    RecordError
        If its record is missing or damaged.
    StaleRecordError
        If it was made by other code or data than today's.
    """
    outcome: dict[str, Any] = read_record(trial, folder)["outcome"]
    return outcome


def read_record(trial: Trial, folder: Path = RECORDS) -> dict[str, Any]:
    """Read a whole record, as :func:`read`."""
    path = path_of(trial, folder)
    try:
        if path.exists() and not path.is_file():
            raise RecordError(f"{path} is damaged (it is no file): {REMEDY}")
        if path.stat().st_size > LARGEST:
            raise RecordError(f"{path} is damaged (it is larger than {LARGEST:,} bytes): {REMEDY}")
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise RecordError(f"{path} is missing: run `nox -s train`, which makes what is missing") from error
    except UnicodeDecodeError as error:
        raise RecordError(f"{path} is damaged (it is not text): {REMEDY}") from error
    except OSError as error:
        raise RecordError(f"{path} cannot be read ({error.strerror}): {REMEDY}") from error
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{path} is damaged ({error}): {REMEDY}") from error
    if not isinstance(record, dict):
        raise RecordError(f"{path} is damaged (it holds no record): {REMEDY}")
    for field in FIELDS:
        if field not in record:
            raise RecordError(f"{path} is damaged (its field {field!r} is missing): {REMEDY}")
    if record["sha256"] != _checksum({name: value for name, value in record.items() if name != "sha256"}):
        raise RecordError(f"{path} is damaged or altered (its checksum does not fit): {REMEDY}")
    if (record["kind"], record["trial"]) != (type(trial).__name__, trial.description):
        raise RecordError(f"{path} is the record of another trial: {REMEDY}")
    outcome = record["outcome"]
    found = trial.contradiction(outcome) if isinstance(outcome, dict) else "its outcome holds nothing"
    if found:
        raise RecordError(f"{path} contradicts itself ({found}): {REMEDY}")
    if record["digest"] != trial.digest():
        raise StaleRecordError(
            f"{path} was made by other code or data than today's (digest {str(record['digest'])[:12]}, "
            f"today {trial.digest()[:12]}): run `nox -s train`, which makes it again"
        )
    return record


def state(trial: Trial, folder: Path = RECORDS) -> str:
    """Tell whether the record of a trial is ``"good"``, ``"missing"``, ``"stale"`` or ``"damaged"``."""
    if not path_of(trial, folder).exists():
        return "missing"
    try:
        read_record(trial, folder)
    except StaleRecordError:
        return "stale"
    except RecordError:
        return "damaged"
    return "good"


def unpacked(bits: str, count: int) -> NDArray[np.bool_]:
    """Read truth values that :func:`cnnfigs.experiments.training.packed` wrote.

    Parameters
    ----------
    bits
        The text.
    count
        How many there are.

    Examples
    --------
    >>> unpacked("oA==", 3).tolist()
    [True, False, True]
    """
    return np.unpackbits(np.frombuffer(base64.b64decode(bits), dtype=np.uint8), count=count).astype(bool)


def _checksum(record: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()
