"""What a training accepts, and what a recorded outcome must agree with, at both sides of every limit; by hand."""

import base64
import re

import pytest

from cnnfigs.experiments import trials
from cnnfigs.experiments.trials import Training, Trial
from cnnfigs.models.variants import TRAINABLE

#: A field, values that are accepted, values that are not, and what is said of these.
FIELDS = {
    "network": (["convnet", "dense_512"], ["convnett", ""], f"one of {', '.join(TRAINABLE)}"),
    "images": ([1, 2, 59_999, 60_000], [0, -1, 60_001], "1 to 60,000, and 60,000 without steps"),
    "steps": ([100, 200, 1_000], [0, -100, 99, 101, 150], "a multiple of 100, or None"),
    "canvas": ([28, 29, 60], [27, 0], "28 or more"),
    "random_shift": ([0, 1, 27], [-1, 28], "0 to 27"),
    "learning_rate": ([1e-9, 0.5, 1], [0, -0.1, 1.000001, 2], "above 0, at most 1"),
    "asked": (
        [(), ("shifts",), ("shifts and back",), ("upper left",), ("shifts", "shifts and back", "upper left")],
        [("shift",), ("shifts", "lower right")],
        "shifts, shifts and back, upper left",
    ),
    "test_images": ([1, 2, 10_000], [0, 10_001], "1 to 10,000"),
}
GOOD = [(field, value) for field, (values, _, _) in FIELDS.items() for value in values]
BAD = [(field, value, accepted) for field, (_, values, accepted) in FIELDS.items() for value in values]


def training(**fields):
    return Training(**{"seed": 1, "network": "convnet", **fields})


@pytest.mark.parametrize(("field", "value"), GOOD)
def test_what_is_in_range_is_accepted(field, value):
    assert getattr(training(**{field: value}), field) == value


@pytest.mark.parametrize(("field", "value", "accepted"), BAD)
def test_what_is_out_of_range_is_refused_with_what_is_accepted(field, value, accepted):
    with pytest.raises(ValueError, match=f"^{re.escape(f'{field}: expected {accepted}, got {value!r}')}$"):
        training(**{"images": 60_000, field: value})


def test_without_steps_all_images_are_trained_on():
    assert training(images=60_000, steps=None).steps is None
    for images in (1, 59_999):
        with pytest.raises(ValueError, match=f"^images: expected 1 to 60,000, and 60,000 without steps, got {images}$"):
            training(images=images, steps=None)


def test_a_trial_trains_its_network_on_mnist(monkeypatch):
    monkeypatch.setattr(trials, "perform", lambda *given: {"given": given})
    monkeypatch.setattr(trials, "mnist", lambda: "the images")
    trial = training()
    assert trial.run() == {"given": (trial, TRAINABLE["convnet"], "the images")}


def test_a_trial_that_compares_nothing_finds_nothing():
    class Other(Trial):
        title = "other"

        def run(self):
            return {}

        def digest(self):
            return ""

    assert Other(1).contradiction({"anything": 1}) == ""


#: Twelve test images leave the last four of sixteen marks without an image; every second one is asked about elsewhere.
FEW = training(images=100, test_images=12, asked=("upper left",))
PLACE = "upper left"


def outcome(marks=0b1111_0000_1010_0000, right=6, **changes):
    """An outcome of :data:`FEW` in which nothing disagrees, but for the changes."""
    told = {
        "test": {"asked": 12, "right": right, "bits": base64.b64encode(marks.to_bytes(2, "big")).decode()},
        "training": {"asked": 100, "right": 50},
        "steps": 1_000,
        "elsewhere": {PLACE: {"asked": 6, "right": 3, "same": 3, "difference": 0.5}},
    }
    for where, change in changes.items():
        told[where] = told[where] | change if isinstance(told[where], dict) else change
    return told


def elsewhere(**change):
    return {"elsewhere": {PLACE: {"asked": 6, "right": 3, "same": 3, "difference": 0.5} | change}}


