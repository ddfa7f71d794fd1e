"""What the trained networks do."""

from __future__ import annotations

import numpy as np

from cnnfigs.data import cat_photo, mnist
from cnnfigs.images import shifted
from cnnfigs.models.imagenet import fitted
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import load
from cnnfigs.runs.activations import test_digit
from cnnfigs.runs.exercises.prediction import Mistake, Prediction
from cnnfigs.runs.filters.heated_digit import heated_digit
from cnnfigs.runs.photo.photo_answers import Rest, ask, hide, part_mask
from cnnfigs.runs.training_and_measured.evaluation import answers_to, evaluate
from cnnfigs.words import percent

#: How many test images are moved to see how sure the network is of them, and from which probability on it counts.
MOVED, SURE = 1000, 0.99
#: How many of the images that a network learned from are shown to it again.
LEARNED = 3000


def moved_digit(index: int, n: int, rows: int, columns: int) -> Prediction:
    """Move a digit, and look for the strongest number of one first map and at the probability of the answer.

    Raises
    ------
    ValueError
        If the digit loses ink on the way.
    """
    model = load("convnet")
    image = test_digit(index)
    moved = shifted(image, rows, columns)
    if np.count_nonzero(moved) < np.count_nonzero(image):
        lost = f"rows is {rows} and columns is {columns}: test image {index} would lose ink"
        raise ValueError(f"{lost}: expected a smaller shift or another image")
    maps = np.asarray(model.layers[0](np.stack([image, moved])))[..., n]
    before, after = (np.unravel_index(int(each.argmax()), each.shape) for each in maps)
    probabilities = np.asarray(model(np.stack([image, moved]), training=False))
    digit = int(probabilities[0].argmax())
    sure, still = (float(each) for each in probabilities[:, digit])
    old, new = (tuple(int(number) for number in place) for place in (before, after))
    step = f"{old[0]} + {rows} = {old[0] + rows} and {old[1]} + {columns} = {old[1] + columns}"
    return Prediction(
        right=(*new, still),
        wrong=(
            Mistake(
                "an equivariant layer made the answer invariant",
                (*new, sure),
                f"{step}, and {percent(sure)} stays",
            ),
            Mistake(
                "the maps stayed where they were, and only the answer changed",
                (*old, still),
                f"row {old[0]} and column {old[1]} stay",
            ),
            Mistake("the whole network were invariant", (*old, sure), "nothing changes at all"),
        ),
        given={
            "row": old[0],
            "column": old[1],
            "digit": digit,
            "sure": sure,
            "answer": int(probabilities[1].argmax()),
        },
    )


def sure_answers(columns: int) -> Prediction:
    """Move test digits to the right, and count how many of the network's sure answers are right."""
    images, labels = as_input(mnist().x_test[:MOVED]), mnist().y_test[:MOVED]
    whole = ~images[:, :, -columns:].any(axis=(1, 2, 3))
    moved = shifted(images[whole], 0, columns)
    probabilities = answers_to("convnet", moved)
    sure = probabilities.max(axis=1) >= SURE
    count = int(sure.sum())
    return Prediction(
        right=(int((probabilities.argmax(axis=1) == labels[whole])[sure].sum()),),
        wrong=(
            Mistake(
                "99 % meant to be right 99 times in a hundred", (round(SURE * count),), f"{SURE:g}·{count}, rounded"
            ),
            Mistake("99 % were as good as certain", (count,), f"all {count}"),
            Mistake(
                "a network could only guess where it was not trained", (round(count / 10),), f"{count} / 10, rounded"
            ),
        ),
        given={"moved": len(moved), "asked": count},
    )


def overfitting_gap(larger: str, smaller: str) -> Prediction:
    """Take two networks' errors on test images minus those on images that they learned from, in a thousand."""
    digits = mnist()
    images, labels = as_input(digits.x_train[:LEARNED]), digits.y_train[:LEARNED]
    gaps, parameters = [], []
    given: dict[str, float] = {}
    for name in (larger, smaller):
        answers = answers_to(name, images).argmax(axis=1)
        learned = 1000 * float((answers != labels).mean())
        tested = evaluate(name)
        gaps.append(1000 * tested.errors / len(tested.labels) - learned)
        parameters.append(tested.parameters)
        given |= {
            f"{name} learned": learned,
            f"{name} test": learned + gaps[-1],
            f"{name} parameters": tested.parameters,
        }
    times = parameters[0] / parameters[1]
    return Prediction(
        right=(gaps[0],),
        wrong=(
            Mistake(
                "the gap grew in proportion to the number of parameters",
                (times * gaps[1],),
                f"{times:.2f}·{gaps[1]:.2f}",
            ),
            Mistake("the same training left the same gap", (gaps[1],), f"{gaps[1]:.1f} again"),
            Mistake(
                "the gap shrank in proportion to the number of parameters",
                (gaps[1] / times,),
                f"{gaps[1]:.2f} / {times:.2f}",
            ),
        ),
        given=given | {"times": times, "gap": gaps[1]},
    )


def covered_heat(index: int, side: int) -> Prediction:
    """Cover the hottest square of a digit's Grad-CAM map with paper, and ask the convnet again.

    Raises
    ------
    ValueError
        If the map marks nothing.
    """
    shown = heated_digit(index)
    model, image, before, digit, heat = shown.model, shown.image, shown.before, shown.digit, shown.heat
    inside = np.lib.stride_tricks.sliding_window_view(heat, (side, side)).sum(axis=(2, 3))
    row, column = np.unravel_index(int(inside.argmax()), inside.shape)
    covered = image.copy()
    covered[row : row + side, column : column + side] = 0
    after = np.asarray(model(covered[np.newaxis], training=False))[0]
    share, sure = float(inside.max() / heat.sum()), float(before[digit])
    return Prediction(
        right=(float(after[digit]),),
        wrong=(
            Mistake(
                "each share of the heat were the same share of the answer",
                (sure * (1 - share),),
                f"{percent(1 - share)} of {percent(sure)}",
            ),
            Mistake(
                "the hottest place were the reason, and the network had to guess without it",
                (1 / len(before),),
                f"one in {len(before)} digits",
            ),
            Mistake("the network could see no such digit without it", (0.0,), "nothing is left"),
        ),
        given={"digit": digit, "sure": sure, "heat": share, "ink": 1 - float(covered.sum() / image.sum())},
    )


def missing_part(part: str, rest: Rest) -> Prediction:
    """Hide one part of the cat, and ask for the probability of a cat."""
    photo = fitted(cat_photo())
    covered = np.where(part_mask((part,), 0), hide(photo, rest), photo)
    whole, left = (ask(each, 1).answer.cats for each in (photo, covered))
    return Prediction(
        right=(left,),
        wrong=(
            Mistake(f"a cat without its {part} were no cat", (0.0,), f"nothing is left of {percent(whole)}"),
            Mistake(
                "each of the three kinds of parts held a third of the answer",
                (whole * 2 / 3,),
                f"two thirds of {percent(whole)}",
            ),
            Mistake("the network did not look at them", (whole,), f"{percent(whole)} stays"),
        ),
        given={"whole": whole},
    )
