"""ONNX models from files that somebody else may have made: bounded before anything is allocated, and no code is run.

A model is read by the package ``onnx``. Before that the file is walked byte by byte, so that a small one cannot ask for
many objects; afterwards each of its tensors is held against the bytes that there are.
"""

from __future__ import annotations

import math
import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cnnfigs.models.files import ModelFileError
from cnnfigs.telling import NAME, one_line

if TYPE_CHECKING:
    import onnx

#: So many bytes may a file have, which protocol buffers cannot pass either; so many parts, each of which becomes an
#: object; and so many nodes, counted as often as the functions that hold them are called.
LARGEST, MOST_PARTS, MOST_NODES = 2_000_000_000, 1_000_000, 40_000
#: The oldest set of operators that is read.
OLDEST = 13
#: Which fields of which messages hold messages, from onnx.proto: name of the message, then number of the field.
_MESSAGES = {
    "Model": {7: "Graph", 8: "", 14: "", 20: "", 25: "Function"},
    "Graph": {1: "Node", 5: "Tensor", 11: "Value", 12: "Value", 13: "Value", 14: "", 15: "Sparse", 16: ""},
    "Node": {5: "Attribute", 9: ""},
    "Attribute": {5: "Tensor", 6: "Graph", 10: "Tensor", 11: "Graph", 14: "", 15: "", 22: "Sparse", 23: "Sparse"},
    "Function": {7: "Node", 9: "", 11: "Attribute", 12: "Value", 14: ""},
    "Tensor": {13: ""},
    "Sparse": {1: "Tensor", 2: "Tensor"},
    "Value": {2: "Type"},
    "Type": {1: "Shaped"},
    "Shaped": {2: "Shape"},
    "Shape": {1: ""},
    "": {},
}
#: Messages in one another; the reader of protocol buffers stops at as many.
_DEEPEST = 100


def read_onnx(path: Path) -> onnx.ModelProto:
    """Read a model from an ONNX file, without the weights that it keeps in other files.

    Functions that come with it are written out; operators that ONNX does not have stay, unknown.

    Raises
    ------
    cnnfigs.models.files.ModelFileError
        If there is no such file, it is no ONNX model of a version that is known, or it says that it holds more than it
        does.
    """
    _require_file(path)
    import onnx
    from google.protobuf.message import DecodeError

    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            parts = _count_parts(content)
        if parts > MOST_PARTS:
            raise _refused(path, f"it is made of more than {MOST_PARTS:,} parts")
        model = onnx.load(path, format="protobuf", load_external_data=False)
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error
    except (DecodeError, ValueError, RecursionError) as error:
        if isinstance(error, ModelFileError):
            raise
        raise ModelFileError(f"{path}: expected an ONNX model, got something else") from error
    return checked(model, path, path.parent)


def checked(model: onnx.ModelProto, name: Path | str, folder: Path | None) -> onnx.ModelProto:
    """Refuse a model that is of no known version or says that it holds more than it does; write its functions out.

    Parameters
    ----------
    model
        A model.
    name
        How messages call it.
    folder
        Where files may lie in which it keeps weights; None if nowhere.
    """
    import onnx

    if not model.graph.node and not model.graph.output:
        raise ModelFileError(f"{name}: expected an ONNX model, got something else")
    newest = onnx.defs.onnx_opset_version()
    version = next((each.version for each in model.opset_import if each.domain in ("", "ai.onnx")), 0)
    if not OLDEST <= version <= newest:
        raise ModelFileError(
            f"{name} uses version {version} of ONNX' operators: expected {OLDEST} to {newest}; export it again, or "
            "convert it with onnx.version_converter"
        )
    if model.functions:
        _check_functions(model, name)
        from onnx.inliner import inline_local_functions

        model = inline_local_functions(model)
    if sum(1 for _ in nodes(model.graph)) > MOST_NODES:
        raise _refused(name, f"it has more than {MOST_NODES:,} nodes")
    for tensor in tensors(model.graph):
        _check_tensor(tensor, name, folder)
    return model


