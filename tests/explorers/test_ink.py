"""Drawings, prepared as MNIST's digits were: those digits themselves, enlarged, must come back."""

import base64
from itertools import product

import numpy as np
import pytest
from PIL import Image

from cnnfigs.data import mnist
from cnnfigs.explorers.assets import SCRIPTS
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import load

PAPER = 112
COUNT = 200


@pytest.fixture(scope="module")
def page(browser):
    context = browser.new_context()
    page = context.new_page()
    page.add_script_tag(path=SCRIPTS / "ink.js")
    yield page
    context.close()


def prepared(page, papers):
    """Hand papers over as bytes, and bring what is made of them back as text: both are quick."""
    found = page.evaluate(
        """papers => papers.map(paper => {
            const bytes = Float32Array.from(atob(paper), code => code.charCodeAt(0) / 255);
            return Array.from(cnn.ink.prepared(bytes), value => value.toFixed(6)).join(" ");
        })""",
        [base64.b64encode(np.rint(paper * 255).astype(np.uint8).tobytes()).decode() for paper in papers],
    )
    return np.array([text.split() for text in found], dtype=float).reshape(-1, 28, 28)


def likeness(one, other):
    """Return how well two images go together, a pixel aside at most: where the centre lies between two, it may tip."""
    moved = [np.roll(other, by, axis=(0, 1)) for by in product((-1, 0, 1), repeat=2)]
    return max(np.corrcoef(one.ravel(), each.ravel())[0, 1] for each in moved)


def on_paper(digit, side, top, left):
    """Enlarge a digit smoothly and put it somewhere on the paper."""
    large = Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)
    paper = np.zeros((PAPER, PAPER))
    paper[top : top + side, left : left + side] = np.asarray(large) / 255
    # Ink that is too faint to be seen would count as the edge of the digit.
    return np.where(paper < 0.1, 0, paper)


@pytest.mark.parametrize(("side", "top", "left"), [(112, 0, 0), (84, 28, 3), (70, 5, 40)])
def test_digits_of_mnist_come_back_near_themselves_and_are_answered_the_same(page, side, top, left):
    digits = mnist().x_test[:COUNT]
    found = prepared(page, [on_paper(digit, side, top, left) for digit in digits])
    alike = [likeness(*each) for each in zip(found, digits, strict=True)]
    assert np.median(alike) > 0.97
    assert min(alike) > 0.85
    model = load("convnet")
    answers = [model.predict(images, verbose=0).argmax(axis=1) for images in
               (as_input(digits), found[..., np.newaxis])]  # fmt: skip
    assert (answers[0] == answers[1]).mean() >= 0.97


def test_a_digit_in_blocks_comes_back_exactly(page):
    digits = mnist().x_test[:20]
    papers = [np.kron(digit / 255, np.ones((4, 4))) for digit in digits]
    np.testing.assert_allclose(prepared(page, papers), digits / 255, atol=1e-4)


def test_prepared_digits_fill_the_box_and_stand_in_the_middle(page):
    """The two facts that MNIST's description gives: 20 pixels, and the centre of mass in the middle."""
    random = np.random.default_rng(0)
    papers = []
    for _ in range(30):
        paper = np.zeros((PAPER, PAPER))
        height, width = random.integers(4, 70, 2)
        top, left = random.integers(0, PAPER - height), random.integers(0, PAPER - width)
        paper[top : top + height, left : left + width] = random.random((height, width)) * 0.9 + 0.1
        papers.append(paper)
    for image in prepared(page, papers):
        rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
        sides = (rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1)
        assert max(sides) == 20
        for axis in (0, 1):
            centre = (image.sum(axis=1 - axis) * np.arange(28)).sum() / image.sum()
            assert 13.5 - 1e-3 <= centre <= 14.5 + 1e-3


def test_where_it_was_drawn_does_not_matter(page):
    paper = np.zeros((PAPER, PAPER))
    paper[:60, :44] = np.random.default_rng(1).random((60, 44))
    moved = [np.roll(paper, by, axis=(0, 1)) for by in ((0, 0), (52, 68), (7, 31))]
    first, *others = prepared(page, moved)
    for other in others:
        np.testing.assert_allclose(other, first, atol=1e-6)


