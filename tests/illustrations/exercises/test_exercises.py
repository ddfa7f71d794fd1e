"""Right answers against other computations, wrong ones that stay wrong whatever is asked, and the solution hidden."""

import itertools
import random
import re

import keras
import numpy as np
import pytest
from lxml import html

from cnnfigs.data import mnist
from cnnfigs.drawing.questions import Question, html_question
from cnnfigs.errors import ParameterError
from cnnfigs.illustrations.exercises.exercise import Exercise
from cnnfigs.illustrations.exercises.filters import (
    BestPossible,
    FilterDepth,
    FilterParts,
    PartialFilters,
    SeparableWeights,
    SharedWeights,
    UnitsOnColor,
    WorkOfFilters,
)
from cnnfigs.illustrations.exercises.networks import (
    HeatIsNoReason,
    MissingPart,
    MostContributing,
    MovedDigit,
    OverfittingGap,
    SureAnswers,
)
from cnnfigs.illustrations.exercises.sizes import FieldBehindPooling, LargerImage, OddPooling, StridedSame
from cnnfigs.illustrations.exercises.values import AddedLogits, GreyWall, PooledStep, ThereAndBack
from cnnfigs.illustrations.registry import all_illustrations
from cnnfigs.models.weights import load
from cnnfigs.words import typeset

EVERY = {name: kind for name, kind in all_illustrations().items() if issubclass(kind, Exercise)}


@pytest.fixture(params=EVERY)
def exercise(request):
    return EVERY[request.param]()


def solved(exercise):
    """Compute afresh, past the results on disk, and return the right answer and the wrong ones as they are written."""
    question = exercise._question(exercise.run())
    return question.right, set(question.wrong)


def some(choices, count=25):
    """Take combinations of parameters at random, the same each time."""
    combinations = list(itertools.product(*choices))
    return random.Random(0).sample(combinations, min(count, len(combinations)))


# What is written in the page


def test_there_is_an_exercise_for_each_usual_misconception():
    assert len(EVERY) >= 10


def test_the_solution_is_closed_and_nothing_outside_gives_it_away(exercise):
    root = html.fragment_fromstring(exercise.to_html())
    (details,) = root.iter("details")
    assert details.get("open") is None
    assert details[0].tag == "summary"
    assert typeset(exercise.question.reason.replace("`", "")) in details.text_content()
    details.drop_tree()
    shown = [item.text_content() for item in root.find("ol")]
    assert shown == list(exercise.question.choices.values())
    assert len(shown) >= 3
    assert not list(root.iter("strong", "em", "b"))
    assert "right if" not in root.text_content()
    assert root.find("p").text_content().endswith("?")


def test_every_choice_is_told_of_in_the_solution(exercise):
    solution = next(html.fragment_fromstring(exercise.to_html()).iter("details"))
    words = [strong.text_content() for strong in solution.iter("strong")]
    choices = [f"{letter}. {choice}" for letter, choice in exercise.question.choices.items()]
    assert sorted(words) == sorted(choices)
    right = f"{exercise.question.letters[exercise.question.right]}. {exercise.question.right}"
    assert words[0] == right
    assert f"{right} is right." in solution.text_content()
    assert solution.text_content().count("would be right if") == len(choices) - 1


def test_right_answers_stand_at_different_letters():
    assert len({EVERY[name]().question.letters[EVERY[name]().question.right] for name in EVERY}) >= 3


def test_text_for_terminals_has_the_solution_last(exercise):
    question, *choices = exercise._repr_mimebundle_()[0]["text/plain"].split("\n")
    assert question.endswith("?")
    assert [line.strip()[0] for line in choices[: len(exercise.question.choices)]] == list(exercise.question.choices)
    assert "is right." in choices[len(exercise.question.choices)]


