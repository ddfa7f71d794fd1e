"""Exercises that reply: each is answered in every way, by mouse, by touch and by keyboard, in each of its variants."""

import ast
import gzip
import re
from collections import Counter
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlsplit

import checks
import pytest
from checks import Watch, open_page

from cnnfigs.building.finding import made
from cnnfigs.illustrations.exercises.exercise import Exercise
from cnnfigs.words import typeset

DOCS = Path(__file__).parents[2] / "docs"
CELL = re.compile(r"from (cnnfigs\.illustrations\.exercises\.\w+) import (\w+)\n\n(\w+\(.*\))\n```")
PHONE = {"width": 360, "height": 800}


def shown_on(page):
    """Make the exercises that a page shows, as its cells do."""
    calls = CELL.findall(page.read_text("utf-8"))
    return [made(module, name, ast.parse(call, mode="eval").body) for module, name, call in calls]


PAGES = {path.stem: found for path in sorted(DOCS.glob("*.md")) if (found := shown_on(path))}


def plain(text):
    return " ".join(typeset(text).replace("`", "").split())


def words(locator):
    return " ".join(locator.inner_text().split())


def test_every_exercise_of_the_pages_is_found():
    imported = sum(path.read_text("utf-8").count("from cnnfigs.illustrations.exercises.") for path in DOCS.glob("*.md"))
    found = [each for exercises in PAGES.values() for each in exercises]
    assert len(found) == imported >= 30
    assert all(isinstance(each, Exercise) and len(each.variants) >= 3 for each in found)


def give(page, box, question, answer, way):
    """Answer as one does with a mouse, with a finger, or with the keyboard."""
    if question.fields:
        for field, number in zip(question.fields, question.typed[answer].split(), strict=True):
            box.get_by_role("spinbutton", name=field, exact=False).fill(number)
        if way == "keyboard":
            page.keyboard.press("Enter")
    elif way == "keyboard":
        # Into the group with Tab, to the choice with the arrows, then Enter.
        place = list(question.choices.values()).index(answer)
        radios = box.get_by_role("radio")
        radios.nth(place - 1 if place else len(question.choices) - 1).focus()
        page.keyboard.press("ArrowDown")
        assert radios.nth(place).is_checked()
        page.keyboard.press("Enter")
    else:
        label = box.locator("fieldset label").filter(has_text=re.compile(f"^\\s*{re.escape(typeset(answer))}\\s*$"))
        label.tap() if way == "touch" else label.click()
    if way != "keyboard":
        check = box.get_by_role("button", name="Check")
        check.tap() if way == "touch" else check.click()


@pytest.fixture(scope="module", params=PAGES)
def answered(request, browser, served):
    """A page on a phone, its exercises answered in all ways: what was said, and what was asked of the server."""
    context = browser.new_context(viewport=PHONE, has_touch=True, color_scheme="light")
    page = context.new_page()
    watch = Watch(page, served)
    open_page(page, f"{served}/{request.param}.html")
    loaded = len(watch.requests)
    said = []
    boxes = page.locator("[data-exercise]")
    for box, exercise in zip(boxes.all(), PAGES[request.param], strict=True):
        for number, variant in enumerate((exercise, *exercise.variants)):
            question = variant.question
            # From one set of numbers to the next each answer is given in another way.
            ways = islice(cycle(("mouse", "touch", "keyboard")), number, None)
            said.append((words(box.locator("> p").first), plain(question.text)))
            for answer, rule in question.wrong.items():
                give(page, box, question, answer, next(ways))
                letter = "" if question.fields else f"{question.letters[answer]}. "
                reply = words(box.get_by_role("status"))
                said.append((reply, plain(f"{letter}{answer} would be right if {rule}. Try again.")))
            if question.fields:
                for field in box.get_by_role("spinbutton").all():
                    field.fill("987654.5")
                page.keyboard.press("Enter")
                told = words(box.get_by_role("status"))
                nothing = "is not right, and none of the usual mistakes leads to it. Try again."
                said.append((told, f"{', '.join(['987654.5'] * len(question.fields))} {nothing}"))
            give(page, box, question, question.right, next(ways))
            letter = "" if question.fields else f"{question.letters[question.right]}. "
            right = plain(f"{letter}{question.right} is right. {question.reason}")
            said.append((words(box.get_by_role("status")), right))
            said.append(
                (
                    words(box.locator(".cnn-solved")),
                    f"Solved with {number + 1} of {len(exercise.variants) + 1} sets of numbers",
                )
            )
            if number < len(exercise.variants):
                box.get_by_role("button", name="The same with other numbers").click()
                focused = page.evaluate("document.activeElement.textContent")
                said.append((" ".join(focused.split()), plain(exercise.variants[number].question.text)))
    yield page, watch, loaded, said, request.param
    context.close()


def test_each_answer_gets_the_sentence_for_it(answered):
    *_, said, _ = answered
    assert [heard for heard, _ in said] == [expected for _, expected in said]


