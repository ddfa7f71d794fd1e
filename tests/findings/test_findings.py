"""Each rule finds the fault planted for it, at its layer and with its number, and nothing in what is in order."""

import inspect
import re
from pathlib import Path

import numpy as np
import pytest
from stacks import Stack, clean

from cnnfigs.arithmetic import Layer
from cnnfigs.arithmetic.costs import Network
from cnnfigs.commands.report.findings import PAGES, about
from cnnfigs.errors import ParameterError
from cnnfigs.findings.graph import fields_read
from cnnfigs.findings.images import ENOUGH
from cnnfigs.findings.observed import Observed
from cnnfigs.findings.rules import Severity, findings, require_rules, rules
from cnnfigs.words import as_percent

INFO, HINT, WARNING = Severity


def found(network, **more):
    return [(each.rule, each.layer, each.severity) for each in findings(network, **more)]


def only(network, rule):
    """The findings of one rule, all others left aside."""
    return [each for each in findings(network) if each.rule == rule]


def test_nothing_is_found_in_a_network_that_is_in_order():
    assert found(clean().network()) == []


# Each plants one fault: the network, and where it is found, how severe, with which number


def too_deep():
    stack = Stack(8, 8, 1)
    for number in range(6):
        stack.conv(f"c{number}", 4, 3, padding="same")
    # Fields of 3, 5, 7, 9, ...: the fifth and sixth read numbers that see 9 and 11 of 8 pixels.
    return stack.flat().dense("answer", 3).network(), [("c4", HINT, 9), ("c5", HINT, 11)]


def too_deep_on_every_way():
    """Both branches of a block see all: 5×5 and 3×3 behind a pooling, 2 + 2·4 = 10 and 2 + 2·2 = 6 of 6 pixels."""
    stack = Stack(6, 6, 1).pool("p")
    stack.conv("wide", 4, 5, padding="same", inputs=("p",)).conv("narrow", 4, 3, padding="same", inputs=("p",))
    stack.add("sum", "Add", (3, 3, 4), "wide", "narrow").conv("next", 4, 3, padding="same")
    return stack.flat().dense("answer", 3).network(), [("next", HINT, 6)]


def too_shallow():
    return Stack(28, 28, 1).conv("c", 8, 5).mean().dense("answer", 3).network(), [("mean", HINT, 5)]


def a_cut_border():
    # 9 → 7 → 3: rows 6 of the maps, which is row 8 of the image alone, are in no window.
    stack = Stack(9, 9, 1).conv("c", 4).pool("p").flat().dense("answer", 3)
    return stack.network(), [("", HINT, 1 - (8 / 9) ** 2)]


def a_thin_border():
    stack = Stack(112, 112, 1).conv("c", 4, strides=2).flat().dense("answer", 3)  # 112 - 3 is odd
    return stack.network(), [("", INFO, 1 - (111 / 112) ** 2)]


def most_pixels_lost():
    stack = Stack(24, 24, 1).conv("c", 4, 2, strides=4).flat().dense("answer", 3)
    return stack.network(), [("", WARNING, 1 - 0.5**2)]


def gaps():
    stack = Stack(24, 24, 1).conv("c", 4, 2, strides=4).flat().dense("answer", 3)
    return stack.network(), [("c", WARNING, 0.25)]


def gaps_of_a_shortcut():
    stack = Stack(8, 8, 1).conv("c", 4, 1, strides=2).flat().dense("answer", 3)
    return stack.network(), [("c", HINT, 0.25)]


def uneven_padding():
    stack = Stack(8, 8, 1).conv("c", 4, 3, strides=2, padding="same").flat().dense("answer", 3)
    return stack.network(), [("c", INFO, 1)]  # (4 - 1)·2 + 3 - 8 = 1: none before, one after


def a_size_cut():
    return Stack(11, 11, 1).pool("p", 3).flat().dense("answer", 3).network(), [("p", HINT, 2)]


def a_large_size_cut():
    stack = Stack(112, 112, 1).conv("c", 4, strides=2).flat().dense("answer", 3)
    return stack.network(), [("c", INFO, 1)]


def windows_on_padding():
    stack = Stack(2, 2, 1).conv("c", 4, 5, padding="same").flat().dense("answer", 3)
    # Around each of two cells: of the five rows of the kernel the first and the last are beside the map both times.
    return stack.network(), [("c", WARNING, 1 - (3 / 5) ** 2)]


