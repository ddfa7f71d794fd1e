"""Pieces keep to themselves and to the room they have, however they are arranged."""

import math
from itertools import combinations, pairwise

import numpy as np
import pytest

from cnnfigs.drawing import shapes
from cnnfigs.drawing.layout import (
    MARGIN,
    Fitted,
    Piece,
    Place,
    column,
    either,
    flow,
    grid,
    inset,
    joined,
    laid_out,
    matrix,
    named,
    overlay,
    row,
)
from cnnfigs.drawing.pieces import (
    Arrow,
    Bars,
    Chart,
    Digit,
    Drawing,
    Mark,
    NumberGrid,
    Pipeline,
    Raster,
    Sheets,
    Stage,
    Tiles,
    Words,
    boxed,
    broken,
    panel,
    titled_rows,
)
from cnnfigs.drawing.style import canvas, style, text_width
from cnnfigs.drawing.widths import PHONE, WIDTH


class Box(Piece):
    """A rectangle that notes where it is painted; it can shrink to half of its width."""

    def __init__(self, width, height):
        self.size, self.painted = (width, height), []

    def fit(self, room=math.inf):
        width = min(self.size[0], max(room, self.size[0] / 2))
        return Fitted(width, self.size[1], lambda axes, x, y: self.painted.append(Place(x, y, width, self.size[1])))


def boxes(seed, count=6):
    random = np.random.default_rng(seed)
    return [Box(*map(float, random.integers(20, 160, 2))) for _ in range(count)]


def painted(piece, parts, room):
    """Where each part is painted, and the size of the whole."""
    fitted = piece.fit(room)
    fitted.paint(None, 0.0, 0.0)
    return [part.painted[-1] for part in parts if part.painted], fitted


def overlapping(one, other):
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return across > 1e-6 and down > 1e-6


ARRANGED = {
    "row": lambda parts: row(*parts),
    "column": lambda parts: column(*parts, align="middle"),
    "flow": lambda parts: flow(*parts),
    "grid": lambda parts: grid(parts),
    "matrix": lambda parts: matrix([parts[:3], parts[3:]]),
    "nested": lambda parts: flow(column(*parts[:2]), grid(parts[2:5], columns=2), inset(parts[5], left=9, top=7)),
}


@pytest.mark.parametrize("room", [math.inf, 700, 320])
@pytest.mark.parametrize("name", ARRANGED)
@pytest.mark.parametrize("seed", range(20))
def test_parts_stand_apart_and_inside(seed, name, room):
    parts = boxes(seed)
    places, whole = painted(ARRANGED[name](parts), parts, room)
    assert len(places) == len(parts)
    for place in places:
        assert place.x >= -1e-6
        assert place.x + place.width <= whole.width + 1e-6
        assert place.y >= -1e-6
        assert place.y + place.height <= whole.height + 1e-6
    assert not any(overlapping(one, other) for one, other in combinations(places, 2))


@pytest.mark.parametrize("name", ARRANGED)
@pytest.mark.parametrize("seed", range(20))
def test_the_whole_is_no_wider_than_its_room_if_its_parts_let_it(seed, name):
    """Each box can be half as wide, so six of them beside each other can too, less the gaps."""
    piece = ARRANGED[name](boxes(seed))
    for room in np.linspace(piece.least, piece.natural, 7):
        assert piece.fit(float(room)).width <= room + 1e-6


@pytest.mark.parametrize("seed", range(20))
def test_columns_of_a_matrix_stand_exactly_below_each_other(seed):
    parts = boxes(seed)
    places, _ = painted(matrix([parts[:3], parts[3:]]), parts, math.inf)
    middles = [place.x + place.width / 2 for place in places]
    np.testing.assert_allclose(middles[1:3], middles[4:6])
    assert places[0].x == places[3].x == 0


def test_rows_of_a_grid_are_equally_full_where_they_can_be():
    parts = [Box(50, 50) for _ in range(8)]
    places, _ = painted(grid(parts, gap=10), parts, 5 * 60)
    assert [round(place.y) for place in places] == [0] * 4 + [60] * 4


@pytest.mark.parametrize("align", ["start", "middle", "end"])
def test_pieces_of_an_overlay_share_a_corner_or_the_middle(align):
    parts = [Box(100, 80), Box(40, 40)]
    (large, small), _ = painted(overlay(*parts, align=align), parts, math.inf)
    free = {"start": 0, "middle": 0.5, "end": 1}[align]
    assert (small.x - large.x, small.y - large.y) == (60 * free, 40 * free)


def test_a_row_without_room_becomes_a_column_whose_arrows_point_down():
    first, second = Box(200, 50), Box(200, 50)
    piece = flow(first, Arrow("strides 2"), second)
    places, _ = painted_with_axes(piece, [first, second], WIDTH)
    assert places[0].y == places[1].y
    places, fitted = painted_with_axes(piece, [first, second], PHONE)
    assert places[0].x == places[1].x
    assert places[1].y > places[0].y + 50
    assert fitted.width <= PHONE


