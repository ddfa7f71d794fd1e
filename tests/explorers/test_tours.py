"""Tours of explorers in pages of the built site: each step, by mouse, touch and keys, on a desktop and on a phone."""

import io
import re
from collections import Counter
from dataclasses import dataclass
from urllib.parse import parse_qsl

import keras
import numpy as np
import pytest
from checks import DESKTOP, PHONE, Watch, open_page, run_axe
from exploring import SEVEN, Opened, draw_with_mouse
from lxml import html
from PIL import Image
from playwright.sync_api import expect
from scipy.stats import kstest

from cnnfigs.arithmetic.receptive import receptive_region
from cnnfigs.data import cat_photo
from cnnfigs.data.small_digits import SIDE, TEST, as_small_input, small_digits
from cnnfigs.explorers.registry import EXPLORERS, SMALL
from cnnfigs.models.imagenet import fitted, mobilenet_v2, network_input
from cnnfigs.models.records import layer_records
from cnnfigs.models.small import RECIPE, SMALL_NETWORKS
from cnnfigs.parameters import Whole

#: The explorers that are large enough to be lost in.
LARGE = {
    *("convolution", "pooling", "receptive-field", "digit", "which-ink"),
    *("hierarchy", "own-photo", "train", "design", "break"),
}
#: No sentence is longer than what a phone shows beside the part that it is about.
LONGEST = 240

every_tour = pytest.mark.parametrize("name", sorted(LARGE))
every_window = pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])


@dataclass(frozen=True)
class Step:
    """What a step says, what it sets, and which part it puts in the spotlight."""

    words: str
    settings: dict[str, str]
    part: str


@dataclass(frozen=True)
class Tour:
    """A tour, as its page has it."""

    page: str
    settings: dict[str, str]
    steps: list[Step]

    def state(self, name: str, step: Step) -> dict[str, object]:
        """What a step sets: what it says, and else what the page or the explorer says."""
        settings = EXPLORERS[name].settings
        own = {setting: kind.default for setting, kind in settings.items()}
        texts = {**own, **self.settings, **step.settings}
        return {key: int(text) if isinstance(settings[key].values, Whole) else text for key, text in texts.items()}


@pytest.fixture(scope="module")
def tours(site) -> dict[str, Tour]:
    """All tours by the name of their explorer."""
    found: dict[str, Tour] = {}
    for path in sorted(site.glob("*.html")):
        if "cnn-tour" not in (text := path.read_text("utf-8")):
            continue
        page = html.fromstring(text)
        for tour in page.find_class("cnn-tour"):
            name = tour.get("id").removeprefix("tour-")
            assert name not in found, f"a second tour of {name}, on {path.name}"
            steps = []
            for step in tour.iterfind("ol/li"):
                (link,) = step.find_class("cnn-explore")
                (part,) = step.xpath(".//@data-part")
                settings = dict(parse_qsl(link.get("href").partition("?")[2], keep_blank_values=True))
                steps.append(Step(" ".join(step.text_content().split()), settings, part))
            (element,) = page.xpath(f"//cnn-{name}")
            found[name] = Tour(path.name, dict(parse_qsl(element.get("data-settings", ""))), steps)
    return found


@dataclass
class Toured(Opened):
    """An explorer whose tour is taken."""

    def button(self, name: str):
        return self.element.get_by_role("group", name="Tour", exact=True).get_by_role("button", name=name, exact=True)

    @property
    def words(self) -> str:
        return " ".join(self.element.locator(".tour [role=status]").inner_text().split())

    @property
    def focused(self) -> str:
        return self.element.evaluate("({shadowRoot}) => shadowRoot.activeElement?.textContent ?? ''")


@pytest.fixture
def open_tour(tabs, site, served, tours):
    """Open the page of a tour, and wait until its explorer runs; at the end, nothing may have gone wrong."""
    opened, watches = [], []

    def start(name: str, *, way: str = "served", **options) -> Toured:
        origin = served if way == "served" else site.as_uri()
        options = {"viewport": DESKTOP, "color_scheme": "light", **options}
        if options["viewport"] == PHONE:
            options |= {"has_touch": True, "is_mobile": True}
        context = tabs.open(origin, **options)
        page = context.__enter__()
        opened.append(context)
        watches.append(Watch(page, origin))
        open_page(page, f"{origin}/{tours[name].page}")
        element = page.locator(f"cnn-{name}")
        element.evaluate("element => element.scrollIntoView({behavior: 'instant'})")
        element.locator(".explorer").wait_for()
        return Toured(page, element, name)

    yield start
    problems = [problem for watch in watches for problem in watch.problems]
    for context in opened:
        context.__exit__(None, None, None)
    assert problems == []


