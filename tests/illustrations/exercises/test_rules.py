"""Each wrong answer, of every exercise and all its variants, is what its named rule gives, computed here once more."""

import ast
import math
import operator
import re
from pathlib import Path

import numpy as np
import pytest

from cnnfigs.experiments.catalog import by_recipe
from cnnfigs.experiments.findings import fewer_examples
from cnnfigs.experiments.results import results
from cnnfigs.experiments.transferred import transferred
from cnnfigs.illustrations.exercises.exercise import Exercise
from cnnfigs.illustrations.exercises.measured import WANTED
from cnnfigs.illustrations.registry import all_illustrations

EVERY = {name: kind for name, kind in all_illustrations().items() if issubclass(kind, Exercise)}


def row(run, name):
    return [value for key, value in run.given.items() if key.startswith(f"{name} ")]


def softmax(*logits):
    powers = [math.exp(each) for each in logits]
    return powers[0] / sum(powers)


def places(exercise):
    return len(range(exercise.size - exercise.kernel_size + 1)) ** 2


def window(exercise):
    return len([(r, c) for r in range(exercise.kernel_size) for c in range(exercise.kernel_size)])


def halved(size, shrink, rounded):
    for _ in range(2):
        size = rounded((size - shrink) / 2)
    return size


def over_batch(exercise):
    channel = np.array([exercise.first[0], exercise.second[0]])
    return (channel[0] - channel.mean()) / channel.std()


def argmax(values):
    return max(range(len(values)), key=values.__getitem__)


def answers(exercise, network):
    return results(lambda seed: by_recipe(network, seed), [exercise.seed]).right[0]


def reading(exercise, wanted):
    return next(each.mean for each in fewer_examples(wanted).readings if each.network == exercise.network)


