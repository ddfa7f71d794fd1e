"""What is said of how an image looks follows from its pixels: images that are made to look so are told so."""

import numpy as np
import pytest

from cnnfigs.data import mnist
from cnnfigs.looks import (
    box_on,
    clouds_in_words,
    color_in_words,
    edges_of,
    ink_in_words,
    largest_spot,
    pale_ground,
    piece_in_words,
    place_on,
    reddish,
    strokes_in_words,
    strong_places,
)


@pytest.mark.parametrize("row", range(3))
@pytest.mark.parametrize("column", range(3))
@pytest.mark.parametrize("size", [3, 10, 28])
def test_a_single_strong_cell_is_told_where_it_lies(row, column, size):
    values = np.zeros((size, size))
    middle = tuple(int(size * (each + 0.5) / 3) for each in (row, column))
    values[middle] = 2
    assert strong_places(values) == f"100\N{NO-BREAK SPACE}% of it in the {place_on(middle, values.shape)}"


def test_what_is_below_zero_does_not_count_as_strong():
    values = -np.ones((6, 6))
    assert strong_places(values) == "it is empty"
    values[0, 5] = 1
    assert strong_places(values) == "100\N{NO-BREAK SPACE}% of it in the upper right"


@pytest.mark.parametrize("count", range(4))
def test_loops_and_pieces_are_counted(count):
    ring = np.ones((5, 5))
    ring[1:4, 1:4] = 0
    paper = np.zeros((28, 28))
    for number in range(count):
        paper[8 * number : 8 * number + 5, 3:8] = ring
    said = ink_in_words(paper)
    percent = f"{round(100 * 16 * count / 28**2)}\N{NO-BREAK SPACE}%"
    assert said.startswith(
        f"ink on {percent} of it, in rows 0 to {8 * count - 4} and columns 3 to 7" if count else "no ink"
    )
    assert ("one piece" in said) == (count == 1)
    assert (f"{count} pieces" in said) == (count > 1)
    assert (f"with {count} closed loops" in said) == (count > 1)


def test_a_loop_that_is_open_by_one_pixel_is_none():
    ring = np.ones((5, 5))
    ring[1:4, 1:4] = 0
    ring[4, 2] = 0
    assert "without a closed loop" in ink_in_words(np.pad(ring, 3))


def test_most_written_noughts_close_one_loop_and_ones_none():
    images, labels = mnist().x_test[:2000] / 255, mnist().y_test[:2000]
    with_one = {
        digit: np.mean(["one closed loop" in ink_in_words(image) for image in images[labels == digit]])
        for digit in (0, 1, 8)
    }
    assert with_one[0] > 0.8
    assert with_one[1] < 0.05
    two = np.mean(["2 closed loops" in ink_in_words(image) for image in images[labels == 8]])
    assert two > 0.5


@pytest.mark.parametrize(
    ("step", "said"),
    [((1, 0), "level"), ((0, 1), "upright"), ((1, -1), "falling to the right"), ((1, 1), "rising to the right")],
)
def test_lines_run_as_they_are_drawn(step, said):
    down, right = np.indices((16, 16))
    wave = 127 + 120 * np.sin((step[0] * down + step[1] * right) / 1.5)
    assert piece_in_words(np.repeat(wave[..., np.newaxis], 3, axis=-1)).endswith(f"its lines {said}")


@pytest.mark.parametrize(("turns", "said"), [(0, "below"), (1, "at the right"), (2, "above"), (3, "at the left")])
def test_the_darker_half_is_named(turns, said):
    half = np.zeros((8, 8, 3))
    half[:4] = 200
    assert f"darker {said}" in piece_in_words(np.rot90(half, turns))


def test_colours_have_names_and_an_even_piece_is_even():
    named = {"white": (250, 250, 250), "black": (5, 5, 5), "green": (40, 160, 60), "blue": (40, 60, 200)}
    assert {name: color_in_words([[rgb]]) for name, rgb in named.items()} == {name: name for name in named}
    assert piece_in_words(np.full((5, 5, 3), (200, 160, 130))) == "beige and even"


@pytest.mark.parametrize("down", [0, 30, 60])
@pytest.mark.parametrize("across", [0, 30, 60])
def test_a_box_touches_what_its_first_and_last_pixels_lie_on(down, across):
    rows, columns = {0: "upper", 60: "lower"}, {0: "left", 60: "right"}
    edges = [name for name in (rows.get(down), columns.get(across)) if name]
    expected = {0: "", 1: f"{edges[0]} edge" if edges else "", 2: f"{' '.join(edges)} corner"}[len(edges)]
    assert edges_of((down, across, 30, 30), (90, 90)) == expected
    assert box_on((down, across, 30, 30), (90, 90)).endswith(expected or "centre")


@pytest.mark.parametrize("count", [1, 2, 3])
def test_clouds_are_counted_and_their_share_is_told(count):
    values = np.zeros((30, 30))
    for number in range(count):
        values[2:5, 10 * number + 3 : 10 * number + 6] = 1
    said = clouds_in_words(values)
    assert f"on {count}\N{NO-BREAK SPACE}% of the image, in {'one piece' if count == 1 else f'{count} pieces'}" in said
    # What is fainter than a tenth is no part of them.
    assert clouds_in_words(np.maximum(values, 0.09)).partition(";")[0] == said.partition(";")[0]


def test_a_frame_of_ink_lies_at_the_edges_and_a_cross_does_not():
    frame, cross = np.ones((20, 20)), np.zeros((20, 20))
    frame[3:-3, 3:-3] = 0
    cross[10, 5:15] = cross[5:15, 10] = 1
    assert "100\N{NO-BREAK SPACE}% within 3 pixels" in strokes_in_words(frame)
    assert "and 0\N{NO-BREAK SPACE}% within 3 pixels" in strokes_in_words(cross)
    assert strokes_in_words(np.zeros((20, 20))) == "nowhere black"


@pytest.mark.parametrize("radius", [4, 9, 18])
def test_a_disc_of_stain_on_half_a_red_cell_is_measured(radius):
    smear = np.full((80, 80, 3), (200, 205, 205))
    smear[:, 40:] = 190, 160, 150
    down, across = np.mgrid[:80, :80]
    disc = np.hypot(down - 40, across - 20) <= radius
    smear[disc] = 120, 90, 190
    assert largest_spot(smear) == pytest.approx(2 * radius, abs=1)
    assert (reddish(smear), pale_ground(smear)) == (0.5, pytest.approx(0.5 - disc.mean()))