def test_each_large_explorer_has_a_tour(tours):
    assert set(tours) == LARGE


@every_tour
def test_steps_are_short(tours, name):
    assert [step.words for step in tours[name].steps if len(step.words) > LONGEST] == []


#: What is in the spotlight, what is told of it, and what the reader steers with.
SEEN = """({shadowRoot}) => {
    const box = (each) => each.getBoundingClientRect().toJSON();
    const lit = [...shadowRoot.querySelectorAll(".spot")].filter((each) => each.checkVisibility()).map(box);
    const buttons = [...shadowRoot.querySelectorAll(".tour button")].filter((each) => each.checkVisibility()).map(box);
    return {
        lit, buttons, tour: box(shadowRoot.querySelector(".tour")), card: box(shadowRoot.querySelector(".explorer")),
        wide: document.documentElement.scrollWidth, high: innerHeight,
    };
}"""


@every_tour
@every_window
def test_each_step_sets_the_explorer_and_shows_a_part_of_it(open_tour, tours, name, window):
    tour = tours[name]
    opened = open_tour(name, viewport=window)
    press = "tap" if window == PHONE else "click"
    getattr(opened.button("Take the tour"), press)()
    for number, step in enumerate(tour.steps, 1):
        assert opened.words == f"{number} of {len(tour.steps)} {step.words}"
        assert opened.state == tour.state(name, step), step
        assert opened.complaint == ""
        opened.come_to_rest()
        seen = opened.element.evaluate(SEEN)
        (lit,) = seen["lit"]
        assert lit["width"] > 20
        assert lit["height"] > 10
        # It begins below what is told, and ends in the window if there is room for it.
        told, room = seen["tour"], seen["high"] - seen["tour"]["bottom"]
        assert lit["top"] >= told["bottom"] - 1 or lit["bottom"] <= told["top"] + 1, step
        assert lit["top"] < seen["high"] - 60, step
        assert lit["bottom"] <= seen["high"] + 1 or lit["height"] > room - 40, step
        for each in (told, *seen["buttons"]):
            assert each["top"] >= 0, step
            assert each["bottom"] <= seen["high"], step
            assert each["left"] >= 0, step
            assert each["right"] <= window["width"], step
        if window == PHONE:
            assert min(each["height"] for each in seen["buttons"]) >= 44
        assert seen["wide"] <= window["width"]
        assert opened.focused == "Next"
        if number < len(tour.steps):
            getattr(opened.button("Next"), press)()
    opened.button("Next").dispatch_event("click")  # a tap would wait until it is enabled
    assert opened.words.startswith(f"{len(tour.steps)} of "), "there is nothing behind the last step"
    getattr(opened.button("End the tour"), press)()
    assert opened.words == ""
    assert opened.state == tour.state(name, tour.steps[-1]), "the reader goes on from there"
    assert opened.element.locator(".spot").count() == 0


@every_tour
@every_window
def test_axe_finds_nothing_in_either_theme(open_tour, tours, name, window):
    opened = open_tour(name, viewport=window)
    opened.page.evaluate("document.querySelectorAll('.mobile-header, .back-to-top').forEach(each => each.remove())")
    opened.button("Take the tour").click()
    # What stays in view covers a part of what is behind it, until the reader scrolls on.
    opened.element.evaluate(
        """({shadowRoot}) => {
            for (const each of shadowRoot.querySelectorAll("*"))
                if (getComputedStyle(each).position === "sticky") each.style.position = "static";
        }"""
    )
    opened.come_to_rest()
    for theme in ("light", "dark"):
        opened.page.emulate_media(color_scheme=theme)
        found = run_axe(opened.page, {"include": [[f"cnn-{name}"]]})
        assert [(each["id"], node["html"][:160]) for each in found for node in each["nodes"]] == [], theme


