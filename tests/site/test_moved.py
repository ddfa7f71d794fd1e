"""Old addresses still lead to what they named: the pages of the tutorial's first order, and the parts of each."""

import re
import tomllib
from pathlib import Path

import pytest
from checks import DESKTOP
from lxml import html

MOVED = tomllib.loads(Path(__file__).parents[2].joinpath("docs/moved.toml").read_text("utf-8"))


def addresses() -> dict[str, list[str]]:
    text = Path(__file__).with_name("addresses.txt").read_text("utf-8").partition("\n\n")[2]
    return {page: parts.split() for page, parts in re.findall(r"(?m)^([\w-]+):((?:.*\n)(?:  .*\n)*)", text)}


def names(site, page: str) -> set[str]:
    return {*html.parse(site / f"{page}.html").getroot().xpath("//@id")}


def ways() -> list[tuple[str, str, str]]:
    """One moved part for each pair of pages, and each page that is gone: what is asked for, and where it leads."""
    found = {}
    for page, parts in MOVED.items():
        for part, target in parts.items():
            found.setdefault((page, target.partition("#")[0], part == "page"), (page, part, target))
    return list(found.values())


@pytest.mark.parametrize("page", addresses())
def test_every_part_of_a_page_is_there_or_says_where_it_is(site, page):
    """A link to a place that there is no more opens a page at its top, and says nothing."""
    here = names(site, page)
    there = names(site, MOVED.get(page, {}).get("page", page))
    assert [part for part in addresses()[page] if part not in here | there] == []


def test_the_list_is_that_of_a_whole_tutorial():
    assert len(addresses()) > 15
    assert sum(map(len, addresses().values())) > 500


@pytest.mark.parametrize("way", ["served", "from disk"])
@pytest.mark.parametrize(("page", "part", "target"), ways())
def test_who_comes_for_what_has_moved_is_taken_there(page, part, target, way, tab, site, served):
    origin = served if way == "served" else site.as_uri()
    new, _, place = target.partition("#")
    tab.goto(f"{origin}/{page}.html" + ("" if part == "page" else f"#{part}"), wait_until="commit")
    tab.wait_for_url(f"{origin}/{new}.html" + (f"#{place}" if place else ""))
    assert "404" not in tab.title()


@pytest.mark.parametrize(("page", "part", "target"), ways())
def test_without_scripts_a_link_leads_there(page, part, target, browser, site):
    context = browser.new_context(viewport=DESKTOP, java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{site.as_uri()}/{page}.html" + ("" if part == "page" else f"#{part}"))
    new, _, place = target.partition("#")
    if not tab.url.split("#")[0].endswith(f"/{new}.html"):
        seen = tab.locator(".cnn-gone a, .cnn-moved a").locator("visible=true")
        links = [seen.nth(index).get_attribute("href") for index in range(seen.count())]
        assert f"{new}.html" + (f"#{place}" if place else "") in links
    context.close()
