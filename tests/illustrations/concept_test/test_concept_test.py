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


#: Words that promise too much, and words that take back a part of what is said: wrong options have more of the first,
#: and right ones of the second, where nobody takes care.
ABSOLUTE = {"all", "always", "any", "anyway", "every", "each", "impossible", "never", "no", "none", "nothing", "only"}
CAREFUL = {"about", "can", "could", "hardly", "may", "might", "mostly", "most", "much", "nearly", "often", "some"}
CAREFUL |= {"sometimes", "usually", "likely"}
SMALL = {"a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "in", "is", "it", "its", "not", "of", "on"}
SMALL |= {"or", "so", "than", "that", "the", "then", "they", "this", "to", "was", "which", "with", "because"}


def words_of(*texts):
    return Counter(re.findall(r"[\w.]*\w", " ".join(texts).lower()))


def told(item):
    """What stands above the options."""
    return words_of(item.before, item.question, *(cell for row in item.table for cell in row))


def shared(one, other):
    return sum((one & other).values())


def content(words):
    return Counter({word: 1 for word in words if word not in SMALL})


def conclusion(option):
    """What an option says before it gives a reason."""
    return option.text.split(", because")[0].split(": ")[0]


def value(option):
    """The first number of an option, where it is one or begins with one."""
    found = re.match(r"(?:In row )?([\d,]+(?:\.\d+)?)(?! more)", option.text)
    return float(found[1].strip(",").replace(",", "")) if found else 0.0


#: How somebody chooses who understands nothing, and only looks at how items are made: which option has most of what.
GUESSES = {
    "long": lambda item, option: len(option.text),
    "short": lambda item, option: -len(option.text),
    "promises little": lambda item, option: -sum(words_of(option.text)[word] for word in ABSOLUTE),
    "careful": lambda item, option: sum(words_of(option.text)[word] for word in CAREFUL),
    "echo": lambda item, option: shared(content(words_of(option.text)), content(told(item))),
    "no echo": lambda item, option: -shared(content(words_of(option.text)), content(told(item))),
    "alike": lambda item, option: sum(shared(words_of(option.text), words_of(each.text)) for each in item.options),
    "unlike": lambda item, option: -sum(shared(words_of(option.text), words_of(each.text)) for each in item.options),
    "shared conclusion": lambda item, option: [*map(conclusion, item.options)].count(conclusion(option)),
    "own conclusion": lambda item, option: -[*map(conclusion, item.options)].count(conclusion(option)),
    "large": lambda item, option: value(option),
    "small": lambda item, option: -value(option),
    "middle": lambda item, option: -abs(sorted(map(value, item.options)).index(value(option)) * 2 + 1
                                        - len(item.options)),
    "numbers": lambda item, option: len(re.findall(r"\d+", option.text)),
    "numbers of the question": lambda item, option: sum(
        each in told(item) for each in set(re.findall(r"\d+", option.text))
    ),
    "heard elsewhere": lambda item, option: shared(
        content(words_of(option.text)),
        content(set().union(*(told(each) for test in TESTS.values() for each in test.questions if each != item))),
    ),
}  # fmt: skip


@pytest.mark.parametrize("guess", GUESSES)
def test_nobody_does_much_better_than_by_chance_who_only_looks_at_how_items_are_made(guess):
    """Of all items; where options are equal by a guess, each of them is taken as often."""
    made = [each for test in TESTS.values() for each in test.questions]
    by_chance = [1 / len(each.options) for each in made]
    hits = 0.0
    for item in made:
        scores = {option.name: GUESSES[guess](item, option) for option in item.options}
        best = [name for name, score in scores.items() if score == max(scores.values())]
        hits += (item.right.name in best) / len(best)
    # As far above chance as a fifth of those who throw dice for each item come.
    spread = sum(share * (1 - share) for share in by_chance) ** 0.5
    assert hits <= sum(by_chance) + spread, f"{hits:.1f}, by chance {sum(by_chance):.1f}"


#: Items that ask the same in both forms, about other numbers.
SAME = "filter-depth", "zeroed", "read-size", "flat-image", "halved", "moved-map", "transposed", "two-places"


@pytest.mark.parametrize("name", SAME)
def test_a_question_that_both_forms_ask_has_the_same_mistakes_in_both(name):
    a, b = (next(each for each in TESTS[form].questions if each.name == f"{name}-{form.lower()}") for form in FORMS)
    assert {each.misconception for each in a.options} == {each.misconception for each in b.options}


@pytest.mark.parametrize("item", ITEMS)
def test_options_are_equally_long(item):
    """None is half as long again as another, where they say more than a number."""
    lengths = [len(each.text) for each in item.options]
    assert min(lengths) < 25 or max(lengths) <= 1.5 * min(lengths)


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
    assert right("B", "filter-depth").text == f"{5 * 5 * 20:,}"


def test_maps_of_other_sizes_are_halved_to_the_same_one():
    """By Keras' documentation: same makes ceil(n / s), valid ceil((n - k + 1) / s)."""
    for form, made, kernel in (("A", 14, 3), ("B", 8, 5)):
        said = {each.name: [int(size) for size in re.findall(r"(\d+)×\1\b", each.text)]
                for each in TESTS[form].questions[2].options}  # fmt: skip
        assert said["rounded up"] == [n for n in range(1, 99) if -(-n // 2) == made]
        assert said["inside"] == [n for n in range(1, 99) if -(-(n - kernel + 1) // 2) == made]
        assert said["rounded down"] == [n for n in range(1, 99) if n // 2 == made]
        assert said["kept"] == [made]
        assert said["two left out"] == [n for n in range(1, 99) if -(-n // 3) == made]
        assert right(form, "read-size").name == "rounded up"


@pytest.mark.parametrize("form", FORMS)
def test_as_many_maps_change_as_filters(form):
    """By the weights of each map: those of its own filter."""
    filters, channels, kernel_size, slices = RUNS[form]["zeroed"].args
    generator = np.random.default_rng(3)
    patch, weights = (
        generator.random((kernel_size, kernel_size, *shape)) for shape in ([channels], [channels, filters])
    )
    changed = weights.copy()
    for number, count in enumerate(slices):
        changed[:, :, :count, number] = 0
    found = [np.sum(patch * each[..., n]) for each in (weights, changed) for n in range(filters)]
    differ = np.array(found[:filters]) != np.array(found[filters:])
    assert right(form, "zeroed").text == f"{differ.sum()} of its {filters}"
    assert 1 < sum(slices) != len(slices), "as many slices as filters would leave two options right"


@pytest.mark.parametrize(("form", "kernel", "size", "value"), [("A", LEFT_RIGHT, 6, 0.5), ("B", ABOVE_BELOW, 5, 0.8)])
def test_answers_on_a_flat_image_are_those_of_scipy(form, kernel, size, value):
    from scipy.ndimage import correlate

    found = correlate(np.full((size, size), value), np.array(kernel), mode="constant", cval=0)
    assert right(form, "flat-image").text == str(int((np.abs(found) > 1e-9).sum()))


@pytest.mark.parametrize("form", FORMS)
def test_only_some_sides_can_be_halved_three_times(form):
    item = TESTS[form].questions[[*TESTS[form].result.asked].index("halved")]
    said = {each.name: [*map(int, re.findall(r"\d+", each.text))] for each in item.options}
    assert said["whole"] == [each for each in said["even"] if each % 8 == 0]
    assert said["sum"] == [each for each in said["even"] if each % 6 == 0]
    assert said["cells"] == [each for each in said["even"] if each % 4 == 0]
    assert all(each % 2 == 0 for each in said["even"])
    assert len(said["even"]) == 4


@pytest.mark.parametrize("form", FORMS)
def test_the_table_of_two_places_sets_need_against_heat_and_against_what_is_enough(form):
    item = TESTS[form].questions[[*TESTS[form].result.asked].index("two-places")]
    digit = re.search(r"for an? (\d)", item.before)[1]
    rows = {row[0]: row[1:] for row in item.table[1:]}
    needed = item.right.text[0]
    (other,) = set(rows) - {needed}
    heat = {letter: float(row[0].split()[0]) for letter, row in rows.items()}
    assert heat[other] > 3 * heat[needed]
    assert [cell[0] == digit for cell in rows[needed][1:]] == [False, False]
    assert [cell[0] == digit for cell in rows[other][1:]] == [True, True]


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
    assert spread(5, 200) < spread(10, 100)
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
