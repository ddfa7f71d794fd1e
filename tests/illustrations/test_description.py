"""A description is a name, sentences that can be walked, and tables of numbers."""

import json

import numpy as np
import pytest
from lxml import html

from cnnfigs.errors import ParameterError
from cnnfigs.illustrations.description import Description, Numbers, Part


def test_a_name_that_is_too_long_or_no_sentence_is_refused():
    with pytest.raises(ParameterError, match=r"^name: expected at most 160 characters, not 161, got "):
        Description("a" * 160 + ".", [])
    with pytest.raises(ParameterError, match=r"^name: expected a sentence, got 'A digit'$"):
        Description("A digit", [])


def test_sentences_and_parts_become_lists():
    made = html.fragment_fromstring(Description("A 4.", ["One <b>.", Part("Below", ("Two.", "Three."))]).html())
    assert made.tag == "details"
    assert [item.text for item in made.xpath("./ul/li[not(ul)]")] == ["One <b>."]
    assert made.xpath("string(./ul/li/strong)") == "Below"
    assert [item.text for item in made.xpath("./ul/li/ul/li")] == ["Two.", "Three."]


@pytest.mark.parametrize("shape", [(3, 4), (28, 28), (5,)])
def test_numbers_are_all_there_under_headings_of_rows_and_columns(shape):
    values = np.arange(np.prod(shape), dtype=float).reshape(shape)
    table = html.fragment_fromstring(Numbers("The map", values).html())
    assert table.findtext("caption") == "The map"
    cells = [[float(cell.text) for cell in line.findall("td")] for line in table.findall("tbody/tr")]
    np.testing.assert_array_equal(cells, np.atleast_2d(values))
    assert len(table.findall("thead/tr/th")) == shape[-1]
    assert all(line.find("th").get("scope") == "row" for line in table.findall("tbody/tr"))


def test_too_many_numbers_and_names_of_other_rows_are_refused():
    with pytest.raises(ParameterError, match=r"^numbers of 'M': expected 1 to 784, got 841$"):
        Numbers("M", np.zeros((29, 29)))
    with pytest.raises(ParameterError, match=r"^rows of 'M': expected 2 names or none, got 3$"):
        Numbers("M", np.zeros((2, 2)), rows=["a", "b", "c"])


def test_json_says_all_of_it():
    described = Description("A 4.", ["One.", Part("Two", ("Three.",))], [Numbers("M", [[0.5]], rows=["r"])])
    assert json.loads(json.dumps(described.as_json())) == {
        "name": "A 4.",
        "sentences": ["One.", {"heading": "Two", "sentences": ["Three."]}],
        "numbers": [{"title": "M", "rows": ["r"], "columns": [], "values": [["0.5"]]}],
    }
    assert [*described.walk()] == ["A 4.", "One.", "Two", "Three."]
