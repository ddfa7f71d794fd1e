"""The sliding window in a real browser: still until it is played, and moved by the keyboard, without any script."""

import pytest
from checks import DESKTOP, Watch, open_page

PAGE = "padding-and-strides.html"
PLACES = 9


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def scripts(request):
    return request.param


@pytest.fixture
def page(browser, served, scripts):
    context = browser.new_context(viewport=DESKTOP, java_script_enabled=scripts, reduced_motion="no-preference")
    page = context.new_page()
    if scripts:
        page.clock.install()
    watch = Watch(page, served)
    open_page(page, f"{served}/{PAGE}") if scripts else page.goto(f"{served}/{PAGE}")
    yield page
    assert watch.problems == []
    context.close()


#: What moves of the picture, as the browser knows it.
MOVING = "document.getAnimations().filter(({animationName}) => /^cnn-/.test(animationName))"
#: Milliseconds that each place is shown for.
PACE = 1200


#: The numbers of the frames that can be seen, each of which has several parts; and whether all agree in that.
SEEN = f"""{[*range(1, PLACES + 1)]}.filter(number => {{
    const parts = [...document.querySelectorAll(`.cnn-frame-${{number}}`)].filter(part => part.getClientRects().length);
    const seen = parts.map(part => getComputedStyle(part).visibility === "visible");
    if (!seen.length || new Set(seen).size > 1) throw new Error(`parts of frame ${{number}}: ${{seen}}`);
    return seen[0];
}})"""


def shown(page):
    """Numbers of the frames that can be seen."""
    return page.evaluate(SEEN)


def shown_at(page, time):
    """Numbers of the frames that can be seen so many milliseconds after it was played, wherever it is now."""
    return page.evaluate(
        f"""time => {{
            {MOVING}.forEach(each => each.currentTime = time);
            return {SEEN};
        }}""",
        time,
    )


def states(page):
    """How the animation of each part of a frame is once it has begun or stopped: running or paused, and its time."""
    return page.evaluate(
        f"Promise.all({MOVING}.map(async each => (await each.ready, [each.playState, each.currentTime])))"
    )


def test_it_stands_still_until_it_is_played(page, scripts):
    parts = len(states(page))
    assert parts >= PLACES
    assert shown(page) == [1]
    if scripts:
        page.clock.run_for(60_000)  # no timer begins it
    assert states(page) == [["paused", 0]] * parts
    assert shown(page) == [1]


def test_it_plays_and_pauses_where_it_is(page):
    page.locator(".cnn-play").click()
    page.locator(".cnn-frame-2").first.wait_for(state="visible")
    page.locator(".cnn-frame-3").first.wait_for(state="visible")
    page.locator(".cnn-pause").click()
    stopped = states(page)
    assert {state for state, _ in stopped} == {"paused"}
    (time,) = {time for _, time in stopped}
    assert time > 2 * PACE
    assert shown(page) == [int(time // PACE) % PLACES + 1]
    assert states(page) == stopped


def test_arrow_keys_step_through_all_places(page):
    page.get_by_role("radio", name="Pause").focus()
    for place in range(1, PLACES + 1):
        page.keyboard.press("ArrowRight")
        assert shown(page) == [place]
    page.keyboard.press("ArrowLeft")
    assert shown(page) == [PLACES - 1]


def test_it_goes_round(page):
    """Played, it shows one place after the other, and comes back to the first."""
    page.locator(".cnn-play").click()
    middles = [(place + 0.5) * PACE for place in range(2 * PLACES)]
    assert [shown_at(page, middle) for middle in middles] == [[place] for place in range(1, PLACES + 1)] * 2
    assert {state for state, _ in states(page)} == {"running"}


def test_places_are_a_named_group_of_buttons(page):
    group = page.get_by_role("group", name="Move the window")
    assert group.get_by_role("radio").count() == PLACES + 2
    assert group.get_by_role("radio", name="9: row 2, column 2: ").count() == 1


def test_it_never_moves_for_those_who_want_no_motion(browser, served):
    context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
    page = context.new_page()
    open_page(page, f"{served}/{PAGE}")
    assert not page.locator(".cnn-play").is_visible()
    assert page.evaluate("document.getAnimations().filter(one => /^cnn-/.test(one.animationName)).length") == 0
    page.get_by_role("radio", name="Start").focus()
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
