"""The dates of the history are those of its sources, and all of it is drawn."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from svg_numbers import texts

from cnnfigs.drawing.palette import color
from cnnfigs.drawing.style import style
from cnnfigs.drawing.widths import PHONE, WIDTH
from cnnfigs.illustrations.architectures.timeline import KINDS, Timeline
from cnnfigs.runs.architectures import timeline
from cnnfigs.runs.architectures.timeline import read_history
from cnnfigs.words import typeset

BIBLIOGRAPHY = (Path(__file__).parents[3] / "docs" / "references.bib").read_text(encoding="utf-8")
EVENTS = read_history().events


def source(key):
    """The fields of an entry of the bibliography."""
    (entry,) = re.findall(rf"^@\w+\{{{key},\n(.*?)^\}}", BIBLIOGRAPHY, flags=re.MULTILINE | re.DOTALL)
    return dict(re.findall(r"^  (\w+) = \{(.*)\},?$", entry, flags=re.MULTILINE))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.key)
def test_year_is_that_of_the_source(event):
    """The year of the preprint where there is one, which its number begins with."""
    fields = source(event.key)
    first = 2000 + int(fields["eprint"][:2]) if "eprint" in fields else int(fields["year"][:4])
    assert event.year == first


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.key)
def test_people_named_are_authors_of_the_source(event):
    authors = source(event.key)["author"]
    names = [word for word in re.findall(r"[A-ZŞ]\w+", event.what) if word in NAMES]
    assert all(name in authors for name in names), event.what


#: Every author of the bibliography, by family name.
NAMES = {
    person.split(",")[0].strip("{} ")
    for people in re.findall(r"^  author = \{(.*)\},$", BIBLIOGRAPHY, flags=re.MULTILINE)
    for person in people.split(" and ")
}


@pytest.mark.parametrize("phone", [False, True])
def test_every_step_is_drawn_with_its_year(phone):
    picture = Timeline()
    drawn = texts(picture, phone)
    years = [text for text in drawn if re.fullmatch(r"\d{4}", text) and int(text) % 10]
    assert years == [str(event.year) for event in EVENTS if event.year % 10]
    together = " ".join(drawn)
    for event in EVENTS:
        assert f"{event.title} {typeset(event.what)}" in together
        assert typeset(event.what) in picture.description
    assert {name for _, name in KINDS.values()} <= set(drawn)


@pytest.mark.parametrize("width", [WIDTH, PHONE])
def test_the_axis_shows_as_many_steps_as_the_list(width):
    """Each step has a dot of its kind's colour at its year, and no dot lies on another."""
    figure = Timeline().drawn(width)
    axes = figure.axes[1]
    lines = [line for line in axes.get_lines() if line.get_marker() == "o"]
    dots = {(*line.get_xdata(), line.get_markerfacecolor()) for line in lines}
    assert dots == {(event.year, color(KINDS[event.kind][0])) for event in EVENTS}
    assert len(lines) == len(EVENTS)
    with style():
        FigureCanvasAgg(figure).draw()
    places = [axes.transData.transform((*line.get_xdata(), *line.get_ydata())) for line in lines]
    for one, other in itertools.combinations(places, 2):
        assert np.hypot(*(one - other)) >= lines[0].get_markersize(), (one, other)


def test_longest_gap_is_told():
    years = [event.year for event in EVENTS]
    assert Timeline().facts["gap"] == "18 years from 1962 to 1980"
    assert max(after - before for before, after in itertools.pairwise(years)) == 18


@pytest.mark.parametrize(
    ("year", "kind", "message"),
    [
        (1950, "brain", r"year of second .*: expected 1960 or later, .*, got 1950"),
        (1970, "smell", r"kind of second .*, got 'smell'"),
    ],
)
def test_bad_step_is_named(tmp_path, year, kind, message):
    step = '[[event]]\nyear = {}\nkind = "{}"\ntitle = ""\nwhat = ""\nkey = "{}"\n'
    path = tmp_path / "timeline.toml"
    path.write_text(step.format(1960, "brain", "first") + step.format(year, kind, "second"))
    with pytest.raises(ValueError, match=message):
        read_history(path)


def test_every_kind_has_a_colour():
    assert set(KINDS) == set(timeline.KINDS)


def test_lanes_are_told_with_their_dots():
    text = Timeline().describe(read_history()).text
    for kind, (_, name) in KINDS.items():
        count = sum(event.kind == kind for event in EVENTS)
        assert f"{name}, {count} dot{'s' * (count > 1)}" in text
        assert text.count(f" Lane: {name}. ") + text.endswith(f" Lane: {name}.") == count