def a_checkerboard():
    stack = Stack(8, 8, 4)
    fields = {"kernel_size": (3, 3), "strides": (2, 2), "padding": "valid", "dilation_rate": (1, 1), "filters": 1}
    stack.add("up", "Conv2DTranspose", (17, 17, 1), **fields, use_bias=True, activation="sigmoid")
    return stack.network(), [("up", WARNING, 3)]  # one window or two on each axis: 1 to 4


def a_heavy_dense():
    stack = Stack(20, 20, 1).conv("c", 8).flat().dense("hidden", 64, "relu").dense("answer", 3)
    weights = 18 * 18 * 8 * 64 + 64
    return stack.network(), [("hidden", HINT, weights / (weights + 80 + 195))]


def a_bias_for_nothing():
    stack = Stack(8, 8, 1).conv("c", 4, activation="linear").add("bn", "BatchNormalization", (6, 6, 4))
    return stack.add("r", "ReLU", (6, 6, 4)).flat().dense("answer", 3).network(), [("c", INFO, 4)]


def no_activation():
    stack = Stack(20, 20, 1).conv("one", 8, activation="linear").add("bn", "BatchNormalization", (18, 18, 8))
    return stack.conv("two", 16).flat().dense("answer", 3).network(), [("two", WARNING, 3 * 3 * 8 * 16 + 16)]


def two_softmaxes():
    stack = clean().add("again", "Softmax", (10,))
    return stack.network(), [("again", WARNING, 2)]


def a_softmax_behind_a_sigmoid():
    stack = clean()
    stack.layers.pop()
    return stack.dense("answer", 10, "sigmoid").add("again", "Activation", (10,), activation="softmax").network(), [
        ("again", WARNING, 2)
    ]


def a_softmax_of_one():
    stack = clean()
    stack.layers.pop()
    return stack.dense("answer", 1).network(), [("answer", WARNING, 1)]


def logits():
    stack = clean()
    stack.layers.pop()
    return stack.dense("answer", 10, "linear").network(), [("answer", INFO, 10)]


def no_scaling():
    stack = clean()
    first = stack.layers.pop(1)
    stack.layers[1] = Layer(**{**vars(stack.layers[1]), "inputs": first.inputs})
    return stack.network(), [("image", INFO, 0)]


PLANTED = {
    "field-beyond-input": [too_deep, too_deep_on_every_way],
    "field-below-input": [too_shallow],
    "pixels-never-read": [a_cut_border, a_thin_border, most_pixels_lost],
    "stride-beyond-kernel": [gaps, gaps_of_a_shortcut],
    "uneven-same": [uneven_padding],
    "odd-size-cut": [a_size_cut, a_large_size_cut],
    "weights-on-padding": [windows_on_padding],
    "checkerboard": [a_checkerboard],
    "dense-heavy": [a_heavy_dense],
    "bias-without-effect": [a_bias_for_nothing],
    "no-activation-between": [no_activation],
    "softmax-twice": [two_softmaxes, a_softmax_behind_a_sigmoid],
    "softmax-of-one": [a_softmax_of_one],
    "softmax-missing": [logits],
    "no-scaling": [no_scaling],
}


@pytest.mark.parametrize(("rule", "plant"), [(rule, plant) for rule, plants in PLANTED.items() for plant in plants])
def test_the_planted_fault_is_found_at_its_layer_with_its_number(rule, plant):
    network, expected = plant()
    told = [(each.layer, each.severity, pytest.approx(each.number)) for each in only(network, rule)]
    assert told == expected
    assert all(each.message and each.message[-1] != "." for each in findings(network))
    assert found(network, ignore=[rule]) == [each for each in found(network) if each[0] != rule]


# What looks like a fault and is none


def test_a_gate_that_weighs_maps_does_not_make_fields_of_the_whole_image():
    stack = Stack(32, 32, 1).conv("c", 4).mean("squeeze").add("laid", "Reshape", (1, 1, 4))
    stack.add("gated", "Multiply", (30, 30, 4), "c", "laid").conv("next", 4).flat().dense("answer", 3)
    assert only(stack.network(), "field-beyond-input") == []
    assert only(stack.network(), "field-below-input") == []


def test_blocks_around_which_a_shortcut_leads_still_add_to_what_it_carries():
    stack = Stack(8, 8, 1).conv("first", 4, 1)
    kept = "first"
    for number in range(6):
        stack.conv(f"c{number}", 4, 3, padding="same", inputs=(kept,))
        stack.add(f"sum{number}", "Add", (8, 8, 4), f"c{number}", kept)
        kept = f"sum{number}"
    network = stack.flat().dense("answer", 3).network()
    fields = {layer.name: size for layer, size, _ in fields_read(network)}
    assert fields["c5"] == (11, 11)
    assert only(network, "field-beyond-input") == []


