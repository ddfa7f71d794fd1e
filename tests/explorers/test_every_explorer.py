"""What holds for every explorer of the registry."""

import gzip
import json
import re
import zlib

import pytest
from browsers import CODE
from checks import DESKTOP, PHONE, foreign_fonts, run_axe
from exploring import FOLLOW, WORK, pages_of

from cnnfigs.explorers.assets import texts
from cnnfigs.explorers.registry import EXPLORERS
from cnnfigs.parameters import Choice, Whole

#: The most that all own scripts and style sheets may weigh, each compressed as a server does it.
LIMIT = 60_000

#: When somebody comes back, whatever waits for a moment happens before anything else can: as on a slow machine.
HURRY = """() => {
    const [later, never, waiting] = [setTimeout, clearTimeout, new Map()];
    window.setTimeout = (call, wait, ...others) => {
        const number = later(call, wait, ...others);
        if (wait > 100) waiting.set(number, call);
        return number;
    };
    window.clearTimeout = (number) => {
        waiting.delete(number);
        never(number);
    };
    addEventListener("popstate", () => {
        for (const [number, call] of waiting) {
            clearTimeout(number);
            call();
        }
    });
}"""

#: Go back and at once forward again: what the explorer shows there and here.
BACK_AND_FORWARD = """async element => {
    const once = (kind) => new Promise((done) => addEventListener(kind, done, {once: true}));
    element.change(element.state);  // which is still to be written
    history.back();
    await once("hashchange");
    const there = element.state;
    history.forward();
    await once("popstate");
    return [there, element.state];
}"""

#: What explorers have asked for before the page had loaded.
EARLY = """() => {
    const loaded = performance.getEntriesByType("navigation")[0].loadEventStart;
    return performance.getEntriesByType("resource")
        .filter(({name, startTime}) => /explorers\\/(?!loader)/.test(name) && startTime < loaded)
        .map(({name}) => name);
}"""

every_explorer = pytest.mark.parametrize("name", EXPLORERS)


#: What is seen of the figure that an explorer belongs to, of the explorer and of its words.
SEEN = """element => {
    const figures = [...document.querySelectorAll("figure")];
    const below = (one) => one.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING;
    const figure = figures.filter(below).at(-1) ?? figures[0];  // one that opens a page stands above its first
    const [here, there] = [element.getBoundingClientRect(), figure.getBoundingClientRect()];
    const caption = figure.querySelector("figcaption, table.cnn-table > caption");
    const pictures = [...figure.querySelectorAll("svg.cnn-figure, table.cnn-table, .cnn-rows")];  // for two widths
    const [words, inside] = [element.previousElementSibling, element.closest("figure") !== null];
    const seen = (each) => each.checkVisibility() && each.getBoundingClientRect().height > 10;
    return {
        inside, picture: pictures.filter(seen).length === 1, caption: seen(caption), explorer: seen(element),
        words: words.matches(".cnn-question") && seen(words),
        below: here.top >= there.bottom, above: here.bottom <= there.top,
    };
}"""


@every_explorer
@pytest.mark.parametrize("way", ["served", pytest.param("from disk", marks=pytest.mark.thorough)])
def test_it_stands_below_its_figure_which_stays(open_explorer, name, way):
    opened = open_explorer(name, way=way, load=True)
    opens = name == "digit-pad"  # the first page begins with it
    place = {"below": not opens, "above": opens}
    seen = {"inside": False, "picture": True, "caption": True, "explorer": True, "words": True, **place}
    assert opened.element.evaluate(SEEN) == seen
    assert opened.element.locator(".explorer").is_visible()
    assert len(opened.told) > 10
    assert opened.complaint == ""
    assert opened.page.evaluate(EARLY) == []
    opened.page.emulate_media(media="print")
    on_paper = opened.element.evaluate(SEEN)
    assert (on_paper["picture"], on_paper["caption"]) == (True, True)
    assert (on_paper["explorer"], on_paper["words"]) == (False, False), "paper has no room for what cannot run"