def test_it_is_taken_with_the_keyboard_alone_and_heard(open_tour, tours):
    steps = tours["pooling"].steps
    opened = open_tour("pooling")
    opened.listen()
    opened.button("Take the tour").focus()
    opened.page.keyboard.press("Enter")
    assert opened.focused == "Next"
    opened.page.keyboard.press("Enter")
    opened.page.keyboard.press("Space")
    heard = [" ".join(sentence.split()) for sentence in opened.heard]
    for number in (1, 2, 3):
        assert heard.count(f"{number} of {len(steps)} {steps[number - 1].words}") == 1
    # Arrow keys scroll the page, as they do anywhere.
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft"):
        opened.page.keyboard.press(key)
    assert opened.words.startswith("3 of ")
    opened.page.keyboard.press("Shift+Tab")
    assert opened.focused == "Back"
    opened.page.keyboard.press("Enter")
    assert opened.words.startswith("2 of ")
    opened.page.keyboard.press("Escape")
    assert opened.words == ""
    assert opened.focused == "Take the tour"


#: That nothing is being searched or computed.
AT_REST = "([element]) => !/Searching …|goes through the network/.test(element.shadowRoot.textContent)"
#: What has the focus, and what is said, in the order in which it comes.
FOLLOW_ALONG = """element => {
    element.came = [];
    const {shadowRoot} = element;
    const words = (each) => each.textContent.replace(/\\s+/g, " ").trim();
    shadowRoot.addEventListener("focusin", ({target}) => note(target));
    const note = (each) => element.came.at(-1) !== words(each) && element.came.push(words(each));
    new MutationObserver((records) => {
        const live = records.map(({target}) => target.parentElement && target.closest?.("[role=status], [role=alert]"));
        live.filter((each) => each?.textContent).forEach(note);
    }).observe(shadowRoot, {childList: true, characterData: true, subtree: true});
}"""


@every_tour
def test_each_step_is_heard_once_and_before_what_it_shows(open_tour, tours, name):
    """First what has the focus, so that it cuts nothing short; then the words; then what the explorer says."""
    opened = open_tour(name)
    opened.element.evaluate(FOLLOW_ALONG)
    opened.button("Take the tour").focus()
    steps = tours[name].steps
    for number, step in enumerate(steps, 1):
        opened.element.evaluate("element => element.came.splice(0)")
        opened.page.keyboard.press("Enter")
        opened.come_to_rest()
        opened.page.wait_for_function(AT_REST, arg=[opened.element.element_handle()])
        came = opened.element.evaluate("element => element.came")
        words = f"{number} of {len(steps)} {step.words}"
        assert came[: 2 - (number > 1)] == (["Next"] if number == 1 else []) + [words]
        assert came.count(words) == 1
        expect(opened.button("Next")).to_have_accessible_description("")


@pytest.mark.parametrize("name", ["digit", "which-ink"])
def test_escape_lifts_the_pen_before_it_ends_the_tour(open_tour, name):
    opened = open_tour(name)
    opened.button("Take the tour").click()
    pen = opened.element.get_by_role("grid", name=re.compile("^Paper")).get_by_role("gridcell")
    pen.focus()
    opened.page.keyboard.press("Space")
    assert pen.get_attribute("aria-label").endswith("pen down")
    opened.page.keyboard.press("Escape")
    assert pen.get_attribute("aria-label").endswith("pen up")
    assert opened.words.startswith("1 of ")
    opened.page.keyboard.press("Escape")
    assert opened.words == ""


def test_who_cannot_go_back_keeps_the_focus(open_tour):
    opened = open_tour("pooling")
    opened.button("Take the tour").click()
    opened.button("Next").click()
    opened.button("Back").click()
    assert opened.words.startswith("1 of ")
    assert opened.focused == "Back"
    opened.page.keyboard.press("Enter")
    assert opened.words.startswith("1 of ")
    assert opened.focused == "Back"


def test_what_the_focus_comes_to_is_not_below_what_is_told(open_tour):
    opened = open_tour("digit", viewport=PHONE)
    opened.button("Take the tour").tap()
    opened.come_to_rest()
    for _ in range(12):
        opened.page.keyboard.press("Tab")
        opened.come_to_rest()
        below, inside, here, told = opened.element.evaluate(
            """({shadowRoot}) => {
                const [active, tour] = [shadowRoot.activeElement, shadowRoot.querySelector(".tour")];
                const [{top}, {bottom}] = [active, tour].map((each) => each.getBoundingClientRect());
                return [top >= bottom - 1, tour.contains(active), top, bottom];
            }"""
        )
        assert below or inside, (here, told)


