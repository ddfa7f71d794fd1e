"""What the page says in words is what the trainings, the intervals and the answers say."""

import numpy as np
import pytest
from page_words import quoted, says
from svg_numbers import PERCENT, texts

from cnnfigs.data import mnist
from cnnfigs.experiments.catalog import by_recipe
from cnnfigs.experiments.records import read
from cnnfigs.illustrations.training_and_measured.confusion_matrix import ConfusionMatrix
from cnnfigs.illustrations.training_and_measured.mistakes import Mistakes
from cnnfigs.illustrations.training_and_measured.not_a_digit import NotADigit
from cnnfigs.illustrations.training_and_measured.seed_errors import SeedErrors
from cnnfigs.models.weights import load
from cnnfigs.statistics import wilson
from cnnfigs.words import percent


@pytest.fixture(scope="module")
def trainings():
    return {each.network: each for each in SeedErrors().result.networks}


def test_with_every_seed_the_convnet_makes_fewer_errors(trainings):
    for dense in ("dense_512", "dense_131"):
        assert (trainings["convnet"].errors < trainings[dense].errors).all()


def test_the_conditions_are_those_of_the_network_that_is_shown(trainings):
    """Each network stopped after steps of its own."""
    steps = {name: [read(by_recipe(name, seed))["steps"] for seed in each.seeds] for name, each in trainings.items()}
    for name, each in trainings.items():
        assert f"in {min(steps[name]):,} to {max(steps[name]):,} steps" in each.conditions
    assert max(steps["convnet"]) < max(max(each) for each in steps.values())
    assert quoted("how-far-to-trust-it").count(("seeds", "convnet conditions")) == 1


def test_95_in_100_wilson_intervals_hold_the_true_rate():
    assert says("how-far-to-trust-it", "95 in 100 hold the true rate")
    counts = np.random.default_rng(0).binomial(10_000, 0.01, size=4_000)
    low, high = np.transpose([[(found := wilson(int(count), 10_000)).low, found.high] for count in counts])
    assert ((low <= 0.01) & (high >= 0.01)).mean() == pytest.approx(0.95, abs=0.01)


def test_the_errors_are_not_spread_evenly():
    """Far more often than if all confusions were as likely as each other."""
    facts = ConfusionMatrix().facts
    errors = int(Mistakes().facts["errors"])
    assert int(facts["commonest times"]) > 4 * errors / 90


def test_what_is_shown_as_99_percent_is_99_percent():
    """A picture does not round a probability up to the threshold that the page counts by."""
    picture = Mistakes()
    written = [
        float(text.removeprefix("over ").removesuffix(PERCENT)) for text in texts(picture) if text.endswith(PERCENT)
    ]
    assert len(written) == len(picture.result.images) > picture.result.sure_errors
    assert sum(number >= 99 for number in written) == picture.result.sure_errors
    for kind in NotADigit().result.kinds:
        for shown in kind.probabilities:
            assert (float(percent(shown).removeprefix("over ").removesuffix(PERCENT)) >= 99) == (shown >= 0.99)


def test_a_temperature_keeps_the_answer_and_brings_no_scribble_to_none():
    """Logits divided by one number: the order stays, and the ten shares add up to one."""
    model, images = load("convnet"), mnist().x_test[:50, ..., np.newaxis] / 255
    logits = np.log(np.asarray(model.predict(images, verbose=0), dtype=np.float64) + 1e-30) / 2
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert (shares.argmax(axis=1) == logits.argmax(axis=1)).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1)