def test_what_sees_all_by_every_way_is_told_so():
    network, _ = too_deep_on_every_way()
    (found,) = only(network, "field-beyond-input")
    assert "sees 6×6 of the 6×6 image already, by every way, and its 3×3" in found.message
    network, _ = too_deep()
    assert all("image already, and its" in each.message for each in only(network, "field-beyond-input"))


def test_a_bottleneck_without_activation_is_meant():
    stack = Stack(20, 20, 1).conv("wide", 24).conv("narrow", 4, 1, activation="linear").conv("wide again", 24, 1)
    assert only(stack.flat().dense("answer", 3).network(), "no-activation-between") == []


def test_two_convolutions_of_one_cell_are_meant():
    stack = Stack(20, 20, 1).conv("c", 8).conv("narrow", 16, 1, activation="linear").conv("wide", 32, 1)
    assert only(stack.flat().dense("answer", 3).network(), "no-activation-between") == []


def test_a_branch_that_reads_the_layer_too_is_no_mistake():
    stack = Stack(20, 20, 1).conv("one", 8, activation="linear").conv("two", 8, 1, activation="relu")
    stack.add("sum", "Add", (18, 18, 8), "one", "two").flat().dense("answer", 3)
    assert only(stack.network(), "no-activation-between") == []


def test_padding_that_is_cut_off_again_is_no_loss():
    stack = Stack(8, 8, 1).add("pad", "ZeroPadding2D", (10, 10, 1), padding=((1, 1), (1, 1)))
    stack.conv("c", 4, 3, strides=2).flat().dense("answer", 3)
    assert (10 - 3) % 2 == 1
    assert only(stack.network(), "odd-size-cut") == []
    assert only(stack.network(), "pixels-never-read") == []


def test_a_kernel_that_is_a_multiple_of_the_step_overlaps_evenly():
    stack = Stack(8, 8, 4)
    fields = {"kernel_size": (4, 4), "strides": (2, 2), "padding": "same", "dilation_rate": (1, 1), "filters": 1}
    stack.add("up", "Conv2DTranspose", (16, 16, 1), **fields, activation="sigmoid")
    assert found(stack.network()) == []


# With images


def observed(**changes):
    images = changes.pop("images", ENOUGH)
    maps = np.random.default_rng(0).uniform(size=(images, 6, 6, 8)).astype(np.float32)
    answers = np.full((images, 3), [0.2, 0.5, 0.3], np.float32)
    shifted = np.repeat(answers[:, np.newaxis], 2, axis=1)
    whole = {"maps": {"c": maps}, "answers": answers, "shifted": shifted, "shifts": ((0, 1), (1, 0))}
    return Observed(**{**whole, "activation": "softmax", **changes})


def test_nothing_is_found_in_maps_and_answers_that_are_in_order():
    assert found(clean().network(), observed=observed()) == []


@pytest.mark.parametrize(
    ("images", "channels", "severity"), [(1, 3, INFO), (ENOUGH, 1, HINT), (ENOUGH, 3, WARNING), (ENOUGH - 1, 3, INFO)]
)
def test_dead_and_duplicate_channels_are_counted(images, channels, severity):
    made = observed(images=images)
    made.maps["c"][..., :channels] = 0
    (dead,) = findings(clean().network(), observed=made)
    assert (dead.rule, dead.layer, dead.number, dead.severity) == ("dead-channels", "c", channels / 8, severity)
    made = observed(images=images)
    made.maps["c"][..., 1 : channels + 1] = made.maps["c"][..., 7:]
    (same,) = findings(clean().network(), observed=made)
    assert (same.rule, same.layer, same.number, same.severity) == ("duplicate-channels", "c", channels / 8, severity)


def test_maps_that_differ_in_one_image_are_no_duplicates():
    made = observed()
    made.maps["c"][1:, ..., 0] = made.maps["c"][1:, ..., 1]
    made.maps["c"][0, ..., 2] = 0
    assert found(clean().network(), observed=made) == []


def test_an_answer_that_moves_with_the_image_is_found():
    made = observed()
    made.shifted[2, 1] = [0.1, 0.3, 0.6]
    (moved,) = findings(clean().network(), observed=made)
    assert (moved.rule, moved.layer, moved.severity) == ("shift-sensitive", "", HINT)
    assert moved.number == pytest.approx(0.3)
    assert "shifted by 1 down and 0 to the right" in moved.message
    assert f"1 of {2 * ENOUGH} shifted images get another class" in moved.message