def test_back_leads_to_what_was_there_and_leaves_the_tour(open_tour, tours):
    tour = tours["pooling"]
    opened = open_tour("pooling")
    opened.element.evaluate("element => element.change({way: 'average', right: 2})")
    before = opened.state
    opened.button("Take the tour").click()  # at once: what was set is not in the address yet
    for _ in range(2):
        opened.button("Next").click()
    assert opened.state == tour.state("pooling", tour.steps[2])
    opened.page.wait_for_function("() => location.hash.endsWith('explore-pooling?right=1')")
    opened.page.go_back()
    opened.page.wait_for_function("() => location.hash.includes('way=average')")
    assert opened.words == ""
    assert opened.state == before


def test_a_link_of_the_page_leaves_the_tour(open_tour):
    opened = open_tour("pooling")
    opened.button("Take the tour").click()
    opened.page.locator(".cnn-question a.cnn-explore").first.click()
    opened.page.wait_for_function("() => location.hash.includes('way=')")
    assert opened.words == ""


def test_there_is_one_tour_at_a_time(open_tour):
    opened = open_tour("own-photo")
    opened.button("Take the tour").click()
    assert opened.words.startswith("1 of ")
    other = Toured(opened.page, opened.page.locator("cnn-hierarchy"), "hierarchy")
    other.element.evaluate("element => element.scrollIntoView({behavior: 'instant'})")
    other.button("Take the tour").click()
    assert other.words.startswith("1 of ")
    assert other.focused == "Next"
    assert opened.words == ""
    assert opened.button("Take the tour").is_visible()


def test_it_works_from_disk(open_tour, tours):
    tour = tours["pooling"]
    opened = open_tour("pooling", way="from disk")
    opened.button("Take the tour").click()
    for _ in range(3):
        opened.button("Next").click()
    assert opened.state == tour.state("pooling", tour.steps[3])


@pytest.mark.parametrize("wanted", ["reduce", "no-preference"])
def test_it_scrolls_gently_unless_nothing_is_to_move(open_tour, wanted):
    opened = open_tour("digit", reduced_motion=wanted)
    opened.button("Take the tour").click()
    behavior = opened.page.evaluate("getComputedStyle(document.documentElement).scrollBehavior")
    assert behavior == ("auto" if wanted == "reduce" else "smooth")


def test_in_a_low_window_nothing_is_covered(open_tour):
    """Zoomed to 400 %, a window of 1,280 pixels has 320: what is told then scrolls with the rest."""
    opened = open_tour("pooling", viewport={"width": 320, "height": 256})
    opened.button("Take the tour").click()
    for _ in range(2):
        opened.button("Next").click()
        opened.come_to_rest()
        assert (
            opened.element.evaluate("({shadowRoot}) => getComputedStyle(shadowRoot.querySelector('.tour')).position")
            == "relative"
        )
        (lit,) = opened.element.evaluate(SEEN)["lit"]
        assert lit["top"] < 256
        assert lit["bottom"] > 0
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 320


LISTED = "tour => tour.checkVisibility() && tour.getBoundingClientRect().height > 40"


@every_tour
def test_the_list_is_there_where_no_script_runs_and_on_paper(open_tour, tabs, served, tours, name):
    opened = open_tour(name)
    listed = opened.page.locator(f"#tour-{name}")
    assert not listed.evaluate(LISTED)
    opened.page.emulate_media(media="print")
    assert listed.evaluate(LISTED)
    assert not opened.button("Take the tour").is_visible()
    with tabs.open(served, viewport=PHONE, java_script_enabled=False) as page:
        page.goto(f"{served}/{tours[name].page}")
        listed = page.locator(f"#tour-{name}")
        assert listed.evaluate(LISTED)
        assert listed.get_by_role("listitem").count() == listed.get_by_role("link").count() == len(tours[name].steps)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.fixture(scope="module")
def facts_of(tabs, served, tours):
    """What is computed at each step of a tour: a function of the element, asked at each."""

    def ask(name: str, question: str) -> list:
        with tabs.open(served, viewport=DESKTOP) as page:
            page.goto(f"{served}/{tours[name].page}")
            element = page.locator(f"cnn-{name}")
            element.evaluate("element => element.scrollIntoView({behavior: 'instant'})")
            element.locator(".explorer").wait_for()
            answers = []
            for step in tours[name].steps:
                element.evaluate(
                    "(element, wanted) => element.change({...element.defaults, ...wanted})", dict(step.settings)
                )
                page.wait_for_function(AT_REST, arg=[element.element_handle()])
                answers.append(element.evaluate(question))
            return answers

    return ask