def painted_with_axes(piece, parts, room):
    fitted = piece.fit(room)
    with style():
        laid_out(piece, room)
    return [part.painted[-1] for part in parts], fitted


def test_the_first_that_fits_is_shown_and_else_the_last():
    wide, middle, narrow = Box(600, 10), Box(300, 10), Box(100, 10)
    piece = either(wide, middle, narrow)
    assert [piece.fit(room).width for room in (700, 599, 299, 60)] == [600, 300, 100, 60]


def test_what_joins_parts_is_told_where_they_stand():
    seen = {}
    parts = [Box(50, 50), Box(30, 20)]
    piece = inset(row(named("a", parts[0]), named("b", parts[1]), gap=10), left=5, top=3)
    joined(piece, lambda _, places: seen.update(places)).fit().paint(None, 100.0, 0.0)
    assert seen == {"a": Place(105, 3, 50, 50), "b": Place(165, 18, 30, 20)}
    assert seen["b"].middle == (180, 28)


def test_a_picture_wider_than_the_column_is_refused():
    class Rigid(Box):
        def fit(self, room=math.inf):
            return Fitted(WIDTH + 1, 10, lambda *_: None)

    with pytest.raises(ValueError, match="width: expected more than 0 to 720 pixels, got"):
        laid_out(Rigid(1, 1))


@pytest.mark.parametrize("width", [40, 90, 200, 1000])
def test_words_are_broken_at_spaces_and_none_is_lost(width):
    text = "A window of 3×3 cells that moves over the input, row by row"
    lines = broken(text, width)
    assert " ".join(lines) == text
    assert all(text_width(line, 13) <= width or " " not in line for line in lines)


NATURAL = {
    "words": lambda: Words("A sentence that is so long that it needs more than one line on a phone, which is narrow"),
    "digit": lambda: Digit(np.zeros((28, 28)), 400),
    "raster": lambda: Raster(np.eye(9), 500, marks=[Mark(1, 2, 3, 3)]),
    "numbers": lambda: NumberGrid(np.eye(6), 60),
    "tiles": lambda: Tiles(np.ones((3, 3, 20)), 8, 16, names="abcdefghijklmnopqrst"),
    "sheets": lambda: Sheets(np.ones((8, 8, 20)), 400, 3),
    "bars": lambda: Bars([0.1, 0.9], ["one", "other"], 500, ["10 %", "90 %"]),
    "boxed": lambda: boxed(Words("A sentence that is so long that it needs more than one line on a phone"), width=300),
    "chart": lambda: Chart(lambda axes, narrow: axes.plot([0, 1], [0, 1000]), 600, 200),
    "panel": lambda: panel("input", Digit(np.zeros((28, 28)), 400), "28×28×1", note="what it sees", name="input"),
    "rows": lambda: titled_rows([("turned", [Box(90, 90) for _ in range(5)]), ("moved", [Box(90, 90)] * 5)]),
}


@pytest.mark.parametrize("room", [WIDTH, PHONE])
@pytest.mark.parametrize("name", NATURAL)
def test_a_piece_can_be_laid_out_for_the_column_and_a_phone(name, room):
    with style():
        figure = laid_out(NATURAL[name](), room)
    width, _ = figure.get_size_inches() * 72
    assert width <= room
    assert NATURAL[name]().fit().width > PHONE - 2 * MARGIN


def test_a_chart_leaves_room_for_all_its_words():
    """Long names of rows, a label below, a number beyond its right end: all are inside of what it takes."""

    def plot(axes, narrow):
        axes.barh([0, 1], [3, 5])
        axes.set_yticks([0, 1], ["a very long name of a network", "another"])
        axes.set_xlabel("a label below")
        axes.text(5.1, 1, "5.0 percentage points", clip_on=False)

    with style():
        figure = laid_out(Chart(plot, 500, 200))
        figure.draw_without_rendering()
        seen = figure.axes[1].get_tightbbox()
    width, height = figure.get_size_inches() * 72
    assert seen.x0 >= 0
    assert seen.x1 <= width
    assert seen.y0 >= 0
    assert seen.y1 <= height


def test_a_number_grid_never_gets_cells_smaller_than_its_numbers():
    piece = NumberGrid(np.full((2, 5), -0.123), 60, write="{:.3f}".format)
    assert piece.least / 5 >= text_width("-0.123", 12)


def test_a_window_is_drawn_on_the_cells_that_it_names():
    """In an image of 10 cells, 200 pixels wide, the cells from row 2 and column 3."""
    with style():
        figure = laid_out(Raster(np.zeros((10, 10)), 200, marks=[Mark(2, 3, 4, 5)]))
    frames = {
        tuple(round(value - MARGIN) for value in patch.get_bbox().bounds[:2])
        + tuple(round(value) for value in patch.get_bbox().bounds[2:])
        for patch in figure.axes[0].patches
    }
    assert (60, 40, 100, 80) in frames