def test_how_much_logits_change_is_told_as_a_share_of_how_far_they_lie_apart():
    made = observed(activation="linear")
    made.answers[:] = [-10, 30, 0]
    made.shifted[:] = [-10, 30, 0]
    made.shifted[0, 0] = [-10, 20, 0]
    (moved,) = findings(clean().network(), observed=made)
    assert moved.number == pytest.approx(0.25)
    assert f"changes by up to {as_percent(0.25)} of how far the answers lie apart; 0 of 16 shifted" in moved.message


def test_of_sequences_and_volumes_no_image_is_told():
    image = Layer("signal", "InputLayer", output_shape=(100, 2))
    mean = Layer("mean", "GlobalAveragePooling1D", ("signal",), ((100, 2),), (2,))
    (told,) = only(Network("sequence", (image, mean), ("mean",)), "field-below-input")
    assert told.message == f"each number that it joins sees 1 of the 100 steps, {as_percent(0.01)} of them"


def test_two_classes_that_are_nearly_as_sure_may_change_places():
    made = observed()
    made.answers[:] = [0.34, 0.335, 0.325]
    made.shifted[:] = [0.335, 0.34, 0.325]
    assert found(clean().network(), observed=made) == []
    made.shifted[:] = [0.28, 0.395, 0.325]
    (moved,) = findings(clean().network(), observed=made)
    assert f"{2 * ENOUGH} of {2 * ENOUGH} shifted images get another class" in moved.message


def test_a_few_images_of_which_an_answer_is_sure_are_worth_knowing():
    sure = np.tile(np.array([[0.0003, 0.9996, 0.0001]], np.float32), (ENOUGH - 1, 1))
    made = observed(images=ENOUGH - 1, answers=sure, shifted=np.repeat(sure[:, np.newaxis], 2, axis=1))
    assert found(clean().network(), observed=made) == [("saturated-answer", "", INFO)]


def test_answers_that_are_all_too_sure_are_found():
    sure = np.tile(np.array([[0.0003, 0.9996, 0.0001]], np.float32), (ENOUGH, 1))
    made = observed(answers=sure, shifted=np.repeat(sure[:, np.newaxis], 2, axis=1))
    (told,) = findings(clean().network(), observed=made)
    assert (told.rule, told.severity) == ("saturated-answer", HINT)
    less = sure.copy()
    less[3] = [0.1, 0.8, 0.1]
    made = observed(answers=less, shifted=np.repeat(less[:, np.newaxis], 2, axis=1))
    assert found(clean().network(), observed=made) == []
    made = observed(answers=sure, shifted=np.repeat(sure[:, np.newaxis], 2, axis=1), activation="linear")
    assert found(clean().network(), observed=made) == []


# The rules themselves


def test_every_rule_has_a_planted_fault_and_is_told_whole():
    known = rules()
    of_images = {"dead-channels", "duplicate-channels", "shift-sensitive", "saturated-answer"}
    assert set(known) == {*PLANTED, *of_images}
    assert {rule.page for rule in known.values()} == PAGES.keys()
    for rule in known.values():
        assert about(rule).endswith(".")
        assert "\n" not in about(rule)
        assert rule.why.endswith(".")
        assert rule.change.endswith(".")
        assert inspect.isgeneratorfunction(rule.find)


def test_a_rule_that_there_is_not_is_refused():
    with pytest.raises(ParameterError, match=r"^ignore: there is no rule 'oddness': `cnnfigs rules` names all$"):
        require_rules(["checkerboard", "oddness"])
    for name in rules():
        with pytest.raises(ParameterError, match=rf"there is no rule '{name}s': did you mean {name}\?"):
            require_rules([f"{name}s"])


def test_a_network_without_image_or_layers_is_no_hindrance():
    table = Network("table", (Layer("row", "InputLayer", output_shape=(7,)),), ("row",))
    assert found(table) == []
    two = Network("two", tuple(Layer(name, "InputLayer", output_shape=(8, 8, 1)) for name in "ab"), ("a", "b"))
    assert found(two) == []


def test_the_page_about_it_names_every_rule():
    page = (Path(__file__).parents[2] / "docs" / "explain.md").read_text("utf-8")
    told = dict(re.findall(r"^\| `([a-z-]+)` \| (\w+) \|", page, re.MULTILINE))
    assert told == {rule.name: rule.severity.word for rule in rules().values()}


def test_pages_are_called_as_they_call_themselves():
    for name, title in PAGES.items():
        page = (Path(__file__).parents[2] / "docs" / f"{name}.md").read_text("utf-8")
        assert f"# {title}\n" in page