@every_explorer
def test_without_javascript_there_is_the_figure_and_no_empty_box(open_explorer, name):
    opened = open_explorer(name, wait=False, java_script_enabled=False)
    seen = opened.element.evaluate(SEEN)
    assert (seen["picture"], seen["caption"]) == (True, True)
    assert (seen["explorer"], seen["words"]) == (False, False)


@every_explorer
def test_every_text_is_drawn_with_a_font_of_the_site(open_explorer, name):
    assert foreign_fonts(open_explorer(name).page, CODE) == []


def axe_violations(page, names):
    found = run_axe(page, {"include": [[f"cnn-{name}"] for name in names]})
    return [f"{each['id']}: {node['html'][:160]} {node['failureSummary']}" for each in found for node in each["nodes"]]


@pytest.mark.thorough
@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing(tabs, site, served, window):
    """All explorers of a page run, unfolded, then each with a complaint; in both themes."""
    pages = {}
    for name in EXPLORERS:
        pages.setdefault(pages_of(site, name)[0], []).append(name)
    phone = {"has_touch": True, "is_mobile": True} if window == PHONE else {}
    for address, names in pages.items():
        with tabs.open(served, viewport=window, **phone) as page:
            page.goto(f"{served}/{address}#" + ";".join(f"explore-{name}?" for name in names))
            for name in names:
                page.locator(f"cnn-{name} .explorer").wait_for()
            # What floats over the page covers now this and now that.
            page.evaluate("document.querySelectorAll('.mobile-header, .back-to-top').forEach(each => each.remove())")
            page.locator("[data-scripts] details").evaluate_all("all => all.forEach(each => each.open = true)")
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme)
                assert axe_violations(page, names) == [], theme
            page.evaluate(f"location.hash = '{';'.join(f'explore-{name}?no_such_setting=1' for name in names)}'")
            for name in names:
                page.locator(f"cnn-{name} .complaint:not(:empty)").wait_for()
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme)
                assert axe_violations(page, names) == [], theme


HOSTILE = [
    "<img src=x onerror=alert(1)>=1",
    "%3Cscript%3Ealert(1)%3C/script%3E=%3Cb%3E",
    "__proto__=1&constructor=2",
    "toString=1",
    "=&=&=",
    "%",
    "%E0%A4%A=%FF",
    "a" * 50_000,
    "a?b?c=d",
]


#: What an explorer is set to, and how many elements are in it that an address could try to make.
LOOK = """element => [element.state, element.shadowRoot.querySelectorAll("img, script, iframe, b").length]"""
#: That, and its complaint, after each of some fragments.
TRY = f"""async (element, fragments) => {{
    const [follow, look, answers] = [{FOLLOW}, {LOOK}, []];
    for (const fragment of fragments) {{
        element.complain("");
        await follow(fragment);
        answers.push([...look(element), element.complaint.textContent]);
    }}
    return answers;
}}"""


@every_explorer
def test_a_hostile_address_changes_nothing_and_is_told(open_explorer, name):
    opened = open_explorer(name)
    before, elements = opened.element.evaluate(LOOK)
    values = [f"{setting}={value}" for setting in EXPLORERS[name].settings for value in ("<b>", "-1e9", "NaN", "𝟚")]
    wanted = [f"explore-{name}?{settings}" for settings in HOSTILE + values]
    for fragment, (state, count, complaint) in zip(wanted, opened.element.evaluate(TRY, wanted), strict=True):
        assert complaint.endswith("."), fragment
        assert state == before, fragment
        assert count == elements, fragment
    others = ["top", ";;;", f"explore-{name}", "explore-?x=1", ";?;=?&;", f"explore-{name}?"]
    for fragment, (state, _, _) in zip(others, opened.element.evaluate(TRY, others), strict=True):
        assert state == before, fragment
    # The page goes on working.
    opened.set(next(iter_accepted(name)))
    assert opened.complaint == ""


def iter_accepted(name):
    for setting, kind in EXPLORERS[name].settings.items():
        yield f"{setting}={kind.default}"