@pytest.mark.parametrize("width", [0, 200])
def test_a_box_is_as_wide_as_asked_and_holds_what_is_in_it(width):
    part = Box(80, 30)
    with style():
        figure = laid_out(boxed(part, width=width))
    (frame,) = (patch.get_bbox() for patch in figure.axes[0].patches)
    (place,) = part.painted
    assert place.middle == pytest.approx(((frame.x0 + frame.x1) / 2, (frame.y0 + frame.y1) / 2))
    assert abs(frame.height) > 30
    assert abs(frame.width) == width if width else abs(frame.width) > 80


def test_values_stand_at_the_ends_of_bars_that_have_no_track():
    with style():
        made = [laid_out(Bars([0.25, 1], ["a", "b"], 200, ["low", "high"], track=track)) for track in (True, False)]
    ends = [{text.get_text(): text.get_position()[0] for text in figure.axes[0].texts} for figure in made]
    assert ends[0]["low"] == ends[0]["high"] == ends[1]["high"]
    assert ends[1]["high"] - ends[1]["low"] == pytest.approx(0.75 * 200)


@pytest.mark.parametrize("room", [math.inf, 700, 420, 320])
@pytest.mark.parametrize("seed", range(20))
def test_stages_follow_one_another_in_rows_or_on_a_phone_in_a_column(seed, room):
    """They stand apart and inside, those of a row in the middle of each other, none before one that it follows."""
    parts = boxes(seed)
    stages = [Stage("a stage", part, ["of some shape"] * (number % 3)) for number, part in enumerate(parts)]
    _, axes = canvas(700, 700)
    fitted = Pipeline(stages).fit(room)
    fitted.paint(axes, 0.0, 0.0)
    places = [part.painted[-1] for part in parts]
    assert fitted.width <= max(room, 320)
    for place in places:
        assert 0 <= place.x <= place.x + place.width <= fitted.width + 1e-6
        assert 0 <= place.y <= place.y + place.height <= fitted.height + 1e-6
    middles = [(place.x + place.width / 2, place.y + place.height / 2) for place in places]
    for one, other in pairwise(middles):
        same_row = other[1] == pytest.approx(one[1])
        assert other[0] > one[0] if same_row else other[1] > one[1]
    rows = {round(y) for _, y in middles}
    assert len(rows) == 1 if room == math.inf else len(rows) < 6 if room > PHONE else len(rows) == 6


@pytest.mark.timeout(20)
def test_a_single_stage_is_a_row_however_little_room_there_is():
    with style():
        whole = Pipeline([Stage("a stage", Drawing(60, 40, lambda *_: None))])
        assert whole.fit(700).width == whole.fit().width <= whole.fit(330).width


@pytest.mark.parametrize(("room", "columns"), [(math.inf, 12), (400, 12), (300, 6), (40, 1)])
def test_tiles_are_one_image_with_every_array_and_its_name_in_full_rows(room, columns):
    arrays = np.arange(1, 31, dtype=float).reshape(1, 1, 30)
    _, axes = canvas(700, 700)
    fitted = Tiles(arrays, 20, 12, gap=10, names=[str(number) for number in range(30)], frame=None).fit(room)
    fitted.paint(axes, 5.0, 7.0)
    (image,) = axes.images
    left, right, bottom, top = image.get_extent()
    pixels, colours = np.asarray(image.get_array()), shapes.colored(arrays[0])[0]
    heights = [text.get_position()[1] for text in axes.texts[::columns]]
    assert heights == sorted({*heights})
    for number, text in enumerate(axes.texts):
        row, column = divmod(number, columns)
        assert text.get_text() == str(number)
        assert text.get_position() == (5 + 10 + column * 30, heights[row])
        # Its array ends at most a line above the middle of its name.
        x, y = text.get_position()[0] - left, text.get_position()[1] - 18 - top
        at = int(y / (bottom - top) * len(pixels)), int(x / (right - left) * pixels.shape[1])
        np.testing.assert_allclose(pixels[at], colours[number])
    assert len(axes.texts) == 30
    assert fitted.width == min(columns, 30) * 30 - 10


@pytest.mark.parametrize("along", [0, 1])
def test_what_stands_beside_or_below_a_titled_array_points_to_the_array(along):
    array, pointing = Box(100, 80), Box(20, 20)
    titled = panel("a title", array, "and more", note="a note that is wider than the array itself")
    made = (column if along else row)(titled, pointing, align="middle")
    made.fit().paint(canvas(400, 400)[1], 0.0, 0.0)
    one, other = (part.painted[-1].middle for part in (array, pointing))
    assert one[1 - along] == pytest.approx(other[1 - along])
