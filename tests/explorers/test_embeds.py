"""Each explorer in a frame of another page, put there by the code that its own button copies."""

from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import checks
import pytest
from checks import DESKTOP, LIMIT, PHONE, Watch
from exploring import WORK, Opened
from lxml import html

from cnnfigs.explorers.registry import EXPLORERS
from cnnfigs.sphinxext.site import embeds
from cnnfigs.sphinxext.site.embeds import size_of

every_explorer = pytest.mark.parametrize("name", EXPLORERS)
every_way = pytest.mark.parametrize("way", ["served", "from disk"])

AROUND = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>A lesson</title><link rel="icon" href="data:,">{above}
<p>Look:</p>{code}<p>Now you.</p>"""


@pytest.fixture
def copied(open_explorer):
    """Copy the code that embeds an explorer on which somebody has worked; gives it, and what is set."""

    def copy(name, way="served"):
        opened = open_explorer(name, way=way, load=True)
        opened.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        opened.element.evaluate("(element, work) => element.change(work)", WORK[name])
        opened.listen()
        opened.element.get_by_role("button", name="Copy embed code").press("Enter")
        opened.element.get_by_text("Copied", exact=True).wait_for()
        assert opened.heard == ["Copied"]
        return opened.page.evaluate("navigator.clipboard.readText()"), opened.state

    return copy


def start(inner, name):
    """Press the button of an explorer that waits for it, and wait until it is there."""
    button = inner.get_by_role("button", name="Start", exact=True)
    explorer = inner.locator(f"cnn-{name} .explorer")
    button.or_(explorer).first.wait_for()
    if button.is_visible():
        button.press("Enter")
    explorer.wait_for()


def frame(address):
    return f'<iframe src="{address}" title="It" width="900" height="700"></iframe>'


class Plain(SimpleHTTPRequestHandler):
    """A host without a policy of its own, which may frame whatever it likes."""

    def log_message(self, *arguments) -> None:
        """Say nothing about each request."""


@contextmanager
def another_host(folder):
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Plain, directory=folder)) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def framed(browser, site, served, tmp_path):
    """Open a page of somebody else's with some code in it; at the end, nothing may have gone wrong in the frame."""
    contexts, watches = [], []

    def show(code, name, way="served", above="", **options):
        (tmp_path / "index.html").write_text(AROUND.format(above=above, code=code), "utf-8")
        context = browser.new_context(**{"viewport": DESKTOP, "color_scheme": "light", **options})
        page = context.new_page()
        contexts.append(context)
        watches.append(Watch(page, served if way == "served" else site.as_uri()))
        page.goto(around if way == "served" else (tmp_path / "index.html").as_uri())
        frame = page.frame_locator("iframe")
        return Opened(page, frame.locator(f"cnn-{name}"), name), frame, watches[-1]

    with another_host(tmp_path) as around:
        yield show
        own = (around, tmp_path.as_uri())
        problems = [each for watch in watches for each in watch.problems if not any(page in each for page in own)]
        for context in contexts:
            context.close()
    assert problems == []


@every_explorer
@every_way
def test_the_copied_code_shows_it_in_another_page_as_it_was_set(copied, framed, site, name, way):
    code, work = copied(name, way)
    assert html.fragment_fromstring(code).get("title") == EXPLORERS[name].title
    opened, inner, watch = framed(code, name, way)
    waits = inner.get_by_role("button", name="Start", exact=True)
    waits.or_(inner.locator(f"cnn-{name} .explorer")).first.wait_for()
    opened.page.wait_for_load_state("networkidle")
    weights = checks.weight(watch.requests, watch.origin, site)
    print(f"embed/{name}.html: {sum(weights.values()) / 1000:.0f} kB at first")
    assert sum(weights.values()) <= LIMIT, weights
    files = size_of(site / "_static/explorers", EXPLORERS[name].files)
    assert waits.is_visible() == (files > embeds.LIMIT)
    start(inner, name)
    assert not waits.is_visible()
    assert opened.state == work
    assert opened.complaint == ""
    assert inner.locator(":root").evaluate("root => root.scrollHeight <= innerHeight + 1"), "nothing scrolls in it"


@every_explorer
def test_all_of_it_is_reached_with_the_tab_key_and_left_again(framed, served, name):
    opened, inner, _ = framed(frame(f"{served}/embed/{name}.html"), name)
    start(inner, name)
    inside = inner.locator("body")
    focused = """() => {
        const {activeElement: element} = document;
        return document.hasFocus() ? (element.shadowRoot?.activeElement ?? element).textContent.trim() : "";
    }"""
    seen = []
    for _ in range(60):
        opened.page.keyboard.press("Tab")
        seen.append(inside.evaluate(focused))
        if seen[-1] == "Open the tutorial":
            break
    assert {"Copy link", "Copy embed code", "Open the tutorial"} <= set(seen)
    assert len(set(seen)) > 4