def moved(values, side, down, right):
    """Values of a square that is moved, without what comes in at the edges."""
    rows = [values[side * row : side * (row + 1)] for row in range(side)]
    return [row[: side - right] for row in rows[: side - down]]


def test_what_the_tour_of_convolution_says_is_so(facts_of):
    _, _, upright, lying, relu, padded, large, copied = facts_of(
        "convolution", "({values, image}) => [[...values], [...image.values]]"
    )
    assert min(upright[0]) < 0 < max(upright[0])
    # Of each row of the output, what is positive is on another side of the stroke than what is negative.
    assert upright[0].index(max(upright[0])) != lying[0].index(max(lying[0]))
    assert relu[0] == [max(value, 0) for value in upright[0]]
    assert len(padded[0]) == len(padded[1])
    assert len(large[0]) < len(padded[0])
    assert copied[0] == copied[1]


def test_what_the_tour_of_pooling_says_is_so(facts_of):
    question = """({values, image, moved}) => {
        const changed = moved && [moved.input, moved.output].map((text) => text.match(/\\d+/g).map(Number));
        return [[...values], [...image.values], changed];
    }"""
    still, _, one, mean, two, overlapping, _ = facts_of("pooling", question)
    assert len(still[1]) == 4 * len(still[0])
    assert one[2][1][0] < mean[2][1][0], "more numbers change with the mean"
    side = 4
    assert moved(still[0], side, 0, 1) == [two[0][side * row + 1 : side * (row + 1)] for row in range(side)]
    assert len(overlapping[0]) == 7**2


def test_what_the_tour_of_receptive_fields_says_is_so(facts_of):
    first, third, last, _, unpooled, small, large, _ = facts_of(
        "receptive-field", "({field, side}) => [field.size, side]"
    )
    assert first[0] == 3
    assert first[0] < third[0] < last[0] < last[1]
    assert 3 < unpooled[0] < last[0]
    assert small[0] < 0.1 * small[1]
    assert 0.75 < (large[0] / large[1]) ** 2 < 1
    # One more layer is enough, at the right place.
    one_more = "element => element.change({...element.defaults, layers: 'c11,c3,p2s2,c3,p2s2,c3'})"
    fields = facts_of("receptive-field", f"element => (({one_more})(element), element.field.size)")
    assert fields[-1] == 28


ANSWERS = """({networks, image}) =>
    Object.fromEntries(networks.map((each) => [each.name, cnn.best(each.copy().run(image))]))"""


def test_what_the_tour_of_the_digit_says_is_so(facts_of):
    answers = facts_of("digit", ANSWERS)
    assert set(answers[0].values()) == {4}
    assert answers[1]["dense_131"] != 4
    assert answers[1]["convnet_global_max"] == 4
    chosen = facts_of("digit", "({network, chosen}) => network.field(chosen.index, chosen.unit)")
    assert chosen[3]["height"] < chosen[4]["height"]
    assert chosen[4]["height"] >= 14, "a large piece of 28 rows"
    question = "({sum}) => [...sum.querySelectorAll('li')].filter((each) => !each.hidden).length"
    assert facts_of("digit", question)[3] > 3


def test_what_the_tour_of_which_ink_matters_says_is_so(facts_of):
    question = """({finding, numbers, image, slopes}) => [finding.textContent, [...numbers], [...image]]"""
    first, _, nine, flipped, zero, _ = facts_of("which-ink", question)
    share = re.search(r"([\d.]+)\s%\sof all strength lies on the ink", first[0])
    assert float(share[1]) < 50
    assert "adds up for 4" in first[0]
    assert "adds up for 9" in nine[0]
    upper = slice(4 * 28, 10 * 28)  # the rows of its upper ends
    assert np.dot(first[1][upper], nine[1][upper]) < 0, "what speaks for one mostly speaks against the other"
    assert re.match(r"Now .*convnet says 9", flipped[0])
    changes = [float(re.search(r"by more than ([\d.]+)", each[0])[1]) for each in (flipped, zero)]
    assert changes[0] < changes[1]


PIECES = """({shown, shadowRoot, canvas}) => {
    const pixels = (each) => [...each.getContext("2d").getImageData(0, 0, each.width, each.height).data];
    const pieces = [...shadowRoot.querySelectorAll(".answer .kernel canvas")].filter((each) => each.checkVisibility());
    const whole = {sides: [canvas.height, canvas.width], pixels: pixels(canvas)};
    const {shape: [rows, columns, maps], values, places} = shown;
    const strongest = Array(maps).fill(0);
    values.forEach((value, at) => {
        const best = strongest[at % maps];
        if (value > values[best * maps + (at % maps)]) strongest[at % maps] = Math.floor(at / maps);
    });
    return {
        whole, places, strongest, shape: [rows, columns, maps],
        pieces: pieces.map((each) => ({sides: [each.height, each.width], pixels: pixels(each)})),
    };
}"""


