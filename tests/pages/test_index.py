"""The first page: what it says of the site, and that every page that it lists is held to its words."""

import re
from pathlib import Path

from cnnfigs.illustrations.architectures.overview import Overview
from cnnfigs.illustrations.training_and_measured.digit_answers import DigitAnswers
from cnnfigs.models.weights import WATCHED, WEIGHTS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "index.md").read_text("utf-8")
#: Pages in which there is nothing to claim: lists, and what is written for those who work on the tutorial.
LISTS = {"gallery", "bibliography", "contributing"}


#: Written for those who write pages, and so listed on the page for contributors only.
TEMPLATE = "page-template"


def groups():
    contents = re.findall(r"```\{toctree\}\n(.*?)```", PAGE, flags=re.DOTALL)
    return {
        re.findall(r"(?m)^:caption: (.+)$", group)[0]: re.findall(r"(?m)^([a-z][\w-]*)$", group) for group in contents
    }


def reading_order():
    return [page for pages in groups().values() for page in pages]


def test_every_page_of_the_reading_order_has_a_file_of_tests():
    pages = reading_order()
    assert len(pages) > 10
    tests = {path.stem for path in Path(__file__).parent.glob("test_*.py")}
    missing = [page for page in pages if page not in LISTS and f"test_{page.replace('-', '_')}" not in tests]
    assert not missing


def test_every_page_is_in_the_reading_order():
    assert {path.stem for path in DOCS.glob("*.md")} == {"index", TEMPLATE, *reading_order()}
    assert len(reading_order()) == len({*reading_order()})


def test_the_pages_stand_in_groups_and_the_template_is_left_to_those_who_write_pages():
    """A reader sees what is to be learned, looked into, judged, played with and looked up."""
    assert [name for name in groups() if name != "Go on"] == [
        "Learn", "Look inside", "Judge", "Play", "Look up", "Project"
    ]  # fmt: skip
    assert all(groups().values())
    assert TEMPLATE in (DOCS / "contributing.md").read_text("utf-8").partition("{toctree}")[2]


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
