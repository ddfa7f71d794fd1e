"""What is read off the sources is what importing them gives."""

import ast
import dataclasses
import inspect
import re
from pathlib import Path

import pytest

from cnnfigs import catalog
from cnnfigs.illustrations.base import Animation, Picture, Table
from cnnfigs.illustrations.concept_test.concept_test import Questionnaire
from cnnfigs.illustrations.exercises.exercise import Exercise
from cnnfigs.illustrations.registry import all_illustrations

IMPORTED = all_illustrations()


def test_every_illustration_of_the_registry_is_found_and_no_other():
    assert list(catalog.entries()) == list(IMPORTED)
    assert all(entry.load() is IMPORTED[name] for name, entry in catalog.entries().items())


@pytest.mark.parametrize("name", IMPORTED)
def test_entry_tells_what_the_class_is(name):
    entry, kind = catalog.entries()[name], IMPORTED[name]
    assert entry.line == inspect.getdoc(kind).splitlines()[0]
    bases = (Picture, Animation, Table, Exercise, Questionnaire)
    assert [entry.kind] == [base.__name__ for base in bases if issubclass(kind, base)]
    fields = dataclasses.fields(kind)
    assert [each.name for each in entry.parameters] == [field.name for field in fields]
    for told, field in zip(entry.parameters, fields, strict=True):
        # Where the source names a constant, only importing tells its value.
        assert not told.default or ast.literal_eval(told.default) == field.default
    # The catalogue reads the declarations without importing the module; what they say is the same.
    assert tuple(each.declared for each in entry.parameters) == kind.declared


def test_no_parameter_has_the_name_of_an_option_of_render():
    taken = {"output", "theme", "format", "all", "jobs", "help"}
    assert [name for name, entry in catalog.entries().items() if taken & {each.name for each in entry.parameters}] == []


def test_uses_are_in_reading_order_and_only_results_count(tmp_path: Path):
    cell = "```{{code-cell}} ipython3\n---\nmystnb:\n  figure:\n    name: {label}\n---\n{code}\n```\n"
    (tmp_path / "index.md").write_text(
        "# T\n\n```{toctree}\nzebra\nape\n```\n" + cell.format(label="a", code="Padding()")
    )
    (tmp_path / "ape.md").write_text(
        cell.format(label="b", code="from x import Padding\n\nPadding(\n    size=6,\n)\n")
        + cell.format(label="c", code="quote(shown=Padding())")
        + cell.format(label="d", code="Padding().facts")
        + cell.format(label="e", code="this is no Python")
        + "```python\nPadding(size=9)\n```\n"
    )
    (tmp_path / "zebra.md").write_text("```{code-cell} ipython3\n:tags: [hide-input]\n\nPadding(size=7)\n```\n")
    (tmp_path / "bird.md").write_text(cell.format(label="f", code="Padding(size=8)"))
    found = catalog.uses(tmp_path)
    assert set(found) == {"Padding"}
    assert [(use.page, use.code, use.label) for use in found["Padding"]] == [
        ("index", "Padding()", "a"),
        ("zebra", "Padding(size=7)", ""),
        ("ape", "Padding(size=6)", "b"),
        ("bird", "Padding(size=8)", "f"),
    ]


def test_what_the_pages_show_is_found():
    """Each page that imports an illustration and ends a cell with a call of it is among the uses."""
    shown = {(name, use.page) for name, uses in catalog.uses().items() for use in uses}
    ends = re.compile(r"(?ms)^(\w+)\([^\n]*\)\n```$")
    told = {
        (name, path.stem)
        for path in catalog.PAGES.glob("*.md")
        for name in ends.findall(path.read_text("utf-8"))
        if name in IMPORTED
    }
    assert len(told) > 50
    assert told <= shown
