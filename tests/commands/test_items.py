"""`cnnfigs items`: answers to the concept test, read with care, and told with numbers that are known beforehand."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from cnnfigs.commands import items
from cnnfigs.commands.app import main

KEY = json.loads(items.KEY.read_text("utf-8"))
#: What `--json` gives.
SHARE = {"type": "number", "minimum": 0, "maximum": 1}
NUMBER = {"type": ["number", "null"]}
ITEM = {
    "type": "object",
    "required": ["idea", "right", "discrimination", "options", "left out", "difficulty", "standard error"],
    "properties": {
        "right": SHARE,
        "left out": SHARE,
        "discrimination": NUMBER,
        "difficulty": NUMBER,
        "standard error": NUMBER,
        "options": {
            "minProperties": 3,
            "maxProperties": 5,
            "additionalProperties": {"required": ["share", "misconception"], "properties": {"share": SHARE}},
        },
    },
}
SCHEMA = {
    "type": "object",
    "required": ["test", "forms"],
    "properties": {
        "forms": {
            "additionalProperties": {
                "required": ["version", "readers", "mean score", "reliability", "ideas", "items", "scores"],
                "properties": {
                    "ideas": {"minProperties": 12, "maxProperties": 12, "additionalProperties": SHARE},
                    "items": {"minProperties": 15, "maxProperties": 15, "additionalProperties": ITEM},
                },
            }
        }
    },
}


def answered(right, form="A"):
    """Answers of readers, of whom some are right; who is not takes the first misconception."""
    known = KEY[form]["items"]
    return [
        {
            "test": items.TEST,
            "form": form,
            "version": KEY[form]["version"],
            "answers": {
                name: item["right"] if got else next(iter(item["wrong"]))
                for got, (name, item) in zip(row, known.items(), strict=True)
            },
        }
        for row in right
    ]


def simulated(seed, readers=100, form="A"):
    """Readers with abilities of spread 1, who answer as the Rasch model says; the difficulties of the items too."""
    generator = np.random.default_rng(seed)
    difficulties = generator.permutation(np.linspace(-2, 2, len(KEY[form]["items"])))
    abilities = generator.normal(0, 1, readers)
    chances = 1 / (1 + np.exp(difficulties - abilities[:, np.newaxis]))
    return generator.random(chances.shape) < chances, difficulties


def wrote(folder: Path, objects, lines=False):
    path = folder / "answers.json"
    path.write_text("\n".join(map(json.dumps, objects)) if lines else json.dumps(objects), "utf-8")
    return path


@pytest.mark.parametrize("seed", range(10))
def test_difficulties_of_simulated_readers_are_recovered(seed):
    right, difficulties = simulated(seed, form="AB"[seed % 2])
    found, errors = items.rasch(right.astype(float))
    assert np.corrcoef(found, difficulties)[0, 1] >= 0.95
    assert abs(np.mean(found)) < 1e-6
    # Errors of the difficulties are as large as they are said to be, on the whole.
    misses = np.array(found) - (difficulties - difficulties.mean())
    assert 0.5 < np.sqrt(np.mean((misses / np.array(errors)) ** 2)) < 1.7


def test_difficulties_are_those_of_conditional_maximum_likelihood():
    """E. B. Andersen, Psychometrika 38 (1973), 123-140, written out with sums over all patterns of seven items."""
    from itertools import product

    from scipy.optimize import minimize

    right = simulated(3, readers=300)[0][:, 4:11].astype(float)
    patterns = np.array([*product((0, 1), repeat=right.shape[1])], dtype=float)

    def loss(free):
        difficulties = np.array([*free, -free.sum()])
        weights = np.exp(-patterns @ difficulties)
        by_score = np.bincount(patterns.sum(axis=1).astype(int), weights)
        return (right @ difficulties).sum() + np.log(by_score[right.sum(axis=1).astype(int)]).sum()

    free = minimize(loss, np.zeros(right.shape[1] - 1)).x
    found, _ = items.rasch(right)
    assert np.allclose(found, [*free, -free.sum()], atol=0.12)


def test_statistics_are_those_worked_out_by_hand():
    right = np.zeros((4, 15), dtype=bool)
    right[1:, 0] = True  # three of four
    right[2:, 1] = True
    right[3, 2] = True
    told = items.analysed([items._checked(each, "x", KEY) for each in answered(right)], KEY)["forms"]["A"]
    first, second, third, fourth = [*told["items"].values()][:4]
    assert [each["right"] for each in (first, second, third, fourth)] == [0.75, 0.5, 0.25, 0]
    # The first against the rest (0, 0, 1, 2): means 0 and 1 apart, by hand sqrt(3/11).
    assert first["discrimination"] == pytest.approx((3 / 11) ** 0.5)
    assert fourth["discrimination"] is None
    assert told["mean score"] == 1.5
    assert told["standard deviation"] == pytest.approx((5 / 3) ** 0.5)
    # Scores 0, 1, 2, 3: variance 1.25; the items' variances add up to 0.6875 - 0.0625 = 0.625.
    assert told["reliability"] == pytest.approx(15 / 14 * (1 - 0.625 / 1.25))
    wrong = [each["share"] for each in first["options"].values() if each["misconception"]]
    assert sorted(wrong) == [0, 0, 0.25]
    assert first["difficulty"] is None  # four readers are too few
    assert [each["score"] for each in told["scores"]] == [0, 1, 2, 3]


def test_an_item_that_all_get_right_has_no_difficulty_and_the_others_keep_theirs():
    right, _ = simulated(1)
    before, _ = items.rasch(right[:, 1:].astype(float))
    right[:, 0] = True
    after, errors = items.rasch(right.astype(float))
    assert after[0] is errors[0] is None
    assert after[1:] == pytest.approx(before)


@pytest.mark.parametrize("lines", [False, True])
def test_json_has_all_numbers_and_follows_its_schema(tmp_path, capsys, lines):
    given = [*answered(simulated(0)[0]), *answered(simulated(1, 30, "B")[0], "B")]
    given[0]["answers"]["halved-a"] = None
    path = wrote(tmp_path, given, lines)
    assert main(["items", str(path), "--json", "-"]) == 0
    told = json.loads(capsys.readouterr().out)
    jsonschema.validate(told, SCHEMA)
    assert [form["readers"] for form in told["forms"].values()] == [100, 30]
    for form in told["forms"].values():
        for item in form["items"].values():
            assert sum(each["share"] for each in item["options"].values()) + item["left out"] == pytest.approx(1)
    assert told["forms"]["A"]["items"]["halved-a"]["left out"] == 0.01


def test_the_table_names_each_item_and_what_is_believed(tmp_path, capsys):
    right = np.ones((20, 15), dtype=bool)
    right[:15, 3] = False
    assert main(["items", str(wrote(tmp_path, answered(right)))]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert all(name in printed for name in KEY["A"]["items"])
    belief = next(iter(KEY["A"]["items"]["flat-image-a"]["wrong"].values()))
    assert f"more than are right believe this: {belief}" in printed


def test_without_the_library_all_but_the_logits_is_told(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(items, "can_fit", lambda: False)
    assert main(["items", str(wrote(tmp_path, answered(simulated(0)[0])))]) == 0
    assert "pip install 'cnnfigs[items]'" in capsys.readouterr().out


def changed(**changes):
    (one,) = answered([[True] * 15])
    return {**one, **changes}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"test": "another"}, "test: expected 'cnnfigs concept test', got 'another'"),
        (changed(form="C"), "form: expected A or B, got 'C'"),
        (changed(form=["A"]), "form: expected A or B"),
        (changed(version=1), "version: expected text"),
        (changed(answers={}), "answers: expected one for each of the 15 items of form A"),
        (changed(answers={**changed()["answers"], "halved-a": "7"}), "halved-a: expected whole, "),
        (changed(answers={**changed()["answers"], "halved-a": ["whole"]}), "halved-a: expected whole, "),
        ("[1]", "test: expected"),
        ([], "there are no answers"),
    ],
)
def test_what_is_no_answer_is_refused_in_one_line(tmp_path, capsys, given, said):
    assert main(["items", str(wrote(tmp_path, given))]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_files_that_cannot_be_read_are_refused_with_their_line(tmp_path, capsys):
    broken = tmp_path / "class.jsonl"
    broken.write_text(json.dumps(changed()) + "\n{\n", "utf-8")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\xfa")
    for path, said in (
        (broken, "class.jsonl:2: expected JSON"),
        (tmp_path / "binary", "UTF-8"),
        (tmp_path / "no", "no such file"),
    ):
        assert main(["items", str(path)]) == 2
        assert said in capsys.readouterr().err