@every_explorer
def test_every_value_is_shown_or_refused_in_a_sentence(open_explorer, name):
    """Each value of each setting, alone and on top of the others, either shows or is refused; no script fails."""
    opened = open_explorer(name)
    wanted = []
    for setting, kind in EXPLORERS[name].settings.items():
        match kind.values:
            case Choice(options=options):
                wanted += [{setting: option} for option in options]
            case Whole(least=least, most=most):
                wanted += [{setting: value} for value in sorted({least, least + 1, most - 1, most})]
            case _:
                wanted.append({setting: kind.default})
    answers = opened.element.evaluate(
        """(element, wanted) => wanted.map(settings => {
            element.change(element.defaults);
            element.change(settings);
            const alone = element.complaint.textContent;
            const [[name, value]] = Object.entries(settings);
            return {settings, alone, taken: String(element.state[name]) === String(value)};
        })""",
        wanted,
    )
    for answer in answers:
        assert answer["taken"] == (answer["alone"] == ""), answer
    assert sum(answer["taken"] for answer in answers) > len(answers) / 2
    # On top of each other, in an order that no one thought of.
    sentences = opened.element.evaluate(
        "(element, all) => all.map(settings => (element.change(settings), element.complaint.textContent))",
        sorted(wanted, key=lambda each: zlib.crc32(json.dumps(each).encode())),
    )
    assert all(sentence == "" or sentence.endswith(".") for sentence in sentences)
    assert opened.element.locator(".explorer").is_visible()


@every_explorer
def test_on_a_phone_all_fits_and_can_be_hit(open_explorer, name):
    opened = open_explorer(name, viewport=PHONE, has_touch=True, is_mobile=True)
    opened.element.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    small = opened.element.evaluate(
        """element => [...element.shadowRoot.querySelectorAll("select, button, summary, .file, .segments label")]
            .map(each => [each.textContent.slice(0, 30), each.getBoundingClientRect()])
            .filter(([, {width, height}]) => width && (height < 44 || width < 40))
            .map(([text, {width, height}]) => `${text}: ${width}×${height}`)"""
    )
    assert small == []


#: Where most values of lists are refused.
TIGHT = {
    "convolution": "size=3",
    "pooling": "size=3&pool_size=3",
    "receptive-field": "layers=c11s4,c3s2",
    "design": "blocks=8k3p,8k3p,8k5",
}


@every_explorer
def test_after_a_refusal_every_list_shows_what_is_so(open_explorer, name):
    """Every value is chosen, as a reader does it; what is refused leaves all lists and buttons as they were."""
    opened = open_explorer(name, TIGHT.get(name, ""))
    refused, wrong = opened.element.evaluate(
        """element => {
            const lists = [...element.shadowRoot.querySelectorAll("select")];
            const pressed = [...element.shadowRoot.querySelectorAll(".segments input")];
            const shown = () => [...lists.map(list => list.value), ...pressed.map(each => each.checked)].join();
            const wrong = [];
            let refused = 0;
            const start = element.state;
            const attempt = (control, value, choose) => {
                if (value === "upload") return; // it opens a window of the browser
                const [before, state] = [shown(), JSON.stringify(element.state)];
                element.complain("");
                choose();
                control.dispatchEvent(new Event("change"));
                if (!element.complaint.textContent) return;
                refused++;
                if (shown() !== before || JSON.stringify(element.state) !== state)
                    wrong.push(`${control.labels[0].textContent} ${value}: ${element.complaint.textContent}`);
            };
            for (const list of lists) for (const {value} of list.options) {
                if (value === list.options[0].value) element.change(start);
                attempt(list, value, () => list.value = value);
            }
            for (const button of pressed) {
                element.change(start);
                attempt(button, button.value, () => button.checked = true);
            }
            return [refused, wrong];
        }"""
    )
    assert wrong == []
    assert (refused > 0) == (name in TIGHT)


