"""What the page says in words is what its sources and numbers say."""

import re
from pathlib import Path

import numpy as np
from page_words import says

from cnnfigs.data import mnist
from cnnfigs.experiments.catalog import FIVE, by_recipe
from cnnfigs.experiments.comparisons import ENOUGH
from cnnfigs.experiments.records import path_of, read
from cnnfigs.illustrations.architectures.lenet5 import LeNet5, LeNet5Codes, LeNet5Recipe, LeNet5Table
from cnnfigs.illustrations.training_and_measured.lenet5_errors import LeNet5Seeds
from cnnfigs.models.lenet5 import BOUND, CONNECTIONS
from cnnfigs.models.networks import build
from cnnfigs.models.training import RECIPE
from cnnfigs.models.weights import record

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "lenet5.md").read_text(encoding="utf-8")


def test_what_is_concluded_of_lenet5_and_its_paper_is_what_the_intervals_say():
    """More or fewer errors are claimed only of three seeds or more, and only where chance leaves nothing else open."""
    run, told = LeNet5Seeds().result, LeNet5Seeds().facts["conclusion"]
    trainings = [seed for seed in FIVE if path_of(by_recipe("lenet5", seed)).exists()]
    assert run.findings.of("lenet5").seeds == tuple(trainings)
    if len(trainings) < ENOUGH:
        assert "cannot say" in told
    else:
        low, high = run.behind_interval
        assert ("hardly explains" in told) == (low > 0 or high < 0)
        assert ("does not follow" in told) == (low <= 0 <= high)
    prose = re.sub(r"```\{code-cell\}.*?```", "", PAGE[PAGE.index("### How good is it?") :], flags=re.DOTALL)
    assert not re.search(r"not as good as|better than|worse than theirs|fewer than", prose)


def test_headline_is_the_mean_over_the_seeds_and_the_shown_network_is_one_of_them():
    right = [
        read(by_recipe("lenet5", seed))["test"]["right"] for seed in FIVE if path_of(by_recipe("lenet5", seed)).exists()
    ]
    errors = [10_000 - each for each in right]
    facts = LeNet5Seeds().facts
    assert facts["lenet5 mean"].split()[0] == f"{np.mean(errors) / 100:.2f}"
    assert (facts["trainings"], facts["shown seed"]) == (str(len(errors)), str(record("lenet5")["recipe"]["seed"]))
    shown = round(10_000 * (1 - record("lenet5")["test_accuracy"]))
    assert facts["shown errors"] == str(shown)
    fewer, more = sum(each < shown for each in errors), sum(each > shown for each in errors)
    place = "the best" if not fewer else "the worst" if not more else f"one with {fewer} better and {more} worse"
    assert facts["shown place"].startswith(place)
    steps = [read(by_recipe("lenet5", seed))["steps"] for seed in FIVE]
    assert facts["cut off"] == str(sum(each == 30 * 430 for each in steps))


def test_connection_is_told_as_the_paper_counts_it():
    """One for each input that a unit reads and one for its bias: 5,880 in S2, not the 2,352 of multiplications."""
    sizes = {layer.name: layer for layer in LeNet5Table().result.layers}
    height, width, maps = sizes["S2"].shape
    assert sizes["S2"].connections == height * width * maps * (2 * 2 + 1) == 5_880
    assert "one input that a unit reads, or its bias" in PAGE
    assert "one multiplication" not in PAGE


def test_numbers_of_the_recipe_stand_in_no_typed_table():
    assert not re.search(r"^\|", PAGE, flags=re.MULTILINE)
    assert "fig-lenet5-recipe" in PAGE


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
    told = LeNet5Recipe().description
    for part in (
        "Adam, 128 images at a time",
        f"weights after {record('lenet5')['best_epoch']} passes",
        "5,000 held out",
    ):
        assert part in told
    assert BOUND == 1
    biases = [weight for weight in build("lenet5").weights if weight.name == "bias"]
    assert len(biases) == 6
    assert not any(np.any(bias) for bias in biases)


def test_seeds_differ_by_as_much_as_is_told():
    assert says("lenet5", "The convnet's seeds differ by more than the two means do, LeNet-5's by nearly as much")
    ours, convnet = (LeNet5Seeds().result.findings.of(name).accuracy for name in ("lenet5", "convnet"))
    apart = abs(ours.mean() - convnet.mean())
    assert np.ptp(convnet) > apart > np.ptp(ours) > 0.7 * apart


def test_what_came_at_once_is_what_differs():
    """Both have three convolutions: LeNet-5's third is the one that is a dense layer."""
    lenet5, convnet = (
        [layer for layer in build(name).layers if "kernel_size" in layer.get_config()] for name in ("lenet5", "convnet")
    )
    assert says("lenet5", "smaller windows and more maps")
    for ours, theirs in zip(convnet, lenet5, strict=False):
        assert ours.kernel_size < theirs.kernel_size
        assert ours.filters > theirs.filters