def test_signs_of_html_and_code_are_kept_apart():
    question = Question("Is `a < b` < 3 & 4?", "yes", "so", {"no": "`b` were `a`", "5 < 4": "so"})
    root = html.fragment_fromstring(html_question(question))
    assert [code.text for code in root.iter("code")] == ["a < b", "b", "a"]
    assert root.find("p").text_content() == "Is a < b < 3 & 4?"


def test_a_question_without_a_wrong_answer_is_refused():
    with pytest.raises(ValueError, match="'6' is the right answer and also what a wrong rule gives"):
        Question("How many?", "6", "counted", {"6": "one guessed", "7": "one could not count"})
    with pytest.raises(ValueError, match="wrong: expected two or more wrong answers, got"):
        Question("How many?", "6", "counted", {"7": "one could not count"})


# Right answers, and wrong ones over many parameters: that none is right, or the same as another, is told by the number


@pytest.mark.parametrize(("filters", "channels", "kernel_size"), some([(1, 2, 16, 512), (2, 3, 8, 512), range(2, 12)]))
def test_filter_depth(filters, channels, kernel_size):
    right, wrong = solved(FilterDepth(filters, channels, kernel_size))
    weights = np.zeros((kernel_size, kernel_size, channels, filters))
    assert right == f"{weights.size + filters:,}"
    assert len(wrong) == 3


@pytest.mark.parametrize(("filters", "channels", "kernel_size"), some([(2, 3, 16, 512), (2, 3, 512), (1, 3, 11)]))
def test_filter_parts(filters, channels, kernel_size):
    right, wrong = solved(FilterParts(filters, channels, kernel_size))
    slices = sum(1 for _ in itertools.product(range(filters), range(channels)))
    assert right == f"{filters:,} filters, {slices:,} slices, {filters:,} maps"
    assert len(wrong) == 3


@pytest.mark.parametrize(("size", "filters", "kernel_size"), some([(12, 32, 512), (1, 6, 512), range(2, 12)]))
def test_shared_weights(size, filters, kernel_size):
    right, wrong = solved(SharedWeights(size, filters, kernel_size))
    assert right == f"{filters * (kernel_size**2 + 1):,}"
    assert len(wrong) == 3


def test_shared_weights_of_lenet5_are_the_numbers_of_its_paper():
    """C1 of LeNet-5 "contains 156 trainable parameters, and 122,304 connections" (LeCun et al. 1998)."""
    right, wrong = solved(SharedWeights())
    assert right == "156"
    assert "122,304" in wrong


@pytest.mark.parametrize(("groups", "read", "made", "kernel_size"), some([(2, 3, 8), (2, 5, 16), (2, 7), range(2, 8)]))
def test_filters_that_read_some_maps(groups, read, made, kernel_size):
    """By a list of the numbers: a slice for each map that is read, and a bias."""
    right, wrong = solved(PartialFilters(groups, read, made, kernel_size))
    one = sum(1 for _ in itertools.product(range(read), range(kernel_size), range(kernel_size))) + 1
    assert right == f"{groups * made * one:,}"
    assert len(wrong) == 3


@pytest.mark.parametrize(
    ("size", "channels", "filters", "kernel_size"), some([(12, 20), (2, 3, 16), (2, 7, 32), (2, 3, 7)])
)
def test_work_is_weights_times_places(size, channels, filters, kernel_size):
    right, wrong = solved(WorkOfFilters(size, channels, filters, kernel_size))
    places = len(range(size - kernel_size + 1)) ** 2
    assert right == f"{places * kernel_size**2 * channels * filters:,}"
    assert len(wrong) == 3


def test_best_image_has_ink_where_weights_are_positive():
    right, wrong = solved(BestPossible())
    assert right == str(2 + 3 - 1)
    assert len(wrong) == 4


def test_most_contributes_what_has_the_largest_product():
    right, wrong = solved(MostContributing())
    assert right == "unit 1, with 6"
    assert wrong == {"unit 0, with 8", "unit 0, with 4", "unit 2, with 4"}


