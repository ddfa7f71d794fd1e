"""A test that asks for a page is run on every page."""

from functools import cache
from pathlib import Path

import pytest

#: Tests that answer soon ask every page and the whole; what one part of the site does, the thorough ones ask.
SOON = {"test_other_ways.py", "test_pages.py", "test_reading.py", "test_site.py"}
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent == HERE and item.path.name not in SOON:
            item.add_marker(pytest.mark.thorough)


@cache
def pages_with_words(folder):
    """The names of the pages with words of their own."""
    pages = [path for path in sorted(folder.rglob("*.html")) if "cnn-gone" not in path.read_text("utf-8")]
    return [path.relative_to(folder).as_posix() for path in pages]


def pytest_generate_tests(metafunc):
    """Run the tests that ask for a page on every page with words of its own; where no site is built, once, to fail."""
    if "name" in metafunc.fixturenames:
        names = pages_with_words(metafunc.config.getoption("site"))
        metafunc.parametrize("name", names or ["index.html"], scope="session")
