"""What the page says about a first attempt, and about the command, is so."""

import math
import re
import shlex
from pathlib import Path

import keras
import pytest
from page_words import says

import cnnfigs
from cnnfigs.commands.app import main
from cnnfigs.findings.rules import rules
from cnnfigs.illustrations.architectures.reviewed import ReviewedNetwork
from cnnfigs.runs.architectures.reviewed import first_attempt

PAGE = (Path(__file__).parents[2] / "docs" / "explain.md").read_text("utf-8")
CODE = dict(zip(("model", "notebook"), re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL), strict=True))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the code of the page has been run."""
    return tmp_path_factory.mktemp("own")


@pytest.fixture
def model(folder, monkeypatch):
    monkeypatch.chdir(folder)
    names = {}
    exec(CODE["model"], names)
    return names["model"]


def test_the_network_on_the_page_is_the_one_that_is_reviewed(model):
    expected, shown = first_attempt().get_config(), model.get_config()
    assert keras.saving.serialize_keras_object(shown) == keras.saving.serialize_keras_object(expected)


def test_the_command_names_what_the_table_has(model, capsys):
    run = ReviewedNetwork().result
    assert main(["explain", "first_attempt.keras"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    for rule, message in zip(run.rules, run.messages, strict=True):
        assert rule in printed
        assert " ".join(message.split()) in printed
    assert set(run.severities[:2]) == {"warning"}
    assert "warning" not in run.severities[2:]


def test_the_cell_shows_the_report(model):
    names = {"model": model}
    exec(CODE["notebook"], names)
    run, report = ReviewedNetwork().result, names["report"]
    assert "<iframe" in report._repr_html_()
    assert [each.rule for each in report.findings] == list(run.rules)
    assert report.data["totals"]["parameters"] == run.parameters
    assert isinstance(report, type(cnnfigs.explain("first_attempt.keras")))


def test_the_check_fails_as_it_says(model, folder):
    (line,) = re.findall(r"^- run: cnnfigs (explain .*)$", PAGE, re.MULTILINE)
    words = [word.replace("model.keras", "first_attempt.keras") for word in shlex.split(line)]
    assert main(words) == 1
    assert main([*words, "--ignore", "no-activation-between", "--ignore", "softmax-twice"]) == 0


def test_every_option_that_it_names_is_one():
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", PAGE))
    text = (Path(cnnfigs.__file__).parent / "commands" / "app.py").read_text("utf-8")
    known = {"--image", "--range", "--json", "--fail-on", "--ignore", "--svg", "--png"}
    assert options == known
    assert all(
        f'"{option}"' in text or f" {option.removeprefix('--').replace('-', '_')}: Annotated" in text
        for option in known
    )


def test_a_second_softmax_leaves_the_surest_answer_unsure():
    facts = ReviewedNetwork().facts
    surest = math.e / (math.e + 9)
    assert facts["surest twice"].replace("\N{NO-BREAK SPACE}%", "") == f"{100 * surest:.0f}"
    assert facts["least loss"] == f"{-math.log(surest):.2f}"


#: What the page of each rule says about what the rule finds.
ABOUT = {
    "field-beyond-input": "see more than the whole of it",
    "field-below-input": "receptive field",
    "pixels-never-read": "rows and columns that are never read",
    "stride-beyond-kernel": "strides",
    "uneven-same": "are uneven",
    "odd-size-cut": "odd",
    "weights-on-padding": "zeros",
    "checkerboard": "checkerboard",
    "dense-heavy": "count the parameters of a dense layer",
    "bias-without-effect": "use_bias=False",
    "no-activation-between": "Two layers without ReLU are one",
    "softmax-twice": "Softmax: from sums to probabilities",
    "softmax-of-one": "Softmax: from sums to probabilities",
    "softmax-missing": "logits",
    "no-scaling": "everything is divided by 255",
    "dead-channels": "Such filters are called *dead*",
    "duplicate-channels": "Where several find much the same",
    "shift-sensitive": "Already one pixel costs something",
    "saturated-answer": "what a probability of 99 % means, and what it does not mean",
}


def test_the_page_that_a_rule_names_is_about_what_it_finds():
    assert ABOUT.keys() == rules().keys()
    for rule in rules().values():
        assert says(rule.page, ABOUT[rule.name]), rule.name
        assert re.search(rf"`{rule.name}` .*\[\]\({rule.page}\.md\)", PAGE), rule.name
