"""Under which conditions networks were trained and asked: the words against the record files."""

import json
import re

import pytest

from cnnfigs.experiments.catalog import (
    Hole,
    by_recipe,
    in_the_corner,
    padded,
    shifted,
    through_a_hole,
    usual,
    with_images,
)
from cnnfigs.experiments.conditions import conditions
from cnnfigs.experiments.records import path_of
from cnnfigs.experiments.results import results


def numbers(text):
    return {float(found.replace(",", "")) for found in re.findall(r"\d[\d,]*(?:\.\d+)?", text)}


def told(described, seeds=(1,)):
    """The trial and the outcome of each seed, from the files."""
    return [json.loads(path_of(described(seed)).read_text("utf-8")) for seed in seeds]


@pytest.mark.parametrize(
    ("described", "asked"),
    [
        (lambda seed: by_recipe("convnet", seed), "at home"),
        (lambda seed: with_images("dense_131", 300, seed), "at home"),
        (lambda seed: usual("convnet", seed), "shifts"),
        (lambda seed: usual("dense_512", seed), "shifts and back"),
        (lambda seed: in_the_corner("convnet", seed), "upper left"),
        (padded, "shifts"),
        (lambda seed: shifted("convnet", seed), "shifts"),
        (lambda seed: through_a_hole(Hole(7), seed), "at home"),
    ],
)
def test_the_words_have_the_numbers_of_the_records(described, asked):
    words = conditions([results(described, [1])], asked)
    (record,) = told(described)
    trial, outcome = record["trial"], record["outcome"]
    trained, _, questions = words.partition(", and ")
    images = trial["images"] if trial["steps"] else 55_000  # the others decide when to stop
    assert {images, outcome["steps"], trial["learning_rate"], 128} <= numbers(trained)
    assert (trial["steps"] is None) == ("stopped falling" in trained)
    assert (trial["canvas"] in numbers(trained)) == (trial["canvas"] != 28)
    assert (f"moved at random by up to {trial['random_shift']} pixels" in trained) == (trial["random_shift"] > 0)
    assert ("lower right" in trained) == (trial["place"] is not None)
    if asked == "at home":
        assert questions == f"asked about {outcome['test']['asked']:,} test images"
    else:
        place = {"shifts": "right 4", "shifts and back": "up 8 and back", "upper left": "upper left"}[asked]
        assert questions.startswith(f"asked about {outcome['elsewhere'][place]['asked']:,} test images")
        for word in place.rstrip("0123456789").split():
            assert word in questions


def test_what_differs_is_a_range():
    several = [results(lambda seed, n=n: with_images("convnet", n, seed), [1]) for n in (100, 60_000, 3_000)]
    assert conditions(several).startswith(
        "trained on 100 to 60,000 images, in 1,000 steps of 128 images with Adam at 0.001, and "
    )
    recipe = results(lambda seed: by_recipe("convnet", seed), range(1, 6))
    steps = [each["outcome"]["steps"] for each in told(lambda seed: by_recipe("convnet", seed), range(1, 6))]
    assert f"{min(steps):,} to {max(steps):,} steps" in conditions([recipe])


def test_no_network_is_refused():
    with pytest.raises(ValueError, match=r"^networks: expected at least one with a record, got "):
        conditions([])