AGREES = {
    "as it is": outcome(),
    "none right": outcome(0, 0),
    "all right": outcome(0b1111_1111_1111_0000, 12),
    "the last image right": outcome(0b0000_0000_0001_0000, 1),
    "of the training images none right": outcome(training={"right": 0}),
    "of the training images one right": outcome(training={"right": 1}),
    "of the training images all right": outcome(training={"right": 100}),
    "elsewhere none": outcome(**elsewhere(right=0, same=0, difference=0)),
    "elsewhere all": outcome(**elsewhere(right=6, same=6, difference=1)),
    "elsewhere more right than same": outcome(**elsewhere(right=6, same=0)),
}
BEHIND = "right answers are marked behind the last test image"
CONTRADICTS = {
    "the first place behind": (outcome(0b0000_0000_0000_1000, 1), BEHIND),
    "the last place behind": (outcome(0b0000_0000_0000_0001, 1), BEHIND),
    "one more counted than marked": (outcome(right=7), "7 right answers are counted, and 6 are marked, on 16 places"),
    "one fewer counted than marked": (outcome(right=5), "5 right answers are counted, and 6 are marked, on 16 places"),
    "of the training images less than none": (
        outcome(training={"right": -1}),
        "-1 of 100 training images cannot be right",
    ),
    "of the training images more than all": (
        outcome(training={"right": 101}),
        "101 of 100 training images cannot be right",
    ),
    "of other training images": (outcome(training={"asked": 99}), "50 of 99 training images cannot be right"),
    "a step more": (outcome(steps=1_001), "steps are 1001, not 1000"),
    "an image more": (outcome(test={"asked": 13}), "test images asked are 13, not 12"),
    "another place": (outcome(elsewhere={"left": {}}), "places asked about are not those of the trial"),
    "elsewhere one more": (
        outcome(**elsewhere(right=7)),
        "7 right and 3 same answers of 6 cannot be (upper left)",
    ),
    "elsewhere one less than none": (
        outcome(**elsewhere(right=-1)),
        "-1 right and 3 same answers of 6 cannot be (upper left)",
    ),
    "elsewhere one more the same": (
        outcome(**elsewhere(same=7)),
        "3 right and 7 same answers of 6 cannot be (upper left)",
    ),
    "elsewhere less than none the same": (
        outcome(**elsewhere(same=-1)),
        "3 right and -1 same answers of 6 cannot be (upper left)",
    ),
    "elsewhere others": (outcome(**elsewhere(asked=7)), "3 right and 3 same answers of 7 cannot be (upper left)"),
    "a negative difference": (
        outcome(**elsewhere(difference=-0.1)),
        "a probability cannot differ by -0.1 (upper left)",
    ),
    "too large a difference": (outcome(**elsewhere(difference=1.1)), "a probability cannot differ by 1.1 (upper left)"),
    "marks with a foreign sign": (
        outcome(test={"bits": "8K*A="}),
        "its outcome cannot be read: Error Only base64 data is allowed",
    ),
    "a long word": (
        outcome(test={"bits": {}}),
        "its outcome cannot be read: TypeError argument should be a bytes-like object or ASCII string, not 'dict'",
    ),
}


@pytest.mark.parametrize("name", AGREES)
def test_nothing_is_found_where_all_agrees(name):
    assert FEW.contradiction(AGREES[name]) == ""


@pytest.mark.parametrize("name", CONTRADICTS)
def test_what_cannot_be_is_said(name):
    told, said = CONTRADICTS[name]
    assert FEW.contradiction(told) == said


def test_an_odd_number_of_images_is_asked_about_elsewhere_by_every_second():
    odd = training(images=100, test_images=9, asked=("upper left",))
    told = outcome(0b1111_0000_1000_0000, 5, test={"asked": 9}, **elsewhere(asked=5))
    assert odd.contradiction(told) == ""
    assert "cannot be" in odd.contradiction(outcome(0b1111_0000_1000_0000, 5, test={"asked": 9}, **elsewhere(asked=4)))


@pytest.mark.parametrize("behind", range(18, 24))
def test_each_mark_behind_the_last_of_eighteen_images_is_found(behind):
    eighteen = training(images=100, test_images=18)
    told = outcome(right=1, test={"asked": 18}) | {"elsewhere": {}}
    for place, said in ((17, ""), (behind, BEHIND)):
        marks = (1 << (23 - place)).to_bytes(3, "big")
        told["test"]["bits"] = base64.b64encode(marks).decode()
        assert eighteen.contradiction(told) == said


def test_what_is_said_of_an_outcome_that_cannot_be_read_ends_after_eighty_characters():
    class Long(dict):
        def __getitem__(self, key):
            raise KeyError("x" * 200)

    said = FEW.contradiction(Long())
    assert said == "its outcome cannot be read: KeyError " + ("'" + "x" * 200)[:80]