#: What each rule gives, for an exercise and its run.
RULES = {
    "FilterDepth": {
        "a filter were a single grid, however many maps it reads": lambda e, r: (e.filters * (window(e) + 1),),
        "a filter had no bias": lambda e, r: (np.zeros((e.filters, e.channels, window(e))).size,),
        "every slice had a bias of its own": lambda e, r: (e.filters * e.channels * (window(e) + 1),),
    },
    "FilterParts": {
        "a filter were a single grid": lambda e, r: (e.filters,) * 3,
        "every slice made a map of its own": lambda e, r: (e.filters, *(e.filters * e.channels,) * 2),
        "every slice were a filter": lambda e, r: (*(e.filters * e.channels,) * 2, e.filters),
    },
    "SharedWeights": {
        "every place had weights of its own": lambda e, r: (places(e) * e.filters * (window(e) + 1),),
        "every number of the maps were joined to every pixel": lambda e, r: (places(e) * e.filters * (e.size**2 + 1),),
        "a filter had no bias": lambda e, r: (e.filters * window(e),),
    },
    "PartialFilters": {
        "every filter read all maps": lambda e, r: (e.groups * e.made * (e.groups * e.read * window(e) + 1),),
        "every slice had a bias of its own": lambda e, r: (e.groups * e.made * e.read * (window(e) + 1),),
        "a filter were a single grid": lambda e, r: (e.groups * e.made * (window(e) + 1),),
    },
    "SeparableWeights": {
        "every filter had a window of its own for each map": lambda e, r: (e.filters * (e.channels * window(e) + 1),),
        "nothing mixed the maps": lambda e, r: (e.channels * window(e),),
        "all maps shared one window": lambda e, r: (window(e) + e.filters * (e.channels + 1),),
    },
    "UnitsOnColor": {
        "a pixel were one number, whatever its colour": lambda e, r: (e.units * (e.size**2 + 1),),
        "a unit had no bias": lambda e, r: (np.zeros((e.size, e.size, e.channels, e.units)).size,),
        "all units had one bias together": lambda e, r: (np.zeros((e.size, e.size, e.channels, e.units)).size + 1,),
    },
    "WorkOfFilters": {
        "each weight were used once": lambda e, r: (window(e) * e.channels * e.filters,),
        "each pixel were read once by each filter": lambda e, r: (e.size**2 * e.channels * e.filters,),
        "windows stood over the edge too": lambda e, r: (e.size**2 * window(e) * e.channels * e.filters,),
    },
    "BestPossible": {
        "all of it were ink": lambda e, r: (np.dot(e.weights, np.ones(4)) + e.bias,),
        "only the pixel with the largest weight were ink": lambda e, r: (sorted(e.weights)[-1] + e.bias,),
        "negative weights helped as much": lambda e, r: (np.dot(e.weights, np.sign(e.weights)) + e.bias,),
        "the bias did not count": lambda e, r: (np.maximum(e.weights, 0).sum(),),
    },
    "StridedSame": {
        '"same" kept the size whatever the strides': lambda e, r: (e.size,),
        "there were no padding": lambda e, r: (len(range(0, e.size - e.kernel_size + 1, e.strides)),),
        "there were neither padding nor strides": lambda e, r: (len(range(e.size - e.kernel_size + 1)),),
    },
    "OddPooling": {
        "half a window counted as one": lambda e, r: (*(math.ceil(e.size / 2),) * 2, e.channels),
        "the window moved by one cell at a time": lambda e, r: (*(len(range(e.size - 1)),) * 2, e.channels),
        "pooling had halved the number of maps too": lambda e, r: (*(e.size // 2,) * 2, e.channels // 2),
    },
    "LargerImage": {
        "halves were rounded up": lambda e, r: (*(halved(e.size, 2, math.ceil),) * 2, 64),
        "a convolution kept the size": lambda e, r: (*(halved(e.size, 0, math.floor),) * 2, 64),
        "every filter made a map of each map that it reads": lambda e, r: (
            *(halved(e.size, 2, math.floor),) * 2,
            32 * 64,
        ),
    },
    "FieldBehindPooling": {
        "the steps of the second window were one pixel wide": lambda e, r: (2 * e.kernel_size + e.pool_size - 2,),
        "the sizes of the windows were multiplied": lambda e, r: (e.kernel_size**2 * e.pool_size,),
        "it saw only its own window": lambda e, r: (e.kernel_size,),
    },
    "GreyWall": {
        "padding were neutral": lambda e, r: (e.value,),
        "the window hung over one edge and not over two": lambda e, r: (
            np.pad(np.full((9, 9), e.value), e.kernel_size // 2)[: e.kernel_size, 4 : 4 + e.kernel_size].mean(),
        ),
        "a window that hangs over gave nothing": lambda e, r: (0,),
    },
    "ThereAndBack": {
        "it undid the convolution": lambda e, r: row(r, "number"),
        "it shared each sum out in equal parts": lambda e, r: [s / 2 for s in row(r, "sum") for _ in range(2)],
        "it put zeros between the sums, and no more": lambda e, r: [n for s in row(r, "sum") for n in (s, 0)],
    },
    "PooledStep": {
        "pooling were invariant: a small step changed nothing": lambda e, r: row(r, "before"),
        "pooling were equivariant: its output moved as its input did": lambda e, r: [
            row(r, "before")[-1],
            *row(r, "before")[:-1],
        ],
        "pooling took the mean of each window": lambda e, r: [
            (one + two) / 2 for one, two in zip([0, *row(r, "number")[1:-1:2]], [*row(r, "number")[:-1:2]], strict=True)
        ],
    },
    "AddedLogits": {
        "softmax divided each logit by the sum of the logits": lambda e, r: (
            (1 + e.lead + e.added) / (3 + e.lead + 3 * e.added),
        ),
        "the others had stayed as they were": lambda e, r: (softmax(e.lead + e.added, 0, 0),),
        "the answer were sure as soon as its logit is large": lambda e, r: (1,),
    },
    "MostContributing": {
        "only its number counted": lambda e, r: (str(argmax(e.numbers)), max(e.numbers)),
        "only the slope counted": lambda e, r: (str(argmax(e.slopes)), max(e.slopes)),
        "the largest number were the one that contributes": lambda e, r: (
            str(argmax(e.numbers)),
            max(e.numbers) * e.slopes[argmax(e.numbers)],
        ),
    },
    "SmallSteps": {
        "only one pixel had moved": lambda e, r: (e.weight * e.step,),
        "the steps partly cancelled, as steps at random do": lambda e, r: (28 * e.weight * e.step,),
        "the weights did not matter": lambda e, r: (784 * e.step,),
    },
    "NormalizedVector": {
        "the mean and spread were those of the channel over the batch": lambda e, r: (over_batch(e),),
        "only the mean were taken away": lambda e, r: (e.first[0] - sum(e.first) / 3,),
        "it were divided by the squared spread": lambda e, r: (
            (e.first[0] - np.mean(e.first)) / (np.square(e.first).mean() - np.mean(e.first) ** 2),
        ),
    },
    "SlopeThroughBlocks": {
        "there were no way around the units": lambda e, r: (math.prod([e.weight] * e.blocks),),
        "the way around all of them were the only one": lambda e, r: (1,),
        "what the blocks add were summed up and not multiplied": lambda e, r: (1 + sum([e.weight] * e.blocks),),
    },
    "AttendedValue": {
        "it took the value of the one that is most alike": lambda e, r: (e.values[argmax(e.products)],),
        "all had the same weight": lambda e, r: (sum(e.values) / 3,),
        "the dot products themselves, divided by their sum, were the weights": lambda e, r: (
            np.dot(np.array(e.products) / sum(e.products), e.values),
        ),
    },
    "NewHead": {
        "the units had no bias": lambda e, r: (e.classes * 1280,),
        "all classes shared one unit": lambda e, r: (1281,),
        # A published number: MobileNetV2 of keras.applications has so many parameters without its head.
        "frozen layers were trained too": lambda e, r: (2_257_984 + e.classes * 1281,),
    },
    "AnswersOnAPhoto": {
        "a crop could begin at the last pixel": lambda e, r: tuple(len(range(0, s, 8)) for s in (e.height, e.width)),
        "the first place did not count": lambda e, r: tuple(len(range(8, s - 79, 8)) for s in (e.height, e.width)),
        "crops lay side by side": lambda e, r: tuple(len(range(0, s, 80)) for s in (e.height, e.width)),
    },
    "BothShares": {
        "the two words were swapped": lambda e, r: (e.right / (e.right + e.missed), e.right / (e.right + e.wrong)),
        "what was missed counted among the places, and what was wrong among the platelets": lambda e, r: (
            (e.right / (e.right + e.wrong + e.missed),) * 2
        ),
        "precision told of what was missed": lambda e, r: (
            e.right / (e.right + e.missed),
            e.right / (e.right + e.wrong),
        ),
    },
    "GreyCrops": {
        "shape alone were enough for it": lambda e, r: (transferred().of(e.way, e.crops).right.mean(),),
        "it lost no more than with twice the stain": lambda e, r: (transferred().of(e.way, e.crops).changed[3].mean(),),
        "it got every answer wrong that colour had made right": lambda e, r: (0,),
    },
    "MovedDigit": {
        "an equivariant layer made the answer invariant": lambda e, r: (
            r.given["row"] + e.rows,
            r.given["column"] + e.columns,
            r.given["sure"],
        ),
        "the maps stayed where they were, and only the answer changed": lambda e, r: (
            r.given["row"],
            r.given["column"],
            r.right[2],
        ),
        "the whole network were invariant": lambda e, r: (r.given["row"], r.given["column"], r.given["sure"]),
    },
    "SureAnswers": {
        "99 % meant to be right 99 times in a hundred": lambda e, r: (round(99 * r.given["asked"] / 100),),
        "99 % were as good as certain": lambda e, r: (r.given["asked"],),
        "a network could only guess where it was not trained": lambda e, r: (round(r.given["asked"] / 10),),
    },
    "OverfittingGap": {
        "the gap grew in proportion to the number of parameters": lambda e, r: (
            (r.given[f"{e.smaller} test"] - r.given[f"{e.smaller} learned"])
            * r.given[f"{e.larger} parameters"]
            / r.given[f"{e.smaller} parameters"],
        ),
        "the same training left the same gap": lambda e, r: (
            r.given[f"{e.smaller} test"] - r.given[f"{e.smaller} learned"],
        ),
        "the gap shrank in proportion to the number of parameters": lambda e, r: (
            (r.given[f"{e.smaller} test"] - r.given[f"{e.smaller} learned"])
            * r.given[f"{e.smaller} parameters"]
            / r.given[f"{e.larger} parameters"],
        ),
    },
    "HeatIsNoReason": {
        "each share of the heat were the same share of the answer": lambda e, r: (
            r.given["sure"] - r.given["heat"] * r.given["sure"],
        ),
        "the hottest place were the reason, and the network had to guess without it": lambda e, r: (0.1,),
        "the network could see no such digit without it": lambda e, r: (0,),
    },
    "MissingPart": {
        "a cat without its {part} were no cat": lambda e, r: (0,),
        "each of the three kinds of parts held a third of the answer": lambda e, r: (
            r.given["whole"] - r.given["whole"] / 3,
        ),
        "the network did not look at them": lambda e, r: (r.given["whole"],),
    },
    "CatchingUp": {
        "examples were needed in proportion to the errors": lambda e, r: (
            e.wanted * (1 - r.given["dense"]) / (1 - r.given["convnet"]),
        ),
        "the lead were worth as many times the images as it is at {elsewhere:,}": lambda e, r: (
            e.wanted * reading(e, WANTED[e.wanted]) / WANTED[e.wanted],
        ),
        "only the number of training steps counted, which is the same": lambda e, r: (e.wanted,),
    },
    "WhereTheyDiffer": {
        "only the images counted that the convnet alone got right": lambda e, r: (
            (~answers(e, "convnet") | ~answers(e, e.other)).sum(),
        ),
        "all images counted where they differ": lambda e, r: (
            (~answers(e, "convnet")).sum() + (answers(e, "convnet") != answers(e, e.other)).sum(),
        ),
        "the convnet’s own errors did not count": lambda e, r: ((answers(e, "convnet") > answers(e, e.other)).sum(),),
    },
    "BothChances": {
        "the two standard errors were added as they are": lambda e, r: (
            r.given["t"] * (r.given["images"] + r.given["seeds"]),
        ),
        "only the seeds were a chance": lambda e, r: (r.given["t"] * r.given["seeds"],),
        "Student’s t were forgotten": lambda e, r: (math.sqrt(r.given["images"] ** 2 + r.given["seeds"] ** 2),),
    },
    "OtherMix": {
        "the mix made no difference": lambda e, r: (r.given["whole"],),
        "the two groups had been exchanged": lambda e, r: (
            np.average([r.given["students"], r.given["employees"]], weights=[e.employees, 1]),
        ),
        "only the larger group counted": lambda e, r: (r.given["employees"],),
    },
}


def test_rules_of_every_exercise_are_tested():
    """Here, or in the test that was begun with it."""
    for name, kind in EVERY.items():
        own = Path(__file__).with_name(f"test_{kind.__module__.rpartition('.')[2]}.py")
        assert name in RULES or all(mistake.rule in own.read_text("utf-8") for mistake in kind().result.wrong), name


@pytest.fixture(params=EVERY, scope="module")
def asked(request):
    """An exercise and its variants."""
    exercise = EVERY[request.param]()
    return [exercise, *exercise.variants]


def test_each_distractor_follows_from_its_named_rule(asked):
    for exercise in asked if type(asked[0]).__name__ in RULES else []:
        words = {"part": getattr(exercise, "part", ""), "elsewhere": WANTED.get(getattr(exercise, "wanted", 0), 0)}
        rules = {rule.format(**words): give for rule, give in RULES[type(exercise).__name__].items()}
        told = {mistake.rule: exercise.write(mistake.values) for mistake in exercise.result.wrong}
        assert told == {rule: exercise.write(tuple(give(exercise, exercise.result))) for rule, give in rules.items()}


def test_there_are_three_variants_and_each_asks_and_answers_otherwise(asked):
    questions = [each.question for each in asked]
    assert len({each.text for each in questions}) == len(questions) >= 4
    # What stays the same whatever the numbers has the same mistakes: then these must differ.
    assert len({(each.right, *each.wrong) for each in questions}) == len(questions)


def test_no_rule_is_right_by_chance(asked):
    for exercise in asked:
        question = exercise.question
        assert question.right not in question.wrong
        if question.fields:
            typed = [question.typed[answer] for answer in (question.right, *question.wrong)]
            assert len(set(typed)) == len(typed)
            assert all(len(numbers.split()) == len(question.fields) for numbers in typed)


OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def value(node):
    """Compute the value of an expression of the four operations."""
    match node:
        case ast.BinOp(left, op, right):
            return OPERATORS[type(op)](value(left), value(right))
        case ast.UnaryOp(ast.USub(), operand):
            return -value(operand)
    return node.value


def test_told_arithmetic_gives_the_told_answer():
    """Where the sentence for a mistake is a calculation, a reader who does it finds that answer."""
    done, wrong = set(), []
    for kind in EVERY.values():
        for exercise in (kind(), *kind().variants):
            for mistake in exercise.result.wrong:
                told, equals, result = mistake.how.partition(" = ")
                signs = told.replace("·", "*").replace("−", "-")
                if not re.fullmatch(r"(?!\d+$)[\d,.*/()+ -]+", signs) or not re.fullmatch(r"[\d,]*", result):
                    continue
                number = value(ast.parse(re.sub(r"(?<=\d),(?=\d{3})", "", signs), mode="eval").body)
                if equals:
                    assert number == int(result.replace(",", "")), mistake
                if len(mistake.values) == 1:
                    if kind.__name__ == "BothChances":  # in points
                        number /= 100
                    if exercise.write((number,)) != exercise.write(mistake.values):
                        wrong.append((kind.__name__, mistake))
                    done.add((kind.__name__, mistake.rule))
    assert wrong == []
    assert len(done) > 40
    assert {"FilterDepth", "GreyWall", "NormalizedVector", "BothChances", "NewHead"} <= {name for name, _ in done}
