"""ONNX files that would harm whoever opens them are refused in one line, in bounded memory, and nothing is run."""

import os
import resource
import subprocess
import sys

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx_networks import FLOAT, Built

from cnnfigs.models.files import ModelFileError
from cnnfigs.models.onnx_files import MOST_PARTS, read_onnx


def small():
    built = Built(1, 8, 8)
    built.conv("conv", 2, 1, 3)
    return built


def saved(tmp_path, model, name="model.onnx"):
    path = tmp_path / name
    path.write_bytes(model if isinstance(model, bytes) else model.SerializeToString())
    return path


def refusal(path):
    with pytest.raises(ModelFileError) as error:
        read_onnx(path)
    line = str(error.value)
    assert line.isprintable()
    assert len(line) <= 500
    return line


def length(size):
    """A length as protocol buffers write it."""
    digits = b""
    while size > 127:
        digits, size = digits + bytes([size & 127 | 128]), size >> 7
    return digits + bytes([size])


@pytest.mark.parametrize("opset", [13, 17, onnx.defs.onnx_opset_version()])
def test_versions_from_the_oldest_to_the_newest_are_read(tmp_path, opset):
    built = Built(1, 8, 8, opset=opset)
    built.conv("conv", 2, 1, 3)
    assert len(read_onnx(saved(tmp_path, built.model())).graph.node) == 1


def test_other_versions_are_refused_with_what_to_do(tmp_path):
    for opset in (7, 12, onnx.defs.onnx_opset_version() + 1):
        model = small().model()
        model.opset_import[0].version = opset
        line = refusal(saved(tmp_path, model))
        assert f"uses version {opset} of ONNX' operators: expected 13 to " in line


@pytest.mark.parametrize(
    "content", [b"no model", b"\x08" * 3, b"\x00" * 100, b"PK\x03\x04" + b"a" * 50, b"\x3a\xff\xff\x7f"]
)
def test_what_is_no_model_is_told(tmp_path, content):
    assert refusal(saved(tmp_path, content)).endswith("expected an ONNX model, got something else")


def test_what_is_no_file_is_told(tmp_path):
    assert refusal(tmp_path / "none.onnx").endswith("got no file")
    (tmp_path / "folder.onnx").mkdir()
    assert refusal(tmp_path / "folder.onnx").endswith("got a folder")
    os.mkfifo(tmp_path / "pipe.onnx")
    assert refusal(tmp_path / "pipe.onnx").endswith("got something that is no ONNX file")
    assert refusal(saved(tmp_path, b"")).endswith("got 0")


def test_more_parts_than_memory_holds_are_refused_before_they_are_made(tmp_path):
    """Five million empty nodes take ten megabytes on disk, and gigabytes as objects."""
    nodes = b"\x0a\x00" * 5_000_000
    path = saved(tmp_path, b"\x3a" + length(len(nodes)) + nodes)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert f"made of more than {MOST_PARTS:,} parts" in refusal(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_messages_in_one_another_are_refused(tmp_path):
    inner = b""
    for _ in range(400):  # a graph in an attribute of a node of a graph
        attribute = b"\x32" + length(len(inner)) + inner
        node = b"\x2a" + length(len(attribute)) + attribute
        inner = b"\x0a" + length(len(node)) + node
    assert "expected an ONNX model" in refusal(saved(tmp_path, b"\x3a" + length(len(inner)) + inner))


def test_tensors_that_say_more_than_there_is_are_refused(tmp_path):
    for dims in ([1000000, 1000000, 3, 3], [2, 1, 3, 4], [-2, 1, 3, 3], [1] * 40):
        model = small().model()
        del model.graph.initializer[0].dims[:]
        model.graph.initializer[0].dims.extend(dims)
        assert "'conv.weight'" in refusal(saved(tmp_path, model))
    model = small().model()
    del model.graph.initializer[1].dims[:]
    model.graph.initializer[1].ClearField("raw_data")
    model.graph.initializer[1].dims.extend([10**9])
    model.graph.initializer[1].float_data.extend([1, 2])
    assert "expected 1,000,000,000 bytes or numbers for its shape, got 2" in refusal(saved(tmp_path, model))


def elsewhere(tmp_path, **told):
    """A model that keeps its kernel in another file."""
    model = small().model()
    kernel = model.graph.initializer[0]
    (tmp_path / "kernel.bin").write_bytes(b"head" + kernel.raw_data)
    kernel.ClearField("raw_data")
    kernel.data_location = TensorProto.EXTERNAL
    for key, value in {"location": "kernel.bin", "offset": "4", "length": "72", **told}.items():
        if value is not None:
            kernel.external_data.add(key=key, value=value)
    return saved(tmp_path, model)


def test_weights_beside_the_model_are_used(tmp_path):
    from cnnfigs.models.onnx_passes import Pass

    path = elsewhere(tmp_path)
    image = np.random.default_rng(0).normal(size=(1, 1, 8, 8)).astype(np.float32)
    expected = Pass(small().model(), "whole", None).run({"image": image}, ["conv"])["conv"]
    made = Pass(read_onnx(path), "parted", path.parent).run({"image": image}, ["conv"])["conv"]
    np.testing.assert_array_equal(made, expected)


@pytest.mark.parametrize("location", ["../kernel.bin", "/etc/passwd", "sub/kernel.bin", "..", "", "C:\\k", "a\0b"])
def test_weights_elsewhere_are_refused(tmp_path, location):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "kernel.bin").write_bytes(b"x" * 76)
    assert "which does not lie beside it" in refusal(elsewhere(tmp_path, location=location))


