"""What is said of how an image looks follows from its pixels: images that are made to look so are told so."""

import numpy as np
import pytest

from cnnfigs.data import mnist
from cnnfigs.looks import color_in_words, ink_in_words, piece_in_words, place_on, strong_places


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
