"""The concept test: each key follows from what was computed, worked out here in another way."""

import json
import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from lxml import html

from cnnfigs.experiments.catalog import FIVE, by_recipe
from cnnfigs.experiments.results import results
from cnnfigs.illustrations.concept_test import items
from cnnfigs.illustrations.concept_test.asking import FORMS, Asking
from cnnfigs.illustrations.concept_test.concept_test import ConceptTest
from cnnfigs.illustrations.concept_test.item import IDEAS, ItemError
from cnnfigs.illustrations.concept_test.key import KEY, key
from cnnfigs.provenance import dependencies
from cnnfigs.runs.concept_test import ABOVE_BELOW, SPOT

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


@pytest.mark.parametrize(("form", "kernel", "size", "value"), [("A", SPOT, 6, 0.5), ("B", ABOVE_BELOW, 5, 0.8)])
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
    for form, names in (("A", ("convnet", "convnet_mean_pooling")), ("B", ("convnet_pick_one", "convnet_strided"))):
        one, other = (results(lambda seed, name=name: by_recipe(name, seed), FIVE) for name in names)
        difference = (~one.right).sum(axis=1) - (~other.right).sum(axis=1)
        assert {-1, 1} <= set(np.sign(difference).tolist())
        given = asked(form, "one-training").given
        assert given["many"] - given["few"] == np.abs(difference).max()
        assert given["overlap"] == 1  # an option says so
        assert right(form, "one-training").name == "open"


def test_what_makes_the_number_surer_differs_between_the_forms():
    """Drawn at random: seeds with the spread of the records, images with their share of errors."""
    trained = results(lambda seed: by_recipe("convnet", seed), FIVE)
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
