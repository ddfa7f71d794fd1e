"""The frame of every explorer: a card with a title, one main action, choices as buttons, and a link to be copied."""

import pytest
from checks import DESKTOP, PHONE
from exploring import WORK

from cnnfigs.explorers.registry import EXPLORERS
from cnnfigs.parameters import Choice

every_explorer = pytest.mark.parametrize("name", EXPLORERS)


@every_explorer
@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_its_title_stands_on_top_and_is_its_name(open_explorer, name, window):
    opened = open_explorer(name, viewport=window)
    title = EXPLORERS[name].title
    group = opened.element.get_by_role("group", name=title, exact=True)
    assert group.count() == 1
    box, heading = group.bounding_box(), opened.element.get_by_text(title, exact=True).bounding_box()
    assert 0 < heading["y"] - box["y"] < 40
    look = group.evaluate(
        "card => [getComputedStyle(card), getComputedStyle(document.body)].map(s => s.backgroundColor)"
    )
    assert look[0] != look[1], "it stands out from the page"


def test_titles_differ_and_are_words():
    titles = [explorer.title for explorer in EXPLORERS.values()]
    assert len(set(titles)) == len(titles)
    assert all(" " in title and title.lower() not in EXPLORERS for title in titles)


@every_explorer
@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_at_most_one_action_stands_out(open_explorer, name, motion):
    opened = open_explorer(name, reduced_motion=motion)
    filled = opened.element.evaluate(
        """({shadowRoot}) => {
            const probe = document.createElement("i");
            probe.style.color = "var(--cnn-accent)";
            document.body.append(probe);
            const accent = getComputedStyle(probe).color;
            probe.remove();
            return [...shadowRoot.querySelectorAll("button")]
                .filter(each => each.checkVisibility() && getComputedStyle(each).backgroundColor === accent)
                .map(each => each.textContent);
        }"""
    )
    main = {
        "convolution": "Step" if motion == "reduce" else "Play",
        "pooling": "Step" if motion == "reduce" else "Play",
        "receptive-field": "Add a layer",
        "digit-pad": "Clear",
        "digit": "Clear",
        "hierarchy": "Take it apart",
        "own-photo": "Look inside",
        "which-ink": "Clear",
        "train": "Train",
        "design": "Add a block",
        "break": "Ask 500 digits",
    }
    assert filled == ([main[name]] if name in main else [])


@every_explorer
def test_two_or_three_choices_are_buttons(open_explorer, name):
    opened = open_explorer(name)
    opened.element.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
    sizes = opened.element.locator("select").evaluate_all("lists => lists.map(({options}) => options.length)")
    assert all(size > 3 for size in sizes)
    pressed = "groups => groups.map(each => ['legend', ':checked'].map(part => each.querySelector(part)))"
    pressed = pressed.replace("(part))", "(part)).map((found, at) => at ? found.value : found.textContent)")
    shown = dict(opened.element.get_by_role("radiogroup").evaluate_all(pressed))
    for setting, kind in EXPLORERS[name].settings.items():
        # What is folded, covered or shown has buttons of its own.
        own = setting in ("more", "cover", "show")
        if isinstance(kind.values, Choice) and len(kind.values.options) <= 3 and not own:
            assert shown[kind.label] == kind.default


def test_buttons_of_a_choice_are_one_stop_and_answer_to_arrows(open_explorer):
    opened = open_explorer("convolution")
    keyboard = opened.page.keyboard
    group = opened.element.get_by_role("radiogroup", name="Padding")
    group.get_by_role("radio", name="valid").focus()
    keyboard.press("ArrowRight")
    assert opened.state["padding"] == "same"
    keyboard.press("ArrowLeft")
    keyboard.press("ArrowLeft")
    assert opened.state["padding"] == "explicit"
    assert group.get_by_role("radio", name="explicit").is_checked()
    keyboard.press("Tab")
    focused = "({shadowRoot}) => shadowRoot.activeElement.labels[0].textContent"
    assert opened.element.evaluate(focused).startswith("Strides")


def test_after_a_refusal_the_button_of_what_is_so_is_pressed(open_explorer):
    opened = open_explorer("convolution", "operation=transposed&size=2&before=5&after=5&more=on")
    opened.element.get_by_role("radio", name="explicit").click()
    assert "nothing is left of the output" in opened.complaint
    assert opened.element.get_by_role("radio", name="valid").is_checked()


