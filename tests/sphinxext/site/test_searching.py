"""The search page of a small site: a field, something to read before anything is asked, and words of what is found."""

import pytest
import small
from checks import DESKTOP, PHONE, Watch, axe_violations, open_page
from serving import serve

PAGES = {
    "index.md": "# Small networks\n\nWhat this is about.\n\n```{toctree}\nnets\ngallery\nplain\nglossary\n```\n",
    "nets.md": "# Networks\n\nAn introduction with a window.\n\n## A part of it\n\n"
    + "Many words stand here before the one. " * 5
    + "Whoever has <b>pooled</b> a map knows pooling. "
    + "And many words come after. " * 10
    + "\n",
    "gallery.md": "# Gallery\n\n## Pooling\n\nA picture of pooling.\n",
    "plain.md": "# Plain\n\nHere somebody pools money.\n",
    "glossary.md": "# Glossary\n\n```{glossary}\nwindow\n  What slides over its input, as in pooling.\n```\n",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("searching")
    extension = 'extensions.append("cnnfigs.sphinxext.site.searching")\nhtml_show_search_summary = False\n'
    extension += f"html_favicon = {str(small.ROOT / 'docs/_static/favicon.svg')!r}\n"
    small.write(folder, PAGES, extension)
    return small.build(folder)


def ask(page, address, words):
    """Ask for words in the field of the search page."""
    open_page(page, address)
    page.locator(".cnn-search input").fill(words)
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("heading", name="Search Results").wait_for()


def found(page):
    """Return the titles of what is found, with the words that are shown of it."""
    page.wait_for_function("[...document.querySelectorAll('ul.search > li')].every(li => li.dataset.explained === '')")
    return {
        item.locator("a").inner_text(): item.locator(".cnn-found").inner_text()
        for item in page.locator("ul.search > li").all()
    }


@pytest.mark.parametrize("way", ["served", "from disk"])
def test_of_what_is_found_words_are_shown_and_the_link_leads_to_them(tab, built, way):
    with serve(built) as origin:
        start = origin if way == "served" else built.as_uri()
        watch = Watch(tab, start)
        ask(tab, f"{start}/search.html", "pooling")
        shown = found(tab)
        words = shown["Networks"]
        assert words.startswith("… ")
        assert words.endswith(" …")
        assert "Whoever has <b>pooled</b> a map knows pooling." in words, "what a page says is never taken as markup"
        assert len(words) < 230
        assert tab.locator("mark").first.inner_text() in {"pooling", "pooled", "pools"}
        tab.get_by_role("link", name="Networks", exact=True).last.click()
        assert tab.url.endswith("/nets.html#a-part-of-it")
        assert watch.problems == []


def test_pages_that_teach_come_before_pages_that_list(tab, built):
    ask(tab, (built / "search.html").as_uri(), "pooling")
    titles = list(found(tab))
    listed = [number for number, title in enumerate(titles) if title.startswith(("Gallery", "Glossary"))]
    assert len(listed) > 1
    assert min(listed) > max(titles.index(title) for title in ("Networks", "Plain"))


def test_a_word_of_the_glossary_is_explained(tab, built):
    ask(tab, (built / "search.html").as_uri(), "window")
    assert next(iter(found(tab))) == "Networks", "first a page that teaches"
    shown = tab.locator(".cnn-found").all_inner_texts()
    assert "window: What slides over its input, as in pooling." in shown


def test_before_anything_is_asked_there_is_something_to_read(tab, built):
    tab.set_viewport_size(PHONE)
    open_page(tab, (built / "search.html").as_uri())
    assert tab.locator(".cnn-search input").is_visible()
    links = tab.locator("#cnn-before ul a")
    assert links.all_inner_texts() == ["Small networks", "Networks", "Gallery", "Plain", "Glossary"]
    for window in (DESKTOP, PHONE):
        tab.set_viewport_size(window)
        assert axe_violations(tab) == []
    tab.locator("#cnn-before p a").first.click()
    tab.get_by_role("heading", name="Search Results").wait_for()
    assert tab.locator(".cnn-search input").input_value() == "filter"


def test_the_pages_are_offered_where_nothing_is_found_and_not_where_something_is(tab, built):
    address = (built / "search.html").as_uri()
    ask(tab, address, "xylophone")
    tab.wait_for_function("!document.getElementById('cnn-before').hidden")
    ask(tab, address, "pooling")
    found(tab)
    assert tab.locator("#cnn-before").is_hidden()


def test_words_that_mean_something_to_a_pattern_do_no_harm(tab, built):
    watch = Watch(tab, built.as_uri())
    for words in ("pooling (", "a+b*", "<img src=x>", "the"):
        ask(tab, (built / "search.html").as_uri(), words)
    assert watch.problems == []


def test_a_page_that_is_gone_is_no_longer_found(tmp_path):
    small.write(tmp_path, PAGES, 'extensions.append("cnnfigs.sphinxext.site.searching")\n')
    site = small.build(tmp_path)
    assert "pools money" in (site / "searchtexts.js").read_text("utf-8")
    (tmp_path / "docs/plain.md").unlink()
    index = (tmp_path / "docs/index.md").read_text().replace("plain\n", "")
    (tmp_path / "docs/index.md").write_text(index)
    assert "pools money" not in (small.build(tmp_path) / "searchtexts.js").read_text("utf-8")


@pytest.mark.parametrize("changed", ["plain.md", "glossary.md"])
def test_after_a_short_build_the_index_is_that_of_a_build_from_nothing(tmp_path, changed):
    """Also where a term was taken away, a word is new, or a page is not to be found at all."""
    term = "```{glossary}\ngolden window\n  Another.\n```\n"
    pages = PAGES | {
        "index.md": PAGES["index.md"].replace("plain", "plain\nhidden"),
        "hidden.md": f"---\nnosearch: true\n---\n\n# Hidden\n\n{term.replace('window', 'door')}",
    }
    before = pages | {changed: f"{pages[changed]}\nMeanwhile, of xylophones.\n\n{term}"}
    indexes = []
    for name, versions in (("anew", [pages]), ("again", [before, pages])):
        (tmp_path / name).mkdir()
        for version in versions:
            small.write(tmp_path / name, version, 'extensions.append("cnnfigs.sphinxext.site.searching")\n')
            indexes.append((small.build(tmp_path / name) / "searchindex.js").read_text("utf-8"))
    anew, meanwhile, again = indexes
    assert "xylophon" in meanwhile
    assert "golden window" in meanwhile
    assert '"window":[[' in anew, "a term of the glossary"
    assert again == anew