def test_blank_paper_stays_blank(page):
    assert prepared(page, [np.zeros((PAPER, PAPER))]).max() == 0


def test_unprepared_pixels_are_means(page):
    paper = np.random.default_rng(2).random((PAPER, PAPER))
    found = page.evaluate("paper => [...cnn.ink.reduced(Float32Array.from(paper))]", paper.ravel().tolist())
    np.testing.assert_allclose(found, paper.reshape(28, 4, 28, 4).mean(axis=(1, 3)).ravel(), atol=1e-6)


@pytest.mark.parametrize(("down", "right"), [(0, 3), (-2, 0), (12, -12)])
def test_shifted_images_lose_what_leaves_them(page, down, right):
    image = np.random.default_rng(3).random((28, 28))
    found = page.evaluate("([image, down, right]) => [...cnn.ink.shifted(image, down, right)]",
                          [image.ravel().tolist(), down, right])  # fmt: skip
    padded = np.pad(image, 12)
    expected = padded[12 - down : 40 - down, 12 - right : 40 - right]
    np.testing.assert_allclose(found, expected.ravel(), atol=1e-6)


def test_a_line_of_the_pen_covers_what_is_near_it(page):
    """Full ink within the pen's radius of the line, none a pixel of the paper beyond."""
    stroke = [[5.0, 7.5], [20.5, 18.0]]
    paper = np.array(page.evaluate("stroke => [...cnn.ink.drawn(undefined, [stroke])]", stroke)).reshape(PAPER, PAPER)
    start, end = (np.array(place) * 4 for place in stroke)
    pixels = np.stack(np.meshgrid(np.arange(PAPER), np.arange(PAPER)), axis=-1) + 0.5
    along = np.clip(((pixels - start) @ (end - start)) / ((end - start) @ (end - start)), 0, 1)
    distance = np.linalg.norm(pixels - start - along[..., np.newaxis] * (end - start), axis=-1)
    radius = 1.2 * 4
    assert (paper[distance < radius - 0.51] == 1).all()
    assert (paper[distance > radius + 0.51] == 0).all()


def test_strokes_survive_the_address(page):
    random = np.random.default_rng(4)
    strokes = [(random.integers(0, 225, (count, 2)) / 8).tolist() for count in (1, 9, 40)]
    again = page.evaluate("strokes => cnn.ink.read(cnn.ink.written(strokes))", strokes)
    assert again == strokes
    assert page.evaluate("cnn.ink.read(cnn.ink.written([]))") == []
    assert page.evaluate("cnn.ink.written([[[-3, 99]]])") == "00e0"


def penned(page, strokes):
    return np.array(page.evaluate("strokes => [...cnn.ink.penned(strokes)]", strokes)).reshape(28, 28)


@pytest.mark.parametrize("share", [0.07, 0.2, 0.5, 1.3])
def test_strokes_of_every_size_and_anywhere_make_the_same_image(page, share):
    zigzag = np.array([[4.0, 4.0], [14.0, 6.0], [7.0, 13.0], [13.0, 20.0]])
    place = np.array([2.0, 3.5])
    image = penned(page, [zigzag.tolist()])
    np.testing.assert_allclose(penned(page, [((zigzag - 4) * share + place).tolist()]), image, atol=1e-5)
    assert image.sum() > 50


@pytest.mark.parametrize("long", [1.0, 3.0, 20.0])
def test_the_pen_is_as_wide_as_ever_and_the_ink_fills_the_box(page, long):
    """A bar of 20 pixels, as wide as the pen, with its middle in the middle."""
    image = penned(page, [[[6.0, 5.0], [6.0, 5.0 + long]]])
    rows = np.flatnonzero(image.max(axis=1) > 0.3)
    assert len(rows) == 20
    np.testing.assert_allclose(image[rows[3:-3]].sum(axis=1), 2.4, atol=0.15)
    assert (image.sum(axis=1) * np.arange(28)).sum() / image.sum() == pytest.approx(14, abs=0.51)


def test_a_dot_stays_a_dot_and_no_stroke_leaves_no_ink(page):
    assert penned(page, [[[20.0, 3.0]]]).sum() == pytest.approx(np.pi * 1.2**2, rel=0.1)
    assert penned(page, []).max() == penned(page, [[]]).max() == 0
