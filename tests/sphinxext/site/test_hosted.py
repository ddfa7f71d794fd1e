"""What a published site has beside its pages."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
import small
from checks import DESKTOP, PHONE, Watch, open_page
from lxml import html
from PIL import Image
from serving import serve

from cnnfigs.illustrations.windows.padding import Padding

ADDRESS = "https://example.org/networks/"
REPOSITORY = "https://github.com/ada/networks"
PUBLISHED = f"html_baseurl = {ADDRESS!r}\nsite_repository = {REPOSITORY!r}\n"
KEEPING_FIGURES = """
extensions.append("cnnfigs.sphinxext.site.gallery")
nb_execution_mode = "force"
nb_execution_timeout = 600
"""
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    """A site that knows its addresses, with one committed page."""
    folder = tmp_path_factory.mktemp("published")
    small.write(folder, configuration=PUBLISHED)
    small.git(folder, "init", "-b", "main")
    small.git(folder, "add", "docs/one.md")
    small.git(folder, "commit", "-m", "The first", day="2026-05-12")
    return small.build(folder)


@pytest.fixture(scope="module")
def private(tmp_path_factory) -> Path:
    """A site without any address."""
    folder = tmp_path_factory.mktemp("private")
    small.write(folder)
    return small.build(folder)


def links(site: Path, page: str) -> dict[str, str]:
    tree = html.parse(site / f"{page}.html")
    return {link.text_content().strip(): link.get("href") for link in tree.xpath("//*[@class='cnn-origin']//a")}


def test_the_sitemap_names_every_page_and_robots_name_the_sitemap(published):
    entries = ElementTree.parse(published / "sitemap.xml").getroot().findall(f"{SITEMAP}url")
    dates = {entry.findtext(f"{SITEMAP}loc"): entry.findtext(f"{SITEMAP}lastmod") for entry in entries}
    assert dates == {f"{ADDRESS}index.html": None, f"{ADDRESS}one.html": "2026-05-12", f"{ADDRESS}two.html": None}
    assert (published / "robots.txt").read_text() == f"User-agent: *\nAllow: /\nSitemap: {ADDRESS}sitemap.xml\n"


def test_a_page_names_its_canonical_address(published):
    tree = html.parse(published / "one.html")
    assert tree.xpath("//link[@rel='canonical']/@href") == [f"{ADDRESS}one.html"]


def test_a_page_can_be_edited_and_an_error_reported_where_its_source_is(published):
    addresses = links(published, "one")
    assert addresses["Edit this page"] == f"{REPOSITORY}/edit/main/docs/one.md"
    report = urlsplit(addresses["Report an error"])
    assert report.path == "/ada/networks/issues/new"
    query = parse_qs(report.query)
    assert query["title"] == ["The first: "]
    assert f"{ADDRESS}one.html" in query["body"][0]


def test_without_addresses_nothing_that_needs_one_is_there(private):
    assert not (private / "sitemap.xml").exists()
    assert (private / "robots.txt").read_text() == "User-agent: *\nAllow: /\n"
    assert links(private, "one") == {}
    for page in private.glob("*.html"):
        text = page.read_text("utf-8")
        assert "canonical" not in text
        assert "example.org" not in text
        assert "None" not in text


def test_a_page_says_how_to_cite_it(published, private):
    def cited(site, page):
        (box,) = html.parse(site / f"{page}.html").xpath("//*[@class='cnn-origin']//details")
        return box.findtext("p"), box.findtext("pre")

    sentence, entry = cited(published, "one")
    assert sentence == f"The authors (2026). The first. In: Small networks. {ADDRESS}one.html"
    assert entry.startswith("@misc{one,\n")
    fields = dict(re.findall(r"(\w+) = \{(.*)\}", entry))
    assert fields == {
        "author": "{The authors}",
        "title": "The first",
        "note": "In: Small networks",
        "year": "2026",
        "url": f"{ADDRESS}one.html",
    }
    assert cited(published, "index")[0] == f"The authors. Small networks. {ADDRESS}index.html"
    assert cited(private, "one")[0] == "The authors. The first. In: Small networks."


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('site_repository = "github.com/ada/networks"', "expected https://github.com/OWNER/NAME"),
        ('site_repository = "https://github.com/ada/networks/tree/main"', "expected https://github.com/OWNER/NAME"),
        ('html_baseurl = "https://example.org/networks"', "ends with a slash"),
        ('html_baseurl = "example.org/"', "ends with a slash"),
    ],
)
def test_an_address_that_gives_no_links_is_refused(tmp_path, line, message):
    small.write(tmp_path, configuration=line)
    result = small.sphinx(tmp_path)
    assert result.returncode != 0
    assert message in result.stderr


@pytest.mark.parametrize("path", ["/no-page.html", "/deep/down/no-page.html"])
def test_at_a_wrong_address_of_any_depth_the_page_leads_back(tab, private, path):
    with serve(private) as origin:
        watch = Watch(tab, origin)
        response = tab.goto(origin + path)
        assert response.status == 404
        assert "there is no page at this address" in tab.content()
        # What the browser tells is the wrong address itself; beside it only the font is loaded, from where it is.
        assert set(watch.requests) <= {origin + path, f"{origin}/_static/fonts/text.woff2"}
        assert [problem for problem in watch.problems if path not in problem and "404" not in problem] == []
        tab.get_by_role("link", name="The second").click()
        assert tab.url == f"{origin}/two.html"
        tab.goto(origin + path)
        tab.get_by_role("searchbox").fill("words")
        tab.get_by_role("button", name="Search").click()
        tab.get_by_role("heading", name="Search Results").wait_for()
        assert tab.get_by_role("link", name="The first", exact=True).last.is_visible()


def test_the_page_for_wrong_addresses_of_a_published_site_names_whole_addresses(published, private):
    def targets(site):
        return html.parse(site / "404.html").xpath("//a/@href | //form/@action")

    assert targets(published) == [f"{ADDRESS}{name}.html" for name in ("search", "index", "one", "two")]
    assert targets(private) == [f"{name}.html" for name in ("search", "index", "one", "two")]


def test_the_arrow_keys_turn_pages(tab, private):
    def turned(key: str) -> str:
        tab.keyboard.press(key)
        tab.wait_for_load_state()
        return Path(urlsplit(tab.url).path).name

    open_page(tab, (private / "index.html").as_uri())
    with tab.expect_navigation():
        tab.keyboard.press("ArrowRight")
    assert turned("Shift") == "one.html"
    with tab.expect_navigation():
        tab.keyboard.press("ArrowRight")
    assert turned("ArrowRight") == "two.html"  # the last page
    with tab.expect_navigation():
        tab.keyboard.press("ArrowLeft")
    assert turned("Shift") == "one.html"


@pytest.mark.parametrize("using", ["a field", "a box that scrolls", "a modifier", "a page wider than the window"])
def test_the_arrow_keys_do_not_turn_pages_where_they_do_something_else(tab, private, using):
    open_page(tab, (private / "one.html").as_uri())
    key = "ArrowRight"
    if using == "a field":
        tab.locator("input.sidebar-search").focus()
    elif using == "a box that scrolls":
        tab.evaluate(
            """() => {
                const box = document.createElement("div");
                box.tabIndex = 0;
                document.querySelector("article").append(box);
                box.focus();
            }"""
        )
    elif using == "a modifier":
        key = "Shift+ArrowRight"
    else:
        tab.evaluate("document.body.style.width = '5000px'")
    # A page that is about to be left is told so at once, however long the next takes to come.
    tab.evaluate("() => { navigation.onnavigate = () => window.left = true; }")
    tab.keyboard.press(key)
    assert tab.evaluate("window.left") is None
    assert tab.url.endswith("one.html")
    # Elsewhere the same key would turn the page, and it would be noticed.
    tab.evaluate(
        """() => {
            navigation.onnavigate = event => (window.left = true, event.preventDefault());
            document.activeElement.blur();
            document.body.style.width = "";
        }"""
    )
    tab.keyboard.press("ArrowRight")
    assert tab.evaluate("window.left") is True


@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_entry_for_a_bibliography_is_not_cut(tab, published, window):
    tab.set_viewport_size(window)
    open_page(tab, (published / "one.html").as_uri())
    tab.get_by_text("Cite or copy this page").click()
    entry = tab.locator(".cnn-origin pre")
    assert entry.is_visible()
    assert entry.evaluate("box => box.scrollWidth <= box.clientWidth")
    assert entry.bounding_box()["x"] + entry.bounding_box()["width"] <= window["width"]


def test_a_page_that_is_shared_shows_a_card_with_its_title(published):
    pictures = {}
    for name in ("index", "one", "two"):
        properties = {
            meta.get("property"): meta.get("content") for meta in html.parse(published / f"{name}.html").iter("meta")
        }
        path = published / properties["og:image"].removeprefix(ADDRESS)
        with Image.open(path) as picture:
            assert picture.format == "PNG"
            assert picture.size == (int(properties["og:image:width"]), int(properties["og:image:height"]))
        assert len(properties["og:image:alt"].split()) > 5
        pictures[name] = path.read_bytes()
    assert len(set(pictures.values())) == 3
    assert max(map(len, pictures.values())) < 100_000


def test_cards_are_drawn_where_pages_can_be_shared_and_only_when_their_words_change(tmp_path, private):
    assert not list(private.rglob("cards"))
    small.write(tmp_path, configuration=PUBLISHED)
    cards = small.build(tmp_path) / "_static/cards"
    first = {path.name: path.read_bytes() for path in cards.iterdir()}
    kept = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "cards").glob("*.png")}
    assert kept.keys() == first.keys() == {"index.png", "one.png", "two.png"}
    text = (tmp_path / "docs/one.md").read_text("utf-8")
    (tmp_path / "docs/one.md").write_text(text.replace("The first", "Another title"), encoding="utf-8")
    small.build(tmp_path)
    now = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "cards").glob("*.png")}
    assert {name for name in kept if now[name] != kept[name]} == {"one.png"}
    second = {path.name: path.read_bytes() for path in cards.iterdir()}
    assert {name for name in second if second[name] != first[name]} == {"one.png"}


def test_a_page_with_a_figure_has_it_on_its_card_and_the_others_say_what_theirs_shows(tmp_path):
    small.write(tmp_path, configuration=f"{PUBLISHED}{KEEPING_FIGURES}")
    site = small.build(tmp_path)
    before = {path.stem: path.read_bytes() for path in (site / "_static/cards").iterdir()}
    cell = """
```{code-cell} ipython3
---
mystnb:
  figure:
    name: fig-padded
    caption: What it shows.
---
from cnnfigs.illustrations.windows.padding import Padding

Padding(size=6)
```
"""
    text = (tmp_path / "docs/one.md").read_text("utf-8")
    (tmp_path / "docs/one.md").write_text(f"---\nfile_format: mystnb\n---\n\n{text}{cell}", encoding="utf-8")
    small.build(tmp_path)
    after = {path.stem: path.read_bytes() for path in (site / "_static/cards").iterdir()}
    assert {name for name in after if after[name] != before[name]} == {"one"}
    told = {
        name: re.search(r'og:image:alt" content="([^"]*)"', (site / f"{name}.html").read_text("utf-8"))[1]
        for name in after
    }
    assert unescape(told["one"]) == Padding(size=6).title
    assert told["two"].startswith("A handwritten digit")


def test_a_build_in_which_nothing_has_changed_imports_no_matplotlib(tmp_path):
    small.write(tmp_path, configuration=PUBLISHED)
    small.build(tmp_path)
    result = small.sphinx(tmp_path, PYTHONPROFILEIMPORTTIME="1")
    assert " sphinx.application" in result.stderr
    assert "matplotlib" not in result.stderr
