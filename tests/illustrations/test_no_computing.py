"""Illustrations draw and tell what a run has computed: statistics, linear algebra and counting are not called there."""

import ast
from pathlib import Path

import pytest

import cnnfigs.illustrations

ROOT = Path(cnnfigs.illustrations.__file__).parent
#: Modules that compute.
MODULES = {"scipy", "statistics", "PIL", "collections.Counter"}
#: What computes, as a function or a method, whoever has it.
NAMES = {
    *("mean", "average", "median", "quantile", "percentile", "std", "var", "corrcoef", "cov", "correlate", "convolve"),
    *("sort", "argsort", "unique", "bincount", "histogram", "interp", "cumsum", "einsum", "tensordot", "matmul", "dot"),
    *("linalg", "fft", "random", "polyfit", "gradient", "resize"),
}
MODULE_PATHS = sorted(ROOT.rglob("*.py"))


def is_numpy(node):
    return isinstance(node, ast.Name) and node.id == "np"


def computing(source):
    """Give line and name of each use of what computes, outside of methods `run`, which may."""
    runs = {
        inner
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.name == "run"
        for inner in range(node.lineno, node.end_lineno + 1)
    }
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            used = {alias.name.split(".")[0] for alias in node.names} & MODULES
        elif isinstance(node, ast.ImportFrom):
            names = {node.module.split(".")[0], *(f"{node.module}.{alias.name}" for alias in node.names)}
            used = names & MODULES
        elif isinstance(node, ast.Attribute) and is_numpy(node.value):
            used = {node.attr} & NAMES
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not is_numpy(node.func.value):
            used = {node.func.attr} & NAMES  # a run's own numbers may be called so: `spread.mean` is read
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            used = {"@"}
        else:
            continue
        if node.lineno not in runs:
            yield from ((node.lineno, name) for name in used)


@pytest.mark.parametrize("path", MODULE_PATHS, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_computed_where_it_is_drawn(path):
    assert not list(computing(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from scipy.linalg import qr", [(1, "scipy")]),
        ("def draw():\n    return run.maps.mean()", [(2, "mean")]),
        ("counts = np.bincount(answers)", [(1, "bincount")]),
        ("order = np.linalg.qr(maps)", [(1, "linalg")]),
        ("from collections import Counter", [(1, "collections.Counter")]),
        ("def run():\n    return np.sort(values)", []),
        ("low = run.spread.mean", []),
    ],
)
def test_computing_is_noticed(source, found):
    assert list(computing(source)) == found