def test_keys_work_in_the_frame(framed, served):
    opened, inner, _ = framed(frame(f"{served}/embed/pooling.html"), "pooling")
    step = inner.get_by_role("button", name="Step", exact=True)
    step.wait_for()
    before = opened.told
    step.press("Enter")
    assert opened.told != before
    inner.get_by_role("radio", name="maximum").press("ArrowRight")
    assert opened.state["way"] == "average"


@every_explorer
def test_its_link_opens_the_tutorial_with_what_is_set(framed, served, name):
    opened, inner, _ = framed(frame(f"{served}/embed/{name}.html"), name)
    start(inner, name)
    link = inner.get_by_role("link", name="Open the tutorial")
    place = link.get_attribute("href")
    assert place.endswith(f".html#explore-{name}")
    opened.element.evaluate("(element, work) => (element.change(work), element.note())", WORK[name])
    work = opened.state
    with opened.page.expect_popup() as popup:
        link.press("Enter")
    page = popup.value
    page.locator(f"cnn-{name} .explorer").wait_for()
    assert page.locator(f"cnn-{name}").evaluate("element => element.state") == work
    assert page.url.split("#")[0] == f"{served}/{place.split('#')[0].removeprefix('../')}"
    assert opened.page.url != page.url, "the lesson stays open"


def test_each_link_leads_to_the_page_that_explains_it(site):
    links = {path.stem: html.parse(path).getroot().xpath("//footer/a/@href")[0] for path in (site / "embed").iterdir()}
    pages = {name: link.removeprefix("../").split(".")[0] for name, link in links.items()}
    assert pages == {
        "break": "where-answers-come-from",
        "convolution": "convolution",
        "design": "remedies-and-costs",
        "digit": "first-convnet",
        "digit-pad": "index",
        "hierarchy": "visual-hierarchy",
        "own-photo": "visual-hierarchy",
        "peephole": "playground",
        "pooling": "pooling",
        "receptive-field": "downsampling",
        "train": "how-a-network-learns",
        "which-ink": "what-convnets-learn",
    }


def test_the_page_around_stays_where_it_is(tab, served):
    """A frame of the same host, far down, with settings: they are taken over, and nothing scrolls."""
    code = frame(f"{served}/embed/pooling.html#explore-pooling?way=average")
    content = AROUND.format(above='<p style="height: 3000px">Read this first.</p>', code=code)
    tab.route(f"{served}/lesson.html", lambda route: route.fulfill(body=content, content_type="text/html"))
    tab.goto(f"{served}/lesson.html")
    element = tab.frame_locator("iframe").locator("cnn-pooling")
    element.locator(".explorer").wait_for()
    assert element.evaluate("element => element.state.way") == "average"
    assert tab.evaluate("scrollY") == 0


@pytest.mark.parametrize("system", ["light", "dark"])
def test_who_shows_it_may_choose_the_theme(framed, served, system):
    ground = "body => getComputedStyle(body).backgroundColor"
    for asked, dark in (("", system == "dark"), ("?theme=light", False), ("?theme=dark", True)):
        code = frame(f"{served}/embed/peephole.html{asked}")
        _, inner, _ = framed(code, "peephole", color_scheme=system)
        inner.locator("cnn-peephole .explorer").wait_for()
        assert (inner.locator("body").evaluate(ground) == "rgb(19, 20, 22)") == dark


def test_without_scripts_it_says_so(browser, served):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{served}/embed/pooling.html")
    assert page.get_by_text("This explorer needs JavaScript.").is_visible()
    assert page.get_by_role("link", name="Open the tutorial").is_visible()
    page.context.close()


@every_explorer
@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_while_it_waits_and_while_it_runs(browser, served, name, window):
    for theme in ("light", "dark"):
        page = browser.new_context(viewport=window, color_scheme=theme).new_page()
        page.goto(f"{served}/embed/{name}.html")
        if page.get_by_role("button", name="Start", exact=True).is_visible():
            assert checks.axe_violations(page) == []
            assert checks.out_of_reach(page) == []
        start(page, name)
        assert checks.axe_violations(page) == []
        assert checks.out_of_reach(page) == []
        page.context.close()
