"""The concept test: each key follows from what was computed, worked out here in another way."""

import json
import re
from collections import Counter
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from lxml import html
from scipy import stats

from cnnfigs.experiments.catalog import AMOUNTS, FIVE, by_recipe, with_images
from cnnfigs.experiments.results import results
from cnnfigs.illustrations.concept_test import items
from cnnfigs.illustrations.concept_test.asking import FORMS, RUNS, Asking
from cnnfigs.illustrations.concept_test.concept_test import ConceptTest
from cnnfigs.illustrations.concept_test.item import IDEAS, ItemError
from cnnfigs.illustrations.concept_test.key import KEY, key
from cnnfigs.provenance import dependencies
from cnnfigs.runs.concept_test import ABOVE_BELOW, LEFT_RIGHT

TESTS = {form: ConceptTest(form) for form in FORMS}
ITEMS = [pytest.param(each, id=each.name) for test in TESTS.values() for each in test.questions]


def asked(form, name):
    return TESTS[form].result.asked[name]


def right(form, name):
    return TESTS[form].questions[[*TESTS[form].result.asked].index(name)].right


def test_there_are_thirty_and_the_forms_are_parallel():
    a, b = (test.questions for test in TESTS.values())
    assert [each.idea for each in a] == [each.idea for each in b]
    assert [each.name[:-2] for each in a] == [each.name[:-2] for each in b]
    assert len({each.name for each in a + b}) == 30
    assert {each.idea for each in a} == set(IDEAS)
    assert sum(each.chooses for each in a + b) >= 12
    for one, other in zip(a, b, strict=True):
        assert (one.before, one.options) != (other.before, other.options)
        assert one.right.text != other.right.text, "who took one form does not know the other"


@pytest.mark.parametrize("item", ITEMS)
def test_one_option_is_right_and_each_wrong_one_has_its_misconception(item):
    assert 3 <= len(item.options) <= 5
    assert sum(not each.misconception for each in item.options) == 1
    assert len({each.text for each in item.options}) == len(item.options)
    for each in item.options:
        assert each.said.endswith((".", "?"))
        assert not each.misconception or each.misconception.endswith(".")
        assert "\n" not in each.text + each.said
    material = asked(item.name[-1].upper(), item.name[:-2])
    assert [each.name for each in item.options if material.holds[each.name]] == [item.right.name]


@pytest.mark.parametrize("form", FORMS)
def test_neither_place_nor_length_gives_the_right_option_away(form):
    """A reader who always takes the longest, the shortest, or one letter does little better than by chance."""
    made = TESTS[form].questions
    by_chance = sum(1 / len(each.options) for each in made)
    letters = Counter(each.options.index(each.right) for each in made)
    assert max(letters.values()) <= len(made) / 2
    words = [each for each in made if not each.right.text.replace(",", "").replace(" ", "").isdigit()]
    for take in (max, min):
        hits = sum(take(each.options, key=lambda option: len(option.text)) is each.right for each in words)
        assert hits <= by_chance + 1.5, take


@pytest.mark.parametrize("form", FORMS)
def test_words_that_contradict_what_was_computed_are_refused(form):
    """As if the networks had come out otherwise: whichever option is then right, the words no longer fit."""
    found = TESTS[form].result.asked
    for name, each in found.items():
        other = next(option for option, holds in each.holds.items() if not holds)
        for holds in ({**each.holds, other: True}, dict.fromkeys(each.holds, False)):
            with pytest.raises(ItemError, match=f"^{name}-"):
                items.form({**found, name: replace(each, holds=holds)}, form)


def test_weights_of_a_filter_are_those_of_the_formula():
    assert right("A", "filter-depth").text == f"{3 * 3 * 16:,}"
    assert right("B", "filter-depth").text == f"{5 * 5 * 12:,}"


