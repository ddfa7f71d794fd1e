"""A figure that asks a trained network says which one; and no caption speaks of what a reader may not see."""

import ast
import importlib
import re
from pathlib import Path

import pytest

from cnnfigs import provenance
from cnnfigs.catalog import entries
from cnnfigs.illustrations.networks import trained_on
from cnnfigs.models.weights import record

DOCS = Path(__file__).parents[2] / "docs"
PAGES = (
    "index", "padding-and-strides", "downsampling", "what-convnets-learn", "limits-and-next", "playground",
)  # fmt: skip
CELL = re.compile(r"(?ms)^```\{code-cell\}[^\n]*\n---\n(.*?)^---\n(.*?)^```\s*$")
#: Who reaches one of these has asked a trained network.
TRAINED = {"cnnfigs.models.weights:load", "cnnfigs.models.weights:resolve", "cnnfigs.models.imagenet:mobilenet_v2"}
#: Figures whose caption says it in words of its own: the weights are not what the figure is about.
OTHERWISE = {
    "fig-photo-patches": "weights of this layer are random",
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
    return bool(TRAINED & provenance.parts(f"{illustration.__module__}:{illustration.__qualname__}.run").keys())


@pytest.mark.parametrize("page", PAGES)
def test_captions_say_what_the_network_was_trained_on(page):
    silent = [
        name
        for name, caption, illustration in figures(page)
        if asks_a_trained_network(illustration) and not re.search(r"\{glue:text\}`\w+ trained`", caption)
    ]
    assert set(silent) <= set(OTHERWISE), silent


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=lambda path: path.stem)
def test_no_caption_tells_of_scripts(path):
    if path.stem not in PAGES:
        return
    for options, _ in CELL.findall(path.read_text("utf-8")):
        assert "scripts run" not in " ".join(options.split())


def test_what_a_network_was_trained_on_is_what_its_record_says():
    recipe = record("convnet")["recipe"]
    assert (
        trained_on("convnet")
        == f"convnet, seed {recipe['seed']}, trained on {60_000 - recipe['validation_images']:,} digits"
    )
    assert trained_on("convnet", object()).endswith("; a model of your own, trained by you")
