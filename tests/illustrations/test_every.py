"""What holds for every illustration, whatever it shows."""

import dataclasses
import hashlib
import inspect
import re
import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest
from drawn import SVG, drawing, drawings, shown
from lxml import html
from matplotlib.text import Text

from cnnfigs import catalog
from cnnfigs.drawing.palette import palette
from cnnfigs.drawing.style import style
from cnnfigs.drawing.widths import IN_CELL, PHONE, TEXT, WIDTH
from cnnfigs.errors import ParameterError
from cnnfigs.illustrations.base import Animation, Picture, Table
from cnnfigs.illustrations.registry import all_illustrations

EVERY = all_illustrations()
PICTURES = [name for name, kind in EVERY.items() if issubclass(kind, Picture | Animation)]
#: As pages call them with parameters of their own, such as "Padding(size=6)".
CALLED = sorted(
    {
        use.code
        for name, uses in catalog.uses().items()
        if name in PICTURES
        for use in uses
        if not use.code.endswith("()")
    }
)


@pytest.fixture(params=EVERY)
def illustration(request):
    return EVERY[request.param]()


@pytest.fixture(params=PICTURES)
def picture(request):
    return EVERY[request.param]()


@pytest.fixture(params=[*PICTURES, *CALLED])
def drawn(request):
    """A picture with its usual parameters, or with those that a page gives it."""
    made = eval(request.param, dict(EVERY))
    return made() if isinstance(made, type) else made


def test_there_are_illustrations():
    assert len(EVERY) >= 10


def test_description_is_prose_with_numbers_of_the_run(illustration):
    description = illustration.description
    assert description.endswith((".", "?", "!")), description
    assert len(description.split()) >= 12, description
    assert re.search(r"\d", description), description
    assert "  " not in description
    assert "\n" not in description


def test_a_number_and_its_percent_sign_stay_on_one_line(illustration):
    """In what is heard, in tables and in exercises: 95, a space that does not break, and the sign."""
    shown_words = html.fragment_fromstring(shown(type(illustration)), create_parent=True)
    for hidden in shown_words.xpath("//*[local-name() = 'svg']"):
        hidden.getparent().remove(hidden)
    words = [illustration.description, *shown_words.itertext(), *shown_words.xpath("//@aria-label")]
    assert not [result for text in words for result in re.findall(r".{0,20}\d ?%", text)]


def test_no_percent_sign_stands_at_its_number_in_a_picture(picture):
    """Nothing breaks there, but one way of writing is enough."""
    for root in drawings(type(picture)):
        assert not [text for text in root.iter(f"{SVG}text") if re.search(r"\d%", "".join(text.itertext()))]


def test_facts_are_text(illustration):
    for name, value in illustration.facts.items():
        assert isinstance(value, str), name
        assert value.strip(), name


def test_docstring_says_what_it_shows_in_one_line(illustration):
    first = type(illustration).__doc__.splitlines()[0]
    assert 20 <= len(first) <= 120, first
    assert first.endswith("."), first


def test_svg_is_an_image_with_its_name(picture):
    """What is heard in one breath; the description stands beside it, to be walked."""
    made = html.fragment_fromstring(shown(type(picture)))
    for root in drawings(type(picture)):
        assert root.get("role") == "img"
        assert root.get("aria-label") == picture.told.title
    items = [" ".join(item.itertext()) for item in made.xpath("//details[@class='cnn-description']/ul//li[not(ul)]")]
    assert items
    assert {*items} <= {*picture.told.walk()}
    assert all(len(item) <= 400 for item in items), max(items, key=len)


def test_every_number_of_its_grids_is_in_a_table(picture):
    tables = html.fragment_fromstring(shown(type(picture))).find_class("cnn-numbers")
    assert len(tables) == len(picture.told.numbers)
    for table, numbers in zip(tables, picture.told.numbers, strict=True):
        cells = [[cell.text for cell in line.findall("td")] for line in table.findall("tbody/tr")]
        assert cells == numbers.texts
        assert all(each.strip() for line in cells for each in line)


def test_svg_stays_to_itself(picture):
    """No style sheet that reaches the page, no inline style, no address, no id of another figure or twice."""
    ids = []
    for root in drawings(type(picture)):
        assert not list(root.iter(f"{SVG}style", f"{SVG}metadata", f"{SVG}script"))
        for element in root.iter():
            assert "style" not in element.attrib
            address = element.get("href")
            assert address is None or address.startswith(("data:image/png;base64,", "data:image/webp;base64,", "#"))
            if element.get("id") is not None:
                ids.append(element.get("id"))
                assert ids[-1].startswith(picture._identifier)
    assert len({*ids}) == len(ids)


def test_svg_colours_follow_the_theme(picture):
    """No text or line has a colour of the palette without following the theme."""
    light = set(palette().light.values())
    for root in drawings(type(picture)):
        for element in root.iter():
            for attribute in ("fill", "stroke"):
                assert element.get(attribute) not in light


