"""A network has one look and one name in every chart: those of the table in `drawing/networks.py`."""

import ast
from pathlib import Path

import pytest
from matplotlib.colors import to_hex

import cnnfigs
from cnnfigs.drawing.networks import NETWORK_LOOKS
from cnnfigs.drawing.palette import color, palette
from cnnfigs.drawing.style import style
from cnnfigs.drawing.widths import PHONE, WIDTH
from cnnfigs.illustrations.registry import all_illustrations
from cnnfigs.models.networks import NETWORKS
from cnnfigs.models.variants import TRAINABLE

ROOT = Path(cnnfigs.__file__).parent
COLORS = {look.color for look in NETWORK_LOOKS.values()}
BY_NAME = {look.name: look for look in NETWORK_LOOKS.values()}
#: Charts in which lines or rows are networks, and how many of them.
CHARTS = {
    "AgainstDense": 3,
    "FewerExamples": 3,
    "LeNet5Seeds": 0,
    "Neighborhood": 2,
    "OtherCorner": 0,
    "SeedIntervals": 0,
    "ShiftControls": 4,
    "ShiftedDigits": 5,
}


def literals(path):
    """The strings that a module writes out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_network_of_the_tutorial_has_a_look():
    trained = {name for name in TRAINABLE if not name.startswith("peephole")}
    assert {*NETWORKS, *trained, "mobilenet_v2"} <= set(NETWORK_LOOKS)
    assert {name for name in palette().light if name.startswith("network-")} == COLORS


def test_no_picture_takes_a_networks_colour_but_from_the_table():
    for path in ROOT.rglob("*.py"):
        if path != ROOT / "drawing" / "networks.py":
            assert not literals(path) & COLORS, path


def looks_drawn(axes):
    """Colours of what a chart draws."""
    lines = {to_hex(line.get_color()) for line in axes.lines}
    return lines | {to_hex(patch.get_facecolor()) for patch in axes.patches}


@pytest.mark.parametrize("width", [WIDTH, PHONE])
@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_that_names_networks_draws_each_in_its_colour(name, width):
    with style():
        figure = all_illustrations()[name]().drawn(width)
    words = {text.get_text() for axes in figure.axes for text in (*axes.texts, *axes.get_yticklabels())}
    named = words & set(BY_NAME)
    drawn = set().union(*map(looks_drawn, figure.axes))
    if CHARTS[name]:
        assert len(named) == CHARTS[name]
        assert {color(BY_NAME[each].color) for each in named} <= drawn
    # And no colour of a series, which is for what is no network.
    assert not drawn & {color(each) for each in palette().light if each.startswith("series-")}


def test_each_training_of_a_network_is_drawn_in_that_networks_colour():
    drawn = {
        name: set().union(*map(looks_drawn, all_illustrations()[name]().figure.axes))
        for name in ("LeNet5Seeds", "SeedIntervals", "TrainingCurves", "DownsamplingDifferences")
    }
    of = {name: color(look.color) for name, look in NETWORK_LOOKS.items()}
    assert {of["lenet5"], of["convnet"]} <= drawn["LeNet5Seeds"]
    assert of["convnet"] in drawn["SeedIntervals"]
    assert of["convnet"] in drawn["TrainingCurves"]
    variants = ("convnet", "convnet_mean_pooling", "convnet_pick_one", "convnet_strided", "unpooled")
    assert {of[name] for name in variants} <= drawn["DownsamplingDifferences"]
