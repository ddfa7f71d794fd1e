"""What PyTorch exports is told as PyTorch counts it; ``exported/make.py`` made the files, and noted what it counted."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from cnnfigs.commands.explain import explain
from cnnfigs.findings.rules import Severity
from cnnfigs.models.onnx_files import read_onnx
from cnnfigs.models.onnx_passes import Pass

FOLDER = Path(__file__).parent / "exported"
TOLD = json.loads((FOLDER / "told.json").read_text("utf-8"))
EXPORTED = [(name, exporter) for name in TOLD for exporter in ("traced", "captured")]
#: Numbers in a file that PyTorch does not count: a GroupNorm is written as two steps, the first with ones and zeros.
WRITTEN_BESIDE = {"groups": 4}
#: Products of words with words, which are not counted, and are named so.
ATTENTION = {"traced": 2, "captured": 2}


def path_of(name, exporter):
    return FOLDER / f"{name}.{exporter}.onnx"


@pytest.mark.parametrize(("name", "exporter"), EXPORTED)
def test_counts_are_those_of_pytorch(name, exporter):
    told, explained = TOLD[name], explain(path_of(name, exporter))
    network, costs = explained.network, explained.costs
    beside = WRITTEN_BESIDE.get(name, 0)
    assert network.broken == ""
    assert costs.total == told["multiply_adds"]
    assert network.parameters == told["trained"] + told["not_trained"] + beside
    assert network.trainable_parameters == told["trained"] + beside
    assert len(costs.uncounted) == (ATTENTION[exporter] if name == "attention" else 0)


@pytest.mark.parametrize(("name", "exporter"), EXPORTED)
def test_a_pass_answers_as_pytorch(name, exporter):
    path = path_of(name, exporter)
    made = Pass(read_onnx(path), path.name, path.parent)
    ((start, shape),) = made.input_shapes.items()
    image = np.linspace(-1, 1, np.prod(shape), dtype=np.float32).reshape(shape)
    (answer,) = made.run({start: image}, made._outputs).values()
    expected = np.array(TOLD[name]["answer"])
    assert answer.ravel()[:16] == pytest.approx(expected, abs=2e-5 * max(1, np.abs(expected).max()))


@pytest.mark.parametrize("name", TOLD)
def test_both_exporters_write_networks_of_which_the_same_is_found(name):
    """But for what is named: the newer exporter joins a padding with the convolution behind it.

    The older one has windows over whole maps in place of global pooling, so fields before that are not asked.
    """
    differs = {"field-below-input", *(["uneven-same"] if name == "padded" else [])}
    found = []
    for exporter in ("traced", "captured"):
        told = explain(path_of(name, exporter)).findings
        found.append(sorted((each.rule, each.severity) for each in told if each.rule not in differs))
    assert found[0] == found[1]


def test_no_warning_is_given_but_of_what_is_wrong():
    told = {(name, exporter): explain(path_of(name, exporter)).findings for name, exporter in EXPORTED}
    warned = {name for (name, _), each in told.items() if any(found.severity == Severity.WARNING for found in each)}
    assert warned == {"transposed"}  # whose window is no multiple of its step


@pytest.fixture(scope="module", params=["chain", "branches", "there_and_back"])
def both(request, tmp_path_factory):
    """A network as Keras saves it and as Keras exports it."""
    folder = tmp_path_factory.mktemp("keras")
    spec = importlib.util.spec_from_file_location("keras_networks", FOLDER / "keras_networks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = module.networks()[request.param]
    model.save(folder / "own.keras")
    return model, explain(folder / "own.keras"), FOLDER / f"{request.param}.keras.onnx"


def test_a_network_exported_by_keras_is_told_as_its_own_file_but_for_what_is_named(both):
    """Operators have other names than layers; a padding that is not even, and a separable layer, are two steps."""
    _, saved, path = both
    exported = explain(path)
    one, other = saved.network, exported.network
    assert (one.parameters, one.trainable_parameters) == (other.parameters, other.trainable_parameters)
    assert saved.costs.total == exported.costs.total
    assert list(one.inputs.values()) == list(other.inputs.values())
    assert [one.shape(name) for name in one.outputs] == [other.shape(name) for name in other.outputs]
    rules = [sorted(each.rule for each in told.findings if each.rule != "uneven-same") for told in (saved, exported)]
    assert rules[0] == rules[1]
    # What the last maps see of the image.
    seen = [
        [told.fields.sizes[each.name] for each in told.network.layers if each.name in told.fields.fields][-1]
        for told in (saved, exported)
    ]
    assert seen[0] == seen[1]


def test_a_network_exported_by_keras_answers_as_it_does_in_keras(both):
    model, _, path = both
    made = Pass(read_onnx(path), path.name, path.parent)
    ((start, shape),) = made.input_shapes.items()
    image = np.random.default_rng(0).uniform(size=shape).astype(np.float32)
    (answer,) = made.run({start: image}, made._outputs).values()
    assert np.asarray(answer) == pytest.approx(np.asarray(model(image)), abs=2e-5)
