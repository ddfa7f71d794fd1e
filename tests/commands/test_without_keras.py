"""Without the extra ``keras``: what is promised works, and the rest says in one line how Keras is installed."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import onnx
import pytest
from onnx_networks import convnet

from cnnfigs.data import FOLDER
from cnnfigs.models.weights import load

ROOT = Path(__file__).parents[2]
CAT = FOLDER / "chelsea.png"
#: As if nothing of the extra were installed.
HIDING = """
import sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("keras", "tensorflow"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Hidden())
"""
COMMAND = f"{HIDING}from cnnfigs.commands.app import main\nsys.exit(main(sys.argv[1:]))"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    model = load("convnet")
    model.save(folder / "convnet.keras")
    onnx.save(convnet(model), folder / "convnet.onnx")
    return folder


def python(folder, code, *words):
    # With results of its own: what Keras has computed before would be found.
    kept = {**os.environ, "CNNFIGS_CACHE": str(folder / "cache")}
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
        cwd=folder,
        env=kept,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_package_itself_asks_for_neither_and_the_extra_for_both():
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extra = told["optional-dependencies"]["keras"]
    for name in ("keras", "tensorflow"):
        assert not [each for each in told["dependencies"] if each.startswith(name)]
        assert [each for each in extra if each.startswith(name)]


@pytest.mark.thorough
@pytest.mark.parametrize(
    "words",
    [
        ["explain", "convnet.keras", "-o", "report", "--json", "told.json", "--svg", "architecture.svg"],
        ["explain", "convnet.onnx", "--image", CAT, "-o", "report", "--png", "architecture.png"],
        ["rules"],
        ["list"],
        ["data"],
        ["render", "Timeline", "-o", "timeline.svg"],
    ],
    ids=lambda words: " ".join(map(str, words[:2])),
)
def test_works_without_keras(folder, words):
    ended = python(folder, COMMAND, *words)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_arithmetic_drawing_and_a_report_in_a_notebook_work_without_keras(folder):
    code = HIDING + (
        "import cnnfigs\n"
        "from cnnfigs.arithmetic.sizes import Axis\n"
        "from cnnfigs.drawing.layout import laid_out\n"
        "from cnnfigs.drawing.pieces import Words\n"
        "print(Axis(28, 3).output_size(), laid_out(Words('drawn')).get_figwidth() > 0)\n"
        "report = cnnfigs.explain('convnet.onnx')\n"
        "print(report, '<iframe' in report._repr_html_())\n"
    )
    ended = python(folder, code)
    assert ended.stderr == ""
    assert ended.stdout.splitlines()[0] == "26 True"
    assert "104,202 parameters" in ended.stdout
    assert ended.stdout.endswith("True\n")


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["explain", "convnet.keras", "--image", CAT], "showing an image to convnet.keras"),
        (["explain", "convnet"], "the tutorial's network convnet"),
        (["render", "Padding"], "Padding"),
    ],
    ids=["image", "network", "render"],
)
def test_what_needs_keras_says_in_one_line_how_it_is_installed(folder, words, what):
    ended = python(folder, COMMAND, *words)
    assert ended.returncode == 2
    assert ended.stderr == f"cnnfigs: {what} needs Keras: pip install 'cnnfigs[keras]'\n"
