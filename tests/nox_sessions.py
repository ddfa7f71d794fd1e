"""The sessions of nox, read from the source: nox itself is not installed here."""

import ast
from pathlib import Path

NOXFILE = Path(__file__).resolve().parents[1] / "noxfile.py"


def sessions() -> set[str]:
    """Return their names."""
    functions = (node for node in ast.walk(ast.parse(NOXFILE.read_text("utf-8"))) if isinstance(node, ast.FunctionDef))
    return {
        function.name
        for function in functions
        if any(ast.unparse(decorator) == "nox.session" for decorator in function.decorator_list)
    }
