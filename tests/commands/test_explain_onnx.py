"""``cnnfigs explain`` on ONNX: the same as of the same network in Keras, but for what is named here."""

import json
import os
import re
import subprocess
import sys

import numpy as np
import onnx
import pytest
from onnx_networks import Built, convnet, resnet50

from cnnfigs.data import FOLDER
from cnnfigs.models.weights import load

CAT = FOLDER / "chelsea.png"
OF_KERAS, OF_ONNX = "Grad-CAM: where the answer comes from", "Occlusion: where the answer comes from"


def explained_apart(tmp_path, *words):
    """Run the command in a process of its own: what it wrote, and what it took."""
    code = """
import re, resource, sys
from pathlib import Path
from cnnfigs.commands.app import main
status = main(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_SELF)
loaded = [name for name in ("tensorflow", "keras", "torch") if name in sys.modules]
most = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]  # of this program alone
print(status, used.ru_utime + used.ru_stime, int(most) / 1000, loaded, file=sys.stderr)
"""
    ended = subprocess.run(
        [sys.executable, "-c", code, "explain", *map(str, words)],
        capture_output=True, text=True, cwd=tmp_path, check=False, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    *said, told = ended.stderr.splitlines()
    status, seconds, megabytes, loaded = told.split(" ", 3)
    assert (status, said) == ("0", [])
    return ended.stdout, float(seconds), float(megabytes), loaded


def test_the_same_network_has_the_same_report_but_for_what_is_named(cnnfigs, read_report, tmp_path):
    model = load("convnet")
    model.save(tmp_path / "convnet.keras")
    onnx.save(convnet(model), tmp_path / "convnet.onnx")
    told = []
    for kind in ("keras", "onnx"):
        words = ["--image", CAT, "--json", f"{kind}.json", "-o", kind]
        status, _, err = cnnfigs("explain", f"convnet.{kind}", *words)
        assert status == 0, err
        data = json.loads((tmp_path / f"{kind}.json").read_text("utf-8"))
        told.append((data, read_report(tmp_path / kind / "index.html")))
    (one, first), (other, second) = told
    # The kind, the name of the output, and the last digits of what is computed.
    assert (one["network"].pop("kind"), other["network"].pop("kind")) == ("Keras", "ONNX")
    (answer,), (same) = one.pop("answers"), other.pop("answers")
    assert answer["values"] == pytest.approx(same[0]["values"], abs=2e-6)
    assert answer["activation"] == same[0]["activation"]
    numbers = [[each.pop("number") for each in data["findings"]] for data in (one, other)]
    assert numbers[0] == pytest.approx(numbers[1], abs=2e-6)
    assert one == other
    # Occlusion takes the place of Grad-CAM, and the first sentence says what it was read from.
    assert list(first.sections)[:-1] == list(second.sections)[:-1]
    assert (list(first.sections)[-1], list(second.sections)[-1]) == (OF_KERAS, OF_ONNX)
    for name in ("Findings", "Costs", "Receptive fields", "Answer"):
        assert first.sections[name].text_content() == second.sections[name].text_content(), name
    assert first.rows() == second.rows()
    # Of nine cells no more than nine maps can tell something new: which others are shown is a matter of last digits.
    shown = [
        [re.sub(r"numbers [\d, ]+", "", each) for each in report.pictures("Feature maps")] for report in (first, second)
    ]
    assert shown[0] == shown[1]
    assert "Grad-CAM, which is told of Keras models only" in second.sections[OF_ONNX].text_content()


def test_occlusion_is_where_what_counts_is(cnnfigs, read_report, tmp_path):
    """A network that answers how red the upper left corner is, and how blue the rest."""
    from PIL import Image

    pixels = np.full((24, 24, 3), 60, np.uint8)
    pixels[:8, :8, 0] = 255
    Image.fromarray(pixels).save(tmp_path / "corner.png")
    built = Built(3, 24, 24)
    kernel = np.array([[2, -1, -1], [0, 0, 0.5]], np.float32).reshape(2, 3, 1, 1)
    built.conv("colours", 2, 3, 1, kernel, False)
    built.add("Relu", "relu")
    built.add("GlobalAveragePool", "mean")
    built.add("Flatten", "flat")
    built.save(tmp_path / "corner.onnx")
    status, _, err = cnnfigs("explain", "corner.onnx", "--image", "corner.png", "-o", "report")
    assert status == 0, err
    report = read_report(tmp_path / "report" / "index.html")
    (told,) = report.pictures(OF_ONNX)
    assert "speak for class 0" in told
    assert "strongest at the upper left" in told


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([("Div", 255.0)], "from 0 to 255, which scaled0 at its beginning is for"),
        ([("Sub", [0.485, 0.456, 0.406]), ("Div", [0.229, 0.224, 0.225])], "from 0 to 1, which scaled0 and scaled1 at"),
        ([], "from 0 to 1, which is assumed"),
    ],
)
def test_the_range_is_found_where_the_first_nodes_tell(cnnfigs, tmp_path, steps, told):
    built = Built(3, 16, 16)
    for number, (kind, value) in enumerate(steps):
        held = np.asarray(value, np.float32).reshape(-1, 1, 1) if isinstance(value, list) else np.float32(value)
        built.add(kind, f"scaled{number}", None, built.constant(f"value{number}", held))
    built.conv("conv", 4, 3, 3)
    built.save(tmp_path / "own.onnx")
    status, out, err = cnnfigs("explain", "own.onnx", "--image", CAT)
    assert status == 0, err
    assert f"values {told}" in " ".join(out.split())
    assert ("no-scaling" in out) == (not steps)


def test_a_shape_that_does_not_fit_leaves_what_stands(cnnfigs, read_report, tmp_path):
    built = Built(1, 6, 6)
    built.conv("conv", 2, 1, 3)
    built.add("Flatten", "flat")
    built.dense("dense", np.ones((30, 4), np.float32), np.ones(4, np.float32))
    built.save(tmp_path / "own.onnx")
    status, out, err = cnnfigs("explain", "own.onnx", "-o", "report", "--text")
    assert status == 2
    assert err.startswith("cnnfigs: own.onnx: told as far as it goes: dense (Gemm) does not fit")
    assert "It breaks off here." in out
    report = read_report(tmp_path / "report" / "index.html")
    assert list(report.rows()) == ["conv", "flat", "Total"]
    broken = report.sections["Where it breaks off"].text_content()
    assert "(1, 32)" in broken
    assert "(30, 4)" in broken


@pytest.mark.thorough
def test_resnet50_takes_seconds_and_no_tensorflow(tmp_path):
    """Limits are what an empty machine needs three times over."""
    onnx.save(resnet50(), tmp_path / "resnet50.onnx")
    out, seconds, megabytes, loaded = explained_apart(tmp_path, "resnet50.onnx", "--image", CAT, "-o", "report")
    assert out == "report/index.html\n"
    assert loaded == "[]"
    assert seconds < 30
    assert megabytes < 500