def nodes(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    """Yield the nodes of a graph and of those inside of its nodes."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs) if attribute.type in (5, 10) else ():
                yield from nodes(inner)


def tensors(graph: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    """Yield the tensors that a graph holds."""
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    for node in nodes(graph):
        for attribute in node.attribute:
            if attribute.type in (4, 9):  # TENSOR, TENSORS
                yield from (attribute.t, *attribute.tensors)
            elif attribute.type in (5, 10):  # whose nodes are among those above
                for inner in (attribute.g, *attribute.graphs):
                    yield from inner.initializer


def size_of(tensor: onnx.TensorProto) -> int:
    """Return how many bytes a tensor's numbers take."""
    import onnx

    width: float | None = {22: 0.5, 21: 0.5, 23: 0.5, 25: 0.25, 26: 0.25}.get(tensor.data_type)
    if width is None:
        try:
            width = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize
        except (KeyError, ValueError, TypeError):
            width = 1
    size: int = math.ceil(math.prod(tensor.dims) * width)
    return size


def external_file(tensor: onnx.TensorProto, name: Path | str, folder: Path | None) -> tuple[Path, int, int]:
    """Return in which file a tensor's numbers stand, from which byte on, and how many bytes.

    Raises
    ------
    cnnfigs.models.files.ModelFileError
        If it does not lie beside the model, or ends before they do.
    """
    told = {each.key: each.value for each in tensor.external_data}
    location, size = told.get("location", ""), size_of(tensor)
    shown = one_line(location, NAME)
    # A plain name, of a file that is no way to another place.
    if folder is None or not location or location in (".", "..") or any(sign in location for sign in "/\\:\0"):
        raise _refused(name, f"it keeps weights in '{shown}', which does not lie beside it")
    path = folder / location
    if path.is_symlink() or not path.is_file():
        raise _refused(name, f"it keeps weights in '{shown}', and there is no such file beside it")
    begin, length = (told.get(key, str(default)) for key, default in (("offset", 0), ("length", size)))
    if not (begin.isdecimal() and length.isdecimal()) or len(begin + length) > 40 or int(length) != size:
        raise _refused(name, f"weights in '{shown}': expected {size:,} bytes, got {one_line(length, 40)}")
    if int(begin) + size > path.stat().st_size:
        raise _refused(name, f"weights in '{shown}' end behind that file")
    return path, int(begin), size


def _check_tensor(tensor: onnx.TensorProto, name: Path | str, folder: Path | None) -> None:
    """Refuse a tensor whose shape is not that of the numbers that there are."""
    called = one_line(tensor.name or "a constant", NAME)
    if any(size < 0 for size in tensor.dims) or len(tensor.dims) > 32:
        raise _refused(name, f"'{called}' has a shape that there is not")
    if tensor.data_location == tensor.EXTERNAL:
        external_file(tensor, name, folder)
        return
    size = size_of(tensor)
    if tensor.HasField("raw_data"):
        held, wanted = len(tensor.raw_data), size
    else:
        fields = (tensor.float_data, tensor.int32_data, tensor.string_data, tensor.int64_data, tensor.double_data)
        held, wanted = sum(map(len, (*fields, tensor.uint64_data))), math.prod(tensor.dims)
        wanted *= 2 if tensor.data_type in (14, 15) else 1  # of complex numbers both parts
        if tensor.data_type in (21, 22, 23, 25, 26):  # several in one
            wanted = held
    if held != wanted:
        raise _refused(name, f"'{called}': expected {wanted:,} bytes or numbers for its shape, got {held:,}")


def _check_functions(model: onnx.ModelProto, name: Path | str) -> None:
    """Refuse functions that call each other in a circle, or that are too much once they are written out."""
    known = {(each.domain, each.name): each for each in model.functions}
    sizes: dict[tuple[str, str], int] = {}

    def size(key: tuple[str, str], above: tuple[tuple[str, str], ...]) -> int:
        if key in above or len(above) > _DEEPEST:
            raise _refused(name, f"its function '{one_line(key[1], NAME)}' calls itself")
        if key not in sizes:
            sizes[key] = sum(
                size((node.domain, node.op_type), (*above, key)) if (node.domain, node.op_type) in known else 1
                for node in known[key].node
            )
        counted: int = sizes[key]
        return counted

    whole = sum(
        size((node.domain, node.op_type), ()) if (node.domain, node.op_type) in known else 1
        for node in nodes(model.graph)
    )
    if whole > MOST_NODES:
        raise _refused(name, f"it has more than {MOST_NODES:,} nodes, those of its functions counted at each call")


def _require_file(path: Path) -> None:
    if not path.is_file() or path.suffix != ".onnx":
        what = "no file" if not path.exists() else "a folder" if path.is_dir() else "something that is no ONNX file"
        raise ModelFileError(f"{path}: expected an ONNX model, NAME.onnx, got {what}")
    size = path.stat().st_size
    if not 0 < size <= LARGEST:
        raise ModelFileError(f"{path}: expected an ONNX model of at most {LARGEST:,} bytes, got {size:,}")


def _refused(name: Path | str, why: str) -> ModelFileError:
    return ModelFileError(f"{name} is not opened: {why}")


def _count_parts(content: mmap.mmap) -> int:
    """Count the parts that the reader would make objects of, by walking the file's bytes; stop at too many.

    Raises
    ------
    ValueError
        If the bytes are no protocol buffers.
    """
    parts = 0
    inside = [(len(content), "Model")]  # where the messages end in which it stands
    at = 0
    while inside and parts <= MOST_PARTS:
        end, kind = inside[-1]
        if at == end:
            inside.pop()
            continue
        key, at = _whole(content, at, end)
        parts += 1
        field, wire = key >> 3, key & 7
        if wire == 0:
            _, at = _whole(content, at, end)
        elif wire in (1, 5):
            at += 8 if wire == 1 else 4
        elif wire == 2:
            length, at = _whole(content, at, end)
            if field not in _MESSAGES[kind]:
                at += length
            elif at + length <= end:
                inside.append((at + length, _MESSAGES[kind][field]))
            else:
                raise ValueError("cut off")
        else:
            raise ValueError("no protocol buffers")
        if at > end or len(inside) > _DEEPEST:
            raise ValueError("cut off, or nested too deep")
    return parts


def _whole(content: mmap.mmap, at: int, end: int) -> tuple[int, int]:
    """Read a whole number of a length of its own, and return it with where the next one begins."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= end:
            raise ValueError("cut off")
        byte = content[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
    raise ValueError("no protocol buffers")