def test_what_is_shown_by_reference_is_there_and_darkens_alike(picture):
    """The class of values stands around both, since a rule of the page does not reach what a reference shows."""
    roots = drawings(type(picture))
    targets = {each.get("id"): each for root in roots for each in root.iter() if each.get("id")}
    for root in roots:
        for use in root.iter(f"{SVG}use"):
            target = targets[use.get("href").removeprefix("#")]
            if target.tag == f"{SVG}image":
                assert target.get("class") is None
                assert use.getparent().get("class") == target.getparent().get("class")


def test_picture_fits_the_column_and_a_phone(picture):
    widths = [float(root.get("width")) for root in drawings(type(picture))]
    assert widths[0] <= WIDTH
    assert widths[-1] <= PHONE


def test_text_can_be_read(picture):
    for root in drawings(type(picture)):
        texts = list(root.iter(f"{SVG}text"))
        assert texts
        for text in texts:
            words, size = "".join(text.itertext()), float(text.get("font-size").removesuffix("px"))
            in_cell = re.fullmatch(r"[\d.,−+×/=%\s]+", words) and len(words) <= 6
            assert size >= (IN_CELL if in_cell else TEXT), words


def text_boxes(picture, width, stretch):
    """Where every text of a picture stands, if the reader's font is so much wider than ours."""
    drawn = {"".join(text.itertext()) for root in drawings(type(picture)) for text in root.iter(f"{SVG}text")}
    canvas, _ = drawing(picture, width)
    with style():
        renderer = canvas.get_renderer()
        for text in canvas.figure.findobj(Text):
            if not text.get_visible() or not text.get_text().strip():
                continue
            extent = text.get_window_extent(renderer)
            if extent.width == 0 or text.get_text() not in drawn:
                continue  # matplotlib keeps ticks outside the axes, but does not draw them
            more = extent.width * (stretch - 1)
            left = {"left": 0, "center": more / 2, "right": more}[text.get_horizontalalignment()]
            if text.get_rotation():
                left, more = 0, 0
            yield text.get_text(), extent.x0 - left, extent.x1 - left + more, extent.y0, extent.y1


@pytest.mark.parametrize("room", [WIDTH, PHONE])
def test_no_text_is_cut_or_overlaps_when_the_font_is_wider(picture, room):
    width, height = drawing(picture, room)[0].figure.get_size_inches() * 72
    boxes = list(text_boxes(picture, room, 1.15))
    for text, left, right, low, high in boxes:
        assert left >= -0.5, f"{text!r} is cut at the left by {-left:.1f} pixels"
        assert right <= width + 0.5, f"{text!r} is cut at the right by {right - width:.1f} pixels"
        assert low >= -1, f"{text!r} is cut at the bottom by {-low:.1f} pixels"
        assert high <= height + 1, f"{text!r} is cut at the top by {high - height:.1f} pixels"
    for one, other in combinations(boxes, 2):
        apart = one[2] <= other[1] + 1 or other[2] <= one[1] + 1 or one[4] <= other[3] + 2 or other[4] <= one[3] + 2
        assert apart, f"{one[0]!r} overlaps {other[0]!r}"


def place(function):
    """Where a method stands, for whoever has to mend it."""
    return f"{inspect.getsourcefile(function)}:{inspect.getsourcelines(function)[1]}"


@pytest.mark.parametrize("room", [WIDTH, PHONE])
def test_nothing_that_is_drawn_is_cut(drawn, room):
    """Shapes, lines and images stay on the canvas; texts have a test of their own."""
    canvas, _ = drawing(drawn, room)
    with style():
        renderer = canvas.get_renderer()
        width, height = canvas.figure.bbox.width, canvas.figure.bbox.height
        for axes in canvas.figure.axes:
            for artist in (*axes.images, *axes.patches, *axes.lines, *axes.collections):
                box = artist.get_window_extent(renderer)
                if not artist.get_visible() or not np.isfinite(box.extents).all():
                    continue
                over = {"left": -box.x0, "right": box.x1 - width, "bottom": -box.y0, "top": box.y1 - height}
                side = max(over, key=over.get)
                assert over[side] <= 0.5, (
                    f"{place(type(drawn).draw)}: {type(artist).__name__} is cut at the {side} by {over[side]:.0f} "
                    f"pixels: derive its size from the run's arrays"
                )


SIZE = re.compile(r"\d[\d,]*(?:×\d[\d,]*\d|×\d)+")


def values(run):
    """All that a run holds, at whatever depth."""
    if dataclasses.is_dataclass(run):
        run = [getattr(run, field.name) for field in dataclasses.fields(run)]
    yield run
    if isinstance(run, tuple | list | dict):
        for each in run.values() if isinstance(run, dict) else run:
            yield from values(each)


def known_sizes(illustration):
    """Sizes that the run, the parameters, the facts or the picture's own words give."""
    words = " ".join([*illustration.facts.values(), *drawing(illustration)[1]])
    known = {*SIZE.findall(words), "1×1"}  # a convolution of that name
    parameters = {field.name: getattr(illustration, field.name) for field in dataclasses.fields(illustration)}
    for value in (*values(illustration.result), *values(parameters)):
        shape = ()
        if isinstance(value, np.ndarray):
            shape = value.shape
        elif isinstance(value, tuple | list) and all(isinstance(each, int | np.integer) for each in value):
            shape = value
        elif isinstance(value, int | np.integer) and not isinstance(value, bool):
            shape = (value, value)
        for first in range(len(shape)):
            for last in range(first + 2, len(shape) + 1):
                known.add("×".join(f"{each:,}" for each in shape[first:last]))
    return known


