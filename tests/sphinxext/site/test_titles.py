"""What illustrations are called in the gallery, and of which kind they are: computed, for all there are."""

from cnnfigs import catalog
from cnnfigs.sphinxext.site.gallery import KINDS, SHORTEST, kind, titles


def test_every_illustration_has_a_title_of_its_own_in_words():
    entries = catalog.entries()
    named = titles(entries.values())
    assert named.keys() == entries.keys()
    assert len(set(named.values())) == len(named)
    for name, called in named.items():
        begun = entries[name].line.removeprefix("An exercise: ")
        assert begun.lower().startswith(called.lower())
        assert called[0] == called[0].upper()
        assert not called.endswith((".", ",", ":", ";"))
        assert called != name
        assert len(called) >= SHORTEST or begun[len(called)] in ":."


def test_a_picture_is_a_chart_where_one_has_been_drawn_in_it():
    kinds = {}
    for name in ("Relu", "Padding", "LayerTable", "WindowAnimation"):
        entry = catalog.entries()[name]
        kinds[name] = kind(entry, entry.load()().to_html())
    assert kinds == {"Relu": "chart", "Padding": "picture", "LayerTable": "table", "WindowAnimation": "animation"}
    assert set(kinds.values()) == {*KINDS}
