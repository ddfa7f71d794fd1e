"""A figure that asks a trained network says which one; and no caption speaks of what a reader may not see."""

import ast
import importlib
import re
from pathlib import Path

import pytest
from page_words import says

from cnnfigs import provenance
from cnnfigs.catalog import entries
from cnnfigs.illustrations.architectures.lenet5 import LeNet5
from cnnfigs.illustrations.dense_and_loss.softmax import Softmax
from cnnfigs.illustrations.filters.response_map import ResponseMap
from cnnfigs.illustrations.networks import TRAINED_ON_PHOTOS, trained_on
from cnnfigs.illustrations.photo.photo_answers import PhotoAnswers
from cnnfigs.illustrations.training_and_measured.confusion_matrix import ConfusionMatrix
from cnnfigs.models.weights import record

DOCS = Path(__file__).parents[2] / "docs"
PAGES = (
    "index", "computer-vision", "padding-and-strides", "pooling", "downsampling", "what-convnets-learn",
    "where-answers-come-from", "limits", "remedies-and-costs", "later-networks", "playground",
)  # fmt: skip
CELL = re.compile(r"(?ms)^```\{code-cell\}[^\n]*\n---\n(.*?)^---\n(.*?)^```\s*$")
#: Who reaches one of these has asked a trained network.
TRAINED = {
    *("cnnfigs.models.weights:load", "cnnfigs.models.weights:resolve"),
    *("cnnfigs.models.imagenet:mobilenet_v2", "cnnfigs.models.compiled_mobilenet:_weights"),
}
#: Figures that trained weights decide nothing in, or that another page explains; and where their captions say so.
OTHERWISE = {
    "fig-patches": "The weights of this layer are random here",
    "fig-answer-costs": "in a convolution once in every place",
    "fig-separable": "what it costs in block",
    "fig-play-branch": "see {doc}`visual-hierarchy`",
}


def figures(page):
    """Yield the name of each figure, its caption, and the class of its illustration."""
    for options, code in CELL.findall((DOCS / f"{page}.md").read_text("utf-8")):
        name = re.search(r"(?m)^    name: (\S+)$", options)
        last = ast.parse(code).body[-1]
        if name and isinstance(last, ast.Expr) and isinstance(last.value, ast.Call):
            called = entries()[ast.unparse(last.value.func)]
            yield name[1], options, getattr(importlib.import_module(called.module), called.name)


def asks_a_trained_network(illustration):
    reached = provenance.dependencies(f"{illustration.__module__}:{illustration.__qualname__}.run").definitions
    return not TRAINED.isdisjoint(reached)


@pytest.mark.parametrize("page", PAGES)
def test_captions_say_what_the_network_was_trained_on(page):
    for name, caption, illustration in figures(page):
        if asks_a_trained_network(illustration) and not re.search(r"\{fact\}`\S+ trained`", caption):
            assert name in OTHERWISE, name
            assert says(page, OTHERWISE[name])


#: Pages on which one sentence says it for all figures, with the fact that it quotes and the network.
ONE_NETWORK = {
    "lenet5": (LeNet5, "fig-lenet5", "lenet5"),
    "visual-hierarchy": (PhotoAnswers, "fig-answers", None),
    "parts-tested": (PhotoAnswers, "photo", None),
    "images-and-dense-layers": (Softmax, "fig-softmax", "dense_512"),
    "how-a-network-learns": (Softmax, "shown", "dense_512"),
    "first-convnet": (ConfusionMatrix, "shown", "convnet"),
    "how-far-to-trust-it": (ConfusionMatrix, "fig-confusion", "convnet"),
    "convolution": (ResponseMap, "fig-response", "convnet"),
    "convolution-in-other-words": (ResponseMap, "response", "convnet"),
}


@pytest.mark.parametrize("page", ONE_NETWORK)
def test_a_page_says_once_which_network_its_figures_ask(page):
    """And no figure asks another one by default, or its caption names it."""
    quoted, name, network = ONE_NETWORK[page]
    assert quoted().facts["trained"] == (trained_on(network) if network else TRAINED_ON_PHOTOS)
    text = (DOCS / f"{page}.md").read_text("utf-8")
    sentence = f"{{fact}}`{name} trained`"
    assert text.count(sentence) == 1
    asking = [each for each in figures(page) if asks_a_trained_network(each[2])]
    assert asking
    for _, caption, illustration in asking:
        asked = getattr(illustration(), "network", network)
        assert asked == network or str(asked) in caption


@pytest.mark.parametrize("page", PAGES)
def test_no_caption_tells_of_scripts(page):
    for options, _ in CELL.findall((DOCS / f"{page}.md").read_text("utf-8")):
        assert "scripts run" not in " ".join(options.split())


def test_what_a_network_was_trained_on_is_what_its_record_says():
    recipe = record("convnet")["recipe"]
    assert (
        trained_on("convnet")
        == f"convnet, seed {recipe['seed']}, trained on {60_000 - recipe['validation_images']:,} digits"
    )
    assert trained_on("convnet", object()).endswith("; a model of your own, trained by you")
