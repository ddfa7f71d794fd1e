"""Hostile records are refused in one line, in bounded memory and time, whoever wrote their checksum."""

import base64
import functools
import json
import resource
import subprocess
import sys
from pathlib import Path

from cnnfigs.experiments.catalog import usual
from cnnfigs.experiments.records import RecordError, _checksum, path_of, read

TRIAL = usual("convnet", 1)
#: Bytes and seconds of processor time: whatever asks for more is stopped.
MEMORY, SECONDS = 2_000_000_000, 100
RAW = "\x1b[31mred\x07\nline\x9b\u202e\u2066\x00"
LONG = "n" * 900_000


def nested(depth):
    told = []
    for _ in range(depth):
        told = [told]
    return told


#: What a record says, with a checksum that fits.
SAYS = {
    "a kind with raw characters": lambda told: told.update(kind=RAW),
    "a kind of many letters": lambda told: told.update(kind=LONG),
    "a kind that is a list": lambda told: told.update(kind=[RAW]),
    "a trial with raw characters": lambda told: told.update(trial={RAW: RAW}),
    "a trial of many letters": lambda told: told.update(trial=LONG),
    "a digest with raw characters": lambda told: told.update(digest=RAW),
    "a digest that is a number": lambda told: told.update(digest=7),
    "no digest": lambda told: told.update(digest=None),
    "right answers of many letters": lambda told: told["outcome"]["test"].update(right=LONG),
    "right answers of many digits": lambda told: told["outcome"]["test"].update(right=10**4000),
    "right answers nested deep": lambda told: told["outcome"]["test"].update(right=nested(400)),
    "asked of many letters": lambda told: told["outcome"]["test"].update(asked=LONG),
    "steps of many letters": lambda told: told["outcome"].update(steps=LONG),
    "another digest": lambda told: told.update(digest="0" * 900_000),
    "an outcome that is a text": lambda told: told.update(outcome=RAW),
    "an outcome of many letters": lambda told: told.update(outcome={LONG: 1}),
    "an outcome nested deep": lambda told: told.update(outcome={"test": nested(900)}),
    "right answers with raw characters": lambda told: told["outcome"]["test"].update(right=RAW),
    "right answers without end": lambda told: told["outcome"]["test"].update(right=float("inf")),
    "right answers that are none": lambda told: told["outcome"]["test"].update(right=float("nan")),
    "asked with raw characters": lambda told: told["outcome"]["test"].update(asked=RAW),
    "steps with raw characters": lambda told: told["outcome"].update(steps=RAW),
    "marks with raw characters": lambda told: told["outcome"]["test"].update(bits=RAW),
    "marks of many letters": lambda told: told["outcome"]["test"].update(bits=LONG),
    "very many marks": lambda told: told["outcome"]["test"].update(bits=base64.b64encode(bytes(600_000)).decode()),
    "training with raw characters": lambda told: told["outcome"]["training"].update(right=RAW),
    "training of many letters": lambda told: told["outcome"]["training"].update(asked=LONG),
    "a place with raw characters": lambda told: told["outcome"]["elsewhere"].update({RAW: {}}),
    "a place of many letters": lambda told: told["outcome"]["elsewhere"].update({LONG: {}}),
    "a difference with raw characters": lambda told: told["outcome"]["elsewhere"]["up 2"].update(difference=RAW),
}
#: What stands in its file.
HOLDS = {
    "nothing": b"",
    "no bytes but zeros": bytes(1000),
    "no text": b"\xff\xfe\x00",
    "brackets": b"[" * 5_000 + b"]" * 5_000,
    "many brackets": b"[" * 900_000,
    "brackets within what is read": b"[" * 900 + b"]" * 900,
    "objects in one another": b'{"a":' * 5_000,
    "a list": b"[1]",
    "a long text": b'"' + b"x" * 990_000 + b'"',
    "a number of many digits": b'{"kind":' + b"9" * 500_000 + b"}",
    "one field twice": b'{"sha256": 1, "sha256": 2}',
    "too much": b" " * 2_000_000,
    "raw characters": RAW.encode(),
}


def records():
    good = json.loads(path_of(TRIAL).read_text("utf-8"))
    for name, change in SAYS.items():
        told = json.loads(json.dumps(good))
        change(told)
        del told["sha256"]
        yield name, json.dumps({**told, "sha256": _checksum(told)}).encode()
    yield from HOLDS.items()


def refusals(folder):
    """Read all; say what came of each."""
    path = path_of(TRIAL, folder)
    for name, make in [
        *((name, functools.partial(path.write_bytes, content)) for name, content in records()),
        ("a folder", path.mkdir),
        ("a link to itself", lambda: path.symlink_to(path)),
        ("a device", lambda: path.symlink_to("/dev/zero")),
    ]:
        if path.is_dir():
            path.rmdir()
        path.unlink(missing_ok=True)
        make()
        try:
            read(TRIAL, folder)
        except RecordError as error:
            yield name, str(error).replace(str(folder), "")
        except BaseException as error:  # what is not refused as it should be is told
            yield name, f"{type(error).__name__}\n{str(error)[:200]}"
        else:
            yield name, "it is accepted\n"


def test_hostile_records_are_refused_in_one_line(tmp_path):
    ended = subprocess.run(
        [sys.executable, __file__, str(tmp_path)], capture_output=True, text=True, timeout=600, check=False
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    told = json.loads(ended.stdout)
    assert len(told) > 30
    assert [name for name, said in told.items() if not said.isprintable() or not 20 < len(said) < 500] == []
    assert all("nox -s train" in said for said in told.values())
    assert [path.name for path in tmp_path.iterdir()] == [path_of(TRIAL).name]


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    print(json.dumps(dict(refusals(Path(sys.argv[1])))))