def test_weights_behind_a_link_or_an_end_are_refused(tmp_path):
    (tmp_path / "link.bin").symlink_to("/etc/passwd")
    assert "no such file beside it" in refusal(elsewhere(tmp_path, location="link.bin"))
    assert "no such file beside it" in refusal(elsewhere(tmp_path, location="none.bin"))
    assert "end behind that file" in refusal(elsewhere(tmp_path, offset="5"))
    assert "end behind that file" in refusal(elsewhere(tmp_path, offset=str(10**18)))
    assert "expected 72 bytes" in refusal(elsewhere(tmp_path, length=str(10**12)))
    assert "expected 72 bytes" in refusal(elsewhere(tmp_path, offset="-4"))
    assert "expected 72 bytes" in refusal(elsewhere(tmp_path, length="1" * 5000))


def functions(calls, levels):
    """A model whose functions call the one below several times."""
    made = []
    for level in range(levels):
        inner = [
            helper.make_node(f"f{level - 1}" if level else "Relu", ["x" if n == 0 else f"x{n}"],
                             [f"x{n + 1}" if n < calls - 1 else "y"], domain="own" if level else "")
            for n in range(calls)
        ]  # fmt: skip
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
        made.append(helper.make_function("own", f"f{level}", ["x"], ["y"], inner, opsets))
    value = [helper.make_tensor_value_info(name, FLOAT, [1, 4]) for name in ("image", "end")]
    graph = helper.make_graph(
        [helper.make_node(f"f{levels - 1}", ["image"], ["end"], domain="own")], "g", *([v] for v in value)
    )
    return helper.make_model(graph, functions=made, opset_imports=opsets, ir_version=9)


def test_functions_are_written_out_as_far_as_they_may(tmp_path):
    model = read_onnx(saved(tmp_path, functions(3, 3)))
    assert [node.op_type for node in model.graph.node] == ["Relu"] * 27
    assert "more than 40,000 nodes, those of its functions counted" in refusal(saved(tmp_path, functions(10, 12)))
    circle = functions(1, 2)
    circle.functions[0].node[0].op_type, circle.functions[0].node[0].domain = "f1", "own"
    assert "calls itself" in refusal(saved(tmp_path, circle))


def explained(tmp_path, model, *words):
    """Run the command in a process of bounded memory."""
    path = saved(tmp_path, model)
    limit = "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (3_000_000_000,) * 2); "
    code = limit + "from cnnfigs.commands.app import main; sys.exit(main(sys.argv[1:]))"
    ended = subprocess.run(
        [sys.executable, "-c", code, "explain", str(path), "--json", "-", *words],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return ended.returncode, ended.stdout, ended.stderr


def large(kind, *inputs, shape=(1, 1, 8, 8), **attributes):
    node = helper.make_node(kind, ["image", *inputs], ["end"], name="large", **attributes)
    values = [helper.make_tensor_value_info("image", FLOAT, shape), helper.make_tensor_value_info("end", FLOAT, None)]
    held = [numpy_helper.from_array(np.array([1, 1, 10**6, 10**6]), "many")]
    return helper.make_model(helper.make_graph([node], "g", values[:1], values[1:], held),
                             opset_imports=[helper.make_opsetid("", 17)], ir_version=8)  # fmt: skip


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (
            large("Expand", "many", shape=(1, 1, 1, 1)),
            "numbers that its layers give: expected at most 1,200,000,000 in one pass",
        ),
        (large("Relu", shape=(1, 1, 10**6, 10**6)), "numbers that its layers give: expected at most"),
        (large("Relu", shape=(1, 10**18, 10**18, 10**18)), ""),
        (large("MaxPool", shape=(1, 1, 1, 10**8), kernel_shape=[1, 1]), "cells of one axis"),
        (large("AveragePool", shape=(1, 1, 20000, 20000), kernel_shape=[3000, 3000]), "multiplications"),
    ],
)
def test_absurd_shapes_are_refused_before_anything_is_made_of_them(tmp_path, model, told):
    status, out, err = explained(tmp_path, model)
    assert (status, out) == (2, "")
    assert err.startswith("cnnfigs: ")
    assert told in err
    assert err.count("\n") == 1


def test_operators_of_others_are_named_and_never_run(tmp_path):
    from cnnfigs.models.onnx_passes import Pass

    model = large("Gate")
    model.graph.node[0].domain = "somebody"
    model.opset_import.append(helper.make_opsetid("somebody", 1))
    status, out, err = explained(tmp_path, model)
    assert status == 2
    assert '"broken": "large (Gate) does not fit, or gives what is not known before' in out
    assert "large (Gate) does not fit, or gives what is not known before" in err
    with pytest.raises(ValueError, match=r"it holds a somebody\.Gate, which is not run"):
        Pass(model, "model", None)


def test_nodes_that_run_as_long_as_they_like_are_not_run(tmp_path):
    from cnnfigs.models.onnx_passes import Pass

    with pytest.raises(ValueError, match="it holds a Loop, which is not run"):
        Pass(large("Loop"), "model", None)


def test_raw_characters_in_names_are_not_shown(tmp_path):
    raw = "\x1b[31mred\u202eback\n"
    built = Built(1, 8, 8, name=f"image{raw}")
    built.conv(f"conv{raw}", 2, 1, 3)
    status, out, err = explained(tmp_path, built.model(name=f"net{raw}"), "--text")
    assert status == 0, err
    assert not [each for each in "\x1b\u202e" if each in out]