@pytest.mark.parametrize(("filters", "channels", "kernel_size"), some([(2, 3, 128, 512), (2, 64, 512), range(2, 12)]))
def test_separable_weights(filters, channels, kernel_size):
    """By the weights of the two layers that do the same one after the other."""
    right, wrong = solved(SeparableWeights(filters, channels, kernel_size))
    model = keras.Sequential(
        [
            keras.Input((None, None, channels)),
            keras.layers.DepthwiseConv2D(kernel_size, use_bias=False),
            keras.layers.Conv2D(filters, 1),
        ]
    )
    assert right == f"{sum(weight.size for weight in model.get_weights()):,}"
    assert len(wrong) == 3


@pytest.mark.parametrize(("size", "channels", "units"), some([(2, 3, 32, 64), (2, 3, 4), (2, 10, 512)]))
def test_units_on_color(size, channels, units):
    right, wrong = solved(UnitsOnColor(size, channels, units))
    assert right == f"{np.zeros((size, size, channels)).size * units + units:,}"
    assert len(wrong) == 3


@pytest.mark.parametrize(
    ("size", "kernel_size", "strides"), some([(16, 17, 27, 225, 512), range(3, 8), range(2, 7)], 99)
)
def test_strided_same(size, kernel_size, strides):
    if strides >= kernel_size:
        with pytest.raises(
            ParameterError, match=f"^strides: expected a whole number from 2 to {kernel_size - 1}, got {strides}$"
        ):
            StridedSame(size, kernel_size, strides)
        return
    right, wrong = solved(StridedSame(size, kernel_size, strides))
    places = len(range(0, size, strides))
    assert right == f"{places}×{places}"
    assert len(wrong) == 3