def test_what_the_tour_of_ones_own_photo_says_is_so(open_tour, tours):
    """Beside the maps of Keras, of the same cat, and what its layers let a unit see."""
    steps = tours["own-photo"].steps
    photo = fitted(cat_photo())
    model = mobilenet_v2(*photo.shape[:2])
    records = layer_records(model)
    layers = list(dict.fromkeys(step.settings["layer"] for step in steps[1:]))
    opened = open_tour("own-photo")
    loaded = []
    opened.page.on("response", lambda response: loaded.append(response.url))
    there = "([element]) => Boolean(element.photo?.network && element.shown?.network === element.photo.network)"

    def ready():
        opened.page.wait_for_function(there, arg=[opened.element.element_handle()])

    opened.button("Take the tour").click()
    # 1: the button brings the weights and sends the photo through the first blocks; then it leads from map to map.
    assert not any("first-blocks" in address for address in loaded)
    opened.element.get_by_role("button", name="Look inside", exact=True).click()
    ready()
    assert any("first-blocks" in address for address in loaded)
    ours = opened.element.evaluate("element => element.photo.network.layers.map(({name}) => name)")
    assert set(layers) < {*ours}
    names = [layer.name for layer in model.layers]
    assert names.index(ours[-1]) < len(names) / 2
    # In the page the cat is a JPEG: so Keras gets its pixels.
    cat = opened.element.evaluate(PIECES)["whole"]
    photo = np.reshape(cat["pixels"], (*cat["sides"], 4))[..., :3].astype(np.uint8)
    outputs = keras.Model(model.inputs, [model.get_layer(name).output for name in layers])(
        [network_input(photo[np.newaxis])]
    )
    maps = {name: np.asarray(output)[0] for name, output in zip(layers, outputs, strict=True)}
    shown = opened.state["map"]
    opened.element.get_by_role("button", name="Next map", exact=True).click()
    assert opened.state["map"] == shown + 1

    seen = []
    for step in steps[1:]:
        opened.button("Next").click()
        ready()
        name, channel = step.settings["layer"], int(step.settings["map"])
        found = opened.element.evaluate(PIECES)
        assert found["shape"] == [*maps[name].shape]
        # The pieces are what its units see where Keras' map is strongest too.
        values = maps[name][..., channel]
        rows, columns = np.divmod(found["places"], values.shape[1])
        assert values[rows[0], columns[0]] == pytest.approx(values.max(), rel=0.01)
        whole = np.reshape(found["whole"]["pixels"], (*found["whole"]["sides"], 4))
        assert len(found["pieces"]) == 6
        for piece, place in zip(found["pieces"], zip(rows, columns, strict=True), strict=True):
            down, across = receptive_region(records, tuple(map(int, place)), name)
            assert piece["sides"] == [len(down), len(across)]
            pixels = np.reshape(piece["pixels"], (*piece["sides"], 4))
            np.testing.assert_array_equal(pixels, whole[down.start : down.stop, across.start : across.stop])
        seen.append((max(max(piece["sides"]) for piece in found["pieces"]), found["strongest"]))

    (middle, strongest), _, (first, _), (last, _), _ = seen
    # 2: one picture for each map; different maps are strong in different places.
    assert opened.element.evaluate("element => element.sheet.count") == maps[layers[0]].shape[2]
    shared = Counter(strongest)
    assert len(shared) > len(strongest) / 2
    assert max(shared.values()) < len(strongest) / 10
    # 4 and 5: so small that hardly anything can be named; and large.
    assert first <= 3
    assert last > 2 * middle
    assert last > photo.shape[0] / 4
    # 6: the same map, of a photo of the reader's.
    assert opened.element.locator(steps[-1].part).get_by_text("Your photo").is_visible()
    content = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(photo[:, ::-1])).save(content, "PNG")
    file = {"name": "mine.png", "mimeType": "image/png", "buffer": content.getvalue()}
    opened.element.locator("input[type=file]").set_input_files(file)
    opened.page.wait_for_function(
        "([element]) => element.photo.name === 'Your photo'", arg=[opened.element.element_handle()]
    )
    ready()
    assert opened.state == tours["own-photo"].state("own-photo", steps[-1])
    mirrored = opened.element.evaluate(PIECES)["whole"]
    np.testing.assert_array_equal(np.reshape(mirrored["pixels"], (*mirrored["sides"], 4))[..., :3], photo[:, ::-1])
    assert opened.words.startswith("6 of 6"), "the tour goes on"


