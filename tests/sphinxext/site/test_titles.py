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


def test_every_illustration_is_of_one_kind():
    kinds = {name: kind(entry) for name, entry in catalog.entries().items() if entry.kind not in catalog.ASKING}
    assert set(kinds.values()) == {*KINDS}
    for each in ("TrainingCurves", "AgainstDense", "ShiftedDigits", "Relu"):
        assert kinds[each] == "chart"
    for each in ("Padding", "ConfusionMatrix", "VisualHierarchy", "Strides"):
        assert kinds[each] == "picture"
    for base in ("Table", "Animation"):
        of_base = {name for name, entry in catalog.entries().items() if entry.kind == base}
        assert {name for name, each in kinds.items() if each == base.lower()} == of_base
