"""Cards that are shown where a link to a page is shared: as large as asked for, with the page's own figure on them."""

import io

import numpy as np
import pytest
from PIL import Image

from cnnfigs.drawing.card import EDGE, PLACES, SCALE, figure_card
from cnnfigs.drawing.formats import Look
from cnnfigs.drawing.style import POINTS_PER_INCH
from cnnfigs.illustrations.filters.response_map import ResponseMap
from cnnfigs.illustrations.windows.padding import Padding
from cnnfigs.sphinxext.site.cards import SIZE


def pixels(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"), int)


def inked(card: np.ndarray) -> np.ndarray:
    return (card != card[0, 0]).any(axis=-1)


@pytest.mark.parametrize("shown", [Padding(), ResponseMap()], ids=lambda shown: type(shown).__name__)
def test_the_figure_is_on_it_as_a_file_of_that_width_has_it(shown):
    card = pixels(figure_card("A title", [shown.drawn()], above="A book"))
    assert card.shape == (SIZE[1], SIZE[0], 3)
    wide, high = shown.drawn().get_size_inches()
    found = []
    for place, *_ in PLACES:
        width = round(min(place.width, place.height * wide / high, 1.25 * wide * POINTS_PER_INCH) * SCALE)
        picture = pixels(shown.content("png", Look(width=width)))
        height = len(picture)
        x, y = (round(each * SCALE) for each in place.middle)
        for top in range(y - height // 2 - 1, y - height // 2 + 2):
            for left in range(x - width // 2 - 1, x - width // 2 + 2):
                part = card[top : top + height, left : left + width]
                found.append(part.shape == picture.shape and np.abs(part - picture).mean() < 1)
    assert any(found)


def test_of_several_drawings_the_one_is_shown_that_can_be_the_largest():
    wide, narrow = Padding().drawn(), Padding().drawn(328)
    both = pixels(figure_card("A title", [wide, narrow]))
    each = [pixels(figure_card("A title", [drawing])) for drawing in (wide, narrow)]
    assert (both == each[0]).all() != (both == each[1]).all()


@pytest.mark.parametrize("title", ["ReLU", "A brief introduction to convolutional networks, and what comes after"])
@pytest.mark.parametrize("shown", [Padding(), ResponseMap()], ids=lambda shown: type(shown).__name__)
def test_whatever_the_title_nothing_reaches_the_edge(title, shown):
    card = inked(pixels(figure_card(title, [shown.drawn()], above="A brief introduction to convolutional networks")))
    margin = EDGE // 2
    assert card.any()
    assert not any(side.any() for side in (card[:margin], card[-margin:], card[:, :margin], card[:, -margin:]))


def test_the_same_page_makes_the_same_bytes():
    assert figure_card("A", [Padding().drawn()]) == figure_card("A", [Padding().drawn()])
