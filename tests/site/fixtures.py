"""One browser for all tests, without the machine's fonts, and the built site."""

import os
from contextlib import contextmanager
from pathlib import Path

import pytest
from browsers import ARGUMENTS, find_browser, write_fonts
from checks import DESKTOP
from playwright.sync_api import sync_playwright
from serving import serve

#: Milliseconds after which a page that does not do what is waited for hangs. A busy machine is slow, and not wrong.
HANGS = 120_000


@pytest.fixture(scope="session", autouse=True)
def fonts(tmp_path_factory):
    """Hide the machine's fonts from every browser that is started, by programs that tests run too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FONTCONFIG_FILE", str(write_fonts(tmp_path_factory.mktemp("fonts"))))
        yield


@pytest.fixture(scope="session")
def launch(pytestconfig, fonts):
    """Start a browser, with more variables of the environment."""
    try:
        found = find_browser(pytestconfig.getoption("chromium"))
    except RuntimeError as error:
        pytest.fail(str(error), pytrace=False)
    with sync_playwright() as playwright:

        def start(**more):
            chromium = playwright.chromium.launch(executable_path=found, args=ARGUMENTS, env={**os.environ, **more})
            wait_until_it_hangs(chromium)
            return chromium

        yield start


@pytest.fixture(scope="session")
def browser(launch):
    chromium = launch()
    yield chromium
    chromium.close()


class Tabs:
    """New tabs in contexts that are kept: where a tab of the site is open, the next needs no process of its own.

    A page loads in half the time then. Nothing of one tab is left for the next: each is new and loads its page, and
    when it is closed, nothing may have been stored.
    """

    def __init__(self, new_context):
        self.new_context = new_context
        self.contexts = {}

    @contextmanager
    def open(self, origin, **options):
        """Open a tab to look at what an origin has, with some options of a context, and close it at the end."""
        key = repr((origin, sorted(options.items())))
        if key not in self.contexts:
            context = self.new_context(**options)
            # It runs nothing: it keeps the process, and sees what pages store.
            holder = context.new_page()
            holder.goto(f"{origin}/_static/site.css")
            self.contexts[key] = context, holder
        context, holder = self.contexts[key]
        page = context.new_page()
        try:
            yield page
        finally:
            page.close()
        assert holder.evaluate("[localStorage.length, document.cookie]") == [0, ""]

    def close(self):
        for context, _ in self.contexts.values():
            context.close()


@pytest.fixture(scope="module")
def tabs(browser):
    tabs = Tabs(browser.new_context)
    yield tabs
    tabs.close()


@pytest.fixture(scope="session", params=[0.85, 1.15], ids=["narrow", "wide"])
def without_our_font(request, launch, tmp_path_factory):
    """Tabs of a browser to which our text font does not come: what it has instead is narrower, or wider."""
    configuration = write_fonts(tmp_path_factory.mktemp("stretched"), request.param)
    chromium = launch(FONTCONFIG_FILE=str(configuration))

    def new_context(**options):
        context = chromium.new_context(**options)
        context.route("**/fonts/text*.woff2", lambda route: route.abort())
        return context

    yield Tabs(new_context)
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
