"""A record states one outcome once: whoever alters a number, and the checksum with it, is found out."""

import base64
import copy
import json

import pytest

from cnnfigs.experiments.catalog import by_recipe, usual
from cnnfigs.experiments.records import RECORDS, RecordError, _checksum, path_of, read
from cnnfigs.experiments.verifying import compare

TRIAL = usual("convnet", 1)


def bits_with(outcome, change):
    """The marks of right answers after a change of their bytes."""
    content = bytearray(base64.b64decode(outcome["test"]["bits"]))
    change(content)
    outcome["test"]["bits"] = base64.b64encode(bytes(content)).decode()


def cleared(content):
    content[:63] = bytes(63)


def longer(content):
    content += b"\0"


#: What an altered record says, and what is said of it.
ALTERED = {
    "fewer marks than right answers": (lambda told: bits_with(told, cleared), "right answers are counted, and"),
    "more right answers than marks": (lambda told: told["test"].update(right=told["test"]["right"] + 50), "are marked"),
    "a thousand million": (lambda told: told["test"].update(right=10**9), "are marked"),
    "five asked": (lambda told: told["test"].update(asked=5), "test images asked are 5, not 10000"),
    "a place too many": (lambda told: bits_with(told, longer), "on 10008 places"),
    "no base64": (lambda told: told["test"].update(bits="§"), "cannot be read"),
    "no bits": (lambda told: told["test"].pop("bits"), "cannot be read: KeyError 'bits'"),
    "marks as a number": (lambda told: told["test"].update(bits=7), "cannot be read"),
    "no test": (lambda told: told.update(test=None), "cannot be read"),
    "right as text": (lambda told: told["test"].update(right="many"), "'many' right answers"),
    "training asked about more": (
        lambda told: told["training"].update(asked=20_000),
        "training images cannot be right",
    ),
    "training right beyond": (lambda told: told["training"].update(right=10_001), "training images cannot be right"),
    "training below none": (lambda told: told["training"].update(right=-1), "training images cannot be right"),
    "other steps": (lambda told: told.update(steps=999), "steps are 999, not 1000"),
    "a place that was not asked": (lambda told: told["elsewhere"].update(nowhere={}), "are not those of the trial"),
    "a place left out": (lambda told: told["elsewhere"].pop("right 4"), "are not those of the trial"),
    "elsewhere right beyond": (lambda told: told["elsewhere"]["up 2"].update(right=5001), "cannot be (up 2)"),
    "elsewhere other number": (lambda told: told["elsewhere"]["up 2"].update(asked=10_000), "cannot be (up 2)"),
    "more than certain": (lambda told: told["elsewhere"]["up 2"].update(difference=1.5), "cannot differ by 1.5"),
    "not a number": (lambda told: told["elsewhere"]["up 2"].update(difference=float("nan")), "cannot differ by nan"),
    "empty": (lambda told: told.clear(), "cannot be read: KeyError 'test'"),
}


def rewritten(folder, change):
    """A record whose outcome is changed and whose checksum is made anew."""
    record = json.loads(path_of(TRIAL).read_text("utf-8"))
    change(record["outcome"])
    del record["sha256"]
    record["sha256"] = _checksum(record)
    path_of(TRIAL, folder).write_text(json.dumps(record), "utf-8")


@pytest.mark.parametrize("name", ALTERED)
def test_an_altered_outcome_with_a_new_checksum_is_refused(name, tmp_path):
    change, said = ALTERED[name]
    rewritten(tmp_path, lambda told: None)
    assert read(TRIAL, tmp_path) == read(TRIAL)
    rewritten(tmp_path, change)
    with pytest.raises(RecordError) as caught:
        read(TRIAL, tmp_path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_what_is_no_outcome_is_refused(tmp_path):
    record = json.loads(path_of(TRIAL).read_text("utf-8")) | {"outcome": [1]}
    del record["sha256"]
    path_of(TRIAL, tmp_path).write_text(json.dumps({**record, "sha256": _checksum(record)}), "utf-8")
    with pytest.raises(RecordError, match="its outcome holds nothing"):
        read(TRIAL, tmp_path)


@pytest.mark.parametrize("content", ["[" * 5_000, "[" * 200_000, '{"a": ' * 5_000, " " * 2_000_000])
def test_what_is_deep_or_large_is_refused_in_one_line(content, tmp_path):
    path_of(TRIAL, tmp_path).write_text(content, "utf-8")
    with pytest.raises(RecordError, match="is damaged") as caught:
        read(TRIAL, tmp_path)
    assert "\n" not in str(caught.value)


def test_marks_that_were_moved_are_found_on_another_machine_too(tmp_path, monkeypatch):
    """As many right answers, on other images: the count alone would be as good."""
    siblings = [by_recipe("convnet", seed) for seed in (1, 2, 3)]
    for each in siblings:
        path_of(each, tmp_path).write_bytes(path_of(each, RECORDS).read_bytes())
    record = json.loads(path_of(siblings[0]).read_text("utf-8"))
    honest, moved = record["outcome"], copy.deepcopy(record["outcome"])
    bits_with(moved, bytearray.reverse)
    for outcome, verdict in ((honest, "equal"), (moved, "different")):
        monkeypatch.setattr(type(siblings[0]), "run", lambda self, outcome=outcome: outcome)
        found = compare(siblings[0], siblings, tmp_path, here=lambda: {"machine": "another"})
        assert found.verdict == verdict
