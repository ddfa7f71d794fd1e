"""What a reader has read is ticked in the contents, stays in this browser, and can be forgotten."""

from checks import open_page

TICKED = """[...document.querySelectorAll('.cnn-contents > li')]
    .filter((card) => card.querySelector('.cnn-read')).map((card) => card.dataset.page)"""
BESIDE = """[...document.querySelectorAll('.sidebar-tree a')]
    .filter((link) => link.querySelector('.cnn-read')).map((link) => link.textContent)"""


def read_to_the_end(page):
    page.locator("footer .related-pages").scroll_into_view_if_needed()
    page.wait_for_function("() => localStorage.getItem('pages read')?.includes(location.pathname.slice(1, -5))")


def test_a_page_is_ticked_when_its_end_was_seen_and_not_before(served, tab):
    open_page(tab, f"{served}/pooling.html")
    open_page(tab, f"{served}/index.html")
    assert tab.evaluate(TICKED) == []
    assert not tab.locator(".cnn-progress").is_visible()
    for name in ("pooling", "limits"):
        open_page(tab, f"{served}/{name}.html")
        read_to_the_end(tab)
        assert tab.locator(".sidebar-tree .current-page .cnn-read").count() == 1
    open_page(tab, f"{served}/index.html")
    assert sorted(tab.evaluate(TICKED)) == ["limits", "pooling"]
    assert tab.evaluate(BESIDE) == ["Pooling", "Limits"]
    told = tab.locator(".cnn-progress")
    assert told.inner_text().startswith("You have read 2 of ")
    told.get_by_role("button", name="Forget what I have read").click()
    assert tab.evaluate(TICKED) == tab.evaluate(BESIDE) == []
    assert not told.is_visible()
    assert tab.evaluate("document.activeElement.closest('.cnn-contents') !== null")
    tab.reload()
    assert tab.evaluate(TICKED) == []


def test_pages_to_look_things_up_in_are_not_counted(served, tab):
    open_page(tab, f"{served}/glossary.html")
    tab.locator("footer .related-pages").scroll_into_view_if_needed()
    tab.wait_for_timeout(300)
    assert tab.evaluate("localStorage.getItem('pages read')") is None


def test_nothing_is_said_where_the_browser_keeps_nothing(served, tab):
    tab.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"
    )
    mistakes = []
    tab.on("pageerror", lambda mistake: mistakes.append(mistake))
    open_page(tab, f"{served}/pooling.html")
    tab.locator("footer .related-pages").scroll_into_view_if_needed()
    tab.locator(".sidebar-tree .current-page .cnn-read").wait_for()
    # The theme's own scripts complain; ours do not.
    assert [mistake.stack for mistake in mistakes if "site.js" in mistake.stack] == []
