"""The first page: what it says of the site, and that every page that it lists is held to its words."""

import re
from pathlib import Path

from cnnfigs.illustrations.architectures.overview import Overview
from cnnfigs.illustrations.training_and_measured.digit_answers import DigitAnswers
from cnnfigs.models.weights import WATCHED, WEIGHTS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "index.md").read_text("utf-8")
#: Pages in which there is nothing to claim: lists, and what is written for those who work on the tutorial.
LISTS = {"gallery", "bibliography", "contributing", "page-template"}


def reading_order():
    (contents,) = re.findall(r"```\{toctree\}\n(.*?)```", PAGE, flags=re.DOTALL)
    return re.findall(r"(?m)^([a-z][\w-]*)$", contents)


def test_every_page_of_the_reading_order_has_a_file_of_tests():
    pages = reading_order()
    assert len(pages) > 10
    tests = {path.stem for path in Path(__file__).parent.glob("test_*.py")}
    missing = [page for page in pages if page not in LISTS and f"test_{page.replace('-', '_')}" not in tests]
    assert not missing


def test_every_page_is_in_the_reading_order():
    assert {path.stem for path in DOCS.glob("*.md")} == {"index", *reading_order()}


def test_weights_come_with_the_tutorial_and_the_build_does_not_make_them():
    shipped = {path.name for path in WEIGHTS.glob("*.weights.h5")}
    assert {f"{name}.trained.weights.h5" for name in (*WATCHED, "dense_512", "unpooled")} <= shipped
    assert "weights of the trained networks, and the records" in PAGE


def test_digits_that_are_shown_were_never_seen_in_the_training():
    """They are test images; the recipe trains with the training images alone."""
    from cnnfigs.data import mnist

    digits = mnist()
    seen = {image.tobytes() for image in digits.x_train}
    for index in (
        Overview().index,
        *DigitAnswers(networks=("convnet",), indexes=(3, 2, 1, 18, 4, 8), shifts=(0,)).indexes,
    ):
        assert digits.x_test[index].tobytes() not in seen