@pytest.mark.thorough
@every_explorer
def test_work_outlives_a_click_in_the_contents(open_explorer, name):
    opened = open_explorer(name, viewport={"width": 1500, "height": 900})
    opened.element.evaluate("(element, work) => element.change(work)", WORK[name])
    work = opened.state
    heading = opened.page.locator(".toc-tree a[href^='#']:not([href='#'])").last
    place = heading.get_attribute("href")
    heading.click()
    told = f"explore-{name}?"
    both = "([place, told]) => location.hash.startsWith(`${place};`) && location.hash.includes(told)"
    opened.page.wait_for_function(both, arg=[place, told])
    assert opened.state == work
    # It is still there after the page was loaded anew, at the heading; and without the work nothing is left of it.
    address = opened.page.url
    opened.page.goto("about:blank")
    opened.page.goto(address)
    opened.element.locator(".explorer").wait_for()
    assert opened.state == work
    opened.page.wait_for_function(
        """place => Math.abs(document.querySelector(place).getBoundingClientRect().top) < 200
            || scrollY + innerHeight >= document.documentElement.scrollHeight - 2""",
        arg=place,
    )
    opened.element.evaluate("element => element.change(element.defaults)")
    opened.page.wait_for_function("place => location.hash === place", arg=place)


@every_explorer
def test_back_leads_to_what_was_there(open_explorer, name):
    """To the defaults, where the address says nothing; and forward to the work again."""
    opened = open_explorer(name)
    before = opened.state
    opened.set("&".join(f"{setting}={value}" for setting, value in WORK[name].items()))
    work = opened.state
    assert work != before
    same = "([element, state]) => JSON.stringify(element.state) === JSON.stringify(state)"
    for way, state in ((opened.page.go_back, before), (opened.page.go_forward, work), (opened.page.go_back, before)):
        way()
        opened.page.wait_for_function(same, arg=[opened.element.element_handle(), state])


@every_explorer
def test_back_leads_there_though_what_was_before_was_still_to_be_written(open_explorer, name):
    opened = open_explorer(name)
    opened.page.evaluate(HURRY)
    before = opened.state
    opened.set("&".join(f"{setting}={value}" for setting, value in WORK[name].items()))
    work = opened.state
    assert work != before
    assert opened.element.evaluate(BACK_AND_FORWARD) == [before, work]


@every_explorer
def test_everything_that_takes_the_focus_has_a_name(open_explorer, name):
    opened = open_explorer(name)
    found = opened.element.evaluate(
        """({shadowRoot}) => {
            shadowRoot.querySelectorAll("details").forEach(each => each.open = true);
            const name = each => (each.ariaLabel ?? each.labels?.[0]?.textContent ?? each.textContent).trim();
            const kinds = "[tabindex], button, input, select, summary, [role=gridcell]:not(:has(input))";
            const all = [...shadowRoot.querySelectorAll(kinds)];
            const sliders = all.filter(each => each.type === "range");
            return {
                count: all.length,
                nameless: all.filter(each => each.checkVisibility() && !name(each)).map(each => each.outerHTML),
                sliders: sliders.map(each => each.getAttribute("aria-valuetext")),
            };
        }"""
    )
    assert found["count"] > 3
    assert found["nameless"] == []
    for value in found["sliders"]:
        assert value is not None, "a slider says a bare number"
        assert re.search(r"[A-Za-z]{2}", value), value


@every_explorer
def test_no_button_takes_the_focus_away(open_explorer, name):
    """Each is pressed as a keyboard does it, in what a reader has made, and so are those that appear then."""
    opened = open_explorer(name, "&".join(f"{setting}={value}" for setting, value in WORK[name].items()), load=True)
    pressed, lost = opened.element.evaluate(
        """async ({shadowRoot}) => {
            const frame = () => new Promise(requestAnimationFrame);
            const [pressed, lost] = [new Set(), []];
            const called = (each) => each.ariaLabel ?? each.textContent;
            const next = () => [...shadowRoot.querySelectorAll("button:not(.whole-screen)")]
                .find((each) => each.checkVisibility() && !pressed.has(called(each)));
            for (let button; (button = next()) && pressed.size < 80; ) {
                const name = called(button);
                pressed.add(name);
                button.focus();
                button.click();
                for (let count = 0; count < 3; count++) await frame();
                if (!shadowRoot.activeElement?.checkVisibility()) lost.push(name);
            }
            return [pressed.size, lost];
        }"""
    )
    assert pressed > 2
    assert lost == []