def test_sizes_are_those_of_keras_documentation():
    """Same: ceil(n / s); valid: ceil((n - k + 1) / s); pooling: floor((n - 2) / 2) + 1."""
    for form, size, kernel in (("A", 27, 3), ("B", 15, 5)):
        given = asked(form, "layer-for").given
        assert given["same"] == given["wanted"] == -(-size // 2)
        assert given["valid"] == -(-(size - kernel + 1) // 2)
        assert given["pooling"] == (size - 2) // 2 + 1
        assert right(form, "layer-for").name == "same"


@pytest.mark.parametrize(("form", "kernel", "size", "value"), [("A", LEFT_RIGHT, 6, 0.5), ("B", ABOVE_BELOW, 5, 0.8)])
def test_answers_on_a_flat_image_are_those_of_scipy(form, kernel, size, value):
    from scipy.ndimage import correlate

    found = correlate(np.full((size, size), value), np.array(kernel), mode="constant", cval=0)
    assert right(form, "flat-image").text == str(int((np.abs(found) > 1e-9).sum()))


@pytest.mark.parametrize("form", FORMS)
def test_only_the_right_side_can_be_halved_three_times(form):
    item = TESTS[form].questions[[*TESTS[form].result.asked].index("halved")]
    sides = {each.name: int(found[0]) for each in item.options if (found := re.match(r"\d+", each.text))}
    assert [name for name, side in sides.items() if side % 8 == 0] == ["whole"]
    assert sides["even"] % 2 == 0
    assert sides["multiple"] % 6 == 0


@pytest.mark.parametrize(("form", "row", "kernel"), [("A", [3, 1, 4, 2], [1, 3]), ("B", [1, 4, 2, 5], [1, 2])])
def test_the_transposed_convolution_is_that_of_the_transposed_matrix(form, row, kernel):
    matrix = np.array([[*kernel, 0, 0], [0, 0, *kernel]])
    assert right(form, "transposed").text == ", ".join(map(str, matrix.T @ (matrix @ np.array(row))))


def test_the_records_decide_which_training_tells_nothing():
    """Of the two networks now one, now the other makes fewer errors; the stem gives the largest difference."""
    one, other = (results(partial(by_recipe, name), FIVE) for name in ("convnet", "convnet_mean_pooling"))
    difference = (~one.right).sum(axis=1) - (~other.right).sum(axis=1)
    assert {-1, 1} <= set(np.sign(difference).tolist())
    given = asked("A", "one-training").given
    assert given["many"] - given["few"] == np.abs(difference).max()
    assert given["overlap"] == 1  # an option says so
    assert right("A", "one-training").name == "open"


def test_the_records_decide_which_five_trainings_tell_enough():
    """Of the two ways each training of one is ahead of each of the other, by a test of ranks and of means too."""
    p, q = ((~results(partial(by_recipe, name), FIVE).right).sum(axis=1) for name in ("dense_512", "convnet"))
    assert stats.mannwhitneyu(q, p, alternative="less").pvalue < 0.01
    assert stats.ttest_ind(q, p, equal_var=False, alternative="less").pvalue < 0.001
    item = TESTS["B"].questions[13]
    assert [int(cell) for row in item.table[1:] for cell in row[1:]] == [*p, *q]
    assert right("B", "one-training").name == "better"


def test_what_helps_a_network_differs_between_the_forms():
    """By the records as they stand: errors on new digits, with more images and with another number of parameters."""

    def errors(network, images):
        trained = results(partial(with_images, network, images), AMOUNTS[images])
        return 1000 * (~trained.right).mean(axis=1)

    for form, now, images, parameters, helps in (
        ("A", ("dense_512", 10_000), ("dense_512", 30_000), ("dense_131", 10_000), "images"),
        ("B", ("dense_131", 30_000), ("dense_131", 60_000), ("dense_512", 30_000), "parameters"),
    ):
        measured = {"as it is": errors(*now), "images": errors(*images), "parameters": errors(*parameters)}
        given = asked(form, "gaps").given
        assert {name: given[f"{name} new"] for name in measured} == pytest.approx(
            {name: each.mean() for name, each in measured.items()}
        )
        assert min(measured, key=lambda name: measured[name].mean()) == right(form, "gaps").name == helps
        assert measured[helps].max() < min(each.min() for name, each in measured.items() if name != helps)


@pytest.mark.parametrize(("form", "higher"), [("A", "Q"), ("B", "neither")])
def test_probabilities_follow_from_the_ten_numbers(form, higher):
    """Softmax by the numbers that the table gives: those that it leaves out lie between the third and the smallest."""
    item = TESTS[form].questions[9]
    shown = {row[0][0]: [float(cell.replace("\N{MINUS SIGN}", "-")) for cell in row[1:]] for row in item.table[1:]}
    least, most = {}, {}
    for letter, (first, second, third, last) in shown.items():
        others = np.exp([second, third, last]).sum()
        least[letter] = np.exp(first) / (np.exp(first) + others + 6 * np.exp(third))
        most[letter] = np.exp(first) / (np.exp(first) + others + 6 * np.exp(last))
        assert least[letter] - 0.02 <= asked(form, "no-digit").given[letter] <= most[letter] + 0.02
    assert shown["P"][0] > shown["Q"][0] + 1
    if higher == "Q":
        assert least["Q"] > most["P"]
    else:
        assert abs(least["P"] - most["Q"]) < 0.1
        assert max(shown["Q"][1:]) < 0


def test_where_the_poolings_stand_decides_work_and_view():
    """Counted by hand for 28×28: places of each convolution times its weights; fields by steps."""
    dense = {"pooled": 3 * 3 * 128 * 10, "bare": 22 * 22 * 128 * 10}
    places = {"pooled": (26, 11, 3), "bare": (26, 24, 22)}
    weights = (9 * 1 * 32, 9 * 32 * 64, 9 * 64 * 128)
    work = {
        name: sum(side**2 * each for side, each in zip(sides, weights, strict=True)) + dense[name]
        for name, sides in places.items()
    }
    assert asked("A", "pooling").given["times"] == pytest.approx(work["bare"] / work["pooled"])
    given = asked("B", "pooling").given
    assert (given["bare field"], given["pooled field"]) == (3 + 2 + 2, 3 + 1 + 2 * 2 + 2 + 4 * 2)


@pytest.mark.parametrize("form", FORMS)
def test_a_pooled_map_moves_by_half_as_many_cells(form):
    """Of a digit that moves by an even number the convnet's first pooled map is the same, half as far moved."""
    from cnnfigs.models.weights import load
    from cnnfigs.runs.activations import test_digit as digit

    arguments = RUNS[form]["moved-map"].args
    index, number, rows, columns = arguments
    convolution, pooling, *_ = load("convnet").layers
    image = digit(index)
    still, moved = (
        np.asarray(pooling(convolution(each[np.newaxis])))[0, ..., number]
        for each in (image, np.roll(image, (rows, columns), (0, 1)))
    )
    assert (rows % 2, columns % 2) == (0, 0)
    assert np.allclose(moved[rows // 2 :, columns // 2 :], still[: -rows // 2, : -columns // 2], atol=1e-5)
    row, column = np.unravel_index(moved.argmax(), moved.shape)
    assert right(form, "moved-map").text == f"In row {row}, column {column}"


def test_what_makes_the_number_surer_differs_between_the_forms():
    """Drawn at random: seeds with the spread of the records, images with their share of errors."""
    trained = results(partial(by_recipe, "convnet"), FIVE)
    wrong = (~trained.right).mean(axis=1)
    generator = np.random.default_rng(0)

    def spread(trainings, images):
        rates = np.clip(generator.normal(wrong.mean(), wrong.std(ddof=1), size=(4000, trainings)).mean(axis=1), 0, 1)
        return (generator.binomial(images, rates) / images).std()

    assert spread(5, 10_000) < spread(1, 50_000)
    assert right("A", "what-to-buy").name == "trainings"
    assert spread(5, 10_000) < spread(10, 100)
    assert right("B", "what-to-buy").name == "images"


def test_the_key_that_is_shipped_is_the_one_that_is_computed():
    """After a change of an item, call `write_key()` of cnnfigs.illustrations.concept_test.key."""
    assert json.loads(KEY.read_text("utf-8")) == key()


@pytest.mark.parametrize("form", FORMS)
def test_html_has_the_items_and_the_folded_key_in_the_same_order(form):
    root = html.fragment_fromstring(TESTS[form].to_html())
    asked_of, (details,) = root.xpath("./ol/li"), root.xpath("./details")
    assert details.get("open") is None
    keys = details.xpath("./ol/li/ol")
    for item, place, said in zip(TESTS[form].questions, asked_of, keys, strict=True):
        assert place.get("data-item") == item.name
        assert len(place.xpath("./ol/li")) == len(said) == len(item.options)
        assert [each.get("data-option").replace("-", " ") for each in said] == [
            each.name.replace("-", " ") for each in item.options
        ]
        assert [each.get("data-right") is not None for each in said] == [each is item.right for each in item.options]


def test_other_words_compute_nothing_again():
    reached = dependencies(f"{Asking.__module__}:{Asking.__qualname__}.run")
    assert any("runs.concept_test:" in each for each in reached.definitions)
    assert not [each for each in reached.definitions if "concept_test.items" in each]
    assert not [each for each in reached.files if each.suffix == ".key"]