@pytest.mark.parametrize(("size", "channels"), some([range(5, 256, 2), (2, 3, 16, 512)]))
def test_odd_pooling(size, channels):
    right, wrong = solved(OddPooling(size, channels))
    pooled = (
        np.zeros((size, size, channels))[: size - 1, : size - 1].reshape(size // 2, 2, size // 2, 2, -1).max((1, 3))
    )
    assert right == "×".join(map(str, pooled.shape))
    assert len(wrong) == 3


@pytest.mark.parametrize("size", range(12, 257, 4))
def test_larger_image(size):
    right, wrong = solved(LargerImage(size))
    height = len(range(0, len(range(0, size - 2 - 1, 2)) - 2 - 1, 2))  # where a window of two can begin
    assert right == f"{height}×{height}×64"
    assert len(wrong) == 3


@pytest.mark.parametrize(("kernel_size", "pool_size"), list(itertools.product(range(2, 8), range(2, 5))))
def test_field_behind_pooling(kernel_size, pool_size):
    """By sets of pixels, layer by layer."""
    right, wrong = solved(FieldBehindPooling(kernel_size, pool_size))
    first = [set(range(start, start + kernel_size)) for start in range(60)]
    pooled = [set().union(*first[start : start + pool_size]) for start in range(0, 60, pool_size)]
    seen = len(set().union(*pooled[:kernel_size]))
    assert right == f"{seen}×{seen}"
    assert len(wrong) == 3


@pytest.mark.parametrize(("value", "kernel_size"), list(itertools.product((0.1, 0.25, 0.7, 0.9, 1), (3, 5, 7))))
def test_grey_wall(value, kernel_size):
    right, wrong = solved(GreyWall(value, kernel_size))
    padded = np.pad(np.full((kernel_size, kernel_size), value), kernel_size // 2)
    assert float(right) == pytest.approx(padded[:kernel_size, :kernel_size].mean(), abs=0.0051)
    assert len(wrong) == 3


@pytest.mark.parametrize(("size", "seed"), some([(4, 6, 8), range(50)], 50))
def test_there_and_back(size, seed):
    """The transposed convolution is the transpose of the convolution's matrix."""
    exercise = ThereAndBack(size, seed)
    row = [int(number) for number in re.match(r"A row of numbers: ([\d, ]+)\.", exercise.question.text)[1].split(",")]
    matrix = np.kron(np.eye(size // 2), [[1, 1]])
    right, wrong = solved(exercise)
    assert right == ", ".join(f"{number:g}" for number in matrix.T @ matrix @ row)
    assert len(row) == size
    assert len(wrong) == 3


@pytest.mark.parametrize("seed", range(40))
def test_pooled_step(seed):
    exercise = PooledStep(seed)
    row = [int(number) for number in re.search(r"is ([\d, ]+)\.", exercise.question.text)[1].split(",")]
    assert len(row) == 8
    assert row[-1] == 0
    moved = [0, *row[:-1]]
    right, wrong = solved(exercise)
    assert right == ", ".join(str(max(moved[start : start + 2])) for start in range(0, 8, 2))
    assert len(wrong) == 3


@pytest.mark.parametrize(("lead", "added"), list(itertools.product(range(1, 5), range(1, 11))))
def test_added_logits(lead, added):
    right, wrong = solved(AddedLogits(lead, added))
    assert right == f"{100 / (1 + 2 * np.exp(-lead)):.1f}\N{NO-BREAK SPACE}%"
    assert len(wrong) == 3


# Measured on the networks


def shifted_as_image(image, rows, columns):
    """Move an image with Pillow."""
    from PIL import Image

    moved = Image.new("L", (28, 28))
    moved.paste(Image.fromarray(image), (columns, rows))
    return np.asarray(moved)[..., np.newaxis].astype(np.float32) / 255


@pytest.mark.parametrize(("rows", "columns", "n", "index"), [(2, 4, 31, 4), (1, 3, 31, 2), (2, 3, 31, 5)])
def test_moved_digit(rows, columns, n, index):
    exercise = MovedDigit(rows, columns, n, index)
    right, wrong = solved(exercise)
    digit, row, column = map(
        int, re.search(r"for an? (\d), .* stands in row (\d+), column (\d+)\.", exercise.question.text).groups()
    )
    assert digit == mnist().y_test[index]
    probability = load("convnet").predict(
        shifted_as_image(mnist().x_test[index], rows, columns)[np.newaxis], verbose=0
    )[0, digit]
    assert right == f"row {row + rows}, column {column + columns}, and {100 * probability:.1f}\N{NO-BREAK SPACE}%"
    assert len(wrong) == 3


def test_moved_digit_refuses_to_lose_ink():
    lose = next(index for index in range(100) if mnist().x_test[index][:, -4:].any())
    with pytest.raises(ValueError, match=f"columns is 4: test image {lose} would lose ink: expected"):
        MovedDigit(index=lose).run()


def test_sure_answers():
    exercise = SureAnswers(3)
    right, wrong = solved(exercise)
    images, labels = mnist().x_test[:1000], mnist().y_test[:1000]
    kept = [index for index in range(1000) if not images[index, :, 25:].any()]
    moved = np.stack([shifted_as_image(images[index], 0, 3) for index in kept])
    probabilities = load("convnet").predict(moved, verbose=0)
    sure = [
        (shares.argmax() == labels[index])
        for shares, index in zip(probabilities, kept, strict=True)
        if shares.max() >= 0.99
    ]
    assert right == str(sum(sure))
    assert exercise.question.text.startswith(f"{len(kept)} of the first 1,000 test digits")
    assert f"To {len(sure)} of these" in exercise.question.text
    assert len(wrong) == 3


@pytest.mark.parametrize("columns", range(3, 7))
def test_sure_answers_are_less_often_right_than_they_say(columns):
    run = SureAnswers(columns).run()
    assert run.right[0] < 0.99 * run.given["asked"]
    assert len(solved(SureAnswers(columns))[1]) == 3


def test_overfitting_gap_is_that_of_the_networks():
    right, wrong = solved(OverfittingGap("dense_512", "convnet"))
    digits, model = mnist(), load("dense_512")

    def errors(images, labels):
        answers = model.predict(images[..., np.newaxis].astype(np.float32) / 255, verbose=0).argmax(axis=1)
        return 1000 * (answers != labels).mean()

    gap = errors(digits.x_test, digits.y_test) - errors(digits.x_train[:3000], digits.y_train[:3000])
    assert right == f"{gap:.1f} errors in a thousand"
    assert len(wrong) == 3


def test_the_larger_network_of_the_page_overfits_less():
    """What the exercise is about: else its text would be wrong."""
    run = OverfittingGap().result
    assert run.given["unpooled parameters"] > 5 * run.given["dense_131 parameters"]
    assert 0 < run.right[0] < run.given["gap"] - 5


def own_grad_cam(image, digit):
    """Make Grad-CAM's map from the last layer's weights, which are the gradient: Flatten and Dense follow the maps."""
    model = load("convnet")
    maps = np.asarray(keras.Model(model.inputs, model.get_layer("conv2d_3").output)([image[np.newaxis]]))[0]
    weights = np.asarray(model.layers[-1].kernel)[:, digit].reshape(maps.shape).mean(axis=(0, 1))
    return np.maximum((maps * weights).sum(axis=-1), 0)


@pytest.mark.parametrize(("index", "side"), [(4, 11), (11, 9), (9, 7)])
def test_heat_is_no_reason(index, side):
    from PIL import Image

    image = shifted_as_image(mnist().x_test[index], 0, 0)
    digit = mnist().y_test[index]
    heat = np.asarray(Image.fromarray(own_grad_cam(image, digit)).resize((28, 28), Image.Resampling.BILINEAR))
    places = list(itertools.product(range(29 - side), repeat=2))
    row, column = max(places, key=lambda at: heat[at[0] : at[0] + side, at[1] : at[1] + side].sum())
    share = heat[row : row + side, column : column + side].sum() / heat.sum()
    covered = image.copy()
    covered[row : row + side, column : column + side] = 0
    exercise = HeatIsNoReason(index, side)
    run = exercise.run()
    assert run.given["heat"] == pytest.approx(share, abs=0.001)
    assert run.right[0] == pytest.approx(
        float(load("convnet").predict(covered[np.newaxis], verbose=0)[0, digit]), abs=1e-4
    )
    assert len(exercise.question.wrong) == 3


def test_the_digit_of_the_page_is_read_without_its_hottest_square():
    """What makes the exercise worth asking."""
    run = HeatIsNoReason().result
    assert run.right[0] > 0.9
    assert run.given["heat"] > 0.3


def test_heat_is_no_reason_refuses_an_empty_map():
    empty = next(
        i for i in range(100) if not own_grad_cam(shifted_as_image(mnist().x_test[i], 0, 0), mnist().y_test[i]).any()
    )
    with pytest.raises(
        ValueError, match=f"index: expected a test image on which Grad-CAM marks something, got {empty}"
    ):
        HeatIsNoReason(index=empty).run()


@pytest.mark.parametrize("part", ["eyes", "nose and mouth", "ears"])
def test_missing_part(part):
    """The network without a part finds a cat less probable, and still a cat."""
    exercise = MissingPart(part)
    run = exercise.result
    assert 0.5 < run.right[0] < run.given["whole"] - 0.02
    assert len(exercise.question.wrong) == 3


def test_missing_part_is_what_the_network_says_to_a_covered_photo():
    from cnnfigs.data import cat_photo
    from cnnfigs.models.imagenet import fitted, mobilenet_v2, network_input
    from cnnfigs.runs.photo.photo_answers import PARTS

    photo = fitted(cat_photo()).copy()
    for top, left, height, width in PARTS["eyes"]:
        photo[top : top + height, left : left + width] = 124
    logits = np.asarray(mobilenet_v2(*photo.shape[:2])(network_input(photo[np.newaxis]), training=False))[0].astype(
        float
    )
    shares = np.exp(logits - logits.max())
    assert MissingPart("eyes").result.right[0] == pytest.approx((shares / shares.sum())[281:286].sum(), abs=1e-4)