def test_the_tour_of_ones_own_photo_has_no_dead_end(open_tour):
    """Whoever goes on without pressing the button sees maps all the same."""
    opened = open_tour("own-photo")
    opened.button("Take the tour").click()
    assert opened.element.get_by_role("button", name="Look inside", exact=True).is_visible()
    opened.button("Next").click()
    opened.element.get_by_role("button", name="Next map", exact=True).wait_for()
    assert opened.element.locator(".answer .kernel canvas").count() == 6


def test_what_the_tour_of_the_hierarchy_says_is_so(facts_of):
    question = """({state}) => {
        const {units} = cnn.hierarchy.levels[state.depth - 1];
        return Math.max(...units.map(({box}) => Math.max(box[2], box[3])));
    }"""
    top, _, middle, bottom, *_ = facts_of("hierarchy", question)
    assert bottom < 15
    assert bottom < middle < top
    answers = facts_of("hierarchy", "({answer}) => answer.textContent")
    assert answers[4] != answers[5]


def test_what_the_tour_of_designs_says_is_so(facts_of):
    pooled, _, unpooled, _, global_max, untrained, _ = facts_of(
        "design", "({design, own}) => [design.parameters, own && [own.home, own.moved]]"
    )
    assert unpooled[0] > 3 * pooled[0]
    assert global_max[1][1] > unpooled[1][1]
    assert untrained[1] is None
    trained = "Object.values(cnn.designs.trained).flatMap((ends) => Object.values(ends))"
    shares = facts_of("design", f"() => {trained}.filter(([home, moved]) => moved < home).length / {trained}.length")
    assert min(shares) > 0.5


def test_what_the_tour_of_break_it_says_is_so(facts_of):
    question = """({networks: [network], image}) => {
        const index = network.layers.findIndex((each) => each.className === "Conv2D");
        const maps = network.layers[index].shape[2];
        network.run(image);
        const strongest = Array(maps).fill(0);
        network.values[index].forEach((value, at) => (strongest[at % maps] = Math.max(strongest[at % maps], value)));
        const answers = [image, image.map(() => 0.5)].map((each) => [...network.copy().run(each)]);
        return {strongest, answers, digit: cnn.best(answers[0])};
    }"""
    whole, one, blind, _, edited, _ = facts_of("break", question)
    assert whole["digit"] == one["digit"] == edited["digit"] == 4
    assert whole["strongest"][0] > 0
    assert one["strongest"] == [0, *whole["strongest"][1:]]
    assert max(blind["strongest"]) == 0
    assert blind["answers"][0] == blind["answers"][1]
    assert whole["answers"][0] != whole["answers"][1]
    assert edited["strongest"][0] > 3 * max(edited["strongest"][1:])


LEARNED = """({networks, losses, right, charts: [{picture}], born: [{canvas}]}) => ({
    losses, right: right.at(-1),
    weights: networks.map(({layers}) => layers.flatMap(({kernel, bias}) => (kernel ? [[...kernel], [...bias]] : []))),
    lines: [".guess", ".line-0:not(.reach)", ".line-1:not(.reach)"].map((each) =>
        picture.querySelector(`path${each}`).getAttribute("d")),
    shown: canvas.toDataURL(),
})"""


def learn(opened) -> dict:
    """Press the button that the tour speaks of, and wait for the end; returns what there is then."""
    opened.choose("Speed", "fast")
    opened.element.locator(".player .primary").click()
    opened.element.get_by_role("button", name="Train again").wait_for()
    return opened.element.evaluate(LEARNED)


def in_keras(weights, images: int):
    """Loss on so many digits that they learned from, and the shares of these and of the test digits that they read."""
    digits = small_digits()
    parts = ((digits.x_train[:images], digits.y_train[:images]), (digits.x_test, digits.y_test))
    found = []
    for name, arrays in zip(SMALL, weights, strict=True):
        model = SMALL_NETWORKS[name]()
        model.set_weights([np.reshape(each, old.shape) for each, old in zip(arrays, model.get_weights(), strict=True)])
        (mine, labels), (others, truth) = parts
        answers, asked = (model.predict(as_small_input(each), batch_size=500, verbose=0) for each in (mine, others))
        loss = -np.log(np.maximum(answers[np.arange(images), labels], 1e-12)).mean()
        found.append((loss, (answers.argmax(axis=1) == labels).mean(), (asked.argmax(axis=1) == truth).mean()))
    return found