def test_no_answer_leaves_and_nothing_is_wider_than_a_phone(answered, site):
    page, watch, loaded, _, _ = answered
    assert watch.problems == []
    # Explorers that came near bring files of the site, which no answer is a part of.
    later = [urlsplit(request) for request in watch.requests[loaded:]]
    assert [each for each in later if not (site / each.path.lstrip("/")).is_file()] == []
    assert [each for each in later if not each.path.startswith("/_static/explorers/") and each.query] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_axe_finds_nothing_where_replies_stand_in_both_themes(answered):
    """In the exercises: pages as they come, and explorers, have tests of their own."""
    page, *_ = answered
    assert checks.run_axe(page, [".cnn-exercise"]) == []
    page.emulate_media(color_scheme="dark")
    assert checks.run_axe(page, [".cnn-exercise"], rules=("color-contrast",)) == []
    page.emulate_media(color_scheme="light")


def test_all_of_it_is_heard(answered):
    """In the tree that screen readers walk: a question names its group, fields have names, a reply is a status."""
    page, *_, name = answered
    names = checks.heard(page)
    last = [exercise.variants[-1].question for exercise in PAGES[name]]
    assert {plain(question.text) for question in last} <= {*names["group"]}
    assert min(names["button"].count(each) for each in ("Check", "The same with other numbers")) >= len(last)
    fields = [f"{field[0].upper()}{field[1:]}" for question in last for field in question.fields]
    assert not Counter(fields) - Counter(names.get("spinbutton", []))
    choices = [plain(choice) for question in last if not question.fields for choice in question.choices.values()]
    assert not Counter(choices) - Counter(names.get("radio", []))
    assert len(names["status"]) >= len(last)


def test_progress_survives_a_reload_and_is_forgotten_with_the_pages(answered, served):
    page, *_, name = answered
    page.reload()
    boxes = page.locator("[data-exercise]")
    counts = [len(exercise.variants) + 1 for exercise in PAGES[name]]
    told = [words(each) for each in boxes.locator(".cnn-solved").all()]
    assert told == [f"Solved with {every} of {every} sets of numbers" for every in counts]
    count = boxes.count()
    open_page(page, f"{served}/index.html")
    told = page.locator(".cnn-progress")
    assert f"You have solved {count} exercise{'s' if count > 1 else ''}." in told.inner_text()
    told.get_by_role("button", name="Forget what I have read").click()
    assert not told.is_visible()
    open_page(page, f"{served}/{name}.html")
    assert page.evaluate("localStorage.getItem('exercises solved')") is None
    assert not page.locator(".cnn-solved").first.is_visible()
    # Begins with what was asked at first.
    assert words(page.locator("[data-exercise] > p").first) == plain(PAGES[name][0].question.text)


def test_whoever_comes_back_gets_numbers_that_are_new(tab, served):
    open_page(tab, f"{served}/images-and-dense-layers.html")
    box = tab.locator("[data-exercise='units-on-color']")
    exercise = PAGES["images-and-dense-layers"][0]
    give(tab, box, exercise.question, exercise.question.right, "keyboard")
    tab.reload()
    assert words(box.locator("> p")) == plain(exercise.variants[0].question.text)


def test_an_answer_must_be_given(tab, served):
    open_page(tab, f"{served}/images-and-dense-layers.html")
    for box in tab.locator("[data-exercise]").all():
        box.get_by_role("button", name="Check").click()
        assert box.get_by_role("status").inner_text() == ""
        assert box.locator("input:invalid").count() > 0


def test_where_nothing_is_kept_exercises_reply_all_the_same(tab, served):
    tab.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"
    )
    open_page(tab, f"{served}/images-and-dense-layers.html")
    question = PAGES["images-and-dense-layers"][0].question
    box = tab.locator("[data-exercise]").first
    give(tab, box, question, question.right, "mouse")
    assert words(box.get_by_role("status")).startswith(f"{question.right} is right.")


def test_without_scripts_and_on_paper_it_is_a_list_with_its_solution(browser, tab, served):
    expected = [list(each.question.choices.values()) for each in PAGES["pooling"]]
    context = browser.new_context(java_script_enabled=False)
    still = context.new_page()
    still.goto(f"{served}/pooling.html")
    assert still.locator("[data-exercise] form").count() == 0
    open_page(tab, f"{served}/pooling.html")
    tab.emulate_media(media="print")
    for page in (still, tab):
        lists = page.locator("[data-exercise] ol").all()
        assert [each.locator("li").all_inner_texts() for each in lists] == [
            [typeset(choice) for choice in choices] for choices in expected
        ]
        assert all(each.is_visible() for each in lists)
    for hidden in ("input", "button", "output"):
        assert not any(each.is_visible() for each in tab.locator(f"[data-exercise] {hidden}").all())
    assert tab.locator("[data-exercise] .cnn-letter").first.is_visible()
    context.close()


def test_script_and_style_are_small_and_only_where_exercises_are(site):
    files = [site / "_static" / f"exercises.{kind}" for kind in ("js", "css")]
    assert sum(len(gzip.compress(path.read_bytes(), 6)) for path in files) <= 5_000
    for path in site.glob("*.html"):
        page = path.read_text("utf-8")
        assert ("_static/exercises.js?" in page) == ("_static/exercises.css?" in page) == ("data-exercise=" in page), (
            path.name
        )