#: Where what has the focus is seen, once the page is at rest: what sticks to an end of the window may cover it.
FOCUSED = """async ({shadowRoot}) => {
    for (let frame = 0, at; frame < 60 && at !== scrollY; frame++) {
        at = scrollY;
        for (let more = 0; more < 2; more++) await new Promise(requestAnimationFrame);
    }
    const active = shadowRoot.activeElement;
    if (!active) return null;
    const seen = active.type === "radio" ? active.parentNode : active;
    const box = seen.getBoundingClientRect();
    const stuck = [...shadowRoot.querySelectorAll(".explorer *")].filter((each) =>
        getComputedStyle(each).position === "sticky" && !each.contains(active) && each.checkVisibility());
    const covers = ({top, bottom}) => top <= box.top + 1 && bottom >= box.bottom - 1;
    const hidden = box.bottom <= 1 || box.top >= innerHeight - 1 ||
        stuck.some((each) => getComputedStyle(each).zIndex === "1" && covers(each.getBoundingClientRect()));
    return [active.ariaLabel ?? active.labels?.[0]?.textContent ?? active.textContent, hidden];
}"""


@pytest.mark.thorough
@every_explorer
@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_what_the_keyboard_leads_to_is_seen(open_explorer, name, window):
    """Forth and back, through all that is unfolded."""
    opened = open_explorer(name, viewport=window, reduced_motion="reduce")
    opened.element.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
    opened.element.get_by_role("button", name="Copy link").focus()
    hidden, seen = [], 0
    for key in ("Tab", "Shift+Tab"):
        opened.page.keyboard.press(key)
        while focused := opened.element.evaluate(FOCUSED):
            seen += 1
            hidden += [(key, focused[0])] if focused[1] else []
            opened.page.keyboard.press(key)
        # Out at this end, and in again.
    assert seen > 8
    assert hidden == []


@every_explorer
def test_what_is_shown_below_a_heading_is_told_too(open_explorer, name):
    """A panel with nothing but a heading is a promise to those who hear it."""
    empty = open_explorer(name).element.evaluate(
        """({shadowRoot}) => [...shadowRoot.querySelectorAll(".panel")]
            .filter((panel) => panel.checkVisibility() && !panel.closest("[aria-hidden=true]"))
            .filter((panel) => ![...panel.querySelectorAll("[role], button, input, select, table, p:not(.heading)")]
                .some((each) => !each.closest("[aria-hidden=true]")))
            .map((panel) => panel.textContent)"""
    )
    assert empty == []


def test_all_explorers_together_are_light(site):
    folder = site / "_static" / "explorers"
    weights = {name: len(gzip.compress((folder / name).read_bytes(), 9)) for name in texts()}
    assert sum(weights.values()) <= LIMIT, weights


def test_a_page_loads_what_it_shows(open_explorer):
    """The files of the explorers that came near the view, each once, and of no other."""
    loaded = """() => performance.getEntriesByType("resource")
        .map(({name}) => /explorers\\/([^?]+)/.exec(name)?.[1]).filter((name) => name && !/^loader/.test(name))"""
    page = open_explorer("pooling", load=True).page
    page.wait_for_load_state("networkidle")
    started = page.evaluate(
        "[...document.querySelectorAll('[data-scripts]')].filter(each => each.root).map(each => each.localName)"
    )
    files = {file for tag in started for file in EXPLORERS[tag.removeprefix("cnn-")].files}
    assert "cnn-pooling" in started
    assert "cnn-hierarchy" not in started
    assert sorted(page.evaluate(loaded)) == sorted(files)
