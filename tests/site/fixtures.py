"""One browser for all tests, and the built site."""

from pathlib import Path

import pytest
from browsers import find_browser
from checks import DESKTOP
from playwright.sync_api import sync_playwright
from serving import serve

#: Milliseconds after which a page that does not do what is waited for hangs. A busy machine is slow, and not wrong.
HANGS = 120_000


@pytest.fixture(scope="session")
def browser(pytestconfig):
    try:
        found = find_browser(pytestconfig.getoption("chromium"))
    except RuntimeError as error:
        pytest.fail(str(error), pytrace=False)
    quiet = ["--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=quiet)
        wait_until_it_hangs(chromium)
        yield chromium
        chromium.close()


def wait_until_it_hangs(browser):
    """Let all that tests wait for in the browser's pages take as long as it takes."""
    new_context = browser.new_context

    def patient(**options):
        context = new_context(**options)
        context.set_default_timeout(HANGS)
        return context

    browser.new_context = patient


@pytest.fixture
def tab(browser):
    """A tab of its own, with nothing in its cache."""
    context = browser.new_context(viewport=DESKTOP, color_scheme="light")
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def site(request) -> Path:
    folder = request.config.getoption("site").resolve()
    if not (folder / "index.html").is_file():
        pytest.fail(f"no built site in {folder}: run `nox -s site`, or name another with --site", pytrace=False)
    return folder


@pytest.fixture(scope="session")
def served(site):
    with serve(site) as address:
        yield address