def comes_into_view(opened):
    """Whoever follows the link comes to the explorer; the page scrolls there smoothly."""
    seen = "([element]) => element.getBoundingClientRect().top < innerHeight - 100"
    opened.page.wait_for_function(seen, arg=[opened.element.element_handle()])


@every_explorer
def test_the_address_is_copied_with_what_is_set(open_explorer, name):
    opened = open_explorer(name, load=True)
    opened.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.element.evaluate("(element, work) => element.change(work)", WORK[name])
    work = opened.state
    button = opened.element.get_by_role("button", name="Copy link")
    opened.listen()
    button.press("Enter")
    opened.element.get_by_text("Copied", exact=True).wait_for()
    assert opened.heard == ["Copied"]
    copied = opened.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"{opened.page.url.partition('#')[0]}#explore-{name}?")
    opened.page.goto("about:blank")
    opened.page.goto(copied)
    opened.element.locator(".explorer").wait_for()
    assert opened.state == work
    comes_into_view(opened)


def test_without_settings_the_address_leads_to_the_explorer(open_explorer):
    opened = open_explorer("pooling", load=True)
    link = opened.element.evaluate("element => element.link")
    assert link.endswith("playground.html#explore-pooling?")
    opened.page.goto("about:blank")
    opened.page.goto(link)
    opened.element.locator(".explorer").wait_for()
    assert opened.complaint == ""
    comes_into_view(opened)


def test_where_nothing_may_be_copied_the_address_is_shown_and_marked(open_explorer):
    opened = open_explorer("pooling", "way=average", load=True)
    opened.page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    field = opened.element.get_by_label("Address of this explorer")
    assert field.count() == 0 or not field.is_visible()
    opened.element.get_by_role("button", name="Copy link").click()
    assert field.input_value().endswith("#explore-pooling?way=average")
    assert field.get_attribute("readonly") is not None
    marked = field.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)")
    assert marked == field.input_value()
    assert field.evaluate("field => field.getRootNode().activeElement === field")


def test_a_picture_of_the_readers_is_in_no_address(open_explorer):
    opened = open_explorer("convolution")
    opened.element.evaluate(
        """element => {
            element.own = side => ({channels: 1, values: Array(side * side).fill(0.5)});
            element.change({picture: "upload", strides: 2});
        }"""
    )
    assert opened.element.evaluate("element => element.link").endswith("#explore-convolution?strides=2")


@pytest.mark.parametrize("name", ["convolution", "pooling"])
def test_with_the_whole_screen_cells_are_larger_and_all_is_seen(open_explorer, name):
    opened = open_explorer(name, load=True)
    size = "element => element.shadowRoot.querySelector('.output [role=gridcell] rect').width.baseVal.value"
    before, height = opened.element.evaluate(size), opened.element.locator(".explorer").bounding_box()["height"]
    opened.element.get_by_role("button", name="Full screen").click()
    opened.page.wait_for_function("() => document.fullscreenElement?.localName.startsWith('cnn-')")
    opened.page.wait_for_function(
        f"([element, before]) => ({size})(element) > 1.2 * before", arg=[opened.element.element_handle(), before]
    )
    assert opened.element.evaluate("element => element.scrollWidth <= element.clientWidth")
    step = opened.element.get_by_role("button", name="Step").bounding_box()
    assert step["y"] + step["height"] < DESKTOP["height"]
    opened.element.get_by_role("button", name="Leave full screen").click()
    opened.page.wait_for_function(
        f"([element, before]) => ({size})(element) === before", arg=[opened.element.element_handle(), before]
    )
    assert opened.element.locator(".explorer").bounding_box()["height"] == pytest.approx(height, abs=1)


@pytest.mark.parametrize("name", ["convolution", "peephole"])
def test_the_whole_screen_is_offered_where_it_is_of_use(open_explorer, name):
    for window, offered in ((DESKTOP, name == "convolution"), (PHONE, False)):
        opened = open_explorer(name, viewport=window)
        assert opened.element.get_by_role("button", name="Full screen").count() == int(offered)
