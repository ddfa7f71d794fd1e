"""What the page says in words is what its sources and numbers say."""

import re
from pathlib import Path

import numpy as np
import pytest

from cnnfigs.data import mnist
from cnnfigs.illustrations.errors import ErrorIntervals
from cnnfigs.illustrations.lenet5 import LeNet5, LeNet5Codes, LeNet5Table
from cnnfigs.models.lenet5 import BOUND, CONNECTIONS
from cnnfigs.models.networks import build
from cnnfigs.models.training import RECIPE
from cnnfigs.models.weights import record
from cnnfigs.runs.timeline import read_history

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "computer-vision.md").read_text(encoding="utf-8")
CITED = set(re.findall(r"\{cite\}`([^`]+)`", PAGE))


def test_every_citation_is_in_the_bibliography():
    known = set(re.findall(r"^@\w+\{(\w+),", (DOCS / "references.bib").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert known >= CITED


def test_every_step_of_the_timeline_is_told_and_cited():
    assert {event.key for event in read_history().events} <= CITED


def test_every_paragraph_of_the_history_and_every_use_has_its_source():
    start, end = PAGE.index("## Where they are at work"), PAGE.index("## LeNet-5, rebuilt")
    prose = re.sub(r"```\{code-cell\}.*?```", "", PAGE[start:end], flags=re.DOTALL)
    uses = re.findall(r"^- \*\*.*?(?=^- |\n\n)", prose, flags=re.MULTILINE | re.DOTALL)
    assert len(uses) == 10
    history = prose[prose.index("### A cat's brain") :]
    paragraphs = [each for each in history.split("\n\n") if each.strip() and not each.startswith("#")]
    assert len(paragraphs) >= 9
    for each in (*uses, *paragraphs):
        assert "{cite}`" in each, each


@pytest.fixture(scope="module")
def errors():
    return {each.network: each for each in ErrorIntervals(("lenet5", "convnet")).result.networks}


def test_lenet5_is_good_but_not_as_good_as_the_papers(errors):
    """95 errors in the paper are below what chance leaves open for ours."""
    assert errors["lenet5"].share < 0.02
    assert errors["lenet5"].interval[0] > 0.0095
    assert errors["convnet"].share < errors["lenet5"].share


def test_c1_shares_its_weights_more_than_the_average():
    sizes = LeNet5Table().result
    first = sizes.layers[0]
    assert first.connections / first.parameters > 10 * sizes.connections / sizes.parameters


def test_maps_of_c3_read_three_four_or_six_and_no_two_the_same():
    assert {len(maps) for maps in CONNECTIONS} == {3, 4, 6}
    assert len(set(CONNECTIONS)) == len(CONNECTIONS)


def test_codes_come_near_their_bitmaps():
    run = LeNet5Codes().result
    assert (run.penalties.argmin(axis=1) == np.arange(10)).all()
    ordered = np.sort(run.penalties, axis=1)
    assert (4 * ordered[:, 0] < ordered[:, 1]).all()


def test_large_distances_are_the_rule_among_wrong_answers():
    import keras

    from cnnfigs.models.training import as_input
    from cnnfigs.models.weights import load

    model = load("lenet5")
    reader = keras.Model(model.inputs, model.get_layer("output").output)
    penalties = reader.predict(as_input(mnist().x_test), batch_size=1000, verbose=0)
    right = penalties.argmin(axis=1) == mnist().y_test
    nearest = penalties.min(axis=1)
    assert (nearest[~right] > np.quantile(nearest[right], 0.9)).mean() > 0.75


def test_answer_of_the_drawn_digit_is_right():
    assert LeNet5().facts["answer"] == f"a {mnist().y_test[4]}"


def test_training_is_what_the_table_says():
    assert (RECIPE.optimizer, RECIPE.batch_size, RECIPE.validation_images) == ("adam", 128, 5_000)
    assert len(mnist().x_train) - RECIPE.validation_images == 55_000
    assert record("lenet5")["recipe"]["optimizer"] == "adam"
    assert BOUND == 1
    biases = [weight for weight in build("lenet5").weights if weight.name == "bias"]
    assert len(biases) == 6
    assert not any(np.any(bias) for bias in biases)