def together(kernel) -> float:
    """How much weights of small kernels are like those beside and below them: about 0 without a pattern, at most 1."""
    maps = np.reshape(kernel, (3, 3, -1))
    pairs = [(maps[:, 1:], maps[:, :-1]), (maps[1:], maps[:-1])]
    return sum((one * other).sum() for one, other in pairs) / 12 / (maps**2).mean() / maps.shape[-1]


def test_what_the_tour_of_train_says_is_so(open_tour, tours):
    titles = ["Noise", "Train them", "The loss", "Few digits", "Shuffled pixels", "Steps too large", "Now you"]
    assert [step.words.partition(".")[0] for step in tours["train"].steps] == titles
    opened = open_tour("train")
    lit = opened.element.locator(".spot")

    def go_on():
        opened.button("Next").click()
        ready = "([element]) => element.right.length && !element.waiting"
        opened.page.wait_for_function(ready, arg=[opened.element.element_handle()])

    opened.button("Take the tour").click()
    assert lit.get_by_role("img", name="The convnet’s kernels").count() == 1
    go_on()
    noise = opened.element.evaluate(LEARNED)
    for arrays in noise["weights"]:
        for kernel, bias in zip(arrays[::2], arrays[1::2], strict=True):
            assert not np.any(bias)
            assert kstest(np.array(kernel) / np.abs(kernel).max(), "uniform", args=(-1, 2)).pvalue > 0.01
    first = noise["weights"][0][0]
    chance = 3 / np.sqrt(12 * len(first) / 9)
    assert abs(together(first)) < chance
    assert lit.inner_text() == "Train"
    whole = learn(opened)
    assert whole["shown"] != noise["shown"]
    assert np.std(whole["weights"][0][0]) > 1.5 * np.std(first)
    assert together(whole["weights"][0][0]) > chance, "they have become something"
    go_on()
    assert opened.element.evaluate("({step}) => step") == RECIPE.steps, "the tour goes on with what was trained"
    assert lit.inner_text().startswith("The loss")
    assert "guessing" in lit.inner_text()
    guess, *lines = ([float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", line)] for line in whole["lines"])
    bottom = 130
    for line, losses in zip(lines, np.transpose(whole["losses"]), strict=True):
        high = [bottom - y for y in (guess[0], line[0])]
        assert high[1] == pytest.approx(high[0], rel=0.1)
        assert np.log(10) * high[1] / high[0] == pytest.approx(losses[:20].mean(), abs=0.01)
        quarters = losses.reshape(4, -1).mean(axis=1)
        assert all(np.diff(quarters) < 0)
        assert quarters[-1] < np.log(10) / 4
    go_on()
    few = learn(opened)
    assert lit.inner_text().startswith("Right on test digits")
    for (loss, mine, others), before, right in zip(
        in_keras(few["weights"], 100), whole["right"], few["right"], strict=True
    ):
        assert loss < 0.05
        assert mine == 1
        assert others == pytest.approx(right / TEST, abs=0.0011)
        assert others < before / TEST - 0.05
    go_on()
    assert lit.get_by_role("img", name="Some of the digits").count() == 1
    assert opened.element.evaluate("({order}) => new Set(order).size") == SIDE**2, "one order, for all"
    shuffled = learn(opened)
    lost = np.subtract(whole["right"], shuffled["right"]) / TEST
    assert lost[0] > 0.05
    assert abs(lost[1]) < 0.03, "the dense network does not suffer"
    go_on()
    assert lit.get_by_role("radio", checked=True).get_attribute("value") == "1"
    assert lit.inner_text().startswith("Learning rate")
    large = learn(opened)
    ends = [np.mean(each["losses"][-100:], axis=0) for each in (large, whole)]
    assert all(ends[0] > ends[1]), "steps are too large"
    go_on()
    assert opened.element.evaluate("({image}) => image.every((ink) => ink === 0)"), "there is paper to draw on"
    learn(opened)
    draw_with_mouse(opened, SEVEN)
    assert re.fullmatch(r"small convnet says \d, .*; dense, 32 units says \d, .*\.", opened.told)
