"""The sliding window in a real browser: still until it is played, and moved by the keyboard, without any script."""

import pytest
from checks import DESKTOP, Watch, open_page

PAGE = "padding-and-strides.html"
PLACES = 9


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def page(browser, served, request):
    context = browser.new_context(viewport=DESKTOP, java_script_enabled=request.param, reduced_motion="no-preference")
    page = context.new_page()
    watch = Watch(page, served)
    open_page(page, f"{served}/{PAGE}") if request.param else page.goto(f"{served}/{PAGE}")
    yield page
    assert watch.problems == []
    context.close()


def shown(page):
    """Numbers of the frames that can be seen."""
    frames = page.locator(".cnn-frame")
    return [number for number in range(1, PLACES + 1) if frames.nth(number - 1).is_visible()]


def test_it_stands_still_until_it_is_played(page):
    assert page.locator(".cnn-frame").count() == PLACES
    assert shown(page) == [1]
    page.wait_for_timeout(2000)
    assert shown(page) == [1]


def test_it_plays_and_pauses_where_it_is(page):
    page.locator(".cnn-play").click()
    page.locator(".cnn-frame-2").wait_for(state="visible")
    page.locator(".cnn-frame-3").wait_for(state="visible")
    page.locator(".cnn-pause").click()
    stopped = shown(page)
    assert len(stopped) == 1
    assert stopped[0] >= 3
    page.wait_for_timeout(2000)
    assert shown(page) == stopped


def test_arrow_keys_step_through_all_places(page):
    page.get_by_role("radio", name="Pause").focus()
    for place in range(1, PLACES + 1):
        page.keyboard.press("ArrowRight")
        assert shown(page) == [place]
    page.keyboard.press("ArrowLeft")
    assert shown(page) == [PLACES - 1]


def test_it_goes_round(page):
    """Played from the beginning, it comes back to the first place."""
    page.locator(".cnn-play").click()
    page.locator(f".cnn-frame-{PLACES}").wait_for(state="visible", timeout=20_000)
    page.locator(".cnn-frame-1").wait_for(state="visible", timeout=5_000)


def test_places_are_a_named_group_of_buttons(page):
    group = page.get_by_role("group", name="Move the window")
    assert group.get_by_role("radio").count() == PLACES + 2
    assert group.get_by_role("radio", name="9: row 3, column 3: ").count() == 1


def test_it_never_moves_for_those_who_want_no_motion(browser, served):
    context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
    page = context.new_page()
    open_page(page, f"{served}/{PAGE}")
    assert not page.locator(".cnn-play").is_visible()
    assert page.evaluate("document.getAnimations().filter(one => /^cnn-/.test(one.animationName)).length") == 0
    page.get_by_role("radio", name="Pause").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert shown(page) == [2]
    context.close()


def test_without_style_sheets_it_is_a_still_picture(browser, served):
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    page.route("**/*.css*", lambda route: route.abort())
    page.goto(f"{served}/{PAGE}")
    assert shown(page) == [1]
    assert not page.locator(".cnn-play").is_visible()
    context.close()