def test_sizes_that_are_told_are_there(drawn):
    """A description with a size that nothing in the run has contradicts its picture."""
    untrue = set(SIZE.findall(drawn.description)) - known_sizes(drawn)
    assert not untrue, (
        f"{place(type(drawn).describe)}: the description tells of {', '.join(sorted(untrue))}, and nothing in the "
        f"run, the parameters or the picture has that size: take it from the run's arrays"
    )


def test_table_has_headings_and_full_rows(illustration):
    if not isinstance(illustration, Table):
        return
    table = html.fragment_fromstring(shown(type(illustration))).find(".//table[@class='cnn-table']")
    columns = len(table.find("./thead/tr"))  # a corner that says nothing is no heading
    assert columns >= 2
    for row in table.findall("./tbody/tr"):
        assert len(row) == columns
        assert row[0].tag == "th"
        assert row[0].get("scope") == "row"


def test_numbers_of_a_table_stand_below_their_heading(illustration):
    """A column is aligned to one side, its heading too."""
    if isinstance(illustration, Table):
        for column in zip(*illustration.tabulate(illustration.result), strict=True):
            assert len({cell.number for cell in column if cell.text}) == 1, column[0].text


def test_what_a_declaration_leaves_out_is_refused_in_one_line(illustration):
    """The message names the parameter, what is expected and what came; the declared default is inside."""
    for parameter in illustration.declared:
        assert parameter.values.include(getattr(illustration, parameter.name))
        for wrong in (*parameter.values.outside(), "no such thing"):
            with pytest.raises(ParameterError, match=rf"^{parameter.name}: expected .+, got ") as caught:
                type(illustration)(**{parameter.name: wrong})
            assert "\n" not in str(caught.value)


def test_every_parameter_is_declared_and_documented(illustration):
    names = [field.name for field in dataclasses.fields(illustration)]
    assert [parameter.name for parameter in illustration.declared] == names
    for parameter in illustration.declared:
        assert f"{parameter.name}\n    {parameter.sentence}" in type(illustration).__doc__


def test_a_number_of_something_that_is_not_there_is_refused_before_it_is_run(illustration):
    """Nothing has a million of what can be chosen from; seeds are any number."""
    for field in dataclasses.fields(illustration):
        usual = getattr(illustration, field.name)
        wrong = 10**6 if isinstance(usual, int) else (10**6,) * len(usual) if isinstance(usual, tuple) else "no"
        if isinstance(usual, bool) or field.name in {"seed", "maps_per_sheet"}:
            continue
        with pytest.raises(ParameterError):
            type(illustration)(**{field.name: wrong})


@pytest.fixture(scope="module")
def without_tensorflow(request):
    """What a process without TensorFlow shows of those asked about, once their runs are kept: name to digest.

    With it comes how often MNIST's images were read for that.
    """
    asked = [item for item in request.session.items if "without_tensorflow" in item.fixturenames]
    # In another order than here, so that what depends on what was drawn before is noticed.
    names = sorted({item.callspec.params["name"] for item in asked}, reverse=True)
    for name in names:
        assert EVERY[name]().result
    digests = {}
    while names:  # a process that has imported TensorFlow tells nothing of those that come after
        code = f"""
import hashlib, sys
from cnnfigs.data import mnist
from cnnfigs.illustrations.registry import all_illustrations
from cnnfigs.provenance.reach import Reach
for name in {names}:
    illustration = all_illustrations()[name]()
    mnist.cache_clear()
    html, _ = illustration.to_html(), illustration.facts
    if {{"tensorflow", "keras"}} & {{*sys.modules}}:
        break
    print(name, hashlib.sha256(html.encode()).hexdigest(), mnist.cache_info().misses)
"""
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        lines = done.stdout.splitlines()
        digests.update((name, shown) for name, *shown in map(str.split, lines))
        names = names[len(lines) + 1 :]
    return digests


@pytest.mark.thorough
@pytest.mark.parametrize("name", EVERY)
def test_drawing_imports_no_tensorflow(name, without_tensorflow):
    """Once its run is kept, an illustration is shown without TensorFlow."""
    assert name in without_tensorflow


@pytest.mark.thorough
@pytest.mark.parametrize("name", EVERY)
def test_drawing_reads_no_images_of_digits(name, without_tensorflow):
    """They are half a second's work; those that are drawn stand in the run."""
    _, read = without_tensorflow[name]
    assert read == "0"


@pytest.mark.thorough
@pytest.mark.parametrize("name", EVERY)
def test_two_renders_are_byte_identical(name, without_tensorflow):
    """One here, and one in another process."""
    assert hashlib.sha256(shown(EVERY[name]).encode()).hexdigest() == without_tensorflow[name][0]
